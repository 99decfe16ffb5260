"""Reading for a caller: regular files under one name, never a link and never a pipe that waits."""

import os
import stat
from typing import BinaryIO

from server.errors import InvalidInputError, RefusedError
from server.workspace import descent, kinds, names
from server.workspace.places import Place

# O_NONBLOCK: opening a pipe would wait for a writer. O_NOCTTY: a terminal would become ours.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


def open_file(place: Place) -> BinaryIO:
    """Open a regular file for reading; what was looked at is looked at again once it is open."""
    names.check_readable(place.parts, place.path)
    if not place.parts:
        raise kinds.not_a_file(stat.S_IFDIR, place.path)
    name = place.parts[-1]
    with descent.entered(place.parent) as folder:
        # Looked at before it is opened, because opening a device or a pipe already acts on it.
        kinds.refuse_irregular(os.stat(name, dir_fd=folder, follow_symlinks=False), place.path)
        descent.refuse_lookalike(folder, name, place.path)
        return _verified(os.open(name, _FILE, dir_fd=folder), place.path)


def read_bytes(place: Place, *, limit: int) -> bytes:
    """The whole file; refused above `limit` bytes, also when it grows while it is read."""
    with open_file(place) as stream, descent.explained(place.path):
        refuse_oversize(os.fstat(stream.fileno()).st_size, place.path, limit=limit)
        content = stream.read(limit + 1)
    refuse_oversize(len(content), place.path, limit=limit)
    return content


def decoded(content: bytes, path: str) -> str:
    """UTF-8 text, without a byte order mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInputError(
            f"File {names.shown(path)} is not UTF-8 text: byte {error.start + 1}, line {line}.",
            next_step="Save it as UTF-8.",
        ) from error


def list_files(folder: Place, *, suffix: str) -> tuple[str, ...]:
    """The files in a folder, by name; one that may not be read is refused, never left out.

    Leaving out a link or an odd name would make an answer about the folder silently incomplete.
    Only git's own entries and files kept for secrets, which belong to no answer, are passed over.
    """
    names.check_readable(folder.parts, folder.path)
    with descent.entered(folder) as descriptor:
        found = descent.entries(descriptor, folder.path)
        wanted = [n for n in found if n.endswith(suffix) and not names.is_private(n)]
        files = [name for name in wanted if _is_file(descriptor, name, folder.child(name).path)]
    return tuple(folder.child(name).path for name in files)


def list_folders(folder: Place) -> tuple[str, ...]:
    """The folders in a folder, by name, but for git's own, those for secrets and links.

    What a link leads to is never entered, so it is no folder here.
    """
    names.check_readable(folder.parts, folder.path)
    with descent.entered(folder) as descriptor:
        found = descent.entries(descriptor, folder.path)
        kept = [n for n in found if not names.is_private(n) and _is_folder(descriptor, n)]
    return tuple(folder.child(name).path for name in kept)


def refuse_oversize(size: int, path: str, *, limit: int) -> None:
    """Refuse more than `limit` bytes."""
    if size > limit:
        raise RefusedError(
            f"File {names.shown(path)} is larger than {limit:,} bytes, the most that is read here.",
            next_step="Give a smaller file, or split it.",
        )


def _is_file(folder: int, name: str, path: str) -> bool:
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISDIR(status.st_mode):
        return False
    names.parts_of(name)
    kinds.refuse_irregular(status, path)
    return True


def _is_folder(folder: int, name: str) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)


def _verified(descriptor: int, path: str) -> BinaryIO:
    try:
        kinds.refuse_irregular(os.fstat(descriptor), path)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")
