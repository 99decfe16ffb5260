"""Text search configurations."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSearchConfiguration(Fact):
    """How text is parsed and which dictionaries its tokens go through."""

    kind: ClassVar[str] = "text_search_configuration"

    parser: str
    mappings: Options
    """`token: dictionary, dictionary`, the dictionaries in the order they are asked."""


READER = Reader(
    fact=TextSearchConfiguration,
    catalog="pg_ts_config",
    naming=in_parent(TextSearchConfiguration.kind),
    sql="""
SELECT c.oid, c.cfgnamespace AS parent_oid, c.cfgname AS name,
  CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END
    || quote_ident(p.prsname) AS parser,
  ARRAY(SELECT t.alias || ': ' || string_agg(m.mapdict::regdictionary::text, ', '
      ORDER BY m.mapseqno)
    FROM pg_ts_config_map m
    JOIN ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
    WHERE m.mapcfg = c.oid GROUP BY t.alias ORDER BY t.alias) AS mappings
FROM pg_ts_config c
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE c.oid >= 16384
""",
)
