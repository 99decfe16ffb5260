"""A table has policies, but row security is off, so they do nothing.

## Why it matters
CREATE POLICY does not switch row security on. Whoever reads the schema believes that rows are
protected, while every role with a privilege on the table sees all of them.

## Flagged
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
CREATE POLICY own_notes ON notes USING (author = (SELECT current_user));
```

## Accepted
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON notes USING (author = (SELECT current_user));
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.row_security import tables_with_policies
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import code, listed
from server.engines.catalog.kinds.table import Table


def _judge(table: Table, scope: Scope) -> Iterator[Fault]:
    if not table.has_row_security:
        names = listed(code(each.identity.name) for each in scope.catalog.policies(table.identity))
        yield Fault(
            table.identity,
            f"has row security off, so its policies ({names}) filter nothing.",
            fix=f"ALTER TABLE {name(table.identity)} ENABLE ROW LEVEL SECURITY;",
            advice="From then on roles other than the owner see only what the policies grant. "
            "Takes ACCESS EXCLUSIVE for a moment, without a scan: reads and writes wait for it, "
            "so set lock_timeout.",
        )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.ERROR,
    examines="tables with policies",
    population=tables_with_policies,
    judge=_judge,
)
