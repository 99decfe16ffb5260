"""An extension has its objects in the schema public.

## Why it matters
Its functions, types and operators stand among one's own: an API that exposes public offers them
to clients, names can collide, and who may create in public can shadow them. A schema of its own
keeps them apart.

## Flagged
```sql
CREATE EXTENSION citext SCHEMA public;
```

## Accepted
```sql
CREATE SCHEMA extensions;
CREATE EXTENSION citext SCHEMA extensions;
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.extension import Extension
from server.engines.sql.quote import identifier

_MOVED = (
    "Columns, indexes, views and policies keep working: they are bound to the objects. Code that "
    "names them without a schema (functions, applications) needs extensions in its search_path."
)
_FIXED = (
    "It cannot be moved. In a database where nothing uses it yet, drop it and create it again "
    "with SCHEMA extensions; otherwise keep public out of what clients reach."
)


def _population(scope: Scope) -> Iterator[Extension]:
    yield from scope.catalog.of(Extension)


def _judge(extension: Extension, _: Scope) -> Iterator[Fault]:
    if extension.in_schema == "public":
        move = (
            "CREATE SCHEMA IF NOT EXISTS extensions;\n"
            "GRANT USAGE ON SCHEMA extensions TO PUBLIC;\n"
            f"ALTER EXTENSION {identifier(extension.identity.name)} SET SCHEMA extensions;"
        )
        yield Fault(
            extension.identity,
            "has its functions and types in public, among one's own.",
            fix=move if extension.is_relocatable else "",
            advice=_MOVED if extension.is_relocatable else _FIXED,
        )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.INFO,
    examines="extensions",
    population=_population,
    judge=_judge,
)
