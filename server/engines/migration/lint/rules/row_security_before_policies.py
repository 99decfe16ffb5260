"""Row security is switched on before there is a policy.

## Why it matters
With row security and without a policy nobody but the owner sees or writes a row. Until the policies
are committed every query of everybody else comes back empty. Create them first, and switch it on in
the same transaction.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, owner name);
-- migration
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (owner = current_user);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, owner name);
-- migration
CREATE POLICY own ON orders USING (owner = current_user);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.registry import kind_of
from server.engines.migration.relation import altered
from server.engines.sql.facts.forms import ChangeKind, CreateObject


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, _ in script.changes(examined, ChangeKind.ENABLE_ROW_SECURITY):
        fact = script.before.get(table, Table)
        has_policy = script.before.policies(table) or _is_created_before(examined, table, script)
        if fact is None or fact.has_row_security or has_policy:
            continue
        yield Fault(
            table,
            f"No policy of {named(table)} is there yet: nobody but its owner sees or writes a row "
            "until there is one.",
            _policies_first(table, script),
            "Run all of it in one transaction.",
        )


def _is_created_before(examined: Examined, table: Identity, script: Script) -> bool:
    return any(
        isinstance(each.form, CreateObject)
        and each.form.kind == "policy"
        and script.existing(each, each.form.table) == table
        for each in script.statements[: examined.number]
    )


def _policies_first(table: Identity, script: Script) -> str:
    context = Context(script.before, script.after)
    actions = [
        action.sql
        for policy in script.after.policies(table)
        for action in kind_of(policy).create(policy, context)
    ]
    return listed(*actions, f"{altered(table)} ENABLE ROW LEVEL SECURITY") if actions else ""


RULE = Definition(Severity.ERROR, _judge)
