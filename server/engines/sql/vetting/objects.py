"""Objects that only a superuser may create, though no foreign code runs when it does."""

from collections.abc import Iterable
from typing import Any, cast

from pglast import ast
from pglast.enums import ObjectType, PublicationObjSpecType

from server.engines.sql.parsing import given
from server.engines.sql.vetting.registry import Context, Refusal, bans, decides
from server.engines.sql.vetting.verdict import Elevated, Plain, Power, Skipped, Verdict

_COMMENTED_BY_SUPERUSER = frozenset(
    {ObjectType.OBJECT_EXTENSION, ObjectType.OBJECT_CAST, ObjectType.OBJECT_FDW}
) | {ObjectType.OBJECT_PUBLICATION, ObjectType.OBJECT_SUBSCRIPTION}
_SERVER_WIDE = frozenset(
    (ObjectType.OBJECT_DATABASE, ObjectType.OBJECT_ROLE, ObjectType.OBJECT_TABLESPACE)
)
_IN_SCHEMA = frozenset(
    (
        PublicationObjSpecType.PUBLICATIONOBJ_TABLES_IN_SCHEMA,
        PublicationObjSpecType.PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA,
    )
)
_C_ONLY = {
    ObjectType.OBJECT_TSPARSER: "a text search parser",
    ObjectType.OBJECT_TSTEMPLATE: "a text search template",
}
_WITH_C_CODE = "is made of C functions, which could crash the server or take it over"
_LEAVE_OUT = "Leave it out, or create it by an extension that the server has."


@decides(ast.CommentStmt)
def comment(node: ast.CommentStmt, context: Context) -> Verdict:
    """Let the loader comment on what it owns, and the superuser on what it had to create."""
    if node.objtype in _SERVER_WIDE:
        return Skipped("comments on databases, roles and tablespaces were not loaded")
    if node.objtype == ObjectType.OBJECT_EVENT_TRIGGER:
        return Elevated(context.sql, Power.EVENT_TRIGGER)
    if node.objtype in _COMMENTED_BY_SUPERUSER:
        return Elevated(context.sql, Power.COMMENT, loader_first=True)
    return Plain(context.sql, context.roles)


@decides(ast.CreateEventTrigStmt, ast.AlterEventTrigStmt)
def event_trigger(_: ast.Node, context: Context) -> Elevated:
    """Create it last, and where event triggers do not fire."""
    return Elevated(context.sql, Power.EVENT_TRIGGER)


@decides(ast.DropStmt)
def drop(node: ast.DropStmt, context: Context) -> Verdict:
    """Let the loader drop what it owns; event triggers come last."""
    if node.removeType == ObjectType.OBJECT_EVENT_TRIGGER:
        return Elevated(context.sql, Power.EVENT_TRIGGER)
    return Plain(context.sql, context.roles)


@decides(ast.CreateCastStmt)
def create_cast(node: ast.CreateCastStmt, context: Context) -> Verdict:
    """Let the loader cast its own types; the superuser others, if no function is called."""
    if node.func is None and not node.inout:
        return Plain(context.sql, context.roles)
    return Elevated(context.sql, Power.CAST, loader_first=True)


@decides(ast.CreateOpClassStmt, ast.CreateOpFamilyStmt, ast.AlterOpFamilyStmt)
def operator_class(node: ast.Node, context: Context) -> Verdict | Refusal:
    """Create it unless it brings functions whose arguments only C can read."""
    items = cast("Iterable[ast.CreateOpClassItem]", getattr(node, "items", None) or ())
    if any(_takes_internal(item) for item in items):
        return Refusal(
            f"an operator class with functions of internal values {_WITH_C_CODE}", _LEAVE_OUT
        )
    name: tuple[Any, ...] = getattr(node, "opclassname", None) or given(
        cast("ast.CreateOpFamilyStmt", node).opfamilyname
    )
    schema = str(name[0].sval) if len(name) > 1 else ""
    return Elevated(context.sql, Power.OPERATOR_CLASS, context.roles, schema=schema)


@decides(ast.CreatePublicationStmt, ast.AlterPublicationStmt)
def publication(
    node: ast.CreatePublicationStmt | ast.AlterPublicationStmt, context: Context
) -> Verdict | Refusal:
    """Let the loader publish its own tables, and the superuser whole schemas."""
    members = cast("tuple[ast.PublicationObjSpec, ...]", node.pubobjects or ())
    whole = node.for_all_tables or any(one.pubobjtype in _IN_SCHEMA for one in members)
    if not whole:
        return Plain(context.sql, context.roles)
    if any(one.pubtable and one.pubtable.whereClause for one in members):
        return Refusal(
            "a publication of whole schemas together with a row filter",
            "Add the tables with row filters by ALTER PUBLICATION … ADD TABLE, as pg_dump does.",
        )
    return Elevated(context.sql, Power.PUBLICATION, context.roles)


@decides(ast.CreateAmStmt)
def access_method(_: ast.CreateAmStmt, __: Context) -> Refusal:
    """Refuse: its handler is C code."""
    return Refusal(f"an access method {_WITH_C_CODE}", _LEAVE_OUT)


@bans(ast.DefineStmt)
def definition(node: ast.DefineStmt) -> Refusal | None:
    """Refuse base types and the parts of text search that are C code."""
    if what := _C_ONLY.get(given(node.kind)):
        return Refusal(f"{what} {_WITH_C_CODE}", _LEAVE_OUT)
    if node.kind == ObjectType.OBJECT_TYPE and node.definition:
        return Refusal(f"a base type {_WITH_C_CODE}", _LEAVE_OUT)
    return None


def _takes_internal(item: ast.CreateOpClassItem) -> bool:
    name = item.name
    if name is None or item.itemtype == _OPERATOR_ITEM:
        return False
    if name.args_unspecified:
        return True
    types = cast("tuple[ast.TypeName, ...]", name.objargs or ())
    return any(given(one.names)[-1].sval == "internal" for one in types)


_OPERATOR_ITEM = 1
