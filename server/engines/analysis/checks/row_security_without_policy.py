"""Row security is on, but no policy lets anyone see a row.

## Why it matters
Every role but the owner then reads an empty table, without an error, and its writes are refused.
That is right for a table that only its owner uses, and a puzzle everywhere else. A partition is
left alone: its parent's policies hold for queries through the parent, and none of its own close
the direct way.

## Flagged
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
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
from server.engines.analysis.row_security import secured_tables
from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.table import Table


def _judge(table: Table, scope: Scope) -> Iterator[Fault]:
    policies = scope.catalog.policies(table.identity)
    if not policies:
        yield Fault(
            table.identity,
            "has row security and no policy: every role but its owner finds it empty.",
            advice="CREATE POLICY for the roles that need rows; if none does, REVOKE their "
            "privileges, which gives an error instead of an empty answer.",
        )
    elif not any(each.is_permissive for each in policies):
        yield Fault(
            table.identity,
            "has restrictive policies only, and those take rows away that no permissive one "
            "gives: every role but its owner finds it empty.",
            advice="CREATE POLICY … AS PERMISSIVE for the rows that the restrictive ones narrow.",
        )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.INFO,
    examines="tables with row security",
    population=secured_tables,
    judge=_judge,
)
