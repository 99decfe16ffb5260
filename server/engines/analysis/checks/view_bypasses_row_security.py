"""A view that clients reach shows rows that row security would keep from them.

## Why it matters
A view reads its tables with the rights of its owner, and policies do not hold for the owner of a
table: whoever may read the view reads all rows. Since PostgreSQL 15 a view can read with the
rights of who asks (`security_invoker`). Views over tables without row security are left alone, as
is one whose tables all force row security on that very owner.

## Flagged
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON notes USING (author = (SELECT current_user));
CREATE VIEW latest_notes AS SELECT id, author FROM notes;
```

## Accepted
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON notes USING (author = (SELECT current_user));
CREATE VIEW latest_notes WITH (security_invoker = on) AS SELECT id, author FROM notes;
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.exposure import exposed
from server.engines.analysis.finding import Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import listed, named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.view import View

_INVOKER_SINCE = 15
_ON = frozenset({"on", "true", "yes", "1"})


def _population(scope: Scope) -> Iterator[View]:
    return exposed(scope, View) if scope.catalog.major >= _INVOKER_SINCE else iter(())


def _judge(view: View, scope: Scope) -> Iterator[Fault]:
    if _is_invoker(view):
        return
    secured = [each for each in _tables_read(view, scope) if _is_bypassed(each, view, scope)]
    if secured:
        names = listed(named(each.identity) for each in secured)
        yield Fault(
            view.identity,
            f"reads {names} with the rights of its owner, so it shows rows that row security "
            "keeps from whoever asks.",
            fix=f"ALTER VIEW {name(view.identity)} SET (security_invoker = on);",
            advice="Whoever reads the view then needs the privileges on its tables, and sees what "
            "their policies grant. Takes ACCESS EXCLUSIVE on the view for a moment.",
        )


def _is_invoker(view: View) -> bool:
    options = (each.partition("=") for each in view.options)
    return any(name == "security_invoker" and value.lower() in _ON for name, _, value in options)


def _tables_read(view: View, scope: Scope) -> list[Table]:
    """Return the tables behind a view, through other views up to those that ask as the invoker."""
    tables = dict[Identity, Table]()
    waiting, seen = [view.identity], {view.identity}
    while waiting:
        for relation in _relations_read(waiting.pop(), scope):
            table, inner = scope.catalog.get(relation, Table), scope.catalog.get(relation, View)
            if table is not None:
                tables[relation] = table
            elif inner is not None and relation not in seen:
                seen.add(relation)
                waiting.append(relation)
    return [tables[each] for each in sorted(tables)]


def _relations_read(view: Identity, scope: Scope) -> Iterator[Identity]:
    for each in scope.catalog.dependencies_of(view):
        fact = scope.catalog.facts.get(each.referenced)
        parent = None if fact is None else fact.parent
        yield from (identity for identity in (each.referenced, parent) if identity is not None)


def _is_bypassed(table: Table, view: View, scope: Scope) -> bool:
    own, others = scope.catalog.owner(table.identity), scope.catalog.owner(view.identity)
    is_held_up = table.forces_row_security and own == others
    return table.has_row_security and not is_held_up


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.ERROR,
    examines="views in exposed schemas",
    population=_population,
    judge=_judge,
    needs_exposed=True,
)
