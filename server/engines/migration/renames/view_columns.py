"""Columns of views that have the old name of the column which they show."""

from collections.abc import Iterator, Sequence

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.view import View
from server.engines.catalog.kinds.view_column import ViewColumn
from server.engines.migration.renames.rename import Rename, Translation

_COLUMNS = frozenset({Column.kind, ViewColumn.kind})


def view_columns(old: Catalog, new: Catalog, wanted: Sequence[Rename]) -> Iterator[Rename]:
    """Yield the renames of columns that views hand on, so that no view has to be made anew."""
    names = {(each.old.name, each.new.name) for each in wanted if each.old.kind in _COLUMNS}
    if not names:
        return
    views = {each.old: each.new for each in wanted}
    forward, asked = Translation.forward(wanted), {each.old for each in wanted}
    for view in (*old.of(View), *old.of(MaterializedView)):
        there = views.get(view.identity, forward.identity(view.identity))
        other = new.get(there, type(view))
        if other is not None and len(view.column_order) == len(other.column_order):
            for before, after in zip(view.column_order, other.column_order, strict=True):
                column = _column(view.identity, before)
                is_meant = (before, after) in names and before != after and column not in asked
                if is_meant and _is_free((before, after), view, other):
                    yield Rename(column, _column(there, after))


def _is_free(
    pair: tuple[str, str], old: View | MaterializedView, new: View | MaterializedView
) -> bool:
    return pair[1] not in old.column_order and pair[0] not in new.column_order


def _column(view: Identity, name: str) -> Identity:
    return Identity(ViewColumn.kind, (*view.names, name))
