"""An exclusion constraint is added while reads and writes wait.

## Why it matters
ADD EXCLUDE takes ACCESS EXCLUSIVE for as long as its index is built, and PostgreSQL has no other
way to add one: neither NOT VALID nor USING INDEX. What is left is to do it when nobody is there, or
to fill a new table that has the constraint and exchange the two.

## Flagged
```sql
CREATE TABLE bookings (id bigint PRIMARY KEY, during tstzrange NOT NULL);
-- migration
ALTER TABLE bookings ADD CONSTRAINT bookings_during_excl EXCLUDE USING gist (during WITH &&);
```

## Accepted
```sql
CREATE TABLE bookings (id bigint PRIMARY KEY, during tstzrange NOT NULL);
-- migration
CREATE TABLE stays (id bigint PRIMARY KEY, during tstzrange NOT NULL);
ALTER TABLE stays ADD CONSTRAINT stays_during_excl EXCLUDE USING gist (during WITH &&);
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import while_scanning
from server.engines.sql.facts.forms import ConstraintForm


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, new in script.added(examined, ConstraintForm.EXCLUSION):
        if script.has_scanned(examined, table):
            yield Fault(
                part("constraint", table, new.name or "exclusion"),
                f"ADD EXCLUDE {while_scanning(examined, table)}",
                advice="There is no form that locks less: do it while the table is not used.",
            )


RULE = Definition(Severity.ERROR, _judge)
