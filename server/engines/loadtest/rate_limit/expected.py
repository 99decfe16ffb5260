"""The rate limit that a caller says a target has, as people write one."""

import re
from collections.abc import Mapping
from typing import Final

from server.engines.loadtest.rate_limit.headers import Quota
from server.errors import InvalidInputError

QUOTA_FORMS: Final = "100/60s, 20/s, 600/min, 1000/h, or `20 at once` for a burst"

_LONGEST: Final = 100  # characters of a value that an error repeats
_RATE: Final = re.compile(r"([0-9]{1,9})\s*/\s*([0-9]{0,6})\s*(s|min|h|d)")
_BURST: Final = re.compile(r"([0-9]{1,9})\s+at\s+once")
_SECONDS: Final[Mapping[str, int]] = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}


def parse_quota(text: str) -> Quota:
    """Read `100/60s`, a rate, or `20 at once`, a burst.

    Raises:
        InvalidInputError: it has another form; says which are valid.
    """
    written = text.strip()
    if rate := _RATE.fullmatch(written):
        quota = Quota(int(rate[1]), int(rate[2] or 1) * _SECONDS[rate[3]])
        if quota.requests and quota.seconds:
            return quota
    if (burst := _BURST.fullmatch(written)) and int(burst[1]):
        return Quota(int(burst[1]))
    raise InvalidInputError(
        f"{text[:_LONGEST]!r} is no rate limit.", next_step=f"Valid: {QUOTA_FORMS}."
    )
