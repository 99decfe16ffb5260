"""How text search dictionaries come, change and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.text_search_dictionary import TextSearchDictionary
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.printed import items
from server.engines.sql.quote import qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TEXT SEARCH DICTIONARY {qualified(*identity.names)}"


def _create(dictionary: TextSearchDictionary, context: Context) -> Iterable[Action]:
    options = f", {dictionary.options}" if dictionary.options else ""
    reference = _reference(dictionary.identity, context.new)
    return plain(f"CREATE {reference} (TEMPLATE = {dictionary.template}{options})")


def _drop(dictionary: TextSearchDictionary, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(dictionary.identity, context.old)}")


def _alter(change: Change[TextSearchDictionary], context: Context) -> Iterable[Action] | None:
    if "template" in change.names:
        return None
    after = _options(change.new)
    names = {_name(option) for option in after}
    gone = [_name(option) for option in _options(change.old) if _name(option) not in names]
    # What is set goes to the end, so setting all of them keeps the order that is wanted.
    options = ", ".join((*gone, *after))
    return plain(f"ALTER {_reference(change.new.identity, context.new)} ({options})")


def _options(dictionary: TextSearchDictionary) -> tuple[str, ...]:
    return items(dictionary.options) if dictionary.options else ()


def _name(option: str) -> str:
    return option.partition(" = ")[0]


KIND = Kind(
    fact=TextSearchDictionary,
    rank=44,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
