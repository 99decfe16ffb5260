"""The steps that lead from one schema to another, in an order in which each can run."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import Added, Changed, Difference, Removed, differences
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.owner import Owner
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.migration.circles import arranged
from server.engines.migration.context import Change, Context, Strategy
from server.engines.migration.fates import Fates, settle
from server.engines.migration.folding import folded
from server.engines.migration.nodes import Nodes
from server.engines.migration.not_null_names import shared_names
from server.engines.migration.order import CycleError
from server.engines.migration.starting_privileges import starting_privileges
from server.engines.migration.step import Step
from server.engines.postgres.loading.loader_role import OWNER
from server.errors import RefusedError

_MOST_NAMES = 10


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the caller wants of a plan."""

    strategy: Strategy = Strategy.ONLINE
    values: Mapping[Identity, str] = field(default_factory=dict[Identity, str])
    """Expressions for columns of rows that are there, by column of the target."""
    with_owners: bool = False
    """Whether owners are changed, too; a migration usually runs as the one owner."""


def steps(old: Catalog, new: Catalog, options: PlanOptions | None = None) -> tuple[Step, ...]:
    """Return the steps from the old schema to the new; none means that they are equal.

    Both catalogs must come from servers of one major version. Hazards are those that the
    statements have by their nature; locks, rewrites and scans are observed by the proof.

    Raises:
        RefusedError: something in one of the schemas is not understood, or holds rows and would
            have to be dropped only because of something else.
    """
    options = options or PlanOptions()
    _refuse_unread(old, new)
    found = counted(old, new, with_owners=options.with_owners)
    context = Context(
        old, new, options.strategy, values=options.values, shared_names=shared_names(old, new)
    )
    privileges = [each for each in found if each.identity.kind == Privilege.kind]
    fates = settle((each for each in found if each.identity.kind != Privilege.kind), context)
    started = _starting(fates, old, new)
    _take(fates, _of_survivors(privileges, fates))
    _take(fates, _of_created(started, fates, new))
    context = replace(context, created=fates.made, dropped=fates.unmade)
    context = replace(context, folded=folded(context))
    try:
        return arranged(Nodes(context, fates, {**old.facts, **started}))
    except CycleError as circle:
        raise RefusedError(
            f"No order of the changes works, {circle}.",
            next_step="Split the change in two: first what is taken away, then what is added.",
        ) from circle


def counted(old: Catalog, new: Catalog, *, with_owners: bool = False) -> tuple[Difference, ...]:
    """Return the differences that a migration has to take away."""
    return tuple(
        each
        for each in differences(old, new)
        if (with_owners or each.identity.kind != Owner.kind)
        and not _names_nobody(each)
        and not (isinstance(each, Changed) and each.is_of_order_only)
    )


def _names_nobody(difference: Difference) -> bool:
    """Whether the new schema leaves it to who runs the migration to own an object."""
    new = None if isinstance(difference, Removed) else difference.new
    return isinstance(new, Owner) and new.role == OWNER


def _refuse_unread(*catalogs: Catalog) -> None:
    unread = sorted({each.description for catalog in catalogs for each in catalog.unmodeled})
    if unread:
        raise RefusedError(
            "The schema holds what is not understood, so no plan would be complete: "
            f"{', '.join(unread[:_MOST_NAMES])}.",
            next_step="Remove it from both sides, or migrate it by hand.",
        )


def _starting(fates: Fates, old: Catalog, new: Catalog) -> Mapping[Identity, Fact]:
    """Return what is granted on created objects before anybody is asked."""
    granted = (each for made in fates.made for each in starting_privileges(made, old, new))
    return {each.identity: each for each in granted}


def _of_survivors(privileges: Iterable[Difference], fates: Fates) -> Iterator[Difference]:
    touched = fates.made | fates.unmade
    return (each for each in privileges if each.identity.of not in touched)


def _of_created(
    started: Mapping[Identity, Fact], fates: Fates, new: Catalog
) -> Iterable[Difference]:
    wanted = {each.identity: each for each in new.of(Privilege) if each.identity.of in fates.made}
    return differences(Catalog(new.major, started), Catalog(new.major, wanted))


def _take(fates: Fates, found: Iterable[Difference]) -> None:
    """Take in differences that nothing else follows from."""
    for difference in found:
        match difference:
            case Added(new):
                fates.created.add(new.identity)
            case Removed(old):
                fates.dropped.add(old.identity)
            case Changed(old, new, fields):
                fates.altered[new.identity] = Change(old, new, fields)
