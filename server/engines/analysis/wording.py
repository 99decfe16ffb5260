"""How findings speak of objects: names as inline code that cannot break out of it."""

import re
import unicodedata
from collections.abc import Iterable

from server.engines.catalog.identity import Identity

_INVISIBLE = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
_BACKTICKS = re.compile(r"`+")


def visible(text: str) -> str:
    """Return text on one line, its control and format characters as visible escapes."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


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


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode()
