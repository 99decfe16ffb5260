"""A column is named like a reference to another table, and nothing keeps it one.

## Why it matters
Without a foreign key, rows go on pointing at what was deleted, and every reader has to be ready for
that. A column counts if its name is that of a table and `_id`, and its type that of the table's
primary key. Left alone: a column with a `_type` beside it, which says the table row by row, and
tables that by their name keep records of rows that may be gone. Where more than five columns to one
table lack the key, it is said once.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
```

## Accepted
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers);
CREATE TABLE comments (id bigint PRIMARY KEY, customer_type text, customer_id bigint NOT NULL);
CREATE TABLE payments (id bigint PRIMARY KEY, customer_id text NOT NULL);
CREATE TABLE order_history (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
```
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.constraint_statement import VALIDATION, add_online
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.index_statement import create_index, is_online
from server.engines.analysis.lookup import is_indexed
from server.engines.analysis.reference import Reference, references
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import named
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.sql.quote import identifier

_OVERSIGHTS = 5
"""How many missing keys to one table are named one by one."""
_ONLINE = (
    "ADD … NOT VALID takes SHARE ROW EXCLUSIVE on both tables for a moment: their writes wait. "
    f"{VALIDATION} An index is built CONCURRENTLY, outside a transaction."
)
_AT_ONCE = (
    "Takes SHARE ROW EXCLUSIVE on both tables and the partitions while it reads them: their writes "
    "wait until it ends. It fails if rows point at nothing: repair them first."
)


class _Candidates(NamedTuple):
    """The columns that are named like references to one table, and that table's key."""

    target: Column
    columns: tuple[Column, ...]


def _population(scope: Scope) -> Iterator[_Candidates]:
    found: defaultdict[Identity, list[Reference]] = defaultdict(list)
    for each in references(scope):
        found[each.target.identity].append(each)
    for group in found.values():
        yield _Candidates(group[0].target, tuple(each.column for each in group))


def _judge(candidates: _Candidates, scope: Scope) -> Iterator[Fault]:
    target, columns = candidates
    loose = [each for each in columns if not _is_kept(each, scope)]
    if len(loose) > _OVERSIGHTS:
        yield _policy(target, loose)
        return
    for column in loose:
        yield Fault(
            column.identity,
            f"is named like a reference to {named(relation_of(target))} and has no foreign key: it "
            "may hold what is not there.",
            fix=_add(column, target, scope),
            advice=_ONLINE if is_online(relation_of(column), scope) else _AT_ONCE,
            evidence=Evidence.HEURISTIC,
        )


def _policy(target: Column, loose: Sequence[Column]) -> Fault:
    """So many at once are a decision: say it once."""
    shown = ", ".join(named(each.identity) for each in loose[:_OVERSIGHTS])
    return Fault(
        relation_of(target),
        f"is what {len(loose)} columns are named like references to, without a foreign key: "
        f"{shown} and {len(loose) - _OVERSIGHTS} more may hold what is not there.",
        advice="If that is a decision, write it down by suppressing this finding, and look for "
        "lost rows from time to time. Otherwise add the keys one by one: NOT VALID, then VALIDATE.",
        evidence=Evidence.HEURISTIC,
    )


def _is_kept(column: Column, scope: Scope) -> bool:
    """Tell whether a foreign key, to whatever table, says what the column may hold."""
    return any(
        each.type is ConstraintType.FOREIGN_KEY and column.identity.name in each.columns
        for each in scope.catalog.constraints(relation_of(column))
    )


def _add(column: Column, target: Column, scope: Scope) -> str:
    table, own = relation_of(column), column.identity.name
    key = free_name((table.name, own), "fkey", scope.names_taken[table.names[0]])
    index = "" if is_indexed(table, (own,), scope) else f"\n{create_index(table, (own,), scope)}"
    points = f"{name(relation_of(target))} ({identifier(target.identity.name)})"
    rule = f"FOREIGN KEY ({identifier(own)}) REFERENCES {points}"
    if is_online(table, scope):
        return f"{add_online(table, key, rule)}{index}"
    return f"ALTER TABLE {name(table)} ADD CONSTRAINT {identifier(key)} {rule};{index}"


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.INFO,
    examines="tables that columns are named after",
    population=_population,
    judge=_judge,
)
