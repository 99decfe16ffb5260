"""Tables point at each other in a circle, and none can get its first row.

## Why it matters
Each row needs another one to be there before it. An ordinary INSERT into any of the tables fails;
so does restoring data table by table. A circle with a nullable or a deferrable link is left alone:
rows can be added there and completed afterwards.

## Flagged
```sql
CREATE TABLE teams (id bigint PRIMARY KEY, owner_id bigint NOT NULL);
CREATE TABLE users (id bigint PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);
ALTER TABLE teams ADD FOREIGN KEY (owner_id) REFERENCES users;
```

## Accepted
```sql
CREATE TABLE teams (id bigint PRIMARY KEY, owner_id bigint NOT NULL);
CREATE TABLE users (id bigint PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);
ALTER TABLE teams ADD FOREIGN KEY (owner_id) REFERENCES users DEFERRABLE INITIALLY DEFERRED;
```
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.foreign_key_columns import own_columns
from server.engines.analysis.nullability import takes_null
from server.engines.analysis.population import foreign_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.sql.quote import identifier

_ADVICE = (
    "Takes ACCESS EXCLUSIVE on its table for a moment; set lock_timeout. Then SET CONSTRAINTS … "
    "DEFERRED in the transaction that adds the first rows; other transactions notice nothing. Or "
    "make a column of the circle nullable."
)


_Ends = tuple[Identity, Identity]


class _Link(NamedTuple):
    """The unyielding foreign keys from one table to another, and the circle that they close."""

    keys: tuple[Constraint, ...]
    circle: tuple[Identity, ...]


def _population(scope: Scope) -> Iterator[_Link]:
    links = _links(scope)
    closing = dict[_Ends, tuple[Identity, ...]]()
    while circle := _circle(each for each in links if each not in closing):
        weakest = min(pairwise(circle))
        closing[weakest] = circle
    for ends, keys in links.items():
        yield _Link(tuple(keys), closing.get(ends, ()))


def _judge(link: _Link, _scope: Scope) -> Iterator[Fault]:
    if link.circle:
        yield Fault(
            link.keys[0].identity,
            f"closes the circle {' → '.join(map(named, link.circle))}, in which every foreign key "
            "is NOT NULL and checked at once: no ordinary INSERT can add the first row.",
            fix="\n".join(map(_deferrable, link.keys)),
            advice=_ADVICE,
        )


def _links(scope: Scope) -> dict[_Ends, list[Constraint]]:
    """Return the foreign keys that a new row has to satisfy at once, by the tables they link."""
    links: defaultdict[_Ends, list[Constraint]] = defaultdict(list)
    for key in foreign_keys(scope):
        table, other = relation_of(key), key.references
        if other is not None and other != table and _is_unyielding(key, scope):
            links[table, other].append(key)
    return dict(sorted(links.items()))


def _is_unyielding(key: Constraint, scope: Scope) -> bool:
    may_wait = key.is_deferrable or not key.is_enforced
    return not may_wait and not any(takes_null(each, scope) for each in own_columns(key, scope))


def _circle(links: Iterable[_Ends]) -> tuple[Identity, ...]:
    """Return the tables along one circle, the first once more at the end, or nothing."""
    sorter = TopologicalSorter[Identity]()
    for table, other in links:
        sorter.add(other, table)
    try:
        sorter.prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()


def _deferrable(key: Constraint) -> str:
    own = identifier(key.identity.name)
    return f"ALTER TABLE {name(relation_of(key))} ALTER CONSTRAINT {own} DEFERRABLE;"


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="links between tables",
    population=_population,
    judge=_judge,
)
