"""What a reader must know before believing a comparison."""

from collections.abc import Sequence

from server.engines.loadtest.compare.metrics import Metric
from server.engines.loadtest.measurement import Measurement
from server.engines.loadtest.wording import percent

_FAILING_MORE = 0.01  # a difference of error shares from which latencies mean different things


def left_out(total: int, used: int) -> tuple[str, ...]:
    """Say how many segments could not be used, if any."""
    if used == total:
        return ()
    reason = "the generator was the limit, or no request was answered as expected"
    return (f"{total - used} of {total} were left out: {reason}",)


def too_few_for(metrics: Sequence[Metric]) -> tuple[str, ...]:
    """Say which metrics were not compared for want of requests."""
    return tuple(
        f"{metric.name} was not compared: it needs {metric.needed} requests in every segment"
        for metric in metrics
    )


def failing(first: Sequence[Measurement], second: Sequence[Measurement]) -> tuple[str, ...]:
    """Say when one side fails more: failures are often fast."""
    shares = [_error_share(side) for side in (first, second)]
    if abs(shares[0] - shares[1]) < _FAILING_MORE:
        return ()
    first_share, second_share = map(percent, shares)
    failed = f"the first side failed {first_share} of its requests, the second {second_share}"
    return (f"{failed}: their latencies are not of the same work",)


def _error_share(segments: Sequence[Measurement]) -> float:
    requests = sum(each.requests for each in segments)
    return sum(each.errors for each in segments) / requests if requests else 0.0
