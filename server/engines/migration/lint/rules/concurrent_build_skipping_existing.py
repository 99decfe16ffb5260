"""A concurrent build passes over an index that is not finished.

## Why it matters
CREATE INDEX CONCURRENTLY that fails leaves an invalid index behind: writes maintain it, no query
reads it. Run again with IF NOT EXISTS it succeeds, because the name is there, and the index stays
invalid. Without IF NOT EXISTS the second run says so; with a DROP before it there is nothing to
pass over.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_total_idx ON orders (total);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
DROP INDEX CONCURRENTLY IF EXISTS orders_half_idx;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_half_idx ON orders ((total / 2));
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.index import Index
from server.engines.migration.index_text import concurrently
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.sql.facts.forms import CreateIndex, Drop
from server.engines.sql.quote import qualified


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, CreateIndex) or not (form.is_concurrent and form.skips_existing):
        return
    found = script.current(examined, (*form.table[:-1], form.name))
    index = None if found is None else script.after.get(found, Index)
    if index is None or script.existing(examined, form.table) is None:
        return
    if any(_drops(each, index.identity) for each in script.statements[: examined.number]):
        return
    is_broken = not index.is_valid
    drop = f"DROP INDEX CONCURRENTLY {qualified(*index.identity.names)}"
    yield Fault(
        index.identity,
        _message(index.identity, is_broken=is_broken),
        listed(drop if is_broken else "", concurrently(index.definition)),
        "If it fails, drop what it left and run it again; afterwards indisvalid has to be true.",
        Severity.ERROR if is_broken else None,
    )


def _drops(earlier: Examined, index: Identity) -> bool:
    """Whether a statement before it takes away what an earlier attempt may have left."""
    form = earlier.form
    names = form.names if isinstance(form, Drop) and form.kind == Index.kind else ()
    return any(name in {index.names, index.names[-1:]} for name in names)


def _message(index: Identity, *, is_broken: bool) -> str:
    if is_broken:
        return f"IF NOT EXISTS passes over {named(index)}, which is there and invalid."
    return (
        f"IF NOT EXISTS passes over an invalid {named(index)} that an earlier attempt left: the "
        "migration succeeds and no query ever uses the index."
    )


RULE = Definition(Severity.WARNING, _judge)
