"""What a statement does to rows: which it adds, changes and removes."""

from collections.abc import Iterator
from typing import Any, cast

from pglast import ast
from pglast.enums import CmdType

from server.engines.sql.deparse import deparse
from server.engines.sql.facts import forms
from server.engines.sql.facts.names import of_range
from server.engines.sql.parsing import given

WRITINGS: dict[type[ast.Node], forms.Writing] = {
    ast.InsertStmt: forms.Writing.INSERT,
    ast.UpdateStmt: forms.Writing.UPDATE,
    ast.DeleteStmt: forms.Writing.DELETE,
    ast.MergeStmt: forms.Writing.MERGE,
}


def written(node: Any) -> forms.Form:  # ruff: ignore[any-type] - four classes without a parent
    """Return what INSERT, UPDATE, DELETE or MERGE does."""
    writing, actions = WRITINGS[type(node)], _actions(node)
    is_plain = not any(
        getattr(node, part, None) for part in ("withClause", "fromClause", "usingClause")
    )
    return forms.WriteRows(
        writing,
        of_range(given(node.relation)),
        not isinstance(node, ast.UpdateStmt | ast.DeleteStmt) or bool(node.whereClause),
        _assignments(node),
        is_plain,
        tuple(dict.fromkeys(_columns(node))),
        writing is forms.Writing.INSERT or CmdType.CMD_INSERT in actions,
        writing is forms.Writing.DELETE or CmdType.CMD_DELETE in actions,
    )


def copied(node: ast.CopyStmt) -> forms.Form:
    """Return what COPY does."""
    if not node.is_from or node.relation is None:
        return forms.Other()
    table = of_range(node.relation)
    return forms.WriteRows(forms.Writing.COPY, table, is_filtered=True, may_add=True)


def _actions(node: ast.Node) -> frozenset[object]:
    whens = node.mergeWhenClauses if isinstance(node, ast.MergeStmt) else ()
    return frozenset(cast("ast.MergeWhenClause", each).commandType for each in whens or ())


def _columns(node: ast.Node) -> Iterator[str]:
    """Yield the columns of rows that are there which it gives values."""
    match node:
        case ast.UpdateStmt():
            yield from _named(node.targetList)
        case ast.InsertStmt() if node.onConflictClause is not None:
            yield from _named(node.onConflictClause.targetList)
        case ast.MergeStmt():
            for each in cast("tuple[ast.MergeWhenClause, ...]", node.mergeWhenClauses or ()):
                if each.commandType == CmdType.CMD_UPDATE:
                    yield from _named(each.targetList)
        case _:
            pass


def _named(targets: Any) -> Iterator[str]:  # ruff: ignore[any-type] - a field of several classes
    yield from (one.name or "" for one in cast("tuple[ast.ResTarget, ...]", targets or ()))


def _assignments(node: ast.Node) -> str:
    """Return what stands after SET, empty where it cannot be printed apart from its statement."""
    if not isinstance(node, ast.UpdateStmt):
        return ""
    targets = cast("tuple[ast.ResTarget, ...]", node.targetList or ())
    if any(one.indirection or isinstance(one.val, ast.MultiAssignRef) for one in targets):
        return ""
    return ", ".join(
        f"{deparse(ast.ColumnRef(fields=(ast.String(sval=one.name),)))} = {deparse(given(one.val))}"
        for one in targets
    )
