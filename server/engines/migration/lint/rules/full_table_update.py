"""One statement changes all rows of a table.

## Why it matters
UPDATE without WHERE locks every row until its transaction ends: whoever wants to change one waits.
It leaves a dead copy of each row and holds back vacuum for as long as it runs. Batches by primary
key, each committed by itself, do the same.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
UPDATE orders SET total = 0;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
UPDATE orders SET total = 0 WHERE id = 7;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.migration.batches import in_batches
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.sql.facts.forms import WriteRows, Writing


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, WriteRows) or form.writing is not Writing.UPDATE or form.is_filtered:
        return
    table = script.existing(examined, form.table)
    if table is not None:
        is_cut = form.is_plain and form.assignments
        batches = listed(in_batches(table, form.assignments, "true")) if is_cut else ""
        yield Fault(
            table,
            f"UPDATE locks every row of {named(table)}: who changes one waits until "
            f"{examined.until}.",
            batches,
            "Each batch is committed: run it again only where doing it twice does no harm.",
        )


RULE = Definition(Severity.WARNING, _judge)
