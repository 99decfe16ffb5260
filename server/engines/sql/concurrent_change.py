"""What a statement that works concurrently makes or takes away."""

from dataclasses import dataclass
from typing import NamedTuple, cast

from pglast import ast
from pglast.enums import AlterTableType

from server.engines.sql.parsing import given, parse
from server.engines.sql.pieces import Statement


class RelationName(NamedTuple):
    """A relation with its schema; empty where the statement names none."""

    schema: str
    name: str

    def __str__(self) -> str:
        return ".".join(filter(None, self))


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """CREATE INDEX CONCURRENTLY: the index lies in the schema of its table."""

    index: RelationName


@dataclass(frozen=True, slots=True)
class DroppedIndex:
    """DROP INDEX CONCURRENTLY, which takes one index at a time."""

    index: RelationName


@dataclass(frozen=True, slots=True)
class DetachedPartition:
    """ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY."""

    parent: RelationName
    partition: RelationName


ConcurrentChange = BuiltIndex | DroppedIndex | DetachedPartition


def concurrent_change(statement: Statement) -> ConcurrentChange | None:
    """Return what the statement changes in several transactions of its own, if it does.

    Raises:
        InvalidSqlError: it is not one statement of PostgreSQL's grammar.
    """
    tree = parse(statement)
    match tree:
        case ast.IndexStmt() if tree.concurrent and tree.idxname:
            table = _relation(tree.relation)
            return BuiltIndex(RelationName(table.schema, tree.idxname))
        case ast.DropStmt() if tree.concurrent:
            return DroppedIndex(_listed(tree))
        case ast.AlterTableStmt():
            return _detached(tree)
        case _:
            return None


def _detached(tree: ast.AlterTableStmt) -> DetachedPartition | None:
    for command in given(tree.cmds):
        detail = command.def_
        is_detaching = command.subtype == AlterTableType.AT_DetachPartition
        if is_detaching and isinstance(detail, ast.PartitionCmd) and detail.concurrent:
            return DetachedPartition(_relation(tree.relation), _relation(detail.name))
    return None


def _relation(node: ast.RangeVar | None) -> RelationName:
    named = given(node)
    return RelationName(named.schemaname or "", given(named.relname))


def _listed(tree: ast.DropStmt) -> RelationName:
    parts = cast("tuple[ast.String, ...]", given(tree.objects)[0])
    *above, name = (given(part.sval) for part in parts)
    return RelationName(above[-1] if above else "", name)
