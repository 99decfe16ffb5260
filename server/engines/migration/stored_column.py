"""Generated columns whose values are stored: what there is instead of writing the table anew."""

from collections.abc import Iterator

from server.engines.catalog.kinds.column import Column, GeneratedMode
from server.engines.migration.context import Context
from server.engines.migration.hazard import Hazard, HazardKind

_VIRTUAL_SINCE = 18


def written_anew(column: Column, context: Context) -> Iterator[Hazard]:
    """Yield why a stored column takes a rewrite, and the ways around it that a schema can choose.

    No statement makes a generated column of a plain one that was filled in batches.
    """
    table = column.parent
    if column.generated_mode is not GeneratedMode.STORED or table is None:
        return
    if context.is_created(table):
        return
    is_indexed = any(
        column.identity.name in {*index.key_columns, *index.included_columns}
        for index in context.new.indexes(table)
    )
    virtual = context.major >= _VIRTUAL_SINCE and not is_indexed
    other = "; or declare it VIRTUAL, which writes nothing" if virtual else ""
    message = (
        f"PostgreSQL fills the stored {column.identity.qualified_name} only by writing all of "
        f"{table.qualified_name} anew under a lock; to stay online, declare a plain column that a "
        f"trigger keeps and that is filled in batches{other}"
    )
    yield Hazard(HazardKind.REWRITE, column.identity, message)
