"""How indexes come, change and go; those behind constraints come and go with them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import changes
from server.engines.catalog.expression import faithful
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.expandable import is_carried
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.index_settings import marks, statistics, statistics_of
from server.engines.migration.index_text import (
    concurrently,
    is_same_but_for_types,
    on_relation,
    renamed,
)
from server.engines.migration.inheritance import going, joins, leaves
from server.engines.migration.keys import (
    OF_A_KEY,
    becomes_key,
    conflicts_lost,
    lingers,
    name_beside,
)
from server.engines.migration.kind import Kind
from server.engines.migration.options import changed_parameters, storage_parameters
from server.engines.migration.rebuilt_views import beside, is_built_beside
from server.engines.migration.relation import altered
from server.engines.migration.retyping import reads_retyped
from server.engines.sql.quote import identifier, literal, qualified

_SETTINGS = frozenset({"options", "is_clustered", "is_replica_identity", "tablespace"})


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"INDEX {qualified(*identity.names)}"


def _relation(index: Index) -> Identity:
    if index.parent is None:
        raise ValueError(f"{index.identity} belongs to no relation")
    return index.parent


def _create(index: Index, context: Context) -> Iterable[Action]:
    if index.constraint is not None:
        return plain(*_settings_of_key(index))
    if _is_built_beside(index, context) or is_built_beside(index.parent, context):
        return (*_renaming(index, name_beside(index, context)), *_own(index))
    if _is_built_online(index, context):
        risks = _risks(index)
        return (Action(concurrently(_definition(index)), Mode.OUTSIDE, risks), *_own(index))
    is_empty = context.is_created(index.parent) and _relation(index).kind == Table.kind
    risks = () if is_empty else _risks(index)
    return (Action(_definition(index), hazards=risks), *_own(index))


def _build(index: Index, context: Context) -> Iterable[Action]:
    name = identifier(name_beside(index, context))
    if is_built_beside(index.parent, context):
        view = qualified(*beside(_relation(index), context).names)
        text = renamed(index.definition, identifier(index.identity.name), name)
        yield Action(on_relation(text, name, view), Mode.ALONE, _risks(index))
    elif _is_built_beside(index, context):
        text = renamed(index.definition, identifier(index.identity.name), name)
        yield Action(concurrently(text), Mode.OUTSIDE, _risks(index))


def _is_built_beside(index: Index, context: Context) -> bool:
    """Whether it can be ready before that goes which has its name: nothing it needs is new.

    One that comes back as it was made way for something, for which a second would have to, too.
    """
    old = context.old.get(index.identity, Index)
    return (
        (old is None or bool(changes(old, index)))
        and index.constraint is None
        and index.partition_of is None
        and context.is_dropped(index.identity)
        and _is_built_online(index, context)
        and not reads_retyped(old or index, context)
        and not any(
            context.is_created(each.referenced)
            for each in context.new.dependencies_of(index.identity)
        )
    )


def _renaming(index: Index, name: str) -> Iterator[Action]:
    before, after = qualified(index.identity.names[0], name), index.identity.name
    if name != after:
        yield Action(f"ALTER INDEX {before} RENAME TO {identifier(after)}")


def _succeeds(index: Index, context: Context) -> Iterable[Identity]:
    """Yield the constraint whose index it replaces."""
    old = context.old.get(index.identity, Index)
    is_beside = old is not None and _is_built_beside(index, context)
    return (old.constraint,) if old is not None and old.constraint and is_beside else ()


def _definition(index: Index) -> str:
    """Return the statement; the index of a partition has to equal the whole's."""
    is_compared = index.is_partitioned or index.partition_of is not None
    return faithful(index.definition) if is_compared else index.definition


def _is_built_online(index: Index, context: Context) -> bool:
    is_used = not context.is_created(_relation(index))
    can_be_apart = not (index.is_partitioned or _keeps_rows_apart(index, context))
    return context.is_online and is_used and can_be_apart


def _keeps_rows_apart(index: Index, context: Context) -> bool:
    """Whether it refuses equal rows and only makes way for something, to come back after it.

    Equal rows that were written while it is away would stop its build, with half a plan done.
    """
    old = context.old.get(index.identity, Index)
    if old is None or not index.is_unique or not context.is_dropped(index.identity):
        return False
    return not changes(old, index) or reads_retyped(old, context)


def _risks(index: Index) -> tuple[Hazard, ...]:
    if not index.is_unique:
        return ()
    message = f"two rows with equal keys stop the build of {index.identity.qualified_name}"
    return (Hazard(HazardKind.MAY_FAIL, index.identity, message),)


def _own(index: Index) -> tuple[Action, ...]:
    return plain(*marks(index), *statistics(index))


def _settings_of_key(index: Index) -> Iterator[str]:
    """Yield what the constraint that brings the index along cannot say."""
    if index.options:
        yield f"{altered(index.identity)} SET ({storage_parameters(index.options)})"
    yield from marks(index)
    yield from statistics(index)


def _finish(index: Index, context: Context) -> Iterable[Action]:
    if index.partition_of is None or _is_attached_with_table(index, context):
        return ()
    return plain(_attach(index))


def _attach(index: Index) -> str:
    whole = index.partition_of or index.identity
    return f"{altered(whole)} ATTACH PARTITION {qualified(*index.identity.names)}"


def _is_attached_with_table(index: Index, context: Context) -> bool:
    """Whether attaching the table finds the index and attaches it, too."""
    relation, whole = _relation(index), index.partition_of
    table, before = context.new.get(relation, Table), context.old.get(relation, Table)
    is_attached_now = (
        table is not None
        and table.is_partition
        and (
            context.is_created(relation) or (before is not None and before.parents != table.parents)
        )
    )
    return is_attached_now and whole is not None


def _awaits(index: Index, _context: Context) -> Iterable[Identity]:
    return () if index.partition_of is None else (index.partition_of,)


def _needs(index: Index, context: Context) -> Iterable[Identity]:
    """Let partitions go that would have no part of it: it would not be valid until they do."""
    return going(index.parent, context) if index.is_partitioned else ()


def _drop(index: Index, context: Context) -> Iterable[Action]:
    is_part = index.partition_of is not None and not leaves(index.parent, context)
    if index.constraint is not None or (is_part and context.is_dropped(index.partition_of)):
        return ()
    name = qualified(*index.identity.names)
    risks = tuple(conflicts_lost(index, context))
    if _is_dropped_online(index, context):
        return (Action(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", Mode.OUTSIDE, risks),)
    return risky([f"DROP INDEX {name}"], *risks)


def _is_dropped_online(index: Index, context: Context) -> bool:
    new = context.new.get(index.identity, Index)
    comes_back = new is not None and _keeps_rows_apart(new, context)
    is_apart = not (index.is_partitioned or comes_back or _is_exchanged(index, context))
    return context.is_online and is_apart


def _is_exchanged(index: Index, context: Context) -> bool:
    """Whether a foreign key points at it, which goes and comes back in the same transaction."""
    new = context.new.get(index.identity, Index)
    is_held = bool(context.old.dependents(index.identity))
    return is_held and new is not None and _is_built_beside(new, context)


def _held_by(index: Index, context: Context) -> Iterable[Identity]:
    """Yield the index that it is a part of, which no part can leave."""
    if index.partition_of is None or leaves(index.parent, context):
        return ()
    above = context.old.get(index.partition_of, Index)
    return (index.partition_of if above is None else above.constraint or above.identity,)


def _outlives(index: Index, context: Context) -> Iterable[Identity]:
    """Let a partition leave with the index, which is its own from then on."""
    is_freed = index.partition_of is not None and leaves(index.parent, context)
    return (_relation(index),) if is_freed else ()


def _alter(change: Change[Index], context: Context) -> Iterable[Action] | None:
    names = change.names
    if _takes_a_new_one(change, context):
        return None
    if is_same_but_for_types(change.old, change.new) or is_carried(change.old, context):
        # Whatever gives the column another type builds the index anew.
        return ()
    if "constraint" in names and not becomes_key(change.old, change.new):
        return None
    if names <= {"partition_of"} | OF_A_KEY | _SETTINGS or _differs_in_statistics_only(change):
        return plain(*_altered(change, context))
    if _can_be_swapped(change, context):
        return tuple(_swapped(change, context))
    # The index of a constraint comes and goes with it.
    return () if _is_of_same_constraint(change) else None


def _takes_a_new_one(change: Change[Index], context: Context) -> bool:
    """Whether it has options without a file, or is part of another index while its table stays."""
    old, new = change.old, change.new
    if new.is_partitioned and "options" in change.names and new.constraint is None:
        return True
    if "partition_of" not in change.names:
        return False
    is_other = old.partition_of is not None and new.partition_of is not None
    stays = not (leaves(old.parent, context) or joins(old.parent, context))
    return is_other and stays and old.constraint is None


def _is_of_same_constraint(change: Change[Index]) -> bool:
    return change.new.constraint is not None and "constraint" not in change.names


def _rebuilds(change: Change[Index], _context: Context) -> Iterable[Identity]:
    """Yield the constraint whose index is another one now, though it says the same itself."""
    if not _is_of_same_constraint(change) or change.new.constraint is None:
        return ()
    is_left = is_same_but_for_types(change.old, change.new)
    is_altered = change.names <= {"partition_of"} | _SETTINGS or _differs_in_statistics_only(change)
    return () if is_left or is_altered else (change.new.constraint,)


def _altered(change: Change[Index], context: Context) -> Iterator[str]:
    old, new, names = change.old, change.new, change.names
    yield from changed_parameters(altered(new.identity), old.options, new.options)
    if "tablespace" in names:
        space = identifier(new.tablespace or "pg_default")
        yield f"{altered(new.identity)} SET TABLESPACE {space}"
    if "is_clustered" in names:
        yield from _changed_clustering(new, context)
    if "is_replica_identity" in names and new.is_replica_identity:
        name = identifier(new.identity.name)
        yield f"{altered(_relation(new))} REPLICA IDENTITY USING INDEX {name}"
    is_attached = "partition_of" in names and new.partition_of is not None
    if is_attached and not _is_attached_with_table(new, context):
        yield _attach(new)
    for number, (before, after) in enumerate(zip(old.keys, new.keys, strict=True), start=1):
        if before.statistics_target != after.statistics_target:
            yield statistics_of(new.identity, number, after.statistics_target)


def _changed_clustering(index: Index, context: Context) -> Iterator[str]:
    relation = _relation(index)
    if index.is_clustered:
        yield f"{altered(relation)} CLUSTER ON {identifier(index.identity.name)}"
    elif not any(each.is_clustered for each in context.new.indexes(relation)):
        yield f"{altered(relation)} SET WITHOUT CLUSTER"


def _differs_in_statistics_only(change: Change[Index]) -> bool:
    old, new = change.old, change.new
    if not change.only("keys", *_SETTINGS) or len(old.keys) != len(new.keys):
        return False
    pairs = zip(old.keys, new.keys, strict=True)
    return all(
        replace(before, statistics_target=after.statistics_target) == after
        for before, after in pairs
    )


def _can_be_swapped(change: Change[Index], context: Context) -> bool:
    """Whether the new index can be built beside the old one, which serves until then."""
    old, new = change.old, change.new
    return (
        _is_built_online(new, context)
        and not context.is_dropped(_relation(old))
        and old.parent == new.parent
        and {old.constraint, new.constraint, old.partition_of, new.partition_of} == {None}
        and not old.is_replica_identity
        and not reads_retyped(old, context)
        and not context.old.dependents(old.identity)
    )


def _swapped(change: Change[Index], context: Context) -> Iterator[Action]:
    new = change.new
    name = new.identity.name
    other = name_beside(new, context)
    text = renamed(new.definition, identifier(name), identifier(other))
    yield Action(concurrently(text), Mode.OUTSIDE, _risks(new))
    old = qualified(*change.old.identity.names)
    yield Action(f"DROP INDEX CONCURRENTLY IF EXISTS {old}", Mode.OUTSIDE)
    yield from _renaming(new, other)
    comment = context.new.comment(new.identity)
    if comment is not None and comment == context.old.comment(new.identity):
        yield Action(f"COMMENT ON {_reference(new.identity, context.new)} IS {literal(comment)}")
    yield from _own(new)


KIND = Kind(
    fact=Index,
    rank=120,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    finish=_finish,
    awaits=_awaits,
    needs=_needs,
    rebuilds=_rebuilds,
    outlives=_outlives,
    held_by=_held_by,
    build=_build,
    succeeds=_succeeds,
    lingers=lingers,
)
