"""Reads one statement into what it says: the form that it has, by PostgreSQL's own grammar."""

from collections.abc import Callable
from typing import Any, cast

from pglast import ast
from pglast.enums import DropBehavior, ObjectType, ReindexObjectType, TransactionStmtKind
from pglast.enums import VariableSetKind as SetKind
from pglast.parser import scan

from server.engines.sql.deparse import deparse
from server.engines.sql.facts import forms
from server.engines.sql.facts.alter import bound, change, constraint
from server.engines.sql.facts.kinds import word
from server.engines.sql.facts.names import of_object, of_range, strings
from server.engines.sql.facts.writing import copied, written
from server.engines.sql.parsing import given, parse, walk
from server.engines.sql.pieces import Statement

_LONGEST_NAME = 63  # bytes
_EDGES = {
    TransactionStmtKind.TRANS_STMT_BEGIN: forms.Edge.BEGIN,
    TransactionStmtKind.TRANS_STMT_START: forms.Edge.BEGIN,
    TransactionStmtKind.TRANS_STMT_COMMIT: forms.Edge.COMMIT,
    TransactionStmtKind.TRANS_STMT_SAVEPOINT: forms.Edge.MARK,
    TransactionStmtKind.TRANS_STMT_RELEASE: forms.Edge.MARK,
}


def statement_form(statement: Statement) -> forms.Form:
    """Return what a statement is.

    Raises:
        InvalidSqlError: PostgreSQL's grammar refuses it, or it is not exactly one.
    """
    tree = parse(statement)
    read = _READERS.get(type(tree))
    return read(tree) if read else forms.Other()


def text_literals(statement: Statement) -> frozenset[str]:
    """Return the texts that a statement names as constants.

    Raises:
        InvalidSqlError: PostgreSQL's grammar refuses it, or it is not exactly one.
    """
    constants = (node.val for node in walk(parse(statement)) if isinstance(node, ast.A_Const))
    return frozenset(one.sval or "" for one in constants if isinstance(one, ast.String))


def long_names(sql: str) -> tuple[str, ...]:
    """Return the names that PostgreSQL cuts off, in their order."""
    tokens = (token for token in scan(sql) if token.name in {"IDENT", "UIDENT"})
    found = (sql[token.start : token.end + 1] for token in tokens)
    bare = (name[1:-1].replace('""', '"') if name.startswith('"') else name for name in found)
    return tuple(dict.fromkeys(name for name in bare if len(name.encode()) > _LONGEST_NAME))


def _create_table(node: ast.CreateStmt) -> forms.Form:
    parents = cast("tuple[ast.RangeVar, ...]", node.inhRelations or ())
    parent = of_range(parents[0]) if node.partbound else ()
    return forms.CreateTable(of_range(given(node.relation)), parent, bound(node.partbound))


def _create_table_as(node: ast.CreateTableAsStmt) -> forms.Form:
    name = of_range(given(given(node.into).rel))
    if node.objtype == ObjectType.OBJECT_MATVIEW:
        return forms.CreateObject("materialized_view", name)
    return forms.CreateTable(name)


def _create_index(node: ast.IndexStmt) -> forms.Form:
    relation = given(node.relation)
    return forms.CreateIndex(
        name=node.idxname or "",
        table=of_range(relation),
        is_concurrent=bool(node.concurrent),
        skips_existing=bool(node.if_not_exists),
        is_only=not relation.inh,
    )


def _alter_table(node: ast.AlterTableStmt) -> forms.Form:
    commands = (one for one in given(node.cmds) if isinstance(one, ast.AlterTableCmd))
    return forms.AlterRelation(of_range(given(node.relation)), tuple(map(change, commands)))


def _drop(node: ast.DropStmt) -> forms.Form:
    return forms.Drop(
        word(node.removeType),
        tuple(of_object(one) for one in given(node.objects)),
        node.behavior == DropBehavior.DROP_CASCADE,
        bool(node.concurrent),
    )


def _rename(node: ast.RenameStmt) -> forms.Form:
    of = of_range(node.relation) if node.relation else of_object(node.object)
    old = node.subname or (of[-1] if of else "")
    return forms.Rename(word(node.renameType), of, old, given(node.newname))


def _move(node: ast.AlterObjectSchemaStmt) -> forms.Form:
    name = of_range(node.relation) if node.relation else of_object(node.object)
    return forms.Move(word(node.objectType), name, given(node.newschema))


def _alter_domain(node: ast.AlterDomainStmt) -> forms.Form:
    new: forms.NewConstraint | None = None
    if isinstance(node.def_, ast.Constraint):
        new = constraint(node.def_)
    elif node.subtype == "O":
        new = forms.NewConstraint(form=forms.ConstraintForm.NOT_NULL)
    return forms.AlterDomain(strings(node.typeName), new)


def _alter_enum(node: ast.AlterEnumStmt) -> forms.Form:
    name = strings(node.typeName)
    if node.oldVal:
        return forms.Rename("enum value", name, node.oldVal, given(node.newVal))
    return forms.AddEnumValue(name, given(node.newVal))


def _alter_sequence(node: ast.AlterSeqStmt) -> forms.Form:
    options = cast("tuple[ast.DefElem, ...]", node.options or ())
    restarts = any(one.defname == "restart" for one in options)
    return forms.AlterSequence(of_range(given(node.sequence)), restarts)


def _refresh(node: ast.RefreshMatViewStmt) -> forms.Form:
    return forms.Refresh(of_range(given(node.relation)), bool(node.concurrent))


def _reindex(node: ast.ReindexStmt) -> forms.Form:
    name = of_range(node.relation) if node.relation else ((node.name,) if node.name else ())
    what = {
        ReindexObjectType.REINDEX_OBJECT_INDEX: "index",
        ReindexObjectType.REINDEX_OBJECT_TABLE: "table",
    }.get(given(node.kind), "more")
    return forms.Reindex(what, name, _has_option(node.params, "concurrently"))


def _cluster(node: ast.ClusterStmt) -> forms.Form:
    return forms.Cluster(of_range(node.relation) if node.relation else ())


def _vacuum(node: ast.VacuumStmt) -> forms.Form:
    if not node.is_vacuumcmd:
        return forms.Other()
    named = (one.relation for one in node.rels or ())
    tables = tuple(of_range(one) for one in named if one)
    return forms.Vacuum(tables, _has_option(node.options, "full"))


def _truncate(node: ast.TruncateStmt) -> forms.Form:
    tables = cast("tuple[ast.RangeVar, ...]", node.relations or ())
    cascades = node.behavior == DropBehavior.DROP_CASCADE
    return forms.Truncate(tuple(map(of_range, tables)), cascades)


def _set(node: ast.VariableSetStmt) -> forms.Form:
    value: str | None = None
    if node.kind == SetKind.VAR_SET_VALUE:
        value = ", ".join(_setting(one) for one in node.args or ())
    name = "all" if node.kind == SetKind.VAR_RESET_ALL else node.name or ""
    return forms.Set(name.lower(), value, bool(node.is_local))


def _setting(node: ast.Node) -> str:
    constant = node.val if isinstance(node, ast.A_Const) else None
    return constant.sval or "" if isinstance(constant, ast.String) else deparse(node)


def _transaction(node: ast.TransactionStmt) -> forms.Form:
    return forms.Transaction(_EDGES.get(given(node.kind), forms.Edge.UNDO))


def _has_option(options: tuple[Any, ...] | None, name: str) -> bool:
    found = [one for one in options or () if one.defname == name]
    return any(_is_on(cast("ast.DefElem", one).arg) for one in found)


def _is_on(value: object) -> bool:
    match value:
        case None:
            return True
        case ast.String(sval=text):
            return (text or "").lower() not in {"off", "false"}
        case ast.Boolean(boolval=is_true):
            return bool(is_true)
        case ast.Integer(ival=number):
            return bool(number)
        case _:
            return True


def _trigger(node: ast.CreateTrigStmt) -> forms.Form:
    return _of_table("trigger", given(node.trigname), node.relation, is_new=not node.replace)


def _policy(node: ast.CreatePolicyStmt) -> forms.Form:
    return _of_table("policy", given(node.policy_name), node.table)


def _rule(node: ast.RuleStmt) -> forms.Form:
    return _of_table("rule", given(node.rulename), node.relation, is_new=not node.replace)


def _of_table(
    kind: str, name: str, relation: ast.RangeVar | None, *, is_new: bool = True
) -> forms.Form:
    table = of_range(given(relation))
    return forms.CreateObject(kind, (*table, name), table, not is_new)


def _view(node: ast.ViewStmt) -> forms.Form:
    return forms.CreateObject("view", of_range(given(node.view)), is_replacing=bool(node.replace))


def _routine(node: ast.CreateFunctionStmt) -> forms.Form:
    return forms.CreateObject("routine", strings(node.funcname), is_replacing=bool(node.replace))


def _drop_owned_by_nobody(kind: str, name: str | None, behavior: DropBehavior | None) -> forms.Form:
    return forms.Drop(kind, ((name or "",),), behavior == DropBehavior.DROP_CASCADE)


_READERS: dict[type[ast.Node], Callable[[Any], forms.Form]] = {
    ast.AlterDomainStmt: _alter_domain,
    ast.AlterEnumStmt: _alter_enum,
    ast.AlterObjectSchemaStmt: _move,
    ast.AlterSeqStmt: _alter_sequence,
    ast.AlterTableStmt: _alter_table,
    ast.ClusterStmt: _cluster,
    ast.CopyStmt: copied,
    ast.CreateDomainStmt: lambda node: forms.CreateObject("domain", strings(node.domainname)),
    ast.CreateEnumStmt: lambda node: forms.CreateObject("enum", strings(node.typeName)),
    ast.CreateFunctionStmt: _routine,
    ast.CreatePolicyStmt: _policy,
    ast.CreateSchemaStmt: lambda node: forms.CreateObject("schema", (node.schemaname or "",)),
    ast.CreateSeqStmt: lambda node: forms.CreateObject("sequence", of_range(node.sequence)),
    ast.CreateStmt: _create_table,
    ast.CreateTableAsStmt: _create_table_as,
    ast.CreateTrigStmt: _trigger,
    ast.DeleteStmt: written,
    ast.DropStmt: _drop,
    ast.DropSubscriptionStmt: lambda node: _drop_owned_by_nobody(
        "subscription", node.subname, node.behavior
    ),
    ast.IndexStmt: _create_index,
    ast.InsertStmt: written,
    ast.MergeStmt: written,
    ast.RefreshMatViewStmt: _refresh,
    ast.ReindexStmt: _reindex,
    ast.RenameStmt: _rename,
    ast.RuleStmt: _rule,
    ast.TransactionStmt: _transaction,
    ast.TruncateStmt: _truncate,
    ast.UpdateStmt: written,
    ast.VacuumStmt: _vacuum,
    ast.VariableSetStmt: _set,
    ast.ViewStmt: _view,
}
