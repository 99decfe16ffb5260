"""The operator's folders, and everything a caller may do in them."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from server.errors import InvalidInputError
from server.workspace import git, places, reading, writing
from server.workspace.writing import WrittenFile


class Workspace:
    """The operator's folders: `roots` are read and written, `read_roots` only read.

    Paths are relative to the first root, or absolute and inside one of the folders. Whatever the
    fence forbids is a `RefusedError` that names the rule; what is outside is never looked at, so
    no answer tells whether it exists.
    """

    __slots__ = ("_folders",)

    def __init__(self, roots: Sequence[Path], read_roots: Sequence[Path] = ()) -> None:
        """Refuse a folder that is missing, or so wide that the fence would hold nothing back."""
        if not roots:
            raise InvalidInputError("No workspace folder is given.", next_step="Give one.")
        self._folders = (
            *(places.admit(root, is_writable=True) for root in roots),
            *(places.admit(root, is_writable=False) for root in read_roots),
        )

    @property
    def root(self) -> Path:
        """The first root, which relative paths start from."""
        return self._folders[0].path

    def open(self, path: str) -> BinaryIO:
        """Open a regular file as a stream of bytes, which the caller closes."""
        return reading.open_file(places.locate(self._folders, path))

    def read_bytes(self, path: str, *, limit: int) -> bytes:
        """The whole file; refused above `limit` bytes."""
        return reading.read_bytes(places.locate(self._folders, path), limit=limit)

    def read_text(self, path: str, *, limit: int) -> str:
        """The whole file as UTF-8 text without a byte order mark; refused above `limit` bytes."""
        return reading.decoded(self.read_bytes(path, limit=limit), path)

    def files(self, folder: str, *, suffix: str = "") -> tuple[str, ...]:
        """The files directly in a folder, by name, as paths that the other methods take."""
        return reading.list_files(places.locate(self._folders, folder), suffix=suffix)

    def folders(self, folder: str) -> tuple[str, ...]:
        """The folders directly in a folder, by name; links and git's own are passed over."""
        return reading.list_folders(places.locate(self._folders, folder))

    def write(self, path: str, content: bytes, *, overwrite: bool = False) -> WrittenFile:
        """Write a whole file in one step; one that exists is refused unless `overwrite`."""
        place = places.locate(self._folders, path)
        return writing.write_file(place, content, overwrite=overwrite)

    async def git_blob(self, ref: str, path: str, *, limit: int) -> bytes:
        """A file as a commit holds it; refused above `limit` bytes.

        Raises:
            UnavailableError: git is not installed, too slow, or lacks the object.
        """
        place = places.locate(self._folders, path)
        return await git.read_blob(self._folders, ref, place, limit=limit)

    async def git_head(self) -> str:
        """The hash of the commit that the work tree of the first root stands on.

        Raises:
            NotFoundError: no repository holds it, or it has no commit yet.
            RefusedError: the repository reaches outside of the folders.
            UnavailableError: git is not installed, too slow, or lacks the object.
        """
        return await git.read_head(self._folders)
