"""Foreign data and replication: declared, never connected."""

from pglast import ast

from server.engines.sql.deparse import deparse
from server.engines.sql.parsing import given
from server.engines.sql.quote import identifier
from server.engines.sql.vetting.registry import Context, Refusal, decides
from server.engines.sql.vetting.verdict import Elevated, Power, Skipped, Verdict

# What makes CREATE SUBSCRIPTION reach out, or a worker start later.
_CONNECTING = frozenset(("connect", "create_slot", "enabled", "copy_data"))


@decides(ast.CreateFdwStmt)
def create_wrapper(node: ast.CreateFdwStmt, context: Context) -> Elevated:
    """Create the wrapper without the code that would dial out."""
    name = given(node.fdwname)
    return Elevated(
        f"CREATE FOREIGN DATA WRAPPER {identifier(name)}",
        Power.WRAPPER,
        context.roles,
        note=f"foreign-data wrapper {name!r} is a stub that connects to nothing",
    )


@decides(ast.AlterFdwStmt)
def alter_wrapper(node: ast.AlterFdwStmt, _: Context) -> Skipped:
    """Skip: a stub has neither code nor options."""
    return Skipped(f"changes of the foreign-data wrapper {given(node.fdwname)!r} were not loaded")


@decides(ast.ImportForeignSchemaStmt)
def import_schema(_: ast.ImportForeignSchemaStmt, __: Context) -> Refusal:
    """Refuse: it asks another server for its tables."""
    return Refusal(
        "IMPORT FOREIGN SCHEMA connects to another server",
        "Write the tables out with CREATE FOREIGN TABLE, as pg_dump does.",
    )


@decides(ast.CreateSubscriptionStmt)
def create_subscription(node: ast.CreateSubscriptionStmt, context: Context) -> Elevated:
    """Create the subscription unconnected and disabled."""
    options = [one for one in node.options or () if one.defname not in _CONNECTING]
    node.options = (*options, ast.DefElem(defname="connect", arg=ast.String(sval="false")))
    return Elevated(
        deparse(node),
        Power.SUBSCRIPTION,
        context.roles,
        note=f"subscription {given(node.subname)!r} is disabled and connects to nothing",
    )


@decides(ast.AlterSubscriptionStmt)
def alter_subscription(node: ast.AlterSubscriptionStmt, _: Context) -> Skipped:
    """Skip: it stays disabled."""
    return Skipped(f"changes of the subscription {given(node.subname)!r} were not loaded")


@decides(ast.DropSubscriptionStmt)
def drop_subscription(node: ast.DropSubscriptionStmt, _: Context) -> Verdict:
    """Skip: dropping one connects to its publisher."""
    return Skipped(f"subscription {given(node.subname)!r} was not dropped")
