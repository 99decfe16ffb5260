"""SQL text as PostgreSQL prints it: finding its parts, and the form that survives re-reading.

PostgreSQL does not always print what it printed once it has read that again, so a schema and its
own dump print differently. Four such forms are known. `s IN ('a', 'b')` on a varchar column is
printed as a cast of an array, and that is read as an array of casts. A constant without a name in
a subquery is printed with a cast, and that gives it the name of the type. What BETWEEN became is
printed in brackets of its own, and `(a AND b) AND c` is read as one list. A key that a list names
twice is read once. `normalized` does to the
text what PostgreSQL does when it reads it. Nothing runs on a server for it, no code of the schema's
author least of all, so that a read-only database and its copy in a shadow compare alike.
"""

import re
from collections.abc import Sequence

from server.engines.catalog.repeated_keys import without_repeated_keys

_NAME = r'"(?:[^"]|"")*"'
_QUOTED = rf"'(?:[^']|'')*'|{_NAME}"
_TYPE = rf"(?:[a-z0-9_$. ]|{_NAME}|\(\d+(?:,\d+)?\))+"
_BRACKET = re.compile(rf"{_QUOTED}|[()\[\],]")
_CAST_ARRAY = re.compile(rf"{_QUOTED}|(\(ARRAY)\[")
_ELEMENT_TYPE = re.compile(rf"\)::({_TYPE})\[\]")
_OWN_TYPE = re.compile(rf"\A(?:[^']|'(?:[^']|'')*')*::({_TYPE})\Z")
_NAMED_CAST = re.compile(rf"{_QUOTED}|::({_TYPE})(\[\])? AS ({_NAME}|[a-z_][a-z0-9_$]*)")
_LAST_NAME = re.compile(rf"(?:^|\.)({_NAME}|[^.\"]+)\Z")
_JOINED = re.compile(r"\) (AND|OR) ")
_MODIFIER = re.compile(r"\(\d+(?:,\d+)?\)")
# Types that are printed as the standard has them, and the names by which PostgreSQL reads them.
_INNER_NAMES = {
    "bigint": "int8",
    "bit varying": "varbit",
    "boolean": "bool",
    "character": "bpchar",
    "character varying": "varchar",
    "double precision": "float8",
    "integer": "int4",
    "real": "float4",
    "smallint": "int2",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}
_WHEN = re.compile(rf"{_QUOTED}|( WHEN )\(")
# Those of the names above and of other built-in types that PostgreSQL prints in quotes.
_KEYWORDS = {"bit", "interval", "numeric", "time", "timestamp", "varchar"}


def normalized(text: str) -> str:
    """Return the expression as PostgreSQL prints it once it has read its own print."""
    if "])::" in text:
        text = _with_inner_casts(text)
    if _JOINED.search(text):
        text = _with_flat_lists(text)
    if " BY" in text or "DISTINCT ON " in text:
        text = without_repeated_keys(text)
    return _NAMED_CAST.sub(_unnamed, text) if "::" in text else text


def faithful(text: str) -> str:
    """Return the expression so that PostgreSQL makes of it what it was printed from.

    Tables above and below each other, and their indexes, are compared before they are joined.
    """
    for _, end in reversed(_inner_lists(text)):
        text = f"{text[: end + 1]}::boolean{text[end + 1 :]}"
    return _with_own_type(text) if "])::" in text else text


def condition(definition: str) -> str | None:
    """Return what stands in the WHEN clause of a CREATE TRIGGER that PostgreSQL printed."""
    for match in _WHEN.finditer(definition):
        if match[1]:
            return definition[match.end() : _closing(definition, match.end() - 1)]
    return None


def _unnamed(match: re.Match[str]) -> str:
    """Leave out a name that PostgreSQL would give by itself."""
    if match[1] is None or match[3] != _name_by(match[1]):
        return match[0]
    return f"::{match[1]}{match[2] or ''}"


def _name_by(type_name: str) -> str:
    """Return the name, as it is printed, of a column that is nothing but a cast."""
    bare = _MODIFIER.sub("", type_name)
    last = _LAST_NAME.search(bare)
    name = _INNER_NAMES.get(bare) or (last[1] if last else bare)
    return f'"{name}"' if name in _KEYWORDS else name


def _with_flat_lists(text: str) -> str:
    """Rewrite each `((a AND b) AND c)` as `(a AND b AND c)`, and the same with OR."""
    gone = {place for pair in _inner_lists(text) for place in pair}
    return "".join(letter for place, letter in enumerate(text) if place not in gone)


def _inner_lists(text: str) -> list[tuple[int, int]]:
    """Find the brackets around each list that begins another one with the same word."""
    bare = re.sub(_QUOTED, lambda match: "_" * len(match[0]), text)
    opened, found = list[int](), list[tuple[int, int]]()
    for match in re.finditer(r"[()]", bare):
        if match[0] == "(":
            opened.append(match.start())
        elif opened:
            start, end = opened.pop(), match.start()
            after = _JOINED.match(bare, end)
            word = "" if after is None else f" {after[1]} "
            is_first = bool(word) and bare[start - 1 : start] == "("
            if is_first and word in _outermost(bare[start + 1 : end]):
                found.append((start, end))
    return found


def _outermost(text: str) -> str:
    """Return what stands in no brackets."""
    depth = 0
    found = list[str]()
    for part in re.split(r"([()])", text):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if not depth:
            found.append(part)
    return "".join(found)


def _with_inner_casts(text: str) -> str:
    """Rewrite each `(ARRAY[a, b])::t[]` as `ARRAY[(a)::t, (b)::t]`, inner ones first."""
    starts = [match.end() - 1 for match in _CAST_ARRAY.finditer(text) if match[1]]
    for opening in reversed(starts):
        elements, closing = _elements(text, opening)
        cast = _ELEMENT_TYPE.match(text, closing + 1)
        if cast is not None:
            array = _with_each_cast(text[opening : closing + 1], opening, elements, cast[1])
            text = f"{text[: opening - len('(ARRAY')]}ARRAY{array}{text[cast.end() :]}"
    return text


def _with_own_type(text: str) -> str:
    """Rewrite each `(ARRAY['a'::u])::t[]` as `(ARRAY['a'::u]::u[])::t[]`, which casts the array."""
    starts = [match.end() - 1 for match in _CAST_ARRAY.finditer(text) if match[1]]
    for opening in reversed(starts):
        elements, closing = _elements(text, opening)
        own = _OWN_TYPE.search(text[slice(*elements[0])]) if elements else None
        if own is not None and _ELEMENT_TYPE.match(text, closing + 1):
            text = f"{text[: closing + 1]}::{own[1]}[]{text[closing + 1 :]}"
    return text


def _with_each_cast(
    array: str, offset: int, elements: Sequence[tuple[int, int]], type_name: str
) -> str:
    for start, end in reversed(elements):
        element = array[start - offset : end - offset]
        array = f"{array[: start - offset]}({element})::{type_name}{array[end - offset :]}"
    return array


def _elements(text: str, opening: int) -> tuple[list[tuple[int, int]], int]:
    """Find the elements of an array, those of arrays inside it too, and where it closes."""
    found: list[tuple[int, int]] = []
    start, levels = opening, list[bool]()
    for match in _BRACKET.finditer(text, opening):
        here, is_of_array = match.start(), bool(levels) and levels[-1]
        if match[0] in "([":
            is_inner = not levels or (is_of_array and text[start:here].strip() == "ARRAY")
            levels.append(is_inner)
            start = here + 1 if is_inner else start
        elif is_of_array and match[0] in ",]":
            found += _element(text, start, here)
            start = here + 1
        if match[0] in ")]":
            levels.pop()
            start = here + 1 if is_of_array else start
        if not levels:
            return found, here
    return [], len(text)


def _element(text: str, start: int, end: int) -> list[tuple[int, int]]:
    element = text[start:end]
    begin = start + len(element) - len(element.lstrip())
    return [(begin, end)] if element.strip() else []


def _closing(text: str, opening: int) -> int:
    """Find where a bracket closes; the end of the text if it does not."""
    depth = 0
    for match in _BRACKET.finditer(text, opening):
        depth += {"(": 1, "[": 1, ",": 0}.get(match[0], -1 if match[0] in ")]" else 0)
        if depth == 0:
            return match.start()
    return len(text)
