"""Writing for a caller: whole or not at all, and never over a file unless that was asked for."""

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import sys
from collections.abc import Generator
from dataclasses import dataclass

from server.errors import RefusedError
from server.workspace import descent, kinds, names
from server.workspace.places import Place

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_NEW_FILE = 0o644  # less what the umask takes

# linux/fs.h RENAME_NOREPLACE, and macOS stdio.h RENAME_EXCL
_EXCLUSIVE = {"linux": ("renameat2", 1), "darwin": ("renameatx_np", 4)}
_NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """What now stands on disk: its path as the caller says it, its size and its hash."""

    path: str
    bytes: int
    sha256: str


def write_file(place: Place, content: bytes, *, overwrite: bool) -> WrittenFile:
    """Put a whole file in place in one step, with the folders that lead to it."""
    _refuse_unwritable(place)
    name = place.parts[-1]
    with descent.entered(place.parent, creating=True) as folder:
        descent.refuse_twin(folder, name, place.path, form=names.fold)
        mode = _replaced_mode(folder, name, place.path)
        with _temporary(folder, content, mode=mode) as temporary:
            if overwrite:
                os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            else:
                _put(folder, temporary, name, place.path)
        _sync(folder)
    return WrittenFile(place.path, len(content), hashlib.sha256(content).hexdigest())


def _refuse_unwritable(place: Place) -> None:
    if not place.folder.is_writable:
        raise RefusedError(
            f"Path {names.shown(place.path)} lies in a folder that the operator opened for "
            "reading only.",
            next_step="Write into the workspace.",
        )
    names.check_writable(place.parts, place.path)
    if not place.parts:
        raise kinds.not_a_file(stat.S_IFDIR, place.path)


def _replaced_mode(folder: int, name: str, path: str) -> int | None:
    """The permissions of the file that stands there, if one does; refuses anything else."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise kinds.not_a_file(stat.S_IFMT(status.st_mode), path)
    return status.st_mode & 0o777


@contextlib.contextmanager
def _temporary(folder: int, content: bytes, *, mode: int | None) -> Generator[str]:
    """A synced file beside the target; it is gone afterwards, moved or not."""
    name = f".senior-backend-{secrets.token_hex(8)}.tmp"
    descriptor = os.open(name, _NEW, _NEW_FILE, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if mode is not None:
                os.fchmod(descriptor, mode)
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        yield name
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)


def _put(folder: int, temporary: str, name: str, path: str) -> None:
    try:
        _rename_exclusively(folder, temporary, name)
    except FileExistsError as error:
        raise RefusedError(
            f"File {names.shown(path)} exists and is not overwritten.",
            next_step="Choose another path, or ask for overwriting where the tool offers it.",
        ) from error


def _rename_exclusively(folder: int, old: str, new: str) -> None:
    """Rename unless the new name is taken, decided by the kernel in the same step."""
    try:
        _system_rename(folder, old, new)
    except OSError as error:
        if error.errno not in _NOT_OFFERED:
            raise
        # As exclusive, but for a moment the file has two names.
        os.link(old, new, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)


def _system_rename(folder: int, old: str, new: str) -> None:
    import ctypes

    name, flag = _EXCLUSIVE.get(sys.platform, ("", 0))
    rename = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if rename is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if rename(folder, os.fsencode(old), folder, os.fsencode(new), flag):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _sync(folder: int) -> None:
    # Some file systems cannot sync a folder; the content itself is on disk by now.
    with contextlib.suppress(OSError):
        os.fsync(folder)
