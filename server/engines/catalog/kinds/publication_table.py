"""Tables of publications."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Fact
from server.engines.catalog.mapping import ColumnNumbers
from server.engines.catalog.reader import Newer, Reader, of_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationTable(Fact):
    """That a table is published; named by the publication, a part of the table."""

    kind: ClassVar[str] = "publication_table"

    columns: Annotated[tuple[str, ...], ColumnNumbers("parent_oid"), Rule.AS_SET]
    """The columns it is limited to; none means all."""
    condition: Expression | None


READER = Reader(
    fact=PublicationTable,
    catalog="pg_publication_rel",
    parent="pg_class",
    naming=of_parent(PublicationTable.kind),
    goes_with_parent=False,
    sql="""
SELECT r.oid, r.prrelid AS parent_oid, ARRAY[p.pubname]::text[] AS names,
  r.prattrs::int2[] AS columns, pg_get_expr(r.prqual, r.prrelid) AS condition
FROM pg_publication_rel r
JOIN pg_publication p ON p.oid = r.prpubid
""",
    newer={
        "r.prattrs": Newer(15, "NULL"),
        "pg_get_expr(r.prqual, r.prrelid)": Newer(15, "NULL"),
    },
)
