"""What is built once and used by every process: folders that are there whole or not at all."""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from server.errors import UnavailableError

_UNUSED_SECONDS = 30 * 24 * 3600


class Kind(StrEnum):
    """What the cache holds; the rest of a name tells one of a kind from another."""

    TEMPLATE = "template"
    PROGRAMS = "programs"
    UNFINISHED = ".new"


class Copying(StrEnum):
    """What is copied, and so who may read the copy."""

    DATA = "data"
    PROGRAMS = "programs"
    LINKS = "programs, linked where that works"


@dataclass(frozen=True, slots=True)
class Tally:
    """How much a folder holds: what was cut short or partly cleaned away counts differently."""

    files: int = 0
    size: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.files + other.files, self.size + other.size)


def kept(cache: Path, kind: Kind, key: str, build: Callable[[Path], None]) -> Path:
    """Return the folder of this kind and key, letting `build` fill it if it is not there yet.

    Two processes may build it at the same time; the first one to finish wins.
    """
    _open_cache(cache)
    folder = cache / f"{kind}-{key}"
    if not folder.is_dir():
        _prune(cache)
        new = Path(tempfile.mkdtemp(prefix=f"{Kind.UNFINISHED}-", dir=cache))
        try:
            build(new)
            # Refused where another process was faster.
            with suppress(OSError):
                new.rename(folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    os.utime(folder)
    return folder


def discard(cache: Path, kind: Kind, key: str) -> None:
    """Take a folder out of the cache, at once for whoever looks for it."""
    folder = cache / f"{kind}-{key}"
    with suppress(FileNotFoundError):
        gone = folder.rename(folder.with_name(f"{Kind.UNFINISHED}-{folder.name}-{os.getpid()}"))
        shutil.rmtree(gone, ignore_errors=True)


def copy_tree(source: Path, target: Path, how: Copying) -> Tally:
    """Copy regular files and folders; whatever else is there is left out."""
    target.mkdir(exist_ok=True)
    target.chmod(0o700 if how is Copying.DATA else 0o755)
    tally = Tally()
    with os.scandir(source) as entries:
        for entry in entries:
            copy = target / entry.name
            if entry.is_dir(follow_symlinks=False):
                tally += copy_tree(Path(entry.path), copy, how)
            elif entry.is_file(follow_symlinks=False):
                _copy_file(entry.path, copy, how)
                tally += Tally(1, entry.stat(follow_symlinks=False).st_size)
    return tally


def _copy_file(source: str, copy: Path, how: Copying) -> None:
    if how is Copying.LINKS:
        # Refused across file systems.
        with suppress(OSError):
            copy.hardlink_to(source)
            return
    shutil.copyfile(source, copy, follow_symlinks=False)
    if how is Copying.DATA:
        copy.chmod(0o600)
    else:
        copy.chmod(0o755 if Path(source).stat().st_mode & stat.S_IXUSR else 0o644)


def _open_cache(cache: Path) -> None:
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = cache.stat()
    # Whoever may write here decides what our servers run.
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o022:
        raise UnavailableError(
            f"The cache folder {cache} belongs to another account, or others may write to it.",
            next_step="Set `cache` to a folder of your own.",
        )


def _prune(cache: Path) -> None:
    """Drop what no process used for a month: templates of older versions, builds cut short."""
    oldest = time.time() - _UNUSED_SECONDS
    for kind in Kind:
        for folder in cache.glob(f"{kind}-*"):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
