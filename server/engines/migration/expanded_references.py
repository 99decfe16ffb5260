"""Foreign keys at either end of columns that are there twice for a while.

The new one is added and checked beside the old one while programs run.
"""

from collections.abc import Iterator

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import (
    Constraint,
    ConstraintType,
    ForeignKeyAction,
    ForeignKeyMatch,
)
from server.engines.catalog.kinds.index import Index
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Context
from server.engines.migration.doubled import Expansion, constraint_beside, is_table_plain
from server.engines.migration.handed_down import table_of
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.keys import deferral
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, identifiers, literal, qualified


def can_follow(key: Constraint, context: Context) -> bool:
    """Whether the same foreign key can be added beside it, over the new columns."""
    index = None if key.index is None else context.old.get(key.index, Index)
    return (
        key == context.new.facts.get(key.identity)
        and key.is_validated
        and key.is_enforced
        and not key.has_period
        and key.partition_of is None
        and index is not None
        and all(is_table_plain(each, context) for each in (table_of(key), _referenced(key)))
    )


def references_beside(found: Expansion) -> Iterator[Action]:
    """Yield what adds the new foreign keys and checks the rows that are there."""
    for key in _keys(found):
        head, name = altered(table_of(key)), identifier(_beside(key, found))
        message = f"a row that breaks {key.identity.qualified_name} stops the statement"
        breaks = Hazard(HazardKind.MAY_FAIL, key.identity, message)
        statement = f"{head} ADD CONSTRAINT {name} {_clause(key, found)} NOT VALID"
        yield Action(statement, Mode.ALONE)
        yield Action(f"{head} VALIDATE CONSTRAINT {name}", Mode.ALONE, (breaks,))


def references_dropped(found: Expansion) -> Iterator[Action]:
    """Yield what drops old foreign keys before the columns go that they point at."""
    for key in _keys(found):
        table = _referenced(key)
        ends = {Identity(Column.kind, (*table.names, each)) for each in key.referenced_columns}
        if ends & found.identities:
            name = identifier(key.identity.name)
            yield Action(f"{altered(table_of(key))} DROP CONSTRAINT {name}")


def references_in_place(found: Expansion) -> Iterator[Action]:
    """Yield what gives the new foreign keys the names and remarks of the old ones."""
    for key in _keys(found):
        head, name = altered(table_of(key)), identifier(key.identity.name)
        yield Action(f"{head} RENAME CONSTRAINT {identifier(_beside(key, found))} TO {name}")
        if _waits_by_name(key):
            yield Action(f"{head} ALTER CONSTRAINT {name}{deferral(key)}")
        comment = found.context.new.comment(key.identity)
        if comment is not None and comment == found.context.old.comment(key.identity):
            on = f"CONSTRAINT {name} ON {qualified(*table_of(key).names)}"
            yield Action(f"COMMENT ON {on} IS {literal(comment)}")


def _keys(found: Expansion) -> Iterator[Constraint]:
    for fact in found.held():
        if isinstance(fact, Constraint) and fact.type is ConstraintType.FOREIGN_KEY:
            yield fact


def _referenced(key: Constraint) -> Identity:
    return key.references or table_of(key)


def _beside(key: Constraint, found: Expansion) -> str:
    return constraint_beside(key.identity.name, table_of(key), found.context)


def _waits_by_name(key: Constraint) -> bool:
    """Whether a program may put it off, by the name that the new one does not have yet."""
    return key.is_deferrable and not key.is_initially_deferred


def _clause(key: Constraint, found: Expansion) -> str:
    own, there = found.names(table_of(key)), found.names(_referenced(key))
    columns = identifiers(own.get(each, each) for each in key.columns)
    referenced = identifiers(there.get(each, each) for each in key.referenced_columns)
    table = qualified(*_referenced(key).names)
    words = [f"FOREIGN KEY ({columns}) REFERENCES {table} ({referenced})"]
    if key.match is ForeignKeyMatch.FULL:
        words.append("MATCH FULL")
    for event, action in (("UPDATE", key.on_update), ("DELETE", key.on_delete)):
        if action not in {None, ForeignKeyAction.NO_ACTION}:
            words.append(f"ON {event} {str(action).upper()}")
    if key.on_delete_columns:
        words.append(f"({identifiers(own.get(each, each) for each in key.on_delete_columns)})")
    if key.is_deferrable:
        words.append("DEFERRABLE INITIALLY DEFERRED")
    return " ".join(words)
