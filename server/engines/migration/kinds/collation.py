"""How collations come and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.collation import Collation
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import literal, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"COLLATION {qualified(*identity.names)}"


def _create(collation: Collation, context: Context) -> Iterable[Action]:
    reference = _reference(collation.identity, context.new)
    return plain(f"CREATE {reference} ({', '.join(_options(collation))})")


def _options(collation: Collation) -> Iterator[str]:
    yield f"PROVIDER = {collation.provider}"
    if not collation.is_deterministic:
        yield "DETERMINISTIC = false"
    texts = {
        "LOCALE": collation.locale,
        "LC_COLLATE": collation.collate,
        "LC_CTYPE": collation.character_type,
        "RULES": collation.rules,
    }
    yield from (f"{word} = {literal(text)}" for word, text in texts.items() if text is not None)


def _drop(collation: Collation, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(collation.identity, context.old)}")


KIND = Kind(fact=Collation, rank=30, reference=_reference, create=_create, drop=_drop)
