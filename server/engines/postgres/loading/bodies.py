"""Checks the bodies of routines once everything that they may name is there."""

from server.engines.postgres.session import Session, StatementError

_MOST = 50
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


async def broken_bodies(superuser: Session, loader: Session, role: str) -> list[str]:
    """Return a remark for each routine whose body PostgreSQL would refuse; it stays created.

    PL/pgSQL's own check sees grammar only: a table that is missing there passes.
    """
    remarks: list[str] = []
    await loader.script("RESET ROLE; RESET ALL; SET check_function_bodies = on")
    for routine in await superuser.rows(_FOREIGN, role):
        try:
            async with loader.undone():
                await loader.script(routine["definition"])
        except StatementError as error:
            if error.sqlstate != _DENIED:
                remarks.append(f"the body of {routine['name']} is not valid: {error.message[:300]}")
        if len(remarks) == _MOST:
            return [*remarks, "more bodies were not checked"]
    return remarks
