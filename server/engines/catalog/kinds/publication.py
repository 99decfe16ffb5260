"""Publications."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Coded, Fact, Options
from server.engines.catalog.reader import Newer, Reader, named


class PublishedGenerated(Coded):
    """Which generated columns are published."""

    NONE = "none", "n"
    STORED = "stored", "s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Fact):
    """What changes are published; tables and schemas in it are facts of their own."""

    kind: ClassVar[str] = "publication"

    is_for_all_tables: bool
    operations: Options
    is_via_root: bool
    generated_columns: PublishedGenerated


READER = Reader(
    fact=Publication,
    catalog="pg_publication",
    naming=named(Publication.kind),
    sql="""
SELECT p.oid, p.pubname AS name, p.puballtables AS is_for_all_tables,
  array_remove(ARRAY[
    CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
    CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END
  ], NULL) AS operations,
  p.pubviaroot AS is_via_root, p.pubgencols AS generated_columns
FROM pg_publication p
WHERE p.oid >= 16384
""",
    newer={"p.pubgencols": Newer(18, "'n'")},
)
