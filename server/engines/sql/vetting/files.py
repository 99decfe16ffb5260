"""Statements that reach the server's files, programs, settings or other databases: refused."""

from pglast import ast
from pglast.enums import AlterTableType

from server.engines.sql.vetting.registry import Context, Refusal, bans, decides
from server.engines.sql.vetting.verdict import Skipped, Verdict

_LEAVE_OUT = "Leave it out of the script."
_NO_TABLESPACES = "Leave it out; pg_dump does with --no-tablespaces."


@decides(ast.CopyStmt)
def copy(node: ast.CopyStmt, _: Context) -> Verdict | Refusal:
    """Refuse files and programs; rows that would go to the client go nowhere."""
    if node.is_program:
        return Refusal("COPY … PROGRAM runs a program on the server", _LEAVE_OUT)
    if node.filename:
        verb = "reads" if node.is_from else "writes"
        return Refusal(f"COPY {verb} a file of the server", _LEAVE_OUT)
    return Skipped("a COPY … TO STDOUT was not run")


@decides(ast.AlterSystemStmt)
def alter_system(_: ast.AlterSystemStmt, __: Context) -> Refusal:
    """Refuse: it would change the server for everybody."""
    return Refusal("ALTER SYSTEM changes the whole server", _LEAVE_OUT)


@decides(ast.LoadStmt)
def load(_: ast.LoadStmt, __: Context) -> Refusal:
    """Refuse: the library's code would run inside the server."""
    return Refusal("LOAD runs a library's code inside the server", _LEAVE_OUT)


@decides(ast.CreatedbStmt, ast.DropdbStmt, ast.AlterDatabaseStmt)
def other_database(
    node: ast.CreatedbStmt | ast.DropdbStmt | ast.AlterDatabaseStmt, _: Context
) -> Refusal:
    """Refuse: a schema is loaded into one database."""
    verb = type(node).__name__.removesuffix("Stmt").upper()
    verb = {"CREATEDB": "CREATE", "DROPDB": "DROP"}.get(verb, "ALTER")
    return Refusal(
        f"{verb} DATABASE reaches beyond the one database that is loaded",
        "Leave it out; pg_dump does without --create.",
    )


@decides(ast.AlterDatabaseSetStmt, ast.AlterDatabaseRefreshCollStmt)
def database_setting(_: ast.Node, __: Context) -> Skipped:
    """Skip: settings of a database are no part of its schema."""
    return Skipped("settings of the database (ALTER DATABASE) were not loaded")


@decides(
    ast.CreateTableSpaceStmt,
    ast.DropTableSpaceStmt,
    ast.AlterTableSpaceOptionsStmt,
    ast.AlterTableMoveAllStmt,
)
def tablespace_itself(_: ast.Node, __: Context) -> Refusal:
    """Refuse: a tablespace is a folder of the server."""
    return _tablespace()


@bans(ast.CreateStmt)
def table_in_tablespace(node: ast.CreateStmt) -> Refusal | None:
    """Refuse a table that is to lie elsewhere."""
    return _unless_default(node.tablespacename)


@bans(ast.IndexStmt)
def index_in_tablespace(node: ast.IndexStmt) -> Refusal | None:
    """Refuse an index that is to lie elsewhere."""
    return _unless_default(node.tableSpace)


@bans(ast.Constraint)
def constraint_in_tablespace(node: ast.Constraint) -> Refusal | None:
    """Refuse a constraint whose index is to lie elsewhere."""
    return _unless_default(node.indexspace)


@bans(ast.IntoClause)
def result_in_tablespace(node: ast.IntoClause) -> Refusal | None:
    """Refuse the result of a query that is to lie elsewhere."""
    return _unless_default(node.tableSpaceName)


@bans(ast.AlterTableCmd)
def move_to_tablespace(node: ast.AlterTableCmd) -> Refusal | None:
    """Refuse a table that is to move elsewhere."""
    moves = node.subtype == AlterTableType.AT_SetTableSpace
    return _unless_default(node.name) if moves else None


def _unless_default(name: str | None) -> Refusal | None:
    return None if not name or name == "pg_default" else _tablespace()


def _tablespace() -> Refusal:
    return Refusal("a tablespace is a folder of the server", _NO_TABLESPACES)
