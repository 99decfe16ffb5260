"""The statements that add and drop constraints, adding in two steps that let writes go on."""

from server.engines.analysis.relation import relation_of
from server.engines.analysis.statement import name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.sql.quote import identifier

VALIDATION = (
    "VALIDATE reads the table under SHARE UPDATE EXCLUSIVE while reads and writes go on, and fails "
    "if rows break the rule: repair them first."
)
DROP_FOREIGN_KEY = (
    "Takes ACCESS EXCLUSIVE on both tables for a moment: reads and writes wait until it ends; set "
    "lock_timeout."
)
DROP_CONSTRAINT = (
    "Takes ACCESS EXCLUSIVE on the table for a moment: reads and writes wait until it ends; set "
    "lock_timeout."
)


def add_online(table: Identity, own_name: str, rule: str) -> str:
    """Return how to add a CHECK or foreign key without reading the table under a lock."""
    own = identifier(own_name)
    return (
        f"ALTER TABLE {name(table)} ADD CONSTRAINT {own} {rule} NOT VALID;\n"
        f"ALTER TABLE {name(table)} VALIDATE CONSTRAINT {own};"
    )


def drop_constraint(constraint: Constraint) -> str:
    """Return how to drop a constraint."""
    return f"{alter(constraint)} DROP CONSTRAINT {identifier(constraint.identity.name)};"


def alter(constraint: Constraint) -> str:
    """Return how a statement about a constraint begins."""
    return f"ALTER TABLE {name(relation_of(constraint))}"
