"""Views."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Fact):
    """A view; `options` hold security_barrier, security_invoker and check_option."""

    kind: ClassVar[str] = "view"

    definition: Expression
    options: Options
    column_order: Annotated[tuple[str, ...], Rule.IGNORED]
    """Not compared: the definition says it."""


READER = Reader(
    fact=View,
    catalog="pg_class",
    naming=in_parent(View.kind),
    sql="""
SELECT c.oid, c.relnamespace AS parent_oid, c.relname AS name, c.reloptions AS options,
  pg_get_viewdef(c.oid) AS definition,
  ARRAY(SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
    AS column_order
FROM pg_class c
WHERE c.relkind = 'v' AND c.relpersistence <> 't' AND c.oid >= 16384
""",
)
