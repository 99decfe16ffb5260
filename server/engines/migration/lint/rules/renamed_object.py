"""An object is renamed while programs use its name.

## Why it matters
Views, types, functions, sequences, schemas and the values of enums are named by programs and in the
text of functions. From the moment of the rename whoever uses the old name fails.

## Flagged
```sql
CREATE TYPE mood AS ENUM ('good', 'bad');
-- migration
ALTER TYPE mood RENAME VALUE 'bad' TO 'poor';
```

## Accepted
```sql
CREATE TYPE mood AS ENUM ('good', 'bad');
-- migration
ALTER TYPE mood ADD VALUE 'poor';
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import code
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.sql.facts.forms import Rename
from server.engines.sql.quote import identifier

_OTHERS = frozenset({"column", "table", "constraint", "domain_constraint", "index", "trigger"})
_SILENT = _OTHERS | {"policy", "rule", "event_trigger", "publication", "subscription", "object"}


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, Rename) or form.kind in _SILENT:
        return
    found = script.object_named(examined, form.kind, form.of)
    if found is not None:
        yield Fault(
            found,
            f"Programs that run now name {code(identifier(form.name))}, which is called "
            f"{code(identifier(form.new))} afterwards.",
            advice="Create the new one beside it, and drop the old one after a deploy.",
        )


RULE = Definition(Severity.WARNING, _judge)
