"""The saved decision: the assumptions that every later step stands on, and what came before.

The file holds the current decision and every earlier one, newest first. Tools that scaffold or
change a schema read it with `read_decision` and print its `lines`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from threading import Lock
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from server.engines.profiles.answers import Answers
from server.engines.profiles.choices import Sensitivity, Tenancy
from server.engines.profiles.parts import ProfileName
from server.engines.profiles.quantities import MOST_QPS, parse_name
from server.engines.profiles.questions import QUESTIONS
from server.engines.profiles.recommendation import Recommendation
from server.errors import InvalidInputError, NotFoundError
from server.workspace import Workspace, WrittenFile

PATH = ".senior-backend/decision.json"
MOST_BYTES = 4 * 1024 * 1024
OPEN = "open"

QuestionId = Annotated[str, Field(pattern=r"^Q[1-7]$")]

# Between reading the history and writing it back, a second call must not write its own.
_ONE_AT_A_TIME = Lock()


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Objective(_Record):
    """An SLO and who acts when its error budget is spent."""

    target: Annotated[str, Field(pattern=r"^[0-9.]{2,12}%$")]
    consumer: Annotated[str, AfterValidator(parse_name)]


class Assumptions(_Record):
    """The four that later tools print; an SLO that nobody settled is `open`."""

    read_write_ratio: Annotated[str, Field(pattern=r"^[0-9.]{1,16}:[0-9.]{1,16}$")]
    p99_qps: Annotated[float, Field(gt=0, le=MOST_QPS)]
    tenancy: Tenancy
    data_sensitivity: Sensitivity
    slo: Objective | Literal["open"]


class Decision(_Record):
    """One recommendation as it was saved; `approvals` names who must still agree.

    Whoever can write to the workspace can write this file, so no text of it is free: what
    `lines` prints is made of numbers, closed words and one quoted name.
    """

    decided_on: date
    profile: ProfileName
    assumptions: Assumptions
    open_questions: Mapping[QuestionId, tuple[str, ...]]
    exceptions: tuple[str, ...]
    approvals: Mapping[str, tuple[str, ...]]
    answers: Answers

    def lines(self) -> tuple[str, ...]:
        """Write what was assumed and what is open, for the result of another tool."""
        assumed, slo = self.assumptions, self.assumptions.slo
        objective = slo if slo == OPEN else f"{slo.target}, budget consumed by “{slo.consumer}”"
        return (
            f"decision of {self.decided_on}: {self.profile}",
            f"read/write ratio and QPS: {assumed.read_write_ratio}, {assumed.p99_qps:g} req/s",
            f"tenancy: {assumed.tenancy}",
            f"data sensitivity: {assumed.data_sensitivity}",
            f"SLO: {objective}",
            *(
                f"open: {question.id} {question.title}. {question.question}"
                for question in QUESTIONS
                if question.id in self.open_questions
            ),
        )


class DecisionFile(_Record):
    """What stands in the workspace."""

    schema_version: Literal[1]
    current: Decision
    history: tuple[Decision, ...]


class Saving(StrEnum):
    """What became of a decision."""

    SAVED = "saved"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    KEPT_EARLIER = "kept-earlier"


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome of saving: the file if one was written, the earlier decision if there was one."""

    outcome: Saving
    file: WrittenFile | None = None
    earlier: Decision | None = None


def decide(recommendation: Recommendation, on: date) -> Decision:
    """Return the decision that a recommendation amounts to, dated `on`."""
    brief = recommendation.brief
    objective = brief.answers.reliability
    is_settled = objective.slo is not None and objective.error_budget_consumer is not None
    return Decision(
        decided_on=on,
        profile=recommendation.profile.name,
        assumptions=Assumptions(
            read_write_ratio=str(brief.ratio),
            p99_qps=brief.rate.per_second,
            tenancy=brief.tenancy,
            data_sensitivity=brief.sensitivity,
            slo=Objective(target=str(objective.slo), consumer=objective.error_budget_consumer or "")
            if is_settled
            else OPEN,
        ),
        open_questions={
            question.id: question.unanswered(brief.answers) for question in brief.open_questions
        },
        exceptions=tuple(map(str, recommendation.best.failed)),
        approvals={each.change: each.chain for each in recommendation.approvals},
        answers=brief.answers,
    )


def read_decision(workspace: Workspace) -> Decision | None:
    """Return the current decision of a workspace; None when none was saved.

    Raises:
        InvalidInputError: the file is not a decision of ours; names the field.
    """
    held = _read(workspace)
    return held.current if held else None


def save_decision(workspace: Workspace, decision: Decision, *, overwrite: bool) -> Saved:
    """Save a decision; an earlier, different one yields only to `overwrite` and moves to history.

    Raises:
        InvalidInputError: what stands there is not a decision of ours, and is left alone.
    """
    with _ONE_AT_A_TIME:
        held = _read(workspace)
        if held is None:
            return Saved(Saving.SAVED, _write(workspace, decision, ()))
        earlier = held.current
        if _without_date(earlier) == _without_date(decision):
            return Saved(Saving.UNCHANGED, earlier=earlier)
        if not overwrite:
            return Saved(Saving.KEPT_EARLIER, earlier=earlier)
        history = (earlier, *held.history)
        return Saved(Saving.REPLACED, _write(workspace, decision, history), earlier)


def _read(workspace: Workspace) -> DecisionFile | None:
    try:
        content = workspace.read_bytes(PATH, limit=MOST_BYTES)
    except NotFoundError:
        return None
    try:
        return DecisionFile.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InvalidInputError(
            f"{PATH} is not a decision that can be read: {field}: {first['msg']}.",
            next_step="Mend it or move it away; it was not changed.",
        ) from None


def _write(workspace: Workspace, decision: Decision, history: tuple[Decision, ...]) -> WrittenFile:
    file = DecisionFile(schema_version=1, current=decision, history=history)
    content = file.model_dump_json(indent=2) + "\n"
    return workspace.write(PATH, content.encode(), overwrite=bool(history))


def _without_date(decision: Decision) -> Decision:
    return decision.model_copy(update={"decided_on": date.min})
