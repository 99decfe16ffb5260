"""How a table leaves what it inherits from, and joins something else."""

from collections.abc import Iterator
from dataclasses import replace

from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.inheritance import refuse_other_declaration
from server.engines.migration.partitions import attach, default_partition, detach
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, qualified
from server.errors import RefusedError


def moved(change: Change[Table], context: Context) -> Iterator[Action]:
    """Yield the statements that leave the tables above and join others."""
    if change.names & {"parents", "partition_bound", "is_detaching"}:
        yield from _left(change, context)
        yield from _joined(change, context)


def _left(change: Change[Table], context: Context) -> Iterator[Action]:
    old, new = change.old, change.new
    if old.is_partition:
        for whole in old.parents:
            yield from _detached(old, whole, context)
        return
    for parent in old.parents:
        if parent not in new.parents:
            yield Action(f"{altered(new.identity)} NO INHERIT {qualified(*parent.names)}")


def _detached(table: Table, whole: Identity, context: Context) -> Iterator[Action]:
    """Leave a partitioned table; concurrently where no default partition forbids it.

    PostgreSQL keeps what the bound demanded as a CHECK of its own naming, unless there is one that
    says the same: ours, which goes again.
    """
    is_refused = default_partition(whole, context.old) is not None
    if not context.is_online or is_refused or table.is_detaching:
        yield Action(detach(table, concurrently=False))
        return
    add, validate, drop = _proving(table, context)
    yield Action(add)
    yield Action(validate, Mode.ALONE)
    yield Action(detach(table, concurrently=True), Mode.OUTSIDE)
    yield Action(drop)


def _proving(table: Table, context: Context) -> tuple[str, str, str]:
    """Return what adds, validates and drops a CHECK of all that the partition's bound demands."""
    taken = {each.identity.name for each in context.old.constraints(table.identity)}
    check = identifier(free_name((table.identity.name,), "fits", taken))
    head = altered(table.identity)
    return (
        f"{head} ADD CONSTRAINT {check} CHECK ({table.partition_constraint}) NOT VALID",
        f"{head} VALIDATE CONSTRAINT {check}",
        f"{head} DROP CONSTRAINT {check}",
    )


def _joined(change: Change[Table], context: Context) -> Iterator[Action]:
    old, new = change.old, change.new
    if new.is_partition:
        yield from _attached(new, context)
        return
    for parent in new.parents:
        if parent not in old.parents or old.is_partition:
            _refuse_undeclared(new, context)
            yield Action(f"{altered(new.identity)} INHERIT {qualified(*parent.names)}")


def _refuse_undeclared(heir: Table, context: Context) -> None:
    """Refuse what PostgreSQL cannot say of a table that was there before it became an heir."""
    for column in context.new.columns(heir.identity):
        if column.is_inherited and not column.is_local:
            refuse_other_declaration(replace(column, is_local=True), column, context)
    for constraint in context.new.constraints(heir.identity):
        if constraint.is_inherited and not constraint.is_local:
            raise RefusedError(
                f"{heir.identity} would join the table above with a {constraint.identity} of its "
                "own, and the target has it as an inherited one only.",
                next_step="Declare the constraint in the heir, too.",
            )


def _attached(table: Table, context: Context) -> Iterator[Action]:
    """Attach a table with rows; what they must meet is proven before, under a weak lock."""
    name = table.identity.qualified_name
    message = f"a row of {name} that does not belong into the partition stops the statement"
    fails = (Hazard(HazardKind.MAY_FAIL, table.identity, message),)
    if not context.is_online or table.partition_constraint is None:
        yield Action(attach(table), hazards=fails)
        return
    add, validate, drop = _proving(table, context)
    yield Action(add)
    yield Action(validate, Mode.ALONE, fails)
    yield Action(attach(table), Mode.FRESH)
    yield Action(drop)
