"""Walking down from an operator's folder: one name at a time, no symbolic link ever followed.

Each step opens a name relative to the descriptor of the folder before it, so a folder that is
swapped for a link between two steps is refused by the kernel, not by an earlier look.
"""

import contextlib
import errno
import os
from collections.abc import Callable, Generator

from server.errors import NotFoundError, RefusedError, UnavailableError
from server.workspace import names
from server.workspace.places import Place

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_NEW_FOLDER = 0o755  # less what the umask takes
MOST_ENTRIES = 50_000

# What open() says of a link, or of anything else that is not what the path needs there.
_WRONG_KIND = {
    *(errno.ELOOP, errno.EMLINK, errno.ENOTDIR, errno.EISDIR),
    *(errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP),
}


@contextlib.contextmanager
def entered(place: Place, *, creating: bool = False) -> Generator[int]:
    """Open the folder at a place as a descriptor; `creating` makes the folders that lack."""
    with explained(place.path):
        descriptor = os.open(place.folder.path, _FOLDER)
        try:
            for name in place.parts:
                if creating:
                    _make(descriptor, name, place.path)
                else:
                    refuse_lookalike(descriptor, name, place.path)
                descriptor = _step(descriptor, name)
            yield descriptor
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def explained(path: str) -> Generator[None]:
    """Turn what the system says about a path into an error that the caller can act on."""
    shown = names.shown(path)
    try:
        yield
    except FileNotFoundError as error:
        raise NotFoundError(
            f"Path {shown} does not exist.", next_step="Paths are relative to the workspace."
        ) from error
    except PermissionError as error:
        raise RefusedError(
            f"Path {shown}: the operating system denies access.",
            next_step="The operator decides who may use it.",
        ) from error
    except OSError as error:
        if error.errno in _WRONG_KIND:
            raise RefusedError(
                f"Path {shown} is, or goes through, a symbolic link or something else that is "
                "neither a file nor a folder.",
                next_step="Links are never followed; use the path of the file itself.",
            ) from error
        raise UnavailableError(f"Path {shown}: {error.strerror}.") from error


def entries(folder: int, path: str) -> list[str]:
    """The names in an open folder, sorted; a folder with too many is refused."""
    found: list[str] = []
    with os.scandir(folder) as scan:
        for entry in scan:
            found.append(entry.name)
            if len(found) > MOST_ENTRIES:
                raise RefusedError(
                    f"The folder of {names.shown(path)} has more than {MOST_ENTRIES:,} entries.",
                    next_step="Use a smaller folder.",
                )
    return sorted(found)


def refuse_lookalike(folder: int, name: str, path: str) -> None:
    """Refuse a name to read that another entry looks like: it may not be the one that is meant."""
    if not name.isascii():
        refuse_twin(folder, name, path, form=names.compatible)


def refuse_twin(folder: int, name: str, path: str, *, form: Callable[[str], str]) -> None:
    """Refuse a name that another entry of the folder equals in the given form."""
    wanted = form(name)
    for entry in entries(folder, path):
        if entry != name and form(entry) == wanted:
            raise RefusedError(
                f"Path {names.shown(path)}: {names.shown(entry)} stands there already, and an eye "
                f"or a file system may take it for {names.shown(name)}.",
                next_step="Use that name, or one that differs in more than case or form.",
            )


def _make(folder: int, name: str, path: str) -> None:
    refuse_twin(folder, name, path, form=names.fold)
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, _NEW_FOLDER, dir_fd=folder)


def _step(folder: int, name: str) -> int:
    child = os.open(name, _FOLDER, dir_fd=folder)
    os.close(folder)
    return child
