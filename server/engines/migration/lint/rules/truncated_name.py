"""PostgreSQL cuts off a name.

## Why it matters
Names end at 63 bytes. What is longer is cut off with a notice that nobody reads: two long names
become one, and a later statement that names the object in full finds it only because it is cut off,
too.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN total_with_value_added_tax_and_shipping_costs_to_the_door_of_you int;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN total_with_tax_and_shipping numeric;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import code
from server.engines.catalog.identity import Identity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.sql.statement_facts import long_names

_LONGEST = 63  # bytes


def _judge(examined: Examined, _script: Script) -> Iterator[Fault]:
    if len(examined.sql.encode()) <= _LONGEST:
        return
    for name in long_names(examined.sql):
        kept = name.encode()[:_LONGEST].decode(errors="ignore")
        yield Fault(
            Identity("name", (name,)),
            f"{code(name)} is longer than {_LONGEST} bytes and becomes {code(kept)}.",
        )


RULE = Definition(Severity.WARNING, _judge)
