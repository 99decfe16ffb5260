"""How extensions come, move and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.extension import Extension
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, data_loss
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"EXTENSION {identifier(identity.name)}"


def _create(extension: Extension, _context: Context) -> Iterable[Action]:
    """Create the version that is at hand: which one that is belongs to the server."""
    name, schema = identifier(extension.identity.name), identifier(extension.in_schema)
    return plain(f"CREATE EXTENSION {name} SCHEMA {schema}")


def _drop(extension: Extension, context: Context) -> Iterable[Action]:
    statement = f"DROP EXTENSION {identifier(extension.identity.name)}"
    return risky([statement], *_losses(extension, context))


def _losses(extension: Extension, context: Context) -> Iterator[Hazard]:
    identity, old = extension.identity, context.old
    tables = [
        member.qualified_name
        for member, owner in old.extension_members.items()
        if owner == identity and member.kind == Table.kind
    ]
    if tables:
        yield data_loss(identity, f"the rows of {', '.join(tables)}, which belong to it, are lost")
    columns = [
        dependency.dependent.qualified_name
        for dependency in old.dependents(identity)
        if _loses_values(dependency.dependent, context)
    ]
    if columns:
        yield data_loss(identity, f"the types of {', '.join(columns)} go, and so do their values")


def _loses_values(identity: Identity, context: Context) -> bool:
    column = context.old.get(identity, Column)
    return column is not None and column.generated_mode is None and context.is_dropped(identity)


def _alter(change: Change[Extension], _context: Context) -> Iterable[Action] | None:
    """Move it to another schema, where it can be moved."""
    if not change.old.is_relocatable:
        return None
    name, schema = identifier(change.new.identity.name), identifier(change.new.in_schema)
    return plain(f"ALTER EXTENSION {name} SET SCHEMA {schema}")


KIND = Kind(
    fact=Extension,
    rank=20,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
