"""A function that runs with its owner's rights looks names up where its caller says.

## Why it matters
Inside a SECURITY DEFINER function a name without a schema is looked up in the caller's
search_path. A caller puts a schema of their own first, with a table or operator of that name, and
their code runs with the rights of the function's owner. Temporary objects come first unless
pg_temp is named last, so a fixed path without it still lets a temporary table take a table's
place. Functions in C and those with a standard SQL body, bound when they were created, are left
alone.

## Flagged
```sql
CREATE TABLE counters (total bigint NOT NULL);
CREATE FUNCTION bump() RETURNS void LANGUAGE sql SECURITY DEFINER
  AS 'UPDATE counters SET total = total + 1';
```

## Accepted
```sql
CREATE TABLE counters (total bigint NOT NULL);
CREATE FUNCTION bump() RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = public, pg_temp
  AS 'UPDATE counters SET total = total + 1';
```
"""

import re
from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.population import definer_routines
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import signature
from server.engines.analysis.wording import code
from server.engines.catalog.kinds.routine import Routine
from server.engines.sql.quote import identifier

_SETTING = "search_path="
_NAME = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([a-z_][a-z0-9_$]*))\s*')
_SYSTEM_ONLY = frozenset({"", '""', "pg_catalog"})
_BOUND_LANGUAGES = frozenset({"c", "internal"})
_EXPLAINED = (
    "Names in its body that lie in other schemas must then carry their schema, or the schema "
    "must stand in this list before pg_temp; list none in which untrusted roles may create "
    "objects. Its calls go on meanwhile."
)


def _judge(routine: Routine, _: Scope) -> Iterator[Fault]:
    if routine.language in _BOUND_LANGUAGES or routine.sql_body is not None:
        return
    path = _path(routine)
    if path is None:
        schema = identifier(routine.identity.names[0])
        yield Fault(
            routine.identity,
            "runs with its owner's rights and looks names up in the caller's search_path: a "
            "caller can put objects of their own in their place.",
            fix=f"ALTER {signature(routine)} SET search_path = {schema}, pg_temp;",
            advice=_EXPLAINED,
        )
    elif path not in _SYSTEM_ONLY and "pg_temp" not in _names(path):
        yield Fault(
            routine.identity,
            f"runs with its owner's rights and the search_path {code(path)}, before which "
            "PostgreSQL looks for temporary tables: a caller's temporary table can take the "
            "place of a table.",
            fix=f"ALTER {signature(routine)} SET search_path = {_list(path)}, pg_temp;"
            if _names(path)
            else "",
            advice="Naming pg_temp makes it the last place to look. Its calls go on meanwhile.",
            severity=Severity.WARNING,
        )


def _path(routine: Routine) -> str | None:
    """Return the search_path that the routine sets, None if it leaves the caller's."""
    found = (each.removeprefix(_SETTING) for each in routine.settings if each.startswith(_SETTING))
    return next(found, None)


def _list(path: str) -> str:
    return ", ".join(map(identifier, _names(path)))


def _names(path: str) -> tuple[str, ...]:
    """Return the schemas of a path in the form that PostgreSQL stores; none if it is another."""
    names = list[str]()
    position = 0
    while match := _NAME.match(path, position):
        names.append(match[1].replace('""', '"') if match[1] else match[2])
        position = match.end() + 1
        if path[match.end() :][:1] != ",":
            break
    return tuple(names) if position > len(path) else ()


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.ERROR,
    examines="routines that run with their owner's rights",
    population=definer_routines,
    judge=_judge,
)
