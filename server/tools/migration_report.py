"""What `generate_migration` answers: the plan, what was observed, and what follows."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from server.reports.render import plain_line, quoted, render
from server.sql_secrets import without_secrets
from server.tools.proof_report import proof_lines, status_of
from server.tools.tool import Detail, Report, WrittenFileEntry

if TYPE_CHECKING:
    from server.engines.catalog.catalog import Catalog
    from server.engines.catalog.kinds.column import Column
    from server.engines.migration.effect import Effect
    from server.engines.migration.generate import Blocked, Generated
    from server.engines.migration.renames.likely import LikelyRename
    from server.engines.migration.step import LockMode, Segment, Step
    from server.workspace import WrittenFile

_CONCISE_TEXT = 8_000  # characters that a concise text stays under
_MOST_LINES = 12
_LONGEST_SQL = 700  # characters of a statement that a concise text shows


class StepEntry(BaseModel):
    """One step; `lock` is the strongest one, `work` what grows with the tables."""

    model_config = ConfigDict(frozen=True)

    sql: str
    verb: str
    object: str
    part: str
    phase: int
    lock: str
    work: tuple[str, ...]
    hazards: tuple[str, ...]
    evidence: str
    ms: float


class MigrationReport(Report):
    """`status`: proven (on empty tables only), unproven, blocked, fails or nothing to do."""

    source: str
    target: str
    status: str
    plan_id: str = ""
    summary: str
    decision: tuple[str, ...]
    notes: tuple[str, ...]
    blocked_by: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    safe_form: tuple[str, ...] = ()
    steps: tuple[StepEntry, ...] = ()
    back: tuple[str, ...] = ()
    files: tuple[WrittenFileEntry, ...] = ()
    diagram: str = ""
    _detail: Detail = PrivateAttr(default=Detail.CONCISE)

    @property
    def written(self) -> tuple[WrittenFileEntry, ...]:
        """The migration's files and the plan."""
        return self.files

    @property
    def text(self) -> str:
        """The answer as Markdown; a concise one shows as many steps as fit."""
        if self._detail is Detail.DETAILED:
            return self._shown(len(self.steps), with_sql=True)
        for with_sql, with_fixes in ((True, True), (False, True), (False, False)):
            for count in range(len(self.steps), -1, -max(1, len(self.steps) // 8)):
                text = self._shown(count, with_sql=with_sql, with_fixes=with_fixes)
                if len(text) <= _CONCISE_TEXT:
                    return text
        return self._shown(0, with_sql=False, with_fixes=False)

    def showing(self, detail: Detail) -> Self:
        """Return this report with the size of its text."""
        self._detail = detail
        return self

    def _shown(self, count: int, *, with_sql: bool, with_fixes: bool = True) -> str:
        is_detailed = self._detail is Detail.DETAILED
        return render(
            "generate_migration",
            report=self,
            shown=tuple(_with_places(self.steps[:count])),
            rest=len(self.steps) - count,
            with_sql=with_sql,
            with_fixes=with_fixes,
            detailed=is_detailed,
            longest=None if is_detailed else _LONGEST_SQL,
        )


def _with_places(steps: Iterable[StepEntry]) -> Iterator[tuple[int, str, StepEntry]]:
    """Yield each step with its number, and what begins with it."""
    part, phase = "", 1
    for number, step in enumerate(steps, start=1):
        opens = ""
        if step.part != part:
            opens = f"Part {step.part}:"
        if step.phase != phase:
            opens = f"**Phase {step.phase}: after a deploy that uses the new form only.** {opens}"
        part, phase = step.part, step.phase
        yield number, opens, step


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call is about, and what is told whatever comes of it."""

    source: str
    target: str
    decision: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def with_notes(self, *notes: tuple[str, ...]) -> Self:
        """Return it with more to tell."""
        more = (line for lines in notes for line in lines)
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *more))))

    def report(self, **fields: Any) -> MigrationReport:  # ruff: ignore[any-type] - the report's own fields
        """Return the report with what came of it."""
        return MigrationReport(
            source=self.source,
            target=self.target,
            decision=self.decision,
            notes=self.notes,
            **fields,
        )


def equal(asked: Asked) -> MigrationReport:
    """Report that there is nothing to do."""
    return asked.report(
        status="nothing to do",
        summary="Both schemas are equal by every kind of object that was read.",
        next_steps=("Nothing has to be migrated.",),
    )


def allowed_in_vain(found: "Blocked | Generated", allowed: Iterable[str]) -> tuple[str, ...]:
    """Return a note of names in allow_data_loss that fit nothing: they were meant for something."""
    from server.engines.migration.draft import in_vain

    names = ", ".join(map(quoted, in_vain(found.draft.steps, allowed)))
    words = f"No step discards data of what allow_data_loss names: {names}. Names are the target's."
    return (words,) if names else ()


def blocked(found: "Blocked", asked: Asked) -> MigrationReport:
    """Report the steps up to the first that would lose data."""
    from server.engines.migration.draft import up_to_loss
    from server.engines.migration.step import segments

    kept = up_to_loss(found.draft.steps, found.forbidden)
    names = tuple(each.qualified_name for each in found.forbidden)
    allowed = json.dumps(names, ensure_ascii=False)
    return asked.report(
        status="blocked",
        summary=f"{len(kept)} of {len(found.draft.steps)} steps come before the first loss.",
        blocked_by=names,
        questions=_questions(found),
        steps=tuple(step_entries(segments(kept), ())),
        next_steps=(
            (
                "Ask the user whether this data may go. If it may, call generate_migration again "
                f"with options.allow_data_loss={quoted(allowed, len(allowed))}."
            ),
            *values_wanted(found),
        ),
    )


def generated(
    found: "Generated",
    files: Sequence[tuple["WrittenFile", str]],
    asked: Asked,
    catalogs: tuple["Catalog", "Catalog"],
) -> MigrationReport:
    """Report a plan that ran, proven or not."""
    from server.engines.migration.diagram import diagram

    proof, plan, steps = found.proof, found.plan, found.draft.steps
    lost = [hazard for step in steps for hazard in step.hazards if hazard.kind.is_loss]
    return asked.with_notes(found.notes, proof.forward.notes).report(
        status=status_of(proof),
        plan_id=plan.id if proof.is_proven else "",
        summary=summary_of(found),
        questions=_questions(found),
        proof=tuple(proof_lines(proof, len(steps), len(plan.forward))),
        steps=tuple(step_entries(plan.forward, found.effects)),
        back=(
            f"{len(found.draft.steps_back)} statements lead back to the source schema.",
            *(f"Not restored by it: {plain_line(hazard.message)}." for hazard in lost),
        ),
        files=tuple(
            WrittenFileEntry(path=f.path, bytes=f.bytes, sha256=f.sha256, purpose=purpose)
            for f, purpose in files
        ),
        diagram=diagram(steps, *catalogs),
        next_steps=tuple(_next_steps(found, files)),
    )


def _questions(found: "Blocked | Generated") -> tuple[str, ...]:
    """Return all that only a person can answer, so that one more call is enough."""
    return (*map(_question, found.questions), *map(value_question, found.missing))


def _question(likely: "LikelyRename") -> str:
    """Ask, with what speaks for it and what either answer costs; nothing is guessed."""
    others = ", ".join(quoted(each) for each in likely.alternatives)
    reasons = f"{likely.confidence.name.lower()}: {plain_line('; '.join(likely.evidence))}"
    return (
        f"Was {quoted(likely.old)} renamed to {quoted(likely.new)}? ({reasons})"
        f"{f' Or to {others}?' if others else ''} If so: "
        f"options.renames=[{quoted(likely.argument)}] or {quoted(likely.annotation)} in the target."
        f" Otherwise: {plain_line(likely.otherwise)}"
    )


def value_question(column: "Column") -> str:
    """Ask for what nobody can know; the plan as it is fails on a table with rows."""
    name = column.identity.qualified_name
    argument = json.dumps(f"{name} = EXPRESSION", ensure_ascii=False)
    return (
        f"Which value shall rows that are there have in {quoted(name)}? It refuses NULL and has no "
        f"default, so this plan fails unless the table is empty. Answer with options.backfill="
        f"[{quoted(argument)}] or {quoted(f'-- @backfill {column.identity.name} = EXPRESSION')} "
        "where the target declares the column."
    )


def summary_of(found: "Generated") -> str:
    """Return the size of a plan, and who waits for it, in one sentence."""
    steps, plan = found.draft.steps, found.plan
    phases = max((step.phase for step in steps), default=1)
    worst = max(
        (lock[1] for each in found.effects if (lock := each.lock) and lock[1].waits),
        key=lambda mode: mode.strength,
        default=None,
    )
    rewritten = sorted({name for each in found.effects for name in each.rewritten})
    names = plain_line(", ".join(rewritten[:_MOST_LINES]))
    words = [
        f"{len(steps)} steps in {len(plan.forward)} parts",
        *([f"{phases} phases with a deploy between"] if phases > 1 else []),
        f"strongest lock {worst}, {worst.waits} while it is held" if worst else "nobody waits",
        f"rewrites {names}" if rewritten else "no table is rewritten",
    ]
    return f"{'; '.join(words)}."


def _next_steps(found: "Generated", files: Sequence[tuple["WrittenFile", str]]) -> Iterator[str]:
    if not found.proof.is_proven:
        yield (
            "This plan is not proven, so nothing was written and it must not be applied. Mend what "
            "the proof names in the target, or split the change, and call generate_migration again."
        )
        if found.proof.stopped:
            yield (
                "The proof ended at a limit. Lead there in two: first to a target that has half of "
                "the changes, from there to the whole; each plan takes half as long to prove."
            )
        if any(step.phase > 1 for step in found.draft.steps):
            yield 'Or call it with options.strategy="direct": columns are changed in place, locked.'
        return
    if files:
        plan = next((file.path for file, purpose in files if purpose.startswith("plan")), "")
        yield "Review the files with whoever approves schema migrations; nothing here approves."
        if found.plan.database:
            yield (
                f"apply_migration with plan={quoted(plan)} and database="
                f"{quoted(found.plan.database)}: a dry run first, it changes nothing."
            )
    else:
        yield "Call again with output.folder to have the files written."
    if any(step.phase > 1 for step in found.draft.steps):
        yield "Deploy between the phases: the later one is for programs that know the new form."
    yield from values_wanted(found)


def values_wanted(found: "Blocked | Generated") -> Iterator[str]:
    """Yield the request for values that rows which are there need."""
    if found.missing:
        names = ", ".join(quoted(each.identity.qualified_name) for each in found.missing)
        yield (
            f"Ask the user which value existing rows get in {names}; the next call says it in "
            "options.backfill."
        )


def step_entries(segments: Sequence["Segment"], effects: Sequence["Effect"]) -> Iterator[StepEntry]:
    """Yield an entry a step, in order; steps without an effect were not run."""
    number = 0
    for place, segment in enumerate(segments, start=1):
        for step in segment.steps:
            found = effects[number] if number < len(effects) else None
            number += 1
            lock = found.lock if found else None
            yield StepEntry(
                sql=without_secrets(found.step.sql if found else step.sql),
                verb=step.verb,
                object=str(step.subject),
                part=f"{place}, {'one' if segment.is_transactional else 'outside a'} transaction",
                phase=step.phase,
                lock=_lock(*lock) if lock else "",
                work=tuple(_work(found)) if found else (),
                hazards=tuple(_hazards(step, found)),
                evidence=found.evidence if found else "not run",
                ms=round(found.milliseconds, 1) if found else 0.0,
            )


def _lock(name: str, mode: "LockMode") -> str:
    waits = f": {mode.waits}" if mode.waits else ""
    return f"{mode} on {plain_line(name)}{waits}"


def _work(found: "Effect") -> Iterator[str]:
    """Yield what grows with the tables."""
    yield from (f"rewrites {plain_line(name)}" for name in found.rewritten)
    yield from (f"reads all of {plain_line(name)}" for name in found.scanned)


def _hazards(step: "Step", found: "Effect | None") -> Iterator[str]:
    """Yield the risks in words, without the strongest lock, which has a place of its own."""
    strongest = found.lock[0] if found and found.lock else ""
    for each in found.hazards if found else step.hazards:
        if each.kind != "lock" or each.subject.qualified_name != strongest:
            yield plain_line(f"{each.kind}: {each.message}")
