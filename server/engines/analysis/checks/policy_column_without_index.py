"""A policy compares a column that no index begins with.

## Why it matters
The condition of a policy becomes part of every query on the table, and of every UPDATE and DELETE.
Without an index that begins with the column, each of them reads the rows of all tenants or users
to find those of one. Only equality with something computed counts, as with the current user or a
setting; with several such columns one indexed column is enough.

## Flagged
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, tenant bigint NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON notes
  USING (tenant = (SELECT current_setting('app.tenant')::bigint));
```

## Accepted
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, tenant bigint NOT NULL);
CREATE INDEX notes_tenant_idx ON notes (tenant);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON notes
  USING (tenant = (SELECT current_setting('app.tenant')::bigint));
```
"""

from collections.abc import Iterator, Sequence

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.index_statement import build_advice, create_index
from server.engines.analysis.lookup import is_indexed, lookup_columns
from server.engines.analysis.row_security import tables_with_policies
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import code, columns_named, listed, named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.table import Table
from server.engines.sql.expression import Equality, equalities


def _population(scope: Scope) -> Iterator[Table]:
    return (each for each in tables_with_policies(scope) if each.has_row_security)


def _judge(table: Table, scope: Scope) -> Iterator[Fault]:
    policies = scope.catalog.policies(table.identity)
    by_columns = {each: _compared(each, scope) for each in policies}
    for columns in _narrowest([each for each in by_columns.values() if each]):
        if any(is_indexed(table.identity, (each,), scope) for each in columns):
            continue
        names = [code(each.identity.name) for each in policies if by_columns[each] == columns]
        fix, advice = _remedy(table.identity, columns, scope)
        yield Fault(
            Identity(Column.kind, (*table.identity.names, columns[0])),
            f"begins no index, although {'policies' if names[1:] else 'policy'} {listed(names)} "
            f"must find rows by {columns_named(columns)}: every statement reads everyone's rows.",
            fix=fix,
            advice=advice,
        )


def _compared(policy: Policy, scope: Scope) -> tuple[str, ...]:
    """Return the columns that rows are found by; a policy for INSERT finds none."""
    found = equalities(policy.using or "")
    return tuple(
        dict.fromkeys(each.column for each in found if _can_use_index(policy, each, scope))
    )


def _can_use_index(policy: Policy, equality: Equality, scope: Scope) -> bool:
    """Tell whether an index on the bare column serves: varchar alone is text without a change."""
    columns = scope.catalog.columns(policy.parent) if policy.parent else ()
    own = next((each for each in columns if each.identity.name == equality.column), None)
    if own is None:
        return False
    return own.type_name == "character varying" or not equality.is_cast_to_text


def _narrowest(groups: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the groups of columns that hold no other group, one for each first column."""
    kept = dict[str, tuple[str, ...]]()
    for group in sorted(set(groups), key=lambda each: (len(each), each)):
        if not any(set(other) <= set(group) for other in kept.values()):
            kept.setdefault(group[0], group)
    return list(kept.values())


def _remedy(table: Identity, columns: tuple[str, ...], scope: Scope) -> tuple[str, str]:
    key = _unindexed_key(table, columns, scope)
    if key is not None:
        return "", f"The index that the foreign key {named(key.identity)} needs serves this, too."
    return create_index(table, columns, scope), build_advice(table, scope)


def _unindexed_key(table: Identity, columns: tuple[str, ...], scope: Scope) -> Constraint | None:
    for each in scope.catalog.constraints(table):
        if each.type is ConstraintType.FOREIGN_KEY and lookup_columns(each)[0] in columns:
            return each
    return None


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.WARNING,
    examines="tables with policies in force",
    population=_population,
    judge=_judge,
)
