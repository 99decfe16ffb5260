"""An index is built anew while writes wait.

## Why it matters
REINDEX takes SHARE on the table, for which writes wait, and ACCESS EXCLUSIVE on each index, for
which queries wait that plan to use it. REINDEX CONCURRENTLY builds a second index and exchanges the
two.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX orders_note_idx ON orders (note);
-- migration
REINDEX INDEX orders_note_idx;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX orders_note_idx ON orders (note);
-- migration
REINDEX INDEX CONCURRENTLY orders_note_idx;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.kinds.index import Index
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import while_scanning
from server.engines.sql.facts.forms import Reindex
from server.engines.sql.quote import qualified


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, Reindex) or form.is_concurrent or form.what not in {"index", "table"}:
        return
    relation = script.existing(examined, form.name)
    if relation is None:
        return
    index = script.before.get(relation, Index)
    table = relation if index is None or index.parent is None else index.parent
    yield Fault(
        relation,
        f"REINDEX {while_scanning(examined, table)}",
        listed(f"REINDEX {form.what.upper()} CONCURRENTLY {qualified(*relation.names)}"),
        EACH_ALONE,
    )


RULE = Definition(Severity.ERROR, _judge)
