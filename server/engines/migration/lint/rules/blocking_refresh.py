"""A materialized view is filled while its readers wait.

## Why it matters
REFRESH MATERIALIZED VIEW takes ACCESS EXCLUSIVE on the view for as long as its query runs. With
CONCURRENTLY readers go on; that needs a unique index over plain columns, without a condition.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
CREATE MATERIALIZED VIEW totals AS SELECT id, total FROM orders;
CREATE UNIQUE INDEX totals_id_idx ON totals (id);
-- migration
REFRESH MATERIALIZED VIEW totals;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
CREATE MATERIALIZED VIEW totals AS SELECT id, total FROM orders;
CREATE UNIQUE INDEX totals_id_idx ON totals (id);
-- migration
REFRESH MATERIALIZED VIEW CONCURRENTLY totals;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import holds
from server.engines.sql.facts.forms import Refresh
from server.engines.sql.quote import qualified

_NEEDED = (
    "CONCURRENTLY needs a unique index over plain columns, without a condition: create one first."
)


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, Refresh) or form.is_concurrent:
        return
    view = script.existing(examined, form.view)
    fact = None if view is None else script.before.get(view, MaterializedView)
    if view is None or fact is None or not fact.is_populated:
        return
    is_possible = any(map(_is_fit, script.before.indexes(view)))
    yield Fault(
        view,
        f"REFRESH {holds(examined, view)}, and its query runs meanwhile.",
        listed(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {qualified(*view.names)}")
        if is_possible
        else "",
        "" if is_possible else _NEEDED,
    )


def _is_fit(index: Index) -> bool:
    return index.is_unique and index.predicate is None and None not in index.key_columns


RULE = Definition(Severity.ERROR, _judge)
