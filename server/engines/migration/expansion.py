"""Another type for columns whose table would be written anew: beside them, then in their place."""

from collections.abc import Iterator

from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.comment import Comment
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.migration.action import Action, Mode, plain
from server.engines.migration.batches import in_batches
from server.engines.migration.column_settings import settings
from server.engines.migration.conversions import using
from server.engines.migration.doubled import Doubled, Expansion
from server.engines.migration.exchange import restored_privileges, restored_remarks
from server.engines.migration.expanded_checks import checks_beside, checks_in_place
from server.engines.migration.expanded_indexes import indexes_beside, indexes_in_place
from server.engines.migration.expanded_nulls import null_in_place, refusing_null
from server.engines.migration.expanded_references import (
    references_beside,
    references_dropped,
    references_in_place,
)
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.hushed_triggers import fired_by_updates, hushed, restored
from server.engines.migration.identity_column import (
    count_on,
    identity_clause,
    remember_count,
    sequence_of,
)
from server.engines.migration.relation import altered
from server.engines.migration.session_settings import settings_asked
from server.engines.sql.quote import identifier, literal, qualified

_SYNC = "sync"


def expand(found: Expansion) -> Iterator[Action]:
    """Yield the steps that set up the new columns and keep them equal to the old ones."""
    for table in found.tables:
        for each in found.of(table):
            yield from _set_up(each)
        yield from hushed(table, found.context)
        yield _filled(found.of(table), table)
        yield from restored(table, found.context)
        for each in found.of(table):
            yield from refusing_null(each)
    yield from indexes_beside(found)
    yield from checks_beside(found)
    yield from references_beside(found)


def _set_up(found: Doubled) -> Iterator[Action]:
    table, new = found.table, found.new
    compression = f" COMPRESSION {new.compression}" if new.compression else ""
    collation = f" COLLATE {new.collation}" if new.collation else ""
    definition = f"{found.beside} {new.type}{compression}{collation}"
    yield Action(f"{altered(table)} ADD COLUMN {definition}")
    yield from plain(*settings([found.column]))
    yield Action(_sync_function(found))
    yield Action(
        f"CREATE TRIGGER {identifier(_trigger(found))} BEFORE INSERT OR UPDATE ON "
        f"{qualified(*table.names)} FOR EACH ROW EXECUTE FUNCTION {_function(found)}()",
        hazards=tuple(_refused_writes(found)),
    )


def _filled(columns: tuple[Doubled, ...], table: Identity) -> Action:
    """Return what gives the rows that are there their new values, all at one go."""
    assignments = list[str]()
    conditions = list[str]()
    hazards = list[Hazard]()
    for each in columns:
        name = identifier(each.new.identity.name)
        assignments.append(f"{each.beside} = {_converted(each, name)}")
        # IS NULL would say of a row of a composite type that its fields are NULL.
        conditions.append(
            f"{each.beside} IS NOT DISTINCT FROM NULL AND {name} IS DISTINCT FROM NULL"
        )
        hazards.extend(each.hazards)
    condition = " OR ".join(conditions)
    block = in_batches(
        table,
        ", ".join(assignments),
        f"({condition})" if len(conditions) > 1 else condition,
        is_announced=any(fired_by_updates(table, columns[0].context)),
    )
    return Action(block, Mode.OUTSIDE, tuple(dict.fromkeys(hazards)))


def _refused_writes(found: Doubled) -> Iterator[Hazard]:
    """Yield what the trigger means for programs that know the old column only."""
    if any(each.kind is HazardKind.MAY_FAIL for each in found.hazards):
        name, subject = found.new.identity.qualified_name, found.new.identity
        message = (
            f"from here on a write of a value of {name} that does not fit the new type fails, "
            "also by programs that know the old one only"
        )
        yield Hazard(HazardKind.BREAKS_CLIENTS, subject, message)


def _moved_to_the_end(found: Doubled) -> Iterator[Hazard]:
    """Yield what the new place of the column means; PostgreSQL appends what is added."""
    if found.old.position < len(found.context.old.columns(found.table)):
        name, subject = found.new.identity.qualified_name, found.new.identity
        message = f"{name} is the last column from now on, for SELECT * and INSERT without a list"
        yield Hazard(HazardKind.BREAKS_CLIENTS, subject, message)


def _converted(found: Doubled, value: str) -> str:
    """Return the new value; an assignment refuses what a cast would cut."""
    cast = using(found.old, found.new)
    return cast.replace(identifier(found.new.identity.name), value, 1) if cast else value


def _sync_function(found: Doubled) -> str:
    value = _converted(found, f"NEW.{identifier(found.new.identity.name)}")
    body = f"BEGIN\n    NEW.{found.beside} := {value};\n    RETURN NEW;\nEND"
    # Programs may have other settings than the session that fills the rows.
    pinned = "".join(f"SET {each} FROM CURRENT " for each in settings_asked(found))
    head = f"CREATE FUNCTION {_function(found)}() RETURNS trigger LANGUAGE plpgsql"
    return f"{head} {pinned}AS {literal(body)}"


def _trigger(found: Doubled) -> str:
    # Triggers fire in the order of their names; this one has to see what the others made.
    taken = {each.identity.name for each in found.context.old.children(found.table, Trigger)}
    last = max(taken, default="")
    first = "zz" if last < "zz_" else max(last, "~")
    return free_name((first, found.new.identity.name), _SYNC, taken)


def _function(found: Doubled) -> str:
    schema, table, column = found.new.identity.names
    return qualified(schema, free_name((table, column), _SYNC, found.context.names))


def contract(found: Expansion) -> Iterator[Action]:
    """Yield the steps that put new columns in the place of old ones, in one transaction."""
    yield from references_dropped(found)
    for each in found.columns:
        yield from _exchanged(each)
    yield from indexes_in_place(found)
    yield from checks_in_place(found)
    yield from references_in_place(found)
    for each in found.columns:
        yield from _said_again(each)


def _exchanged(found: Doubled) -> Iterator[Action]:
    head, name = altered(found.table), identifier(found.new.identity.name)
    table = qualified(*found.table.names)
    yield Action(f"DROP TRIGGER {identifier(_trigger(found))} ON {table}")
    yield Action(f"DROP FUNCTION {_function(found)}()")
    yield from _kept_sequences(found)
    yield Action(f"{head} DROP COLUMN {name}")
    renaming = f"{head} RENAME COLUMN {found.beside} TO {name}"
    yield Action(renaming, hazards=tuple(_moved_to_the_end(found)))
    yield from null_in_place(found)
    yield from _counting_on(found)


def _kept_sequences(found: Doubled) -> Iterator[Action]:
    """Yield what saves a sequence, or how far it has counted: it would go with the column."""
    for sequence in found.context.old.of(Sequence):
        if sequence.owned_by != found.old.identity:
            continue
        if sequence.is_of_identity_column:
            yield Action(remember_count(sequence))
        else:
            column = qualified(*found.table.names, found.name)
            yield Action(f"{altered(sequence.identity)} OWNED BY {column}")


def _counting_on(found: Doubled) -> Iterator[Action]:
    """Yield what lets an identity column count on where the old one stopped."""
    sequence = sequence_of(found.new, found.context.new)
    if sequence is not None:
        column = f"ALTER COLUMN {identifier(found.new.identity.name)}"
        clause = identity_clause(found.new, found.context.new)
        yield Action(f"{altered(found.table)} {column} ADD {clause}", hazards=found.hazards)
        yield Action(count_on(sequence))
        yield from restored_remarks(sequence.identity, found.context)


def _said_again(found: Doubled) -> Iterator[Action]:
    """Yield what was said of the old column, and what was granted on it."""
    for said in found.context.new.children(found.new.identity, Comment):
        if said == found.context.old.facts.get(said.identity):
            place = f"COLUMN {qualified(*found.new.identity.names)}"
            yield Action(f"COMMENT ON {place} IS {literal(said.text)}")
    yield from restored_privileges(found.new.identity, found.context)
