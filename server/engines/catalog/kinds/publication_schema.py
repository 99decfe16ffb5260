"""Schemas of publications."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, of_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationSchema(Fact):
    """That all tables of a schema are published; named by the publication."""

    kind: ClassVar[str] = "publication_schema"


READER = Reader(
    fact=PublicationSchema,
    catalog="pg_publication_namespace",
    naming=of_parent(PublicationSchema.kind),
    goes_with_parent=False,
    since=15,
    sql="""
SELECT n.oid, n.pnnspid AS parent_oid, ARRAY[p.pubname]::text[] AS names
FROM pg_publication_namespace n
JOIN pg_publication p ON p.oid = n.pnpubid
""",
)
