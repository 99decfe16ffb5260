"""Constraints whose rows are checked after they were added, while others read and write."""

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.expression import faithful
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Context
from server.engines.migration.handed_down import CHECKED, table_of
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.inheritance import heirs
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier

_NOT_VALID_FOREIGN_KEY_ON_PARTITIONED_SINCE = 18


def constraint_definition(constraint: Constraint, catalog: Catalog) -> str:
    """Return the constraint as CREATE TABLE and ADD take it."""
    is_below = constraint.is_inherited or constraint.partition_of is not None
    is_compared = is_below or any(heirs(constraint.parent, catalog))
    text = faithful(constraint.definition) if is_compared else constraint.definition
    return f"CONSTRAINT {identifier(constraint.identity.name)} {text}"


def validation(constraint: Constraint, context: Context) -> Action:
    """Return what reads the rows, under a lock that lets others write."""
    validate = f"VALIDATE CONSTRAINT {identifier(constraint.identity.name)}"
    statement = f"{altered(table_of(constraint))} {validate}"
    return Action(statement, Mode.ALONE, risks_of_rows(constraint, context))


def is_later_validated(constraint: Constraint, context: Context) -> bool:
    """Whether it is added as NOT VALID, and its rows are checked under a weaker lock."""
    if not context.is_online or constraint.type not in CHECKED:
        return False
    if context.is_created(table_of(constraint)) or not constraint.is_validated:
        return False
    return constraint.is_enforced and _can_be_not_valid(constraint, context)


def _can_be_not_valid(constraint: Constraint, context: Context) -> bool:
    table = context.new.get(table_of(constraint), Table)
    if constraint.type is not ConstraintType.FOREIGN_KEY or table is None:
        return True
    since = _NOT_VALID_FOREIGN_KEY_ON_PARTITIONED_SINCE
    return not table.is_partitioned or context.major >= since


def risks_of_rows(constraint: Constraint, context: Context) -> tuple[Hazard, ...]:
    """Return the risk that a row breaks the constraint, if there can be any."""
    if context.is_created(table_of(constraint)) or not constraint.is_validated:
        return ()
    name = constraint.identity.qualified_name
    message = f"a row that breaks {name} stops the statement"
    return (Hazard(HazardKind.MAY_FAIL, constraint.identity, message),)
