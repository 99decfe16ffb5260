"""What a format is: the way its files are called, written, read and told from others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from server.engines.sql.formats.model import Place, Script, ScriptText, SourceFile, WrittenFile


class Fit(Enum):
    """How a folder looks to a format."""

    NOT = auto()
    POSSIBLE = auto()
    """It could be read, and nothing in it is this format's own."""
    CERTAIN = auto()
    """It has names or marks that only this format gives."""


@dataclass(frozen=True, slots=True)
class Where:
    """Files that a format looks at: those with the ending in a folder.

    `folder` is empty for the folder itself, `*` for every folder in it, else the name of one.
    """

    ending: str
    folder: str = ""


def _itself(path: str) -> str:
    return path


@dataclass(frozen=True, slots=True)
class Single:
    """How one migration is read without the others of its folder.

    `up` and `down` return the SQL that runs forward and back, nothing where there is none; they
    raise InvalidInputError for what is not followed. `down` gets the file at `down_path`, which is
    empty where the runner knows no way back.
    """

    up: Callable[[SourceFile], bytes]
    down: Callable[[SourceFile], bytes]
    down_path: Callable[[str], str] = _itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format of migrations."""

    name: str
    looks_at: tuple[Where, ...]
    fit: Callable[[Sequence[SourceFile]], Fit]
    """Looks at names and at the first 16 KB of a file, more of it may not be there."""
    read: Callable[[Sequence[SourceFile]], tuple[ScriptText, ...]]
    """The parts that run forward, in the runner's order."""
    single: Single
    write: Callable[[Script], tuple[WrittenFile, ...]]
    place: Callable[[Sequence[SourceFile], datetime], Place]
    """Where one more migration goes."""
    wraps: bool = False
    """Whether the runner begins a transaction around a file unless the file says otherwise."""
    keeps_session: bool = False
    """Whether what is set before a statement outside a transaction still holds for it."""
    is_verbatim: bool = False
    """What is read is whole files: `read` orders them by their names and needs no content."""
