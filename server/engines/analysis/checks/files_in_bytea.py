"""Files seem to be stored in a bytea column.

## Why it matters
Every backup, replica and `SELECT *` carries the bytes; a value is held in memory whole, several
times over, and an update writes it again. Object storage holds files for a fraction of the price
and serves them without the database. The column is recognized by its name.

## Flagged
```sql
CREATE TABLE invoices (id bigint PRIMARY KEY, pdf bytea NOT NULL);
```

## Accepted
```sql
CREATE TABLE invoices (id bigint PRIMARY KEY, pdf_key text NOT NULL, pdf_sha256 bytea NOT NULL);
```
"""

import re
from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.typed import EXAMINED, Typed, typed

_FILE = re.compile(
    r"(^|_)(attachment|avatar|document|file|image|media|pdf|photo|picture|scan|thumbnail|video)s?"
    r"(_(blob|bytes|content|data))?$"
)


def _judge(one: Typed, _: Scope) -> Iterator[Fault]:
    if one.element == "bytea" and _FILE.search(one.subject.name.lower()):
        yield Fault(
            one.subject,
            "looks like file contents: every backup, replica and SELECT * carries them.",
            advice="Move the bytes to object storage; keep key, size and checksum in the row.",
            evidence=Evidence.HEURISTIC,
        )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.INFO,
    examines=EXAMINED,
    population=typed,
    judge=_judge,
)
