"""The kill criteria: combinations of answers that no score can outweigh.

What is not stated counts as absent: a criterion asks for evidence, and silence is none.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from server.engines.profiles.answers import Answers, shown
from server.engines.profiles.choices import Control, Pattern, Sensitivity, SyncModel, Tenancy
from server.engines.profiles.quantities import is_placeholder, plain

ENGINEERS_FOR_SERVICES = 30
ENGINEERS_FOR_A_ROTATION = 8
WRITES_OF_ONE_PRIMARY = 10_000
FOUR_NINES = 99.99
TEAMS_FOR_EVENTS = 2
FASTEST_PERSON_SECONDS = 5 * 60

COMPLIANCE_FLOOR = {
    Sensitivity.PHI: (
        Control.BAA,
        Control.ACCESS_CONTROL,
        Control.AUDIT_LOG,
        Control.ENCRYPTION_AT_REST,
        Control.ENCRYPTION_IN_TRANSIT,
        Control.TESTED_RESTORE,
    ),
    Sensitivity.PCI: (
        Control.CARD_TOKENIZATION,
        Control.NETWORK_SEGMENTATION,
        Control.ACCESS_CONTROL,
        Control.AUDIT_LOG,
        Control.ENCRYPTION_IN_TRANSIT,
        Control.VULNERABILITY_SCANNING,
    ),
}


@dataclass(frozen=True, slots=True)
class KillCriterion:
    """A rule that stops the recommendation: `lacking` lists what trips it, nothing if it holds."""

    id: str
    rule: str
    remedy: str
    source: str
    lacking: Callable[[Answers], Iterable[str]]


def controls(answers: Answers) -> frozenset[Control]:
    """Return the safeguards that the caller says are working."""
    return frozenset(answers.data.compliance_controls or ())


def consuming_teams(answers: Answers) -> tuple[str, ...]:
    """Return the teams that were really named as consumers of the event stream."""
    stated = answers.architecture.consuming_teams or ()
    return tuple(team for team in stated if not is_placeholder(team))


def budget_consumer(answers: Answers) -> str | None:
    """Return who was named to act when the error budget is spent."""
    named = answers.reliability.error_budget_consumer
    return None if named is None or is_placeholder(named) else named


def _writes_beyond_one_primary(answers: Answers) -> Iterable[str]:
    ratio, rate = answers.load.read_write_ratio, answers.load.p99_qps
    if answers.architecture.pattern is Pattern.SERVICES or ratio is None or rate is None:
        return
    writes = rate.per_second * ratio.write_share
    if writes > WRITES_OF_ONE_PRIMARY:
        yield f"{plain(writes)} writes/s ({shown(rate)} req/s at {ratio}) on one primary"


def _shared_without_isolation(answers: Answers) -> Iterable[str]:
    data = answers.data
    regulated = data.data_sensitivity in COMPLIANCE_FLOOR
    if data.tenancy is Tenancy.SHARED and regulated:
        yield from _absent(answers, (Control.TENANT_ISOLATION,))


def _isolated_by_hand(answers: Answers) -> Iterable[str]:
    if answers.data.tenancy is Tenancy.ISOLATED:
        yield from _absent(answers, (Control.TENANT_AUTOMATION,))


def _events_without_consumers(answers: Answers) -> Iterable[str]:
    if answers.architecture.sync_model is not SyncModel.EVENT_DRIVEN:
        return
    named = consuming_teams(answers)
    if len(named) < TEAMS_FOR_EVENTS:
        yield f"consuming_teams: {len(named)} named"


def _below_compliance_floor(answers: Answers) -> Iterable[str]:
    sensitivity = answers.data.data_sensitivity
    if sensitivity is not None:
        yield from _absent(answers, COMPLIANCE_FLOOR.get(sensitivity, ()))


def _services_too_early(answers: Answers) -> Iterable[str]:
    if answers.architecture.pattern is not Pattern.SERVICES:
        return
    team = answers.team
    if team.team_size is None or team.team_size < ENGINEERS_FOR_SERVICES:
        yield f"team_size: {shown(team.team_size)} (at least {ENGINEERS_FOR_SERVICES})"
    if not team.platform_team:
        yield f"platform_team: {shown(team.platform_team)}"
    if not team.independent_contexts:
        yield f"independent_contexts: {shown(team.independent_contexts)}"


def _zero_loss_without_standby(answers: Answers) -> Iterable[str]:
    rpo = answers.reliability.rpo
    if rpo is not None and not rpo.seconds:
        yield from _absent(answers, (Control.SYNCHRONOUS_STANDBY,))


def _recovery_faster_than_people(answers: Answers) -> Iterable[str]:
    rto = answers.reliability.rto
    if rto is not None and rto.seconds < FASTEST_PERSON_SECONDS:
        yield from _absent(answers, (Control.AUTOMATIC_FAILOVER,))


def _slo_without_consumer(answers: Answers) -> Iterable[str]:
    if answers.reliability.slo is not None and budget_consumer(answers) is None:
        yield f"error_budget_consumer: {shown(answers.reliability.error_budget_consumer)}"


def _slo_without_budget(answers: Answers) -> Iterable[str]:
    slo = answers.reliability.slo
    if slo is not None and not slo.budget_minutes:
        yield "slo: 100% leaves a budget of 0 min"


def _slo_beyond_the_rotation(answers: Answers) -> Iterable[str]:
    slo, engineers = answers.reliability.slo, answers.team.team_size
    if slo is None or slo.percent < FOUR_NINES:
        return
    if engineers is None or engineers < ENGINEERS_FOR_A_ROTATION:
        yield f"team_size: {shown(engineers)} (at least {ENGINEERS_FOR_A_ROTATION} for {slo})"


def _absent(answers: Answers, required: Iterable[Control]) -> Iterable[str]:
    working = controls(answers)
    absent = [each for each in required if each not in working]
    if absent:
        yield f"compliance_controls lacks {', '.join(absent)}"


ONE_PRIMARY = KillCriterion(
    id="writes-beyond-one-primary",
    rule=f"More than {WRITES_OF_ONE_PRIMARY:,} writes/s for one PostgreSQL primary.",
    remedy=(
        "Name a partition key and answer for one partition, or defer writes to a queue and count "
        "what reaches the primary."
    ),
    source=(
        "Kleppmann, Designing Data-Intensive Applications, 2017, chapter 6; the figure is this "
        "guide's planning limit, to be moved by a load test of the write path"
    ),
    lacking=_writes_beyond_one_primary,
)
SHARED_REGULATED = KillCriterion(
    id="shared-tenancy-without-isolation",
    rule="PHI or PCI in shared tables without enforced, tested tenant isolation.",
    remedy=(
        "Enforce row-level security by tenant and test that one tenant cannot read another's rows "
        "(control tenant-isolation), or choose isolated-multi-tenant."
    ),
    source="AWS, SaaS Tenant Isolation Strategies, 2020",
    lacking=_shared_without_isolation,
)
ISOLATED_BY_HAND = KillCriterion(
    id="isolated-tenancy-by-hand",
    rule="A database for each tenant without a program that creates, migrates and deletes it.",
    remedy=(
        "Automate the tenant's life (control tenant-automation), or start shared-multi-tenant and "
        "move out the tenants that pay for isolation."
    ),
    source="Golding, Building Multi-Tenant SaaS Architectures, 2024",
    lacking=_isolated_by_hand,
)
EVENTS_TOO_EARLY = KillCriterion(
    id="events-without-consumers",
    rule="Event-driven before the second consuming team is named.",
    remedy=(
        "Name two teams that will consume the stream, or choose sync with a job queue (async) and "
        "publish events when the second consumer arrives."
    ),
    source="Fowler, What do you mean by “Event-Driven”?, 2017",
    lacking=_events_without_consumers,
)
COMPLIANCE = KillCriterion(
    id="below-the-compliance-floor",
    rule="PHI or PCI without every control of its floor.",
    remedy=(
        "Put the missing controls to work before the first real record, or keep the data out: a "
        "payment provider's hosted fields remove card numbers, de-identification removes PHI."
    ),
    source=(
        "HIPAA Security Rule (45 CFR 164.308-164.314), 2003; PCI DSS 4.0, 2022, "
        "requirements 1, 3, 4, 7, 8, 10, 11"
    ),
    lacking=_below_compliance_floor,
)
SERVICES_TOO_EARLY = KillCriterion(
    id="services-too-early",
    rule=(
        f"Services without {ENGINEERS_FOR_SERVICES} engineers, a platform team and independent "
        "bounded contexts."
    ),
    remedy="Choose modular-monolith; extract a module when all three hold for it.",
    source=(
        "Fowler, MonolithFirst, 2015; Newman, Monolith to Microservices, 2019; the figure of "
        f"{ENGINEERS_FOR_SERVICES} is this guide's floor"
    ),
    lacking=_services_too_early,
)
ZERO_LOSS = KillCriterion(
    id="zero-loss-without-standby",
    rule="RPO 0 without a synchronous standby: asynchronous replication loses its lag.",
    remedy=(
        "Run a synchronous standby (control synchronous-standby) and pay its commit latency, or "
        "state the seconds of writes that may be lost."
    ),
    source="PostgreSQL documentation, Synchronous Replication",
    lacking=_zero_loss_without_standby,
)
FAST_RECOVERY = KillCriterion(
    id="recovery-faster-than-people",
    rule="RTO under 5 min without automatic failover: a person needs that long to respond.",
    remedy="Rehearse automatic failover (control automatic-failover), or state 5 min or more.",
    source="Beyer et al., Site Reliability Engineering, 2016, chapter 11",
    lacking=_recovery_faster_than_people,
)
UNOWNED_SLO = KillCriterion(
    id="slo-without-consumer",
    rule="An SLO whose error budget nobody is named to act on.",
    remedy=(
        "Name the person or team that stops feature work when the budget is spent "
        "(error_budget_consumer), or leave slo out and keep the question open."
    ),
    source="Beyer et al., Site Reliability Engineering, 2016, chapter 3",
    lacking=_slo_without_consumer,
)
NO_BUDGET = KillCriterion(
    id="slo-without-budget",
    rule="An SLO of 100 %: no deploy, no migration and no failover fits in it.",
    remedy="State the availability below which users would leave, such as 99.9%.",
    source="Beyer et al., Site Reliability Engineering, 2016, chapter 3",
    lacking=_slo_without_budget,
)
NO_ROTATION = KillCriterion(
    id="slo-beyond-the-rotation",
    rule=(
        f"{FOUR_NINES} % or more with fewer than {ENGINEERS_FOR_A_ROTATION} engineers to share "
        "the pager: 4.3 min in 30 days is less than one response."
    ),
    remedy=(
        f"Staff a rotation of {ENGINEERS_FOR_A_ROTATION} (team_size), or state 99.9% or 99.95%."
    ),
    source="Beyer et al., Site Reliability Engineering, 2016, chapter 11",
    lacking=_slo_beyond_the_rotation,
)
