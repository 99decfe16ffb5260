"""Puts a new type in the place of an old one, under the columns that hold its values.

PostgreSQL takes no label from an enum and gives no domain another base type. So the old type moves
to a name that is free, the new one is created, every column is converted, and the old one goes.
Types that are made of it (domains, rows, ranges) are exchanged with it. Columns of one table are
converted by one statement, which writes the table once, and after which checks and indexes that
compare two of them still mean the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import Added, Changed, Removed, differences
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.catalog.kinds.range_type import RangeType
from server.engines.catalog.kinds.statistics import Statistics
from server.engines.catalog.kinds.view_column import ViewColumn
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard
from server.engines.migration.holders import holders
from server.engines.migration.partitions import decides_about_partitions
from server.engines.migration.registry import kind_of
from server.engines.migration.relation import altered
from server.engines.migration.retyping import blockers
from server.engines.migration.set_aside import created_again, set_aside
from server.engines.migration.starting_privileges import starting_privileges
from server.engines.migration.type_family import containers
from server.engines.sql.quote import identifier
from server.errors import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A new type for an old one of the same name."""

    type: Identity
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
    around = containers(exchange.type, context)
    family = (context.old.facts[exchange.type], *around)
    asides = [set_aside(each, context) for each in family]
    goes_first = any(map(_goes_first, family))
    if goes_first:
        exchange = replace(exchange, conversion=by_text)
        yield from plain(*_refuges(family, context))
        yield from plain(*(each.drop_at_once for each in reversed(asides)))
    else:
        yield from plain(*(each.rename for each in asides))
    yield from plain(*exchange.creation)
    for each in around:
        yield from created_again(each, context)
    for each in family:
        yield from restored_remarks(each.identity, context)
    for statement in _conversions(exchange, around, context):
        yield Action(statement, hazards=exchange.hazards)
    if not goes_first:
        yield from plain(*(each.drop for each in reversed(asides)))


def _goes_first(type_: Fact) -> bool:
    """Whether the functions that make its values keep their names, whatever it is called.

    Values of such a type, and of those around it, are texts until the new one is there.
    """
    return isinstance(type_, RangeType)


def obstacles(type_: Identity, context: Context) -> Iterator[Identity]:
    """Yield what has to be dropped before a type is exchanged, and created again afterwards."""
    old = context.old
    around = containers(type_, context)
    family = {type_, *(each.identity for each in around)}
    are_texts = any(map(_goes_first, (old.facts[type_], *around)))
    for dependency in (each for member in family for each in old.dependents(member)):
        fact = old.facts[dependency.dependent]
        if isinstance(fact, Column) and fact.identity not in context.new:
            yield fact.identity  # It goes for good, and holds a type made of this one.
        elif isinstance(fact, Column) and fact.generated_mode is None:
            yield from _obstacles_of_column(fact, old)
            yield from _of_its_type(fact, old) if are_texts else ()
        elif not {fact.identity, fact.parent} & family:
            yield whole_of(fact)


def converted(type_: Identity, context: Context) -> Iterator[Identity]:
    """Yield the columns whose values become values of the new type."""
    return (each.identity for each in holders(type_, context.old))


def _obstacles_of_column(column: Column, catalog: Catalog) -> Iterator[Identity]:
    default = catalog.default(column.identity)
    if default is not None:
        yield default.identity
    yield from blockers(column, catalog)
    for dependency in catalog.dependents(column.identity):
        if _points_elsewhere(catalog.facts[dependency.dependent]):
            yield dependency.dependent
    # Values of the row type cannot be converted in other tables, so this is refused in the end.
    for dependency in catalog.dependents(column.parent) if column.parent else ():
        fact = catalog.facts[dependency.dependent]
        if isinstance(fact, Column) and fact.parent != column.parent:
            yield fact.identity


def _of_its_type(column: Column, catalog: Catalog) -> Iterator[Identity]:
    """Yield what makes no sense, or another one, while the values are texts."""
    for dependency in catalog.dependents(column.identity):
        fact = catalog.facts[dependency.dependent]
        is_null = isinstance(fact, Constraint) and fact.type is ConstraintType.NOT_NULL
        if isinstance(fact, Constraint | Index | Statistics) and not is_null:
            yield whole_of(fact)


def _points_elsewhere(fact: Fact) -> bool:
    """Whether it is a foreign key; while only one side is converted, nothing compares the two."""
    match fact:
        case Constraint(references=references, parent=parent, partition_of=None):
            return references not in {None, parent}
        case _:
            return False


def whole_of(fact: Fact) -> Identity:
    """Return what has to be dropped to be rid of an object."""
    match fact:
        case ViewColumn(parent=parent) | Attribute(parent=parent) if parent is not None:
            return parent
        case Index(constraint=constraint) if constraint is not None:
            return constraint
        case _:
            return fact.identity


def by_text(column: Column) -> str:
    """Return what converts a column by way of what its values look like."""
    return f"{identifier(column.identity.name)}::{text_type(column)}::{column.type}"


def text_type(column: Column) -> str:
    """Return the type that takes any value, or an array of any values."""
    return "text[]" if column.type.endswith("[]") else "text"


def _conversions(exchange: Exchange, around: Iterable[Fact], context: Context) -> Iterator[str]:
    tables: defaultdict[Identity, list[str]] = defaultdict(list)
    outer = Exchange(type=exchange.type, creation=(), conversion=by_text, refuge=text_type)
    for one in (exchange, *(replace(outer, type=each.identity) for each in around)):
        for table, clauses in _converted(one, context):
            tables[table].extend(clauses)
    for table, clauses in sorted(tables.items()):
        yield f"{altered(table)} {', '.join(clauses)}"


def _refuges(family: Iterable[Fact], context: Context) -> Iterator[str]:
    """Yield what lets columns hold texts."""
    tables: defaultdict[Identity, list[str]] = defaultdict(list)
    for each in family:
        for table, column in _columns(each.identity, context):
            name, refuge = identifier(column.identity.name), text_type(column)
            using = "" if table.kind == ForeignTable.kind else f" USING {name}::{refuge}"
            tables[table].append(f"ALTER COLUMN {name} TYPE {refuge}{using}")
    for table, clauses in sorted(tables.items()):
        yield f"{altered(table)} {', '.join(clauses)}"


def _converted(exchange: Exchange, context: Context) -> Iterator[tuple[Identity, Iterable[str]]]:
    """Yield the clauses that convert the columns of a type, with their tables."""
    for table, column in _columns(exchange.type, context):
        yield table, _clauses(exchange, column, context)


def _columns(type_: Identity, context: Context) -> Iterator[tuple[Identity, Column]]:
    """Yield the columns to be converted, with their tables."""
    for dependency in context.old.dependents(type_):
        column = context.old.get(dependency.dependent, Column)
        # A column that is dropped is so before the type changes; a parent's brings the heirs'.
        if column is None or column.is_inherited or context.is_dropped(column.identity):
            continue
        if column.parent is not None:
            refuse_partition_key(column, context.old)
            yield column.parent, column


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
    yield from kept_settings(column)


def kept_settings(column: Column) -> Iterator[str]:
    """Yield the clauses that set again what goes back to what is usual for a type."""
    head = f"ALTER COLUMN {identifier(column.identity.name)}"
    if not column.is_default_storage:
        yield f"{head} SET STORAGE {column.storage}"
    if column.compression:
        yield f"{head} SET COMPRESSION {column.compression}"


def refuse_partition_key(column: Column, catalog: Catalog) -> None:
    """Refuse to alter the type or the collation of a column that decides about partitions."""
    if decides_about_partitions(column, catalog):
        raise RefusedError(
            f"{column.parent} is partitioned by {column.identity.name}, so PostgreSQL does not "
            f"let the column get a new type or collation ({column.type}).",
            next_step="Create a table with the new one beside it and move the rows, by hand.",
        )


def restored_remarks(type_: Identity, context: Context) -> Iterator[Action]:
    """Yield what is said about the old object and its parts and is not dropped by the plan."""
    kept = [*_kept_parts(type_, context)]
    for fact in (*kept, *(part for each in kept for part in _kept_parts(each.identity, context))):
        if fact.is_said_of_parent and not isinstance(fact, Privilege):
            yield from kind_of(fact).create(fact, context)
    yield from restored_privileges(type_, context)


def _kept_parts(identity: Identity, context: Context) -> Iterator[Fact]:
    for part in context.old.parts(identity):
        if part.identity in context.new and not context.is_dropped(part.identity):
            yield part


def restored_privileges(made: Identity, context: Context) -> Iterator[Action]:
    """Yield what grants again what was granted on the old object: nobody gets more than before."""
    for action in _granted_again(made, context):
        yield replace(action, hazards=())


def _granted_again(made: Identity, context: Context) -> Iterator[Action]:
    major = context.major
    started = {each.identity: each for each in starting_privileges(made, context.old, context.new)}
    kept = (each for each in _kept_parts(made, context) if isinstance(each, Privilege))
    wanted = {each.identity: each for each in kept}
    for difference in differences(Catalog(major, started), Catalog(major, wanted)):
        match difference:
            case Added(new):
                yield from kind_of(new).create(new, context)
            case Removed(old):
                yield from kind_of(old).drop(old, context)
            case Changed(old, new, fields):
                yield from kind_of(new).alter(Change(old, new, fields), context) or ()
