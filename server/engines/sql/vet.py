"""Classifies one statement from outside: the way to it leads through PostgreSQL's own parser."""

from importlib import import_module

from pglast import ast

from server.engines.sql.parsing import parse, walk
from server.engines.sql.pieces import Statement
from server.engines.sql.vetting.registry import BANS, DECISIONS, Context, Refusal
from server.engines.sql.vetting.roles import named_role
from server.engines.sql.vetting.verdict import Plain, Verdict
from server.errors import InvalidSqlError

for _subject in ("extensions", "files", "foreign", "objects", "roles", "routines", "session"):
    import_module(f"server.engines.sql.vetting.{_subject}")


def vet(statement: Statement) -> Verdict:
    """Say who may run the statement, and in which form.

    The loader is held back by the server, not by this: it only has to be right about what goes
    to the superuser, and about what no role may do to this machine.

    Raises:
        InvalidSqlError: it is not one statement of PostgreSQL's grammar, or nobody may run it.
    """
    tree = parse(statement)
    roles: set[str] = set()
    for node in walk(tree):
        if isinstance(node, ast.RoleSpec):
            roles.add(named_role(node))
        elif (ban := BANS.get(type(node))) and (refusal := ban(node)):
            raise _refused(statement, refusal)
    context = Context(statement.text, frozenset(roles - {""}))
    decide = DECISIONS.get(type(tree))
    verdict = decide(tree, context) if decide else Plain(context.sql, context.roles)
    if isinstance(verdict, Refusal):
        raise _refused(statement, verdict)
    return verdict


def _refused(statement: Statement, refusal: Refusal) -> InvalidSqlError:
    return InvalidSqlError(
        f"refused: {refusal.reason}",
        location=statement.location,
        statement=statement.text,
        next_step=refusal.next_step,
    )
