"""Names in trees."""

from collections.abc import Iterable
from typing import Any, cast

from pglast import ast

from server.engines.sql.facts.forms import Name
from server.engines.sql.parsing import given


def of_range(node: ast.RangeVar) -> Name:
    """Return the name of a relation, its schema first where it is written."""
    return (*((node.schemaname,) if node.schemaname else ()), given(node.relname))


def strings(nodes: object) -> tuple[str, ...]:
    """Return the texts in a list of names."""
    parts = cast("Iterable[Any]", nodes)
    return tuple(part.sval or "" for part in parts if isinstance(part, ast.String))


def of_object(node: object) -> Name:
    """Return the name of what COMMENT, DROP or RENAME is about, arguments left out."""
    match node:
        case ast.RangeVar():
            return of_range(node)
        case ast.String():
            return (node.sval or "",)
        case ast.TypeName():
            return strings(node.names or ())
        case ast.ObjectWithArgs():
            return strings(node.objname or ())
        case tuple():
            return strings(cast("tuple[Any, ...]", node))
        case _:
            return ()
