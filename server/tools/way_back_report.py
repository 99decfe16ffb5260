"""What is said of the way back of somebody else's migration: its own, or ours where it has none."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from server.reports.render import plain_line, quoted, sql_block
from server.tools.migration_report import StepEntry, step_entries
from server.tools.proof_report import residual_words

if TYPE_CHECKING:
    from server.engines.migration.brought import Brought
    from server.engines.migration.judge import Judged


def way_back(found: "Judged") -> Iterator[str]:
    """Yield which way back was proven, what none brings back, and what the file's own does."""
    if found.proof is None:
        return
    yield from _headline(found)
    steps = (step for segment in found.file.segments for step in segment.steps)
    for number, step in enumerate(steps, start=1):
        for hazard in step.hazards:
            if hazard.kind.is_loss or hazard.kind == "rows added":
                message = plain_line(hazard.message)
                yield f"No way back undoes this of statement {number}: {message}."
    if found.brought:
        entries = step_entries(found.brought.segments, found.brought.effects)
        for number, entry in enumerate(entries, start=1):
            yield f"Statement {number} of its way back, {_told(entry)}."


def wrong_way_back(found: "Judged") -> Iterator[str]:
    """Yield the finding that the file's own way back does not lead back."""
    if found.brought and not found.brought.leads_back:
        ours = " Ours, under Way back, does." if _is_ours_proven(found) else ""
        reasons = "; ".join(_reasons(found.brought))
        yield f"**wrong-way-back** (error, the file's own way back): {reasons}.{ours}"


def _headline(found: "Judged") -> Iterator[str]:
    if found.brought and found.brought.leads_back:
        yield (
            "The file's own way back was run after it: it leads back to the source schema, by our "
            "catalog and by pg_dump, and to its rows."
        )
        return
    words = "The file brings no way back that can be run."
    if found.brought:
        words = "The file's own way back does not lead back: see Findings."
    elif found.file.back:
        words = "The file's own way back was not run to its end: see Proof."
    if steps := [step for segment in found.back for step in segment.steps]:
        sql = ";\n".join(step.sql for step in steps)
        state = "proven" if _is_ours_proven(found) else "not proven"
        words = f"{words} Ours, {state}:\n{sql_block(f'{sql};')}"
    yield words


def _is_ours_proven(found: "Judged") -> bool:
    left = found.proof.back_residual if found.proof else None
    return left is not None and left.is_empty


def _reasons(brought: "Brought") -> Iterator[str]:
    proof = brought.proof
    if failure := proof.back.failure:
        state = f" ({failure.sqlstate})" if failure.sqlstate else ""
        count = sum(len(segment.steps) for segment in brought.segments)
        yield f"statement {failure.step + 1} of {count} fails: {plain_line(failure.message)}{state}"
    if proof.back_residual and not proof.back_residual.is_empty:
        yield f"it leaves {residual_words(proof.back_residual)} against the source"
    fates = {each.table: each.back.fate for each in proof.survival}
    for table in brought.changed:
        yield f"rows of {quoted(table)} are not what they were: {fates[table]}"


def _told(entry: StepEntry) -> str:
    words = (entry.lock, *entry.work, *entry.hazards)
    told = "; ".join(word for word in words if word)
    return f"{entry.verb} {quoted(entry.object)}: {told or 'nobody waits'}"
