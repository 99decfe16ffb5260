"""Expressions that PostgreSQL printed for one table, made to say the same of other columns."""

from collections.abc import Iterator, Mapping
from typing import cast

from pglast import ast
from pglast.parser import scan

from server.engines.sql.expression import tree
from server.engines.sql.parsing import given, walk
from server.engines.sql.quote import identifier, qualified

_BEFORE = "SELECT ("  # what the parser reads before the expression

TypeNames = Mapping[tuple[str, str], tuple[str, str]]
"""Schemas and names of types, and of those that take their place."""


def can_be_read(text: str) -> bool:
    """Whether an expression is one that the functions here understand."""
    return tree(text) is not None


def with_other_names(text: str, columns: Mapping[str, str], types: TypeNames | None = None) -> str:
    """Return the expression with other columns, and casts to other types, in their places.

    Raises:
        ValueError: the expression cannot be read.
    """
    root = tree(text)
    if root is None:
        raise ValueError(f"this is no expression that can be read: {text[:200]}")
    tokens = scan(f"{_BEFORE}{text}\n)")
    numbers = {token.start: number for number, token in enumerate(tokens)}
    for start, words, instead in sorted(_named(root, columns, types or {}), reverse=True):
        last = tokens[numbers[start] + 2 * (words - 1)]  # a dot stands between two words
        here, end = start - len(_BEFORE), last.end + 1 - len(_BEFORE)
        text = f"{text[:here]}{instead}{text[end:]}"
    return text


def _named(
    root: ast.Node, columns: Mapping[str, str], types: TypeNames
) -> Iterator[tuple[int, int, str]]:
    """Yield where a name stands, of how many words it is, and what takes its place."""
    for node in walk(root):
        match node:
            case ast.ColumnRef(fields=(ast.String(sval=str(name)),)) if name in columns:
                yield given(node.location), 1, identifier(columns[name])
            case ast.TypeName(names=(ast.String(sval=str(schema)), ast.String(sval=str(name)))):
                other = types.get((schema, name))
                if other is not None:
                    yield given(node.location), 2, qualified(*other)
            case _:
                pass


def is_same_but_for_casts(one: str, other: str) -> bool:
    """Whether two expressions differ by no more than what the types of their columns decide."""
    trees = tree(one), tree(other)
    return None not in trees and _bare(trees[0]) == _bare(trees[1])


def _bare(node: object) -> object:
    """Return a tree without its casts, as values that compare."""
    match node:
        case ast.TypeCast():
            return _bare(node.arg)
        case ast.Node():
            kept = (name for name in node if name not in {"location", "list_start", "list_end"})
            return (type(node).__name__, *((name, _bare(getattr(node, name))) for name in kept))
        case tuple():
            return tuple(_bare(each) for each in cast("tuple[object, ...]", node))
        case _:
            return node
