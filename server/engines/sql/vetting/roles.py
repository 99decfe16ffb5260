"""Roles, owners and privileges."""

from typing import cast

from pglast import ast
from pglast.enums import AlterTableType, ObjectType, RoleSpecType

from server.engines.sql.deparse import deparse
from server.engines.sql.parsing import given
from server.engines.sql.vetting.registry import Context, Refusal, decides
from server.engines.sql.vetting.verdict import Plain, RoleChange, Skipped, Verdict

OWNERS_NOT_SET = "owners that only a superuser could be were not set"

# Powers over the whole server, and secrets; a schema means the same without them.
_DROPPED = {
    "superuser": "SUPERUSER",
    "isreplication": "REPLICATION",
    "bypassrls": "BYPASSRLS",
    "createrole": "CREATEROLE",
    "createdb": "CREATEDB",
}
# PostgreSQL's own roles: some of them run programs and reach files.
_RESERVED = "pg_"
_JOINING = "addroleto"
_SECRETS = frozenset(("password",))
_SERVER_WIDE = frozenset(
    {
        ObjectType.OBJECT_DATABASE,
        ObjectType.OBJECT_PARAMETER_ACL,
        ObjectType.OBJECT_TABLESPACE,
    }
)
# Only a superuser may own these.
_SUPERUSER_OWNED = frozenset(
    {
        ObjectType.OBJECT_DATABASE,
        ObjectType.OBJECT_EVENT_TRIGGER,
        ObjectType.OBJECT_FDW,
        ObjectType.OBJECT_LANGUAGE,
        ObjectType.OBJECT_SUBSCRIPTION,
        ObjectType.OBJECT_TABLESPACE,
    }
)


def named_role(spec: ast.RoleSpec) -> str:
    """Return the role's name, empty for PUBLIC, CURRENT_USER and their like."""
    return (spec.rolename or "") if spec.roletype == RoleSpecType.ROLESPEC_CSTRING else ""


@decides(ast.AlterOwnerStmt)
def alter_owner(node: ast.AlterOwnerStmt, context: Context) -> Verdict:
    """Let the loader give away what it owns."""
    if node.objectType in _SUPERUSER_OWNED:
        return Skipped(OWNERS_NOT_SET)
    owner = named_role(given(node.newowner))
    return Plain(context.sql, context.roles, new_owner=owner)


@decides(ast.AlterTableStmt)
def alter_table(node: ast.AlterTableStmt, context: Context) -> Verdict:
    """Let the loader alter what it owns, and give it away."""
    owners = [
        named_role(command.newowner)
        for command in given(node.cmds)
        if command.subtype == AlterTableType.AT_ChangeOwner
    ]
    return Plain(context.sql, context.roles, new_owner=owners[0] if owners else "")


@decides(ast.GrantStmt)
def grant(node: ast.GrantStmt, context: Context) -> Verdict:
    """Let the loader grant on what it owns; the server's own objects are no part of a schema."""
    if node.objtype in _SERVER_WIDE:
        return Skipped("privileges on databases, tablespaces and parameters were not loaded")
    return Plain(
        context.sql,
        context.roles,
        if_denied="privileges on what PostgreSQL or an extension made were not loaded",
    )


@decides(ast.CreateRoleStmt)
def create_role(node: ast.CreateRoleStmt, _: Context) -> RoleChange:
    """Create the role without powers over the server."""
    name = given(node.role)
    kept, note = _without_powers(node.options, name)
    joined = tuple(spec for option in kept if option.defname == _JOINING for spec in _specs(option))
    allowed = tuple(spec for spec in joined if not named_role(spec).startswith(_RESERVED))
    others = tuple(option for option in kept if option.defname != _JOINING)
    joining = (ast.DefElem(defname=_JOINING, arg=allowed),) if allowed else ()
    node.options = (*others, *joining)
    return RoleChange(
        deparse(node),
        note,
        created=frozenset({name}),
        granted=tuple((name, named_role(spec)) for spec in allowed),
    )


@decides(ast.AlterRoleStmt)
def alter_role(node: ast.AlterRoleStmt, context: Context) -> RoleChange | Skipped:
    """Change what is left of the options without powers over the server."""
    name = named_role(given(node.role))
    kept, note = _without_powers(node.options, name)
    if not kept:
        return Skipped(note)
    node.options = kept
    return RoleChange(deparse(node), note, created=context.roles)


@decides(ast.GrantRoleStmt)
def grant_role(node: ast.GrantRoleStmt, context: Context) -> Verdict | Refusal:
    """Grant roles to roles, except those that PostgreSQL made to reach the server."""
    given_roles = [given(one.priv_name) for one in given(node.granted_roles)]
    if reserved := [name for name in given_roles if name.startswith(_RESERVED)]:
        return Skipped(f"membership in {', '.join(sorted(reserved))} was not granted")
    if not node.is_grant:
        return RoleChange(context.sql)
    members = [named_role(spec) for spec in given(node.grantee_roles)]
    return RoleChange(
        context.sql,
        created=context.roles | frozenset(given_roles),
        granted=tuple((member, role) for member in members for role in given_roles),
    )


@decides(ast.DropRoleStmt)
def drop_role(_: ast.DropRoleStmt, context: Context) -> RoleChange:
    """Drop a role on a server of its own."""
    return RoleChange(context.sql)


@decides(ast.AlterRoleSetStmt)
def role_setting(_: ast.AlterRoleSetStmt, __: Context) -> Skipped:
    """Skip: it would hold for the next session, and there is none."""
    return Skipped("settings of roles (ALTER ROLE … SET) were not loaded")


def _specs(option: ast.DefElem) -> tuple[ast.RoleSpec, ...]:
    return cast("tuple[ast.RoleSpec, ...]", option.arg)


def _without_powers(
    options: tuple[ast.DefElem, ...] | None, role: str
) -> tuple[tuple[ast.DefElem, ...], str]:
    kept = tuple(option for option in options or () if option.defname not in {*_DROPPED, *_SECRETS})
    lost = sorted(
        _DROPPED[str(option.defname)]
        for option in options or ()
        if option.defname in _DROPPED and _is_set(option)
    )
    return kept, f"role {role!r} is without {', '.join(lost)}" if lost else ""


def _is_set(option: ast.DefElem) -> bool:
    return not isinstance(option.arg, ast.Boolean) or bool(option.arg.boolval)
