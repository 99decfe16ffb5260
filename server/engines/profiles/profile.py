"""A profile: for whom a stack is right, what it promises, and who must agree to it."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from server.engines.profiles.choices import Pattern
from server.engines.profiles.constraints import Constraint, OneOf
from server.engines.profiles.factors import Amount, Trait
from server.engines.profiles.parts import Label, Line, Part, ProfileName
from server.engines.profiles.terms import Ramp, Term

Milliseconds = Annotated[float, Field(gt=0, le=600_000)]
Minutes = Annotated[float, Field(ge=0, le=525_600)]
Chain = Annotated[tuple[Label, ...], Field(min_length=1, max_length=6)]

TOTAL_WEIGHT = 100


class Thresholds(Part):
    """What a system on this profile must keep: latencies, availability, data loss, recovery."""

    p50_ms: Milliseconds
    p95_ms: Milliseconds
    p99_ms: Milliseconds
    slo_percent: Annotated[float, Field(ge=50, lt=100)]
    rpo_minutes: Minutes
    rto_minutes: Minutes

    @model_validator(mode="after")
    def _percentiles_rise(self) -> Self:
        if not self.p50_ms < self.p95_ms < self.p99_ms:
            raise ValueError("p50_ms < p95_ms < p99_ms must hold")
        return self


class Sizing(Part):
    """Planning figures for capacity, to be replaced by a load test of the real system."""

    requests_in_flight_per_instance: Annotated[int, Field(ge=1, le=100_000)]
    connection_hold_ms: Milliseconds
    source: Line


class Pick(Part):
    """One choice in the stack, and why."""

    role: Label
    choice: Label
    version: Label
    reason: Line


class AntiPattern(Part):
    """What this profile's systems get wrong, what it costs, and what to do."""

    name: Label
    harm: Line
    instead: Line


class Approvers(Part):
    """Who must agree, in order, to each kind of change."""

    stack_change: Chain
    schema_migration: Chain
    external_service: Chain


class Profile(Part):
    """One profile file."""

    name: ProfileName
    title: Label
    summary: Line
    trade_off: Line
    reviewed: date
    constraints: Annotated[tuple[Constraint, ...], Field(max_length=20)]
    terms: Annotated[tuple[Term, ...], Field(min_length=1, max_length=20)]
    thresholds: Thresholds
    sizing: Sizing
    stack: Annotated[tuple[Pick, ...], Field(min_length=1, max_length=20)]
    anti_patterns: Annotated[tuple[AntiPattern, ...], Field(min_length=1, max_length=8)]
    approvers: Approvers

    @model_validator(mode="after")
    def _scores_compare(self) -> Self:
        if (total := sum(term.weight for term in self.terms)) != TOTAL_WEIGHT:
            raise ValueError(f"the terms' weights add up to {total}, not {TOTAL_WEIGHT}")
        if len({term.factor for term in self.terms}) < len(self.terms):
            raise ValueError("two terms look at the same factor")
        return self

    @model_validator(mode="after")
    def _services_gain_from_size(self) -> Self:
        # What services cost is fixed and what they give grows with people and load.
        growing = {Amount.TEAM_SIZE, Amount.P99_QPS}
        for term in self.terms:
            falls = isinstance(term, Ramp) and term.factor in growing and not term.is_rising
            if falls and self.accepts(Pattern.SERVICES):
                raise ValueError(
                    f"the {term.factor} term falls, but the profile accepts services; let it rise, "
                    "or constrain pattern to monoliths"
                )
        return self

    def accepts(self, pattern: Pattern) -> bool:
        """Tell whether the profile's constraints allow `pattern`."""
        return all(
            pattern in each.values
            for each in self.constraints
            if isinstance(each, OneOf) and each.factor is Trait.PATTERN
        )
