"""A limiter as it was understood from outside."""

from dataclasses import dataclass
from enum import StrEnum

from server.engines.loadtest.inference.estimate import Estimate
from server.engines.loadtest.wording import plain


class Kind(StrEnum):
    """How a limiter counts."""

    TOKEN_BUCKET = "token bucket"  # ruff: ignore[hardcoded-password-string] no secret
    FIXED_WINDOW = "fixed window"
    SLIDING_WINDOW = "sliding window"


@dataclass(frozen=True, slots=True)
class Limiter:
    """A limiter that explains all but a share of the decisions (`contradictions`, 0 to 1).

    `burst` requests pass at once, then `rate` a second; `window_seconds` is that of a window, 0
    of a bucket.
    """

    kind: Kind
    burst: Estimate
    rate: Estimate
    window_seconds: float
    contradictions: float

    def __str__(self) -> str:
        if self.kind is Kind.TOKEN_BUCKET:
            burst, rate = plain(self.burst.value, places=0), plain(self.rate.value)
            return f"token bucket of {burst}, refilled at {rate}/s"
        return (
            f"{self.kind} of {plain(self.burst.value, places=0)} requests in "
            f"{plain(self.window_seconds)} s"
        )
