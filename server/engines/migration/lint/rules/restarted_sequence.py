"""A sequence starts again and may give numbers that are taken.

## Why it matters
After RESTART the next number may be one that a row has already: INSERT fails by a unique key, or
two rows share a number where there is none.

## Flagged
```sql
CREATE SEQUENCE invoice_number;
-- migration
ALTER SEQUENCE invoice_number RESTART WITH 1;
```

## Accepted
```sql
CREATE SEQUENCE invoice_number;
-- migration
ALTER SEQUENCE invoice_number CACHE 10;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.sql.facts.forms import AlterSequence


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, AlterSequence) or not form.restarts:
        return
    sequence = script.existing(examined, form.sequence)
    if sequence is not None:
        yield Fault(
            sequence,
            f"{named(sequence)} may give numbers again that rows have already.",
            advice="Set it above the greatest number in use: setval(…, max(column)).",
        )


RULE = Definition(Severity.WARNING, _judge)
