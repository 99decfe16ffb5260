"""Text search dictionaries."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSearchDictionary(Fact):
    """A dictionary that tokens are looked up in."""

    kind: ClassVar[str] = "text_search_dictionary"

    template: str
    options: str | None
    """As CREATE TEXT SEARCH DICTIONARY takes them."""


READER = Reader(
    fact=TextSearchDictionary,
    catalog="pg_ts_dict",
    naming=in_parent(TextSearchDictionary.kind),
    sql="""
SELECT d.oid, d.dictnamespace AS parent_oid, d.dictname AS name,
  CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END
    || quote_ident(t.tmplname) AS template,
  d.dictinitoption AS options
FROM pg_ts_dict d
JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE d.oid >= 16384
""",
)
