"""A foreign key's column has another type than the column it points at.

## Why it matters
Values that fit one side do not fit the other: an `integer` that points at a `bigint` refuses the
first id above 2,147,483,647, on a day that nobody chose. Where the types compare only through a
cast, joins cannot use the index of the cast side. A text that has room for all that the other side
can hold is left alone.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers);
```

## Accepted
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers);
```
"""

import re
from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.counter import pointing_at, widened
from server.engines.analysis.finding import Severity
from server.engines.analysis.foreign_key_columns import Pair, pairs
from server.engines.analysis.nullability import domain_of
from server.engines.analysis.population import foreign_keys
from server.engines.analysis.retype import NO_REWRITE, Remedy, retype
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import code, named
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint

_INTEGERS = ("smallint", "integer", "bigint")
_TEXT = re.compile(r"(?:text|character varying)(?:\((?P<length>\d+)\))?")
_DIFFERENT = "Bring both columns to one type."
_ENDLESS = float("inf")


def _judge(key: Constraint, scope: Scope) -> Iterator[Fault]:
    for pair in pairs(key, scope):
        own, other = _type(pair.own, scope), _type(pair.other, scope)
        if own == other or _room(own) >= _room(other) > 0:
            continue
        fix, advice = _remedy(pair, scope)
        yield Fault(
            key.identity,
            f"compares {named(pair.own.identity)}, {code(own)}, with "
            f"{named(pair.other.identity)}, {code(other)}: {_consequence(own, other)}.",
            fix=fix,
            advice=advice,
            severity=_severity(own, other),
        )


def _type(column: Column, scope: Scope) -> str:
    domain = domain_of(column, scope)
    return column.type if domain is None else domain.base_type


def _room(text_type: str) -> float:
    """Return how many characters a text type holds, 0 for other types."""
    text = _TEXT.fullmatch(text_type)
    return 0 if text is None else float(text["length"] or _ENDLESS)


def _is_narrower(own: str, other: str) -> bool:
    return _INTEGERS.index(own) < _INTEGERS.index(other)


def _are_integers(own: str, other: str) -> bool:
    return {own, other}.issubset(_INTEGERS)


def _severity(own: str, other: str) -> Severity:
    if _room(own) or (_are_integers(own, other) and not _is_narrower(own, other)):
        return Severity.WARNING
    return Severity.ERROR


def _consequence(own: str, other: str) -> str:
    if _room(own) and _room(other):
        return "keys longer than that cannot be pointed at: INSERT of a row that does fails"
    if not _are_integers(own, other):
        return "each comparison casts one side, whose index then is of no use"
    if _is_narrower(own, other):
        return f"keys that do not fit {own} cannot be pointed at: INSERT of a row that does fails"
    return f"{other} is used up first, and whoever widened one side forgot the other"


def _remedy(pair: Pair, scope: Scope) -> Remedy:
    """Widen the side that has less room."""
    own, other = pair
    if _room(own.type) and _room(other.type):
        return retype(own, scope, other.type, cost=NO_REWRITE)
    if not _are_integers(own.type, other.type):
        return Remedy("", _DIFFERENT)
    if not _is_narrower(own.type, other.type):
        return widened(other, pointing_at(other, scope), scope)
    if other.type == "bigint":
        return widened(own, pointing_at(own, scope), scope)
    return retype(own, scope, other.type)


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.ERROR,
    examines="foreign keys",
    population=foreign_keys,
    judge=_judge,
)
