"""The server's refusal of a statement, as a message for its author."""

import re

from server.engines.postgres.session import StatementError
from server.engines.sql.parsing import place
from server.engines.sql.pieces import Statement
from server.errors import InvalidSqlError

_LONGEST = 1_000
_MISSING_EXTENSION = re.compile(r'extension "(?P<name>.+)" is not available')
_DENIED_EXTENSION = re.compile(r'permission denied to create extension "(?P<name>.+)"')
_NO_ICU = "ICU is not supported in this build"
_OWN_SERVER = "Have the operator set `shadow` to a server of their own that has it"


def explained(
    statement: Statement, error: StatementError, *, sent: str, others: int = 0
) -> InvalidSqlError:
    """Say what PostgreSQL said about the text `sent`, and where; `others` failed besides."""
    offset = error.position - 1 if error.position and sent == statement.text else 0
    parts = (error.message, error.detail and f"DETAIL: {error.detail}")
    words = "\n".join(part[:_LONGEST] for part in parts if part)
    return InvalidSqlError(
        words,
        location=place(statement, offset),
        statement=statement.text,
        next_step=" ".join(filter(None, (_next_step(error), _more(others)))),
    )


def _more(others: int) -> str:
    return f"{others} more of the statements failed, perhaps because of this one." if others else ""


def _next_step(error: StatementError) -> str:
    if missing := _MISSING_EXTENSION.search(error.message):
        return f"{_OWN_SERVER}, or leave extension {missing['name']!r} out."
    if denied := _DENIED_EXTENSION.search(error.message):
        return (
            f"Extension {denied['name']!r} is not among those that are created for foreign SQL. "
            f"Leave it out, and what uses it."
        )
    if _NO_ICU in error.message:
        return f"{_OWN_SERVER}, or take a collation of provider builtin or libc."
    return f"HINT: {error.hint[:_LONGEST]}" if error.hint else ""
