"""A bucket that a steady trickle fills: each request takes a token, none is left for the rest."""

from collections.abc import Iterator

from server.engines.loadtest.inference.estimate import Estimate
from server.engines.loadtest.rate_limit.limiter import Kind, Limiter
from server.engines.loadtest.rate_limit.sequence import Sequence

_SLACK = 1.0  # tokens: a denial tells the level of a bucket no closer


def token_bucket(sequence: Sequence) -> Limiter | None:
    """Explain the decisions by a bucket; None when fewer than two requests were denied.

    It must hold at least two: a smaller one is full before the next request comes, and loses what
    would have trickled in (`spacing`).

    At every denial the bucket held less than one token. So between the first and the last one,
    with n accepted in d seconds, it was filled at more than (n - 1) / d and less than (n + 1) / d.
    What was accepted before the first denial, less the trickle, is the size of the bucket.
    """
    denials = sequence.denials
    if not denials.size or sequence.times[denials[-1]] <= sequence.times[denials[0]]:
        return None
    rate = _rate(sequence, int(denials[0]), int(denials[-1]))
    burst = _burst(sequence, rate)
    contradictions = sum(_contradictions(sequence, burst.value, rate.value))
    share = contradictions / sequence.times.size
    return Limiter(Kind.TOKEN_BUCKET, burst, rate, 0.0, share)


def _rate(sequence: Sequence, first: int, last: int) -> Estimate:
    accepted = int(sequence.accepted[first:last].sum())
    span = float(sequence.times[last] - sequence.times[first])
    shorter = max(span - 2 * sequence.jitter, span / 2)
    return Estimate(
        accepted / span,
        max(0.0, (accepted - 1) / (span + 2 * sequence.jitter)),
        (accepted + 1) / shorter,
    )


def _burst(sequence: Sequence, rate: Estimate) -> Estimate:
    count, start = sequence.accepted_at_first, float(sequence.times[0])
    denied = float(sequence.times[count]) - start
    accepted = float(sequence.times[max(count - 1, 0)]) - start
    low = count - rate.high * (accepted + sequence.jitter)
    high = count + 1 - rate.low * max(denied - sequence.jitter, 0.0)
    middle = count + 1 / 2 - rate.value * (accepted + denied) / 2
    return Estimate(max(1.0, middle), max(1.0, low), max(1.0, high))


def _contradictions(sequence: Sequence, burst: float, rate: float) -> Iterator[bool]:
    """Yield for each decision whether the bucket's level was clearly on the other side of 1."""
    slack = _SLACK + rate * sequence.jitter
    level, before = burst, float(sequence.times[0])
    for now, accepted in zip(sequence.times.tolist(), sequence.accepted.tolist(), strict=True):
        level = min(burst, level + rate * (now - before))
        before = now
        yield level < 1 - slack if accepted else level >= 1 + slack
        level -= accepted
