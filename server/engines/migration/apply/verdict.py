"""What a proof comes to, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.engines.migration.proof.proof import Proof

_MOST = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a plan is proven, in one sentence, and what was observed while it was."""

    is_proven: bool
    words: str
    proof: Proof | None = None


def verdict(proof: Proof) -> Verdict:
    """Return what the proof found."""
    if proof.is_proven:
        words = (
            f"proven just now on PostgreSQL {proof.version}: forward and back on a copy of the "
            "present schema with generated rows, no difference left"
        )
        return Verdict(is_proven=True, words=words, proof=proof)
    return Verdict(is_proven=False, words="; ".join(_reasons(proof)), proof=proof)


def _reasons(proof: Proof) -> Iterator[str]:
    if proof.stopped:
        ran = len(proof.forward.boundaries)
        yield f"the proof was ended after {ran} segments: {proof.stopped}"
    for way, course, left in (
        ("forward", proof.forward, proof.forward_residual),
        ("back", proof.back, proof.back_residual),
    ):
        if course.failure is not None:
            yield f"{way}: {course.failure}"
        elif left is not None and not left.is_empty:
            shown = ", ".join((*left.catalog, *left.dump)[:_MOST])
            yield f"{way} it leaves differences: {shown}"
    for table in proof.unexpected:
        yield f"rows of {table} do not survive, and no step says so"
