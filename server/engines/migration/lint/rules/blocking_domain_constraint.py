"""A domain gets a constraint and every table that uses it is read.

## Why it matters
ALTER DOMAIN … ADD CHECK and SET NOT NULL take SHARE on every table with a column of the domain, and
read them all: writes wait everywhere. Added NOT VALID a CHECK takes no lock; VALIDATE still takes
SHARE on each table, at a time of your choice.

## Flagged
```sql
CREATE DOMAIN amount AS numeric;
CREATE TABLE orders (id bigint PRIMARY KEY, total amount);
-- migration
ALTER DOMAIN amount ADD CONSTRAINT amount_check CHECK (VALUE >= 0);
```

## Accepted
```sql
CREATE DOMAIN amount AS numeric;
CREATE TABLE orders (id bigint PRIMARY KEY, total amount);
-- migration
ALTER DOMAIN amount ADD CONSTRAINT amount_check CHECK (VALUE >= 0) NOT VALID;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import listed as enumerated
from server.engines.analysis.wording import named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, listed
from server.engines.migration.lint.script import Script
from server.engines.migration.step import LockMode
from server.engines.sql.facts.forms import AlterDomain, ConstraintForm, NewConstraint
from server.engines.sql.quote import identifier, qualified


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, AlterDomain) or form.constraint is None:
        return
    domain = script.existing_type(examined, form.domain)
    tables = [
        table
        for table in script.locked(examined, LockMode.SHARE)
        if script.has_scanned(examined, table)
    ]
    if domain is None or not form.constraint.is_validated or not tables:
        return
    names = enumerated([named(table) for table in tables])
    yield Fault(
        domain,
        f"ALTER DOMAIN takes SHARE on {names}: writes wait until {examined.until}, and all rows "
        "are read meanwhile.",
        _later(domain, form.constraint, script),
        EACH_ALONE,
    )


def _later(domain: Identity, new: NewConstraint, script: Script) -> str:
    added = (
        each
        for each in script.after.children(domain, DomainConstraint)
        if each.identity not in script.before
    )
    head = f"ALTER DOMAIN {qualified(*domain.names)}"
    return next(
        (
            listed(
                f"{head} ADD CONSTRAINT {identifier(each.identity.name)} {each.definition} "
                "NOT VALID",
                f"{head} VALIDATE CONSTRAINT {identifier(each.identity.name)}",
            )
            for each in added
            if new.form is ConstraintForm.CHECK and each.type is ConstraintType.CHECK
        ),
        "",
    )


RULE = Definition(Severity.ERROR, _judge)
