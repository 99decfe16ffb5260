"""Clients reach a relation for which row security does not exist.

## Why it matters
Row security holds for tables and, through security_invoker, for views. A materialized view keeps
a copy of the rows that its owner saw, and a foreign table asks another server with stored
credentials; both show everything to whoever may read them. One on which nobody but its owner has
a privilege is left alone, as long as the schema grants anything at all.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, total numeric NOT NULL);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE MATERIALIZED VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY 1;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, total numeric NOT NULL);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE SCHEMA internal;
CREATE MATERIALIZED VIEW internal.totals AS
  SELECT customer, sum(total) AS total FROM orders GROUP BY 1;
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.exposure import exposed
from server.engines.analysis.finding import Severity
from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.materialized_view import MaterializedView

_Relation = MaterializedView | ForeignTable


def _population(scope: Scope) -> Iterator[_Relation]:
    yield from exposed(scope, MaterializedView)
    yield from exposed(scope, ForeignTable)


def _judge(relation: _Relation, _: Scope) -> Iterator[Fault]:
    yield Fault(
        relation.identity,
        f"is a {relation.kind.replace('_', ' ')} in an exposed schema: row security does not "
        "exist for it, so whoever may read it sees all rows.",
        advice="Move it to a schema that is not exposed (ALTER … SET SCHEMA) and let clients read "
        "it through a view or function that filters by who asks, or REVOKE SELECT from them.",
    )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.WARNING,
    examines="materialized views and foreign tables in exposed schemas",
    population=_population,
    judge=_judge,
    needs_exposed=True,
)
