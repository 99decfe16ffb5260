"""How a table leaves what it inherits from, and joins something else."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.beside_default import excluding
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.inheritance import declares_otherwise, heirs, joins
from server.engines.migration.partitions import (
    attach,
    decides_about_partitions,
    default_partition,
    demands,
    detach,
    risks_of_leaving,
)
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, qualified


def moved(change: Change[Table], context: Context) -> Iterator[Action]:
    """Yield the statements that leave the tables above and join others."""
    if change.names & {"parents", "partition_bound", "is_detaching"}:
        yield from _left(change, context)
        yield from _joined(change, context)


def _left(change: Change[Table], context: Context) -> Iterator[Action]:
    old, new = change.old, change.new
    if old.is_partition:
        for whole in old.parents:
            for each in _parting(old, moving(whole, context)):
                yield from _detached(each, whole, context)
        return
    for parent in old.parents:
        if parent not in new.parents:
            yield Action(f"{altered(new.identity)} NO INHERIT {qualified(*parent.names)}")


def moving(whole: Identity, context: Context) -> tuple[Table, ...]:
    """Return the partitions that stay with the whole and get other bounds.

    Their bounds may change places, so the first of them parts all before any is attached again.
    """
    return tuple(
        sorted(
            (
                old
                for new in heirs(whole, context.new)
                if (old := context.old.get(new.identity, Table)) is not None
                and new.is_partition
                and old.is_partition
                and old.parents == new.parents
                and old.partition_bound != new.partition_bound
                and not context.is_created(new.identity)
            ),
            key=lambda each: each.identity.order,
        )
    )


def _parting(table: Table, together: tuple[Table, ...]) -> tuple[Table, ...]:
    """Return what leaves the whole when this table's turn comes."""
    if table not in together:
        return (table,)
    return together if table == together[0] else ()


def _detached(table: Table, whole: Identity, context: Context) -> Iterator[Action]:
    """Leave a partitioned table; concurrently where no default partition forbids it.

    PostgreSQL keeps what the bound demanded as a CHECK of its own naming, unless there is one that
    says the same: ours, which goes again.
    """
    is_refused = default_partition(whole, context.old) is not None
    if not context.is_online or is_refused or table.is_detaching:
        yield Action(detach(table, concurrently=False), hazards=risks_of_leaving(table, context))
        return
    add, validate, drop = _proving(table, context.old, context)
    yield Action(add)
    yield Action(validate, Mode.ALONE)
    risks = risks_of_leaving(table, context)
    yield Action(detach(table, concurrently=True), Mode.OUTSIDE, risks)
    yield Action(drop)


def _proving(table: Table, whole: Catalog, context: Context) -> tuple[str, str, str]:
    """Return what adds, validates and drops a CHECK of all that the partition's bound demands.

    `whole` is the schema in which it is a partition.
    """
    taken = {each.identity.name for each in context.old.constraints(table.identity)}
    check = identifier(free_name((table.identity.name,), "fits", taken))
    head = altered(table.identity)
    return (
        f"{head} ADD CONSTRAINT {check} CHECK ({demands(table, whole)}) NOT VALID",
        f"{head} VALIDATE CONSTRAINT {check}",
        f"{head} DROP CONSTRAINT {check}",
    )


def dissolved(table: Identity, whole: Identity, context: Context) -> Iterator[Table]:
    """Yield the partitions of a whole that are dropped when a table comes out of them."""
    before = context.old.get(table, Table)
    for parent in before.parents if before is not None and before.is_partition else ():
        above = context.old.get(parent, Table)
        if above is not None and whole in above.parents and context.is_dropped(parent):
            yield above
        yield from dissolved(parent, whole, context)


def first_out(above: Table, whole: Identity, context: Context) -> Identity:
    """Return which of the tables that come out of a partition parts it from the whole."""
    came = (each.identity for each in heirs(whole, context.new))
    return min(each for each in came if above in dissolved(each, whole, context))


def _joined(change: Change[Table], context: Context) -> Iterator[Action]:
    old, new = change.old, change.new
    if new.is_partition:
        whole = new.parents[0]
        for above in dissolved(new.identity, whole, context):
            # It is in the way, and cannot be dropped before what comes out of it.
            if first_out(above, whole, context) == new.identity:
                yield Action(detach(above, concurrently=False))
        yield from _attached(new, context)
        return
    for parent in new.parents:
        if parent not in old.parents or old.is_partition:
            yield Action(f"{altered(new.identity)} INHERIT {qualified(*parent.names)}")


def must_be_made_anew(heir: Table, context: Context) -> bool:
    """Whether PostgreSQL cannot say of the table that is there what it shall declare itself.

    It keeps for good what was said when a column came; to leave the table above and join it again
    makes everything declared.
    """
    if any(divides_otherwise(each, context) for each in context.new.columns(heir.identity)):
        return True
    if heir.is_partition or not heir.parents:
        return False
    inherits_more = any(not each.is_local for each in _inherited(heir, context))
    if joins(heir.identity, context):
        return inherits_more
    changed = [*_declared_otherwise(heir, context)]
    return bool(changed) and (inherits_more or any(not each.is_local for each in changed))


def divides_otherwise(column: Column, context: Context) -> bool:
    """Whether a column gets another type or collation by which its table is partitioned."""
    old = context.old.get(column.identity, Column)
    if old is None or not decides_about_partitions(old, context.old):
        return False
    return (old.type, old.collation) != (column.type, column.collation)


def declared_again(heir: Table, context: Context) -> Iterator[Action]:
    """Yield what lets an heir declare all that it inherits."""
    if not joins(heir.identity, context) and any(_declared_otherwise(heir, context)):
        for how in ("NO INHERIT", "INHERIT"):
            for parent in heir.parents:
                yield Action(f"{altered(heir.identity)} {how} {qualified(*parent.names)}")


def _declared_otherwise(heir: Table, context: Context) -> Iterator[Column]:
    if not heir.is_partition:
        for column in context.new.columns(heir.identity):
            if declares_otherwise(column, context):
                yield column


def _inherited(heir: Table, context: Context) -> Iterator[Column | Constraint]:
    """Yield what the heir gets from above."""
    for part in (*context.new.columns(heir.identity), *context.new.constraints(heir.identity)):
        if part.is_inherited:
            yield part


def _attached(table: Table, context: Context) -> Iterator[Action]:
    """Attach a table with rows; what they must meet is proven before, under a weak lock."""
    name = table.identity.qualified_name
    message = f"a row of {name} that does not belong into the partition stops the statement"
    fails = (Hazard(HazardKind.MAY_FAIL, table.identity, message),)
    if not context.is_online or table.partition_constraint is None:
        yield Action(attach(table), hazards=fails)
        return
    add, validate, drop = _proving(table, context.new, context)
    beside = excluding(table, context)
    yield Action(add)
    yield Action(validate, Mode.ALONE, fails)
    yield from beside.before
    yield Action(attach(table), Mode.FRESH)
    yield Action(drop)
    yield from beside.after
