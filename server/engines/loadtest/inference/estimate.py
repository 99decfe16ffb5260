"""A figure that was estimated, never shown without its ends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure between the ends that should hold it; `inf` where there is no end."""

    value: float
    low: float
    high: float

    def holds(self, truth: float) -> bool:
        """Tell whether a value lies between the ends."""
        return self.low <= truth <= self.high
