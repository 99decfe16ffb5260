"""What is set on a column and no column definition can say."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.kinds.column import Column
from server.engines.migration.options import storage_parameters
from server.engines.migration.relation import altered_alone
from server.engines.sql.quote import identifier


def settings(columns: Iterable[Column]) -> Iterator[str]:
    """Yield the statements that set it; heirs have each their own."""
    for column in columns:
        yield from _settings(column)


def _settings(column: Column) -> Iterator[str]:
    if column.parent is None:
        raise ValueError(f"{column.identity} belongs to no relation")
    head = f"{altered_alone(column.parent)} ALTER COLUMN {identifier(column.identity.name)}"
    if not column.is_default_storage:
        yield f"{head} SET STORAGE {column.storage}"
    if column.statistics_target is not None:
        yield f"{head} SET STATISTICS {column.statistics_target}"
    if column.options:
        yield f"{head} SET ({storage_parameters(column.options)})"
