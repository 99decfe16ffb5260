"""Reads a script as psql would, a chunk at a time, without running any of it."""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from server.engines.sql.draft import Draft
from server.engines.sql.lexer import Kind, Lexer
from server.engines.sql.meta_commands import skipped
from server.engines.sql.pieces import Data, MetaCommand, Piece, Statement
from server.engines.sql.window import Window
from server.errors import InvalidSqlError, SqlLocation

_BETWEEN_STATEMENTS = frozenset((Kind.BLANK, Kind.COMMENT, Kind.END))
_STANDARD_STRINGS = re.compile(
    r"SET\s+(?:(?:SESSION|LOCAL)\s+)?standard_conforming_strings\s*(?:=|\sTO\s)\s*'?(\w+)'?",
    re.IGNORECASE,
)
_ON = frozenset(("on", "true", "yes", "1", "default"))


def read_script(source: BinaryIO | Iterable[bytes], *, file: str) -> Iterator[Piece]:
    """Yield the pieces of a script; no more of it is in memory than the current statement.

    Rows of data are counted and read over.

    Raises:
        InvalidSqlError: it is not UTF-8 text, something is not closed, a statement is larger
            than the limits in `draft`, or a psql command is not among the harmless ones.
    """
    return pieces(Lexer(Window(source, file)))


def pieces(lexer: Lexer) -> Iterator[Piece]:
    """Yield what `read_script` does, of the tokens that a lexer gives.

    Raises:
        InvalidSqlError: as `read_script`.
    """
    window = lexer.window
    draft, here = None, window.location
    for kind, text in lexer.tokens():
        if kind is Kind.META:
            yield _meta_command(window, draft, here)
        elif draft or kind not in _BETWEEN_STATEMENTS:
            draft = draft or Draft(here)
            if draft.take(kind, text):
                lexer.rows_follow = draft.is_data
                continue
            yield _finished(draft, lexer)
        draft, here = None, window.location
        lexer.rows_follow = False
    if draft:
        yield _finished(draft, lexer)


def _meta_command(window: Window, draft: Draft | None, here: SqlLocation) -> MetaCommand:
    line = window.skip_line().rstrip("\r")
    if draft:
        raise InvalidSqlError(
            "a psql command stands inside a statement",
            location=draft.start,
            statement=rf"{draft.written} \{line}",
            next_step="End the statement with a semicolon before it.",
        )
    return skipped(line, here)


def _finished(draft: Draft, lexer: Lexer) -> Piece:
    start = draft.start
    if draft.copies_in:
        rows = _copied_rows(lexer.window, draft)
        return Data(draft.written, start.line, start.column, start.file, rows=rows)
    if draft.is_data:
        return Data(
            *(draft.written, start.line, start.column, start.file),
            rows=draft.rows,
            is_whole=draft.is_whole,
        )
    if setting := _STANDARD_STRINGS.fullmatch(draft.written):
        lexer.backslash_is_plain = setting.group(1).lower() in _ON
    return Statement(draft.written, start.line, start.column, start.file)


def _copied_rows(window: Window, draft: Draft) -> int:
    """Read over the rows that follow a COPY, up to the line that holds a backslash and a dot."""
    if window.skip_line().strip():
        raise _broken_copy("more follows on the line of a COPY", draft)
    rows = 0
    while window.has(1):
        if window.skip_line().rstrip("\r") == r"\.":
            return rows
        rows += 1
    raise _broken_copy(r"the rows of a COPY do not end with a line of \.", draft)


def _broken_copy(refusal: str, draft: Draft) -> InvalidSqlError:
    return InvalidSqlError(
        refusal,
        location=draft.start,
        statement=draft.written,
        next_step="Make the dump again, it may be cut off.",
    )
