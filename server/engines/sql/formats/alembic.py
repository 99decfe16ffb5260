"""Alembic: a Python file a revision, all in one transaction unless env.py says otherwise.

What cannot run in one stands in an autocommit block, which commits what came before. An empty one
is how a revision commits the revisions before it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from server.engines.sql.formats.alembic_revision import (
    Revision,
    downgrade_of,
    in_order,
    revision_of,
)
from server.engines.sql.formats.bind_parameters import escaped
from server.engines.sql.formats.format import Fit, Format, Single, Where
from server.engines.sql.formats.model import (
    Block,
    Place,
    Script,
    ScriptText,
    SourceFile,
    WrittenFile,
)
from server.engines.sql.formats.parts import Part, parts
from server.engines.sql.formats.sql_text import NOTHING, comments, placed
from server.engines.sql.formats.versions import clock, following

_MARK = b"down_revision"
_NO_REVISIONS = frozenset({"__init__.py", "env.py"})
_AUTOCOMMIT = "with op.get_context().autocommit_block():"
_NOTES = (
    "transaction: Alembic's; what cannot run in one is in an autocommit block",
    "set transaction_per_migration=True in env.py",
)
_LONGEST_LINE = 88


def _fit(files: Sequence[SourceFile]) -> Fit:
    return Fit.CERTAIN if any(_MARK in file.content for file in _candidates(files)) else Fit.NOT


def _candidates(files: Sequence[SourceFile]) -> Sequence[SourceFile]:
    """Return the files that Alembic takes for revisions: those of `versions`, if it is there."""
    found = [file for file in files if file.name.endswith(".py") and file.name not in _NO_REVISIONS]
    return [file for file in found if file.folder == "versions"] or [
        file for file in found if not file.folder
    ]


def _revisions(files: Sequence[SourceFile]) -> tuple[Revision, ...]:
    return in_order(map(revision_of, _candidates(files)))


def _read(files: Sequence[SourceFile]) -> tuple[ScriptText, ...]:
    """Read the revisions in the order of their links; none is executed.

    Raises:
        InvalidInputError: one does more than run literal SQL, or the links are no chain.
    """
    return tuple(ScriptText(one.path, one.sql()) for one in _revisions(files))


def _forward(file: SourceFile) -> bytes:
    return revision_of(file).sql()


def _back(file: SourceFile) -> bytes:
    return placed(downgrade_of(file))


def _write(script: Script) -> tuple[WrittenFile, ...]:
    cut = parts(script)
    previous = (script.previous, *(part.version for part in cut))
    return tuple(
        WrittenFile(f"{part.version}_{script.name}.py", _text(script, part, before).encode())
        for part, before in zip(cut, previous, strict=False)
    )


def _text(script: Script, part: Part, previous: str) -> str:
    down_revision = f'"{previous}"' if previous else "None"
    lines = (
        f'"""{script.name.replace("_", " ")}"""',
        "",
        comments(*script.header, *part.position, *_NOTES, mark="#"),
        "from alembic import op",
        "",
        f'revision = "{part.version}"',
        f"down_revision = {down_revision}",
        "branch_labels = None",
        "depends_on = None",
        *_function("upgrade", part.up, commits=part.breaks_up),
        *_function("downgrade", part.down, commits=part.breaks_down),
    )
    return "\n".join(lines) + "\n"


def _function(name: str, block: Block, *, commits: bool) -> Iterable[str]:
    yield from ("", "", f"def {name}() -> None:")
    if commits:
        yield f"    {_AUTOCOMMIT}"
        yield "        pass  # commits what came before"
    if not block.statements:
        yield f"    pass  # {NOTHING}"
        return
    if not block.is_transactional:
        yield f"    {_AUTOCOMMIT}"
    indent = "    " if block.is_transactional else "        "
    yield from (f"{indent}op.execute({_literal(escaped(sql))})" for sql in block.statements)


def _literal(text: str) -> str:
    """Return a Python literal of a text, in which no line may end in a carriage return."""
    plain = text.replace("\\", "\\\\").replace("\r", "\\r").replace("\0", "\\x00")
    if "\n" not in plain and '"' not in plain and len(plain) < _LONGEST_LINE:
        return f'"{plain}"'
    quoted = plain.replace('"""', r"\"\"\"")
    if quoted.endswith('"'):
        quoted = quoted[:-1] + r"\""
    return f'"""{quoted}"""'


def _place(files: Sequence[SourceFile], now: datetime) -> Place:
    revisions = _revisions(files)
    versions = (one.name for one in revisions if one.name.isdecimal() and one.name.isascii())
    version = max(following(versions, now=clock(now), first=clock(now)), clock(now), key=int)
    return Place(version, revisions[-1].name if revisions else "")


FORMAT = Format(
    name="alembic",
    looks_at=(Where(".py"), Where(".py", folder="versions")),
    fit=_fit,
    read=_read,
    single=Single(_forward, _back),
    write=_write,
    place=_place,
    wraps=True,
    keeps_session=True,
)
