"""How text search templates come and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.text_search_template import TextSearchTemplate
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TEXT SEARCH TEMPLATE {qualified(*identity.names)}"


def _create(template: TextSearchTemplate, context: Context) -> Iterable[Action]:
    init = f"INIT = {template.init}, " if template.init is not None else ""
    reference = _reference(template.identity, context.new)
    return plain(f"CREATE {reference} ({init}LEXIZE = {template.lexize})")


def _drop(template: TextSearchTemplate, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(template.identity, context.old)}")


KIND = Kind(fact=TextSearchTemplate, rank=43, reference=_reference, create=_create, drop=_drop)
