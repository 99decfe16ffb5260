"""A migration before it is written, and what is read back of a folder of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.errors import InvalidInputError

_NAME = re.compile(r"[A-Za-z0-9_]{1,100}")
_VERSION = re.compile(r"[0-9]{1,20}")
_LINK = re.compile(r"[A-Za-z0-9_]{0,100}")
# Everything that ends a line in SQL, Python or JavaScript, and so would end a comment.
_LINE_ENDS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029\0]")


@dataclass(frozen=True, slots=True)
class Block:
    """Statements, without semicolons, that are committed together; or each by itself."""

    statements: tuple[str, ...]
    is_transactional: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A migration, its name and place fit for every file system and runner.

    `version` is a number; where the format needs several files they take the numbers after it.
    `down` is in the order in which it runs. `previous` is what the migration before it is called,
    in the formats that link them.

    Raises:
        InvalidInputError: the name, the version or the link has other characters than those of a
            plain name, or a line of the header is more than one.
    """

    name: str
    version: str
    up: tuple[Block, ...]
    down: tuple[Block, ...] = ()
    header: tuple[str, ...] = ()
    previous: str = ""

    def __post_init__(self) -> None:
        for value, form, called in (
            (self.name, _NAME, "name of a migration: letters, digits and _ only"),
            (self.version, _VERSION, "version of a migration: digits only"),
            (self.previous, _LINK, "name of a revision: letters, digits and _ only"),
        ):
            if not form.fullmatch(value):
                raise InvalidInputError(f"{value[:200]!r} is no {called}.")
        for line in self.header:
            if _LINE_ENDS.search(line):
                raise InvalidInputError(f"{line[:200]!r} is not one line of a comment.")

    @property
    def statements(self) -> Iterator[str]:
        """Every statement, forward and back."""
        return (sql for block in (*self.up, *self.down) for sql in block.statements)


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of a migration: where it belongs in its folder, and all that is in it."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a folder by its path in it, with `/` between names."""

    path: str
    content: bytes

    @property
    def name(self) -> str:
        """The path without its folders."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder in the folder, or nothing."""
        return self.path.rpartition("/")[0]

    def text(self) -> str:
        """The content as text.

        Raises:
            InvalidInputError: it is not UTF-8.
        """
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            raise refusal(self.path, line, "text that is not UTF-8") from error


@dataclass(frozen=True, slots=True)
class ScriptText:
    """The SQL that a runner applies from one file, each statement on the line it has there."""

    path: str
    sql: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next migration of a folder stands: its version, and what it follows."""

    version: str
    previous: str = ""


def refusal(path: str, line: int, construct: str, *, next_step: str = "") -> InvalidInputError:
    """Return the error about what cannot be followed in a file."""
    return InvalidInputError(f"{path}:{line}: {construct}.", next_step=next_step)
