"""Reads a migration of node-pg-migrate without running it: only literal SQL is followed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.engines.sql.formats.javascript_tokens import NOT_LITERAL, Kind, Token, tokens
from server.engines.sql.formats.model import SourceFile, refusal
from server.errors import InvalidInputError

Statements = tuple[tuple[int, str], ...]
_MOST_CODE = 64_000_000  # bytes
_DECLARED = frozenset({"const", "let", "var"})
_ACTIONS = frozenset({"up", "down"})


def forward(file: SourceFile) -> Statements:
    """Return the SQL that `up` runs, with the lines it stands on; raises as `_actions` does."""
    found = _actions(file)
    if "up" not in found:
        raise refusal(file.path, 1, f"{NOT_LITERAL}: no function up")
    return found["up"]


def back(file: SourceFile) -> Statements:
    """Return the SQL that `down` runs, none without one; raises as `_actions` does."""
    return _actions(file).get("down", ())


def _actions(file: SourceFile) -> Mapping[str, Statements]:
    """Return the SQL that each function runs.

    Raises:
        InvalidInputError: the file does more than to hand out `up`, `down` and no shorthands, or
            one of them does more than `pgm.sql` with a literal and `pgm.noTransaction`.
    """
    if len(file.content) > _MOST_CODE:
        raise refusal(file.path, 1, f"more than {_MOST_CODE:,} bytes of JavaScript")
    reader = _Reader(file, list(tokens(file)))
    return dict(reader.exports())


@dataclass(slots=True)
class _Reader:
    file: SourceFile
    tokens: list[Token]
    position: int = 0

    def exports(self) -> Iterator[tuple[str, Statements]]:
        while self.position < len(self.tokens):
            if self.takes(";"):
                continue
            if self.peek().kind is Kind.TEXT:  # 'use strict'
                self.position += 1
                continue
            yield self.export()

    def export(self) -> tuple[str, Statements]:
        if self.takes("export"):
            if not any(self.takes(word) for word in _DECLARED):
                return self.declared_function()
        else:
            if self.takes("module"):
                self.expect(".")
            self.expect("exports")
            self.expect(".")
        name = self.name()
        self.expect("=")
        return name, self.value(name)

    def declared_function(self) -> tuple[str, Statements]:
        self.takes("async")
        self.expect("function")
        name = self.name()
        return name, self.function_rest()

    def value(self, name: str) -> Statements:
        if name != "up" and (self.takes("undefined") or self.takes("false")):
            return ()
        if name not in _ACTIONS:
            raise self.refused()
        self.takes("async")
        if self.takes("function"):
            if self.peek().kind is Kind.WORD:
                self.position += 1
            return self.function_rest()
        builder = self.parameter() if self.peek().text == "(" else self.name()
        self.expect("=>")
        if self.peek().text != "{":
            return tuple(self.call(builder))
        return self.body(builder)

    def function_rest(self) -> Statements:
        return self.body(self.parameter())

    def parameter(self) -> str:
        """Take the only parameter: with a second one, a function says itself when it is done."""
        self.expect("(")
        builder = "" if self.peek().text == ")" else self.name()
        self.expect(")")
        return builder

    def body(self, builder: str) -> Statements:
        self.expect("{")
        found: list[tuple[int, str]] = []
        while not self.takes("}"):
            if not self.takes(";"):
                found.extend(self.call(builder))
        return tuple(found)

    def call(self, builder: str) -> Iterator[tuple[int, str]]:
        self.expect(builder)
        self.expect(".")
        if self.takes("noTransaction"):
            self.expect("(")
        else:
            self.expect("sql")
            self.expect("(")
            text = self.peek()
            if text.kind is not Kind.TEXT:
                raise self.refused()
            self.position += 1
            yield text.line, text.text
            self.takes(",")
        self.expect(")")

    def name(self) -> str:
        token = self.peek()
        if token.kind is not Kind.WORD:
            raise self.refused()
        self.position += 1
        return token.text

    def peek(self) -> Token:
        if self.position >= len(self.tokens):
            raise refusal(self.file.path, self.last_line, f"{NOT_LITERAL}: the file ends too early")
        return self.tokens[self.position]

    @property
    def last_line(self) -> int:
        return self.tokens[-1].line if self.tokens else 1

    def takes(self, text: str) -> bool:
        if self.position >= len(self.tokens):
            return False
        token = self.tokens[self.position]
        is_it = token.text == text and token.kind is not Kind.TEXT
        self.position += is_it
        return is_it

    def expect(self, text: str) -> None:
        self.peek()
        if not (text and self.takes(text)):
            raise self.refused()

    def refused(self) -> InvalidInputError:
        here = self.peek()
        lines = self.file.text().split("\n")
        return refusal(
            self.file.path,
            here.line,
            f"{NOT_LITERAL}: {lines[here.line - 1].strip()[:120]}",
            next_step="Only pgm.sql of literal text is read; the file is never executed.",
        )
