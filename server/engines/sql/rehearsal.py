"""How one statement of a migration runs on a copy of the schema: all that a load may skip, too."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from pglast import ast
from pglast.enums import (
    AlterSubscriptionType,
    AlterTableType,
    ConstrType,
    ObjectType,
    ReindexObjectType,
)

from server.engines.sql.deparse import deparse
from server.engines.sql.parsing import given, parse, walk
from server.engines.sql.pieces import Statement
from server.engines.sql.quote import identifier
from server.engines.sql.vet import vet
from server.engines.sql.vetting.verdict import (
    Elevated,
    Plain,
    Power,
    Setting,
    Skipped,
    TransactionEdge,
    Verdict,
)
from server.errors import InvalidSqlError

# What a load has no use for, because it leaves no trace in a schema without rows.
_RUN_ALL_THE_SAME = (
    ast.ConstraintsSetStmt,
    ast.DeleteStmt,
    ast.InsertStmt,
    ast.LockStmt,
    ast.MergeStmt,
    ast.ReindexStmt,
    ast.TruncateStmt,
    ast.UpdateStmt,
    ast.VacuumStmt,
    ast.VariableSetStmt,
)
# What the superuser had to create, only the superuser can take away. None of it runs code.
_OF_SUPERUSER = {
    ObjectType.OBJECT_CAST: Power.CAST,
    ObjectType.OBJECT_EVENT_TRIGGER: Power.EVENT_TRIGGER,
    ObjectType.OBJECT_EXTENSION: Power.COMMENT,
    ObjectType.OBJECT_FDW: Power.WRAPPER,
    ObjectType.OBJECT_PUBLICATION: Power.PUBLICATION,
    ObjectType.OBJECT_SUBSCRIPTION: Power.SUBSCRIPTION,
}
# Changes of a subscription that no publisher is asked about, as long as it is disabled.
_UNCONNECTED = {
    AlterSubscriptionType.ALTER_SUBSCRIPTION_CONNECTION,
    AlterSubscriptionType.ALTER_SUBSCRIPTION_OPTIONS,
}
_PUBLICATIONS = {
    AlterSubscriptionType.ALTER_SUBSCRIPTION_ADD_PUBLICATION,
    AlterSubscriptionType.ALTER_SUBSCRIPTION_DROP_PUBLICATION,
    AlterSubscriptionType.ALTER_SUBSCRIPTION_SET_PUBLICATION,
}
_ASKING = frozenset(("failover", "two_phase", "refresh"))
_WHOLE = {
    ReindexObjectType.REINDEX_OBJECT_SCHEMA,
    ReindexObjectType.REINDEX_OBJECT_SYSTEM,
    ReindexObjectType.REINDEX_OBJECT_DATABASE,
}

# What a block commits with; text that it puts together and executes cannot.
_COMMITTING = re.compile(r"\b(?:COMMIT|ROLLBACK|CALL)\b", re.IGNORECASE)

RelationName = tuple[str, str]
"""A schema, empty where the statement names none, and a relation."""


class Form(StrEnum):
    """How a statement has to be run and looked at."""

    ORDINARY = "ordinary"
    SETTING = "setting"
    BLOCK = "block"
    """CALL, and DO with words for it: outside a transaction they may commit by themselves."""
    CREATE_INDEX = "create index concurrently"
    DROP_INDEX = "drop index concurrently"
    REINDEX = "reindex concurrently"
    DETACH = "detach concurrently"
    VACUUM_FULL = "vacuum full"
    UPKEEP = "upkeep"
    """VACUUM, and REINDEX of more than one table."""


_FORMS: tuple[tuple[Callable[[ast.Node], bool], Form], ...] = (
    (lambda node: isinstance(node, ast.VariableSetStmt), Form.SETTING),
    (lambda node: isinstance(node, ast.CallStmt) or _may_commit(node), Form.BLOCK),
    (lambda node: isinstance(node, ast.IndexStmt) and bool(node.concurrent), Form.CREATE_INDEX),
    (lambda node: isinstance(node, ast.DropStmt) and bool(node.concurrent), Form.DROP_INDEX),
    (lambda node: isinstance(node, ast.VacuumStmt) and _is_full(node), Form.VACUUM_FULL),
    (lambda node: isinstance(node, ast.VacuumStmt) and bool(node.is_vacuumcmd), Form.UPKEEP),
)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is decided about one statement of a migration.

    `first` has to run before. Relations are those that it names, in no certain order.
    """

    verdict: Verdict
    form: Form = Form.ORDINARY
    first: tuple[Elevated, ...] = ()
    relations: tuple[RelationName, ...] = ()
    validates_foreign_key: bool = False
    is_truncation: bool = False


def rehearsal(statement: Statement) -> Rehearsal:
    """Say how a statement runs on a copy, with bans as strict as those for a load.

    Raises:
        InvalidSqlError: it is not one statement of PostgreSQL's grammar, or nobody may run it.
    """
    verdict = vet(statement)
    tree = parse(statement)
    if isinstance(verdict, TransactionEdge) or isinstance(tree, ast.TransactionStmt):
        raise InvalidSqlError(
            "a step of a plan begins or ends a transaction",
            location=statement.location,
            statement=statement.text,
        )
    return Rehearsal(
        _decided(verdict, tree, statement.text),
        _form(tree),
        tuple(_first(tree)),
        tuple(_relations(tree)),
        _validates_foreign_key(tree),
        isinstance(tree, ast.TruncateStmt),
    )


def _decided(verdict: Verdict, tree: ast.Node, sql: str) -> Verdict:
    match verdict:
        case Setting(roles=roles):
            return Plain(sql, roles)
        case Skipped():
            return _not_skipped(verdict, tree, sql)
        case Plain(roles=roles) if power := _superusers_power(tree):
            return Elevated(sql, power, roles, loader_first=power is not Power.EVENT_TRIGGER)
        case _:
            return verdict


def _not_skipped(skipped: Skipped, tree: ast.Node, sql: str) -> Verdict:
    if isinstance(tree, _RUN_ALL_THE_SAME):
        return Plain(sql)
    if isinstance(tree, ast.DropSubscriptionStmt):
        return Elevated(sql, Power.SUBSCRIPTION)
    if isinstance(tree, ast.AlterSubscriptionStmt):
        return _altered_subscription(tree) or skipped
    return skipped


def _altered_subscription(node: ast.AlterSubscriptionStmt) -> Elevated | None:
    options = tuple(one for one in node.options or () if one.defname not in _ASKING)
    if node.kind in _PUBLICATIONS:
        node.options = (*options, ast.DefElem(defname="refresh", arg=ast.String(sval="false")))
    elif node.kind not in _UNCONNECTED or len(options) != len(node.options or ()):
        return None
    return Elevated(deparse(node), Power.SUBSCRIPTION)


def _first(tree: ast.Node) -> Iterator[Elevated]:
    if isinstance(tree, ast.DropSubscriptionStmt):
        name = identifier(given(tree.subname))
        # With a slot it would ask the publisher to drop that.
        for sql in (
            f"ALTER SUBSCRIPTION {name} DISABLE",
            f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE)",
        ):
            yield Elevated(sql, Power.SUBSCRIPTION)


def _superusers_power(tree: ast.Node) -> Power | None:
    match tree:
        case ast.DropStmt():
            return _OF_SUPERUSER.get(given(tree.removeType))
        case ast.RenameStmt():
            return _OF_SUPERUSER.get(given(tree.renameType))
        case ast.AlterPublicationStmt():
            return None if _filters_rows(tree) else Power.PUBLICATION
        case _:
            return None


def _filters_rows(node: ast.AlterPublicationStmt) -> bool:
    members = cast("tuple[ast.PublicationObjSpec, ...]", node.pubobjects or ())
    return any(one.pubtable and one.pubtable.whereClause for one in members)


def _form(tree: ast.Node) -> Form:
    match tree:
        case ast.ReindexStmt():
            return _form_of_reindex(tree)
        case ast.AlterTableStmt() if _detaches_concurrently(tree):
            return Form.DETACH
        case _:
            return next((form for is_one, form in _FORMS if is_one(tree)), Form.ORDINARY)


def _form_of_reindex(node: ast.ReindexStmt) -> Form:
    if any(option.defname == "concurrently" for option in node.params or ()):
        return Form.REINDEX
    return Form.UPKEEP if node.kind in _WHOLE else Form.ORDINARY


def _may_commit(node: ast.Node) -> bool:
    if not isinstance(node, ast.DoStmt):
        return False
    texts = (one.arg.sval or "" for one in node.args or () if isinstance(one.arg, ast.String))
    return any(map(_COMMITTING.search, texts))


def _is_full(node: ast.VacuumStmt) -> bool:
    return any(option.defname == "full" for option in node.options or ())


def _detaches_concurrently(node: ast.AlterTableStmt) -> bool:
    details = [
        command.def_
        for command in given(node.cmds)
        if command.subtype == AlterTableType.AT_DetachPartition
    ]
    return any(isinstance(one, ast.PartitionCmd) and bool(one.concurrent) for one in details)


def _relations(tree: ast.Node) -> Iterator[RelationName]:
    for node in walk(tree):
        if isinstance(node, ast.RangeVar):
            yield node.schemaname or "", given(node.relname)
    if isinstance(tree, ast.DropStmt | ast.CommentStmt):
        objects = tree.objects if isinstance(tree, ast.DropStmt) else (tree.object,)
        for names in map(_names, objects or ()):
            # A column, trigger or policy is named after its table.
            yield from zip(("", *names), names, strict=False)


def _names(node: object) -> tuple[str, ...]:
    if not isinstance(node, tuple):
        return ()
    parts = cast("tuple[Any, ...]", node)
    return tuple(part.sval or "" for part in parts if isinstance(part, ast.String))


def _validates_foreign_key(tree: ast.Node) -> bool:
    """Tell whether it may read through an index to find that every reference leads somewhere."""
    return any(
        (isinstance(node, ast.Constraint) and node.contype == ConstrType.CONSTR_FOREIGN)
        or (
            isinstance(node, ast.AlterTableCmd)
            and node.subtype
            in {AlterTableType.AT_ValidateConstraint, AlterTableType.AT_AttachPartition}
        )
        for node in walk(tree)
    )
