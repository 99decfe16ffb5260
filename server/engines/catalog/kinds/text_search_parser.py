"""Text search parsers."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSearchParser(Fact):
    """A parser that splits text into tokens."""

    kind: ClassVar[str] = "text_search_parser"

    start: str
    next_token: str
    end: str
    token_types: str
    headline: str | None


READER = Reader(
    fact=TextSearchParser,
    catalog="pg_ts_parser",
    naming=in_parent(TextSearchParser.kind),
    sql="""
SELECT oid, prsnamespace AS parent_oid, prsname AS name, prsstart::text AS start,
  prstoken::text AS next_token, prsend::text AS end, prslextype::text AS token_types,
  nullif(prsheadline::text, '-') AS headline
FROM pg_ts_parser
WHERE oid >= 16384
""",
)
