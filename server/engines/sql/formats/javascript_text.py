"""Texts in JavaScript: written so that they mean exactly a given text, and read back."""

import re

_ESCAPE = re.compile(
    r"\\(?:u\{(?P<point>[0-9a-fA-F]{1,6})\}|u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<zero>0(?![0-9]))|(?P<other>\r\n|[^0-9ux]))",
    re.DOTALL,
)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v"}
_LINE_ENDS = frozenset(("\n", "\r", "\r\n", "\u2028", "\u2029"))
_LARGEST = 0x10FFFF


def template(text: str) -> str:
    """Return a template literal of a text, in which no line may end in a carriage return."""
    plain = text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return "`" + plain.replace("\r", "\\r").replace("\0", "\\x00") + "`"


def meaning(literal: str) -> str | None:
    """Return the text that a literal with its quotes means; None where JavaScript has none."""
    inside = literal[1:-1]
    if literal.startswith("`"):
        inside = inside.replace("\r\n", "\n").replace("\r", "\n")
    if _ESCAPE.sub("", inside).count("\\"):
        return None
    cooked = _ESCAPE.sub(_character, inside)
    try:
        # An escape may be half of a character.
        return cooked.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return None


def _character(escape: re.Match[str]) -> str:
    other = escape["other"]
    if other is not None:
        return "" if other in _LINE_ENDS else _LETTERS.get(other, other)
    if escape["zero"]:
        return "\0"
    point = int(escape["point"] or escape["unit"] or escape["byte"], 16)
    return chr(point) if point <= _LARGEST else "\ud800"
