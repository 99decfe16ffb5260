"""Routines: code that a superuser must not run, and languages nobody may use here."""

from collections.abc import Iterable

from pglast import ast
from pglast.enums import FunctionParameterMode, ObjectType

from server.engines.sql.deparse import deparse
from server.engines.sql.parsing import given
from server.engines.sql.vetting.registry import Context, Refusal, bans, decides
from server.engines.sql.vetting.verdict import Elevated, Plain, Power, Verdict

# Code of these runs with all rights of the server's account on this machine.
_UNTRUSTED = frozenset({"plpython3u", "plpython2u", "plpythonu", "plperlu", "pltclu", "plsh"}) | {
    *("c", "internal", "plr", "plrustu", "plluau", "pljavau", "plrubyu", "plphpu")
}
_OUTPUTS = frozenset((FunctionParameterMode.FUNC_PARAM_OUT, FunctionParameterMode.FUNC_PARAM_TABLE))


@bans(ast.CreateFunctionStmt)
def language_of_routine(node: ast.CreateFunctionStmt) -> Refusal | None:
    """Refuse code that is more than a routine of this database."""
    return _untrusted(node.options or ())


@bans(ast.DoStmt)
def language_of_block(node: ast.DoStmt) -> Refusal | None:
    """Refuse code that is more than a block of this database."""
    return _untrusted(node.args or ())


@decides(ast.CreateFunctionStmt)
def create_routine(node: ast.CreateFunctionStmt, context: Context) -> Verdict:
    """Let the loader create it; that it is leakproof is said afterwards."""
    parameters: Iterable[ast.FunctionParameter] = node.parameters or ()
    signature = ast.ObjectWithArgs(
        objname=given(node.funcname),
        objargs=tuple(one.argType for one in parameters if one.mode not in _OUTPUTS),
        args_unspecified=False,
    )
    return _without_leakproof(signature, node.options or (), context)


@decides(ast.AlterFunctionStmt)
def alter_routine(node: ast.AlterFunctionStmt, context: Context) -> Verdict:
    """Let the loader change it; that it is leakproof is said afterwards."""
    actions: tuple[ast.DefElem, ...] = node.actions or ()
    if [one.defname for one in actions] == ["leakproof"]:
        return Elevated(context.sql, Power.LEAKPROOF, context.roles)
    return _without_leakproof(given(node.func), actions, context)


def _without_leakproof(
    signature: ast.ObjectWithArgs, options: Iterable[ast.DefElem], context: Context
) -> Plain:
    place = next((one.location for one in options if _is_leakproof(one)), None)
    if place is None:
        return Plain(context.sql, context.roles)
    said = ast.AlterFunctionStmt(
        objtype=ObjectType.OBJECT_FUNCTION,
        func=signature,
        actions=(ast.DefElem(defname="leakproof", arg=ast.Boolean(boolval=True)),),
    )
    # The parser says where the option stands: the same word in a body is left alone.
    sql = context.sql[:place] + context.sql[place + len("LEAKPROOF") :]
    return Plain(sql, context.roles, then=Elevated(deparse(said), Power.LEAKPROOF))


def _is_leakproof(option: ast.DefElem) -> bool:
    is_set = isinstance(option.arg, ast.Boolean) and bool(option.arg.boolval)
    return option.defname == "leakproof" and is_set


def _untrusted(options: Iterable[ast.DefElem]) -> Refusal | None:
    names = (one.arg for one in options if one.defname == "language")
    language = next((name.sval or "" for name in names if isinstance(name, ast.String)), "")
    if language.lower() not in _UNTRUSTED:
        return None
    return Refusal(
        f"LANGUAGE {language} runs code with the rights of the server's account",
        "Take the function out, or put CREATE EXTENSION in its place if an extension has it.",
    )
