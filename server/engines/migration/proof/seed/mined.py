"""Values that a condition names, or nearly names, as candidates for the columns it is about."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from server.engines.migration.proof.seed.pattern import examples, like_examples
from server.engines.migration.proof.seed.scalars import is_number, is_text, length_limit, spare
from server.engines.migration.proof.seed.value_types import Bottom

_STRING = re.compile(r"(!?~~?\*?|LIKE)?\s*\(?(E?)'((?:[^']|'')*)'")
_NUMBER = re.compile(r"(?<![\w.'])'?(-?\d+(?:\.\d+)?)'?(?![\w.])")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENTS = frozenset(("date", "timestamp", "timestamptz"))
_LONGEST = 2_000


def mined(expressions: Iterable[str], bottom: Bottom) -> tuple[str, ...]:
    """Return texts that may satisfy the conditions, none longer than the type allows."""
    if bottom.labels:
        return ()
    found: list[str] = []
    for expression in expressions:
        found += _from(expression, bottom)
    limit = length_limit(bottom.name, bottom.use.modifier)
    fitting = (
        text for text in (*found, *spare(bottom.name)) if limit is None or len(text) <= limit
    )
    return tuple(dict.fromkeys(fitting))


def _from(expression: str, bottom: Bottom) -> Iterator[str]:
    if is_number(bottom.name):
        yield from _near_numbers(expression)
    elif is_text(bottom.name):
        yield from _strings(expression)
        yield from _of_length(expression)
    elif bottom.name in _MOMENTS:
        yield from _MOMENT.findall(expression)
    else:
        yield from (_unquoted(match) for match in _STRING.finditer(expression) if not match[1])


def _near_numbers(expression: str) -> Iterator[str]:
    for match in _NUMBER.finditer(expression):
        number = Decimal(match[1])
        yield from (str(number), str(number + 1), str(number - 1))


def _strings(expression: str) -> Iterator[str]:
    for match in _STRING.finditer(expression):
        operator, text = match[1] or "", _unquoted(match)
        if operator.startswith(("~~", "LIKE")):
            yield from like_examples(text)
        elif operator.startswith("~"):
            yield from examples(text)
        else:
            # The longer one is greater, in any order of texts.
            yield from (text, f"{text}a")


def _of_length(expression: str) -> Iterator[str]:
    for match in _NUMBER.finditer(expression):
        length = int(Decimal(match[1]))
        if 0 < length <= _LONGEST:
            yield from ("n" * length, "m" * length, "n" * (length + 1))


def _unquoted(match: re.Match[str]) -> str:
    text = match[3].replace("''", "'")
    return text.replace("\\\\", "\\") if match[2] else text
