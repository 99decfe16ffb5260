"""node-pg-migrate: a JavaScript file a migration, all in one transaction unless told otherwise.

`pgm.noTransaction()` commits what came before; a part that only needs that commits by itself, and
begins anew, so that its own statements and the runner's note of it stay together. Each `pgm.sql`
is a query of its own.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from server.engines.sql.formats.format import Fit, Format, Single, Where
from server.engines.sql.formats.javascript_migration import back, forward
from server.engines.sql.formats.javascript_text import template
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
from server.engines.sql.formats.sql_text import NOTHING, comments, placed

_ENDINGS = (".js", ".cjs", ".mjs", ".ts")
_PREFIX = re.compile(r"(?P<number>[0-9]+)_", re.ASCII)
_UTC_DIGITS = 17
# src/sqlMigration.ts, createMigrationCommentRegex; there it may go on over lines, which in SQL
# would leave words that are no comment.
_SQL_MARK = r"^[^\S\n]*+--(?:[^\S\n]|-)*+{}[^\S\n]+migration"
_SQL_UP = re.compile(_SQL_MARK.format("up"), re.IGNORECASE | re.MULTILINE)
_SQL_DOWN = re.compile(_SQL_MARK.format("down"), re.IGNORECASE | re.MULTILINE)
_NOTES = ("transaction: node-pg-migrate's, except where a function says pgm.noTransaction()",)


def _fit(files: Sequence[SourceFile]) -> Fit:
    return Fit.CERTAIN if any(map(_is_marked, files)) else Fit.NOT


def _is_marked(file: SourceFile) -> bool:
    if not _PREFIX.match(file.name) or not _is_candidate(file):
        return False
    if file.name.endswith(_ENDINGS):
        return b"pgm" in file.content
    return bool(_SQL_UP.search(file.content.decode(errors="replace")))


def _is_candidate(file: SourceFile) -> bool:
    return file.name.endswith((*_ENDINGS, ".sql")) and not file.folder


def _read(files: Sequence[SourceFile]) -> tuple[ScriptText, ...]:
    """Read the files by the times in their names; none is executed.

    Raises:
        InvalidInputError: a file has no such name, is TypeScript, or does more than run literal
            SQL.
    """
    found = sorted((_moment(file), file.name, file) for file in files if _is_candidate(file))
    return tuple(ScriptText(file.path, _forward(file)) for _, _, file in found)


def _moment(file: SourceFile) -> int:
    """Return the milliseconds that a name begins with; 17 digits are a date and a time."""
    match = _PREFIX.match(file.name)
    if not match:
        raise refusal(file.path, 1, "a name that does not begin with a time and _")
    digits = match["number"]
    if len(digits) != _UTC_DIGITS:
        return int(digits)
    try:
        second = datetime.strptime(digits[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise refusal(file.path, 1, f"a name that begins with no time: {digits}") from error
    return int(second.timestamp()) * 1000 + int(digits[14:])


def _forward(file: SourceFile) -> bytes:
    if file.name.endswith(".sql"):
        return _forward_sql(file.text())
    _refuse_typescript(file)
    return placed(forward(file))


def _back(file: SourceFile) -> bytes:
    if file.name.endswith(".sql"):
        return _back_sql(file.text())
    _refuse_typescript(file)
    return placed(back(file))


def _refuse_typescript(file: SourceFile) -> None:
    if file.name.endswith(".ts"):
        raise refusal(
            file.path,
            1,
            "a migration in TypeScript, which is not read",
            next_step="Write it as JavaScript or SQL.",
        )


def _forward_sql(text: str) -> bytes:
    """Return what the runner takes for the way forward: all, where nothing marks a beginning."""
    up, down = _SQL_UP.search(text), _SQL_DOWN.search(text)
    return _between(text, up, down) if up else text.encode()


def _back_sql(text: str) -> bytes:
    up, down = _SQL_UP.search(text), _SQL_DOWN.search(text)
    return _between(text, down, up) if down else b""


def _between(text: str, begin: re.Match[str], other: re.Match[str] | None) -> bytes:
    """Return what stands from one mark to the next, on the lines it has in the file."""
    end = other.start() if other and other.start() > begin.start() else len(text)
    return ("\n" * text.count("\n", 0, begin.start()) + text[begin.start() : end]).encode()


def _write(script: Script) -> tuple[WrittenFile, ...]:
    return tuple(
        WrittenFile(f"{part.version}_{script.name}.js", _text(script, part).encode())
        for part in parts(script)
    )


def _text(script: Script, part: Part) -> str:
    heading = comments(*script.header, *part.position, *_NOTES, mark="//")
    up = _function("up", part.up, commits=part.breaks_up)
    # `false` tells the runner that there is no way back.
    down = _function("down", part.down, commits=part.breaks_down) if script.down else ()
    return "\n".join((heading, *up, "", *(down or ("exports.down = false;",)), ""))


def _function(name: str, block: Block, *, commits: bool) -> Iterator[str]:
    yield f"exports.{name} = (pgm) => {{"
    if commits:
        yield '  pgm.sql("COMMIT");'
        yield '  pgm.sql("BEGIN");'
    if not block.is_transactional:
        yield "  pgm.noTransaction();"
    yield from (f"  pgm.sql({template(sql)});" for sql in block.statements)
    if not block.statements:
        yield f"  // {NOTHING}"
    yield "};"


def _place(files: Sequence[SourceFile], now: datetime) -> Place:
    found = [_moment(file) for file in files if _is_candidate(file)]
    return Place(str(max(int(now.timestamp() * 1000), max(found, default=0) + 1)))


FORMAT = Format(
    name="node-pg-migrate",
    looks_at=(*(Where(ending) for ending in _ENDINGS), Where(".sql")),
    fit=_fit,
    read=_read,
    single=Single(_forward, _back),
    write=_write,
    place=_place,
    wraps=True,
    keeps_session=True,
)
