"""A partition joins beside the one that takes all other rows, which need not be read under a lock.

ATTACH PARTITION reads the DEFAULT partition, and reads and writes of it wait, unless a CHECK says
that none of its rows belongs into the new one.
"""

from dataclasses import dataclass

from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.partitions import default_partition, demands
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier


@dataclass(frozen=True, slots=True)
class Excluding:
    """What comes before a partition is attached, and what takes it away again."""

    before: tuple[Action, ...] = ()
    after: tuple[Action, ...] = ()


def excluding(table: Table, context: Context) -> Excluding:
    """Return the check of the rows beside a new partition, and nothing where nobody would wait."""
    rest = _rest(table, context)
    demanded = demands(table, context.new)
    if rest is None or demanded is None or not context.is_online:
        return Excluding()
    taken = {
        each.identity.name for side in (context.old, context.new) for each in side.constraints(rest)
    }
    name = identifier(free_name((rest.name, table.identity.name), "excludes", taken))
    message = (
        f"a row of {rest.qualified_name} that belongs into {table.identity.qualified_name} stops "
        "the statement"
    )
    fails = (Hazard(HazardKind.MAY_FAIL, table.identity, message),)
    return Excluding(
        (
            Action(f"{altered(rest)} ADD CONSTRAINT {name} CHECK (NOT ({demanded})) NOT VALID"),
            Action(f"{altered(rest)} VALIDATE CONSTRAINT {name}", Mode.ALONE, fails),
        ),
        (Action(f"{altered(rest)} DROP CONSTRAINT {name}"),),
    )


def _rest(table: Table, context: Context) -> Identity | None:
    """Return the DEFAULT partition if it is there before and after, below a table that is none.

    What tables further above demand would have to be left out of the check.
    """
    whole = context.new.get(table.parents[0], Table) if table.is_partition else None
    if whole is None or whole.is_partition:
        return None
    there = default_partition(whole.identity, context.new)
    before = default_partition(whole.identity, context.old)
    if there is None or before is None or there.identity != before.identity:
        return None
    is_moved = context.is_created(there.identity) or context.is_dropped(there.identity)
    return None if is_moved or there.identity == table.identity else there.identity
