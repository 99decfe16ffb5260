"""Cases of checks as SQL files, one a check.

A file begins with what its cases share. Each case begins with `-- passes: WHY` or with
`-- finds OBJECT, OBJECT: WHY`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "data" / "checks"
_BEGINNING = re.compile(r"^-- (?:passes|finds (?P<objects>[^:]+)): (?P<title>.+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """A schema, and the objects in which one check finds something."""

    check: str
    title: str
    sql: str
    found: tuple[str, ...]


def cases() -> Iterator[Case]:
    """Yield the cases of all files."""
    for file in sorted(_FOLDER.glob("*.sql")):
        text = file.read_text()
        begun = list(_BEGINNING.finditer(text))
        shared = text[: begun[0].start()]
        ends = (*(each.start() for each in begun[1:]), len(text))
        for beginning, end in zip(begun, ends, strict=True):
            found = tuple(beginning["objects"].split(", ")) if beginning["objects"] else ()
            sql = shared + text[beginning.end() : end]
            yield Case(file.stem, beginning["title"], sql, found)
