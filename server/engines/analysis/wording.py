"""How findings speak of objects: names as inline code that cannot break out of it."""

import re
from collections.abc import Iterable

from server.engines.catalog.identity import Identity

_BACKTICKS = re.compile(r"`+")


def visible(text: str) -> str:
    """Return text on one line, with escapes for what a reader would not see or not tell apart."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def code(text: str) -> str:
    """Return foreign text as inline code; a name is data, whatever it says."""
    shown = visible(text)
    fence = "`" * (max(map(len, _BACKTICKS.findall(shown)), default=0) + 1)
    padding = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def named(identity: Identity) -> str:
    """Return an object's full name as inline code."""
    return code(identity.qualified_name)


def columns_named(columns: Iterable[str]) -> str:
    """Return the names of columns as inline code, in parentheses where there are several."""
    names = [Identity("column", (each,)).qualified_name for each in columns]
    return code(names[0] if len(names) == 1 else f"({', '.join(names)})")


def listed(parts: Iterable[str]) -> str:
    """Return parts as a sentence counts them: `a, b and c`."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
