"""Rows of values from a data file: CSV with a header line, or JSON Lines."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice
from typing import Final

from server.engines.loadtest.deck import Row
from server.errors import InvalidInputError

MOST_ROWS: Final = 100_000


def read_rows(name: str, text: str) -> tuple[Row, ...]:
    """Read the rows of a file; its name says the form.

    Raises:
        InvalidInputError: says the line that is wrong; a file without rows is wrong, too.
    """
    read = _JSON_LINES if name.endswith((".jsonl", ".ndjson")) else _CSV
    if read is _CSV and not name.endswith((".csv", ".tsv")):
        raise InvalidInputError(
            f"{name} is neither CSV nor JSON Lines.", next_step="Name it .csv, .tsv or .jsonl."
        )
    rows = tuple(islice(read(name, text), MOST_ROWS + 1))
    if not rows:
        raise InvalidInputError(f"{name} holds no rows.")
    if len(rows) > MOST_ROWS:
        raise InvalidInputError(f"{name} holds more than {MOST_ROWS} rows.")
    return rows


def _csv(name: str, text: str) -> Iterator[Row]:
    lines = csv.DictReader(
        io.StringIO(text, newline=""), delimiter="\t" if name.endswith(".tsv") else ",", strict=True
    )
    try:
        for row in lines:
            if None in row or None in row.values():
                raise InvalidInputError(
                    f"{name}:{lines.line_num}: the row and the header differ in length."
                )
            yield row
    except csv.Error as error:
        raise InvalidInputError(f"{name}:{lines.line_num}: {error}.") from None


def _json_lines(name: str, text: str) -> Iterator[Row]:
    # A text within JSON may hold what else counts as the end of a line.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise InvalidInputError(f"{name}:{number}: this is no JSON.") from None
        if not isinstance(row, dict):
            raise InvalidInputError(f"{name}:{number}: give an object a line.")
        yield row


_CSV: Final = _csv
_JSON_LINES: Final = _json_lines
