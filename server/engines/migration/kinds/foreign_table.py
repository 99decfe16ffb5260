"""How foreign tables come, change and go; their rows lie elsewhere and stay there."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.migration.action import Action, plain
from server.engines.migration.column_definition import column_definition
from server.engines.migration.column_settings import settings
from server.engines.migration.context import Change, Context
from server.engines.migration.foreign_options import changed_options, options_clause
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"FOREIGN TABLE {qualified(*identity.names)}"


def _grant_on(identity: Identity, _catalog: Catalog) -> str:
    return f"TABLE {qualified(*identity.names)}"


def _create(table: ForeignTable, context: Context) -> Iterable[Action]:
    columns = [
        each for each in context.new.columns(table.identity) if each.identity in context.folded
    ]
    declared = [each for each in columns if each.is_local or not _is_heir(table)]
    definitions = ", ".join(column_definition(each, context) for each in declared)
    above = ", ".join(qualified(*each.names) for each in table.parents)
    inherits = f" INHERITS ({above})" if _is_heir(table) else ""
    options = options_clause(table.identity, table.options)
    return plain(
        f"CREATE FOREIGN TABLE {qualified(*table.identity.names)} ({definitions}){inherits} "
        f"SERVER {identifier(table.server)}{options}",
        *settings(columns),
        *(each for column in columns if column not in declared for each in _column_options(column)),
    )


def _is_heir(table: ForeignTable) -> bool:
    """Whether it inherits columns, which a partition rather brings along."""
    return bool(table.parents) and table.partition_bound is None


def _column_options(column: Column) -> Iterator[str]:
    """Yield the options of a column that only the table above declares."""
    table, name = qualified(*column.identity.names[:-1]), identifier(column.identity.name)
    head = f"ALTER FOREIGN TABLE {table} ALTER COLUMN {name}"
    yield from changed_options(head, column.identity, (), column.fdw_options)


def _finish(table: ForeignTable, _context: Context) -> Iterable[Action]:
    return () if _is_heir(table) else plain(*_attached(table))


def _awaits(table: ForeignTable, context: Context) -> Iterator[Identity]:
    """Let checks of a partition come before it is attached, as those above it are asked for."""
    for each in (table.identity, *table.parents):
        yield from (constraint.identity for constraint in context.new.constraints(each))


def _drop(table: ForeignTable, _context: Context) -> Iterable[Action]:
    return plain(f"DROP FOREIGN TABLE {qualified(*table.identity.names)}")


def _alter(change: Change[ForeignTable], _context: Context) -> Iterable[Action] | None:
    """Change options and ancestors; another server takes a new foreign table."""
    return None if "server" in change.names else plain(*_altered(change))


def _altered(change: Change[ForeignTable]) -> Iterator[str]:
    old, new = change.old, change.new
    head = f"ALTER FOREIGN TABLE {qualified(*new.identity.names)}"
    if change.names & {"parents", "partition_bound"}:
        yield from _detached(old)
        yield from _attached(new)
    yield from changed_options(head, new.identity, old.options, new.options)


def _attached(table: ForeignTable) -> Iterator[str]:
    name = qualified(*table.identity.names)
    for parent in table.parents:
        above = qualified(*parent.names)
        if table.partition_bound is None:
            yield f"ALTER FOREIGN TABLE {name} INHERIT {above}"
        else:
            yield f"ALTER TABLE {above} ATTACH PARTITION {name} {table.partition_bound}"


def _detached(table: ForeignTable) -> Iterator[str]:
    name = qualified(*table.identity.names)
    for parent in table.parents:
        above = qualified(*parent.names)
        if table.partition_bound is None:
            yield f"ALTER FOREIGN TABLE {name} NO INHERIT {above}"
        else:
            yield f"ALTER TABLE {above} DETACH PARTITION {name}"


KIND = Kind(
    fact=ForeignTable,
    rank=72,
    reference=_reference,
    grant_on=_grant_on,
    create=_create,
    drop=_drop,
    alter=_alter,
    finish=_finish,
    awaits=_awaits,
)
