"""Calls that a condition makes for each row although they do not need the row."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from pglast import ast
from pglast.enums import SubLinkType

from server.engines.sql.deparse import deparse
from server.engines.sql.expression import is_free_of_row, tree
from server.engines.sql.parsing import given, walk

_WRAPPABLE = ast.A_Expr | ast.BoolExpr | ast.CoalesceExpr | ast.FuncCall | ast.TypeCast
"""What means the same alone and as the one value of a sub-select; a row constructor does not."""
_REMEMBERED = 512  # answers kept: the policies of many tables say the same
_PLACE = re.compile(r"location$|list_(start|end)$")


@dataclass(frozen=True, slots=True)
class Call:
    """A function as a condition names it; without a schema it is PostgreSQL's own."""

    schema: str
    name: str


@lru_cache(_REMEMBERED)
def row_free_calls(text: str) -> frozenset[Call]:
    """Return the functions called outside sub-selects in parts that mention no column."""
    root = tree(text)
    found = _outermost(root, lambda part: bool(_calls(part))) if root else ()
    return frozenset(call for part in found for call in _calls(part))


def wrapped(text: str, *, steady: Callable[[Call], bool]) -> str | None:
    """Return the condition with its parts that need no row as sub-selects, evaluated only once.

    Only parts whose calls all are `steady`, returning the same throughout one statement, change.
    None where nothing changes, or the new text would not certainly be read as it was meant.
    """
    root = tree(text)
    if root is None:
        return None
    parts = [*_outermost(root, lambda part: _is_wrappable(part, steady))]
    if not parts:
        return None
    changed = cast("ast.Node", _replaced(root, {id(part) for part in parts}))
    printed = deparse(changed)
    return printed if _shape(tree(printed)) == _shape(changed) else None


def _is_wrappable(part: ast.Node, steady: Callable[[Call], bool]) -> bool:
    calls = _calls(part)
    return isinstance(part, _WRAPPABLE) and bool(calls) and all(map(steady, calls))


def _outermost(node: object, wanted: Callable[[ast.Node], bool]) -> Iterator[ast.Node]:
    """Yield the largest wanted parts that need no row; the insides of sub-selects are no parts."""
    if isinstance(node, tuple):
        for each in cast("tuple[Any, ...]", node):
            yield from _outermost(each, wanted)
    elif isinstance(node, ast.SubLink):
        yield from _outermost(node.testexpr, wanted)
    elif isinstance(node, ast.Node):
        if _is_alone(node) and wanted(node):
            yield node
            return
        for name in node:
            yield from _outermost(getattr(node, name), wanted)


def _is_alone(node: ast.Node) -> bool:
    return is_free_of_row(node) and not any(isinstance(each, ast.SubLink) for each in walk(node))


def _calls(part: ast.Node) -> frozenset[Call]:
    return frozenset(_call(each) for each in walk(part) if isinstance(each, ast.FuncCall))


def _call(node: ast.FuncCall) -> Call:
    *schema, name = (part.sval for part in given(node.funcname))
    return Call("" if schema in ([], ["pg_catalog"]) else schema[-1], name)


def _replaced(node: object, parts: set[int]) -> object:
    """Return a tree with each of the parts in a sub-select of its own."""
    if isinstance(node, tuple):
        return tuple(_replaced(each, parts) for each in cast("tuple[Any, ...]", node))
    if not isinstance(node, ast.Node):
        return node
    if id(node) in parts:
        return ast.SubLink(
            subLinkType=SubLinkType.EXPR_SUBLINK,
            subselect=ast.SelectStmt(targetList=(ast.ResTarget(val=node),)),
        )
    make = cast("Callable[..., ast.Node]", type(node))
    return make(**{name: _replaced(getattr(node, name), parts) for name in node})


def _shape(node: object) -> object:
    """Return what a tree means: all but places in the text, and fields left at nothing."""
    if isinstance(node, tuple):
        return tuple(_shape(each) for each in cast("tuple[Any, ...]", node))
    if not isinstance(node, ast.Node):
        return node
    fields = ((name, getattr(node, name)) for name in node if not _PLACE.search(name))
    return (type(node).__name__, tuple((name, _shape(value)) for name, value in fields if value))
