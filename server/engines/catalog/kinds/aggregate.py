"""Aggregates."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Coded, Derived, Fact
from server.engines.catalog.kinds.routine import Argument, Parallel
from server.engines.catalog.reader import Reader, in_parent


class AggregateType(Coded):
    """How an aggregate takes its rows."""

    NORMAL = "normal", "n"
    ORDERED_SET = "ordered-set", "o"
    HYPOTHETICAL_SET = "hypothetical-set", "h"


class Modify(Coded):
    """What a final function may do to the state it is given."""

    READ_ONLY = "read only", "r"
    SHAREABLE = "shareable", "s"
    READ_WRITE = "read write", "w"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Fact):
    """An aggregate; functions are named as PostgreSQL names them to be read."""

    kind: ClassVar[str] = "aggregate"

    type: AggregateType
    arguments: tuple[Argument, ...]
    direct_arguments: int
    state_type: str
    state_space: int
    initial_state: str | None
    transition: str
    final: str | None
    has_final_extra: bool
    final_modify: Modify
    combine: str | None
    serial: str | None
    deserial: str | None
    moving_transition: str | None
    moving_inverse: str | None
    moving_final: str | None
    has_moving_final_extra: bool
    moving_final_modify: Modify
    moving_state_type: str | None
    moving_state_space: int
    moving_initial_state: str | None
    sort_operator: str | None
    parallel: Parallel
    returns: Derived


READER = Reader(
    fact=Aggregate,
    catalog="pg_proc",
    naming=in_parent(Aggregate.kind),
    sql="""
SELECT p.oid, p.pronamespace AS parent_oid, p.proname AS name,
  ARRAY(SELECT format_type(type, NULL)
    FROM unnest(p.proargtypes) WITH ORDINALITY AS each(type, number) ORDER BY number) AS signature,
  a.aggkind AS type,
  (SELECT jsonb_agg(jsonb_build_object(
      'mode', coalesce(p.proargmodes[number]::text, 'i'),
      'name', coalesce(p.proargnames[number], ''),
      'type', format_type(type, NULL)) ORDER BY number)
    FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
      WITH ORDINALITY AS each(type, number)) AS arguments,
  a.aggnumdirectargs AS direct_arguments,
  format_type(a.aggtranstype, NULL) AS state_type, a.aggtransspace AS state_space,
  a.agginitval AS initial_state, a.aggtransfn::regproc::text AS transition,
  nullif(a.aggfinalfn::text, '-') AS final,
  a.aggfinalextra AS has_final_extra, a.aggfinalmodify AS final_modify,
  nullif(a.aggcombinefn::text, '-') AS combine,
  nullif(a.aggserialfn::text, '-') AS serial,
  nullif(a.aggdeserialfn::text, '-') AS deserial,
  nullif(a.aggmtransfn::text, '-') AS moving_transition,
  nullif(a.aggminvtransfn::text, '-') AS moving_inverse,
  nullif(a.aggmfinalfn::text, '-') AS moving_final,
  a.aggmfinalextra AS has_moving_final_extra, a.aggmfinalmodify AS moving_final_modify,
  CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END AS moving_state_type,
  a.aggmtransspace AS moving_state_space, a.aggminitval AS moving_initial_state,
  CASE WHEN a.aggsortop <> 0 THEN a.aggsortop::regoperator::text END AS sort_operator,
  p.proparallel AS parallel, format_type(p.prorettype, NULL) AS returns
FROM pg_aggregate a
JOIN pg_proc p ON p.oid = a.aggfnoid
WHERE p.oid >= 16384
""",
)
