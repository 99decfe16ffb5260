"""Everyone may call a function that runs with its owner's rights.

## Why it matters
PostgreSQL grants EXECUTE on every new function to PUBLIC. For a SECURITY DEFINER function this
hands what the owner may do to each role that can reach the schema, an API's anonymous one
included. Trigger functions, which nobody can call, and functions in schemas that nobody but the
owner may use are left alone.

## Flagged
```sql
CREATE TABLE accounts (id bigint PRIMARY KEY);
CREATE FUNCTION close_account(account bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = public, pg_temp
  AS 'DELETE FROM accounts WHERE id = account';
```

## Accepted
```sql
CREATE TABLE accounts (id bigint PRIMARY KEY);
CREATE FUNCTION close_account(account bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = public, pg_temp
  AS 'DELETE FROM accounts WHERE id = account';
REVOKE EXECUTE ON FUNCTION close_account(bigint) FROM PUBLIC;
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.grants import is_granted, privileges_of_everyone, revoke
from server.engines.analysis.population import definer_routines
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import signature
from server.engines.analysis.wording import listed, named
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.routine import Routine

_TRIGGERS = frozenset({"trigger", "event_trigger"})
_ADVICE = (
    "GRANT EXECUTE to the roles that call it, in the same transaction. For functions to come: "
    "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC."
)


def _population(scope: Scope) -> Iterator[Routine]:
    return (each for each in definer_routines(scope) if each.returns not in _TRIGGERS)


def _judge(routine: Routine, scope: Scope) -> Iterator[Fault]:
    can_be_reached = routine.parent is not None and is_granted(routine.parent, scope)
    if can_be_reached and "EXECUTE" in privileges_of_everyone(routine.identity, scope):
        yield Fault(
            routine.identity,
            "runs with its owner's rights, and PUBLIC may EXECUTE it: every role that can use "
            "the schema does with it what its owner could do.",
            fix=revoke("EXECUTE", signature(routine), routine.identity, scope),
            advice=f"{_ADVICE}{_policies(routine, scope)}",
        )


def _policies(routine: Routine, scope: Scope) -> str:
    """Say which policies call the routine: with the rights of who queries, who needs EXECUTE."""
    dependents = {each.dependent for each in scope.catalog.dependents(routine.identity)}
    names = [named(each) for each in sorted(dependents) if each.kind == Policy.kind]
    if not names:
        return ""
    return f" Every role that is governed by {listed(names)} needs EXECUTE on it."


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.WARNING,
    examines="callable routines that run with their owner's rights",
    population=_population,
    judge=_judge,
)
