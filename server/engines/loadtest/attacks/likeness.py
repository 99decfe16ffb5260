"""Whether two kinds of request can be told apart by what comes back."""

import re
from collections.abc import Iterator, Sequence
from math import log
from statistics import fmean
from typing import Final

from server.engines.loadtest.attacks.pattern import Aspect, Twins
from server.engines.loadtest.attacks.reply import Reply, Silence
from server.engines.loadtest.attacks.verdict import Finding, Verdict
from server.engines.loadtest.compare.effect import Effect
from server.engines.loadtest.wording import percent

Pair = tuple[Reply | Silence, Reply | Silence]

_LEVEL: Final = 0.01
# What a password hash costs is far above it, what a busy machine does in a pair below.
_SMALLEST: Final = 0.001  # seconds
_FEWEST: Final = 3  # pairs whose times say something
_LIMITED: Final = 429
_VARIABLE: Final = re.compile(rb"[0-9a-f]{8}[0-9a-f-]*|[A-Za-z0-9_-]{20,}|\d+")


def likeness(twins: Twins, pairs: Sequence[Pair]) -> Finding:
    """Judge the replies to both, pair by pair."""
    answered = [(a, b) for a, b in pairs if isinstance(a, Reply) and isinstance(b, Reply)]
    if len(answered) < len(pairs) or not pairs:
        return _finding(twins, Verdict.UNTESTED, "not every request was answered")
    if any(_LIMITED in {a.status, b.status} for a, b in answered):
        return _finding(twins, Verdict.UNTESTED, "429 came first: wait until the limit is over")
    differences = [*_differences(twins, answered)]
    if differences:
        return _finding(twins, Verdict.BROKEN, differences[0])
    return _finding(twins, Verdict.HELD, _alike(twins, answered))


def _finding(twins: Twins, verdict: Verdict, seen: str) -> Finding:
    return Finding(twins.name, verdict, seen, twins.why, twins.guide_section)


def _differences(twins: Twins, pairs: Sequence[tuple[Reply, Reply]]) -> Iterator[str]:
    for first, second in pairs:
        if Aspect.STATUS in twins.aspects and first.status != second.status:
            yield f"{first.status} and {second.status}"
        odd = {name for name, _ in first.headers} ^ {name for name, _ in second.headers}
        if Aspect.HEADERS in twins.aspects and odd:
            yield f"only one of them carries {', '.join(sorted(odd))}"
        if Aspect.BODY in twins.aspects and _masked(twins, first) != _masked(twins, second):
            yield f"other words: {_excerpt(first)} and {_excerpt(second)}"
    if Aspect.TIME in twins.aspects and len(pairs) >= _FEWEST:
        yield from _delays(pairs)


def _delays(pairs: Sequence[tuple[Reply, Reply]]) -> Iterator[str]:
    first, second = fmean(a.seconds for a, _ in pairs), fmean(b.seconds for _, b in pairs)
    if _effect(pairs).probability < _LEVEL and abs(first - second) > _SMALLEST:
        yield f"{first * 1000:.1f} ms and {second * 1000:.1f} ms, the means of {len(pairs)} pairs"


def _alike(twins: Twins, pairs: Sequence[tuple[Reply, Reply]]) -> str:
    if Aspect.TIME not in twins.aspects or len(pairs) < _FEWEST:
        return f"no difference in {len(pairs)} pairs"
    smallest = percent(_effect(pairs).smallest_shown(_LEVEL))
    return f"no difference in {len(pairs)} pairs; one of {smallest} in time would have been found"


def _effect(pairs: Sequence[tuple[Reply, Reply]]) -> Effect:
    return Effect.of_pairs([log(b / a) for a, b in _seconds(pairs)])


def _seconds(pairs: Sequence[tuple[Reply, Reply]]) -> list[tuple[float, float]]:
    return [(max(a.seconds, 1e-6), max(b.seconds, 1e-6)) for a, b in pairs]


def _masked(twins: Twins, reply: Reply) -> bytes:
    body = reply.body
    for text in twins.hidden:
        body = body.replace(text.encode(), b"")
    return _VARIABLE.sub(b"#", body)


def _excerpt(reply: Reply) -> str:
    return repr(reply.body[:60].decode("utf-8", "replace"))
