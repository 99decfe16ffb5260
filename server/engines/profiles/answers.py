"""The answers to the seven questions as they arrive: each optional, each parsed once."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
    model_serializer,
)

from server.engines.profiles.choices import (
    Control,
    Language,
    Pattern,
    Sensitivity,
    SyncModel,
    Tenancy,
)
from server.engines.profiles.quantities import (
    COUNT_FORMS,
    DURATION_FORMS,
    NAME_FORMS,
    PERCENT_FORMS,
    RATE_FORMS,
    RATIO_FORMS,
    Availability,
    Duration,
    Rate,
    ReadWriteRatio,
    parse_count,
)
from server.engines.profiles.reading import choice, choices, name, names, quantity, yes_or_no

_TEXT = WithJsonSchema({"type": "string"})
_NUMBER = WithJsonSchema({"type": "number"})
_YES_OR_NO = Annotated[bool | None, BeforeValidator(yes_or_no), WithJsonSchema({"type": "boolean"})]
_DURATION = Annotated[Duration | None, quantity(Duration.parse, forms=DURATION_FORMS), _TEXT]


def _without_null_defaults(schema: dict[str, Any]) -> None:
    # That an answer may be left out follows from its absence in `required`.
    for leaf in schema["properties"].values():
        leaf.pop("default", None)


class _Group(BaseModel):
    # Deferred, because a server that starts only needs the schema of the tool's own subclasses.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        json_schema_extra=_without_null_defaults,
    )

    @model_serializer(mode="plain")
    def stated(self) -> dict[str, JsonValue]:
        """Return what was answered, as the JSON values that the arguments take."""
        values = {leaf: getattr(self, leaf) for leaf in type(self).model_fields}
        return {leaf: argument(value) for leaf, value in values.items() if value is not None}


class Load(_Group):
    """Q1."""

    read_write_ratio: Annotated[
        ReadWriteRatio | None,
        quantity(ReadWriteRatio.parse, forms=RATIO_FORMS),
        _TEXT,
        Field(description="reads:writes, e.g. 80:20"),
    ] = None
    p99_qps: Annotated[
        Rate | None,
        quantity(Rate.parse, forms=RATE_FORMS),
        _NUMBER,
        Field(description="p99 requests/s in one year"),
    ] = None


class Data(_Group):
    """Q2 and Q4."""

    tenancy: Annotated[
        Tenancy | None,
        choice(Tenancy),
        WithJsonSchema({"type": "string", "enum": [*Tenancy]}),
        Field(description="who shares a database"),
    ] = None
    data_sensitivity: Annotated[
        Sensitivity | None,
        choice(Sensitivity),
        WithJsonSchema({"type": "string", "enum": [*Sensitivity]}),
        Field(description="the most sensitive data held"),
    ] = None
    compliance_controls: Annotated[
        tuple[Control, ...] | None,
        choices(Control),
        WithJsonSchema({"type": "array", "items": {"type": "string"}}),
        Field(
            description="working safeguards by id, as audit-log; "
            "guide://forcing_questions/controls has all, a refusal those needed"
        ),
    ] = None


class Architecture(_Group):
    """Q3 and Q5."""

    pattern: Annotated[
        Pattern | None,
        choice(Pattern),
        WithJsonSchema({"type": "string", "enum": [*Pattern]}),
        Field(description="how the code is deployed"),
    ] = None
    sync_model: Annotated[
        SyncModel | None,
        choice(SyncModel),
        WithJsonSchema({"type": "string", "enum": [*SyncModel]}),
        Field(description="how the parts talk"),
    ] = None
    consuming_teams: Annotated[
        tuple[str, ...] | None,
        BeforeValidator(names),
        WithJsonSchema({"type": "array", "items": {"type": "string"}}),
        Field(description="teams that consume the event stream"),
    ] = None
    language: Annotated[
        Language | None,
        choice(Language),
        WithJsonSchema({"type": "string", "enum": [*Language]}),
        Field(description="preferred language"),
    ] = None


class Team(_Group):
    """Q5."""

    team_size: Annotated[
        int | None,
        quantity(parse_count, forms=COUNT_FORMS),
        WithJsonSchema({"type": "integer"}),
        Field(description="engineers who change this system"),
    ] = None
    platform_team: Annotated[_YES_OR_NO, Field(description="a team owns the platform")] = None
    independent_contexts: Annotated[
        _YES_OR_NO, Field(description="bounded contexts change and deploy alone")
    ] = None


class Reliability(_Group):
    """Q6 and Q7."""

    rpo: Annotated[_DURATION, Field(description="most data loss, e.g. 15 min")] = None
    rto: Annotated[_DURATION, Field(description="longest recovery, e.g. 1 h")] = None
    slo: Annotated[
        Availability | None,
        quantity(Availability.parse, forms=PERCENT_FORMS),
        _TEXT,
        Field(description="availability over 30 days, e.g. 99.9%"),
    ] = None
    error_budget_consumer: Annotated[
        str | None,
        BeforeValidator(name),
        _TEXT,
        Field(description="who stops features when the budget is spent"),
    ] = None


class Answers(BaseModel):
    """Every answer given so far."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    load: Load = Load()
    data: Data = Data()
    architecture: Architecture = Architecture()
    team: Team = Team()
    reliability: Reliability = Reliability()

    @classmethod
    def from_leaves(cls, leaves: Mapping[str, object]) -> Self:
        """Build from leaf names (`p99_qps`, `tenancy`, ...), wherever they are grouped.

        Raises:
            ValidationError: a value does not parse; its `loc` ends with the leaf.
        """
        groups: dict[str, dict[str, object]] = {}
        for leaf, value in leaves.items():
            groups.setdefault(GROUP_OF[leaf], {})[leaf] = value
        return cls.model_validate(groups)

    def leaf(self, name: str) -> object:
        """Return the value of one answer by its leaf name; None when there is none."""
        return getattr(getattr(self, GROUP_OF[name]), name)

    def stated(self) -> dict[str, JsonValue]:
        """Return what was answered, grouped as the tool's arguments are."""
        groups = {group: getattr(self, group).stated() for group in GROUPS}
        return {group: values for group, values in groups.items() if values}

    def with_leaves(self, leaves: Mapping[str, object]) -> Self:
        """Return these answers with `leaves` set."""
        known = {leaf: self.leaf(leaf) for leaf in GROUP_OF}
        return self.from_leaves(known | dict(leaves))


GROUPS: Mapping[str, type[_Group]] = {
    "load": Load,
    "data": Data,
    "architecture": Architecture,
    "team": Team,
    "reliability": Reliability,
}
GROUP_OF: Mapping[str, str] = {
    leaf: group for group, model in GROUPS.items() for leaf in model.model_fields
}
VALID: Mapping[str, str] = {
    "read_write_ratio": RATIO_FORMS,
    "p99_qps": RATE_FORMS,
    "tenancy": ", ".join(Tenancy),
    "data_sensitivity": ", ".join(Sensitivity),
    "compliance_controls": f"none, or any of {', '.join(Control)}",
    "pattern": ", ".join(Pattern),
    "sync_model": ", ".join(SyncModel),
    "consuming_teams": f"the teams' names with commas, each {NAME_FORMS}",
    "language": ", ".join(Language),
    "team_size": COUNT_FORMS,
    "platform_team": "yes, no",
    "independent_contexts": "yes, no",
    "rpo": DURATION_FORMS,
    "rto": DURATION_FORMS,
    "slo": PERCENT_FORMS,
    "error_budget_consumer": NAME_FORMS,
}


def shown(value: object) -> str:
    """Write an answer the way a person would give it; the answer parses back to the same value."""
    match value:
        case None:
            return "not stated"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(str(each) for each in value) or "none"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] the tuples hold text and choices
        case Rate():
            return str(value).removesuffix(" req/s")
        case _:
            return str(value)


def argument(value: object) -> JsonValue:
    """Write an answer as the JSON value that the tool's argument takes."""
    match value:
        case bool() | int() | str():
            return value
        case tuple():
            return [str(each) for each in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] the tuples hold text and choices
        case Rate():
            rate = value.per_second
            return int(rate) if rate.is_integer() else rate
        case _:
            return str(value)
