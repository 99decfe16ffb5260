"""Tells the format of a folder from the names and the beginnings of its files."""

from collections.abc import Sequence

from server.engines.sql.formats.format import Fit, Format
from server.engines.sql.formats.model import SourceFile
from server.engines.sql.formats.registry import all_formats
from server.errors import InvalidInputError


def detect(files: Sequence[SourceFile]) -> Format:
    """Return the format that the folder is in; 16 KB of each file are enough.

    Raises:
        InvalidInputError: no format fits, or more than one does; the message names them.
    """
    fits = {format_: format_.fit(files) for format_ in all_formats().values()}
    certain = [format_ for format_, fit in fits.items() if fit is Fit.CERTAIN]
    found = certain or [format_ for format_, fit in fits.items() if fit is Fit.POSSIBLE]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInputError(
            "The folder holds no .sql file and no migrations of a known format.",
            next_step=f"Formats: {', '.join(all_formats())}.",
        )
    raise InvalidInputError(
        f"The folder fits more than one format: {', '.join(one.name for one in found)}.",
        next_step="Keep the migrations of each format in a folder of their own.",
    )
