"""Log lines: redacted, stamped with the request, one JSON object a line."""

import io
import json
import logging
from collections.abc import Generator

import pytest

from server import logs
from server.settings import load_settings

SECRET = "postgresql://app:hunter2@db/shop"


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Generator[io.StringIO, None, None]:
    """Log into a stream with a secret in the settings; restore logging afterwards."""
    monkeypatch.setenv("MAIN_URL", SECRET)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    lines = io.StringIO()
    logs.configure(load_settings(databases="main=env:MAIN_URL", log_format="json"), lines)
    yield lines
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_is_one_json_object_with_the_request_id(stream: io.StringIO) -> None:
    with logs.request_scope("42"):
        logging.getLogger("a").warning("two\nlines")

    line = stream.getvalue()
    assert line.count("\n") == 1
    assert (json.loads(line)["request"], json.loads(line)["message"]) == ("42", "two\nlines")


def test_a_traceback_is_kept_and_the_secret_in_it_is_not(stream: io.StringIO) -> None:
    error = RuntimeError(f"cannot reach {SECRET}")

    logging.getLogger("a").error("failed at %s", SECRET, exc_info=error)

    assert "hunter2" not in stream.getvalue()
    assert "RuntimeError" in json.loads(stream.getvalue())["traceback"]


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u:hunter2@h/d",
        "password=hunter2 host=h",
        "PGPASSWORD: hunter2",
        "Authorization: Bearer hunter2",
    ],
)
def test_a_secret_that_nobody_configured_is_redacted_by_its_shape(text: str) -> None:
    assert "hunter2" not in logs.redact(text)
