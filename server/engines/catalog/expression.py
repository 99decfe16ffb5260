"""SQL text as PostgreSQL prints it: finding its parts, and the form that survives re-reading.

PostgreSQL prints `s IN ('a', 'b')` on a varchar column as a cast of an array, and reads that
cast back as an array of casts, so a schema and its own dump print differently. `normalized`
does to the text what the parser does when it reads it: it moves the cast of an ARRAY[…] to the
elements. Nothing runs on a server for it, no code of the schema's author least of all, so that
a read-only database and its copy in a shadow compare alike.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

_QUOTED = r"""'(?:[^']|'')*'|"(?:[^"]|"")*\""""
_BRACKET = re.compile(rf"{_QUOTED}|[()\[\],]")
_CAST_ARRAY = re.compile(rf"{_QUOTED}|(\(ARRAY)\[")
_ELEMENT_TYPE = re.compile(r'\)::((?:[\w$. ]|"(?:[^"]|"")*"|\(\d+(?:,\d+)?\))+)\[\]')
_WHEN = re.compile(rf"{_QUOTED}|( WHEN )\(")


def normalized(text: str) -> str:
    """Return the expression as PostgreSQL prints it once it has read its own print."""
    if "])::" not in text:
        return text
    return "".join(_pieces(text))


def condition(definition: str) -> str | None:
    """Return what stands in the WHEN clause of a CREATE TRIGGER that PostgreSQL printed."""
    for match in _WHEN.finditer(definition):
        if match[1]:
            *_, end = _separators(definition, match.end() - 1)
            return definition[match.end() : end]
    return None


def _pieces(text: str) -> Iterator[str]:
    position = 0
    while match := _CAST_ARRAY.search(text, position):
        array = _cast_array(text, match) if match[1] else None
        if array is None:
            yield text[position : match.end()]
            position = match.end()
            continue
        rewritten, end = array
        yield text[position : match.start()]
        yield rewritten
        position = end
    yield text[position:]


def _cast_array(text: str, start: re.Match[str]) -> tuple[str, int] | None:
    """Rewrite `(ARRAY[a, b])::t[]` as `ARRAY[(a)::t, (b)::t]`; None for an array not cast so."""
    opening = start.end() - 1
    *_, closing = _separators(text, opening)
    cast = _ELEMENT_TYPE.match(text, closing + 1)
    if cast is None:
        return None
    return _array_of(text[opening : closing + 1], cast[1]), cast.end()


def _array_of(elements: str, type_name: str) -> str:
    bounds = [0, *_separators(elements, 0)]
    items = [elements[start + 1 : end].strip() for start, end in pairwise(bounds)]
    return f"ARRAY[{', '.join(_cast(item, type_name) for item in items if item)}]"


def _cast(item: str, type_name: str) -> str:
    if item.startswith("ARRAY[") and [*_separators(item, 5)][-1] == len(item) - 1:
        return _array_of(item[5:], type_name)
    return f"({normalized(item)})::{type_name}"


def _separators(text: str, opening: int) -> Iterator[int]:
    """Yield where the commas of a bracket stand, then where it closes."""
    depth = 0
    for match in _BRACKET.finditer(text, opening):
        match match[0]:
            case "(" | "[":
                depth += 1
            case ")" | "]":
                depth -= 1
                if depth == 0:
                    yield match.start()
                    return
            case "," if depth == 1:
                yield match.start()
            case _:
                pass
