"""Commands for psql: the few that change nothing here are skipped, the others are refused."""

import re

from server.engines.sql.pieces import MetaCommand
from server.errors import InvalidSqlError, SqlLocation

# They open or print something for a person, or set what only psql reads.
_HARMLESS = frozenset(
    {"restrict", "unrestrict", "connect", "c", "set", "unset", "echo", "qecho", "warn", "pset"}
) | {"timing", "x", "a", "t", "f", "H", "C", "T", "conninfo", "errverbose"}
_REASONS = {
    "!": "it would run a program",
    "copy": "it would read or write a file",
    "e": "it would open an editor",
    "encoding": "the text must be UTF-8",
    "g": "end the statement with a semicolon",
    "gexec": "it would run the text that a query returns",
    "gset": "psql variables are not filled in",
    "i": "it would read another file",
    "if": "psql conditions are not followed",
    "include": "it would read another file",
    "include_relative": "it would read another file",
    "ir": "it would read another file",
    "o": "it would write a file",
    "q": "nothing after it would run",
    "w": "it would write a file",
}
_UTF8_ENCODING = re.compile(r"encoding\s+'?utf-?8'?\s*;?\s*", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_]+\+?|[^\s\w]|")


def skipped(line: str, location: SqlLocation) -> MetaCommand:
    r"""Return the harmless command whose line, after the backslash, this is.

    Raises:
        InvalidSqlError: it is none of the harmless ones, or its line does more than one thing.
    """
    name = _NAME.match(line)
    called = name.group() if name else ""
    if reason := _refusal(called, line):
        raise InvalidSqlError(
            rf"the psql command \{called} is not followed: {reason}",
            location=location,
            statement=f"\\{line}",
            next_step="Take the line out, or give a script of plain SQL.",
        )
    return MetaCommand(called, location.line, location.column, location.file)


def _refusal(name: str, line: str) -> str:
    if _UTF8_ENCODING.fullmatch(line):
        return ""
    if name not in _HARMLESS:
        return _REASONS.get(name, "only psql knows what it means")
    if "`" in line:
        return "it would run a program for the text in backquotes"
    if "\\" in line:
        return "more follows on its line"
    return ""
