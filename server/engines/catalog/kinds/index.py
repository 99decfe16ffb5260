"""Indexes of tables and materialized views."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Derived, Fact, Options
from server.engines.catalog.identity import Identity
from server.engines.catalog.mapping import ColumnNumbers, Refers
from server.engines.catalog.reader import Newer, Reader, beside_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKey:
    """One key of an index: a column, or an expression."""

    column: str | None
    expression: Expression | None
    operator_class: str
    """With its options, if it has any."""
    is_default_operator_class: Annotated[bool, Rule.IGNORED]
    collation: str | None
    """Set where it is not that of the column or expression."""
    is_descending: bool
    is_nulls_first: bool
    statistics_target: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(Fact):
    """An index; `parent` is the table or materialized view."""

    kind: ClassVar[str] = "index"

    method: str
    keys: tuple[IndexKey, ...]
    included_columns: Annotated[tuple[str, ...], ColumnNumbers("parent_oid")]
    predicate: Expression | None
    is_unique: bool
    is_primary: bool
    is_nulls_not_distinct: bool
    is_immediate: bool
    is_valid: bool
    is_clustered: bool
    is_replica_identity: bool
    is_partitioned: bool
    options: Options
    tablespace: str | None
    constraint: Annotated[Identity | None, Refers("pg_constraint")]
    """The primary key, unique or exclusion constraint that it serves."""
    partition_of: Annotated[Identity | None, Refers("pg_class")]
    """The index of the partitioned table that this one is a part of."""
    definition: Derived

    @property
    def key_columns(self) -> tuple[str | None, ...]:
        """The key columns in order, None where the key is an expression."""
        return tuple(key.column for key in self.keys)


READER = Reader(
    fact=Index,
    catalog="pg_class",
    parent="pg_class",
    naming=beside_parent(Index.kind),
    sql="""
SELECT i.indexrelid AS oid, i.indrelid AS parent_oid, c.relname AS name, m.amname AS method,
  keys.keys, (i.indkey::int2[])[i.indnkeyatts : i.indnatts - 1] AS included_columns,
  CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END AS predicate,
  i.indisunique AS is_unique, i.indisprimary AS is_primary,
  i.indnullsnotdistinct AS is_nulls_not_distinct, i.indimmediate AS is_immediate,
  i.indisvalid AS is_valid, i.indisclustered AS is_clustered,
  i.indisreplident AS is_replica_identity, c.relkind = 'I' AS is_partitioned,
  c.reloptions AS options, s.spcname AS tablespace, con.oid AS constraint,
  parent.inhparent AS partition_of, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class r ON r.oid = i.indrelid
JOIN pg_am m ON m.oid = c.relam
CROSS JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object(
      'column', a.attname,
      'expression', CASE WHEN a.attname IS NULL
        THEN pg_get_indexdef(i.indexrelid, number + 1, false) END,
      'operator_class', CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.'
        END || quote_ident(o.opcname)
        || coalesce('(' || array_to_string(own.attoptions, ', ') || ')', ''),
      'is_default_operator_class', o.opcdefault AND own.attoptions IS NULL,
      'collation', CASE WHEN i.indcollation[number] <> coalesce(a.attcollation, t.typcollation)
        THEN i.indcollation[number]::regcollation::text END,
      'is_descending', i.indoption[number] & 1 = 1,
      'is_nulls_first', i.indoption[number] & 2 = 2,
      'statistics_target', nullif(own.attstattarget, -1)
    ) ORDER BY number) AS keys
  FROM generate_series(0, i.indnkeyatts - 1) number
  JOIN pg_opclass o ON o.oid = i.indclass[number]
  JOIN pg_namespace n ON n.oid = o.opcnamespace
  JOIN pg_attribute own ON own.attrelid = i.indexrelid AND own.attnum = number + 1
  JOIN pg_type t ON t.oid = own.atttypid
  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[number]
) keys
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')
LEFT JOIN pg_inherits parent ON parent.inhrelid = i.indexrelid
WHERE r.relkind IN ('r', 'p', 'm') AND r.relpersistence <> 't' AND i.indexrelid >= 16384
""",
    newer={"i.indnullsnotdistinct": Newer(15, "false")},
)
