"""Triggers of tables, views and foreign tables."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.expression import condition
from server.engines.catalog.fact import Coded, Derived, Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.mapping import ColumnNumbers, Refers
from server.engines.catalog.reader import Reader, Row, in_parent


class Enabled(Coded):
    """In which replication roles something fires."""

    ORIGIN = "origin", "O"
    DISABLED = "disabled", "D"
    REPLICA = "replica", "R"
    ALWAYS = "always", "A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger(Fact):
    """A trigger that somebody declared; those behind foreign keys are no facts."""

    kind: ClassVar[str] = "trigger"

    timing: str
    """`before`, `after` or `instead of`."""
    events: Annotated[tuple[str, ...], Rule.AS_SET]
    """Of `insert`, `update`, `delete`, `truncate`."""
    update_columns: Annotated[tuple[str, ...], ColumnNumbers("parent_oid"), Rule.AS_SET]
    is_for_each_row: bool
    condition: Expression | None
    function: str
    """With its schema and parentheses: `public.touch()`."""
    arguments: tuple[str, ...]
    old_table: str | None
    new_table: str | None
    is_constraint: bool
    references: Annotated[Identity | None, Refers("pg_class")]
    """The table named by FROM in a constraint trigger."""
    is_deferrable: bool
    is_initially_deferred: bool
    enabled: Enabled
    partition_of: Annotated[Identity | None, Refers("pg_trigger")]
    """The trigger of the partitioned table that this one is a copy of."""
    definition: Derived


_FOR_EACH_ROW, _BEFORE, _INSTEAD = 1, 2, 64
_EVENTS = {4: "insert", 8: "delete", 16: "update", 32: "truncate"}


def _adapted(row: Row) -> Row:
    bits = row["type"]
    timing = "before" if bits & _BEFORE else "instead of" if bits & _INSTEAD else "after"
    return {
        **row,
        "timing": timing,
        "events": [event for bit, event in _EVENTS.items() if bits & bit],
        "is_for_each_row": bool(bits & _FOR_EACH_ROW),
        "condition": condition(row["definition"]) if row["has_condition"] else None,
        # Text in the encoding of the database, each argument ended by a zero byte.
        "arguments": row["argument_bytes"].decode(errors="replace").split("\0")[:-1],
    }


READER = Reader(
    fact=Trigger,
    catalog="pg_trigger",
    parent="pg_class",
    naming=in_parent(Trigger.kind),
    adapt=_adapted,
    sql="""
SELECT t.oid, t.tgrelid AS parent_oid, t.tgname AS name, t.tgtype AS type,
  t.tgattr::int2[] AS update_columns, t.tgqual IS NOT NULL AS has_condition,
  t.tgfoid::regprocedure::text AS function, t.tgargs AS argument_bytes,
  t.tgoldtable AS old_table, t.tgnewtable AS new_table, t.tgconstraint <> 0 AS is_constraint,
  nullif(t.tgconstrrelid, 0) AS references, t.tgdeferrable AS is_deferrable,
  t.tginitdeferred AS is_initially_deferred, t.tgenabled AS enabled,
  nullif(t.tgparentid, 0) AS partition_of, pg_get_triggerdef(t.oid) AS definition
FROM pg_trigger t
WHERE NOT t.tgisinternal AND t.oid >= 16384
""",
)
