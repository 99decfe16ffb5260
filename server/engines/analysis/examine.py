"""Run the checks over a catalog; every check says whether it ran and over how many objects."""

from collections.abc import Collection, Iterable

from server.engines.analysis.check import Check, Scope
from server.engines.analysis.outcome import Outcome, Status
from server.engines.analysis.registry import checks
from server.errors import InvalidInputError


def examine(scope: Scope, wanted: Collection[str] = ()) -> tuple[Outcome, ...]:
    """Return the outcome of every check, or of the wanted ones.

    Raises:
        InvalidInputError: a wanted check does not exist; names those that do.
    """
    return tuple(_outcome(check, scope, wanted) for check in _chosen(wanted))


def _chosen(wanted: Collection[str]) -> Iterable[Check]:
    known = [check.id for check in checks()]
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise InvalidInputError(
            f"No check {', '.join(repr(each[:64]) for each in unknown)}.",
            next_step=f"Checks: {', '.join(known)}.",
        )
    return [check for check in checks() if not wanted or check.id in wanted]


def _outcome(check: Check, scope: Scope, wanted: Collection[str]) -> Outcome:
    definition = check.definition
    if not definition.on_by_default and check.id not in wanted:
        return Outcome(check.id, Status.SKIPPED, definition.examines, reason="runs when asked for")
    if definition.needs_exposed and not scope.exposed_schemas:
        reason = "no exposed schema given"
        return Outcome(check.id, Status.SKIPPED, definition.examines, reason=reason)
    population = list(definition.population(scope))
    if not population:
        return Outcome(check.id, Status.NOT_APPLICABLE, definition.examines)
    found = [finding for each in population for finding in check.findings(each, scope)]
    found.sort(key=lambda finding: (finding.severity.rank, finding.subject))
    return Outcome(check.id, Status.RAN, definition.examines, len(population), tuple(found))
