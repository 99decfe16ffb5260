"""Lays a statement out over lines, and proves that it is still the same statement."""

from typing import Any, cast

from pglast import ast
from pglast.parser import ParseError, parse_sql, scan
from pglast.stream import IndentedStream

COMMENTS = frozenset({"SQL_COMMENT", "C_COMMENT"})
_POSITIONS = frozenset(
    {"location", "name_location", "arg_location", "conninfo_location", "payload_location"}
) | {"stmt_location", "stmt_len", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end"}


def pretty(sql: str) -> str:
    """Return a statement in pglast's layout; as it is where that would not be the same statement.

    pglast 8.8 prints some statements wrongly, cannot print others and drops comments. Its own
    comparison takes `extract(year FROM x)` and `extract('year', x)` for the same, but a view
    remembers which one it was.
    """
    try:
        before = parse_sql(sql)
        if any(token.name in COMMENTS for token in scan(sql)):
            return sql
        text = IndentedStream()(before)
        return text if _is_same(before, parse_sql(text)) else sql
    except (ParseError, NotImplementedError, RecursionError):
        return sql


def _is_same(one: object, other: object) -> bool:
    """Compare trees but for where their parts stand; a list holds what is still to compare."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, tuple):
            lefts, rights = cast("tuple[Any, ...]", left), cast("tuple[Any, ...]", right)
            if len(lefts) != len(rights):
                return False
            waiting.extend(zip(lefts, rights, strict=True))
        elif isinstance(left, ast.Node):
            names = (name for name in left if name not in _POSITIONS)
            waiting.extend((getattr(left, name), getattr(right, name)) for name in names)
        elif left != right:
            return False
    return True
