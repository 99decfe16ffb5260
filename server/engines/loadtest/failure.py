"""Why a request got no answer, one name a cause."""

from enum import StrEnum
from ssl import SSLError
from typing import Final


class Failure(StrEnum):
    """What became of a request that was not answered."""

    REFUSED = "connection_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    CONNECT_FAILED = "connect_failed"
    TLS_FAILED = "tls_failed"
    NO_CONNECTION = "no_free_connection"
    """Every connection was busy until its patience ended."""
    TIMEOUT = "timeout"
    """Sent, and not answered whole in time."""
    RESET = "connection_reset"
    CLOSED = "closed_without_answer"
    TRUNCATED = "answer_cut_short"
    INVALID = "invalid_answer"
    EXTRA = "bytes_after_answer"
    HEADERS_TOO_LARGE = "headers_too_large"
    ANSWER_TOO_LARGE = "answer_too_large"
    UPGRADED = "protocol_switched"
    STREAM_RESET = "stream_reset"
    """HTTP/2: the server gave up one request."""


WAITED: Final = frozenset({Failure.TIMEOUT, Failure.NO_CONNECTION})
"""Failures whose waiting time is known to be at least what was waited."""


def of_connecting(error: Exception) -> Failure:
    """Name what an attempt to connect ended in."""
    if isinstance(error, SSLError):
        return Failure.TLS_FAILED
    if isinstance(error, TimeoutError):
        return Failure.CONNECT_TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return Failure.REFUSED
    return Failure.CONNECT_FAILED
