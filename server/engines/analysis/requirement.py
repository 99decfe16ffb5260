"""Making a column NOT NULL without a long lock."""

from server.engines.analysis.constraint_statement import VALIDATION, add_online
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.catalog.free_name import free_name
from server.engines.catalog.kinds.column import Column
from server.engines.sql.quote import identifier

REQUIREMENT = (
    f"{VALIDATION} The other steps take ACCESS EXCLUSIVE for a moment, SET NOT NULL too, since the "
    "CHECK spares it the scan; set lock_timeout."
)


def require(column: Column, scope: Scope) -> str:
    """Return how to refuse NULL in a column: the CHECK is what the scan happens under."""
    table, own = relation_of(column), identifier(column.identity.name)
    taken = scope.names_taken[table.names[0]]
    check = free_name((table.name, column.identity.name), "not_null_check", taken)
    return (
        f"{add_online(table, check, f'CHECK ({own} IS NOT NULL)')}\n"
        f"ALTER TABLE {name(table)} ALTER COLUMN {own} SET NOT NULL;\n"
        f"ALTER TABLE {name(table)} DROP CONSTRAINT {identifier(check)};"
    )
