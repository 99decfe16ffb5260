"""Text search templates."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSearchTemplate(Fact):
    """The functions behind text search dictionaries."""

    kind: ClassVar[str] = "text_search_template"

    init: str | None
    lexize: str


READER = Reader(
    fact=TextSearchTemplate,
    catalog="pg_ts_template",
    naming=in_parent(TextSearchTemplate.kind),
    sql="""
SELECT oid, tmplnamespace AS parent_oid, tmplname AS name,
  nullif(tmplinit::text, '-') AS init, tmpllexize::text AS lexize
FROM pg_ts_template
WHERE oid >= 16384
""",
)
