"""How extended statistics come, change and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.statistics import Statistics
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import qualified

_USUAL_TARGET = -1


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"STATISTICS {qualified(*identity.names)}"


def _create(statistics: Statistics, context: Context) -> Iterable[Action]:
    target = [] if statistics.target is None else [_target(statistics, context)]
    return plain(statistics.definition, *target)


def _target(statistics: Statistics, context: Context) -> str:
    target = _USUAL_TARGET if statistics.target is None else statistics.target
    return f"ALTER {_reference(statistics.identity, context.new)} SET STATISTICS {target}"


def _drop(statistics: Statistics, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(statistics.identity, context.old)}")


def _alter(change: Change[Statistics], context: Context) -> Iterable[Action] | None:
    return plain(_target(change.new, context)) if change.only("target") else None


KIND = Kind(
    fact=Statistics,
    rank=140,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
