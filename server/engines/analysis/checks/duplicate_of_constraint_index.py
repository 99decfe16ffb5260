"""An index has the same keys as the one that a constraint brought along.

## Why it matters
PRIMARY KEY and UNIQUE create an index themselves. A second one over the same keys is maintained
with every write and never found faster; as a rule it was added by somebody who did not know that
the first one exists.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE INDEX customers_email_idx ON customers (email);
```

## Accepted
```sql
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE INDEX customers_email_prefix_idx ON customers (email text_pattern_ops);
CREATE INDEX customers_lower_email_idx ON customers (lower(email));
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.index_statement import removal
from server.engines.analysis.population import indexes
from server.engines.analysis.redundancy import Redundancy
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.index import Index

_POINTED_AT = (
    "A foreign key stands on it: create that one again, so that it points at the other constraint, "
    "then drop this one."
)


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    found = scope.redundant.get(index.identity)
    if found is None or found.how is not Redundancy.OF_CONSTRAINT:
        return
    constraint = found.served_by.constraint
    if constraint is not None:
        is_needed = index.identity in scope.indexes_pointed_at
        fix, advice = ("", _POINTED_AT) if is_needed else removal(index, scope)
        message = (
            f"repeats the index of {named(constraint)}: the same keys are written twice, and "
            "whatever this index finds that one does, too."
        )
        yield Fault(index.identity, message, fix=fix, advice=advice)


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.WARNING,
    examines="indexes",
    population=indexes,
    judge=_judge,
)
