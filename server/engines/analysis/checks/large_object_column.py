"""A column of type oid probably points at a large object that nothing cleans up.

## Why it matters
Large objects live in one shared table, with privileges of their own. Deleting or changing the
row leaves the object behind, logical replication leaves it out, and a plain dump of the table
does not hold it. Columns named like references to the system catalog (`table_oid`) are left alone.

## Flagged
```sql
CREATE TABLE documents (id bigint PRIMARY KEY, content oid NOT NULL);
```

## Accepted
```sql
CREATE TABLE documents (id bigint PRIMARY KEY, content bytea NOT NULL);
```
"""

import re
from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.typed import EXAMINED, Typed, typed
from server.engines.analysis.words import words

_CATALOG = re.compile(
    r"(^| )(class|database|db|function|index|namespace|obj|object|proc|rel|relation|role|schema"
    r"|table|type|user) ?(id|oid)$"
)
"""Names of columns that point into the system catalog, as event and audit tables have them."""


def _judge(one: Typed, _: Scope) -> Iterator[Fault]:
    if one.element == "oid" and not _CATALOG.search(words(one.subject.name)):
        yield Fault(
            one.subject,
            "is an oid: if it names a large object, deleting the row leaves that object behind.",
            advice="Keep contents up to some MB in bytea, larger ones in object storage with the "
            "key in the row; until then, have the lo_manage trigger of the extension lo clean up. "
            "If it names an object of the schema, regclass, regproc and alike say so.",
            evidence=Evidence.HEURISTIC,
        )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.WARNING,
    examines=EXAMINED,
    population=typed,
    judge=_judge,
)
