"""Log lines: redacted, stamped with the request, one JSON object a line."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Generator

import pytest

from server import logs
from server.settings import load_settings

SECRET = "postgresql://app:hunter2@db/shop"


@pytest.fixture
def stream(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Generator[io.StringIO, None, None]:
    """Log into a stream with a secret in the settings; restore logging afterwards."""
    monkeypatch.setenv("MAIN_URL", SECRET)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    lines = io.StringIO()
    log_format = getattr(request, "param", "json")
    logs.configure(load_settings(databases="main=env:MAIN_URL", log_format=log_format), lines)
    yield lines
    logging.captureWarnings(capture=False)
    root.handlers[:] = before
    root.setLevel(level)


both_formats = pytest.mark.parametrize("stream", ["json", "text"], indirect=True)


def test_a_line_is_one_json_object_with_the_request_id(stream: io.StringIO) -> None:
    with logs.request_scope("42"):
        logging.getLogger("a").warning("two\nlines")

    line = stream.getvalue()
    assert line.count("\n") == 1
    assert (json.loads(line)["request"], json.loads(line)["message"]) == ("42", "two\nlines")


@both_formats
@pytest.mark.parametrize("text", ["a\nb\r\nc", "\x00\x1b[31m", "\udcff", '"}', "\u2028", "%s %d"])
def test_a_message_is_one_line_whatever_stands_in_it(stream: io.StringIO, text: str) -> None:
    logging.getLogger("a").warning(text)

    assert stream.getvalue().count("\n") == 1


def test_json_keeps_every_character(stream: io.StringIO) -> None:
    text = "".join(map(chr, range(0x3000))) + "\udcff"

    logging.getLogger("a").warning("%s", text)

    assert json.loads(stream.getvalue())["message"] == text


@both_formats
def test_a_request_id_from_a_client_forges_no_line_and_fills_no_disk(stream: io.StringIO) -> None:
    with logs.request_scope("1]\nFORGED " + "x" * 1_000_000):
        logging.getLogger("a").warning("told")

    assert stream.getvalue().count("\n") == 1
    assert len(stream.getvalue()) < 300


def test_a_warning_is_a_line_like_any_other(stream: io.StringIO) -> None:
    logging.captureWarnings(capture=False)  # pytest has undone half of it since the fixture ran

    logs.configure(load_settings(log_format="json"), stream)
    warnings.showwarning("careful", UserWarning, "file.py", 1)

    assert "careful" in json.loads(stream.getvalue())["message"]


@both_formats
def test_the_last_words_of_a_process_hold_no_secret(stream: io.StringIO) -> None:
    error = RuntimeError(f"cannot reach {SECRET}")

    sys.excepthook(RuntimeError, error, None)

    assert "ended unexpectedly" in stream.getvalue()
    assert "RuntimeError" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()


@both_formats
def test_lines_of_other_libraries_are_redacted(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").warning(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", "/mcp?token=hunter2", "1.1", 401
    )
    logging.getLogger("asyncpg").warning("connecting to %s", {"password": "hunter2"})

    assert "hunter2" not in stream.getvalue()


def test_a_traceback_is_kept_and_the_secret_in_it_is_not(stream: io.StringIO) -> None:
    error = RuntimeError(f"cannot reach {SECRET}")

    logging.getLogger("a").error("failed at %s", SECRET, exc_info=error)

    assert "hunter2" not in stream.getvalue()
    assert "RuntimeError" in json.loads(stream.getvalue())["traceback"]
