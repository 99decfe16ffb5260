"""Another type for a column whose table would be written anew: beside it, then in its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.comment import Comment
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.catalog.kinds.rule import Rule
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.catalog.kinds.view import View
from server.engines.migration.action import Action, Mode
from server.engines.migration.batches import in_batches
from server.engines.migration.context import Change, Context
from server.engines.migration.conversions import rewrites, risks, using
from server.engines.migration.hazard import HazardKind
from server.engines.migration.index_text import concurrently, index_statement, is_same_but_for_types
from server.engines.migration.losses import depends_on_time_zone
from server.engines.migration.not_null import may_fail, refuse_null
from server.engines.migration.relation import altered
from server.engines.migration.updatable import refuses_updates
from server.engines.sql.quote import identifier, literal, qualified

_NEW, _SYNC = "new", "sync"
# What the planner takes down and puts up again around the change.
_REBUILT = (View, MaterializedView, Policy, Rule, Trigger, Default)


@dataclass(frozen=True, slots=True)
class _Expansion:
    """One column, and what there is of it twice for a while."""

    old: Column
    new: Column
    table: Identity
    context: Context

    @property
    def name(self) -> str:
        """The name of the column while it stands beside the old one."""
        taken = {
            each.identity.name
            for catalog in (self.context.old, self.context.new)
            for each in catalog.columns(self.table)
        }
        return free_name((self.new.identity.name,), _NEW, taken)

    @property
    def beside(self) -> str:
        """The same as SQL quotes it."""
        return identifier(self.name)

    @property
    def indexes(self) -> tuple[Index, ...]:
        """The indexes that hold the column, and go with it."""
        column = self.old.identity.name
        return tuple(
            each
            for each in self.context.old.indexes(self.table)
            if column in {*each.key_columns, *each.included_columns}
        )


def expansion(change: Change[Column], context: Context) -> _Expansion | None:
    """Return how the column is changed beside running programs; None where it cannot, or need not.

    What is not followed here (foreign keys at either end, partitions, heirs, identities) is
    changed in place, and the proof shows for how long.
    """
    old, new, table = change.old, change.new, change.new.parent
    if table is None or not context.is_online or not rewrites(old, new):
        return None
    found = _Expansion(old, new, table, context)
    plain = change.names <= {"type", "collation", "storage"}
    # In a trigger each client's own TimeZone would decide.
    plain = plain and not depends_on_time_zone(old, new)
    possible = plain and _is_ordinary(table, context) and _is_free(found) and _loses_nothing(found)
    return found if possible else None


def _is_ordinary(table: Identity, context: Context) -> bool:
    """Whether every row can be written twice and nobody else has a hand in it."""
    if context.is_created(table) or context.is_dropped(table):
        return False
    both = (context.old.get(table, Table), context.new.get(table, Table))
    if any(each is None or each.is_partitioned or each.parents for each in both):
        return False
    if any(table in each.parents for each in context.old.of(Table)):
        return False
    return not refuses_updates(table, context) and not any(
        "update" in each.events and not each.update_columns
        for catalog in (context.old, context.new)
        for each in catalog.children(table, Trigger)
    )


def _is_free(found: _Expansion) -> bool:
    """Whether everything that holds the column is known how to hold the new one."""
    old, context = found.old, found.context
    if old.generated_mode is not None or old.identity_mode is not None or _has_settings(found.new):
        return False
    for dependency in context.old.dependents(old.identity):
        fact = context.old.facts.get(dependency.dependent)
        if isinstance(fact, Constraint):
            if not _is_followed(fact, context):
                return False
        elif isinstance(fact, Index):
            if not _is_simple(fact, context) or _holds_another(fact, found):
                return False
        elif not isinstance(fact, (*_REBUILT, Sequence)) and fact is not None:
            return False
    said = context.old.parts(old.identity)
    return not any(isinstance(each, Privilege) for each in said)


def _has_settings(column: Column) -> bool:
    is_usual = column.is_default_storage and column.compression is None and not column.options
    return not is_usual or column.statistics_target is not None


def _holds_another(index: Index, found: _Expansion) -> bool:
    """Whether an index holds a second column that gets another type."""
    table, own = found.table, found.old.identity.name
    others = {*index.key_columns, *index.included_columns} - {own, None}
    identities = [Identity(Column.kind, (*table.names, str(name))) for name in others]
    catalogs = (found.context.old, found.context.new)
    types = [
        {column.type for catalog in catalogs if (column := catalog.get(each, Column))}
        for each in identities
    ]
    return any(len(each) > 1 for each in types)


def _is_followed(constraint: Constraint, context: Context) -> bool:
    if constraint.type is ConstraintType.NOT_NULL:
        return constraint.identity in context.new and constraint.is_validated
    index = None if constraint.index is None else context.old.get(constraint.index, Index)
    is_key = constraint.type in {ConstraintType.PRIMARY_KEY, ConstraintType.UNIQUE}
    return (
        is_key
        and not constraint.is_deferrable
        and not constraint.has_period
        and constraint == context.new.facts.get(constraint.identity)
        and index is not None
        and _is_simple(index, context)
        and not _is_pointed_at(constraint, context)
    )


def _is_pointed_at(key: Constraint, context: Context) -> bool:
    return any(
        each.index == key.index and each.type is ConstraintType.FOREIGN_KEY
        for catalog in (context.old, context.new)
        for each in catalog.of(Constraint)
    )


def _is_simple(index: Index, context: Context) -> bool:
    """Whether it is as in the new schema, over columns alone, and nobody else leans on it."""
    after = context.new.get(index.identity, Index)
    is_same = after is not None and is_same_but_for_types(index, after)
    has_texts = index.predicate is not None or any(each.column is None for each in index.keys)
    has_own_classes = any(not each.is_default_operator_class for each in index.keys)
    marks = index.is_clustered or index.is_replica_identity
    return is_same and not (has_texts or has_own_classes or marks) and index.is_valid


def _loses_nothing(found: _Expansion) -> bool:
    return not any(each.kind is HazardKind.DATA_LOSS for each in risks(found.old, found.new))


def expand(found: _Expansion) -> Iterator[Action]:
    """Yield the steps that set up the new column and keep it equal to the old one."""
    table, new = found.table, found.new
    head = altered(table)
    collation = f" COLLATE {new.collation}" if new.collation else ""
    yield Action(f"{head} ADD COLUMN {found.beside} {new.type}{collation}")
    yield Action(_sync_function(found))
    yield Action(
        f"CREATE TRIGGER {identifier(_trigger(found))} BEFORE INSERT OR UPDATE ON "
        f"{qualified(*table.names)} FOR EACH ROW EXECUTE FUNCTION {_function(found)}()"
    )
    name = identifier(new.identity.name)
    condition = f"{found.beside} IS NULL AND {name} IS NOT NULL"
    value = _converted(found, name)
    hazards = tuple(risks(found.old, new))
    block = in_batches(table, f"{found.beside} = {value}", condition)
    yield Action(block, Mode.OUTSIDE, hazards)
    yield from _refusing_null(found)
    for index in found.indexes:
        temporary = _temporary(index, found)
        text = index_statement(index, temporary, {new.identity.name: found.name})
        yield Action(concurrently(text), Mode.OUTSIDE)


def _temporary(index: Index, found: _Expansion) -> str:
    """Return what an index is called while it stands beside the one that it replaces."""
    return free_name((index.identity.name,), _NEW, found.context.names)


def _converted(found: _Expansion, value: str) -> str:
    """Return the new value; an assignment refuses what a cast would cut."""
    cast = using(found.old, found.new)
    return cast.replace(identifier(found.new.identity.name), value, 1) if cast else value


def _sync_function(found: _Expansion) -> str:
    value = _converted(found, f"NEW.{identifier(found.new.identity.name)}")
    body = f"BEGIN\n    NEW.{found.beside} := {value};\n    RETURN NEW;\nEND"
    return (
        f"CREATE FUNCTION {_function(found)}() RETURNS trigger LANGUAGE plpgsql AS {literal(body)}"
    )


def _trigger(found: _Expansion) -> str:
    # Triggers fire in the order of their names; this one has to see what the others made.
    taken = {each.identity.name for each in found.context.old.children(found.table, Trigger)}
    first = "~" if any(name >= "zz_" for name in taken) else "zz"
    return free_name((first, found.new.identity.name), _SYNC, taken)


def _function(found: _Expansion) -> str:
    schema, table, column = found.new.identity.names
    return qualified(schema, free_name((table, column), _SYNC, found.context.names))


def _refusing_null(found: _Expansion) -> Iterable[Action]:
    column, context = found.new, found.context
    if column.is_marked_not_null:
        return refuse_null(_beside(found), context)
    if _not_null(found, context.new) is None:
        return ()
    head, constraint = altered(found.table), identifier(_not_null_beside(found))
    return (
        Action(f"{head} ADD CONSTRAINT {constraint} NOT NULL {found.beside} NOT VALID"),
        Action(f"{head} VALIDATE CONSTRAINT {constraint}", Mode.FRESH, (may_fail(column),)),
    )


def _beside(found: _Expansion) -> Column:
    names = (*found.new.identity.names[:2], found.name)
    return replace(found.new, identity=Identity(Column.kind, names))


def _not_null(found: _Expansion, catalog: Catalog) -> Constraint | None:
    own = (found.new.identity.name,)
    return next(
        (
            each
            for each in catalog.constraints(found.table)
            if each.type is ConstraintType.NOT_NULL and each.columns == own
        ),
        None,
    )


def _not_null_beside(found: _Expansion) -> str:
    taken = {each.identity.name for each in found.context.old.constraints(found.table)}
    return free_name((found.table.name, found.new.identity.name), "new_not_null", taken)


def contract(found: _Expansion) -> Iterator[Action]:
    """Yield the steps that put the new column in the place of the old one, in one transaction."""
    head, name = altered(found.table), identifier(found.new.identity.name)
    table = qualified(*found.table.names)
    yield Action(f"DROP TRIGGER {identifier(_trigger(found))} ON {table}")
    yield Action(f"DROP FUNCTION {_function(found)}()")
    for sequence in found.context.old.of(Sequence):
        if sequence.owned_by == found.old.identity:
            # It would go with the column.
            column = qualified(*found.table.names, found.name)
            yield Action(f"{altered(sequence.identity)} OWNED BY {column}")
    yield Action(f"{head} DROP COLUMN {name}")
    yield Action(f"{head} RENAME COLUMN {found.beside} TO {name}")
    constraint = _not_null(found, found.context.new)
    if constraint is not None:
        before = identifier(_not_null_beside(found))
        after = identifier(constraint.identity.name)
        yield Action(f"{head} RENAME CONSTRAINT {before} TO {after}")
    for index in found.indexes:
        yield from _in_place(index, found)
    for said in found.context.new.children(found.new.identity, Comment):
        if said == found.context.old.facts.get(said.identity):
            place = f"COLUMN {qualified(*found.new.identity.names)}"
            yield Action(f"COMMENT ON {place} IS {literal(said.text)}")


def _in_place(index: Index, found: _Expansion) -> Iterator[Action]:
    schema, name = index.identity.names
    temporary = _temporary(index, found)
    if index.constraint is None:
        yield Action(f"ALTER INDEX {qualified(schema, temporary)} RENAME TO {identifier(name)}")
    else:
        word = "PRIMARY KEY" if index.is_primary else "UNIQUE"
        yield Action(
            f"{altered(found.table)} ADD CONSTRAINT {identifier(name)} {word} "
            f"USING INDEX {identifier(temporary)}"
        )
    for part in (index.identity, index.constraint):
        comment = None if part is None else found.context.new.comment(part)
        if comment is not None and part is not None:
            on = f"{part.kind.upper()} {_called(part)}"
            yield Action(f"COMMENT ON {on} IS {literal(comment)}")


def _called(part: Identity) -> str:
    if part.kind == Constraint.kind:
        return f"{identifier(part.name)} ON {qualified(*part.names[:2])}"
    return qualified(*part.names)
