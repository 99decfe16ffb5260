"""The tool that turns the answers to the seven questions into a saved recommendation."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import anyio.to_thread
from pydantic import BaseModel, Field, PrivateAttr, ValidationError, create_model

from server.engines.profiles import answers as asked
from server.engines.profiles.answers import VALID, Answers
from server.engines.profiles.quantities import plain
from server.errors import InvalidInputError
from server.reports.render import quoted, render
from server.shipped import shipped
from server.tools.tool import Arguments, Call, Detail, Question, Report, Tool, WrittenFileEntry

if TYPE_CHECKING:
    from server.engines.profiles.capacity import Figure
    from server.engines.profiles.decision import Saved
    from server.engines.profiles.library import Library, Problem
    from server.engines.profiles.ranking import ScoredTerm
    from server.engines.profiles.recommendation import Recommendation
    from server.engines.profiles.targets import Targets


_MOST_PROBLEMS = 5


class Load(asked.Load, Arguments):
    """Q1."""


class Data(asked.Data, Arguments):
    """Q2 and Q4."""


class Architecture(asked.Architecture, Arguments):
    """Q3 and Q5."""


class Team(asked.Team, Arguments):
    """Q5."""


class Reliability(asked.Reliability, Arguments):
    """Q6 and Q7."""


class RecommendProfileReport(Report):
    """Nothing here is approved."""

    profile: str
    complete: bool
    digest: str
    scores: Mapping[str, float]
    terms: Mapping[str, str]
    runner_up: str
    targets: Mapping[str, float]
    capacity: Mapping[str, str]
    stack: Mapping[str, str]
    anti_patterns: tuple[str, ...]
    approvers: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]
    open_questions: tuple[str, ...]
    decision: str
    files: tuple[WrittenFileEntry, ...]
    _found: "Recommendation" = PrivateAttr()
    _detail: Detail = PrivateAttr()

    @property
    def text(self) -> str:
        """The recommendation as Markdown."""
        is_detailed = self._detail is Detail.DETAILED
        return render("recommend_profile", report=self, found=self._found, detailed=is_detailed)

    @property
    def written(self) -> tuple[WrittenFileEntry, ...]:
        """The decision's file, if this call wrote it."""
        return self.files

    def showing(self, found: "Recommendation", detail: Detail) -> Self:
        """Return this report with what its text is written from."""
        self._found, self._detail = found, detail
        return self


_LOAD, _DATA, _ARCHITECTURE, _TEAM, _RELIABILITY = (
    Load(),
    Data(),
    Architecture(),
    Team(),
    Reliability(),
)


async def recommend_profile(  # ruff: ignore[too-many-arguments] - one parameter a concern
    call: Call,
    *,
    load: Annotated[Load, Field(description="Q1")] = _LOAD,
    data: Annotated[Data, Field(description="Q2, Q4")] = _DATA,
    architecture: Annotated[Architecture, Field(description="Q3, Q5")] = _ARCHITECTURE,
    team: Annotated[Team, Field(description="Q5")] = _TEAM,
    reliability: Annotated[Reliability, Field(description="Q6, Q7")] = _RELIABILITY,
    overwrite: Annotated[bool, Field(description="replace an earlier decision")] = False,
    detail: Annotated[Detail, Field(description="size of the text")] = Detail.CONCISE,
) -> RecommendProfileReport:
    """Recommend a backend profile from the answers to the seven forcing questions.

    Gives stack, latency, SLO, RPO and RTO targets, capacity, approvers and the score, and saves the
    decision. Refuses while read_write_ratio, p99_qps, tenancy, data_sensitivity or pattern is
    missing, or a kill criterion trips. Leave out what the user has not answered.
    """
    from server.engines.profiles import decision, library
    from server.engines.profiles.recommendation import recommend

    given = Answers(
        load=load, data=data, architecture=architecture, team=team, reliability=reliability
    )
    answers = _completed(given, call.answer)
    call.stage("reading the profiles")
    shelf = await anyio.to_thread.run_sync(
        library.load_library, shipped("profiles"), call.runtime.settings.profiles
    )
    found = recommend(answers, shelf.profiles)
    call.stage("saving the decision")
    decided = decision.decide(found, datetime.now(tz=UTC).date())
    saved = await anyio.to_thread.run_sync(
        lambda: decision.save_decision(call.runtime.workspace, decided, overwrite=overwrite)
    )
    return _report(found, shelf, saved, detail)


def _ask(**given: Any) -> Question | None:  # ruff: ignore[any-type] - the tool's own arguments
    """Ask for the indispensable answers that are missing, unless a kill criterion stops anyway."""
    from server.engines.profiles import questions

    answers = Answers(**{group: given[group] for group in asked.GROUPS})
    fields = questions.missing(answers)
    if not fields or questions.tripped(answers):
        return None
    wanted: dict[str, Any] = {leaf: (str, Field(description=VALID[leaf])) for leaf in fields}
    asked_by = (f"{questions.QUESTION_OF[leaf].id} {leaf}" for leaf in fields)
    message = f"Nothing is recommended before these are answered: {', '.join(asked_by)}."
    return Question(message, create_model("MissingAnswers", **wanted))


def _completed(given: Answers, answer: BaseModel | None) -> Answers:
    if answer is None:
        return given
    try:
        return given.with_leaves(answer.model_dump())
    except ValidationError as error:
        lines = [
            f"- {item['loc'][-1]}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise InvalidInputError("\n".join(["These answers cannot be used:", *lines])) from None


def _report(
    found: "Recommendation", shelf: "Library", saved: "Saved", detail: Detail
) -> RecommendProfileReport:
    from server.engines.profiles.digest import digest

    profile = found.profile
    return RecommendProfileReport(
        profile=profile.name,
        complete=found.is_complete,
        digest=digest(found),
        scores={each.profile.name: each.score for each in found.ranked},
        terms={each.factor: _term(each) for each in found.best.terms},
        runner_up=_runner_up(found),
        targets=_targets(found.targets),
        capacity={each.name: _figure(each) for each in found.capacity},
        stack={each.role: f"{each.choice} {each.version}. {each.reason}" for each in profile.stack},
        anti_patterns=tuple(
            f"{each.name}: {each.harm} {each.instead}" for each in profile.anti_patterns
        ),
        approvers={each.change: each.chain for each in found.approvals},
        warnings=(*found.warnings, *_broken(shelf.problems)),
        open_questions=found.open_questions,
        decision=_outcome(saved),
        next_steps=_next_steps(found, saved),
        files=_files(saved),
    ).showing(found, detail)


def _broken(problems: tuple["Problem", ...]) -> Iterator[str]:
    for problem in problems[:_MOST_PROBLEMS]:
        yield f"Your profile {quoted(problem)} is not used; the others are."
    if len(problems) > _MOST_PROBLEMS:
        yield f"{len(problems) - _MOST_PROBLEMS} more problems in your profiles folder."


def _term(term: "ScoredTerm") -> str:
    return f"{term.points:g} of {term.weight} for {term.stated}: {term.reason}"


def _figure(figure: "Figure") -> str:
    return f"{plain(figure.value)} {figure.unit} = {figure.formula}; {figure.source}"


def _runner_up(found: "Recommendation") -> str:
    second = found.runner_up
    return f"{second.candidate.profile.name}: {second.trade_off}" if second else ""


def _targets(aims: "Targets") -> Mapping[str, float]:
    return {
        "p50_ms": aims.p50_ms,
        "p95_ms": aims.p95_ms,
        "p99_ms": aims.p99_ms,
        "slo_percent": aims.slo.percent,
        "rpo_minutes": round(aims.rpo.minutes, 4),
        "rto_minutes": round(aims.rto.minutes, 4),
    }


def _outcome(saved: "Saved") -> str:
    from server.engines.profiles.decision import PATH, Saving

    earlier = f"{saved.earlier.decided_on}, {saved.earlier.profile}" if saved.earlier else ""
    match saved.outcome:
        case Saving.SAVED:
            return f"saved to {PATH}"
        case Saving.REPLACED:
            return f"saved to {PATH}; the earlier one ({earlier}) is in its history"
        case Saving.UNCHANGED:
            return f"the same as the one saved before ({earlier}) in {PATH}"
        case Saving.KEPT_EARLIER:
            return f"not saved: {PATH} holds an earlier, different one ({earlier})"


def _next_steps(found: "Recommendation", saved: "Saved") -> tuple[str, ...]:
    from server.engines.profiles.decision import Saving

    steps: list[str] = []
    if saved.outcome is Saving.KEPT_EARLIER:
        steps.append("recommend_profile with overwrite=true: replace the earlier decision")
    if not found.is_complete:
        fields = [
            field
            for question in found.brief.open_questions
            for field in question.unanswered(found.brief.answers)
        ]
        steps.append(f"recommend_profile again with {', '.join(fields)}, once they are answered")
    steps.append(
        "analyze_schema with source=file:schema.sql (or dir:, git:, db:): check the schema that "
        "this decision is about"
    )
    return tuple(steps)


def _files(saved: "Saved") -> tuple[WrittenFileEntry, ...]:
    if saved.file is None:
        return ()
    written = saved.file
    return (
        WrittenFileEntry(
            path=written.path,
            bytes=written.bytes,
            sha256=written.sha256,
            purpose="the decision, with the earlier ones",
        ),
    )


TOOL = Tool(
    name="recommend_profile",
    title="Recommend a backend profile",
    run=recommend_profile,
    read_only=False,
    destructive=False,
    idempotent=True,
    open_world=False,
    ask=_ask,
)
