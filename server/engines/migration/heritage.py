"""How a table leaves what it inherits from, and joins something else."""

from collections.abc import Iterator

from server.engines.catalog.free_name import free_name
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.partitions import attach, default_partition, detach
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
            alone = context.is_online and default_partition(whole, context.old) is None
            mode = Mode.OUTSIDE if alone else Mode.TRANSACTIONAL
            yield Action(detach(old, concurrently=alone), mode)
        return
    for parent in old.parents:
        if parent not in new.parents:
            yield Action(f"{altered(new.identity)} NO INHERIT {qualified(*parent.names)}")


def _joined(change: Change[Table], context: Context) -> Iterator[Action]:
    old, new = change.old, change.new
    if new.is_partition:
        yield from _attached(new, context)
        return
    for parent in new.parents:
        if parent not in old.parents or old.is_partition:
            yield Action(f"{altered(new.identity)} INHERIT {qualified(*parent.names)}")


def _attached(table: Table, context: Context) -> Iterator[Action]:
    """Attach a table with rows; what they must meet is proven before, under a weak lock."""
    name = table.identity.qualified_name
    message = f"a row of {name} that does not belong into the partition stops the statement"
    fails = (Hazard(HazardKind.MAY_FAIL, table.identity, message),)
    if not context.is_online or table.partition_constraint is None:
        yield Action(attach(table), hazards=fails)
        return
    taken = {each.identity.name for each in context.old.constraints(table.identity)}
    check = identifier(free_name((table.identity.name,), "fits", taken))
    head = altered(table.identity)
    demand = f"CHECK ({table.partition_constraint})"
    yield Action(f"{head} ADD CONSTRAINT {check} {demand} NOT VALID")
    yield Action(f"{head} VALIDATE CONSTRAINT {check}", Mode.FRESH, fails)
    yield Action(attach(table), Mode.FRESH)
    yield Action(f"{head} DROP CONSTRAINT {check}")
