"""What `generate_migration` answers about the file of somebody else."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from server.reports.render import plain_line, quoted, sql_block
from server.tools.migration_report import (
    Asked,
    MigrationReport,
    step_entries,
    summary_of,
    value_question,
    values_wanted,
)
from server.tools.proof_report import proof_lines, status_of
from server.tools.way_back_report import way_back, wrong_way_back

if TYPE_CHECKING:
    from server.engines.migration.judge import Judged
    from server.engines.migration.lint.rule import LintFinding
    from server.engines.migration.proof.course import Failure
    from server.engines.migration.step import Step

_SEVERITIES = ("error", "warning", "info")
_DENIED = "42501"


def judged(found: "Judged", asked: Asked) -> MigrationReport:
    """Report what somebody else's file did, what is wrong with it, and the safe form."""
    asked = asked.with_notes(found.file.notes, found.course.notes)
    steps = _steps(found)
    if not steps:
        return asked.report(
            status="nothing to do",
            summary="The file holds no statement that is run.",
            next_steps=("Give a file with statements.",),
        )
    proof = found.proof
    return asked.report(
        status=_status(found),
        summary=_summary(found),
        blocked_by=tuple(each.qualified_name for each in found.forbidden),
        questions=tuple(_questions(found)),
        proof=tuple(proof_lines(proof, len(steps), len(found.file.segments))) if proof else (),
        findings=(*wrong_way_back(found), *map(_finding, found.findings)),
        safe_form=tuple(_safe_form(found)),
        steps=tuple(step_entries(found.file.segments, found.effects)),
        back=tuple(way_back(found)),
        next_steps=tuple(_advice(found, asked)),
    )


def _steps(found: "Judged") -> list["Step"]:
    return [step for segment in found.file.segments for step in segment.steps]


def _status(found: "Judged") -> str:
    if found.proof is None:
        return "fails"
    losses = ", discards data that is not allowed" if found.forbidden else ""
    is_wrong = found.brought is not None and not found.brought.leads_back
    back = ", its own way back does not lead back" if is_wrong else ""
    return f"{status_of(found.proof)}, judged{losses}{back}"


def _summary(found: "Judged") -> str:
    counts = Counter(str(each.severity) for each in found.findings)
    shown = ", ".join(f"{counts[each]} {each}" for each in _SEVERITIES if counts[each])
    count = len(_steps(found))
    words = f"{count} statement{'s' if count > 1 else ''}; findings: {shown or 'none'}."
    if found.proof is None and (failure := found.course.failure):
        return f"{words} {_failed(failure, found)}"
    return words


def _failed(failure: "Failure", found: "Judged") -> str:
    """Say which statement fails, and what has happened by then."""
    number, count = failure.step + 1, len(_steps(found))
    state = f" ({failure.sqlstate})" if failure.sqlstate else ""
    reason = f"{plain_line(failure.message)}{state}"
    words = [f"Statement {number} of {count} fails even on empty tables: {reason}."]
    first = 1
    for segment in found.file.segments:
        if first + len(segment.steps) > number:
            break
        first += len(segment.steps)
    if first > 1:
        words.append(f"Committed by then, and it stays: {_numbered(1, first - 1)}.")
    if first < number:
        words.append(f"Undone with its transaction: {_numbered(first, number - 1)}.")
    if number < count:
        words.append(f"Never run: {_numbered(number + 1, count)}.")
    return " ".join(words)


def _numbered(first: int, last: int) -> str:
    return f"statement {first}" if first == last else f"statements {first} to {last}"


def _questions(found: "Judged") -> Iterator[str]:
    yield from map(value_question, found.safe_form.missing if found.safe_form else ())


def _finding(finding: "LintFinding") -> str:
    safe = f"\n{sql_block(finding.safe_form)}" if finding.safe_form else ""
    advice = f" {finding.advice}" if finding.advice else ""
    return (
        f"**{finding.rule}** ({finding.severity}, statement {finding.step + 1}): "
        f"{finding.message}{advice}{safe}"
    )


def _safe_form(found: "Judged") -> Iterator[str]:
    """Yield the plan that we would write to the schema that the file leads to."""
    from server.engines.migration.generate import Blocked, Generated

    match found.safe_form:
        case Generated() if found.proof and found.proof.is_proven and not found.findings:
            yield "Nothing was found that a plan of our own does better."
        case Generated() as ours:
            yield (
                f"Our own plan to the same schema is {status_of(ours.proof)}: {summary_of(ours)}"
            )
            for segment in ours.plan.forward:
                how = "in one transaction" if segment.is_transactional else "outside a transaction"
                sql = ";\n".join(step.sql for step in segment.steps)
                yield f"{how}:\n{sql_block(f'{sql};')}"
        case Blocked() as ours:
            names = ", ".join(quoted(each.qualified_name) for each in ours.forbidden)
            yield (
                f"Our own plan to the same schema would discard the data of {names}, too, and is "
                "shown once that is allowed."
            )
        case None if found.proof is not None:
            yield "It leaves the schema as it is, so there is no plan of our own beside it."
        case None:
            pass


def _advice(found: "Judged", asked: Asked) -> Iterator[str]:
    again = (
        f"call generate_migration again with source={quoted(asked.source)} and "
        f"migration={quoted(asked.target)}"
    )
    if found.proof is None:
        yield from _advice_on_failure(found, again)
        return
    if found.forbidden:
        names = json.dumps([each.qualified_name for each in found.forbidden], ensure_ascii=False)
        yield (
            "Ask the user whether this data may go. If it may, call again with "
            f"options.allow_data_loss={quoted(names, len(names))}; if not, take the statement out."
        )
    if found.safe_form:
        yield from values_wanted(found.safe_form)
    if not found.proof.is_proven:
        yield "It is not proven: mend what the proof names, and do not apply the file before."
    if is_wrong := found.brought is not None and not found.brought.leads_back:
        yield f"Mend the file's own way back, or write ours in its place, then {again}."
    if found.findings:
        yield f"Read why a rule matters: resource lint://{found.findings[0].rule}."
        yield f"Write the safe form into the file, then {again}."
    elif found.proof.is_proven and not (found.forbidden or is_wrong):
        yield "Review it with whoever approves schema migrations; nothing here approves."


def _advice_on_failure(found: "Judged", again: str) -> Iterator[str]:
    failure = found.course.failure
    number = failure.step + 1 if failure else 1
    yield f"Mend statement {number}, then {again}."
    if failure and (failure.sqlstate == _DENIED or not failure.sqlstate):
        yield (
            "It was run by a role without a superuser's rights. Whatever needs them is not proven "
            "here: leave it to an operator, outside the migration."
        )
