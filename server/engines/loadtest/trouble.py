"""When a run does more harm than good and ends by itself."""

from collections.abc import Sequence
from typing import Final

from server.engines.loadtest.failure import Failure
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.plan import Target, right_statuses

_STORM_SECONDS: Final = 5
_STORM_SHARE: Final = 0.5
_MERCY_SECONDS: Final = 2
_MERCY_SHARE: Final = 0.1
_FEW: Final = 5  # requests a second that say nothing yet
_MERCY: Final = frozenset({429, 503})


def trouble(frames: Sequence[Frame], targets: tuple[Target, ...]) -> str:
    """Return why the run whose seconds these are should end now, or nothing.

    A server that refuses every connection ends it at once; one whose requests fail by more than
    half for 5 s, or that answers 429 or 503 to a tenth of them for 2 s without anyone expecting
    it, ends it then.
    """
    last = frames[-1]
    refused = sum(count for (_, name), count in last.failed.items() if name == Failure.REFUSED)
    if refused >= _FEW and not last.answered:
        return f"the server refused all of {refused} connections in a second"
    if all(_asks_for_mercy(each, targets) for each in _latest(frames, _MERCY_SECONDS)):
        return f"the server answered 429 or 503 to over {_MERCY_SHARE:.0%} of requests for 2 s"
    if all(_is_storm(each, targets) for each in _latest(frames, _STORM_SECONDS)):
        return f"over {_STORM_SHARE:.0%} of requests failed for 5 s"
    return ""


def unexpected(frame: Frame, targets: tuple[Target, ...]) -> int:
    """Return how many answers had a status that their target does not take for right."""
    return sum(
        count
        for (target, status), count in frame.answered.items()
        if int(status) not in right_statuses(targets[target])
    )


def _latest(frames: Sequence[Frame], seconds: int) -> Sequence[Frame]:
    """Return the last frames; those not there yet stand as quiet ones."""
    return frames[-seconds:] if len(frames) >= seconds else [_QUIET]


def _asks_for_mercy(frame: Frame, targets: tuple[Target, ...]) -> bool:
    asked = sum(
        count
        for (target, status), count in frame.answered.items()
        if int(status) in _MERCY - targets[target].expects
    )
    return asked >= _FEW and asked > _MERCY_SHARE * frame.answered.total()


def _is_storm(frame: Frame, targets: tuple[Target, ...]) -> bool:
    failed = unexpected(frame, targets) + frame.failed.total()
    ended = frame.answered.total() + frame.failed.total()
    return failed >= _FEW and failed > _STORM_SHARE * ended


_QUIET: Final = Frame(0.0, 0.0)
