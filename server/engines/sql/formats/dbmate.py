"""dbmate: one file with a part for each direction, each part one query in a transaction.

A part marked `transaction:false` is still one query, and PostgreSQL makes a transaction of a query
with several statements (amacneil/dbmate issues 126 and 182), so such a part has one statement.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from server.engines.sql.formats.format import Fit, Format, Single, Where
from server.engines.sql.formats.model import (
    Block,
    Place,
    Script,
    ScriptText,
    SourceFile,
    WrittenFile,
    refusal,
)
from server.engines.sql.formats.parts import Part, parts
from server.engines.sql.formats.sql_text import comments, listed
from server.engines.sql.formats.versions import clock, following
from server.errors import InvalidInputError

# pkg/dbmate/migration.go, upRegExp and downRegExp, with the blanks of Go.
_BLANK = r"[\t\n\f\r ]"
_UP = re.compile(rf"^--{_BLANK}*migrate:up({_BLANK}*$|{_BLANK}+[^\t\n\f\r ]+)", re.MULTILINE)
_DOWN = re.compile(rf"^--{_BLANK}*migrate:down({_BLANK}*$|{_BLANK}+[^\t\n\f\r ]+)$", re.MULTILINE)
_NO_STATEMENT = re.compile(rf"{_BLANK}*(?:--.*)?", re.DOTALL)
_VERSION = re.compile(r"[0-9]+")
_ITS_OWN = "transaction: dbmate's"
_NONE = "transaction: none, the statement cannot run in one"


def _fit(files: Sequence[SourceFile]) -> Fit:
    # The beginning may end inside a character.
    heads = (file.content.decode(errors="replace") for file in files if _is_candidate(file))
    return Fit.CERTAIN if any(_UP.search(head) for head in heads) else Fit.NOT


def _is_candidate(file: SourceFile) -> bool:
    return file.path.endswith(".sql") and not file.folder


def _read(files: Sequence[SourceFile]) -> tuple[ScriptText, ...]:
    """Read the parts that go forward, by the names of their files.

    Raises:
        InvalidInputError: a .sql file has no number, no such part, or SQL before it.
    """
    found = sorted((file.path, file) for file in files if _is_candidate(file))
    return tuple(ScriptText(path, _forward(file)) for path, file in found)


def _forward(file: SourceFile) -> bytes:
    text = file.text()
    up, down = _UP.search(text), _DOWN.search(text)
    if not _VERSION.match(file.name):
        raise refusal(file.path, 1, "a name without a number, which dbmate passes over")
    if not up:
        raise refusal(file.path, 1, "no line of -- migrate:up")
    end = down.start() if down else len(text)
    if end < up.start():
        raise refusal(file.path, _line(text, end), "-- migrate:down before -- migrate:up")
    if not all(map(_NO_STATEMENT.fullmatch, text[: up.start()].split("\n"))):
        raise refusal(file.path, 1, "SQL before -- migrate:up")
    return ("\n" * text.count("\n", 0, up.start()) + text[up.start() : end]).encode()


def _back(file: SourceFile) -> bytes:
    """Return the part that goes back; `_forward` refuses one that stands before the other."""
    text = file.text()
    down = _DOWN.search(text)
    if not down:
        return b""
    return ("\n" * text.count("\n", 0, down.start()) + text[down.start() :]).encode()


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _write(script: Script) -> tuple[WrittenFile, ...]:
    return tuple(_written(script, part) for part in parts(script, one_by_one=True))


def _written(script: Script, part: Part) -> WrittenFile:
    heading = comments(*script.header, *part.position)
    up = f"{_marked('up', part.up)}\n{listed(part.up)}\n"
    text = f"{heading}\n{up}{_marked('down', part.down)}\n{listed(part.down)}"
    marks = [mark.start() for mark in (_UP.search(text), _DOWN.search(text)) if mark]
    if marks != [len(heading) + 1, len(heading) + 1 + len(up)]:
        raise InvalidInputError(
            "A line of the migration reads like a mark of dbmate: -- migrate:up or :down.",
            next_step="Choose another format.",
        )
    return WrittenFile(f"{part.version}_{script.name}.sql", text.encode())


def _marked(direction: str, block: Block) -> str:
    if block.is_transactional:
        return f"-- migrate:{direction}\n{comments(_ITS_OWN)}"
    return f"-- migrate:{direction} transaction:false\n{comments(_NONE)}"


def _place(files: Sequence[SourceFile], now: datetime) -> Place:
    found = (_VERSION.match(file.name) for file in files if _is_candidate(file))
    versions = (match.group() for match in found if match)
    return Place(following(versions, now=clock(now), first=clock(now)))


FORMAT = Format(
    name="dbmate",
    looks_at=(Where(".sql"),),
    fit=_fit,
    read=_read,
    single=Single(_forward, _back),
    write=_write,
    place=_place,
    wraps=True,
)
