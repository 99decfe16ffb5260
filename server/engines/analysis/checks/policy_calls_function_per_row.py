"""A policy calls a function for every row, although the result is the same for all of them.

## Why it matters
PostgreSQL evaluates a stable function in a filter once a row: a scan of a million rows asks a
million times who the user is. Written as a scalar sub-select, `(SELECT f())`, it is evaluated
once a statement. Calls that need a column of the row are left alone, as are immutable functions
(the planner replaces them by their result) and PostgreSQL's own except current_setting and
pg_has_role, because they cost next to nothing.

## Flagged
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE INDEX notes_author_idx ON notes (author);
CREATE POLICY own_notes ON notes USING (author = current_setting('app.user'));
```

## Accepted
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE INDEX notes_author_idx ON notes (author);
CREATE POLICY own_notes ON notes USING (author = (SELECT current_setting('app.user')));
```
"""

from collections.abc import Iterator, Mapping, Sequence

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.row_security import live_policies
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import policy_on_table
from server.engines.analysis.wording import code, listed
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.routine import Routine, Volatility
from server.engines.sql.row_free_call import Call, row_free_calls, wrapped

_COSTLY_BUILT_IN = frozenset({"current_setting", "pg_has_role"})
_STABLE = (
    "ALTER POLICY takes ACCESS EXCLUSIVE for a moment, without a scan. The rows that it lets "
    "pass stay the same."
)
_BY_HAND = "Write each call as (SELECT …) in ALTER POLICY."
_DECLARED = "calls {} for every row: what is declared VOLATILE may differ from row to row."
_VOLATILE = (
    "Declare it STABLE (ALTER FUNCTION … STABLE) if its result is the same throughout one "
    "statement; then write each call as (SELECT …)."
)


def _judge(policy: Policy, scope: Scope) -> Iterator[Fault]:
    by_clause = {
        clause: frozenset(call for call in row_free_calls(text) if _is_costly(call, scope))
        for clause, text in _conditions(policy).items()
    }
    costly = frozenset[Call]().union(*by_clause.values())
    if not costly:
        return
    names = listed(sorted(code(f"{_name(each)}()") for each in costly))
    if not all(_is_steady(call, scope) for call in costly):
        message, fix, advice = _DECLARED.format(names), "", _VOLATILE
    else:
        message = f"calls {names} for every row, although the result is the same for all of them."
        fix = _fix(policy, [clause for clause, calls in by_clause.items() if calls], scope)
        advice = _STABLE if fix else _BY_HAND
    yield Fault(policy.identity, message, fix=fix, advice=advice)


def _conditions(policy: Policy) -> Mapping[str, str]:
    conditions = {"USING": policy.using, "WITH CHECK": policy.with_check}
    return {clause: text for clause, text in conditions.items() if text}


def _fix(policy: Policy, clauses: Sequence[str], scope: Scope) -> str:
    changed = {
        clause: wrapped(_conditions(policy)[clause], steady=lambda call: _is_steady(call, scope))
        for clause in clauses
    }
    if None in changed.values():
        return ""
    written = " ".join(f"{clause} ({text})" for clause, text in changed.items())
    return f"ALTER POLICY {policy_on_table(policy)} {written};"


def _is_costly(call: Call, scope: Scope) -> bool:
    if not call.schema:
        return call.name in _COSTLY_BUILT_IN
    return bool(_volatilities(call, scope) - {Volatility.IMMUTABLE})


def _is_steady(call: Call, scope: Scope) -> bool:
    if not call.schema:
        return call.name in _COSTLY_BUILT_IN
    found = _volatilities(call, scope)
    return bool(found) and Volatility.VOLATILE not in found


def _volatilities(call: Call, scope: Scope) -> frozenset[Volatility]:
    """Return what the functions of that name promise; empty for those of an extension."""
    return scope.volatilities.get((call.schema, call.name), frozenset())


def _name(call: Call) -> str:
    return Identity(Routine.kind, tuple(filter(None, (call.schema, call.name)))).qualified_name


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.WARNING,
    examines="policies in force",
    population=live_policies,
    judge=_judge,
)
