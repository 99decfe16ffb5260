"""When an attack does harm, or shows nothing any more, and ends by itself."""

from collections.abc import Sequence
from typing import Final

from server.engines.loadtest.attacks.pattern import Attack
from server.engines.loadtest.attacks.reply import Reply, Silence
from server.engines.loadtest.failure import Failure

_LIMITED: Final = 429
_BUSY: Final = 503
_REFUSALS: Final = 5  # in a row
_SILENCES: Final = 3  # in a row
MOST_LOOKED_AT: Final = max(_REFUSALS, _SILENCES)
"""How many of the latest replies say all that counts."""
# An answer of whatever kind, or a connection cut off, is what a probe is there to find.
_DOWN: Final = frozenset(
    {
        Failure.REFUSED,
        Failure.CONNECT_TIMEOUT,
        Failure.CONNECT_FAILED,
        Failure.TLS_FAILED,
        Failure.TIMEOUT,
    }
)


def trouble(replies: Sequence[Reply | Silence], *, seeks_limit: bool) -> str:
    """Return why an attack should end after these replies, or nothing.

    A server that takes no connection or lets requests hang three times in a row is down; one that
    answers five in a row with 503, or with 429 to an attack that does not look for a limit
    (`seeks_limit`), asks to be left alone.
    """
    silences, refusals = [*replies][-_SILENCES:], [*replies][-_REFUSALS:]
    if len(silences) == _SILENCES and all(_is_down(each) for each in silences):
        return f"{_SILENCES} requests in a row got no answer ({_words(silences[-1])})"
    for status in (_BUSY, *(() if seeks_limit else (_LIMITED,))):
        if len(refusals) == _REFUSALS and all(_has(each, status) for each in refusals):
            return f"the server answered {status} to {_REFUSALS} requests in a row"
    return ""


def seeks_limit(attack: Attack) -> bool:
    """Whether an attack must see a rate limit to be satisfied."""
    return any(_LIMITED in probe.needs for probe in attack.probes)


def _is_down(reply: Reply | Silence) -> bool:
    return isinstance(reply, Silence) and reply.failure in _DOWN


def _has(reply: Reply | Silence, status: int) -> bool:
    return isinstance(reply, Reply) and reply.status == status


def _words(reply: Reply | Silence) -> str:
    if not isinstance(reply, Silence):
        return str(reply.status)
    return f"{reply.failure}: {reply.detail}" if reply.detail else str(reply.failure)
