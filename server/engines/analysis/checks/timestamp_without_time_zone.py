"""A timestamp column does not say which instant it means.

## Why it matters
`timestamp without time zone` is a wall clock without a place: two writers in different zones
store different instants as equal values, and arithmetic across a daylight saving change is an
hour off. `timestamptz` stores the instant in the same eight bytes.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamp NOT NULL);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz NOT NULL);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.retype import REWRITE, Expressions, Remedy
from server.engines.analysis.scope import Scope
from server.engines.analysis.typed import EXAMINED, Typed, exchange, typed
from server.engines.sql.quote import identifier, qualified

_COST = (
    "Right where the values are UTC: then nothing is rewritten, and ACCESS EXCLUSIVE is held for "
    "a moment only. Otherwise set TimeZone to the zone they were written in, and the table is "
    "rewritten while reads and writes wait."
)
_LOCAL = (
    "Keep the type where the time is meant on whatever clock hangs there, as opening hours are; "
    "accept this finding then."
)
_NOW_IN_UTC = frozenset(
    {
        f"({now} AT TIME ZONE '{zone}'::text)"
        for now in ("now()", "CURRENT_TIMESTAMP")
        for zone in ("utc", "UTC")
    }
)


def _judge(one: Typed, scope: Scope) -> Iterator[Fault]:
    if one.element == "timestamp without time zone":
        fix, advice = _remedy(one, scope)
        yield Fault(
            one.subject,
            "holds a wall clock time that does not say in which zone, so it names no instant.",
            fix=fix,
            advice=f"{advice} {_LOCAL}",
        )


def _remedy(one: Typed, scope: Scope) -> Remedy:
    to = one.type.replace("without time zone", "with time zone")
    cost = REWRITE if one.type.endswith("]") else _COST
    fix, advice = exchange(one, scope, to, cost=cost, expressions=Expressions.NOT_INDEXED)
    default = scope.catalog.default(one.subject)
    if fix and default is not None and _shifts(default.expression):
        if default.expression not in _NOW_IN_UTC:
            return Remedy("", f"Its default is a wall clock time: give it one for {to}. {advice}")
        own, table = identifier(one.subject.name), qualified(*one.subject.names[:2])
        fix = f"{fix}\nALTER TABLE {table} ALTER COLUMN {own} SET DEFAULT now();"
    return Remedy(f"BEGIN;\nSET LOCAL TimeZone = 'UTC';\n{fix}\nCOMMIT;" if fix else "", advice)


def _shifts(default: str) -> bool:
    """Tell whether a default would mean another instant once the column has a zone."""
    return "AT TIME ZONE" in default or "timezone(" in default


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.WARNING,
    examines=EXAMINED,
    population=typed,
    judge=_judge,
)
