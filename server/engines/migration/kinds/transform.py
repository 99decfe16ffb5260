"""How transforms between types and languages come, change and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.transform import Transform
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier


def _reference(identity: Identity, _catalog: Catalog) -> str:
    type_name, language = identity.arguments or ("", "")
    return f"TRANSFORM FOR {type_name} LANGUAGE {identifier(language)}"


def _definition(transform: Transform, context: Context) -> str:
    functions = {"FROM SQL": transform.from_sql, "TO SQL": transform.to_sql}
    clauses = [
        f"{word} WITH FUNCTION {name}" for word, name in functions.items() if name is not None
    ]
    return f"{_reference(transform.identity, context.new)} ({', '.join(clauses)})"


def _create(transform: Transform, context: Context) -> Iterable[Action]:
    return plain(f"CREATE {_definition(transform, context)}")


def _drop(transform: Transform, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(transform.identity, context.old)}")


def _alter(change: Change[Transform], context: Context) -> Iterable[Action]:
    return plain(f"CREATE OR REPLACE {_definition(change.new, context)}")


KIND = Kind(
    fact=Transform,
    rank=100,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
