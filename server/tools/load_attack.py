"""One call's attack: a set of patterns against one endpoint, and what each showed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.engines.loadtest.attacks.pattern import Attack
from server.engines.loadtest.attacks.verdict import Finding, Verdict
from server.engines.loadtest.experiment.attacked import Attacked, aim, attacked
from server.engines.loadtest.exports.sheet import secrets_of
from server.engines.loadtest.judgment import Status
from server.engines.loadtest.run import Stop
from server.errors import InvalidInputError
from server.redaction import Redactor
from server.runs import BackgroundRun, alone
from server.runtime import Runtime
from server.tools.load_arguments import CheckArguments
from server.tools.load_plan import Admitted, Wanted, admitted
from server.tools.load_report import LoadTestReport, VerdictEntry

_MOST_LISTED: Final = 8
_GUIDE: Final = "guide://backend_security_practices"
_OF_USE: Final = frozenset({"timeout", "verify_tls"})  # what of a load an attack takes, too
_STATUSES: Final = {
    Verdict.HELD: Status.PASSED,
    Verdict.BROKEN: Status.FAILED,
    Verdict.UNTESTED: Status.INSUFFICIENT,
}


@dataclass(frozen=True, slots=True)
class AttackExperiment:
    """An attack that is aimed and allowed; nothing is sent yet."""

    admitted: Admitted
    attack: Attack
    runtime: Runtime

    @property
    def title(self) -> str:
        """What it is, in a line."""
        return f"attack {self.attack.preset} on {self.admitted.url}"

    @property
    def seconds(self) -> float:
        """How long it may take: answers decide, so it is taken to outlast a call."""
        return self.admitted.caps.seconds

    async def carry_out(self, run: BackgroundRun) -> LoadTestReport:
        """Wait for runs that measure, send, judge and report."""
        stop = Stop()
        async with alone(run, self.runtime.gate, stop.set):
            outcome = await attacked(
                self.attack, self.admitted.plan, self.admitted.caps, stop=stop, watch=run.enter
            )
        known = (*self.runtime.settings.secrets, *secrets_of(self.admitted.plan))
        redactor = Redactor(known)
        return _report(outcome, run.id, str(self.admitted.url), redactor)


async def attack_on(
    preset: str, wanted: Wanted, checks: CheckArguments, files: Sequence[str], runtime: Runtime
) -> AttackExperiment:
    """Judge and aim an attack; nothing is sent.

    Raises:
        BackendError: says what is wrong, or not allowed.
    """
    given = {*wanted.load.model_dump(exclude_defaults=True)} - _OF_USE
    given |= {*checks.model_dump(exclude_defaults=True), *(["files"] if files else [])}
    if given:
        raise InvalidInputError(
            f"An attack sends its own requests one at a time, and takes no {min(given)}.",
            next_step="Leave it out, or measure in a call of its own.",
        )
    goal = await admitted(wanted, runtime)
    return AttackExperiment(goal, aim(preset, goal.plan, goal.caps), runtime)


def _report(outcome: Attacked, run_id: str, target: str, redactor: Redactor) -> LoadTestReport:
    counts = Counter(each.verdict for each in outcome.findings)
    order = sorted(outcome.findings, key=lambda each: _STATUSES[each.verdict] is Status.PASSED)
    return LoadTestReport(
        run_id=run_id,
        status=outcome.end,
        reason=outcome.reason,
        target=target,
        load=(
            f"attack {outcome.preset}: {outcome.sent} of {outcome.planned} requests, one at a "
            f"time, in {outcome.seconds:.1f} s"
        ),
        figures={str(verdict): float(counts[verdict]) for verdict in Verdict},
        verdicts=tuple(
            VerdictEntry(
                goal=each.probe,
                status=_STATUSES[each.verdict],
                measured=redactor.redact(each.seen),
            )
            for each in order
        ),
        conclusions=tuple(_conclusions(outcome.findings)),
        notes=tuple(_notes(outcome.findings)),
        next_steps=tuple(_next_steps(counts)),
    )


def _conclusions(findings: tuple[Finding, ...]) -> Iterator[str]:
    alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in findings:
        if each.verdict is Verdict.BROKEN:
            alike[each.why, each.guide_section].append(each.probe)
    for (why, section), probes in alike.items():
        yield f"{_some(probes)}: {why}. What is right: {_GUIDE}/{section}"


def _notes(findings: tuple[Finding, ...]) -> Iterator[str]:
    wrote = [each.probe for each in findings if each.may_have_written]
    if wrote:
        yield f"the server may keep what it took from: {_some(wrote)}"


def _some(probes: Sequence[str]) -> str:
    """List the first of many."""
    more = f" and {len(probes) - _MOST_LISTED} more" if len(probes) > _MOST_LISTED else ""
    return ", ".join(probes[:_MOST_LISTED]) + more


def _next_steps(counts: Counter[Verdict]) -> Iterator[str]:
    if counts[Verdict.BROKEN]:
        yield "Mend what is broken by its guide section, then send the same attack again."
    if counts[Verdict.UNTESTED]:
        yield (
            "Untested is not safe: another refusal came first. Give a request that succeeds "
            "(token, body) and send it again."
        )
    if not counts[Verdict.BROKEN] and not counts[Verdict.UNTESTED]:
        yield "Every probe held. Send the other sets: login, input_validation, headers."
