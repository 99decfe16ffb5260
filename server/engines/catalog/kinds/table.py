"""Tables: ordinary, partitioned, partitions, inheriting and typed ones."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Coded, Fact, Options
from server.engines.catalog.identity import Identity
from server.engines.catalog.reader import Reader, in_parent


class Persistence(Coded):
    """Whether rows survive a crash."""

    PERMANENT = "permanent", "p"
    UNLOGGED = "unlogged", "u"


class ReplicaIdentity(Coded):
    """What identifies a row in the replication stream."""

    DEFAULT = "default", "d"
    NOTHING = "nothing", "n"
    FULL = "full", "f"
    INDEX = "index", "i"


class PartitionStrategy(Coded):
    """How rows are spread over partitions."""

    LIST = "list", "l"
    RANGE = "range", "r"
    HASH = "hash", "h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Fact):
    """A table; its columns, constraints, indexes and triggers are facts of their own."""

    kind: ClassVar[str] = "table"

    persistence: Persistence
    partition_strategy: PartitionStrategy | None
    """Set for a partitioned table."""
    partition_key: Expression | None
    """What follows PARTITION BY: strategy and keys."""
    parents: tuple[Identity, ...]
    """The tables inherited from, in order; the partitioned table of a partition."""
    partition_bound: Expression | None
    """`FOR VALUES …` or `DEFAULT`, set for a partition."""
    partition_constraint: Annotated[str | None, Rule.IGNORED]
    """What the bound, and those above it, demand of a row; made by PostgreSQL from them."""
    is_detaching: bool
    """Whether a DETACH CONCURRENTLY of this partition was cut short."""
    of_type: str | None
    options: Options
    toast_options: Options
    access_method: str | None
    tablespace: str | None
    replica_identity: ReplicaIdentity
    has_row_security: bool
    forces_row_security: bool
    column_order: Annotated[tuple[str, ...], Rule.RELATIVE_ORDER]

    @property
    def is_partitioned(self) -> bool:
        """Whether its rows lie in partitions."""
        return self.partition_strategy is not None

    @property
    def is_partition(self) -> bool:
        """Whether it is a part of a partitioned table."""
        return self.partition_bound is not None


READER = Reader(
    fact=Table,
    catalog="pg_class",
    naming=in_parent(Table.kind),
    sql="""
SELECT c.oid, c.relnamespace AS parent_oid, c.relname AS name,
  c.relpersistence AS persistence, p.partstrat AS partition_strategy,
  CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
  ancestors.parents,
  CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS partition_bound,
  CASE WHEN c.relispartition THEN pg_get_partition_constraintdef(c.oid) END
    AS partition_constraint,
  coalesce(ancestors.is_detaching, false) AS is_detaching,
  CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
  c.reloptions AS options, toast.reloptions AS toast_options,
  m.amname AS access_method, s.spcname AS tablespace, c.relreplident AS replica_identity,
  c.relrowsecurity AS has_row_security, c.relforcerowsecurity AS forces_row_security,
  columns.names AS column_order
FROM pg_class c
CROSS JOIN LATERAL (
  SELECT array_agg(attname::text ORDER BY attnum) AS names
  FROM pg_attribute
  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
) columns
CROSS JOIN LATERAL (
  SELECT array_agg(inhparent::int8 ORDER BY inhseqno) AS parents,
    bool_or(inhdetachpending) AS is_detaching
  FROM pg_inherits
  WHERE inhrelid = c.oid
) ancestors
LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid >= 16384
""",
)
