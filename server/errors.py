"""Errors that are messages for the caller; everything else is a bug and keeps its traceback.

BackendError
├── InvalidInputError      a value that the caller gave is wrong
│   └── InvalidSqlError    PostgreSQL or the reader refused a statement; says where
├── RefusedError           a fence, or something the operator decided, forbids it
├── NotFoundError          the thing that was named does not exist
└── UnavailableError       this machine lacks something the work needs
"""

from dataclasses import dataclass

from server.sql_secrets import without_secrets

_LONGEST_EXCERPT = 400  # characters of a refused statement that an error repeats


class BackendError(Exception):
    """What was wrong, with which value, where, and what to do next."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        """Join what happened (`message`) and what to do about it (`next_step`)."""
        separator = "\n" if "\n" in message else " "
        super().__init__(f"{message}{separator}{next_step}".rstrip())
        self.next_step = next_step


class InvalidInputError(BackendError):
    """A value that the caller gave is wrong."""


@dataclass(frozen=True, slots=True)
class SqlLocation:
    """Where a statement stands: `line` and `column` count from 1, in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class InvalidSqlError(InvalidInputError):
    """A statement was refused; carries the place, the statement and the refusal."""

    def __init__(
        self, refusal: str, *, location: SqlLocation, statement: str, next_step: str = ""
    ) -> None:
        """Take the server's or the reader's own words as `refusal`."""
        shown = without_secrets(statement.strip())
        if len(shown) > _LONGEST_EXCERPT:
            shown = f"{shown[:_LONGEST_EXCERPT]} [... {len(shown)} characters]"
        super().__init__(f"{location}: {refusal}\nStatement: {shown}", next_step=next_step)
        self.refusal = refusal
        self.location = location
        self.statement = statement


class RefusedError(BackendError):
    """A fence, or something the operator decided, forbids it."""


class NotFoundError(BackendError):
    """The thing that was named does not exist."""


class UnavailableError(BackendError):
    """This machine lacks something the work needs."""
