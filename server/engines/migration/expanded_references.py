"""Foreign keys at either end of a column that stands there twice for a while.

The new one is added and checked beside the old one while programs run. It belongs to the column
that references, if that is there twice; else to the one that is referenced.
"""

from collections.abc import Collection, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import (
    Constraint,
    ConstraintType,
    ForeignKeyAction,
    ForeignKeyMatch,
)
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Context
from server.engines.migration.handed_down import table_of
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, literal, qualified

_NEW = "new"


def foreign_keys(column: Identity, catalog: Catalog) -> Iterator[Constraint]:
    """Yield the foreign keys that a column is at an end of."""
    for dependency in catalog.dependents(column):
        key = catalog.get(dependency.dependent, Constraint)
        if key is not None and key.type is ConstraintType.FOREIGN_KEY:
            yield key


def ends(key: Constraint) -> tuple[Identity, Identity]:
    """Return the first column that references, and the one that it references."""
    there = key.references or table_of(key)
    return (
        Identity(Column.kind, (*table_of(key).names, key.columns[0])),
        Identity(Column.kind, (*there.names, key.referenced_columns[0])),
    )


def is_plain(key: Constraint, context: Context) -> bool:
    """Whether the same foreign key can be added beside it, over the new columns."""
    index = None if key.index is None else context.old.get(key.index, Index)
    tables = [context.old.get(e, Table) for e in (table_of(key), key.references or table_of(key))]
    return (
        len(key.columns) == 1
        and not context.is_dropped(key.identity)
        and key == context.new.facts.get(key.identity)
        and key.is_validated
        and key.is_enforced
        and not key.has_period
        and key.partition_of is None
        and index is not None
        and index.key_columns == key.referenced_columns
        and all(each is not None and not each.is_partitioned for each in tables)
        and not any(each.parents for each in tables if each is not None)
    )


def column_beside(column: Identity, context: Context) -> str:
    """Return the name of a column while it stands beside the old one."""
    table = Identity(Table.kind, column.names[:2])
    taken = {
        each.identity.name
        for catalog in (context.old, context.new)
        for each in catalog.columns(table)
    }
    return free_name((column.name,), _NEW, taken)


def references_beside(
    column: Identity, group: Collection[Identity], *, context: Context
) -> Iterator[Action]:
    """Yield what adds the new foreign keys and checks the rows that are there."""
    for key in _of(column, group, context):
        head, name = altered(table_of(key)), identifier(_beside(key, context))
        clause = _clause(key, {*group, column}, context)
        message = f"a row that breaks {key.identity.qualified_name} stops the statement"
        breaks = Hazard(HazardKind.MAY_FAIL, key.identity, message)
        yield Action(f"{head} ADD CONSTRAINT {name} {clause} NOT VALID", Mode.ALONE)
        yield Action(f"{head} VALIDATE CONSTRAINT {name}", Mode.ALONE, (breaks,))


def references_dropped(
    column: Identity, group: Collection[Identity], *, context: Context
) -> Iterator[Action]:
    """Yield what drops old foreign keys that do not go with the old column."""
    for key in _of(column, group, context):
        if ends(key)[0] != column:
            name = identifier(key.identity.name)
            yield Action(f"{altered(table_of(key))} DROP CONSTRAINT {name}")


def references_renamed(
    column: Identity, group: Collection[Identity], *, context: Context
) -> Iterator[Action]:
    """Yield what gives the new foreign keys the names and remarks of the old ones."""
    for key in _of(column, group, context):
        before, name = identifier(_beside(key, context)), identifier(key.identity.name)
        yield Action(f"{altered(table_of(key))} RENAME CONSTRAINT {before} TO {name}")
        comment = context.new.comment(key.identity)
        if comment is not None and comment == context.old.comment(key.identity):
            on = f"CONSTRAINT {name} ON {qualified(*table_of(key).names)}"
            yield Action(f"COMMENT ON {on} IS {literal(comment)}")


def _of(column: Identity, group: Collection[Identity], context: Context) -> Iterator[Constraint]:
    """Yield the foreign keys that belong to a column."""
    for key in foreign_keys(column, context.old) if group else ():
        source = ends(key)[0]
        if source == column or source not in group:
            yield key


def _beside(key: Constraint, context: Context) -> str:
    taken = {
        each.identity.name
        for catalog in (context.old, context.new)
        for each in catalog.constraints(table_of(key))
    }
    return free_name((key.identity.name,), _NEW, taken)


def _clause(key: Constraint, twice: Collection[Identity], context: Context) -> str:
    own, there = (
        identifier(column_beside(end, context) if end in twice else end.name) for end in ends(key)
    )
    table = key.references or table_of(key)
    words = [f"FOREIGN KEY ({own}) REFERENCES {qualified(*table.names)} ({there})"]
    if key.match is ForeignKeyMatch.FULL:
        words.append("MATCH FULL")
    for event, action in (("UPDATE", key.on_update), ("DELETE", key.on_delete)):
        if action not in {None, ForeignKeyAction.NO_ACTION}:
            words.append(f"ON {event} {str(action).upper()}")
    if key.on_delete_columns:
        words.append(f"({own})")
    if key.is_deferrable:
        words.append("DEFERRABLE")
    if key.is_initially_deferred:
        words.append("INITIALLY DEFERRED")
    return " ".join(words)
