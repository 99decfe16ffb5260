"""All rows of a table are deleted.

## Why it matters
DELETE without WHERE is often a WHERE that was forgotten. It locks every row until its transaction
ends, and nothing brings the rows back.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
DELETE FROM orders;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
DELETE FROM orders WHERE id = 7;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.sql.facts.forms import WriteRows, Writing


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, WriteRows) or form.writing is not Writing.DELETE or form.is_filtered:
        return
    table = script.existing(examined, form.table)
    if table is not None:
        yield Fault(
            table,
            f"All rows of {named(table)} are gone for good; who changes one waits until "
            f"{examined.until}.",
        )


RULE = Definition(Severity.ERROR, _judge)
