"""Columns of one name have one type in most tables and another in this one.

## Why it matters
`user_id` that is bigint here and integer or text there can be joined only with a cast, which no
index serves, and a value that fits one table overflows in another. Names that mean something else
in each table (`id`, `name`, `value`, `status` ...) are left alone, as are names in fewer than
three tables, limits such as varchar(50), and differences that other checks report (timestamp,
json).

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, user_ref bigint NOT NULL);
CREATE TABLE carts (id bigint PRIMARY KEY, user_ref bigint NOT NULL);
CREATE TABLE logins (id bigint PRIMARY KEY, user_ref integer NOT NULL);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, user_ref bigint NOT NULL);
CREATE TABLE carts (id bigint PRIMARY KEY, user_ref bigint NOT NULL);
CREATE TABLE logins (id bigint PRIMARY KEY, user_ref bigint NOT NULL);
```
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.nullability import base_type
from server.engines.analysis.population import columns
from server.engines.analysis.scope import Scope
from server.engines.analysis.words import words
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.enum_type import EnumType

_FEWEST_TABLES = 3
_GENERIC = frozenset(
    (
        *("amount", "args", "arguments", "attributes", "body", "code", "config", "configuration"),
        *("content", "count", "data", "date", "description", "details", "duration", "end", "error"),
        *(
            "filter",
            "flags",
            "from",
            "hash",
            "id",
            "index",
            "info",
            "input",
            "interval",
            "key",
            "kind",
        ),
        *("label", "length", "level", "message", "meta", "metadata", "name", "number", "options"),
        *("order", "output", "parameters", "params", "payload", "period", "position", "priority"),
        *("properties", "rank", "reference", "result", "score", "sequence", "settings", "size"),
        *("source", "start", "state", "status", "tags", "target", "time", "to", "token", "total"),
        *("type", "value", "values", "version", "weight"),
        *(
            "entity id",
            "external id",
            "item id",
            "object id",
            "parent id",
            "record id",
            "resource id",
        ),
    )
)
_INTEGERS = frozenset(("smallint", "integer", "bigint"))
_FAMILIES = {
    "character varying": "text",
    "character": "text",
    "bpchar": "text",
    "timestamp with time zone": "timestamp",
    "timestamp without time zone": "timestamp",
    "jsonb": "json",
}


def _population(scope: Scope) -> Iterator[tuple[Column, ...]]:
    """Yield the columns that share a name with a meaning, in enough tables."""
    by_name: defaultdict[str, list[Column]] = defaultdict(list)
    for each in columns(scope):
        if words(each.identity.name) not in _GENERIC and not _is_enum(each, scope):
            by_name[each.identity.name].append(each)
    return (tuple(each) for each in by_name.values() if len(each) >= _FEWEST_TABLES)


def _judge(namesakes: tuple[Column, ...], scope: Scope) -> Iterator[Fault]:
    families = {each: _family(each, scope) for each in namesakes}
    (usual, tables), *_ = sorted(Counter(families.values()).items(), key=lambda it: (-it[1], it[0]))
    # Without a clear majority the name has no usual type.
    if tables * 2 <= len(namesakes):
        return
    for column, family in families.items():
        if family != usual:
            yield Fault(
                column.identity,
                f"is {column.type}, while {tables} other columns of this name are {usual}: "
                f"{_consequence(family, usual)}.",
                advice="If they mean the same, give them one type, the referenced key's first. "
                "If not, give this one a name of its own.",
                evidence=Evidence.HEURISTIC,
            )


def _consequence(family: str, usual: str) -> str:
    if {family, usual} <= _INTEGERS:
        return "a value that fits one of them does not fit the other"
    return "comparing them casts one side, and no index serves a cast"


def _family(column: Column, scope: Scope) -> str:
    name = base_type(column, scope)
    return _FAMILIES.get(name, name)


def _is_enum(column: Column, scope: Scope) -> bool:
    """Tell whether the column is of an enum: those differ from table to table by nature."""
    needed = (each.referenced for each in scope.catalog.dependencies_of(column.identity))
    return any(isinstance(scope.catalog.facts.get(each), EnumType) for each in needed)


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.INFO,
    examines="names that several columns share",
    population=_population,
    judge=_judge,
)
