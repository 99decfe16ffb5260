"""The table's owner sees all rows in spite of the policies.

## Why it matters
Row security does not hold for the owner of the table unless it is forced. An application that
logs in as the role that ran its migrations therefore passes by every policy. A table without
policies is left alone: forcing would close it for its owner, too. Superusers and roles with
BYPASSRLS are never held up, forced or not.

## Flagged
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON notes USING (author = (SELECT current_user));
```

## Accepted
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON notes USING (author = (SELECT current_user));
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.row_security import secured_tables
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.catalog.kinds.table import Table


def _judge(table: Table, scope: Scope) -> Iterator[Fault]:
    if scope.catalog.policies(table.identity) and not table.forces_row_security:
        yield Fault(
            table.identity,
            "has policies that do not hold for its owner: an application that logs in as the "
            "owner sees all rows.",
            fix=f"ALTER TABLE {name(table.identity)} FORCE ROW LEVEL SECURITY;",
            advice="Not needed where applications never log in as the owner. Otherwise the "
            "owner's own jobs and migrations see only what the policies grant; give such a job a "
            "role with BYPASSRLS. Takes ACCESS EXCLUSIVE for a moment, without a scan.",
        )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.INFO,
    examines="tables with row security",
    population=secured_tables,
    judge=_judge,
)
