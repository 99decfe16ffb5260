from dataclasses import replace

import pytest

from server.engines.loadtest.frame import Answer
from server.engines.loadtest.rate_limit.headers import Quota
from server.engines.loadtest.rate_limit.probe import Probe, Probed, next_probe
from server.engines.loadtest.rate_limit.verdict import Evidence, Verdict, judge
from tests.engines.loadtest.rate_limit.limiters import answers, bucket, log, with_headers

POLICY = ("ratelimit-policy", '"default";q=5;w=1')
HEADERS = (("retry-after", "1"), ("ratelimit", '"default";r=0;t=1'), POLICY)
DECIDED = answers(bucket(20, 5), 50, 20)
HONEST = with_headers(DECIDED, *HEADERS)
PROBE = Probe(21.0, "Retry-After", 1.0)


def faults(evidence: Evidence) -> str:
    report = judge(evidence)
    assert report.verdict is Verdict.FAILED
    return "\n".join(report.faults)


def test_a_limiter_that_does_what_it_says_passes() -> None:
    report = judge(Evidence(HONEST, [Probed(PROBE, 21.1, is_accepted=True)]))

    assert (report.verdict, report.faults, report.notes) == (Verdict.PASSED, (), ())
    assert report.headers == ("ratelimit", "ratelimit-policy", "retry-after")
    assert (report.accepted, report.denied) == (119, 881)


def test_the_first_denial_is_told() -> None:
    first = judge(Evidence(HONEST)).first

    assert first is not None
    assert (first.after_requests, first.status) == (22, 429)
    assert first.seconds == pytest.approx(22 / 50)


def test_a_target_that_lets_everything_pass_is_not_limited() -> None:
    report = judge(Evidence(answers(lambda _: True, 50, 4)))

    assert (report.verdict, report.accepted, report.first) == (Verdict.NOT_LIMITED, 200, None)


def test_no_answers_show_no_limit() -> None:
    assert judge(Evidence([])).verdict is Verdict.NOT_LIMITED


def test_denials_without_advice_are_a_fault() -> None:
    assert "881 of 881 denials have no readable Retry-After" in faults(Evidence(DECIDED))


def test_a_probe_that_was_denied_at_the_stated_time_is_a_lie() -> None:
    found = faults(Evidence(HONEST, [Probed(PROBE, 21.2, is_accepted=False)]))

    assert "Retry-After said 1 s, and a request 1.2 s later was denied" in found


@pytest.mark.parametrize(("sent", "is_accepted"), [(20.9, False), (20.9, True), (22.5, True)])
def test_a_probe_at_another_time_tells_nothing(sent: float, *, is_accepted: bool) -> None:
    report = judge(Evidence(HONEST, [Probed(PROBE, sent, is_accepted=is_accepted)]))

    assert report.verdict is Verdict.PASSED
    assert "was not tested" in report.notes[-1]


def test_a_denial_long_after_the_stated_time_is_a_lie_all_the_more() -> None:
    found = faults(Evidence(HONEST, [Probed(PROBE, 29.0, is_accepted=False)]))

    assert "a request 9 s later was denied" in found


def test_decisions_without_a_pattern_are_said_to_have_none() -> None:
    def erratic(now: float) -> bool:
        return int(now * 7.3) % 2 == 0 and int(now * 50) % 3 == 0 and now % 5 < 3.2

    found = with_headers(answers(erratic, 50, 20, poisson=True), *HEADERS)

    assert "no single bucket or window" in judge(Evidence(found)).notes[0]
    assert "could not be measured" in faults(Evidence(found, expected=Quota(5, 1)))


def test_other_limiters_that_explain_as_much_are_told() -> None:
    found = with_headers(answers(log(20, 1.99), 50, 20), ("retry-after", "2"))

    notes = judge(Evidence(found)).notes
    assert "explained as well by: sliding window of 20 requests in 1.99 s" in notes


def test_a_denial_that_says_that_requests_remain_is_a_lie() -> None:
    lying = with_headers(DECIDED, ("retry-after", "1"), ("ratelimit-remaining", "3"))

    assert "881 denials say that requests remain" in faults(Evidence(lying))


def test_a_stated_limit_that_is_not_the_measured_one_is_a_fault() -> None:
    lying = with_headers(DECIDED, ("retry-after", "1"), ("ratelimit-policy", '"a";q=600;w=60'))

    assert "states 600 requests in 60 s, but is a token bucket of 20" in faults(Evidence(lying))


def test_of_several_stated_limits_one_must_be_the_measured_one() -> None:
    several = ("ratelimit-policy", '"second";q=5;w=1, "day";q=100000;w=86400')

    assert judge(Evidence(with_headers(DECIDED, HEADERS[0], several))).verdict is Verdict.PASSED


def test_another_limit_than_expected_is_a_fault() -> None:
    found = faults(Evidence(HONEST, expected=Quota(100, 10)))

    assert "expected 100 requests in 10 s, measured a token bucket of 20, refilled at" in found


def test_the_expected_limit_is_found() -> None:
    assert judge(Evidence(HONEST, expected=Quota(50, 10))).verdict is Verdict.PASSED


def test_a_limit_without_a_time_is_held_against_the_burst() -> None:
    assert judge(Evidence(HONEST, expected=Quota(20))).verdict is Verdict.PASSED
    assert "expected 90 requests at once" in faults(Evidence(HONEST, expected=Quota(90)))


def test_denying_with_503_is_a_fault() -> None:
    unavailable = [replace(each, status=503) if each.status == 429 else each for each in HONEST]

    assert "denied with 503 instead of 429" in faults(Evidence(unavailable))


def test_server_errors_under_load_are_a_fault() -> None:
    broken = [replace(each, status=500) if at > 990 else each for at, each in enumerate(HONEST)]

    assert "9 requests ended in a server error" in faults(Evidence(broken))


def test_unreadable_headers_are_a_fault() -> None:
    assert "not readable: ratelimit" in faults(
        Evidence(with_headers(DECIDED, HEADERS[0], ("ratelimit", "none left")))
    )


def test_a_probe_is_sent_when_the_last_denial_said() -> None:
    last = max(each.answered for each in HONEST if each.status == 429)

    assert next_probe(HONEST, started_at=0) == Probe(last + 1, "Retry-After", 1.0)


def test_a_reset_is_probed_where_no_advice_is_given() -> None:
    denied = Answer(0, 0, 2, 429, (("x-ratelimit-reset", "7"),))

    assert next_probe([denied], started_at=0) == Probe(9, "the stated reset", 7)


def test_nothing_is_probed_where_nothing_is_stated() -> None:
    assert next_probe(DECIDED, started_at=0) is None
