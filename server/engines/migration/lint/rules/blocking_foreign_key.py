"""A foreign key is added and all rows are checked while writes wait.

## Why it matters
ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on both tables and looks up every row. Added NOT VALID it
holds for new rows at once, and VALIDATE CONSTRAINT then looks them up while writes go on.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
-- migration
ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey
  FOREIGN KEY (customer_id) REFERENCES customers;
```

## Accepted
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
-- migration
ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey
  FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_fkey;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, added_constraint, validated_later
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import holds_all
from server.engines.sql.facts.forms import ConstraintForm

_NOT_VALID_ON_PARTITIONED_SINCE = 18


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, new in script.added(examined, ConstraintForm.FOREIGN_KEY):
        if not new.is_validated or not script.has_scanned(examined, table):
            continue
        added = added_constraint(script, table, new)
        references = None if added is None else added.references
        tables = dict.fromkeys(each for each in (table, references) if each is not None)
        yield Fault(
            part("constraint", table, new.name) if added is None else added.identity,
            f"ADD FOREIGN KEY {holds_all(examined, tables)}, and all rows are looked up meanwhile.",
            "" if added is None or not _can_wait(table, script) else validated_later(added),
            EACH_ALONE,
        )


def _can_wait(table: Identity, script: Script) -> bool:
    found = script.before.get(table, Table)
    is_partitioned = found is not None and found.is_partitioned
    return not is_partitioned or script.before.major >= _NOT_VALID_ON_PARTITIONED_SINCE


RULE = Definition(Severity.ERROR, _judge)
