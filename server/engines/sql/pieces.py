"""What a script is made of: statements, data, and commands for psql."""

from dataclasses import dataclass

from server.errors import SqlLocation


@dataclass(frozen=True, slots=True)
class _Written:
    """A piece of text that starts at `line` and `column` of `file`."""

    text: str
    line: int
    column: int
    file: str

    @property
    def location(self) -> SqlLocation:
        """Where the piece starts."""
        return SqlLocation(self.file, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Statement(_Written):
    """One statement as it was written, without its semicolon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data(_Written):
    """A statement about rows, and the rows themselves, which were read over.

    `text` is all of the statement if it `is_whole`, else its beginning. `rows` counts the lines
    of a COPY block or the lists of a VALUES; 0 where only a server could tell.
    """

    rows: int
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class MetaCommand(_Written):
    """A command for psql that was skipped: `text` is its name, as in `connect`."""


Piece = Statement | Data | MetaCommand
