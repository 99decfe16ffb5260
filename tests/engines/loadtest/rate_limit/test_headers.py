import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.loadtest.frame import Answer
from server.engines.loadtest.rate_limit.headers import Claims, Quota, claims

DATE = "Sat, 28 Nov 2026 20:00:00 GMT"
DATE_SECONDS = 1_795_896_000


def told(*headers: tuple[str, str], started_at: float = 0) -> Claims:
    return claims(Answer(0, 1, 2, 429, headers), started_at=started_at)


@pytest.mark.parametrize(("value", "seconds"), [("0", 0), ("120", 120), (" 3 ", 3), ("1.5", 1.5)])
def test_a_delay_in_seconds_is_read(value: str, seconds: float) -> None:
    assert told(("Retry-After", value)).retry_after == seconds


def test_a_date_is_held_against_the_clock_of_the_server() -> None:
    later = "Sat, 28 Nov 2026 20:00:30 GMT"

    assert told(("date", DATE), ("retry-after", later), started_at=1e9).retry_after == 30


def test_a_date_without_the_clock_of_the_server_is_held_against_ours() -> None:
    assert told(("retry-after", DATE), started_at=DATE_SECONDS - 12).retry_after == 10


def test_a_date_that_has_passed_is_no_negative_delay() -> None:
    assert told(("retry-after", DATE), started_at=DATE_SECONDS + 12).retry_after == 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            [("RateLimit", '"default";r=50;t=30'), ("RateLimit-Policy", '"default";q=100;w=60')],
            (50, 30, (Quota(100, 60),)),
        ),
        (
            [
                ("RateLimit", '"a,b;r=9";r=0;t=5, "day";r=7;t=3600'),
                ("RateLimit-Policy", '"a";q=10;w=1;pk=:c2Vj:, "day";q=1000;w=86400;qu="requests"'),
            ],
            (0, 3600, (Quota(10, 1), Quota(1000, 86400))),
        ),
        (
            [("RateLimit", "limit=100, remaining=0, reset=7"), ("RateLimit-Policy", "100;w=60")],
            (0, 7, (Quota(100, 60),)),
        ),
        (
            [
                ("RateLimit-Limit", "100, 100;w=60"),
                ("RateLimit-Remaining", "3"),
                ("RateLimit-Reset", "9"),
            ],
            (3, 9, (Quota(100), Quota(100, 60))),
        ),
        (
            [("X-RateLimit-Limit", "5"), ("X-RateLimit-Remaining", "0")],
            (0, None, (Quota(5),)),
        ),
        ([("X-Rate-Limit-Limit", "5"), ("X-Rate-Limit-Reset", "4")], (None, 4, (Quota(5),))),
    ],
)
def test_every_form_of_a_limit_is_read(
    headers: list[tuple[str, str]], expected: tuple[int | None, float | None, tuple[Quota, ...]]
) -> None:
    found = told(*headers)

    assert (found.remaining, found.reset, found.quotas) == expected
    assert (found.names, found.malformed) == (tuple(name.lower() for name, _ in headers), ())


def test_a_reset_that_is_a_date_in_seconds_is_a_delay_from_now() -> None:
    found = told(("x-ratelimit-reset", str(DATE_SECONDS + 40)), ("date", DATE))

    assert found.reset == 40


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retry-after", "soon"),
        ("retry-after", "-5"),
        ("retry-after", "٣"),
        ("retry-after", "Sat, 99 Foo 2026 20:00:00 GMT"),
        ("retry-after", "Mon, 01 Jan 0001 00:00:00 +9999"),
        ("retry-after", "9" * 500),
        ("ratelimit", "lots"),
        ("ratelimit-policy", '"default"'),
        ("ratelimit-remaining", "1e3"),
        ("x-ratelimit-reset", "\x00"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, value: str) -> None:
    found = told((name, value))

    assert (found.names, found.malformed) == ((name,), (name,))


def test_other_headers_say_nothing() -> None:
    assert told(("server", "nginx"), ("x-ratelimit-cost", "5")) == Claims()


@given(
    st.sampled_from(["retry-after", "date", "ratelimit", "ratelimit-policy", "ratelimit-reset"]),
    st.text(max_size=60),
)
def test_no_header_is_an_error(name: str, value: str) -> None:
    assert len(told((name, value), ("retry-after", value)).malformed) <= 2
