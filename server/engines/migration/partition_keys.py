"""A foreign key of a partitioned table, which before PostgreSQL 18 cannot be added as NOT VALID.

Each partition gets one of its own first, whose rows are checked while others write; that of the
whole table adopts them and reads no row. Measured on 15: SHARE ROW EXCLUSIVE on the partitions and
ACCESS EXCLUSIVE on the table that it points at, for a moment.
"""

from collections.abc import Iterator

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Context
from server.engines.migration.inheritance import heirs, leaves
from server.engines.migration.relation import altered
from server.engines.migration.validation import (
    constraint_definition,
    is_later_validated,
    validation,
)


def checked_in_parts(key: Constraint, context: Context) -> tuple[Action, ...]:
    """Return what has the partitions demand a new foreign key before the whole table does."""
    if not _is_adopting(key, context):
        return ()
    return tuple(action for part in _parts(key, context) for action in _checked(part, context))


def gone_with_whole(key: Constraint, context: Context) -> Iterator[Identity]:
    """Yield the key of the whole table that takes the one of a partition along when it goes.

    The partition shall keep its own, so that is made anew.
    """
    old = context.old.get(key.identity, Constraint)
    if old is None or old.type is not ConstraintType.FOREIGN_KEY or old.partition_of is None:
        return
    if key.partition_of is None and not leaves(key.parent, context):
        yield old.partition_of


def _is_adopting(key: Constraint, context: Context) -> bool:
    table = None if key.parent is None else context.new.get(key.parent, Table)
    is_there = not (context.is_created(key.parent) or context.is_dropped(key.identity))
    return (
        context.is_online
        and is_there
        and key.type is ConstraintType.FOREIGN_KEY
        and key.is_validated
        and table is not None
        and table.is_partitioned
        and not is_later_validated(key, context)
    )


def _parts(key: Constraint, context: Context) -> Iterator[Constraint]:
    """Yield the keys of partitions that hold rows and stay where they are."""
    staying = (
        each for each in heirs(key.parent, context.new) if not _has_moved(each.identity, context)
    )
    for table in staying:
        for part in context.new.constraints(table.identity):
            if part.partition_of != key.identity or part.identity in context.old:
                continue
            if table.is_partitioned:
                yield from _parts(part, context)
            else:
                yield part


def _has_moved(partition: Identity, context: Context) -> bool:
    old, new = context.old.get(partition, Table), context.new.get(partition, Table)
    is_here = old is not None and new is not None and old.parents == new.parents
    return not is_here or context.is_created(partition) or context.is_dropped(partition)


def _checked(part: Constraint, context: Context) -> Iterator[Action]:
    head = altered(part.parent) if part.parent is not None else ""
    sql = f"{head} ADD {constraint_definition(part, context.new)} NOT VALID"
    yield Action(sql, Mode.ALONE)
    yield validation(part, context)
