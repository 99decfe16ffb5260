"""What does not stop a recommendation but must be read before it is approved."""

from collections.abc import Iterator

from server.engines.profiles.brief import Brief
from server.engines.profiles.capacity import DEFAULT_MAX_CONNECTIONS, pool_size
from server.engines.profiles.choices import Control, Pattern, Sensitivity, Tenancy
from server.engines.profiles.factors import Trait
from server.engines.profiles.kill_criteria import WRITES_OF_ONE_PRIMARY, controls
from server.engines.profiles.profile import Profile
from server.engines.profiles.quantities import Duration, plain
from server.engines.profiles.ranking import Candidate
from server.engines.profiles.targets import Targets

PERSONAL_DATA_FLOOR = (
    Control.ACCESS_CONTROL,
    Control.ENCRYPTION_AT_REST,
    Control.ENCRYPTION_IN_TRANSIT,
    Control.DATA_ERASURE,
)


def warnings(brief: Brief, best: Candidate, aims: Targets) -> tuple[str, ...]:
    """Return every warning, most consequential first."""
    return (
        *_exceptions(best),
        *_data(brief),
        *_objectives(best.profile, aims),
        *_load(brief, best.profile),
        *_people(brief, best),
    )


def _exceptions(best: Candidate) -> Iterator[str]:
    for constraint in best.failed:
        yield f"Outside {best.profile.name}'s own limits ({constraint}). {constraint.reason}"


def _data(brief: Brief) -> Iterator[str]:
    working = controls(brief.answers)
    absent = [each for each in PERSONAL_DATA_FLOOR if each not in working]
    if brief.sensitivity is Sensitivity.PII and absent:
        yield (
            f"Personal data without {', '.join(absent)}: needed before the first real record "
            "(GDPR, 2016, Articles 17 and 32)."
        )
    if brief.tenancy is Tenancy.SHARED and Control.TENANT_ISOLATION not in working:
        yield (
            "Shared tables without tenant-isolation: force row-level security by tenant and add "
            "a test that crosses tenants and must fail."
        )


def _objectives(profile: Profile, aims: Targets) -> Iterator[str]:
    budget = aims.slo.budget_minutes
    if aims.rto.minutes > budget:
        yield (
            f"One recovery of {aims.rto} (RTO) spends more than the {plain(budget)} min that "
            f"{aims.slo} allows in 30 days: shorten the RTO, or lower the SLO."
        )
    floor = profile.thresholds
    stricter = [
        f"{name} {stated} (designed for {designed})"
        for name, stated, designed, is_stricter in (
            ("SLO", aims.slo, f"{floor.slo_percent:g}%", aims.slo.percent > floor.slo_percent),
            (
                "RPO",
                aims.rpo,
                Duration(floor.rpo_minutes * 60),
                aims.rpo.minutes < floor.rpo_minutes,
            ),
            (
                "RTO",
                aims.rto,
                Duration(floor.rto_minutes * 60),
                aims.rto.minutes < floor.rto_minutes,
            ),
        )
        if is_stricter
    ]
    if stricter:
        yield (
            f"Stricter than {profile.name}: {', '.join(stricter)}. Budget for the difference: a "
            "standby in a second zone, rehearsed failover, a wider pager rotation."
        )


def _load(brief: Brief, profile: Profile) -> Iterator[str]:
    pool = pool_size(brief, profile.sizing)
    if pool > DEFAULT_MAX_CONNECTIONS:
        yield (
            f"{pool} connections exceed PostgreSQL's default max_connections of "
            f"{DEFAULT_MAX_CONNECTIONS}: put PgBouncer in transaction mode in front."
        )
    if brief.pattern is Pattern.SERVICES and brief.write_rate > WRITES_OF_ONE_PRIMARY:
        yield (
            f"{plain(brief.write_rate)} writes/s over all services: answer Q1 again for each "
            f"service; above {WRITES_OF_ONE_PRIMARY:,} writes/s one primary needs a partition key."
        )


def _people(brief: Brief, best: Candidate) -> Iterator[str]:
    for term in best.terms:
        if term.factor != Trait.LANGUAGE or term.points:
            continue
        if brief.answers.architecture.language is None:
            yield (
                f"No language was stated: it is worth {term.weight} of 100 points and may change "
                "the profile."
            )
        else:
            yield (
                f"{best.profile.name} earns 0 of {term.weight} points for the language you "
                f"prefer ({term.stated}): plan the learning, or have the operator add a profile."
            )
    for constraint in best.unverified:
        yield f"Not verified, because it was not stated: {constraint}."
