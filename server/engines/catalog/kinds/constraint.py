"""Constraints of tables."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Coded, Derived, Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.mapping import ColumnNumbers, Refers
from server.engines.catalog.reader import Newer, Reader, in_parent


class ConstraintType(Coded):
    """What a constraint demands."""

    PRIMARY_KEY = "primary key", "p"
    UNIQUE = "unique", "u"
    CHECK = "check", "c"
    FOREIGN_KEY = "foreign key", "f"
    EXCLUSION = "exclusion", "x"
    NOT_NULL = "not null", "n"


class ForeignKeyAction(Coded):
    """What happens to referencing rows."""

    NO_ACTION = "no action", "a"
    RESTRICT = "restrict", "r"
    CASCADE = "cascade", "c"
    SET_NULL = "set null", "n"
    SET_DEFAULT = "set default", "d"


class ForeignKeyMatch(Coded):
    """When a key with NULLs is satisfied."""

    FULL = "full", "f"
    PARTIAL = "partial", "p"
    SIMPLE = "simple", "s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint(Fact):
    """A constraint of a table; what a key or exclusion indexes is in the `Index` fact."""

    kind: ClassVar[str] = "constraint"

    type: ConstraintType
    columns: Annotated[tuple[str, ...], ColumnNumbers("parent_oid")]
    """The columns in the constraint's order; for CHECK those that the expression mentions."""
    expression: Expression | None
    """What CHECK demands."""
    references: Annotated[Identity | None, Refers("pg_class")]
    """The table that a foreign key points to."""
    referenced_columns: Annotated[tuple[str, ...], ColumnNumbers("referenced")]
    match: ForeignKeyMatch | None
    on_update: ForeignKeyAction | None
    on_delete: ForeignKeyAction | None
    on_delete_columns: Annotated[tuple[str, ...], ColumnNumbers("parent_oid")]
    """The columns of SET NULL or SET DEFAULT, where not all."""
    operators: tuple[str, ...]
    """The operators of an exclusion constraint, one a key."""
    has_period: bool
    """WITHOUT OVERLAPS or PERIOD (18)."""
    is_deferrable: bool
    is_initially_deferred: bool
    is_validated: bool
    is_enforced: bool
    is_no_inherit: bool
    is_local: bool
    is_inherited: bool
    index: Annotated[Identity | None, Refers("pg_class"), Rule.IGNORED]
    """The index behind a key or exclusion, or the one that a foreign key points at."""
    partition_of: Annotated[Identity | None, Refers("pg_constraint")]
    """The constraint of the partitioned table that this one is a part of."""
    definition: Derived


READER = Reader(
    fact=Constraint,
    catalog="pg_constraint",
    parent="pg_class",
    naming=in_parent(Constraint.kind),
    # What is handed down counts as checked only together with what hands it down: an heir that came
    # later has checked it, and a dump does not say so.
    # A key of a partitioned table that others point at has one more row a partition, which
    # PostgreSQL keeps for itself: same table, and a parent on that very table.
    sql="""
SELECT con.oid, con.conrelid AS parent_oid, con.conname AS name, con.contype AS type,
  con.conkey AS columns,
  CASE WHEN con.contype = 'c' THEN pg_get_expr(con.conbin, con.conrelid) END AS expression,
  nullif(con.confrelid, 0) AS references, con.confrelid AS referenced,
  con.confkey AS referenced_columns,
  CASE WHEN con.contype = 'f' THEN con.confmatchtype END AS match,
  CASE WHEN con.contype = 'f' THEN con.confupdtype END AS on_update,
  CASE WHEN con.contype = 'f' THEN con.confdeltype END AS on_delete,
  con.confdelsetcols AS on_delete_columns,
  CASE WHEN con.contype = 'x' THEN
    ARRAY(SELECT operator::regoperator::text FROM unnest(con.conexclop) operator) END AS operators,
  con.conperiod AS has_period, con.condeferrable AS is_deferrable,
  con.condeferred AS is_initially_deferred, con.convalidated AND NOT EXISTS (
    SELECT FROM pg_inherits i
    JOIN pg_constraint above ON above.conrelid = i.inhparent AND above.conname = con.conname
    WHERE i.inhrelid = con.conrelid AND con.contype = 'c' AND NOT con.conislocal
      AND above.contype = 'c' AND NOT above.convalidated
  ) AS is_validated,
  con.conenforced AS is_enforced,
  con.connoinherit AND con.contype IN ('c', 'n') AS is_no_inherit,
  con.conislocal AS is_local, con.coninhcount > 0 AS is_inherited,
  nullif(con.conindid, 0) AS index, parent.oid AS partition_of,
  pg_get_constraintdef(con.oid) AS definition
FROM pg_constraint con
LEFT JOIN pg_constraint parent ON parent.oid = con.conparentid
WHERE con.conrelid >= 16384 AND con.contype IN ('p', 'u', 'c', 'f', 'x', 'n')
  AND con.conrelid IS DISTINCT FROM parent.conrelid
""",
    newer={
        "con.confdelsetcols": Newer(15, "NULL::int2[]"),
        "con.conperiod": Newer(18, "false"),
        "con.conenforced": Newer(18, "true"),
    },
)
