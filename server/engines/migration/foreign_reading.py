"""Reads a migration of somebody else's as its runner does: what runs forward, and what back."""

import re
from collections.abc import Iterator
from dataclasses import replace

from server.engines.migration.foreign_file import ForeignFile, read_file
from server.engines.sql.formats.format import Fit, Format
from server.engines.sql.formats.model import SourceFile
from server.engines.sql.formats.registry import all_formats
from server.errors import InvalidInputError

_UNWRAPPED = re.compile(rb"transaction:\s*false|CONCURRENTLY", re.IGNORECASE)


def read_foreign(content: bytes, path: str, format_: Format) -> ForeignFile:
    """Read the part of a file that runs forward.

    Raises:
        InvalidInputError: it is no file of that format, or not literal SQL.
    """
    source = _source(content, path)
    file = _read(format_.single.up(source), path, format_)
    return replace(file, notes=(*_other_formats(source, format_), *file.notes))


def with_way_back(file: ForeignFile, content: bytes, path: str, format_: Format) -> ForeignFile:
    """Return the file with what undoes it, as the file at `path` has it.

    What cannot be followed is told in a note: the way forward can be judged without it.
    """
    try:
        back = _read(format_.single.down(_source(content, path)), path, format_)
    except InvalidInputError as error:
        return replace(file, notes=(*file.notes, f"Its own way back was not run: {error}"))
    return replace(file, back=back.segments, notes=(*file.notes, *back.notes))


def _other_formats(source: SourceFile, format_: Format) -> Iterator[str]:
    """Yield that another runner would read the file otherwise, which may be what was meant."""
    if format_.fit([source]) is Fit.CERTAIN:
        return
    for each in all_formats().values():
        if not each.is_verbatim and each.fit([source]) is Fit.CERTAIN:
            yield (
                f"{source.name} looks like a file of {each.name} and is read as {format_.name}: "
                f"with output.format={each.name} it is run as that runner does."
            )


def _source(content: bytes, path: str) -> SourceFile:
    return SourceFile(path.rpartition("/")[2], content)


def _read(sql: bytes, path: str, format_: Format) -> ForeignFile:
    is_wrapped = format_.wraps and not _UNWRAPPED.search(sql)
    return read_file([sql], file=path, is_wrapped=is_wrapped)
