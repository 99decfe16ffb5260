"""How defaults of columns come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.migration.action import Action, plain
from server.engines.migration.backfill import filled_at_once, filling
from server.engines.migration.context import Change, Context
from server.engines.migration.identity_column import COUNTED, catch_up
from server.engines.migration.inheritance import comes_from_above, goes_from_above
from server.engines.migration.kind import Kind
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"COLUMN {qualified(*identity.names)}"


def _head(default: Default, catalog: Catalog) -> str:
    column = catalog.facts[default.parent] if default.parent is not None else default
    relation = column.parent or default.identity
    return f"{altered(relation)} ALTER COLUMN {identifier(default.identity.name)}"


def _set(default: Default, context: Context) -> str:
    return f"{_head(default, context.new)} SET DEFAULT {default.expression}"


def _create(default: Default, context: Context) -> Iterable[Action]:
    if comes_from_above(default, context):
        return ()
    return plain(_set(default, context), *_catching_up(default, context))


def _catching_up(default: Default, context: Context) -> Iterator[str]:
    """Let a new sequence go on after the rows that are there, as no row can come meanwhile."""
    column = context.new.get(default.parent, Column) if default.parent is not None else None
    if column is None or context.is_created(column.identity) or column.type not in COUNTED:
        return
    for dependency in context.new.dependencies_of(default.identity):
        sequence = context.new.get(dependency.referenced, Sequence)
        if sequence is None or not context.is_created(sequence.identity):
            continue
        if sequence.owned_by == column.identity and sequence.increment > 0:
            yield catch_up(column, context.new)


def _finish(default: Default, context: Context) -> Iterable[Action]:
    """Give the rows that are there what new ones get; until then they hold NULL."""
    return filling(default, context)


def _drop(default: Default, context: Context) -> Iterable[Action]:
    if goes_from_above(default, context):
        return ()
    return plain(f"{_head(default, context.old)} DROP DEFAULT")


def _gives_way_to_identity(default: Default, context: Context) -> bool:
    """Whether the column counts by itself from then on: rows get no number in between."""
    column = context.new.get(default.parent, Column) if default.parent is not None else None
    return column is not None and column.identity_mode is not None


def _alter(change: Change[Default], context: Context) -> Iterable[Action]:
    return plain(_set(change.new, context), *_catching_up(change.new, context))


def _folds(default: Default, context: Context) -> bool:
    column = context.new.facts[default.parent] if default.parent is not None else default
    is_of_table = column.kind == "column"
    return is_of_table and (context.is_created(column.parent) or filled_at_once(default, context))


KIND = Kind(
    fact=Default,
    rank=100,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    lingers=_gives_way_to_identity,
    finish=_finish,
    folds=_folds,
)
