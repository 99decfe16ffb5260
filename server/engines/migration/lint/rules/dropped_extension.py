"""An extension is dropped with all its functions and types.

## Why it matters
Functions of an extension are called in the text of programs and of other functions, which
PostgreSQL does not follow. With CASCADE the columns of its types go, too.

## Flagged
```sql
CREATE EXTENSION pgcrypto;
-- migration
DROP EXTENSION pgcrypto;
```

## Accepted
```sql
CREATE EXTENSION pgcrypto;
-- migration
CREATE EXTENSION IF NOT EXISTS pgcrypto;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.migration.lint.drops import dropped
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for identity in dropped(examined, script, "extension"):
        if identity not in script.after:
            yield Fault(
                identity,
                f"Functions and types of {named(identity)} are gone: "
                f"what calls or names them in its text fails.",
            )


RULE = Definition(Severity.ERROR, _judge)
