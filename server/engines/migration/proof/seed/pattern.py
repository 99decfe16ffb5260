"""Texts that match a pattern in a condition, for the common part of PostgreSQL's patterns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ANY = re.compile(r"\\(.)|[%_]")
_CLASSES = {"d": "7", "w": "w", "s": " ", "S": "s", "D": "d", "W": "-"}
_NAMED = {"alpha": "a", "digit": "7", "alnum": "a", "upper": "A", "lower": "a", "space": " "}
_PLAIN = "aA7-_.: "
_MOST = 64


class _NotUnderstoodError(Exception):
    """The pattern says something that is not followed here."""


def like_examples(pattern: str) -> tuple[str, ...]:
    """Return texts that LIKE matches, a short one and longer ones."""
    return tuple(_like(pattern, filling) for filling in ("x", "abcd1", "efgh2", "ijkl3"))


def _like(pattern: str, filling: str) -> str:
    fillings = {"%": filling, "_": "y"}
    return _ANY.sub(lambda match: match[1] or fillings[match[0]], pattern)


def examples(pattern: str) -> tuple[str, ...]:
    """Return texts that a regular expression matches, none if it is not understood."""
    try:
        return tuple(dict.fromkeys(_Reader(pattern, extra).whole() for extra in (0, 1, 2)))
    except (_NotUnderstoodError, IndexError, ValueError):
        return ()


@dataclass(slots=True)
class _Reader:
    """Reads a pattern once, and writes the shortest match, `extra` repetitions longer."""

    pattern: str
    extra: int
    at: int = 0

    def whole(self) -> str:
        text = self._branches()
        if self.at < len(self.pattern):
            raise _NotUnderstoodError
        return text

    def _branches(self) -> str:
        branches = [self._branch()]
        while self._takes("|"):
            branches.append(self._branch())
        return branches[self.extra % len(branches)]

    def _branch(self) -> str:
        return "".join(self._pieces())

    def _pieces(self) -> Iterator[str]:
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            atom = self._atom()
            yield atom * self._times()

    def _times(self) -> int:
        if self._takes("?"):
            times = min(self.extra, 1)
        elif self._takes("*"):
            times = self.extra
        elif self._takes("+"):
            times = 1 + self.extra
        elif self._takes("{"):
            times = self._counted()
        else:
            return 1
        self._takes("?")
        return times

    def _counted(self) -> int:
        end = self.pattern.index("}", self.at)
        low, comma, high = self.pattern[self.at : end].partition(",")
        self.at = end + 1
        most = int(low) + (self.extra if comma else 0)
        return min(most, int(high), _MOST) if high else min(most, _MOST)

    def _atom(self) -> str:
        char = self._next()
        match char:
            case "(":
                return self._group()
            case "[":
                return self._bracket()
            case "\\":
                return self._escape()
            case ".":
                return "x"
            case "^" | "$":
                return ""
            case _:
                return char

    def _group(self) -> str:
        if self._takes("?") and not self._takes(":"):
            raise _NotUnderstoodError
        text = self._branches()
        if not self._takes(")"):
            raise _NotUnderstoodError
        return text

    def _escape(self) -> str:
        char = self._next()
        if char in "mMyYAZ":
            return ""
        return _CLASSES.get(char, char)

    def _bracket(self) -> str:
        is_negated = self._takes("^")
        members: list[str] = []
        while not (members and self._takes("]")):
            members += self._member()
        if is_negated:
            return next(char for char in _PLAIN if char not in members)
        return members[self.extra % len(members)]

    def _member(self) -> list[str]:
        if self._takes("[:"):
            end = self.pattern.index(":]", self.at)
            name, self.at = self.pattern[self.at : end], end + 2
            return [_NAMED[name]] if name in _NAMED else []
        char = self._next()
        if char == "\\":
            return [self._escape()]
        if self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at):
            self.at += 1
            return [char, chr(min(ord(char) + 1, ord(last := self._next()))), last]
        return [char]

    def _next(self) -> str:
        self.at += 1
        return self.pattern[self.at - 1]

    def _takes(self, text: str) -> bool:
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found
