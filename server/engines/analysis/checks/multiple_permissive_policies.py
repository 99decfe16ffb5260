"""Several permissive policies of a table hold for the same role and statement.

## Why it matters
Permissive policies add up: a row that one refuses, another lets pass, so a policy added to
restrict something widens access instead. PostgreSQL joins them with OR for every row, and an OR
over different columns seldom finds an index. One policy says the same where it can be read as a
whole. A condition that is always true is left out: the planner drops the others beside it.

## Flagged
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL, is_public boolean NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON notes FOR SELECT USING (author = (SELECT current_user));
CREATE POLICY public_notes ON notes FOR SELECT USING (is_public);
```

## Accepted
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL, is_public boolean NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable_notes ON notes FOR SELECT
  USING (author = (SELECT current_user) OR is_public);
CREATE POLICY own_notes ON notes FOR UPDATE USING (author = (SELECT current_user));
```
"""

from collections.abc import Iterator, Sequence

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.merged_policy import merged_policy, replacement
from server.engines.analysis.row_security import EVERYONE, commands, tables_with_policies
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import code, listed
from server.engines.catalog.kinds.policy import Policy, PolicyCommand
from server.engines.catalog.kinds.table import Table
from server.engines.sql.expression import is_always_true

_RESTRICTIVE = (
    "If a row should satisfy all of them, create the stricter ones AS RESTRICTIVE instead."
)
_LOCK = (
    "DROP and CREATE POLICY take ACCESS EXCLUSIVE for a moment: reads and writes wait for it, so "
    "set lock_timeout; within one transaction nobody sees the table without its policy."
)


def _population(scope: Scope) -> Iterator[Table]:
    return (each for each in tables_with_policies(scope) if each.has_row_security)


def _judge(table: Table, scope: Scope) -> Iterator[Fault]:
    counted = [each for each in scope.catalog.policies(table.identity) if _counts(each)]
    groups = _groups(counted)
    if groups:
        parts = (f"{listed(_words(shared))} ({_names(group)})" for group, shared in groups)
        fix, advice = _remedy(groups)
        yield Fault(
            table.identity,
            f"has several permissive policies for {listed(parts)}: they add up, so what one "
            "refuses another allows, and all of them are evaluated for each row.",
            fix=fix,
            advice=advice,
        )


def _counts(policy: Policy) -> bool:
    condition = policy.using or policy.with_check or ""
    return policy.is_permissive and not is_always_true(condition)


_Group = tuple[tuple[Policy, ...], tuple[PolicyCommand, ...]]


def _groups(policies: Sequence[Policy]) -> list[_Group]:
    """Return the policies that meet, each group once, with the statements for which they do."""
    found = dict[tuple[Policy, ...], list[PolicyCommand]]()
    for command in PolicyCommand:
        for group in _meeting([each for each in policies if command in commands(each)]):
            found.setdefault(group, []).append(command)
    return [(group, tuple(shared)) for group, shared in found.items()]


def _meeting(policies: Sequence[Policy]) -> Iterator[tuple[Policy, ...]]:
    """Yield the policies that some role has in common, largest groups only."""
    roles = {role for each in policies for role in each.roles}
    groups = {
        tuple(each for each in policies if EVERYONE in each.roles or role in each.roles)
        for role in sorted(roles)
    }
    for group in sorted(groups, key=lambda each: [policy.identity for policy in each]):
        is_part = any(set(group) < set(other) for other in groups)
        if len(group) > 1 and not is_part:
            yield group


def _remedy(groups: Sequence[_Group]) -> tuple[str, str]:
    if all(_is_of_one_kind(group) for group, _ in groups):
        fixes = "\n".join(replacement(group) for group, _ in groups)
        return f"BEGIN;\n{fixes}\nCOMMIT;", f"{_RESTRICTIVE} {_LOCK}"
    merged = "; ".join(
        code(merged_policy(group, command))
        for group, shared in groups
        for command in shared
        if len({frozenset(each.roles) for each in group}) == 1
    )
    split = f" Merged: {merged}." if merged else ""
    return "", (
        "Write one policy a statement and role, its conditions joined with OR; split a policy "
        f"FOR ALL, and name the roles where one is for everyone.{split} {_RESTRICTIVE} {_LOCK}"
    )


def _is_of_one_kind(group: Sequence[Policy]) -> bool:
    return len({(each.command, frozenset(each.roles)) for each in group}) == 1


def _names(group: Sequence[Policy]) -> str:
    return listed(code(each.identity.name) for each in group)


def _words(shared: Sequence[PolicyCommand]) -> Iterator[str]:
    return (each.value.upper() for each in shared)


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.WARNING,
    examines="tables with policies in force",
    population=_population,
    judge=_judge,
)
