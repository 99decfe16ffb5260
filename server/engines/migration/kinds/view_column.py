"""The columns of views and materialized views: they come with the query, settings do not."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.view_column import ViewColumn
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.options import changed_parameters, storage_parameters
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"COLUMN {qualified(*identity.names)}"


def _head(column: ViewColumn) -> str:
    relation = column.parent or column.identity
    return f"{altered(relation)} ALTER COLUMN {identifier(column.identity.name)}"


def _is_stored(column: ViewColumn) -> bool:
    return column.parent is not None and column.parent.kind == MaterializedView.kind


def _create(column: ViewColumn, _context: Context) -> Iterable[Action]:
    if not _is_stored(column):
        return ()
    return plain(*_settings(column))


def _settings(column: ViewColumn) -> Iterator[str]:
    head = _head(column)
    if not column.is_default_storage:
        yield f"{head} SET STORAGE {column.storage}"
    if column.compression is not None:
        yield f"{head} SET COMPRESSION {column.compression}"
    if column.statistics_target is not None:
        yield f"{head} SET STATISTICS {column.statistics_target}"
    if column.options:
        yield f"{head} SET ({storage_parameters(column.options)})"


def _drop(_column: ViewColumn, _context: Context) -> Iterable[Action]:
    return ()


def _alter(change: Change[ViewColumn], _context: Context) -> Iterable[Action]:
    return plain(*_changed(change)) if _is_stored(change.new) else ()


def _changed(change: Change[ViewColumn]) -> Iterator[str]:
    old, new, names = change.old, change.new, change.names
    head = _head(new)
    if "storage" in names:
        yield f"{head} SET STORAGE {new.storage}"
    if "compression" in names:
        yield f"{head} SET COMPRESSION {new.compression or 'default'}"
    if "statistics_target" in names:
        target = -1 if new.statistics_target is None else new.statistics_target
        yield f"{head} SET STATISTICS {target}"
    yield from changed_parameters(head, old.options, new.options)


KIND = Kind(
    fact=ViewColumn,
    rank=155,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
