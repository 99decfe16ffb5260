"""Foreign keys that change: the new one is checked beside the old one, which serves until then."""

from collections.abc import Iterator
from dataclasses import replace

from server.engines.catalog.diff import changes
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Context
from server.engines.migration.handed_down import table_of
from server.engines.migration.partitions import parts_away
from server.engines.migration.relation import altered
from server.engines.migration.validation import (
    constraint_definition,
    is_later_validated,
    validation,
)
from server.engines.sql.quote import identifier


def is_checked_first(key: Constraint, context: Context) -> bool:
    """Whether a foreign key gives way to another one that nothing else has to come before."""
    old = context.old.get(key.identity, Constraint)
    is_foreign = old is not None and {old.type, key.type} == {ConstraintType.FOREIGN_KEY}
    if old is None or not is_foreign or not context.is_dropped(key.identity):
        return False
    return (
        bool(changes(old, key))
        and is_later_validated(key, context)
        and not _is_shared(key, context)
        and not any(parts_away(key.references, context))
        and not any(
            context.old.facts.get(each.referenced) != context.new.facts.get(each.referenced)
            or context.is_dropped(each.referenced)
            for each in context.new.dependencies_of(key.identity)
        )
    )


def _is_shared(key: Constraint, context: Context) -> bool:
    """Whether partitions have it, too, or have it from the table above."""
    table = context.new.get(table_of(key), Table)
    old = context.old.get(key.identity, Constraint)
    parts = {each.partition_of for each in (old, key) if each is not None}
    return table is None or table.is_partitioned or parts != {None}


def checked_first(key: Constraint, context: Context) -> Iterator[Action]:
    """Yield what adds the new foreign key under another name and checks the rows."""
    if not is_checked_first(key, context):
        return
    beside = replace(key, identity=_beside(key, context))
    head = altered(table_of(key))
    yield Action(f"{head} ADD {constraint_definition(beside, context.new)} NOT VALID", Mode.ALONE)
    yield validation(beside, context)


def renaming(key: Constraint, context: Context) -> Action:
    """Return what gives the new foreign key the name of the old one, which is gone by then."""
    before, after = (identifier(each.name) for each in (_beside(key, context), key.identity))
    return Action(f"{altered(table_of(key))} RENAME CONSTRAINT {before} TO {after}")


def _beside(key: Constraint, context: Context) -> Identity:
    table = table_of(key)
    taken = {
        each.identity.name
        for catalog in (context.old, context.new)
        for each in catalog.constraints(table)
    }
    name = free_name((key.identity.name,), "new", taken)
    return replace(key.identity, names=(*table.names, name))
