"""What an expression that PostgreSQL printed says, read with PostgreSQL's own grammar.

An expression that cannot be read here says nothing: every function then finds nothing in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType
from pglast.parser import ParseError, parse_sql

from server.engines.sql.parsing import given, walk

_MOST_CHARACTERS = 50_000
_MOST_LEVELS = 60  # the printer recurses several times a level, and Python's stack is small
_REMEMBERED = 512  # answers kept: the policies of many tables say the same
_MEMBER_OPERATORS = frozenset({"->", "->>", "#>", "#>>"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A column and the texts that it must be one of."""

    column: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Equality:
    """A column that a condition wants equal to something computed without the row."""

    column: str
    is_cast_to_text: bool


@lru_cache(_REMEMBERED)
def columns(text: str) -> frozenset[str]:
    """Return the names of all columns that an expression mentions, in sub-selects too."""
    root = tree(text)
    references = (each for each in walk(root) if isinstance(each, ast.ColumnRef)) if root else ()
    return frozenset(name for each in references if (name := _column_name(each)))


@lru_cache(_REMEMBERED)
def is_always_true(text: str) -> bool:
    """Tell whether a condition holds for every row by what it says, as `true` and `1 = 1` do."""
    root = tree(text)
    return root is not None and _truth(root) is True


@lru_cache(_REMEMBERED)
def equalities(text: str) -> tuple[Equality, ...]:
    """Return the equalities that all must hold for the condition to hold.

    Left out are comparisons with a constant, which say nothing about who asks, and those with the
    rows of a sub-select, which no index serves.
    """
    root = tree(text)
    found = (_equality(each) for each in _conjuncts(root)) if root else ()
    return tuple(each for each in found if each is not None)


@lru_cache(_REMEMBERED)
def choice(text: str) -> Choice | None:
    """Return the column and the texts, if a condition lists what the column may hold."""
    root = tree(text)
    match root:
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP_ANY) if _operator(root) == "=":
            column = _column_of(_uncast(root.lexpr))
            array = _uncast(root.rexpr)
            elements = array.elements or () if isinstance(array, ast.A_ArrayExpr) else ()
            texts = [_text(each) for each in elements]
            if column is not None and texts and None not in texts:
                return Choice(column, tuple(text for text in texts if text is not None))
        case _:
            pass
    return None


@lru_cache(_REMEMBERED)
def reads_member(text: str, names: frozenset[str]) -> bool:
    """Tell whether an expression looks into a JSON value for a member with one of the names."""
    root = tree(text)
    steps = (step for each in walk(root) for step in _steps(each)) if root else ()
    return any(step in names for step in steps)


def tree(text: str) -> ast.Node | None:
    """Return the tree of one expression; None where it is no such thing or too large to walk."""
    if len(text) > _MOST_CHARACTERS:
        return None
    try:
        found = parse_sql(f"SELECT ({text}\n)")
    except ParseError:
        return None
    match [each.stmt for each in found]:
        case [ast.SelectStmt(targetList=(target,), fromClause=None, sortClause=None)]:
            root = target.val
            return root if root is not None and _levels(root) <= _MOST_LEVELS else None
        case _:
            return None


def is_free_of_row(node: ast.Node) -> bool:
    """Tell whether an expression needs no row: it has neither columns nor sub-selects over some."""
    return not any(
        isinstance(each, ast.ColumnRef) or (isinstance(each, ast.SelectStmt) and each.fromClause)
        for each in walk(node)
    )


def _levels(root: ast.Node) -> int:
    """Return how deep a tree is; a list holds what is to come, so depth costs no stack."""
    deepest = 0
    waiting: list[tuple[Any, int]] = [(root, 1)]
    while waiting:
        here, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(here, tuple):
            waiting.extend((each, level) for each in cast("tuple[Any, ...]", here))
        elif isinstance(here, ast.Node):
            waiting.extend((getattr(here, name), level + 1) for name in here)
    return deepest


def _truth(node: object) -> bool | None:
    """Return what a condition is for every row, None where that depends."""
    match _uncast(node):
        case ast.A_Const(val=ast.Boolean() as value):
            return bool(value.boolval)
        case ast.A_Const(val=ast.String() as value) if value.sval in {"t", "true"}:
            return True
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP) as comparison if _operator(comparison) == "=":
            left, right = _uncast(comparison.lexpr), _uncast(comparison.rexpr)
            is_known = isinstance(left, ast.A_Const) and not left.isnull
            return True if is_known and left == right else None
        case ast.BoolExpr() as node:
            return _truth_of(given(node.boolop), [_truth(each) for each in node.args or ()])
        case _:
            return None


def _truth_of(operator: BoolExprType, parts: list[bool | None]) -> bool | None:
    match operator:
        case BoolExprType.AND_EXPR:
            return False if False in parts else None if None in parts else True
        case BoolExprType.OR_EXPR:
            return True if True in parts else None if None in parts else False
        case _:
            return None if parts[0] is None else not parts[0]


def _conjuncts(node: ast.Node) -> Iterator[ast.Node]:
    if isinstance(node, ast.BoolExpr) and node.boolop is BoolExprType.AND_EXPR:
        for each in node.args or ():
            yield from _conjuncts(each)
    else:
        yield node


def _equality(node: ast.Node) -> Equality | None:
    match node:
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP) if _operator(node) == "=":
            sides = ((node.lexpr, node.rexpr), (node.rexpr, node.lexpr))
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP_ANY) if _operator(node) == "=":
            sides = ((node.lexpr, node.rexpr),)
        case _:
            return None
    for own, other in sides:
        column = _column_of(own) or _column_of(_uncast_text(own))
        if column is not None and _is_computed(other):
            return Equality(column, is_cast_to_text=isinstance(own, ast.TypeCast))
    return None


def _is_computed(node: object) -> bool:
    """Tell whether a value is computed without the row, and not simply written down."""
    makers = ast.FuncCall | ast.SQLValueFunction | ast.SubLink
    return (
        isinstance(node, ast.Node)
        and is_free_of_row(node)
        and any(isinstance(each, makers) for each in walk(node))
    )


def _steps(node: ast.Node) -> Iterator[str]:
    """Yield the members that an access to a JSON value names."""
    match node:
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP) if _operator(node) in _MEMBER_OPERATORS:
            path = _text(node.rexpr)
            yield from (path or "").strip("{}").split(",")
            yield from _texts_below(node.rexpr)
        case ast.A_Indices():
            yield from _texts_below(node.uidx)
        case ast.FuncCall() if given(node.funcname)[-1].sval.startswith("json"):
            for argument in given(node.args or ())[1:]:
                yield from _texts_below(argument)
        case _:
            pass


def _texts_below(node: object) -> Iterator[str]:
    constants = walk(node) if isinstance(node, ast.Node) else ()
    return (text for each in constants if (text := _text(each)) is not None)


def _operator(node: ast.A_Expr) -> str:
    return given(node.name)[-1].sval


def _text(node: object) -> str | None:
    match _uncast(node):
        case ast.A_Const(val=ast.String() as value):
            return value.sval
        case _:
            return None


def _column_of(node: object) -> str | None:
    return _column_name(node) if isinstance(node, ast.ColumnRef) else None


def _column_name(node: ast.ColumnRef) -> str | None:
    last = given(node.fields)[-1]
    return last.sval if isinstance(last, ast.String) else None


def _uncast(node: object) -> object:
    match node:
        case ast.TypeCast(arg=inner):
            return _uncast(inner)
        case _:
            return node


def _uncast_text(node: object) -> object:
    match node:
        case ast.TypeCast(arg=inner) if given(given(node.typeName).names)[-1].sval == "text":
            return inner
        case _:
            return node
