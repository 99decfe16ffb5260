"""Reads a migration of somebody else's as its runner does: what runs forward, and what back."""

import re
from dataclasses import replace

from server.engines.migration.foreign_file import ForeignFile, read_file
from server.engines.sql.formats.format import Format
from server.engines.sql.formats.model import SourceFile
from server.errors import InvalidInputError

_UNWRAPPED = re.compile(rb"transaction:\s*false|CONCURRENTLY", re.IGNORECASE)


def read_foreign(content: bytes, path: str, format_: Format) -> ForeignFile:
    """Read the part of a file that runs forward.

    Raises:
        InvalidInputError: it is no file of that format, or not literal SQL.
    """
    sql = format_.single.up(_source(content, path))
    return _read(sql, path, format_)


def with_way_back(file: ForeignFile, content: bytes, path: str, format_: Format) -> ForeignFile:
    """Return the file with what undoes it, as the file at `path` has it.

    What cannot be followed is told in a note: the way forward can be judged without it.
    """
    try:
        back = _read(format_.single.down(_source(content, path)), path, format_)
    except InvalidInputError as error:
        return replace(file, notes=(*file.notes, f"Its own way back was not run: {error}"))
    return replace(file, back=back.segments, notes=(*file.notes, *back.notes))


def _source(content: bytes, path: str) -> SourceFile:
    return SourceFile(path.rpartition("/")[2], content)


def _read(sql: bytes, path: str, format_: Format) -> ForeignFile:
    is_wrapped = format_.wraps and not _UNWRAPPED.search(sql)
    return read_file([sql], file=path, is_wrapped=is_wrapped)
