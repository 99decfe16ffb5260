"""Everyone has privileges on a table.

## Why it matters
A grant to PUBLIC holds for every role of the server, those created tomorrow included: a
monitoring login, a role of another application, an API's anonymous role. Nobody sees it when they
list what one role may do.

## Flagged
```sql
CREATE TABLE salaries (id bigint PRIMARY KEY, amount numeric NOT NULL);
GRANT SELECT ON salaries TO PUBLIC;
```

## Accepted
```sql
CREATE TABLE salaries (id bigint PRIMARY KEY, amount numeric NOT NULL);
GRANT SELECT ON salaries TO pg_read_all_data;
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.grants import privileges_of_everyone, revoke
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import listed
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.view import View
from server.engines.sql.quote import identifier


def _population(scope: Scope) -> Iterator[Fact]:
    for kind in (Table, View, MaterializedView, ForeignTable):
        yield from scope.catalog.of(kind)


def _judge(relation: Fact, scope: Scope) -> Iterator[Fault]:
    yield from _faults(relation.identity, "", scope, name(relation.identity))
    for each in scope.catalog.columns(relation.identity):
        column = f" ({identifier(each.identity.name)})"
        yield from _faults(each.identity, column, scope, name(relation.identity))


def _faults(subject: Identity, column: str, scope: Scope, relation: str) -> Iterator[Fault]:
    privileges = sorted(privileges_of_everyone(subject, scope))
    if privileges:
        yield Fault(
            subject,
            f"grants {listed(privileges)} to PUBLIC: every role of the server has it, those "
            "created later included.",
            fix=revoke(
                ", ".join(f"{each}{column}" for each in privileges), relation, subject, scope
            ),
            advice="GRANT to the roles that need it, in the same transaction.",
        )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.WARNING,
    examines="tables, views, materialized views and foreign tables",
    population=_population,
    judge=_judge,
)
