"""Foreign tables."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.identity import Identity
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTable(Fact):
    """A table whose rows lie elsewhere; its columns are `Column` facts."""

    kind: ClassVar[str] = "foreign_table"

    server: str
    options: Options
    parents: tuple[Identity, ...]
    partition_bound: Expression | None
    column_order: Annotated[tuple[str, ...], Rule.RELATIVE_ORDER]


READER = Reader(
    fact=ForeignTable,
    catalog="pg_class",
    naming=in_parent(ForeignTable.kind),
    sql="""
SELECT c.oid, c.relnamespace AS parent_oid, c.relname AS name, s.srvname AS server,
  f.ftoptions AS options,
  ARRAY(SELECT i.inhparent::int8 FROM pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno)
    AS parents,
  CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS partition_bound,
  ARRAY(SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
    AS column_order
FROM pg_foreign_table f
JOIN pg_class c ON c.oid = f.ftrelid
JOIN pg_foreign_server s ON s.oid = f.ftserver
WHERE c.oid >= 16384
""",
)
