"""Where a path lies: in which of the operator's folders, decided from its text alone."""

import contextlib
import os
import pwd
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.errors import InvalidInputError, NotFoundError, RefusedError
from server.workspace import names

# Nothing below these is a file that someone wrote: reading may leak a process, writing may set it.
_PSEUDO_FILE_SYSTEMS = tuple(map(Path, ("/dev", "/proc", "/sys")))


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that the operator opened: its real path, and the path it was given by."""

    path: Path
    given: Path
    is_writable: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A path inside a folder: the names from the folder down, and the caller's way to say it."""

    folder: Folder
    parts: tuple[str, ...]
    path: str

    @property
    def absolute(self) -> Path:
        """The real path, for what must hand it on to another program."""
        return self.folder.path.joinpath(*self.parts)

    @property
    def parent(self) -> "Place":
        """The folder that holds it, under the same path in messages."""
        return Place(self.folder, self.parts[:-1], self.path)

    def child(self, name: str) -> "Place":
        """The place of an entry that stands in this folder."""
        path = name if self.path == "." else f"{self.path}/{name}"
        return Place(self.folder, (*self.parts, name), path)


def admit(given: Path, *, is_writable: bool) -> Folder:
    """Accept a folder from the operator, unless that would open far more than a project."""
    absolute = _expanded(given).absolute()
    path = Path(os.path.realpath(absolute))
    if _identity(path) is None:
        raise NotFoundError(f"Folder {given} cannot be found.", next_step="Create it first.")
    if not path.is_dir():
        raise InvalidInputError(f"{given} is not a folder.", next_step="Give its folder.")
    _refuse_too_wide(path, given)
    return Folder(path, absolute, is_writable)


def locate(folders: Sequence[Folder], path: str) -> Place:
    """Find the folder a path lies in; the innermost decides whether it may be written."""
    absolute = Path("/", *_absolute_parts(folders, path))
    holding = [folder for folder in folders if absolute.is_relative_to(folder.path)]
    innermost = max(holding, key=lambda folder: len(folder.path.parts))
    parts = absolute.relative_to(innermost.path).parts
    return Place(innermost, parts, _as_caller_says(absolute, folders[0]))


def _absolute_parts(folders: Sequence[Folder], path: str) -> tuple[str, ...]:
    parts = names.parts_of(path)
    if not path.startswith("/"):
        return (*folders[0].path.parts[1:], *parts)
    for folder in folders:
        for start in (folder.path.parts[1:], folder.given.parts[1:]):
            if parts[: len(start)] == start:
                return (*folder.path.parts[1:], *parts[len(start) :])
    raise RefusedError(
        f"Path {names.shown(path)} lies outside the folders that the operator opened.",
        next_step="Give a path relative to the workspace; only the operator can open more folders.",
    )


def _as_caller_says(absolute: Path, workspace: Folder) -> str:
    inside = absolute.is_relative_to(workspace.path)
    return str(absolute.relative_to(workspace.path) if inside else absolute)


def _expanded(given: Path) -> Path:
    try:
        return given.expanduser()
    except RuntimeError as error:
        raise NotFoundError(
            f"The home folder in {given} is unknown.", next_step="Give an absolute path."
        ) from error


def _refuse_too_wide(path: Path, given: Path) -> None:
    if _identity(path) in set(map(_identity, _too_wide())):
        raise RefusedError(
            f"Folder {given} is the home folder, or holds it, so a caller could read everything.",
            next_step="Give the folder of one project.",
        )
    if any(path.is_relative_to(pseudo) for pseudo in _PSEUDO_FILE_SYSTEMS):
        raise RefusedError(
            f"Folder {given} belongs to the system's devices and processes.",
            next_step="Give the folder of one project.",
        )


def _too_wide() -> Iterable[Path]:
    yield Path("/")
    for home in _homes():
        path = Path(os.path.realpath(home))
        yield from (path, *path.parents)


def _homes() -> Iterable[Path]:
    if home := os.environ.get("HOME"):
        yield Path(home)
    # A container may run as a user that no file lists.
    with contextlib.suppress(KeyError):
        yield Path(pwd.getpwuid(os.geteuid()).pw_dir)


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode, which also match a bind mount or a differently spelled case."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
