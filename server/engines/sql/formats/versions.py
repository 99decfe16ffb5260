"""The version that comes after those of a folder, in the manner of that folder."""

from collections.abc import Iterable
from datetime import datetime

_SHORTEST_CLOCK = 12  # digits; a version of so many is a time, not a count


def following(versions: Iterable[str], *, now: str, first: str) -> str:
    """Return a version above all: one more where they are counted, `now` where they are times."""
    last = max(versions, key=int, default="")
    if not last:
        return first
    counted = f"{int(last) + 1:0{len(last)}d}"
    return max(counted, now, key=int) if len(last) >= _SHORTEST_CLOCK else counted


def clock(now: datetime) -> str:
    """Return a time as year, month, day, hour, minute and second."""
    return f"{now:%Y%m%d%H%M%S}"
