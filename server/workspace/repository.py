"""Finding the git repository that holds a path, and refusing one that reaches outside.

git offers no open() that stays inside a folder, so this is looked at before git runs: whoever may
write into the repository's own folder while git reads it is not held back here.
"""

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.errors import NotFoundError, RefusedError, UnavailableError
from server.workspace import descent, names, reading
from server.workspace.places import Folder, Place

MOST_ENTRIES = 500_000
_LONGEST_POINTER = 4096 + 16
_LONGEST_CONFIG = 1 << 20
_SHA256 = re.compile(rb'^\s*objectformat\s*=\s*"?sha256\b', re.IGNORECASE | re.MULTILINE)
_REFTABLE = re.compile(rb'^\s*refstorage\s*=\s*"?reftable\b', re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Repository:
    """What is needed to read one committed file."""

    head: bytes  # content of the work tree's HEAD
    folder: Path  # holds `objects`, `refs` and `packed-refs`
    object_format: str  # sha1 or sha256
    path: str  # the wanted file, from the top of the work tree


def find(folders: Sequence[Folder], place: Place) -> Repository:
    """The innermost repository around a place, vetted."""
    top = next(_tops(place), None)
    if top is None:
        raise NotFoundError(
            f"No git repository holds {names.shown(place.path)}.",
            next_step="Name the file itself, without `git:`.",
        )
    own = _own_folder(folders, top, place.path)
    shared = _shared_folder(folders, own, place.path)
    _refuse_reaching_out(shared, place.path)
    return Repository(
        head=_content(own, "HEAD", place.path, limit=_LONGEST_POINTER),
        folder=shared,
        object_format=_object_format(shared, place.path),
        path=place.absolute.relative_to(top).as_posix(),
    )


def _tops(place: Place) -> Iterator[Path]:
    """The folders with a `.git` entry, from the place outward, also above the workspace."""
    for depth in range(len(place.parts) - 1, -1, -1):
        here = Place(place.folder, place.parts[:depth], place.path)
        if _holds_git(here):
            yield here.absolute
    # Anyone may have put one in /tmp: above the workspace it must be the same owner's, or ours.
    owners = {os.geteuid(), place.folder.path.stat().st_uid}
    for above in place.folder.path.parents:
        with contextlib.suppress(OSError):
            if (above / ".git").lstat().st_uid in owners:
                yield above


def _holds_git(here: Place) -> bool:
    try:
        with descent.entered(here) as folder:
            os.stat(".git", dir_fd=folder, follow_symlinks=False)
    except (NotFoundError, RefusedError):
        # A folder that is gone, or is a link by now, may still be a folder in the commit.
        return False
    return True


def _own_folder(folders: Sequence[Folder], top: Path, path: str) -> Path:
    """`.git` itself, or where the `.git` file of a linked work tree or submodule points."""
    entry = top / ".git"
    if stat.S_ISDIR(entry.lstat().st_mode):
        return entry
    pointer = _content(top, ".git", path, limit=_LONGEST_POINTER)
    return _opened(folders, top, pointer.removeprefix(b"gitdir: "), path)


def _shared_folder(folders: Sequence[Folder], own: Path, path: str) -> Path:
    """Where the objects and refs are: elsewhere, if `commondir` says so."""
    try:
        pointer = _content(own, "commondir", path, limit=_LONGEST_POINTER)
    except NotFoundError:
        return own
    return _opened(folders, own, pointer, path)


def _opened(folders: Sequence[Folder], start: Path, pointer: bytes, path: str) -> Path:
    text = pointer.partition(b"\0")[0].rstrip(b"\r\n")
    target = Path(os.path.realpath(start / os.fsdecode(text)))
    if any(target.is_relative_to(folder.path) for folder in folders):
        return target
    raise RefusedError(
        f"The repository of {names.shown(path)} is kept outside the folders that the operator "
        "opened (a linked work tree or a submodule).",
        next_step="The operator can open that folder with a read root.",
    )


def _content(folder: Path, name: str, path: str, *, limit: int) -> bytes:
    place = Place(Folder(folder, folder, is_writable=False), (name,), f"{path} (git's {name})")
    return reading.read_bytes(place, limit=limit)


def _object_format(folder: Path, path: str) -> str:
    config = _content(folder, "config", path, limit=_LONGEST_CONFIG)
    if _REFTABLE.search(config):
        raise UnavailableError(
            f"The repository of {names.shown(path)} keeps its refs in git's `reftable` form, "
            "which is not read here.",
            next_step="Convert it with: git refs migrate --ref-format=files",
        )
    return "sha256" if _SHA256.search(config) else "sha1"


def _refuse_reaching_out(folder: Path, path: str) -> None:
    """Refuse links, pipes and borrowed objects: git would follow them anywhere."""
    alternates = str(folder / "objects" / "info" / "alternates")
    for count, entry in enumerate(_entries_below(folder), start=1):
        is_plain = entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)
        is_borrowing = entry.path == alternates and entry.stat(follow_symlinks=False).st_size > 0
        if not is_plain or is_borrowing:
            raise RefusedError(
                f"The repository of {names.shown(path)} is not self-contained: "
                f"{names.shown(os.path.relpath(entry.path, folder))} in its `.git` folder leads "
                "elsewhere.",
                next_step="Make a full clone of it, without --shared or --reference.",
            )
        if count > MOST_ENTRIES:
            raise RefusedError(
                f"The repository of {names.shown(path)} has more than {MOST_ENTRIES:,} files.",
                next_step="Pack it with: git gc",
            )


def _entries_below(folder: Path) -> Iterable[os.DirEntry[str]]:
    """Every entry that git reads for a blob, without entering links."""
    waiting = [folder]
    read = {"objects", "refs", "packed-refs"}
    while waiting:
        here = waiting.pop()
        with os.scandir(here) as scan:
            for entry in scan:
                if here == folder and entry.name not in read:
                    continue
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
