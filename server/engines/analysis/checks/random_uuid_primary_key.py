"""The keys of new rows are random, so each lands on another page of the index.

## Why it matters
With random UUIDs every INSERT reads and dirties a random leaf page. Once the index outgrows the
memory, each costs a read from disk and, after a checkpoint, a full page in the WAL. UUIDs of
version 7 begin with the time: new ones go to the end of the index. On small tables it makes no
difference.

## Flagged
```sql
CREATE TABLE events (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), payload jsonb);
```

## Accepted
```sql
CREATE TABLE events (id uuid PRIMARY KEY DEFAULT uuidv7(), payload jsonb);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.generated import is_random
from server.engines.analysis.population import primary_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import columns_named
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.sql.quote import identifier

_UUIDV7_SINCE = 18
_NOTE = (
    "Concerns new rows only, and large tables only; takes ACCESS EXCLUSIVE for a moment. uuidv7() "
    "is built in since PostgreSQL 18: before, the application makes them. A version 7 UUID tells "
    "when its row was made to whoever sees it."
)


def _judge(key: Constraint, scope: Scope) -> Iterator[Fault]:
    table = relation_of(key)
    for column in scope.catalog.columns(table):
        is_first = column.identity.name == key.columns[0]
        if is_first and column.type_name == "uuid" and is_random(column, scope):
            own = identifier(column.identity.name)
            alter = f"ALTER TABLE {name(table)} ALTER COLUMN {own} SET DEFAULT uuidv7();"
            yield Fault(
                key.identity,
                f"gets random values for {columns_named([column.identity.name])}: each INSERT goes "
                "to another page of the index, from disk once the index outgrows the memory.",
                fix=alter if scope.catalog.major >= _UUIDV7_SINCE else "",
                advice=_NOTE,
            )


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.INFO,
    examines="primary keys",
    population=primary_keys,
    judge=_judge,
)
