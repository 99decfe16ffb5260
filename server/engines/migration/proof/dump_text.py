"""What pg_dump says about a schema, in a form in which two of its dumps compare."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from anyio.to_thread import run_sync

from server.engines.catalog.expression import normalized
from server.engines.postgres.cluster import Database
from server.engines.postgres.dump import dump_throwaway
from server.engines.sql.pieces import Statement
from server.engines.sql.psql import read_script
from server.sql_secrets import without_secrets

_MOST_SHOWN = 50
_LONGEST = 300
# Comments name object numbers of one database; the tokens of \restrict are random.
_NOISE = re.compile(rb"^(?:--.*|\\(?:un)?restrict .*|)\n", re.MULTILINE)
_SETTING = re.compile(r"(?:SET |SELECT pg_catalog\.set_config\()")
_MAPPING = "CREATE USER MAPPING "
_VALUE = re.compile(r" E?'(?:[^'\\]|''|\\.)*'")
_TABLE = re.compile(r"CREATE (?:UNLOGGED |FOREIGN )?TABLE ")
_STATISTICS = re.compile(r"(CREATE STATISTICS .* ON )(.*)( FROM .*)", re.DOTALL)
# Those of a table, an index or a view stand in the order in which they were set.
_ONE = r"[\w.\"]+=(?:'[^'(),]*'|[\w.]+)"
_PARAMETERS = re.compile(rf"(?<=\bWITH \(){_ONE}(?:, {_ONE})+(?=\))")
_HOLDS_PARAMETERS = re.compile(r"CREATE (?:\w+ )*(?:TABLE|INDEX|VIEW) ")


@dataclass(frozen=True, slots=True, eq=False)
class DumpText:
    """A dump without its noise."""

    content: bytes
    digest: bytes

    def differences(self, target: "DumpText") -> tuple[str, ...]:
        """Return the statements that only one of the two has, `-` what the target lacks.

        The order of statements, of parameters and of the columns in a table does not count, nor a
        form that PostgreSQL prints otherwise after reading its own print.
        """
        if self.digest == target.digest:
            return ()
        ours, theirs = Counter(self.statements()), Counter(target.statements())
        surplus = [f"- {_short(text)}" for text in (ours - theirs).elements()]
        missing = [f"+ {_short(text)}" for text in (theirs - ours).elements()]
        return _few(sorted(surplus) + sorted(missing))

    def statements(self) -> Iterator[str]:
        """Yield the statements in the form in which they compare."""
        for piece in read_script([self.content], file="pg_dump"):
            if isinstance(piece, Statement) and not _SETTING.match(piece.text):
                text = _with_sorted_parameters(piece.text)
                yield normalized(_without_values(_without_order(text)))


async def dump_text(
    database: Database, settings: Mapping[str, str], *, with_owners: bool
) -> DumpText:
    """Dump a database of our own.

    Raises:
        UnavailableError: this machine has no pg_dump for the server.
    """
    with await dump_throwaway(database, settings, with_owners=with_owners) as stream:
        return await run_sync(_read, stream)


def _read(stream: BinaryIO) -> DumpText:
    content = _NOISE.sub(b"", stream.read())
    return DumpText(content, hashlib.sha256(content).digest())


def _without_order(statement: str) -> str:
    """Sort the lines of a table: ADD COLUMN always appends, so no migration keeps their order.

    PostgreSQL prints what statistics are over in the order that the columns have in the table.
    """
    if over := _STATISTICS.fullmatch(statement):
        return f"{over[1]}{', '.join(sorted(over[2].split(', ')))}{over[3]}"
    if not _TABLE.match(statement):
        return statement
    first, *lines = statement.splitlines()
    return "\n".join((first, *sorted(line.rstrip(",") for line in lines)))


def _with_sorted_parameters(statement: str) -> str:
    if not _HOLDS_PARAMETERS.match(statement):
        return statement
    return _PARAMETERS.sub(lambda found: ", ".join(sorted(found[0].split(", "))), statement)


def _without_values(statement: str) -> str:
    """Leave out what options of a user mapping say: the catalog's reader compares their digest."""
    return _VALUE.sub("''", statement) if statement.startswith(_MAPPING) else statement


def _short(text: str) -> str:
    line = without_secrets(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} [... {len(line)} characters]"


def _few(lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - _MOST_SHOWN
    return tuple(lines) if more <= 0 else (*lines[:_MOST_SHOWN], f"and {more:,} more")
