"""Names of objects as statements spell them, quoted always."""

from collections.abc import Iterable

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.routine import Routine, RoutineType
from server.engines.sql.quote import identifier, qualified


def name(identity: Identity) -> str:
    """Return the name of a relation, sequence or schema."""
    return qualified(*identity.names)


def signature(routine: Routine) -> str:
    """Return how ALTER and REVOKE address a routine: kind, name and input types."""
    word = "PROCEDURE" if routine.type is RoutineType.PROCEDURE else "FUNCTION"
    return f"{word} {name(routine.identity)}({', '.join(routine.identity.arguments or ())})"


def policy_on_table(policy: Policy) -> str:
    """Return how ALTER and DROP POLICY address a policy: its name, ON, its table."""
    *table, own = policy.identity.names
    return f"{identifier(own)} ON {qualified(*table)}"


def grantees(roles: Iterable[str]) -> str:
    """Return roles as GRANT and CREATE POLICY list them; everyone is PUBLIC."""
    return ", ".join("PUBLIC" if each == "public" else identifier(each) for each in roles)
