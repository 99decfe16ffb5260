"""Extended statistics."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Rule
from server.engines.catalog.fact import Coded, Derived, Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.mapping import ColumnNumbers, Refers
from server.engines.catalog.reader import Reader, in_parent


class StatisticsType(Coded):
    """What is counted."""

    DISTINCT = "ndistinct", "d"
    DEPENDENCIES = "dependencies", "f"
    MOST_COMMON = "mcv", "m"
    EXPRESSIONS = "expressions", "e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics(Fact):
    """A statistics object over several columns or expressions of a table."""

    kind: ClassVar[str] = "statistics"

    table: Annotated[Identity, Refers("pg_class")]
    types: Annotated[tuple[StatisticsType, ...], Rule.AS_SET]
    columns: Annotated[tuple[str, ...], ColumnNumbers("table"), Rule.AS_SET]
    expressions: Annotated[tuple[str, ...], Rule.SECOND_DEPARSE]
    target: int | None
    definition: Derived


READER = Reader(
    fact=Statistics,
    catalog="pg_statistic_ext",
    naming=in_parent(Statistics.kind),
    sql="""
SELECT oid, stxnamespace AS parent_oid, stxname AS name, stxrelid AS table,
  stxkind::text[] AS types, stxkeys::int2[] AS columns,
  pg_get_statisticsobjdef_expressions(oid) AS expressions,
  nullif(stxstattarget, -1) AS target, pg_get_statisticsobjdef(oid) AS definition
FROM pg_statistic_ext
WHERE oid >= 16384
""",
)
