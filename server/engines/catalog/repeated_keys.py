"""Keys that a printed GROUP BY, ORDER BY, PARTITION BY or DISTINCT ON names twice.

`SELECT a, a AS b … GROUP BY 1, 2` is printed with `GROUP BY a, a`, and that is read as one key.
"""

import re
from collections.abc import Iterator

_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\""
_LIST = re.compile(
    rf"{_QUOTED}|\b(WITHIN GROUP \(ORDER BY\s|(?:GROUP|ORDER|PARTITION) BY\s|DISTINCT ON \()"
)
_SPACE = re.compile(rf"({_QUOTED})|\s+")
_MARK = re.compile(
    rf"{_QUOTED}|[()\[\],;]|\b(?:HAVING|WINDOW|ORDER BY|LIMIT|OFFSET|FETCH|FOR|UNION|INTERSECT|"
    r"EXCEPT|ROWS|RANGE|GROUPS)\b"
)
_DIRECTION = re.compile(r"(?: USING \S+)?(?: DESC)?(?: NULLS (?:FIRST|LAST))?\Z")
_SETS = re.compile(r"\s*(?:ROLLUP|CUBE|GROUPING SETS|DISTINCT)\b")


def without_repeated_keys(text: str) -> str:
    """Return the query with each key once, as PostgreSQL prints it once it has read it."""
    starts = [match for match in _LIST.finditer(text) if match[1]]
    for start in reversed(starts):
        if not start[1].startswith("WITHIN"):
            text = _shortened(text, start.end())
    return text


def _shortened(text: str, start: int) -> str:
    keys = [*_keys(text, start)]
    if any(_SETS.match(text, begin) for begin, _ in keys):
        return text
    seen = set[str]()
    for begin, end in keys:
        key = _DIRECTION.sub("", _SPACE.sub(_narrow, text[begin:end]).strip())
        if key in seen:
            return _shortened(_cut(text, begin, end), start)
        seen.add(key)
    return text


def _narrow(match: re.Match[str]) -> str:
    """Return one space for any number of them; CASE is printed in several lines."""
    return match[1] or " "


def _cut(text: str, begin: int, end: int) -> str:
    """Return the text without a key and the comma before it; what follows keeps its distance."""
    end = begin + len(text[begin:end].rstrip())
    return text[: begin - 1] + text[end:]


def _keys(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield where the keys of a list begin and end."""
    depth, begin = 0, start
    for match in _MARK.finditer(text, start):
        mark, place = match[0], match.start()
        if mark in {"(", "["}:
            depth += 1
        elif depth:
            depth -= mark in {")", "]"}
        elif mark == ",":
            yield begin, place
            begin = match.end()
        elif mark[0] not in "'\"":
            yield begin, place
            return
    yield begin, len(text)
