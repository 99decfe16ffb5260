"""Who an object is: its kind and its names, never a number, and one text form of both."""

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import Self

from server.errors import InvalidInputError

_BARE_NAME = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_BARE_ARGUMENT = re.compile(r"[a-z0-9_$. \[\]]+\Z")
_KIND = re.compile(r"([a-z_]+):")
_NAME = re.compile(r'([a-z_][a-z0-9_$]*)|"((?:[^"]|"")*)"')
_ARGUMENT = re.compile(r'([a-z0-9_$. \[\]]+)|"((?:[^"]|"")*)"')


@total_ordering
@dataclass(frozen=True, slots=True)
class Identity:
    """The address of one object.

    `names` leads from the schema inward: `("public", "orders", "id")` is a column. `arguments`
    tells apart what shares a name: a routine's argument types, the access method of an operator
    class. `of` is the object that a comment, owner, privilege or membership belongs to.
    """

    kind: str
    names: tuple[str, ...]
    arguments: tuple[str, ...] | None = None
    of: "Identity | None" = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the form that `str` writes.

        Raises:
            InvalidInputError: the text is no identity.
        """
        identity, end = cls._read(text, 0)
        if end != len(text):
            raise _invalid(text, end)
        return identity

    @property
    def name(self) -> str:
        """The object's own name, empty for what has none (a cast)."""
        return self.names[-1] if self.names else ""

    @property
    def schema(self) -> str | None:
        """The schema that the object, or what it belongs to, lies in."""
        if self.of is not None:
            return self.of.schema
        return self.names[0] if len(self.names) > 1 else None

    @property
    def qualified_name(self) -> str:
        """The names and arguments as people read them: `public.orders.id`, `public.f(integer)`."""
        names = ".".join(map(_quoted_name, self.names))
        if self.arguments is None:
            return names
        return f"{names}({','.join(map(_quoted_argument, self.arguments))})"

    def __str__(self) -> str:
        belongs = "" if self.of is None else f"::{self.of}"
        return f"{self.kind}:{self.qualified_name}{belongs}"

    def __lt__(self, other: "Identity") -> bool:
        return self.order < other.order

    @property
    def order(self) -> tuple[object, ...]:
        """What identities are sorted by, in every process the same."""
        of = () if self.of is None else self.of.order
        return (self.kind, self.names, self.arguments is not None, self.arguments or (), of)

    @classmethod
    def _read(cls, text: str, start: int) -> tuple[Self, int]:
        kind = _KIND.match(text, start)
        if kind is None:
            raise _invalid(text, start)
        names, end = _listed(text, kind.end(), _NAME, ".")
        arguments, end = _in_parentheses(text, end)
        of: Identity | None = None
        if text.startswith("::", end):
            of, end = cls._read(text, end + 2)
        return cls(kind[1], names, arguments, of), end


def _quoted_name(name: str) -> str:
    return name if _BARE_NAME.match(name) else _quoted(name)


def _quoted_argument(argument: str) -> str:
    return argument if _BARE_ARGUMENT.match(argument) else _quoted(argument)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _in_parentheses(text: str, start: int) -> tuple[tuple[str, ...] | None, int]:
    if not text.startswith("(", start):
        return None, start
    arguments, end = _listed(text, start + 1, _ARGUMENT, ",")
    if not text.startswith(")", end):
        raise _invalid(text, end)
    return arguments, end + 1


def _listed(
    text: str, start: int, item: re.Pattern[str], separator: str
) -> tuple[tuple[str, ...], int]:
    found: list[str] = []
    match = item.match(text, start)
    if match is None:
        return (), start
    end = start
    while match is not None:
        found.append(match[1] if match[1] is not None else match[2].replace('""', '"'))
        end = match.end()
        if not text.startswith(separator, end):
            return tuple(found), end
        match = item.match(text, end + 1)
    raise _invalid(text, end)


def _invalid(text: str, position: int) -> InvalidInputError:
    return InvalidInputError(
        f"{text!r} is no identity of a database object: position {position} is not understood.",
        next_step="An identity reads like table:public.orders or routine:public.f(integer).",
    )
