"""Which policies hold for whom, and for which statements."""

from collections.abc import Iterator

from server.engines.analysis.population import tables
from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.policy import Policy, PolicyCommand
from server.engines.catalog.kinds.table import Table

EVERYONE = "public"
_COMMANDS = tuple(each for each in PolicyCommand if each is not PolicyCommand.ALL)


def secured_tables(scope: Scope) -> Iterator[Table]:
    """Yield the tables with row security; a partition is judged through its parent."""
    return (each for each in tables(scope) if each.has_row_security)


def tables_with_policies(scope: Scope) -> Iterator[Table]:
    """Yield the tables with policies, partitions included: a partition has policies of its own."""
    return (each for each in scope.catalog.of(Table) if scope.catalog.policies(each.identity))


def live_policies(scope: Scope) -> Iterator[Policy]:
    """Yield the policies of tables whose row security is on; the others do nothing."""
    for table in tables_with_policies(scope):
        if table.has_row_security:
            yield from scope.catalog.policies(table.identity)


def commands(policy: Policy) -> tuple[PolicyCommand, ...]:
    """Return the statements that a policy governs, ALL being each of them."""
    return _COMMANDS if policy.command is PolicyCommand.ALL else (policy.command,)


def governs_all_of(policy: Policy, other: Policy) -> bool:
    """Tell whether a policy holds wherever another one does: same table, statements and roles."""
    return (
        policy.parent == other.parent
        and set(commands(policy)) >= set(commands(other))
        and (EVERYONE in policy.roles or set(policy.roles) >= set(other.roles))
    )


def checked(policy: Policy) -> str | None:
    """Return what a policy demands of written rows: USING where it says nothing else."""
    return policy.with_check or policy.using
