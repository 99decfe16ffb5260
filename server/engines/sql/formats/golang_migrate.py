"""golang-migrate: a file a direction, sent to PostgreSQL as one query.

A query of several statements is a transaction unless it says BEGIN itself, so what cannot run in
one stands alone in a file (database/postgres/README.md, "Multi-statement mode").
"""

import re
from collections.abc import Iterator, Sequence
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
from server.engines.sql.formats.sql_text import comments, enclosed
from server.engines.sql.formats.versions import clock, following

# source/parse.go, Regex
_NAME = re.compile(r"(?P<version>[0-9]+)_.*\.(?P<direction>down|up)\.sql", re.ASCII)
_UP, _DOWN = ".up.sql", ".down.sql"
_OWN = "transaction: the file begins and ends its own; run it without x-use-transaction"
_NONE = "transaction: none, the statement cannot run in one; run it without x-use-transaction"


def _match(file: SourceFile) -> re.Match[str] | None:
    return None if file.folder else _NAME.fullmatch(file.name)


def _fit(files: Sequence[SourceFile]) -> Fit:
    """Among files with other names, as plain SQL allows them, it is not this format."""
    found = [_match(file) for file in files if file.name.endswith(".sql") and not file.folder]
    return Fit.CERTAIN if found and all(found) else Fit.NOT


def _read(files: Sequence[SourceFile]) -> tuple[ScriptText, ...]:
    """Read the files that go forward by their numbers.

    Raises:
        InvalidInputError: a .sql file is called otherwise, or two have one number.
    """
    found: dict[int, SourceFile] = {}
    for file in files:
        version = _forward_version(file)
        if version is None:
            continue
        if version in found:
            raise refusal(file.path, 1, f"the same version as {found[version].path}")
        found[version] = file
    ordered = (found[version] for version in sorted(found))
    return tuple(ScriptText(file.path, file.content) for file in ordered)


def _forward(file: SourceFile) -> bytes:
    return b"".join(script.sql for script in _read([file]))


def _back(file: SourceFile) -> bytes:
    return file.content


def _down_path(path: str) -> str:
    return path.removesuffix(_UP) + _DOWN if path.endswith(_UP) else ""


def _forward_version(file: SourceFile) -> int | None:
    if file.folder or not file.name.endswith(".sql"):
        return None
    match = _match(file)
    if not match:
        raise refusal(
            file.path,
            1,
            "golang-migrate passes over a file of this name",
            next_step="Name it VERSION_TITLE.up.sql, or move it to another folder.",
        )
    return int(match["version"]) if match["direction"] == "up" else None


def _write(script: Script) -> tuple[WrittenFile, ...]:
    return tuple(file for part in parts(script, one_by_one=True) for file in _written(script, part))


def _written(script: Script, part: Part) -> Iterator[WrittenFile]:
    directions = (("up", part.up), ("down", part.down)) if script.down else (("up", part.up),)
    for direction, block in directions:
        path = f"{part.version}_{script.name}.{direction}.sql"
        yield WrittenFile(path, f"{_heading(script, part, block)}\n{enclosed(block)}".encode())


def _heading(script: Script, part: Part, block: Block) -> str:
    return comments(*script.header, *part.position, _OWN if block.is_transactional else _NONE)


def _place(files: Sequence[SourceFile], now: datetime) -> Place:
    versions = (match["version"] for match in map(_match, files) if match)
    return Place(following(versions, now=clock(now), first="000001"))


FORMAT = Format(
    name="golang-migrate",
    looks_at=(Where(".sql"),),
    fit=_fit,
    read=_read,
    single=Single(_forward, _back, _down_path),
    write=_write,
    place=_place,
    is_verbatim=True,
)
