"""Everyone may create objects in a schema.

## Why it matters
Whoever can create a function, operator or table in a schema that others have in their
search_path has code of their own run with the rights of those others (CVE-2018-1058). Until
PostgreSQL 14 the schema public was open like this, and a database upgraded from there still is.

## Flagged
```sql
CREATE SCHEMA reports;
GRANT USAGE, CREATE ON SCHEMA reports TO PUBLIC;
```

## Accepted
```sql
CREATE SCHEMA reports;
GRANT USAGE ON SCHEMA reports TO PUBLIC;
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.grants import privileges_of_everyone, revoke
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.catalog.kinds.schema import Schema


def _population(scope: Scope) -> Iterator[Schema]:
    yield from scope.catalog.of(Schema)


def _judge(schema: Schema, scope: Scope) -> Iterator[Fault]:
    if "CREATE" in privileges_of_everyone(schema.identity, scope):
        yield Fault(
            schema.identity,
            "lets PUBLIC CREATE objects: any role can plant a function or table that others "
            "then use with their own rights.",
            fix=revoke("CREATE", f"SCHEMA {name(schema.identity)}", schema.identity, scope),
            advice="GRANT CREATE to the roles that run migrations. What others already created "
            "there stays: look for objects with unexpected owners.",
        )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.ERROR,
    examines="schemas",
    population=_population,
    judge=_judge,
)
