"""Prisma Migrate: a folder a migration; nothing begins a transaction but the file itself.

Before 7.4 a file was one query, which PostgreSQL makes one transaction; since then each statement
runs alone where Prisma's own parser can cut the file, which it cannot at DROP INDEX CONCURRENTLY
(prisma/prisma-engines 5767, 5847). BEGIN and COMMIT mean the same in both, and so does a file of
one statement. Prisma itself never runs a down.sql: `prisma db execute --file` does.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from server.engines.sql.formats.format import Fit, Format, Single, Where
from server.engines.sql.formats.model import (
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

_FOLDER = re.compile(r"(?P<version>[0-9]+)_.+", re.ASCII)
_OWN = "transaction: the file begins and ends its own"
_NONE = "transaction: none, the statement cannot run in one"


def _is_migration(file: SourceFile) -> bool:
    return file.name == "migration.sql" and bool(_FOLDER.fullmatch(file.folder))


def _fit(files: Sequence[SourceFile]) -> Fit:
    return Fit.CERTAIN if any(map(_is_migration, files)) else Fit.NOT


def _read(files: Sequence[SourceFile]) -> tuple[ScriptText, ...]:
    """Read the migrations by the names of their folders.

    Raises:
        InvalidInputError: a .sql file stands beside the folders.
    """
    for file in files:
        if file.name.endswith(".sql") and not file.folder:
            raise refusal(
                file.path,
                1,
                "a file beside the folders of migrations, which Prisma passes over",
                next_step="Move it to another folder.",
            )
    # A folder of any name counts for Prisma.
    found = sorted((file.folder, file) for file in files if file.name == "migration.sql")
    return tuple(ScriptText(file.path, file.content) for _, file in found)


def _content(file: SourceFile) -> bytes:
    return file.content


def _down_path(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}down.sql" if name == "migration.sql" else ""


def _write(script: Script) -> tuple[WrittenFile, ...]:
    return tuple(file for part in parts(script, one_by_one=True) for file in _written(script, part))


def _written(script: Script, part: Part) -> Iterator[WrittenFile]:
    named = (("migration", part.up), ("down", part.down)) if script.down else ()
    for name, block in named or (("migration", part.up),):
        note = _OWN if block.is_transactional else _NONE
        heading = comments(*script.header, *part.position, note)
        path = f"{part.version}_{script.name}/{name}.sql"
        yield WrittenFile(path, f"{heading}\n{enclosed(block)}".encode())


def _place(files: Sequence[SourceFile], now: datetime) -> Place:
    found = (_FOLDER.fullmatch(file.folder) for file in files)
    versions = (match["version"] for match in found if match)
    return Place(max(following(versions, now=clock(now), first=clock(now)), clock(now), key=int))


FORMAT = Format(
    name="prisma",
    looks_at=(Where("migration.sql", folder="*"), Where(".sql")),
    fit=_fit,
    read=_read,
    single=Single(_content, _content, _down_path),
    write=_write,
    place=_place,
    is_verbatim=True,
)
