"""Cases of SQL, many in a file: each begins with `-- case:`, and may say what to `-- expect:`."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

_FOLDER = Path(__file__).with_name("cases")
_CASE = re.compile(r"^-- case: (?P<name>.+)\n(?:-- expect: (?P<expected>.+)\n)?", re.MULTILINE)


class Case(NamedTuple):
    """What is loaded, and what to look for afterwards."""

    sql: str
    expected: str


def cases(name: str) -> Sequence[object]:
    """Return the cases of a file as parameters of a test."""
    text = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    found = list(_CASE.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return [
        _parameter(match, text[match.end() : end]) for match, end in zip(found, ends, strict=True)
    ]


def _parameter(match: re.Match[str], sql: str) -> object:
    case = Case(sql.strip("\n") + "\n", match["expected"] or "")
    return pytest.param(case, id=match["name"])
