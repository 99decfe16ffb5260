"""A folder of migrations in the workspace as scripts, whatever format it is in."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO

from server.engines.postgres.loading.script import Script
from server.engines.sql.formats.detect import detect
from server.engines.sql.formats.format import Format, Where
from server.engines.sql.formats.model import ScriptText, SourceFile
from server.engines.sql.formats.registry import all_formats
from server.errors import InvalidInputError, NotFoundError, RefusedError
from server.workspace import Workspace

_HEAD = 16 << 10  # bytes that tell a format
_MOST_FILES = 10_000
_LARGEST = 64 << 20  # bytes of a file that has to be read whole
_MOST = 128 << 20  # bytes of all of them


def folder_scripts(workspace: Workspace, path: str) -> tuple[Script, ...]:
    """Return what the runner of the folder's format applies, in its order; nothing is executed.

    Raises:
        InvalidInputError: there are no migrations, no single format, or something in them that
            is not literal SQL.
        RefusedError: there are too many files, or they are too large to be read whole.
    """
    format_ = _format(workspace, path)
    places = dict(_listed(workspace, path, format_.looks_at, in_every_folder=True))
    if format_.is_verbatim:
        texts = format_.read([SourceFile(name, b"") for name in places])
        return tuple(_as_it_stands(workspace, places[text.path]) for text in texts)
    texts = format_.read(_whole(workspace, places))
    return tuple(Script(places[text.path], _opener(text)) for text in texts)


def files_of(workspace: Workspace, path: str, format_: Format) -> Sequence[SourceFile]:
    """Return the files of a folder that a format looks at; none where there is no folder yet.

    Raises:
        RefusedError: they are too large to be read whole.
    """
    try:
        places = dict(_listed(workspace, path, format_.looks_at, in_every_folder=True))
    except NotFoundError:
        return ()
    return _whole(workspace, places)


def _format(workspace: Workspace, path: str) -> Format:
    looked_at = (where for format_ in all_formats().values() for where in format_.looks_at)
    # A folder that no migration has a name like may be closed to us: the data of a database.
    found = dict(_listed(workspace, path, set(looked_at), in_every_folder=False))
    if not found:
        raise InvalidInputError(
            f"Folder {path!r} holds no .sql file and no migrations of a known format.",
            next_step=f"Formats: {', '.join(all_formats())}. Other folders in it are not searched.",
        )
    if len(found) > _MOST_FILES:
        raise RefusedError(
            f"Folder {path!r} holds more than {_MOST_FILES:,} files that could be migrations.",
            next_step="Give a smaller folder.",
        )
    return detect([SourceFile(name, _head(workspace, place)) for name, place in found.items()])


def _listed(
    workspace: Workspace, path: str, places: Iterable[Where], *, in_every_folder: bool
) -> Iterator[tuple[str, str]]:
    """Yield files by their paths in the folder and in the workspace."""
    inner = workspace.folders(path)
    for where in places:
        if not where.folder:
            yield from (
                (_name(place), place) for place in workspace.files(path, suffix=where.ending)
            )
            continue
        for folder in inner:
            name = _name(folder)
            is_like_it = where.folder == "*" and (in_every_folder or name[0].isdecimal())
            if is_like_it or name == where.folder:
                files = workspace.files(folder, suffix=where.ending)
                yield from ((f"{name}/{_name(place)}", place) for place in files)


def _name(place: str) -> str:
    return place.rpartition("/")[2]


def _head(workspace: Workspace, place: str) -> bytes:
    with workspace.open(place) as stream:
        return stream.read(_HEAD)


def _as_it_stands(workspace: Workspace, place: str) -> Script:
    return Script(place, lambda: workspace.open(place))


def _whole(workspace: Workspace, places: Mapping[str, str]) -> Sequence[SourceFile]:
    files: list[SourceFile] = []
    left = _MOST
    for path, place in places.items():
        content = workspace.read_bytes(place, limit=_LARGEST)
        left -= len(content)
        if left < 0:
            raise RefusedError(
                f"The migrations have more than {_MOST:,} bytes in all, the most that is read.",
                next_step="Give a schema file instead.",
            )
        files.append(SourceFile(path, content))
    return files


def _opener(text: ScriptText) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(text.sql)
