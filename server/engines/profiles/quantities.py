"""The quantities in the answers, parsed once from the forms that people write."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

MOST_QPS = 10_000_000
MOST_ENGINEERS = 100_000
LONGEST_NAME = 80
LONGEST_ANSWER = 400
WHOLE = 100
LOWEST_PERCENT = 50
LONGEST_DURATION_DAYS = 365

RATIO_FORMS = "reads:writes such as 80:20 or 80/20, or the share of reads such as 80%"
RATE_FORMS = f"requests per second above 0, up to {MOST_QPS:,}, such as 250, 1,200 or 1.2k"
COUNT_FORMS = f"a whole number of engineers from 1 to {MOST_ENGINEERS:,}"
DURATION_FORMS = (
    f"a number with its unit (s, min, h, d) such as 15 min, up to {LONGEST_DURATION_DAYS} d, or 0"
)
PERCENT_FORMS = f"a percentage from {LOWEST_PERCENT} to {WHOLE} such as 99.9%"
NAME_FORMS = f"a name of up to {LONGEST_NAME} characters on one line"

# ASCII digits only: float() and int() would read every script's digits.
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
_RATIO = re.compile(rf"({_NUMBER})\s*[:/]\s*({_NUMBER})")
_SHARE = re.compile(rf"({_NUMBER})\s*%(?:\s*reads)?")
_RATE = re.compile(rf"({_NUMBER}|[0-9]{{1,3}}(?:[,_][0-9]{{3}}){{1,3}})\s*([km]?)")
_DURATION = re.compile(rf"({_NUMBER})\s*(s|sec|seconds?|m|mins?|minutes?|h|hours?|d|days?)")
_PERCENT = re.compile(rf"({_NUMBER})\s*%?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PLACEHOLDERS = frozenset({
    "", "-", "?", "anyone", "everybody", "everyone", "n/a", "na", "nobody", "no one", "none",
    "null", "someone", "tba", "tbc", "tbd", "todo", "undefined", "unknown",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadWriteRatio:
    """Reads and writes in proportion, as they were given."""

    reads: float
    writes: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `80:20`, `4/1` or `80%` (of reads)."""
        if pair := _RATIO.fullmatch(text):
            ratio = cls(float(pair[1]), float(pair[2]))
            if ratio.reads + ratio.writes > 0:
                return ratio
        if (share := _SHARE.fullmatch(text)) and float(share[1]) <= WHOLE:
            return cls(float(share[1]), WHOLE - float(share[1]))
        raise ValueError(f"valid: {RATIO_FORMS}")

    @property
    def read_share(self) -> float:
        """The reads in the whole load, from 0 to 1."""
        return self.reads / (self.reads + self.writes)

    @property
    def write_share(self) -> float:
        """The writes in the whole load, from 0 to 1."""
        return self.writes / (self.reads + self.writes)

    def __str__(self) -> str:
        return f"{exact(self.reads)}:{exact(self.writes)}"


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests per second."""

    per_second: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `250`, `1,200` or `1.2k`."""
        if match := _RATE.fullmatch(text.lower()):
            factor = {"": 1, "k": 1_000, "m": 1_000_000}[match[2]]
            per_second = float(re.sub(r"[,_]", "", match[1])) * factor
            if 0 < per_second <= MOST_QPS:
                return cls(per_second)
        raise ValueError(f"valid: {RATE_FORMS}")

    def __str__(self) -> str:
        return f"{exact(self.per_second)} req/s"


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time."""

    seconds: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `15 min`, `1h`, `30 s`, `1 day` or `0`; any other bare number has no unit."""
        if text == "0":
            return cls(0)
        if match := _DURATION.fullmatch(text.lower()):
            seconds = float(match[1]) * _SECONDS[match[2][0]]
            if seconds <= LONGEST_DURATION_DAYS * 86400:
                return cls(seconds)
        raise ValueError(f"valid: {DURATION_FORMS}")

    @property
    def minutes(self) -> float:
        """The same span in minutes."""
        return self.seconds / 60

    def __str__(self) -> str:
        if not self.seconds:
            return "0"
        size, unit = next(
            (size, unit)
            for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
            if unit == "s" or (self.seconds >= size and self.seconds * 2 % size == 0)
        )
        return f"{exact(self.seconds / size)} {unit}"


@dataclass(frozen=True, slots=True)
class Availability:
    """The share of time or requests that must be good, in percent."""

    percent: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `99.9%` or `99.9`."""
        if (match := _PERCENT.fullmatch(text)) and LOWEST_PERCENT <= float(match[1]) <= WHOLE:
            return cls(float(match[1]))
        raise ValueError(f"valid: {PERCENT_FORMS}")

    @property
    def budget_minutes(self) -> float:
        """Minutes of full outage that 30 days allow."""
        return (WHOLE - self.percent) / WHOLE * 30 * 24 * 60

    def __str__(self) -> str:
        return f"{exact(self.percent)}%"


def parse_count(text: str) -> int:
    """Read a number of engineers: `12` or `1,200`."""
    digits = re.fullmatch(r"[0-9]{1,6}|[0-9]{1,3},[0-9]{3}", text)
    if digits and 1 <= (count := int(text.replace(",", ""))) <= MOST_ENGINEERS:
        return count
    raise ValueError(f"valid: {COUNT_FORMS}")


def parse_name(text: str) -> str:
    """Read the name of a person or team: one line, without characters that do not show."""
    if len(text) > LONGEST_ANSWER:
        raise ValueError(f"valid: {NAME_FORMS}")
    shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    name = " ".join(shown.split())
    if len(name) > LONGEST_NAME:
        raise ValueError(f"valid: {NAME_FORMS}")
    return name


def is_placeholder(name: str) -> bool:
    """Tell whether `name` names nobody (`tbd`, `n/a`, `everyone`)."""
    return name.casefold().strip(" .!") in _PLACEHOLDERS


def plain(number: float, *, places: int = 2) -> str:
    """Write a number with thousands separated and at most `places` decimals."""
    text = f"{number:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(number: float) -> str:
    """Write a parsed number with all its decimals, so that it parses back to itself."""
    return plain(number, places=6).replace(",", "")
