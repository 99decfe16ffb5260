import pytest

from server.engines.loadtest.frame import Answer
from server.engines.loadtest.rate_limit.explanation import Explanation, explain
from server.engines.loadtest.rate_limit.limiter import Kind
from server.engines.loadtest.rate_limit.sequence import Sequence, is_denied
from tests.engines.loadtest.rate_limit.limiters import answers, bucket, log, window


def explained(found: list[Answer]) -> Explanation:
    explanation = explain(Sequence.of(found))
    assert explanation is not None
    return explanation


@pytest.mark.parametrize("poisson", [False, True])
@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize(
    ("burst", "rate", "offered"), [(20, 5, 50), (100, 10, 40), (1, 10, 35), (10, 50, 120)]
)
def test_a_bucket_is_found_with_its_size_and_its_refill(
    burst: float, rate: float, offered: float, noise: float, *, poisson: bool
) -> None:
    found = answers(bucket(burst, rate), offered, 20, noise=noise, poisson=poisson)

    limiter = explained(found).limiter

    assert limiter.kind is Kind.TOKEN_BUCKET
    assert limiter.rate.holds(rate)
    assert limiter.burst.low <= burst <= limiter.burst.high
    assert limiter.rate.value == pytest.approx(rate, rel=0.05)
    assert limiter.burst.value == pytest.approx(burst, abs=2)


@pytest.mark.parametrize("poisson", [False, True])
@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize(("limit", "seconds", "phase"), [(20, 2, 0.7), (50, 5, 3.1), (10, 1, 0.6)])
def test_windows_are_found_with_their_limit_and_their_length(
    limit: int, seconds: float, phase: float, noise: float, *, poisson: bool
) -> None:
    found = answers(window(limit, seconds, phase), 50, 20, noise=noise, poisson=poisson)

    limiter = explained(found).limiter

    assert limiter.kind is Kind.FIXED_WINDOW
    assert limiter.burst.value == limit
    assert limiter.window_seconds == pytest.approx(seconds, rel=0.02)
    assert limiter.rate.holds(limit / seconds)


@pytest.mark.parametrize("noise", [0.0, 0.005])
@pytest.mark.parametrize(("limit", "seconds"), [(20, 2), (50, 5), (10, 1)])
def test_a_sliding_log_is_found_with_its_limit_and_its_length(
    limit: int, seconds: float, noise: float
) -> None:
    found = answers(log(limit, seconds), 50, 20, noise=noise, poisson=True)

    limiter = explained(found).limiter

    assert limiter.kind is Kind.SLIDING_WINDOW
    assert limiter.burst.value == limit
    assert limiter.window_seconds == pytest.approx(seconds, rel=0.05)


def test_windows_that_begin_with_the_first_request_may_slide_as_well() -> None:
    explanation = explained(answers(log(20, 1.99), 50, 20))

    kinds = {explanation.limiter.kind, *(each.kind for each in explanation.others)}
    assert kinds == {Kind.FIXED_WINDOW, Kind.SLIDING_WINDOW}


def test_what_no_known_limiter_does_is_not_explained() -> None:
    def alternating(now: float) -> bool:
        return int(now * 7.3) % 2 == 0 and int(now * 50) % 3 == 0 and now % 5 < 3.2

    assert explain(Sequence.of(answers(alternating, 50, 20, poisson=True))) is None


@pytest.mark.parametrize("seconds", [0.5, 0.42])
def test_a_limiter_that_was_seen_only_once_is_not_explained(seconds: float) -> None:
    assert explain(Sequence.of(answers(bucket(20, 5), 50, seconds)[:21])) is None


def test_no_answers_explain_nothing() -> None:
    assert explain(Sequence.of([])) is None


def test_being_unavailable_is_a_denial_only_with_the_advice_to_come_back() -> None:
    assert not is_denied(Answer(0, 0, 1, 503, ()))
    assert is_denied(Answer(0, 0, 1, 503, (("retry-after", "1"),)))
