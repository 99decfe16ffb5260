"""The search path of a script, as far as its own statements say it."""

import re
from typing import cast

from pglast import ast
from pglast.enums import VariableSetKind

from server.engines.sql.parsing import given, parse
from server.engines.sql.pieces import Statement

DEFAULT_PATH = ("public",)
_MAY_SET = re.compile(r"(?:set|reset|discard|select)\b", re.IGNORECASE)
_NAME = "search_path"


def path_after(statement: Statement, path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the schemas in which names are looked up after a statement has run.

    Raises:
        InvalidSqlError: it looks like one that sets the path, and PostgreSQL's grammar refuses it.
    """
    text = statement.text
    if not _MAY_SET.match(text) or not re.search(r"search_path|schema|all", text, re.IGNORECASE):
        return path
    match parse(statement):
        case ast.VariableSetStmt() as setting:
            return _set(setting, path)
        case ast.SelectStmt(targetList=(ast.ResTarget(val=ast.FuncCall() as call),)):
            return _configured(call, path)
        case _:
            return path


def _set(setting: ast.VariableSetStmt, path: tuple[str, ...]) -> tuple[str, ...]:
    if setting.kind == VariableSetKind.VAR_RESET_ALL:
        return DEFAULT_PATH
    if setting.name != _NAME:
        return path
    if setting.kind != VariableSetKind.VAR_SET_VALUE:
        return DEFAULT_PATH
    return tuple(name for each in setting.args or () if (name := _text(each)))


def _configured(call: ast.FuncCall, path: tuple[str, ...]) -> tuple[str, ...]:
    """Follow `set_config('search_path', …)`, which pg_dump writes."""
    function = cast("ast.String", given(call.funcname)[-1]).sval
    arguments = [_text(each) for each in call.args or ()]
    if function != "set_config" or arguments[:1] != [_NAME] or len(arguments) < _VALUE + 1:
        return path
    return tuple(name for each in arguments[_VALUE].split(",") if (name := each.strip().strip('"')))


_VALUE = 1


def _text(node: object) -> str:
    match node:
        case ast.A_Const(val=ast.String(sval=str(text))):
            return text
        case _:
            return ""
