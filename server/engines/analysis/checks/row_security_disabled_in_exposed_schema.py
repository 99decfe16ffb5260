"""A table that clients reach directly has no row security.

## Why it matters
An API such as PostgREST gives every client the rights of its database role: without row security
that role reads, and perhaps writes, the rows of all users. A partition counts too: whoever names
it in a query is not held up by the policies of its parent. A table on which nobody but its owner
has a privilege is left alone, as long as the schema grants anything at all.

## Flagged
```sql
CREATE TABLE invoices (id bigint PRIMARY KEY, customer text NOT NULL);
```

## Accepted
```sql
CREATE TABLE invoices (id bigint PRIMARY KEY, customer text NOT NULL);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_invoices ON invoices USING (customer = (SELECT current_user));
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.exposure import exposed
from server.engines.analysis.finding import Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.catalog.kinds.table import Table

_LOCK = (
    "Takes ACCESS EXCLUSIVE for a moment, without a scan: reads and writes wait for it, so set "
    "lock_timeout."
)
_CLOSED = (
    "From then on roles other than the owner see only rows that a policy grants, and none where "
    "there is no policy: write those first."
)
_PARTITION = (
    "Queries through the parent go on as before: they heed the parent's policies alone. "
    "Queries that name the partition see nothing unless it has policies of its own."
)


def _population(scope: Scope) -> Iterator[Table]:
    return exposed(scope, Table)


def _judge(table: Table, _: Scope) -> Iterator[Fault]:
    if table.has_row_security:
        return
    where = "is a partition" if table.is_partition else "lies"
    reason = ", and its parent's policies do not hold here" if table.is_partition else ""
    yield Fault(
        table.identity,
        f"{where} in an exposed schema without row security{reason}: whoever has a privilege on "
        "it reaches all of its rows.",
        fix=f"ALTER TABLE {name(table.identity)} ENABLE ROW LEVEL SECURITY;",
        advice=f"{_PARTITION if table.is_partition else _CLOSED} {_LOCK}",
    )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.ERROR,
    examines="tables in exposed schemas",
    population=_population,
    judge=_judge,
    needs_exposed=True,
)
