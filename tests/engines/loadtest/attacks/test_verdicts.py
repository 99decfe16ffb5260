"""From replies to verdicts, without a server."""

import pytest

from server.engines.loadtest.attacks.likeness import Pair, likeness
from server.engines.loadtest.attacks.pattern import Aspect, HeaderCheck, Probe, Rule, Twins
from server.engines.loadtest.attacks.reply import Reply, Silence
from server.engines.loadtest.attacks.verdict import (
    LEAKS,
    Finding,
    Verdict,
    findings,
    header_faults,
)
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.plan import Message

GET = Message("GET", "/", (("Host", "h"),))
PROBE = Probe(
    "probe",
    (GET,),
    frozenset({400}),
    "why",
    "validation",
    tolerates=frozenset({Failure.RESET}),
    must_not_say=("canary",),
    could_write=True,
)


def reply(status: int, body: bytes = b"{}", seconds: float = 0.001, **headers: str) -> Reply:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(status, named, body, seconds)


def judged(*replies: Reply | Silence, probe: Probe = PROBE) -> Finding:
    return findings(probe, replies, encrypted=False)[0]


@pytest.mark.parametrize(
    ("answer", "verdict", "seen"),
    [
        (reply(400), Verdict.HELD, "400 Bad Request"),
        (Silence(Failure.RESET), Verdict.HELD, "connection_reset"),
        (reply(201), Verdict.BROKEN, "201 Created instead of 400"),
        (reply(500), Verdict.BROKEN, "500 Internal Server Error instead of 400"),
        (Silence(Failure.TIMEOUT, "5 s"), Verdict.BROKEN, "no answer: timeout (5 s)"),
        (reply(400, b"a canary"), Verdict.BROKEN, "400 Bad Request with 'canary' in it"),
        (reply(400, location="/canary"), Verdict.BROKEN, "400 Bad Request with 'canary' in it"),
        (reply(401), Verdict.UNTESTED, "401 Unauthorized: refused before it could show"),
        (reply(404), Verdict.UNTESTED, "404 Not Found: refused before it could show"),
        (reply(599), Verdict.BROKEN, "599 instead of 400"),
    ],
)
def test_a_reply_holds_or_breaks_or_says_nothing(
    answer: Reply | Silence, verdict: Verdict, seen: str
) -> None:
    finding = judged(answer)

    assert (finding.verdict, finding.seen) == (verdict, seen)


@pytest.mark.parametrize("leak", LEAKS)
def test_the_words_of_an_error_break_a_refusal_that_is_right_otherwise(leak: str) -> None:
    assert judged(reply(400, f"... {leak} ...".encode())).verdict is Verdict.BROKEN


def test_one_wrong_reply_among_right_ones_breaks() -> None:
    assert judged(reply(400), reply(200), reply(400)).verdict is Verdict.BROKEN


def test_what_was_taken_may_be_kept_where_the_probe_could_write() -> None:
    assert judged(reply(201)).may_have_written
    assert not judged(reply(400)).may_have_written
    assert not judged(reply(500)).may_have_written


@pytest.mark.parametrize(
    ("statuses", "verdict", "seen"),
    [
        ((401, 401, 429), Verdict.HELD, "401 Unauthorized x2, 429 Too Many Requests"),
        ((401, 401, 401), Verdict.BROKEN, "401 Unauthorized x3, never 429"),
        ((404, 404, 404), Verdict.UNTESTED, "404 Not Found x3: refused before it could show"),
    ],
)
def test_a_limit_must_have_come_by_the_end(
    statuses: tuple[int, ...], verdict: Verdict, seen: str
) -> None:
    probe = Probe(
        "limit", (GET,), frozenset({401, 429}), "why", "login-limits", needs=frozenset({429})
    )

    finding = judged(*map(reply, statuses), probe=probe)

    assert (finding.verdict, finding.seen) == (verdict, seen)


@pytest.mark.parametrize(
    ("rule", "value", "verdict"),
    [
        (Rule.REQUIRED, "good", Verdict.HELD),
        (Rule.REQUIRED, "GOOD", Verdict.HELD),
        (Rule.REQUIRED, "bad", Verdict.BROKEN),
        (Rule.REQUIRED, None, Verdict.BROKEN),
        (Rule.FORBIDDEN, "good", Verdict.BROKEN),
        (Rule.FORBIDDEN, "bad", Verdict.HELD),
        (Rule.FORBIDDEN, None, Verdict.HELD),
        (Rule.BOUND, "good", Verdict.HELD),
        (Rule.BOUND, "bad", Verdict.BROKEN),
        (Rule.BOUND, None, Verdict.HELD),
    ],
)
def test_a_header_is_held_against_its_rule(rule: Rule, value: str | None, verdict: Verdict) -> None:
    check = HeaderCheck("x-a", rule, "why", "headers", pattern="^good$")
    probe = Probe("p", (GET,), frozenset({200}), "why", "headers", header_checks=(check,))
    answer = reply(200, x_a=value) if value is not None else reply(200)

    *_, found = findings(probe, [answer], encrypted=False)

    assert (found.probe, found.verdict) == ("p/x-a", verdict)


def test_a_header_that_counts_over_tls_is_untested_without_and_tested_with_it() -> None:
    check = HeaderCheck("x-a", Rule.REQUIRED, "why", "headers", only_encrypted=True)
    probe = Probe("p", (GET,), frozenset({200}), "why", "headers", header_checks=(check,))

    verdicts = [findings(probe, [reply(200)], encrypted=each)[1].verdict for each in (False, True)]

    assert verdicts == [Verdict.UNTESTED, Verdict.BROKEN]


TWINS = Twins("twins", (GET,), (GET,), frozenset(Aspect), "why", "authentication", ("ada", "bob"))


def compared(*pairs: Pair) -> Verdict:
    return likeness(TWINS, pairs).verdict


def test_equal_answers_are_alike() -> None:
    assert compared(*[(reply(401), reply(401))] * 4) is Verdict.HELD


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (reply(401), reply(404)),
        (reply(401, x_a="1"), reply(401)),
        (reply(401, b"wrong password"), reply(401, b"no such user")),
    ],
)
def test_another_status_header_or_word_tells(first: Reply, second: Reply) -> None:
    assert compared(*[(first, second)] * 4) is Verdict.BROKEN


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b"ada is wrong", b"bob is wrong"),
        (b'{"id": "req_7Jm2QpX4aaaaaaaaaaaaaa"}', b'{"id": "req_8Kn3RqY5bbbbbbbbbbbbbb"}'),
        (b'{"at": 1772366400.25}', b'{"at": 1772366401.5}'),
        (b"0196a1f2-7c3e-7b41-9d52-3f0f6a1c8e90", b"2b9e6f10-8f0e-4c07-9f55-6a1d0e7c4b33"),
    ],
)
def test_what_differs_in_every_answer_does_not_tell(first: bytes, second: bytes) -> None:
    assert compared(*[(reply(401, first), reply(401, second))] * 4) is Verdict.HELD


def timed(*seconds: tuple[float, float]) -> Finding:
    pairs = [(reply(401, seconds=a), reply(401, seconds=b)) for a, b in seconds]
    return likeness(TWINS, pairs)


def test_a_hash_that_is_skipped_for_unknown_users_tells() -> None:
    found = timed((0.101, 0.002), (0.099, 0.004), (0.105, 0.002), (0.098, 0.002))

    assert found.verdict is Verdict.BROKEN
    assert found.seen == "100.8 ms and 2.5 ms, the means of 4 pairs"


def test_noise_in_time_does_not_tell_and_the_answer_says_what_would_have_been_found() -> None:
    found = timed((0.101, 0.120), (0.130, 0.099), (0.105, 0.100), (0.098, 0.111))

    assert found.verdict is Verdict.HELD
    assert "in time would have been found" in found.seen


def test_a_difference_below_a_millisecond_does_not_tell() -> None:
    assert timed(*[(0.0008, 0.0004)] * 4).verdict is Verdict.HELD


def test_one_slow_answer_does_not_tell() -> None:
    assert timed((0.5, 0.1), (0.1, 0.1), (0.1, 0.1), (0.1, 0.1)).verdict is Verdict.HELD


@pytest.mark.parametrize("pair", [(reply(429), reply(401)), (Silence(Failure.RESET), reply(401))])
def test_twins_that_were_limited_or_not_answered_are_untested(pair: Pair) -> None:
    assert compared(pair) is Verdict.UNTESTED


def test_a_header_is_looked_at_only_so_far() -> None:
    check = HeaderCheck("x", Rule.FORBIDDEN, "why", "headers", pattern="end$")
    far, near = (Reply(200, (("x", "a" * count + "end"),), b"", 0.0) for count in (100_000, 100))

    assert not header_faults(check, far)
    assert header_faults(check, near)
