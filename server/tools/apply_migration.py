"""The tool that applies a proven plan to a database of the operator's, or tries it."""

from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated, Any, Literal

import anyio.to_thread
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from server.errors import InvalidInputError, RefusedError
from server.redaction import Redactor
from server.reports.render import quoted, render
from server.runtime import Runtime
from server.settings import Confirmation
from server.tools.tool import Arguments, Call, Detail, Question, Report, Tool

if TYPE_CHECKING:
    from server.engines.migration.apply.applying import Applied, Preview
    from server.engines.migration.apply.examine import Wish
    from server.engines.migration.apply.work import Work
    from server.engines.migration.plan import Plan

_CONCISE_TEXT = 8_000  # characters that a concise text stays under
_SHORT = 12  # digits of an id that a person compares
_MOST_STEPS = 60
_DECLINED = "do not apply"
_MODULE = "server.engines.migration.apply.applying"


class Way(StrEnum):
    """Which way a plan is applied."""

    FORWARD = "forward"
    BACK = "back"


class Locking(Arguments):
    """How long a lock is waited for."""

    timeout_ms: Annotated[
        int, Field(description="lock_timeout of a transaction", ge=50, le=60_000)
    ] = 3_000
    attempts: Annotated[int, Field(description="tries of a transaction", ge=1, le=20)] = 5


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class StepEntry(_Part):
    """One step; `work` is an estimate."""

    segment: int
    phase: int
    sql: str
    work: str
    lock: str
    hazards: tuple[str, ...]


class ApplyMigrationReport(Report):
    """What would be done, or was done."""

    plan: str
    database: str
    direction: str
    dry_run: bool
    outcome: str
    proof: str
    standing: str
    drift: tuple[str, ...] = ()
    segments: int
    applied: int
    steps: tuple[StepEntry, ...] = ()
    tables: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    detail: str = Detail.CONCISE

    @property
    def text(self) -> str:
        """The report as Markdown."""
        return render("apply_migration", report=self)


async def apply_migration(  # ruff: ignore[too-many-arguments] - one parameter a concern
    call: Call,
    plan: Annotated[
        str,
        Field(description="plan file that generate_migration wrote"),
    ],
    database: Annotated[str, Field(description="a database that the operator marked writable")],
    *,
    dry_run: Annotated[bool, Field(description="change nothing")] = True,
    direction: Annotated[
        Way, Field(description="back undoes a plan that is applied whole")
    ] = Way.FORWARD,
    through_phase: Annotated[
        int | None, Field(description="last phase to apply; default: the next unfinished one", ge=1)
    ] = None,
    locking: Annotated[
        Locking,
        WithJsonSchema({"type": "object"}),
        Field(description="{timeout_ms: 3000, attempts: 5}: lock_timeout and tries of each"),
    ] = Locking(),
    confirm: Annotated[
        str, Field(description="the plan's id; counts only where the operator allows it")
    ] = "",
    detail: Annotated[Detail, Field(description="concise cuts long lists")] = Detail.CONCISE,
) -> ApplyMigrationReport:
    """Apply a plan of generate_migration to a live PostgreSQL, or by default only try it.

    The dry run proves the plan on the present schema and estimates each step. Applying takes a
    confirmed, proven plan and the schema that its journal records; it stops at the first failure
    and says how to go on or back. A second call goes on where the first stopped; each ends where a
    deploy must come before the next phase.
    """
    runtime = call.runtime
    # The drivers and parsers take longer to import than the event loop may stand still.
    await anyio.to_thread.run_sync(import_module, _MODULE)
    from server.engines.migration.apply.applying import apply, preview
    from server.engines.migration.apply.course import Direction
    from server.engines.migration.apply.examine import Wish
    from server.engines.migration.apply.patience import Patience
    from server.engines.migration.apply.present import House

    read = await _read(runtime, plan)
    house = House(runtime.shadow, runtime.workspace, runtime.live_databases)
    wish = Wish(
        plan=read,
        database=database,
        direction=Direction(direction),
        through_phase=through_phase,
        cache=runtime.settings.cache,
        principal=runtime.principal,
    )
    if dry_run:
        seen = await preview(house, wish, call.stage, lambda: runtime.gate.shared(call.stage))
        return _previewed(wish, seen, (plan, detail), Redactor(runtime.settings.secrets))
    house.writable(database)
    _check_confirmation(call, read, confirm)
    patience = Patience(SystemRandom().random, locking.timeout_ms, locking.attempts)
    done = await apply(house, wish, patience, call.stage, lambda: runtime.gate.shared(call.stage))
    return _applied(wish, done, plan)


async def _read(runtime: Runtime, file: str) -> "Plan":
    from server.engines.migration.plan import LARGEST_FILE, read_plan

    if file.lower().endswith(".sql") or file.startswith(("file:", "dir:")):
        raise InvalidInputError(
            f"{quoted(file)} is no plan: SQL as it is has no proof and no way back.",
            next_step="Call generate_migration with a source and this file as its migration or "
            "target; it proves it and writes the plan file that is given here.",
        )

    def read() -> "Plan":
        return read_plan(runtime.workspace.read_bytes(file, limit=LARGEST_FILE), file)

    return await anyio.to_thread.run_sync(read)


def _check_confirmation(call: Call, plan: "Plan", confirm: str) -> None:
    """Refuse what the user did not confirm in the way that the operator wants.

    Raises:
        RefusedError: says what would confirm it.
    """
    if call.answer is not None:
        _check_answer(str(getattr(call.answer, "decision", "")), plan)
        return
    is_by_argument = call.runtime.settings.apply_confirmation is Confirmation.ARGUMENT
    if is_by_argument and confirm == plan.id:
        return
    if is_by_argument:
        raise RefusedError(
            f"Plan {plan.id[:_SHORT]} is not confirmed"
            f"{': the argument names another plan' if confirm else ''}.",
            next_step=f"Look at the dry run, ask the user, then pass confirm='{plan.id}'.",
        )
    raise RefusedError(
        "Applying needs the yes of the user, whom this client did not ask or who declined.",
        next_step="Use a client that can ask (elicitation), or have the operator set "
        "apply_confirmation=argument and pass the plan's id as confirm.",
    )


def _check_answer(decision: str, plan: "Plan") -> None:
    if decision == _DECLINED:
        raise RefusedError("The user decided not to apply it. Nothing was changed.")
    if decision != _yes(plan):
        raise RefusedError(
            "The plan file was changed after the user was asked. Nothing was changed.",
            next_step="Call apply_migration with dry_run=true and look at it again.",
        )


def _yes(plan: "Plan") -> str:
    return f"apply {plan.id[:_SHORT]}"


async def _inquire(
    runtime: Runtime, *, plan: str, database: str, dry_run: bool, direction: Way, **_more: object
) -> Question | None:
    """Put what would happen before the user, unless the call changes nothing or cannot succeed."""
    if dry_run or runtime.settings.apply_confirmation is Confirmation.ARGUMENT:
        return None
    found = runtime.settings.databases.get(database)
    if found is None or not found.writable:
        return None
    await anyio.to_thread.run_sync(import_module, _MODULE)
    read = await _read(runtime, plan)
    segments = read.forward if direction is Way.FORWARD else read.back
    hazards = [each for one in segments for step in one.steps for each in step.hazards]
    lost = [quoted(each.message) for each in hazards if each.kind.is_loss]
    loss = f"It loses data: {'; '.join(lost[:10])}." if lost else "No step says that it loses data."
    count = sum(len(each.steps) for each in segments)
    what = f"plan {read.id[:_SHORT]} ({direction}, {count} statements)"
    message = f"Apply {what} to database {database}? {loss}"
    fields: dict[str, Any] = {"decision": (Literal[_yes(read), _DECLINED], ...)}
    return Question(message, create_model("Decision", **fields))


def _previewed(
    wish: "Wish", seen: "Preview", asked: tuple[str, Detail], redactor: Redactor
) -> ApplyMigrationReport:
    file, detail = asked
    report = ApplyMigrationReport(
        plan=wish.plan.id,
        database=wish.database,
        direction=wish.direction,
        dry_run=True,
        outcome=_outlook(seen),
        proof=seen.verdict.words if seen.verdict else "not tried: the plan does not fit",
        standing=seen.standing,
        drift=seen.drift,
        segments=len(wish.plan.forward if wish.direction == "forward" else wish.plan.back),
        applied=seen.first,
        steps=tuple(_step(each) for each in seen.works if each.segment > seen.first),
        tables=tuple(map(str, seen.sizes)),
        blockers=tuple(redactor.redact(str(each)) for each in seen.blockers),
        notes=seen.notes,
        next_steps=_after_dry_run(wish, seen, file),
        detail=detail,
    )
    return _cut(report)


def _outlook(seen: "Preview") -> str:
    if not seen.is_fit:
        return "cannot be applied"
    if seen.first == seen.end:
        return "nothing to apply"
    return "can be applied"


def _step(work: "Work") -> StepEntry:
    step = work.step
    return StepEntry(
        segment=work.segment,
        phase=step.phase,
        sql=step.sql,
        work=work.estimate,
        lock=work.lock,
        hazards=tuple(f"{each.kind}: {each.message}" for each in step.hazards),
    )


def _after_dry_run(wish: "Wish", seen: "Preview", file: str) -> tuple[str, ...]:
    again = f"generate_migration with source='db:{wish.database}': plan from the schema as it is"
    if not seen.is_fit:
        return (again,)
    if seen.first == seen.end:
        return (f"analyze_schema with source='db:{wish.database}': check the schema as it is",)
    way = "" if wish.direction == "forward" else ", direction='back'"
    call = f"apply_migration with plan={file!r}, database={wish.database!r}{way}, dry_run=false"
    return (f"{call}: apply segments {seen.first + 1} to {seen.end}, once the user agrees",)


def _cut(report: ApplyMigrationReport) -> ApplyMigrationReport:
    """Return the report with as many steps as a concise text has room for."""
    most = len(report.steps) if report.detail == Detail.DETAILED else _MOST_STEPS
    cut = report.model_copy(update={"steps": report.steps[:most]})
    while report.detail != Detail.DETAILED and len(cut.text) > _CONCISE_TEXT and cut.steps:
        cut = cut.model_copy(update={"steps": cut.steps[: len(cut.steps) * 3 // 4]})
    left = len(report.steps) - len(cut.steps)
    if not left:
        return cut
    more = f'{left} more steps: call apply_migration with detail="detailed"'
    return cut.model_copy(update={"next_steps": (*cut.next_steps, more)})


def _applied(wish: "Wish", done: "Applied", file: str) -> ApplyMigrationReport:
    total = len(wish.plan.forward if wish.direction == "forward" else wish.plan.back)
    return ApplyMigrationReport(
        plan=wish.plan.id,
        database=wish.database,
        direction=wish.direction,
        dry_run=False,
        outcome=_result(done),
        proof=done.verdict,
        standing=_standing(done, total),
        segments=total,
        applied=done.end,
        next_steps=tuple(_after_applying(wish, done, file)),
    )


def _result(done: "Applied") -> str:
    if done.first == done.end:
        return "nothing was left to apply"
    return f"applied segments {done.first + 1} to {done.end}"


def _standing(done: "Applied", total: int) -> str:
    if not done.is_as_promised:
        return (
            "All statements were committed, and the schema is other than the plan promises: "
            "somebody changed it at the same time."
        )
    if done.next_phase is not None:
        return (
            f"Phase {done.next_phase} waits for a deploy: what it takes away must no longer be "
            "used by any program."
        )
    return f"All {total} segments are applied." if done.end == total else "More segments wait."


def _after_applying(wish: "Wish", done: "Applied", file: str) -> Iterator[str]:
    name = wish.database
    if not done.is_as_promised:
        yield f"generate_migration with source='db:{name}': see what differs"
        return
    if done.next_phase is not None:
        way = "" if wish.direction == "forward" else ", direction='back'"
        yield (
            f"apply_migration with plan={file!r}, database={name!r}{way}: phase "
            f"{done.next_phase}, after the deploy"
        )
    elif wish.direction == "forward":
        yield f"apply_migration with plan={file!r}, database={name!r}, direction='back': undo it"
    yield f"analyze_schema with source='db:{name}': check the schema as it is"


TOOL = Tool(
    name="apply_migration",
    title="Apply a proven migration",
    run=apply_migration,
    read_only=False,
    destructive=True,
    idempotent=True,
    inquire=_inquire,
)
