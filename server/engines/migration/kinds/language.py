"""How procedural languages come, change and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.language import Language
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"LANGUAGE {identifier(identity.name)}"


def _definition(language: Language) -> str:
    trusted = "TRUSTED " if language.is_trusted else ""
    functions = {
        "HANDLER": language.handler,
        "INLINE": language.inline_handler,
        "VALIDATOR": language.validator,
    }
    clauses = [f" {word} {name}" for word, name in functions.items() if name is not None]
    return f"{trusted}LANGUAGE {identifier(language.identity.name)}{''.join(clauses)}"


def _create(language: Language, _context: Context) -> Iterable[Action]:
    return plain(f"CREATE {_definition(language)}")


def _drop(language: Language, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(language.identity, context.old)}")


def _alter(change: Change[Language], _context: Context) -> Iterable[Action]:
    return plain(f"CREATE OR REPLACE {_definition(change.new)}")


KIND = Kind(
    fact=Language,
    rank=100,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
