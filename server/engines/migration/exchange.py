"""Puts a new type in the place of an old one, under the columns that hold its values.

PostgreSQL takes no label from an enum and gives no domain another base type. So the old type moves
to a name that is free, the new one is created, every column is converted, and the old one goes.
Columns of one table are converted by one statement, which writes the table once, and after which
checks and indexes that compare two of them still mean the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.dependency import DependencyType
from server.engines.catalog.diff import Added, Changed, Removed, differences
from server.engines.catalog.fact import Fact
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.catalog.kinds.publication_table import PublicationTable
from server.engines.catalog.kinds.routine import Routine
from server.engines.catalog.kinds.rule import Rule
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.catalog.kinds.view import View
from server.engines.catalog.kinds.view_column import ViewColumn
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard
from server.engines.migration.registry import kind_of
from server.engines.migration.relation import altered
from server.engines.migration.starting_privileges import starting_privileges
from server.engines.sql.quote import identifier, qualified
from server.errors import RefusedError

# What PostgreSQL refuses to keep while the type of a column changes that it uses.
_BLOCKERS = (View, MaterializedView, Policy, Rule, Trigger, Routine, PublicationTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A new type for an old one of the same name."""

    type: Identity
    word: str
    """`TYPE` or `DOMAIN`."""
    creation: tuple[str, ...]
    """The statements that create the new type."""
    conversion: Callable[[Column], str]
    """What stands after USING for a column of the old type; empty for assignment."""
    refuge: Callable[[Column], str]
    """A type that takes all values of a column which has another type afterwards."""
    hazards: tuple[Hazard, ...] = ()
    """What converting values puts at risk."""


def exchanged(exchange: Exchange, context: Context) -> Iterator[Action]:
    """Yield the statements of an exchange; what stands in the way is dropped before.

    Raises:
        RefusedError: a table is partitioned by a column of the type.
    """
    schema, name = exchange.type.names
    old_name = free_type_name(exchange.type, "old", context)
    conversions = [*_conversions(exchange, context)]
    yield from plain(
        f"ALTER {exchange.word} {qualified(schema, name)} RENAME TO {identifier(old_name)}",
        *exchange.creation,
    )
    yield from restored_remarks(exchange.type, context)
    for statement in conversions:
        yield Action(statement, hazards=exchange.hazards)
    yield from plain(f"DROP {exchange.word} {qualified(schema, old_name)}")


def obstacles(type_: Identity, context: Context) -> Iterator[Identity]:
    """Yield what has to be dropped before a type is exchanged, and created again afterwards."""
    old = context.old
    for dependency in old.dependents(type_):
        fact = old.facts[dependency.dependent]
        if isinstance(fact, Column) and fact.generated_mode is None:
            yield from _obstacles_of_column(fact, old)
        elif fact.parent != type_:
            yield _whole(fact)


def _obstacles_of_column(column: Column, catalog: Catalog) -> Iterator[Identity]:
    default = catalog.default(column.identity)
    if default is not None:
        yield default.identity
    for dependency in catalog.dependents(column.identity):
        fact = catalog.facts[dependency.dependent]
        if _blocks(fact):
            yield fact.identity
    # Values of the row type cannot be converted in other tables, so this is refused in the end.
    for dependency in catalog.dependents(column.parent) if column.parent else ():
        fact = catalog.facts[dependency.dependent]
        if isinstance(fact, Column) and fact.parent != column.parent:
            yield fact.identity


def _blocks(fact: Fact) -> bool:
    match fact:
        case Column(generated_mode=mode):
            return mode is not None
        case Constraint(references=references, parent=parent, partition_of=None):
            # While only one side is converted, nothing compares the two.
            return references not in {None, parent}
        case _:
            return isinstance(fact, _BLOCKERS)


def _whole(fact: Fact) -> Identity:
    """Return what has to be dropped to be rid of an object."""
    match fact:
        case ViewColumn(parent=parent) | Attribute(parent=parent) if parent is not None:
            return parent
        case Index(constraint=constraint) if constraint is not None:
            return constraint
        case _:
            return fact.identity


def free_type_name(type_: Identity, suffix: str, context: Context) -> str:
    """Return a name beside that of a type, which nothing has before or after."""
    return free_name((type_.name,), suffix, context.names)


def _conversions(exchange: Exchange, context: Context) -> Iterator[str]:
    tables: defaultdict[Identity, list[str]] = defaultdict(list)
    for dependency in context.old.dependents(exchange.type):
        column = context.old.get(dependency.dependent, Column)
        # A column that is dropped is so before the type changes; a parent's brings the heirs'.
        if column is None or column.is_inherited or context.is_dropped(column.identity):
            continue
        if column.parent is not None:
            _refuse_partition_key(column, context.old)
            tables[column.parent].extend(_clauses(exchange, column, context))
    for table, clauses in sorted(tables.items()):
        yield f"{altered(table)} {', '.join(clauses)}"


def _clauses(exchange: Exchange, column: Column, context: Context) -> Iterator[str]:
    head = f"ALTER COLUMN {identifier(column.identity.name)}"
    new = context.new.get(column.identity, Column)
    if new is not None and new.type != column.type:
        refuge = exchange.refuge(column)
        yield f"{head} TYPE {refuge} USING {identifier(column.identity.name)}::{refuge}"
        return
    collation = f" COLLATE {column.collation}" if column.collation else ""
    is_foreign = column.parent is not None and column.parent.kind == ForeignTable.kind
    cast = "" if is_foreign else exchange.conversion(column)
    yield f"{head} TYPE {column.type}{collation}{f' USING {cast}' if cast else ''}"
    # PostgreSQL goes back to what is usual for the type.
    if not column.is_default_storage:
        yield f"{head} SET STORAGE {column.storage}"
    if column.compression:
        yield f"{head} SET COMPRESSION {column.compression}"


def _refuse_partition_key(column: Column, catalog: Catalog) -> None:
    is_key = any(
        each.referenced == column.parent and each.type is DependencyType.INTERNAL
        for each in catalog.dependencies_of(column.identity)
    )
    if is_key:
        raise RefusedError(
            f"{column.parent} is partitioned by {column.identity.name}, so PostgreSQL does not "
            f"let the column get a new {column.type}.",
            next_step="Create a table with the new type beside it and move the rows, by hand.",
        )


def restored_remarks(type_: Identity, context: Context) -> Iterator[Action]:
    """Yield what is said about the old type and its parts and is not dropped by the plan."""
    kept = [*_kept_parts(type_, context)]
    for fact in (*kept, *(part for each in kept for part in _kept_parts(each.identity, context))):
        if fact.is_said_of_parent and not isinstance(fact, Privilege):
            yield from kind_of(fact).create(fact, context)
    yield from _restored_privileges(
        type_, [fact for fact in kept if isinstance(fact, Privilege)], context
    )


def _kept_parts(identity: Identity, context: Context) -> Iterator[Fact]:
    for part in context.old.parts(identity):
        if part.identity in context.new and not context.is_dropped(part.identity):
            yield part


def _restored_privileges(
    type_: Identity, kept: Iterable[Privilege], context: Context
) -> Iterator[Action]:
    major = context.major
    started = {each.identity: each for each in starting_privileges(type_, context.old, context.new)}
    wanted = {each.identity: each for each in kept}
    for difference in differences(Catalog(major, started), Catalog(major, wanted)):
        match difference:
            case Added(new):
                yield from kind_of(new).create(new, context)
            case Removed(old):
                yield from kind_of(old).drop(old, context)
            case Changed(old, new, fields):
                yield from kind_of(new).alter(Change(old, new, fields), context) or ()
