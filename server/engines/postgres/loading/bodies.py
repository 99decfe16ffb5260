"""Checks the bodies of routines once everything that they may name is there."""

from collections.abc import Sequence

from server.engines.postgres.session import Session, StatementError

_MOST = 12
_USUAL = '"$user", public'
_SET = "SELECT pg_catalog.set_config('search_path', $1, false)"
_DENIED = "42501"
_FOREIGN = """
SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text AS name,
       pg_catalog.pg_get_functiondef(p.oid) AS definition
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE l.lanname IN ('sql', 'plpgsql') AND p.prokind <> 'a' AND p.prosqlbody IS NULL
  AND NOT p.proleakproof AND pg_catalog.pg_has_role($1::name, p.proowner, 'MEMBER')
ORDER BY p.oid
"""


async def broken_bodies(
    superuser: Session, loader: Session, role: str, paths: Sequence[str] = ()
) -> list[str]:
    """Return a remark for each routine whose body PostgreSQL would refuse; it stays created.

    A body may be meant for any of `paths`, the search paths that the scripts have set, or for the
    usual one. PL/pgSQL's own check sees grammar only: a table that is missing there passes.
    """
    broken: dict[str, str] = {}
    foreign = await superuser.rows(_FOREIGN, role)
    waiting = {routine["name"]: routine["definition"] for routine in foreign}
    for path in (_USUAL, *paths):
        await loader.script("RESET ROLE; RESET ALL; SET check_function_bodies = on")
        await loader.value(_SET, path)
        refused = {name: await _refusal(loader, text) for name, text in waiting.items()}
        broken = {name: message for name, message in refused.items() if message}
        waiting = {name: waiting[name] for name in broken}
    remarks = [f"the body of {name} is not valid: {message}" for name, message in broken.items()]
    more = len(remarks) - _MOST
    return remarks if more <= 0 else [*remarks[:_MOST], f"{more} more bodies are not valid"]


async def _refusal(loader: Session, definition: str) -> str:
    try:
        async with loader.undone():
            await loader.script(definition)
    except StatementError as error:
        return "" if error.sqlstate == _DENIED else error.message[:300]
    return ""
