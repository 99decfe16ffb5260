"""SQL files without a runner: numbered ones for each direction, or any that run by name."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from server.engines.sql.formats.format import Fit, Format, Single, Where
from server.engines.sql.formats.model import (
    Block,
    Place,
    Script,
    ScriptText,
    SourceFile,
    WrittenFile,
)
from server.engines.sql.formats.sql_text import comments, enclosed
from server.engines.sql.formats.versions import clock, following

_NUMBER = re.compile(r"[0-9]+")
_OWN = "transaction: the file begins and ends its own; run it with psql -v ON_ERROR_STOP=1 -f"
_NONE = "transaction: none around the whole file, some of it cannot run in one"


def _fit(files: Sequence[SourceFile]) -> Fit:
    return Fit.POSSIBLE if any(_is_sql(file) for file in files) else Fit.NOT


def _is_sql(file: SourceFile) -> bool:
    return file.path.endswith(".sql") and not file.folder


def _read(files: Sequence[SourceFile]) -> tuple[ScriptText, ...]:
    """Read the files by name; those that go back are left out."""
    forward = [file for file in files if _is_sql(file) and not file.name.endswith(".down.sql")]
    return tuple(ScriptText(file.path, file.content) for file in sorted(forward, key=_path))


def _forward(file: SourceFile) -> bytes:
    return b"".join(script.sql for script in _read([file]))


def _back(file: SourceFile) -> bytes:
    return file.content


def _down_path(path: str) -> str:
    stem, ending = path.removesuffix(".sql").removesuffix(".up"), path.endswith(".sql")
    return f"{stem}.down.sql" if ending and not stem.endswith(".down") else ""


def _path(file: SourceFile) -> str:
    return file.path


def _write(script: Script) -> tuple[WrittenFile, ...]:
    """Write one file a direction: nothing but the statements decides what is committed when."""
    return tuple(
        WrittenFile(
            f"{script.version}_{script.name}.{direction}.sql",
            f"{comments(*script.header, *_about(blocks))}\n{_joined(blocks)}".encode(),
        )
        for direction, blocks in (("up", script.up), ("down", script.down))
        if blocks
    )


def _about(blocks: Iterable[Block]) -> tuple[str, ...]:
    return (_OWN,) if all(block.is_transactional for block in blocks) else (_OWN, _NONE)


def _joined(blocks: Iterable[Block]) -> str:
    return "\n".join(map(enclosed, blocks))


def _place(files: Sequence[SourceFile], now: datetime) -> Place:
    found = (_NUMBER.match(file.name) for file in files if _is_sql(file))
    versions = (match.group() for match in found if match)
    return Place(following(versions, now=clock(now), first="0001"))


FORMAT = Format(
    name="plain",
    looks_at=(Where(".sql"),),
    fit=_fit,
    read=_read,
    single=Single(_forward, _back, _down_path),
    write=_write,
    place=_place,
    is_verbatim=True,
    keeps_session=True,
)
