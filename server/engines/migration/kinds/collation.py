"""How collations come and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.collation import Collation
from server.engines.migration.action import Action, plain
from server.engines.migration.collation_exchange import exchanged, obstacles
from server.engines.migration.context import Change, Context
from server.engines.migration.exchange import converted
from server.engines.migration.kind import Kind
from server.engines.sql.quote import literal, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"COLLATION {qualified(*identity.names)}"


def _create(collation: Collation, _context: Context) -> Iterable[Action]:
    return plain(_created(collation))


def _created(collation: Collation) -> str:
    name = qualified(*collation.identity.names)
    return f"CREATE COLLATION {name} ({', '.join(_options(collation))})"


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


def _alter(change: Change[Collation], context: Context) -> Iterable[Action] | None:
    """Exchange it where columns use it; nothing about a collation can be altered."""
    if not context.old.dependents(change.old.identity):
        return None
    return tuple(exchanged(change.old, _created(change.new), context))


def _rebuilds(change: Change[Collation], context: Context) -> Iterable[Identity]:
    return obstacles(change.old.identity, context)


def _reworks(change: Change[Collation], context: Context) -> Iterable[Identity]:
    return converted(change.old.identity, context)


KIND = Kind(
    fact=Collation,
    rank=30,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    reworks=_reworks,
    rebuilds=_rebuilds,
)
