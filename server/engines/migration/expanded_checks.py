"""Checks of columns that are there twice: the same is demanded of the new ones beside them."""

from collections.abc import Iterator

from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.migration.action import Action, Mode
from server.engines.migration.doubled import Expansion, constraint_beside
from server.engines.migration.handed_down import table_of
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.relation import altered
from server.engines.sql.other_names import can_be_read
from server.engines.sql.quote import identifier, literal, qualified


def can_follow(check: Constraint) -> bool:
    """Whether the same can be demanded of other columns."""
    return check.expression is not None and can_be_read(check.expression)


def checks_beside(found: Expansion) -> Iterator[Action]:
    """Yield what demands it of new rows, and then looks at those that are there."""
    for check in _checks(found):
        head, name = altered(table_of(check)), identifier(_beside(check, found))
        yield Action(f"{head} ADD CONSTRAINT {name} {_demand(check, found)}")
        if check.is_validated and check.is_enforced:
            message = f"a row that breaks {check.identity.qualified_name} stops the statement"
            breaks = Hazard(HazardKind.MAY_FAIL, check.identity, message)
            yield Action(f"{head} VALIDATE CONSTRAINT {name}", Mode.ALONE, (breaks,))


def _demand(check: Constraint, found: Expansion) -> str:
    new = found.context.new.get(check.identity, Constraint)
    expression = (check if new is None else new).expression or ""
    words = [f"CHECK ({found.text(expression, table_of(check))})"]
    if check.is_no_inherit:
        words.append("NO INHERIT")
    words.append("NOT VALID" if check.is_enforced else "NOT ENFORCED")
    return " ".join(words)


def checks_in_place(found: Expansion) -> Iterator[Action]:
    """Yield what gives the new checks the names and remarks of those that went with a column."""
    for check in _checks(found):
        table, name = table_of(check), identifier(check.identity.name)
        before = identifier(_beside(check, found))
        yield Action(f"{altered(table)} RENAME CONSTRAINT {before} TO {name}")
        comment = found.context.new.comment(check.identity)
        if comment is not None and comment == found.context.old.comment(check.identity):
            on = f"CONSTRAINT {name} ON {qualified(*table.names)}"
            yield Action(f"COMMENT ON {on} IS {literal(comment)}")


def _checks(found: Expansion) -> Iterator[Constraint]:
    for fact in found.held():
        if isinstance(fact, Constraint) and fact.type is ConstraintType.CHECK:
            yield fact


def _beside(check: Constraint, found: Expansion) -> str:
    return constraint_beside(check.identity.name, table_of(check), found.context)
