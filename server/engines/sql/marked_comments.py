"""Finds the comments `-- @mark …` of a script, and what stands around each of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.engines.sql.lexer import Kind, Lexer, Token
from server.engines.sql.window import Window
from server.errors import SqlLocation

_BLANK = " \t\n\r\f\v"
_LONGEST = 2_000  # characters that are kept of a comment; a name has 63 bytes


@dataclass(frozen=True, slots=True)
class MarkedComment:
    """One comment that begins with the mark; `rest` is what follows it."""

    mark: str
    rest: str
    location: SqlLocation
    is_alone: bool
    """Whether nothing but blanks and other comments stands before it on its line."""
    following: SqlLocation | None
    """Where the code after it begins, where that was read already."""


class CommentLexer(Lexer):
    """A lexer that keeps such comments while it gives its tokens to somebody else.

    It knows literals, bodies and rows of data, so what only looks like a comment is none.
    """

    def __init__(self, window: Window, mark: str) -> None:
        """Read from where the window stands, and keep what begins with a mark: `@renamed`."""
        super().__init__(window)
        self._mark = mark
        self._marked = re.compile(rf"[ \t]*{mark}(?![A-Za-z0-9_])(?P<rest>.*)", re.DOTALL)
        self._waiting: list[tuple[str, SqlLocation, bool]] = []
        self._finished: list[MarkedComment] = []
        self._last_code_line = 0

    def tokens(self) -> Iterator[Token]:
        """Yield every token."""
        tokens = super().tokens()
        while True:
            start = self.window.location
            token = next(tokens, None)
            if token is None:
                return
            if token[0] not in {Kind.BLANK, Kind.COMMENT}:
                self._code(start, token[1])
            yield token

    def take(self, *, is_all: bool = False) -> tuple[MarkedComment, ...]:
        """Return the comments since the last call that code follows, or all of them."""
        if is_all:
            self._finish(None)
        taken, self._finished = tuple(self._finished), []
        return taken

    def _line_comment(self) -> Iterator[Token]:
        start, kept = self.window.location, ""
        for token in super()._line_comment():
            kept += token[1][: _LONGEST - len(kept)]
            yield token
        marked = self._marked.fullmatch(kept.removeprefix("--"))
        if marked:
            here = SqlLocation(start.file, start.line, start.column - len("--"))
            self._waiting.append((marked["rest"], here, self._last_code_line != start.line))

    def _code(self, start: SqlLocation, text: str) -> None:
        self._last_code_line = start.line + text.rstrip(_BLANK).count("\n")
        self._finish(start)

    def _finish(self, following: SqlLocation | None) -> None:
        self._finished.extend(MarkedComment(self._mark, *each, following) for each in self._waiting)
        self._waiting.clear()
