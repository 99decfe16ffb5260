"""Keys of tables in use: their indexes are built beside what is there.

The index that is ready becomes the constraint's own in an instant. Where an old key has to give
way, it goes in that very transaction, so that the table is never without either.
"""

from collections.abc import Collection, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import changes
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Context
from server.engines.migration.handed_down import KEYS, table_of
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.index_text import concurrently, renamed
from server.engines.migration.namespaces import RelationNames
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier

OF_A_KEY = frozenset(
    {"constraint", "is_primary", "is_immediate", "is_clustered", "is_replica_identity", "options"}
)
"""What an index gets when a constraint takes it over, or what is set on it afterwards."""


def is_built_online(constraint: Constraint, context: Context) -> bool:
    """Whether programs go on writing while the key's index is built."""
    table = context.new.get(table_of(constraint), Table)
    return (
        context.is_online
        and constraint.type in KEYS
        and not constraint.has_period
        and not context.is_created(table_of(constraint))
        and table is not None
        and not table.is_partitioned
        and not holds_inherited(constraint, context)
    )


def holds_inherited(key: Constraint, context: Context) -> bool:
    """Whether its columns refuse NULL because of a table above.

    USING INDEX would have the table itself demand it, too, and no statement takes that back.
    """
    return key.type is ConstraintType.PRIMARY_KEY and any(
        each.type is ConstraintType.NOT_NULL
        and not each.is_local
        and each.columns[0] in key.columns
        for each in context.new.constraints(table_of(key))
    )


def predecessors(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Yield the keys that go in the transaction in which this one comes."""
    if constraint.type not in KEYS or context.is_created(table_of(constraint)):
        return
    for old in context.old.constraints(table_of(constraint)):
        is_other_primary = {old.type, constraint.type} == {ConstraintType.PRIMARY_KEY}
        is_same = old.identity == constraint.identity
        gives_way = not _comes_back(constraint, context) if is_same else is_other_primary
        if context.is_dropped(old.identity) and gives_way:
            yield old.identity


def _comes_back(constraint: Constraint, context: Context) -> bool:
    """Whether the key is what it was, and made way for something, as a second would have to."""
    old = context.old.get(constraint.identity, Constraint)
    before, after = _former_index(constraint, context), _index(constraint, context)
    if old is None or before is None or before.identity != after.identity:
        return False
    return not (changes(old, constraint) or changes(before, after))


def conflicts_lost(old: Constraint | Index, context: Context) -> Iterator[Hazard]:
    """Yield what it means for programs that no key over the same columns is left."""
    gone = old if isinstance(old, Index) else _former_index(old, context)
    if gone is None or not gone.is_unique or context.is_dropped(gone.parent):
        return
    columns = [each for each in gone.key_columns if each is not None]
    if len(columns) < len(gone.keys) or gone.predicate is not None or not gone.is_immediate:
        return
    if not any(
        _decides(each, columns) for each in context.new.indexes(gone.parent or gone.identity)
    ):
        names = ", ".join(map(identifier, columns))
        message = (
            f"INSERT … ON CONFLICT ({names}) fails: no unique index is over just that any more"
        )
        yield Hazard(HazardKind.BREAKS_CLIENTS, old.identity, message)


def _former_index(key: Constraint, context: Context) -> Index | None:
    is_key = key.type in KEYS and key.index is not None
    return context.old.get(key.index, Index) if is_key and key.index is not None else None


def _decides(index: Index, columns: Collection[str]) -> bool:
    """Whether ON CONFLICT with these columns finds the index."""
    is_whole = index.predicate is None and index.is_immediate and index.is_unique
    return is_whole and set(index.key_columns) == set(columns)


def lingers(old: Constraint | Index, context: Context) -> bool:
    """Whether another index is built for the table meanwhile: the old one serves until then."""
    if old.parent is None or not context.is_online or context.is_dropped(old.parent):
        return False
    is_index = isinstance(old, Index) or old.type in KEYS
    indexes = context.new.indexes(old.parent) if is_index else ()
    return any(context.is_created(each.identity) for each in indexes)


def foreign_keys_on(identity: Identity, catalog: Catalog) -> Iterator[Constraint]:
    """Yield the foreign keys that depend on a column, of whichever side, or on a key."""
    for dependency in catalog.dependents(identity):
        key = catalog.get(dependency.dependent, Constraint)
        if key is not None and key.type is ConstraintType.FOREIGN_KEY:
            yield key


def pointing_at(key: Constraint, context: Context) -> Iterator[Identity]:
    """Yield foreign keys that go, too: of two keys over the same columns they lean on either."""
    if key.type not in KEYS:
        return
    column = Identity(Column.kind, (*table_of(key).names, key.columns[0]))
    for other in foreign_keys_on(column, context.old):
        is_to_it = other.references == key.parent and context.is_dropped(other.identity)
        if is_to_it and set(other.referenced_columns) == set(key.columns):
            yield other.identity


def adopts(constraint: Constraint, context: Context) -> bool:
    """Whether a unique index is there that only has to be declared a key."""
    if constraint.type not in KEYS or constraint.index is None:
        return False
    old, new = (each.get(constraint.index, Index) for each in (context.old, context.new))
    if old is None or new is None or context.is_dropped(old.parent):
        return False
    return becomes_key(old, new) and not holds_inherited(constraint, context)


def becomes_key(old: Index, new: Index) -> bool:
    """Whether an index serves as that of a constraint as it is."""
    is_part = old.partition_of is not None or old.is_partitioned
    is_change = old.constraint is None and new.constraint is not None
    differs = {each.field for each in changes(old, new)}
    return is_change and not is_part and old.is_valid and differs <= OF_A_KEY


def built(constraint: Constraint, context: Context) -> Iterator[Action]:
    """Yield what builds the index of a key whose predecessor, or whose name, is still there."""
    if not _has_predecessor(constraint, context) or not is_built_online(constraint, context):
        return
    index = _index(constraint, context)
    yield _build(index, name_beside(index, context), constraint)


def declared(constraint: Constraint, context: Context) -> Iterator[Action]:
    """Yield what makes a ready index the key's own, and before it, where nothing gives way, it."""
    index = _index(constraint, context)
    if adopts(constraint, context):
        yield _declaration(constraint, index.identity.name, Mode.TRANSACTIONAL)
    elif _has_predecessor(constraint, context):
        yield _declaration(constraint, name_beside(index, context), Mode.TRANSACTIONAL)
    else:
        yield _build(index, index.identity.name, constraint)
        yield _declaration(constraint, index.identity.name, Mode.FRESH)


def _has_predecessor(constraint: Constraint, context: Context) -> bool:
    if adopts(constraint, context):
        return False
    is_taken = constraint.index is not None and constraint.index in context.old
    is_taken = is_taken and not _comes_back(constraint, context)
    return is_taken or any(predecessors(constraint, context))


def _index(constraint: Constraint, context: Context) -> Index:
    index = None if constraint.index is None else context.new.get(constraint.index, Index)
    if index is None:
        raise ValueError(f"{constraint.identity} has no index")
    return index


def name_beside(index: Index, context: Context) -> str:
    """Return what an index is called until it gets its own name, if that is taken now."""
    schema, name = index.identity.names
    if name not in RelationNames(schema, (context.old,)):
        return name
    return free_name((name,), "new", RelationNames(schema, (context.old, context.new)))


def _build(index: Index, name: str, constraint: Constraint) -> Action:
    text = renamed(index.definition, identifier(index.identity.name), identifier(name))
    message = f"a row that breaks {constraint.identity.qualified_name} stops the statement"
    stops = Hazard(HazardKind.MAY_FAIL, constraint.identity, message)
    return Action(concurrently(text), Mode.OUTSIDE, (stops,))


def _declaration(constraint: Constraint, index: str, mode: Mode) -> Action:
    name = identifier(constraint.identity.name)
    word = "PRIMARY KEY" if constraint.type is ConstraintType.PRIMARY_KEY else "UNIQUE"
    return Action(
        f"{altered(table_of(constraint))} ADD CONSTRAINT {name} {word} "
        f"USING INDEX {identifier(index)}{deferral(constraint)}",
        mode,
    )


def deferral(constraint: Constraint) -> str:
    """Return when the constraint is checked, as ADD and ALTER CONSTRAINT take it."""
    if not constraint.is_deferrable:
        return ""
    return (
        f" DEFERRABLE INITIALLY {'DEFERRED' if constraint.is_initially_deferred else 'IMMEDIATE'}"
    )
