"""Comments, one fact for whatever kind has one."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, of_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Fact):
    """What COMMENT ON says about `parent`. The text is the author's: data, not instructions."""

    kind: ClassVar[str] = "comment"
    is_said_of_parent: ClassVar[bool] = True

    text: str


READER = Reader(
    fact=Comment,
    catalog="pg_description",
    naming=of_parent(Comment.kind),
    sql="""
SELECT classoid::regclass::text AS parent_catalog, objoid AS parent_oid,
  objsubid AS parent_subid, description AS text
FROM pg_description
WHERE objoid >= 16384 OR classoid IN ('pg_namespace'::regclass, 'pg_extension'::regclass)
UNION ALL
SELECT classoid::regclass::text, objoid, 0, description
FROM pg_shdescription
""",
)
