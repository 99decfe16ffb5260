"""How text search configurations come, change and go."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.text_search_configuration import TextSearchConfiguration
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifiers, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TEXT SEARCH CONFIGURATION {qualified(*identity.names)}"


def _create(configuration: TextSearchConfiguration, context: Context) -> Iterable[Action]:
    reference = _reference(configuration.identity, context.new)
    return plain(
        f"CREATE {reference} (PARSER = {configuration.parser})",
        *_mapped(f"ALTER {reference} ADD", _dictionaries(configuration)),
    )


def _drop(configuration: TextSearchConfiguration, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(configuration.identity, context.old)}")


def _alter(change: Change[TextSearchConfiguration], context: Context) -> Iterable[Action] | None:
    if "parser" in change.names:
        return None
    before, after = _dictionaries(change.old), _dictionaries(change.new)
    gone = before.keys() - after.keys()
    come = {token: after[token] for token in after if token not in before}
    other = {
        token: after[token] for token in after if before.get(token, after[token]) != after[token]
    }
    head = f"ALTER {_reference(change.new.identity, context.new)}"
    return plain(
        *([f"{head} DROP MAPPING FOR {identifiers(sorted(gone))}"] if gone else []),
        *_mapped(f"{head} ALTER", other),
        *_mapped(f"{head} ADD", come),
    )


def _dictionaries(configuration: TextSearchConfiguration) -> Mapping[str, str]:
    """Return the dictionaries of each token."""
    pairs = (each.partition(": ") for each in configuration.mappings)
    return {token: dictionaries for token, _, dictionaries in pairs}


def _mapped(head: str, dictionaries: Mapping[str, str]) -> Iterator[str]:
    """Yield one statement for all tokens that go through the same dictionaries."""
    tokens: defaultdict[str, list[str]] = defaultdict(list)
    for token, names in sorted(dictionaries.items()):
        tokens[names].append(token)
    for names, alike in tokens.items():
        yield f"{head} MAPPING FOR {identifiers(alike)} WITH {names}"


KIND = Kind(
    fact=TextSearchConfiguration,
    rank=45,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
