"""Secrets out of texts: those that are known, and those that look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.redaction import Redactor


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u:hunter2@h/d",
        "postgres://u:p@hunter2@h/d",
        "postgres://u:p/hunter2@h/d",
        "password=hunter2 host=h",
        "PGPASSWORD: hunter2",
        '{"password": "hunter2"}',
        "Authorization: Bearer hunter2",
        "Authorization: Basic hunter2",
        "'authorization': 'Bearer hunter2'",
        "sent Bearer hunter2 to it",
        '"GET /mcp?access_token=hunter2&x=1 HTTP/1.1" 401',
        "GET /mcp?api_key=hunter2",
        "MY_SECRET=hunter2",
    ],
)
def test_a_secret_that_nobody_configured_is_redacted_by_its_shape(text: str) -> None:
    assert "hunter2" not in Redactor(()).redact(text)


def test_what_stands_beside_a_secret_stays() -> None:
    told = Redactor(()).redact("GET /mcp?access_token=hunter2&x=1 from h; tokens left: 5")

    assert told == "GET /mcp?access_token=[redacted]&x=1 from h; tokens left: 5"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hunter22", "[redacted]"),
        ("x-hunter22-hunter2", "x-[redacted]-[redacted]"),
        (r"'hunt\\er3'", "'[redacted]'"),
        ("a%20hunter4%2F", "[redacted]"),
    ],
)
def test_a_known_secret_is_redacted_as_logs_and_addresses_write_it(
    text: str, expected: str
) -> None:
    redactor = Redactor(["hunter2", "hunter22", r"hunt\er3", "a hunter4/"])

    assert redactor.redact(text) == expected


def test_the_password_of_an_address_is_a_secret_of_its_own() -> None:
    redactor = Redactor(["postgresql://app:hunter%402@db/shop"])

    assert redactor.redact("hunter%402 and hunter@2") == "[redacted] and [redacted]"


@pytest.mark.parametrize("secret", ["", "postgresql://postgres:postgres@db/shop", "x://["])
def test_a_secret_that_hides_nothing_leaves_ordinary_words_alone(secret: str) -> None:
    line = "server.engines.postgres started"

    assert Redactor([secret, "hunter2"]).redact(line) == line


@given(st.text(min_size=4), st.text(), st.text())
def test_no_text_around_a_known_secret_saves_it(secret: str, before: str, after: str) -> None:
    told = Redactor([secret]).redact(f"{before}{secret}{after}")

    assert secret not in told.replace("[redacted]", "\0")
