"""A plan as a value, and as a file that is named by the hash of all it says."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.engines.catalog.identity import Identity
from server.engines.migration.action import Mode
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.renames.rename import Rename
from server.engines.migration.step import Segment, Step, Verb, segments
from server.errors import InvalidInputError
from server.failures import complaints

VERSION: Literal[2] = 2
LARGEST_FILE = 32 << 20
"""Bytes of a plan file that are read at the most."""
_DIGEST = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_MOST_COMPLAINTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The way from one schema to another, and back.

    `fingerprints` are those of the schema after each forward segment, the source's first: where a
    database stands is told by which of them it has. `database` is empty where the source was no
    database of the operator's. `renames` tell which rows are whose. `with_owners` says that owners
    are changed, too; `owners` are then those that the target names.
    """

    database: str
    major: int
    source: str
    target: str
    fingerprints: tuple[str, ...]
    forward: tuple[Segment, ...]
    back: tuple[Segment, ...]
    renames: tuple[Rename, ...] = ()
    with_owners: bool = False
    owners: Mapping[Identity, str] = field(default_factory=dict[Identity, str])

    @property
    def id(self) -> str:
        """The SHA-256 of everything that the plan says."""
        return hashlib.sha256(_content(self)).hexdigest()


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _HazardEntry(_Entry):
    kind: HazardKind
    subject: str
    message: str


class _StepEntry(_Entry):
    sql: str
    verb: Verb
    subject: str
    mode: Mode
    phase: int
    hazards: tuple[_HazardEntry, ...]


class _RenameEntry(_Entry):
    old: str
    new: str


class _PlanEntry(_Entry):
    version: Literal[2]
    id: _DIGEST
    database: str
    major: int
    source: str
    target: str
    fingerprints: tuple[_DIGEST, ...]
    forward: tuple[_StepEntry, ...]
    back: tuple[_StepEntry, ...]
    renames: tuple[_RenameEntry, ...]
    with_owners: bool
    owners: dict[str, str]


class _Versioned(BaseModel):
    version: int


def written(plan: Plan) -> bytes:
    """Return the plan as a file: JSON that carries its own id."""
    content = json.loads(_content(plan))
    return json.dumps({"id": plan.id, **content}, indent=1, ensure_ascii=False).encode() + b"\n"


def read_plan(content: bytes, file: str) -> Plan:
    """Return the plan of a file, all of whose text is checked against its id.

    Raises:
        InvalidInputError: it is no plan of this version, or was changed after it was written.
    """
    _refuse_other_version(content, file)
    try:
        entry = _PlanEntry.model_validate_json(content)
    except ValidationError as error:
        found = [*complaints(error, lambda _path: (), what="key")][:_MOST_COMPLAINTS]
        raise InvalidInputError(
            f"{file} is no plan: {'; '.join(found)}.", next_step="Have generate_migration write it."
        ) from None
    plan = _plan(entry)
    if plan.id != entry.id:
        raise InvalidInputError(
            f"{file} was changed after it was written: its content has the id {plan.id}, "
            f"and it says {entry.id}.",
            next_step="Have generate_migration write it again; a plan is never edited.",
        )
    return plan


def _refuse_other_version(content: bytes, file: str) -> None:
    """Refuse a plan that says less, or more, than is proven today."""
    with suppress(ValidationError):
        found = _Versioned.model_validate_json(content).version
        if found != VERSION:
            raise InvalidInputError(
                f"{file} is no plan of version {VERSION}, which is applied here, but of version "
                f"{found}: it lacks what its proof needs, or holds more.",
                next_step="Have generate_migration write it again, from the same source and "
                "target.",
            )


def _plan(entry: _PlanEntry) -> Plan:
    forward = segments(map(_step, entry.forward))
    if len(entry.fingerprints) != len(forward) + 1:
        raise InvalidInputError(
            f"The plan has {len(forward)} segments and {len(entry.fingerprints)} fingerprints; "
            "there must be one more than segments."
        )
    return Plan(
        database=entry.database,
        major=entry.major,
        source=entry.source,
        target=entry.target,
        fingerprints=entry.fingerprints,
        forward=forward,
        back=segments(map(_step, entry.back)),
        renames=tuple(
            Rename(Identity.parse(each.old), Identity.parse(each.new)) for each in entry.renames
        ),
        with_owners=entry.with_owners,
        owners={Identity.parse(each): role for each, role in entry.owners.items()},
    )


def _step(entry: _StepEntry) -> Step:
    return Step(
        sql=entry.sql,
        verb=entry.verb,
        subject=Identity.parse(entry.subject),
        mode=entry.mode,
        phase=entry.phase,
        hazards=tuple(
            Hazard(each.kind, Identity.parse(each.subject), each.message) for each in entry.hazards
        ),
    )


def _content(plan: Plan) -> bytes:
    """Return what the id is made of: every field, in one form only."""
    return json.dumps(
        {
            "version": VERSION,
            "database": plan.database,
            "major": plan.major,
            "source": plan.source,
            "target": plan.target,
            "fingerprints": plan.fingerprints,
            "forward": [_described(step) for segment in plan.forward for step in segment.steps],
            "back": [_described(step) for segment in plan.back for step in segment.steps],
            "renames": [{"old": str(each.old), "new": str(each.new)} for each in plan.renames],
            "with_owners": plan.with_owners,
            "owners": {str(each): role for each, role in plan.owners.items()},
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode(errors="surrogatepass")


def _described(step: Step) -> dict[str, object]:
    return {
        "sql": step.sql,
        "verb": step.verb,
        "subject": str(step.subject),
        "mode": step.mode,
        "phase": step.phase,
        "hazards": [
            {"kind": each.kind, "subject": str(each.subject), "message": each.message}
            for each in step.hazards
        ],
    }
