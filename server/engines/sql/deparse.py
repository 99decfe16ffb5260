"""Writes a tree of the parser as SQL again."""

from pglast import ast
from pglast.stream import RawStream


def deparse(node: ast.Node) -> str:
    """Return the node as SQL on one line; comments and the author's layout are gone."""
    return RawStream()(node)
