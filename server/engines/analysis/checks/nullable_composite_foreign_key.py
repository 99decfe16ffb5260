"""A foreign key of several columns is not checked if some of them are NULL.

## Why it matters
With MATCH SIMPLE, the default, one NULL switches the check off for the whole key: the other
columns may hold anything. One nullable column beside required ones is the way to say "none", and is
left alone; several allow rows that say half of a key.

## Flagged
```sql
CREATE TABLE flights (carrier text, number int, PRIMARY KEY (carrier, number));
CREATE TABLE tickets (
  id bigint PRIMARY KEY, carrier text, number int,
  FOREIGN KEY (carrier, number) REFERENCES flights
);
```

## Accepted
```sql
CREATE TABLE flights (carrier text, number int, PRIMARY KEY (carrier, number));
CREATE TABLE tickets (
  id bigint PRIMARY KEY, carrier text, number int,
  FOREIGN KEY (carrier, number) REFERENCES flights MATCH FULL
);
CREATE TABLE baggage (
  id bigint PRIMARY KEY, carrier text NOT NULL, number int,
  FOREIGN KEY (carrier, number) REFERENCES flights
);
```
"""

from collections.abc import Iterator, Sequence

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.constraint_statement import VALIDATION, add_online
from server.engines.analysis.finding import Severity
from server.engines.analysis.foreign_key_columns import own_columns
from server.engines.analysis.nullability import takes_null
from server.engines.analysis.population import foreign_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import columns_named
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType, ForeignKeyMatch
from server.engines.sql.quote import identifiers

_HALF_IS_POSSIBLE = 2  # nullable columns
_ADVICE = (
    f"ADD … NOT VALID takes ACCESS EXCLUSIVE for a moment. {VALIDATION} MATCH FULL in the foreign "
    "key itself says the same where all its columns are nullable."
)


def _population(scope: Scope) -> Iterator[Constraint]:
    return (key for key in foreign_keys(scope) if len(key.columns) > 1)


def _judge(key: Constraint, scope: Scope) -> Iterator[Fault]:
    table = relation_of(key)
    absent = [each.identity.name for each in own_columns(key, scope) if takes_null(each, scope)]
    if key.match is ForeignKeyMatch.FULL or len(absent) < _HALF_IS_POSSIBLE:
        return
    if _is_tied(table, absent, scope):
        return
    yield Fault(
        key.identity,
        f"checks nothing as soon as one of {columns_named(absent)} is NULL: a row may name half of "
        "a key, and any half at that.",
        fix=_tie(table, absent, scope),
        advice=_ADVICE,
    )


def _is_tied(table: Identity, columns: Sequence[str], scope: Scope) -> bool:
    """Tell whether a CHECK speaks of NULLs in all these columns together."""
    return any(
        each.type is ConstraintType.CHECK
        and set(columns) <= set(each.columns)
        and ("NULL" in (each.expression or "") or "num_n" in (each.expression or ""))
        for each in scope.catalog.constraints(table)
    )


def _tie(table: Identity, columns: Sequence[str], scope: Scope) -> str:
    own_name = free_name((table.name, *columns), "check", scope.names_taken[table.names[0]])
    rule = f"CHECK (num_nulls({identifiers(columns)}) IN (0, {len(columns)}))"
    return add_online(table, own_name, rule)


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="foreign keys of several columns",
    population=_population,
    judge=_judge,
)
