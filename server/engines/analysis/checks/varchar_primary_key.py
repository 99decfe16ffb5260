"""A primary key holds what looks like UUIDs as text.

## Why it matters
A UUID takes 16 bytes as `uuid` and 37 as text, in the table, in each of its indexes and in each
row that points at it; text compares slower, and accepts two spellings of one UUID as two keys. A
text limited to 32, 36 or 38 characters is meant for UUIDs as a rule, so a person should look.

## Flagged
```sql
CREATE TABLE devices (id varchar(36) PRIMARY KEY, name text NOT NULL);
```

## Accepted
```sql
CREATE TABLE devices (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE countries (code varchar(2) PRIMARY KEY, name text NOT NULL);
```
"""

import re
from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.population import primary_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import columns_named, named
from server.engines.catalog.kinds.constraint import Constraint

_UUID_LONG = re.compile(r"(?:character varying|character)\((?:32|36|38)\)")
"""A UUID without hyphens, with them, and in braces, too."""
_HOW = (
    "If all values are UUIDs: ALTER COLUMN … TYPE uuid USING …::uuid rewrites the table under "
    "ACCESS EXCLUSIVE while reads and writes wait."
)


def _judge(key: Constraint, scope: Scope) -> Iterator[Fault]:
    suspects = [
        each
        for each in scope.catalog.columns(relation_of(key))
        if each.identity.name in key.columns and _UUID_LONG.fullmatch(each.type)
    ]
    if suspects:
        names = columns_named(each.identity.name for each in suspects)
        pointing = scope.foreign_keys_to.get(relation_of(key), ())
        those = ", ".join(named(each.identity) for each in pointing)
        yield Fault(
            key.identity,
            f"has {names} as {suspects[0].type}, which looks like UUIDs in twice the room that "
            "uuid takes, here and in each row that points here.",
            advice=_HOW
            + (f" Drop {those} first, convert both sides, and add them again." if those else ""),
            evidence=Evidence.HEURISTIC,
        )


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.INFO,
    examines="primary keys",
    population=primary_keys,
    judge=_judge,
)
