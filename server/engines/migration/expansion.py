"""Another type for a column whose table would be written anew: beside it, then in its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.comment import Comment
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.migration.action import Action, Mode
from server.engines.migration.batches import in_batches
from server.engines.migration.context import Context
from server.engines.migration.conversions import using
from server.engines.migration.exchange import restored_remarks
from server.engines.migration.expanded_references import (
    column_beside,
    references_beside,
    references_dropped,
    references_renamed,
)
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.identity_column import (
    count_on,
    identity_clause,
    remember_count,
    sequence_of,
)
from server.engines.migration.index_text import concurrently, index_statement
from server.engines.migration.not_null import may_fail, refuse_null
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, literal, qualified

_NEW, _SYNC = "new", "sync"


@dataclass(frozen=True, slots=True)
class Expansion:
    """One column, and what there is of it twice for a while."""

    old: Column
    new: Column
    table: Identity
    context: Context
    hazards: tuple[Hazard, ...] = ()
    """What converting its values puts at risk."""
    group: frozenset[Identity] = frozenset()
    """The columns at the other ends of foreign keys that are expanded with it, itself included."""

    @property
    def name(self) -> str:
        """The name of the column while it stands beside the old one."""
        return column_beside(self.new.identity, self.context)

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


def expand(found: Expansion) -> Iterator[Action]:
    """Yield the steps that set up the new column and keep it equal to the old one."""
    table, new = found.table, found.new
    head = altered(table)
    collation = f" COLLATE {new.collation}" if new.collation else ""
    yield Action(f"{head} ADD COLUMN {found.beside} {new.type}{collation}")
    yield Action(_sync_function(found))
    yield Action(
        f"CREATE TRIGGER {identifier(_trigger(found))} BEFORE INSERT OR UPDATE ON "
        f"{qualified(*table.names)} FOR EACH ROW EXECUTE FUNCTION {_function(found)}()",
        hazards=tuple(_refused_writes(found)),
    )
    name = identifier(new.identity.name)
    condition = f"{found.beside} IS NULL AND {name} IS NOT NULL"
    value = _converted(found, name)
    block = in_batches(table, f"{found.beside} = {value}", condition)
    yield Action(block, Mode.OUTSIDE, found.hazards)
    yield from _refusing_null(found)
    for index in found.indexes:
        temporary = _temporary(index, found)
        text = index_statement(index, temporary, {new.identity.name: found.name})
        yield Action(concurrently(text), Mode.OUTSIDE)
    yield from references_beside(found.old.identity, found.group, context=found.context)


def _refused_writes(found: Expansion) -> Iterator[Hazard]:
    """Yield what the trigger means for programs that know the old column only."""
    if any(each.kind is HazardKind.MAY_FAIL for each in found.hazards):
        name, subject = found.new.identity.qualified_name, found.new.identity
        message = (
            f"from here on a write of a value of {name} that does not fit the new type fails, "
            "also by programs that know the old one only"
        )
        yield Hazard(HazardKind.BREAKS_CLIENTS, subject, message)


def _moved_to_the_end(found: Expansion) -> Iterator[Hazard]:
    """Yield what the new place of the column means; PostgreSQL appends what is added."""
    if found.old.position < len(found.context.old.columns(found.table)):
        name, subject = found.new.identity.qualified_name, found.new.identity
        message = f"{name} is the last column from now on, for SELECT * and INSERT without a list"
        yield Hazard(HazardKind.BREAKS_CLIENTS, subject, message)


def _temporary(index: Index, found: Expansion) -> str:
    """Return what an index is called while it stands beside the one that it replaces."""
    return free_name((index.identity.name,), _NEW, found.context.names)


def _converted(found: Expansion, value: str) -> str:
    """Return the new value; an assignment refuses what a cast would cut."""
    cast = using(found.old, found.new)
    return cast.replace(identifier(found.new.identity.name), value, 1) if cast else value


def _sync_function(found: Expansion) -> str:
    value = _converted(found, f"NEW.{identifier(found.new.identity.name)}")
    body = f"BEGIN\n    NEW.{found.beside} := {value};\n    RETURN NEW;\nEND"
    return (
        f"CREATE FUNCTION {_function(found)}() RETURNS trigger LANGUAGE plpgsql AS {literal(body)}"
    )


def _trigger(found: Expansion) -> str:
    # Triggers fire in the order of their names; this one has to see what the others made.
    taken = {each.identity.name for each in found.context.old.children(found.table, Trigger)}
    first = "~" if any(name >= "zz_" for name in taken) else "zz"
    return free_name((first, found.new.identity.name), _SYNC, taken)


def _function(found: Expansion) -> str:
    schema, table, column = found.new.identity.names
    return qualified(schema, free_name((table, column), _SYNC, found.context.names))


def _refusing_null(found: Expansion) -> Iterable[Action]:
    column, context = found.new, found.context
    if column.is_marked_not_null:
        return refuse_null(_beside(found), context)
    if _not_null(found, context.new) is None:
        return ()
    head, constraint = altered(found.table), identifier(_not_null_beside(found))
    return (
        Action(f"{head} ADD CONSTRAINT {constraint} NOT NULL {found.beside} NOT VALID"),
        Action(f"{head} VALIDATE CONSTRAINT {constraint}", Mode.ALONE, (may_fail(column),)),
    )


def _beside(found: Expansion) -> Column:
    names = (*found.new.identity.names[:2], found.name)
    return replace(found.new, identity=Identity(Column.kind, names))


def _not_null(found: Expansion, catalog: Catalog) -> Constraint | None:
    own = (found.new.identity.name,)
    return next(
        (
            each
            for each in catalog.constraints(found.table)
            if each.type is ConstraintType.NOT_NULL and each.columns == own
        ),
        None,
    )


def _not_null_beside(found: Expansion) -> str:
    taken = {each.identity.name for each in found.context.old.constraints(found.table)}
    return free_name((found.table.name, found.new.identity.name), "new_not_null", taken)


def contract(found: Expansion) -> Iterator[Action]:
    """Yield the steps that put the new column in the place of the old one, in one transaction."""
    head, name = altered(found.table), identifier(found.new.identity.name)
    table = qualified(*found.table.names)
    yield Action(f"DROP TRIGGER {identifier(_trigger(found))} ON {table}")
    yield Action(f"DROP FUNCTION {_function(found)}()")
    yield from _kept_sequences(found)
    yield from references_dropped(found.old.identity, found.group, context=found.context)
    yield Action(f"{head} DROP COLUMN {name}")
    renaming = f"{head} RENAME COLUMN {found.beside} TO {name}"
    yield Action(renaming, hazards=tuple(_moved_to_the_end(found)))
    constraint = _not_null(found, found.context.new)
    if constraint is not None:
        before = identifier(_not_null_beside(found))
        after = identifier(constraint.identity.name)
        yield Action(f"{head} RENAME CONSTRAINT {before} TO {after}")
    yield from _counting_on(found)
    for index in found.indexes:
        yield from _in_place(index, found)
    yield from references_renamed(found.old.identity, found.group, context=found.context)
    for said in found.context.new.children(found.new.identity, Comment):
        if said == found.context.old.facts.get(said.identity):
            place = f"COLUMN {qualified(*found.new.identity.names)}"
            yield Action(f"COMMENT ON {place} IS {literal(said.text)}")


def _kept_sequences(found: Expansion) -> Iterator[Action]:
    """Yield what saves a sequence, or how far it has counted: it would go with the column."""
    for sequence in found.context.old.of(Sequence):
        if sequence.owned_by != found.old.identity:
            continue
        if sequence.is_of_identity_column:
            yield Action(remember_count(sequence))
        else:
            column = qualified(*found.table.names, found.name)
            yield Action(f"{altered(sequence.identity)} OWNED BY {column}")


def _counting_on(found: Expansion) -> Iterator[Action]:
    """Yield what lets an identity column count on where the old one stopped."""
    sequence = sequence_of(found.new, found.context.new)
    if sequence is not None:
        column = f"ALTER COLUMN {identifier(found.new.identity.name)}"
        clause = identity_clause(found.new, found.context.new)
        yield Action(f"{altered(found.table)} {column} ADD {clause}", hazards=found.hazards)
        yield Action(count_on(sequence))
        yield from restored_remarks(sequence.identity, found.context)


def _in_place(index: Index, found: Expansion) -> Iterator[Action]:
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
