"""Making a column NOT NULL without a long lock."""

from server.engines.analysis.free_name import free_name
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.catalog.kinds.column import Column
from server.engines.sql.quote import identifier

REQUIREMENT = (
    "VALIDATE reads the table under SHARE UPDATE EXCLUSIVE while reads and writes go on, and fails "
    "if rows hold NULL: UPDATE them first. The other steps take ACCESS EXCLUSIVE for a moment, SET "
    "NOT NULL too, since the CHECK spares it the scan; set lock_timeout."
)


def require(column: Column, scope: Scope) -> str:
    """Return how to refuse NULL in a column: the CHECK is what the scan happens under."""
    relation = relation_of(column)
    table, own = name(relation), identifier(column.identity.name)
    taken = scope.names_taken[relation.names[0]]
    check = identifier(free_name((relation.name, column.identity.name), "not_null_check", taken))
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({own} IS NOT NULL) NOT VALID;\n"
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {check};\n"
        f"ALTER TABLE {table} ALTER COLUMN {own} SET NOT NULL;\n"
        f"ALTER TABLE {table} DROP CONSTRAINT {check};"
    )
