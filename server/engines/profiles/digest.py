"""The recommendation in at most 200 words: what a decision record or a chat needs."""

from collections.abc import Iterator

from server.engines.profiles.capacity import Figure
from server.engines.profiles.quantities import plain
from server.engines.profiles.recommendation import Recommendation

MOST_WORDS = 200


def digest(recommendation: Recommendation) -> str:
    """Return the digest; sentences that would pass the limit are left out, last first."""
    words = 0
    kept: list[str] = []
    for sentence in _sentences(recommendation):
        words += len(sentence.split())
        if words > MOST_WORDS:
            break
        kept.append(sentence)
    return " ".join(kept)


def _sentences(recommendation: Recommendation) -> Iterator[str]:
    best, aims, brief = recommendation.best, recommendation.targets, recommendation.brief
    yield f"{best.profile.name} fits best with {best.score:g} of 100 points."
    if best.failed:
        yield (
            f"It is an exception to the profile's own limits: {'; '.join(map(str, best.failed))}."
        )
    yield (
        f"It assumes {brief.rate} at {brief.ratio} (reads:writes), {brief.tenancy}, "
        f"{brief.sensitivity} data, {brief.pattern}."
    )
    yield (
        f"Targets: p50 {aims.p50_ms:g} ms, p95 {aims.p95_ms:g} ms, p99 {aims.p99_ms:g} ms; "
        f"availability {aims.slo}; RPO {aims.rpo}; RTO {aims.rto}."
    )
    if aims.assumed:
        yield f"Assumed, not stated: {', '.join(aims.assumed)}."
    yield _sizes(recommendation.capacity)
    open_ids = ", ".join(question.id for question in brief.open_questions)
    yield f"Open: {open_ids}." if open_ids else "All seven questions are answered."
    change = recommendation.approvals[0]
    yield f"Nothing is approved: {', then '.join(change.chain)} must agree to the stack."
    if recommendation.runner_up:
        second = recommendation.runner_up.candidate
        yield f"Runner-up: {second.profile.name} with {second.score:g} points."
    if recommendation.warnings:
        first, *more = recommendation.warnings
        yield f"Warning{f', first of {len(more) + 1}' if more else ''}: {first}"


def _sizes(figures: tuple[Figure, ...]) -> str:
    value = {figure.name: plain(figure.value) for figure in figures}
    return (
        f"Plan for {value['concurrency']} requests in flight, {value['instances']} instances and "
        f"{value['pool size']} connections, to be confirmed by a load test."
    )
