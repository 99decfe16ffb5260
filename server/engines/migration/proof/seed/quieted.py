"""Holds back what the schema's author made run or hide rows, and puts it back as it was."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager

from server.engines.postgres.session import Session, StatementError
from server.engines.sql.quote import identifier, qualified

_TRIGGERS = """
SELECT n.nspname::text AS schema, c.relname::text AS table, t.tgname::text AS name,
  t.tgenabled::text AS state
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.oid >= 16384 AND t.tgenabled IN ('O', 'A')
  AND c.relkind IN ('r', 'p')
"""
_FORCED = """
SELECT n.nspname::text AS schema, c.relname::text AS table
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relforcerowsecurity AND c.oid >= 16384
"""
_STATES = {"O": "ENABLE", "A": "ENABLE ALWAYS"}


@asynccontextmanager
async def quieted(superuser: Session, worker: Session) -> AsyncGenerator[None, None]:
    """Let rows in without triggers, and past policies that hold for owners too.

    Where the worker may not, they stay: rows that a trigger or policy refuses are missing then.
    """
    triggers = await superuser.rows(_TRIGGERS)
    undo = [
        f"ALTER TABLE ONLY {qualified(row['schema'], row['table'])}"
        f" {_STATES[row['state']]} TRIGGER {identifier(row['name'])}"
        for row in triggers
    ]
    do = [
        f"ALTER TABLE ONLY {qualified(row['schema'], row['table'])}"
        f" DISABLE TRIGGER {identifier(row['name'])}"
        for row in triggers
    ]
    forced = await superuser.rows(_FORCED)
    is_held = await run_all(worker, [*do, *_no_force(forced)])
    try:
        yield
    finally:
        if is_held:
            await worker.script(";".join([*undo, *_force(forced)]) or "SELECT")


async def without_forced_policies(superuser: Session, worker: Session) -> None:
    """Let owners see all their rows until the worker's transaction is undone."""
    await run_all(worker, [*_no_force(await superuser.rows(_FORCED))])


async def run_all(worker: Session, statements: Iterable[str]) -> bool:
    """Run all statements or none; say whether they ran."""
    text = ";".join(statements)
    if not text:
        return False
    try:
        async with worker.transaction():
            await worker.script(text)
    except StatementError:
        return False
    return True


def _no_force(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Yield what lets owners past the policies of their tables."""
    for row in rows:
        yield f"ALTER TABLE {qualified(row['schema'], row['table'])} NO FORCE ROW LEVEL SECURITY"


def _force(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    for row in rows:
        yield f"ALTER TABLE {qualified(row['schema'], row['table'])} FORCE ROW LEVEL SECURITY"
