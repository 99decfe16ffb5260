"""One policy in the place of several permissive ones; it lets exactly the same rows pass."""

from collections.abc import Iterable, Sequence

from server.engines.analysis.row_security import checked
from server.engines.analysis.statement import grantees, policy_on_table
from server.engines.catalog.kinds.policy import Policy, PolicyCommand


def replacement(policies: Sequence[Policy]) -> str:
    """Return how to drop policies of the same statement and roles and create the merged one."""
    drops = [f"DROP POLICY {policy_on_table(each)};" for each in policies]
    return "\n".join((*drops, merged_policy(policies, policies[0].command)))


def merged_policy(policies: Sequence[Policy], command: PolicyCommand) -> str:
    """Return the policy, under the name of the first, that grants what each of them grants."""
    first = policies[0]
    using = "" if command is PolicyCommand.INSERT else f" USING ({_any(_usings(policies))})"
    return (
        f"CREATE POLICY {policy_on_table(first)} FOR {command.value.upper()} "
        f"TO {grantees(first.roles)}{using}{_with_check(policies, command)};"
    )


def _with_check(policies: Sequence[Policy], command: PolicyCommand) -> str:
    reads_only = command in {PolicyCommand.SELECT, PolicyCommand.DELETE}
    is_said = any(each.with_check for each in policies)
    if reads_only or not (is_said or command is PolicyCommand.INSERT):
        return ""
    return f" WITH CHECK ({_any(check for each in policies if (check := checked(each)))})"


def _usings(policies: Iterable[Policy]) -> Iterable[str]:
    return (each.using for each in policies if each.using)


def _any(conditions: Iterable[str]) -> str:
    return " OR ".join(f"({each})" for each in dict.fromkeys(conditions))
