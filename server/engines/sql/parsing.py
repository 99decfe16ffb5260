"""PostgreSQL's own parser: the one place that calls it, within limits that it survives."""

from collections.abc import Iterator
from typing import Any, TypeVar, cast

from pglast import ast
from pglast.parser import ParseError, normalize, parse_sql

from server.engines.sql.pieces import Data, Statement
from server.errors import InvalidSqlError, SqlLocation

T = TypeVar("T")


def given(value: T | None) -> T:
    """Narrow a field that the grammar always fills: pglast declares every field optional."""
    if value is None:
        raise AssertionError("the parser left out a part that the grammar demands")
    return value


def parse(statement: Statement) -> ast.Node:
    """Return the tree of exactly one statement.

    Raises:
        InvalidSqlError: PostgreSQL's grammar refuses it, or it is not exactly one.
    """
    try:
        found = parse_sql(statement.text)
    except ParseError as error:
        raise _refused(statement, error) from error
    if len(found) != 1:
        raise InvalidSqlError(
            f"one statement was expected, {len(found)} were found",
            location=statement.location,
            statement=statement.text,
        )
    return given(found[0].stmt)


def check(data: Data) -> None:
    """Refuse a statement about rows that is not SQL, as one with a lost semicolon is.

    Raises:
        InvalidSqlError: it was read whole, and PostgreSQL's grammar refuses it.
    """
    if not data.is_whole:
        return
    try:
        normalize(data.text)
    except ParseError as error:
        raise _refused(data, error) from error


def walk(root: ast.Node) -> Iterator[ast.Node]:
    """Yield a node and all below it; a list instead of the stack holds what is still to come."""
    waiting: list[Any] = [root]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tuple):
            waiting.extend(cast("tuple[Any, ...]", here))
        elif isinstance(here, ast.Node):
            yield here
            waiting.extend(getattr(here, name) for name in here)


def place(piece: Statement | Data, offset: int | None) -> SqlLocation:
    """Where the character at `offset` of a piece stands in its file; None is its end."""
    before = piece.text if offset is None else piece.text[: max(0, offset)]
    line = piece.line + before.count("\n")
    start = piece.column if line == piece.line else 1
    return SqlLocation(piece.file, line, start + len(before) - (before.rfind("\n") + 1))


def _refused(piece: Statement | Data, error: ParseError) -> InvalidSqlError:
    message, offset = (*error.args, None)[:2]
    return InvalidSqlError(str(message), location=place(piece, offset), statement=piece.text)
