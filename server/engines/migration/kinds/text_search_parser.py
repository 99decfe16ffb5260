"""How text search parsers come and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.text_search_parser import TextSearchParser
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TEXT SEARCH PARSER {qualified(*identity.names)}"


def _create(parser: TextSearchParser, context: Context) -> Iterable[Action]:
    headline = f", HEADLINE = {parser.headline}" if parser.headline is not None else ""
    return plain(
        f"CREATE {_reference(parser.identity, context.new)} (START = {parser.start},"
        f" GETTOKEN = {parser.next_token}, END = {parser.end},"
        f" LEXTYPES = {parser.token_types}{headline})"
    )


def _drop(parser: TextSearchParser, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(parser.identity, context.old)}")


KIND = Kind(fact=TextSearchParser, rank=43, reference=_reference, create=_create, drop=_drop)
