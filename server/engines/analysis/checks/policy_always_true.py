"""A policy lets everyone change every row.

## Why it matters
A permissive policy whose condition is true for INSERT, UPDATE or DELETE is row security in name
only, and permissive policies add up: it undoes every stricter one beside it. Reading everything
may be meant, so SELECT is left alone; so are policies for roles of one's own, such as an
administrator's, and those that a restrictive policy narrows. Besides everyone, the roles `anon`
and `authenticated` count: by convention any client can be one of them.

## Flagged
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY any_note ON notes FOR UPDATE USING (true);
```

## Accepted
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY any_note ON notes FOR SELECT USING (true);
CREATE POLICY own_note ON notes FOR UPDATE USING (author = (SELECT current_user));
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.row_security import EVERYONE, checked, governs_all_of, live_policies
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import policy_on_table
from server.engines.analysis.wording import code, listed
from server.engines.catalog.kinds.policy import Policy, PolicyCommand
from server.engines.sql.expression import is_always_true

_ANYONE = frozenset({EVERYONE, "anon", "authenticated"})
_FOUND_BY_USING = frozenset({PolicyCommand.ALL, PolicyCommand.UPDATE, PolicyCommand.DELETE})
_WRITTEN = frozenset({PolicyCommand.ALL, PolicyCommand.INSERT, PolicyCommand.UPDATE})


def _judge(policy: Policy, scope: Scope) -> Iterator[Fault]:
    wrong = " and ".join(_wrongs(policy))
    anyone = sorted(_ANYONE.intersection(policy.roles))
    if not (wrong and anyone and policy.is_permissive) or _is_narrowed(policy, scope):
        return
    who = "everyone" if EVERYONE in anyone else listed(code(each) for each in anyone)
    yield Fault(
        policy.identity,
        f"lets {who} {wrong}: its condition is always true.",
        advice=f"Say which rows are meant: {code(_template(policy))}, comparing a column with who "
        "asks. If the table is meant to be open, grant only the privileges that are needed.",
    )


def _wrongs(policy: Policy) -> Iterator[str]:
    using, check = policy.using or "", checked(policy) or ""
    if policy.command in _FOUND_BY_USING and is_always_true(using):
        yield "delete any row" if policy.command is PolicyCommand.DELETE else "change any row"
    if policy.command in _WRITTEN and is_always_true(check):
        yield "write rows with any content, another owner's included"


def _template(policy: Policy) -> str:
    using = " USING (…)" if policy.command in _FOUND_BY_USING else ""
    check = " WITH CHECK (…)" if policy.command in _WRITTEN else ""
    return f"ALTER POLICY {policy_on_table(policy)}{using}{check}"


def _is_narrowed(policy: Policy, scope: Scope) -> bool:
    beside = scope.catalog.policies(policy.parent) if policy.parent else ()
    return any(
        not each.is_permissive
        and governs_all_of(each, policy)
        and not is_always_true(each.using or each.with_check or "")
        for each in beside
    )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.WARNING,
    examines="policies in force",
    population=live_policies,
    judge=_judge,
)
