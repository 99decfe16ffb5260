"""What stands at a path: only a regular file under one name is read."""

import os
import stat

from server.errors import RefusedError
from server.workspace import names

_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def refuse_irregular(status: os.stat_result, path: str) -> None:
    """Refuse what is not a regular file, or is one that has a second name somewhere."""
    if not stat.S_ISREG(status.st_mode):
        raise not_a_file(stat.S_IFMT(status.st_mode), path)
    # Nothing tells where the other name stands, and in a shared folder anyone who may write there
    # can give a second name to a file that only we may read.
    if status.st_nlink > 1:
        raise RefusedError(
            f"File {names.shown(path)} has a second name (a hard link), maybe outside.",
            next_step="Copy the file and name the copy.",
        )


def not_a_file(kind: int, path: str) -> RefusedError:
    """The refusal of a path where a file was needed; `kind` is a file type of `stat`."""
    remedy = "Name one file in it." if kind == stat.S_IFDIR else "Only regular files are used."
    called = _KINDS.get(kind, "something special")
    return RefusedError(f"Path {names.shown(path)} is {called}, not a file.", next_step=remedy)
