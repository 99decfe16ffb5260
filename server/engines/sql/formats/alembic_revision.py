"""Reads an Alembic revision without running it: only literal SQL is followed."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from server.engines.sql.formats.bind_parameters import parameter, unescaped
from server.engines.sql.formats.model import SourceFile, refusal
from server.engines.sql.formats.sql_text import placed
from server.errors import InvalidInputError

_NOT_LITERAL = "a revision that is not literal SQL"
_TEXT = frozenset({"sa.text", "sqlalchemy.text", "text"})
_MOST_CODE = 8_000_000  # bytes; the parser's memory grows with the code


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision, those that must be applied before it, and its SQL with the lines it stands on."""

    path: str
    name: str
    after: tuple[str, ...]
    statements: tuple[tuple[int, str], ...]

    def sql(self) -> bytes:
        """The SQL that it applies."""
        return placed(self.statements)


def in_order(revisions: Iterable[Revision]) -> tuple[Revision, ...]:
    """Return the revisions so that each comes after those that it names.

    Raises:
        InvalidInputError: two have one name, one names a missing one, they go in a circle, or
            more than one is the last.
    """
    known: dict[str, Revision] = {}
    for revision in sorted(revisions, key=_path):
        if revision.name in known:
            raise refusal(revision.path, 1, f"the same revision as {known[revision.name].path}")
        known[revision.name] = revision
    _refuse_loose_ends(known.values(), known.keys())
    links = {name: revision.after for name, revision in known.items()}
    try:
        return tuple(known[name] for name in TopologicalSorter(links).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise InvalidInputError(f"The revisions go in a circle: {circle}.") from error


def _path(revision: Revision) -> str:
    return revision.path


def _refuse_loose_ends(revisions: Iterable[Revision], known: Iterable[str]) -> None:
    heads = set(known)
    for revision in revisions:
        if missing := set(revision.after).difference(known):
            names = ", ".join(sorted(missing))
            raise refusal(revision.path, 1, f"a revision after one that is not here: {names}")
        heads.difference_update(revision.after)
    if len(heads) > 1:
        raise InvalidInputError(
            f"More than one revision is the last: {', '.join(sorted(heads))}.",
            next_step="Merge them with `alembic merge heads`.",
        )


def revision_of(file: SourceFile) -> Revision:
    """Read one file.

    Raises:
        InvalidInputError: it is not Python, or its upgrade does more than run literal SQL.
    """
    module = _parsed(file)
    return Revision(
        file.path,
        "".join(_names(file, module, "revision")) or _no_name(file),
        (*_names(file, module, "down_revision"), *_names(file, module, "depends_on")),
        tuple(_statements(file, _upgrade(file, module).body)),
    )


def downgrade_of(file: SourceFile) -> tuple[tuple[int, str], ...]:
    """Return the SQL that undoes a revision, with its lines; none without a downgrade.

    Raises:
        InvalidInputError: it is not Python, or its downgrade does more than run literal SQL.
    """
    function = _function(file, _parsed(file), "downgrade")
    return tuple(_statements(file, function.body)) if function else ()


def _parsed(file: SourceFile) -> ast.Module:
    if len(file.content) > _MOST_CODE:
        raise refusal(file.path, 1, f"more than {_MOST_CODE:,} bytes of Python")
    try:
        return ast.parse(file.text(), file.path)
    except SyntaxError as error:
        raise refusal(file.path, error.lineno or 1, f"not Python, {error.msg}") from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise refusal(file.path, 1, "Python that is nested too deeply, or holds a NUL") from error


def _no_name(file: SourceFile) -> str:
    raise refusal(file.path, 1, "no literal revision = '...'")


def _names(file: SourceFile, module: ast.Module, variable: str) -> tuple[str, ...]:
    """Return what a variable of the module is set to: None, a text or several."""
    for node in module.body:
        if variable in _targets(node):
            return _literals(file, node)
    return ()


def _targets(node: ast.stmt) -> Sequence[str]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
        case _:
            return ()


def _literals(file: SourceFile, node: ast.stmt) -> tuple[str, ...]:
    match getattr(node, "value", None):
        case ast.Constant(value=None):
            return ()
        case ast.Constant(value=str() as name):
            return (name,)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            names = tuple(part.value for part in parts if isinstance(part, ast.Constant))
            texts = tuple(name for name in names if isinstance(name, str))
            if len(texts) == len(parts):
                return texts
        case _:
            pass
    raise _not_followed(file, node)


def _upgrade(file: SourceFile, module: ast.Module) -> ast.FunctionDef:
    function = _function(file, module, "upgrade")
    if function is None:
        raise refusal(file.path, 1, "no function upgrade()")
    return function


def _function(file: SourceFile, module: ast.Module, name: str) -> ast.FunctionDef | None:
    found = [node for node in module.body if getattr(node, "name", "") == name]
    match found:
        case [ast.FunctionDef(decorator_list=[]) as function]:
            return function
        case [*_, other]:
            raise _not_followed(file, other)
        case _:
            return None


def _statements(file: SourceFile, body: Sequence[ast.stmt]) -> Iterator[tuple[int, str]]:
    for node in body:
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
                pass
            case ast.Expr(value=ast.Call() as call):
                yield _executed(file, call)
            case ast.With(items=[ast.withitem(context_expr=block, optional_vars=None)]) if (
                _is_autocommit(block)
            ):
                yield from _statements(file, node.body)
            case _:
                raise _not_followed(file, node)


def _is_autocommit(node: ast.expr) -> bool:
    """Tell whether it is `op.get_context().autocommit_block()`."""
    match node:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(func=context, args=[], keywords=[]), attr="autocommit_block"
            ),
            args=[],
            keywords=[],
        ):
            return _dotted(context) == "op.get_context"
        case _:
            return False


def _executed(file: SourceFile, call: ast.Call) -> tuple[int, str]:
    literal = _argument(call, {"op.execute"})
    if isinstance(literal, ast.Call):
        literal = _argument(literal, _TEXT)
    if not isinstance(literal, ast.Constant) or not isinstance(literal.value, str):
        raise _not_followed(file, call)
    if name := parameter(literal.value):
        raise refusal(
            file.path,
            literal.lineno,
            f"{_NOT_LITERAL}: SQLAlchemy takes {name} for a parameter",
            next_step=f"Write \\{name} if it is plain text.",
        )
    return literal.lineno, unescaped(literal.value)


def _argument(call: ast.Call, names: Iterable[str]) -> ast.expr | None:
    """Return the only argument of a call of one of these; None of any other call."""
    match call:
        case ast.Call(func=function, args=[argument], keywords=[]):
            return argument if _dotted(function) in names else None
        case _:
            return None


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return f"{module}.{name}"
        case _:
            return ""


def _not_followed(file: SourceFile, node: ast.stmt | ast.expr) -> InvalidInputError:
    lines = (ast.get_source_segment(file.text(), node) or type(node).__name__).splitlines()
    return refusal(
        file.path,
        node.lineno,
        f"{_NOT_LITERAL}: {lines[0][:120]}",
        next_step="Only op.execute of literal text is read; the file is never executed.",
    )
