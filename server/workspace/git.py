"""Reading one committed file: the commit, its entry for the path, then the content."""

import contextlib
import os
import re
import shutil
import signal
import stat
import subprocess
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio import to_thread
from anyio.abc import Process

from server.errors import NotFoundError, RefusedError, UnavailableError
from server.workspace import descent, kinds, names, reading, repository, view
from server.workspace.places import Folder, Place
from server.workspace.repository import Repository

PATIENCE = 20.0  # seconds for all of git's answers together
_LONGEST_ANSWER = 1 << 16  # bytes of one line about a commit or an entry

# A name or a hash, then ~N and ^N. No `:` (paths, index, search), no `@{` (reflog, upstream), no
# `^{` (other kinds of object), no range, and nothing that git could take for an option.
_REVISION = re.compile(r"(?!.*\.\.)(?:@|\w[\w./+=#,@-]*)(?:[~^][0-9]{0,6})*")
_LONGEST_REVISION = 255

_UNKNOWN = 1  # what `git rev-parse --quiet` exits with when a name means nothing
_NOT_FILES = {"120000": "a symbolic link", "160000": "a submodule", "040000": "a folder"}


async def read_blob(folders: Sequence[Folder], ref: str, place: Place, *, limit: int) -> bytes:
    """The content that a commit has for a place; refused above `limit` bytes."""
    _refuse_odd(ref)
    names.check_readable(place.parts, place.path)
    if not place.parts:
        raise kinds.not_a_file(stat.S_IFDIR, place.path)
    async with _asking(folders, place) as (git, path):
        return await _content(git, ref, path, limit=limit)


async def read_head(folders: Sequence[Folder]) -> str:
    """The full hash of the commit that the first folder's work tree stands on."""
    # Of a folder only what lies in it is looked for; whether there is such a file does not matter.
    inside = Place(folders[0], ("file",), "the workspace")
    async with _asking(folders, inside) as (git, _):
        return await git.commit("HEAD")


@contextlib.asynccontextmanager
async def _asking(folders: Sequence[Folder], place: Place) -> "AsyncGenerator[tuple[_Git, str]]":
    """Git as it may be asked about a place, and the place's path in the repository."""
    program = _program(folders)
    try:
        with anyio.fail_after(PATIENCE), descent.explained(place.path):
            found = await to_thread.run_sync(_found, folders, place, abandon_on_cancel=True)
            with view.shown_to_git(found) as environment:
                yield _Git(program, environment, place), found.path
    except TimeoutError as error:
        raise UnavailableError(
            f"Git did not answer within {PATIENCE:.0f} s.", next_step="Try again."
        ) from error


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of `git ls-tree -l`."""

    mode: str
    object_id: str
    size: str  # a number of bytes, or another word where git lacks the object


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    output: bytes


@dataclass(frozen=True, slots=True)
class _Git:
    """A repository as git is shown it, asked about one place."""

    program: str
    environment: Mapping[str, str]
    place: Place

    async def commit(self, ref: str) -> str:
        answer = await self._ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if answer.status == _UNKNOWN:
            raise NotFoundError(
                f"Git has no commit {names.shown(ref)}.",
                next_step="Give a branch, a tag or a hash that `git log` knows.",
            )
        return self._succeeded(answer).decode().strip()

    async def entry(self, commit: str, path: str) -> _Entry | None:
        """The entry at a path, unless the commit has none."""
        answer = await self._ask("ls-tree", "-z", "-l", "--full-tree", "--", commit, path)
        line = self._succeeded(answer).decode(errors="replace")
        facts = line.partition("\t")[0].split()
        return _Entry(facts[0], facts[2], facts[3]) if facts else None

    async def content(self, entry: _Entry, *, limit: int) -> bytes:
        if not entry.size.isdecimal():
            raise self._unreadable()
        reading.refuse_oversize(int(entry.size), self.place.path, limit=limit)
        answer = await self._ask("cat-file", "blob", entry.object_id, limit=limit)
        return self._succeeded(answer)

    async def _ask(self, *arguments: str, limit: int = _LONGEST_ANSWER) -> _Answer:
        async with _running([self.program, *arguments], self.environment) as process:
            output = await _output(process, self.place.path, limit=limit)
            return _Answer(await process.wait(), output)

    def _succeeded(self, answer: _Answer) -> bytes:
        if answer.status != 0:
            raise self._unreadable()
        return answer.output

    def _unreadable(self) -> UnavailableError:
        return UnavailableError(
            f"Git cannot read what {names.shown(self.place.path)} is made of: this clone lacks it, "
            "or is damaged.",
            next_step="Name the file itself, or complete the clone if you trust its remote.",
        )


def _found(folders: Sequence[Folder], place: Place) -> Repository:
    view.sweep()
    return repository.find(folders, place)


async def _content(git: _Git, ref: str, path: str, *, limit: int) -> bytes:
    entry = await git.entry(await git.commit(ref), path)
    shown = names.shown(git.place.path)
    if entry is None:
        raise NotFoundError(
            f"Commit {names.shown(ref)} has no file {shown}.",
            next_step="Give its path as it was in that commit.",
        )
    if kind := _NOT_FILES.get(entry.mode):
        raise RefusedError(
            f"Path {shown} is {kind} in commit {names.shown(ref)}, not a file.",
            next_step="Only regular files are read.",
        )
    return await git.content(entry, limit=limit)


def _refuse_odd(ref: str) -> None:
    if len(ref) > _LONGEST_REVISION or not _REVISION.fullmatch(ref):
        raise RefusedError(
            f"Revision {names.shown(ref)} is not a plain one.",
            next_step="Give a branch, a tag or a commit hash, with ~N or ^N after it if needed.",
        )


def _program(folders: Sequence[Folder]) -> str:
    found = shutil.which("git", path=view.search_path())
    if found is None:
        raise UnavailableError("Git is not installed.", next_step="Install it, or name a file.")
    real = Path(os.path.realpath(found))
    if any(real.is_relative_to(folder.path) for folder in folders):
        raise RefusedError(
            "The `git` that PATH finds lies in the workspace, which may belong to someone else.",
            next_step="The operator can put the system's git first in PATH.",
        )
    return found


@contextlib.asynccontextmanager
async def _running(
    command: Sequence[str], environment: Mapping[str, str]
) -> AsyncGenerator[Process]:
    """A program that does not outlive the context, not even as a group."""
    try:
        process = await anyio.open_process(
            command,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=environment["GIT_DIR"],
            start_new_session=True,
        )
    except OSError as error:
        raise UnavailableError(
            f"Git cannot be started: {error.strerror}.", next_step="Install it, or name a file."
        ) from error
    try:
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        with anyio.CancelScope(shield=True):
            await process.aclose()


async def _output(process: Process, path: str, *, limit: int) -> bytes:
    output = bytearray()
    if process.stdout is not None:
        async for piece in process.stdout:
            output += piece
            reading.refuse_oversize(len(output), path, limit=limit)
    return bytes(output)
