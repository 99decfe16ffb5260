"""Statements about the session that runs the script: settings, transactions, upkeep."""

from pglast import ast
from pglast.enums import TransactionStmtKind, VariableSetKind

from server.engines.sql.vetting.registry import Context, Refusal, decides
from server.engines.sql.vetting.verdict import (
    Edge,
    Plain,
    Setting,
    Skipped,
    TransactionEdge,
    Verdict,
)

# Ours to decide while loading: the text is UTF-8 by then and its literals are standard, bodies
# are checked at the end, tablespaces do not exist, and the rest ends a long wait.
_OURS = frozenset(
    {
        "check_function_bodies",
        "client_encoding",
        "client_min_messages",
        "default_tablespace",
        "default_transaction_read_only",
        "default_with_oids",
        "idle_in_transaction_session_timeout",
        "idle_session_timeout",
        "lock_timeout",
        "standard_conforming_strings",
        "statement_timeout",
        "temp_tablespaces",
        "transaction_read_only",
        "transaction_timeout",
    }
)
_BEGINS = {TransactionStmtKind.TRANS_STMT_BEGIN, TransactionStmtKind.TRANS_STMT_START}
_MARKS = {TransactionStmtKind.TRANS_STMT_SAVEPOINT, TransactionStmtKind.TRANS_STMT_RELEASE}


@decides(ast.VariableSetStmt)
def setting(node: ast.VariableSetStmt, context: Context) -> Verdict | Refusal:
    """Let settings through that a script needs, as the search path."""
    name = (node.name or "").lower()
    if node.kind == VariableSetKind.VAR_RESET_ALL or name in _OURS:
        return Skipped()
    if name == "session_authorization" and node.kind == VariableSetKind.VAR_SET_VALUE:
        return Refusal(
            "SET SESSION AUTHORIZATION needs a superuser",
            "Use ALTER … OWNER TO; pg_dump does without --use-set-session-authorization.",
        )
    if name in {"transaction", "session characteristics", "transaction snapshot"}:
        return Skipped()
    roles = _role(node.args or ()) if name == "role" else frozenset[str]()
    return Setting(name, context.sql, is_local=bool(node.is_local), roles=roles)


def _role(arguments: tuple[ast.Node, ...]) -> frozenset[str]:
    constants = (one.val for one in arguments if isinstance(one, ast.A_Const))
    names = (one.sval or "" for one in constants if isinstance(one, ast.String))
    return frozenset(name for name in names if name not in {"", "none"})


@decides(ast.TransactionStmt)
def transaction(node: ast.TransactionStmt, _: Context) -> Verdict | Refusal:
    """Take no notice of transactions, except where one would undo what was loaded."""
    if node.kind in _BEGINS:
        return TransactionEdge(Edge.BEGIN)
    if node.kind == TransactionStmtKind.TRANS_STMT_COMMIT:
        return TransactionEdge(Edge.COMMIT)
    if node.kind in _MARKS:
        return Skipped()
    return Refusal(
        "a script that undoes or prepares its transactions is not followed",
        "Give a script that ends with what it wants to keep.",
    )


@decides(
    ast.CheckPointStmt,
    ast.ClosePortalStmt,
    ast.ConstraintsSetStmt,
    ast.DeallocateStmt,
    ast.DeclareCursorStmt,
    ast.DiscardStmt,
    ast.ExplainStmt,
    ast.FetchStmt,
    ast.ListenStmt,
    ast.LockStmt,
    ast.NotifyStmt,
    ast.ReindexStmt,
    ast.UnlistenStmt,
    ast.VacuumStmt,
    ast.VariableShowStmt,
)
def upkeep(_: ast.Node, __: Context) -> Skipped:
    """Skip what leaves no trace in a schema."""
    return Skipped()


@decides(ast.TruncateStmt)
def truncate(_: ast.TruncateStmt, __: Context) -> Skipped:
    """Skip: there are no rows."""
    return Skipped()


@decides(ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
def rows(_: ast.Node, __: Context) -> Skipped:
    """Skip what the reader did not take for data because it starts with WITH."""
    return Skipped("statements about rows that start with WITH were not run")


@decides(ast.SecLabelStmt)
def security_label(_: ast.SecLabelStmt, __: Context) -> Skipped:
    """Skip: their provider is a library that is not here."""
    return Skipped("security labels were not loaded")


@decides(ast.SelectStmt)
def query(_: ast.SelectStmt, context: Context) -> Plain:
    """Let a query run: dumps set sequences with it, extensions create tables with it."""
    return Plain(context.sql, context.roles)
