"""What a proof found, in words: how it ended, what ran, what still differs, what became of rows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from server.reports.render import plain_line, quoted
from server.sql_secrets import without_secrets

if TYPE_CHECKING:
    from server.engines.migration.proof.course import Failure
    from server.engines.migration.proof.proof import Proof
    from server.engines.migration.proof.residual import Residual

_MOST_LINES = 12
_LONGEST_FAILED = 300  # characters of the statement that ended a proof


def status_of(proof: "Proof") -> str:
    """Return the answer in a word; rows that always stop the plan are said with it."""
    if not proof.is_proven:
        return "unproven"
    if proof.setbacks and not proof.seeding.rows:
        return "proven on empty tables only"
    empty = ", ".join(map(quoted, proof.seeding.left_out))
    return f"proven with {empty} empty" if empty else "proven"


def proof_lines(proof: "Proof", statements: int, transactions: int) -> Iterator[str]:
    """Yield what ran, what still differs, and what became of the rows, in a few lines."""
    if proof.forward.failure:
        yield f"Forward, PostgreSQL {proof.version}: {_failed(proof.forward.failure)}"
        return
    if proof.stopped:
        yield from _stopped_lines(proof, transactions)
        return
    yield (
        f"Forward, PostgreSQL {proof.version}: {statements} statements in {transactions} parts ran"
        f" on a clone; {residual_words(proof.forward_residual)} against the target."
    )
    if proof.back.failure:
        yield f"Back: {_failed(proof.back.failure)}"
    else:
        yield f"Back: {residual_words(proof.back_residual)} against the source."
    yield from _rows(proof)
    for failure in dict.fromkeys(map(str, proof.setbacks)):
        yield (
            f"With rows at the limits of their types it failed: {plain_line(failure)}. Real rows "
            "may, too."
        )


def _stopped_lines(proof: "Proof", transactions: int) -> Iterator[str]:
    """Yield how far a proof got that was ended at a limit."""
    yield f"The proof was ended, PostgreSQL {proof.version}: {plain_line(proof.stopped)}."
    ran = len(proof.forward.boundaries)
    left = proof.forward_residual
    words = f"{residual_words(left)} against the target" if left else "not compared with the target"
    yield f"Forward: {ran} of {transactions} parts ran on a clone, as shown with each; {words}."
    yield "Back: not run to its end, so nothing is said of it or of what becomes of the rows."


def _failed(failure: "Failure") -> str:
    return (
        f"{plain_line(failure)}. It says {quoted(without_secrets(failure.sql), _LONGEST_FAILED)}."
    )


def residual_words(residual: "Residual | None") -> str:
    """Return what still differs, in one line."""
    if residual is None:
        return "not compared"
    catalog, dump = residual.catalog, residual.dump
    if not catalog and not dump:
        return "zero residual by our catalog and by pg_dump"
    shown = "; ".join(quoted(each) for each in (*catalog, *dump)[:_MOST_LINES])
    return f"{len(catalog)} differences by our catalog and {len(dump)} by pg_dump ({shown})"


def _rows(proof: "Proof") -> Iterator[str]:
    seeded = sum(proof.seeding.rows.values())
    if seeded:
        yield f"Rows: {seeded} generated in {len(proof.seeding.rows)} tables."
    for each in proof.survival:
        fates = {each.forward.fate, each.back.fate}
        if fates - {"unchanged", "not known"}:
            yield (
                f"Rows of {quoted(each.table)}: {each.forward.fate} after it, "
                f"{each.back.fate} after the way back."
            )
    kept = [each.table for each in proof.survival if each.forward.fate == "unchanged"]
    if kept:
        more = f" and {len(kept) - _MOST_LINES} more" if len(kept) > _MOST_LINES else ""
        shown = ", ".join(map(quoted, kept[:_MOST_LINES]))
        yield f"Content unchanged (fingerprint): {shown}{more}."
    for table, reason in list(proof.seeding.unseeded.items())[:_MOST_LINES]:
        yield f"Not seeded, survival not claimed: {quoted(table)} ({reason})."
    for table in proof.unexpected:
        yield f"**Rows of {quoted(table)} changed although no step says so.**"
