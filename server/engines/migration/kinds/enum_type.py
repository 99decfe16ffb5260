"""How enum types come, change and go."""

from collections.abc import Iterable, Iterator
from itertools import starmap

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.enum_type import EnumType
from server.engines.migration.action import Action, Mode, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.enum_expansion import (
    EnumExpansion,
    contracted,
    enum_expansion,
    expanded,
)
from server.engines.migration.exchange import (
    Exchange,
    by_text,
    converted,
    exchanged,
    obstacles,
    text_type,
)
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.kind import Kind
from server.engines.sql.quote import literal, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TYPE {qualified(*identity.names)}"


def _created(enum: EnumType) -> str:
    labels = ", ".join(map(literal, enum.labels))
    return f"CREATE TYPE {qualified(*enum.identity.names)} AS ENUM ({labels})"


def _create(enum: EnumType, _context: Context) -> Iterable[Action]:
    return plain(_created(enum))


def _drop(enum: EnumType, _context: Context) -> Iterable[Action]:
    return plain(f"DROP TYPE {qualified(*enum.identity.names)}")


def _alter(change: Change[EnumType], context: Context) -> Iterable[Action]:
    """Add labels where they belong; to take or move one, exchange the type."""
    if _only_adds(change):
        return _added(change)
    beside = _beside(change, context)
    if beside is not None:
        return tuple(contracted(beside))
    return tuple(exchanged(_exchange(change), context))


def _prepare(change: Change[EnumType], context: Context) -> Iterable[Action]:
    beside = _beside(change, context)
    return () if beside is None else tuple(expanded(beside))


def _reworks(change: Change[EnumType], context: Context) -> Iterable[Identity]:
    return () if _only_adds(change) else converted(change.old.identity, context)


def _beside(change: Change[EnumType], context: Context) -> EnumExpansion | None:
    if _only_adds(change):
        return None
    return enum_expansion(change, tuple(_hazards(change)), context)


def _rebuilds(change: Change[EnumType], context: Context) -> Iterable[Identity]:
    if _only_adds(change):
        return ()
    beside = _beside(change, context)
    carried = {each.identity for each in beside.columns.held()} if beside is not None else ()
    return (each for each in obstacles(change.old.identity, context) if each not in carried)


def _only_adds(change: Change[EnumType]) -> bool:
    before = frozenset(change.old.labels)
    return tuple(each for each in change.new.labels if each in before) == change.old.labels


def _added(change: Change[EnumType]) -> tuple[Action, ...]:
    statements = [*_additions(change)]
    # None of them is used before all are there, so one commit is enough.
    modes = [*(Mode.TRANSACTIONAL for _ in statements[1:]), Mode.COMMITTED]
    return tuple(starmap(Action, zip(statements, modes, strict=True)))


def _additions(change: Change[EnumType]) -> Iterator[str]:
    head = f"ALTER TYPE {qualified(*change.new.identity.names)} ADD VALUE"
    labels, before = change.new.labels, frozenset(change.old.labels)
    for number, label in enumerate(labels):
        if label in before:
            continue
        if number:
            yield f"{head} {literal(label)} AFTER {literal(labels[number - 1])}"
        elif change.old.labels:
            yield f"{head} {literal(label)} BEFORE {literal(change.old.labels[0])}"
        else:
            yield f"{head} {literal(label)}"


def _exchange(change: Change[EnumType]) -> Exchange:
    return Exchange(
        type=change.new.identity,
        creation=(_created(change.new),),
        conversion=by_text,
        refuge=text_type,
        hazards=tuple(_hazards(change)),
    )


def _hazards(change: Change[EnumType]) -> Iterator[Hazard]:
    name = change.new.identity.qualified_name
    for label in change.old.labels:
        if label not in change.new.labels:
            yield Hazard(
                HazardKind.MAY_FAIL,
                change.new.identity,
                f"{name} loses the label '{label}': a row that has it stops the statement",
            )


KIND = Kind(
    fact=EnumType,
    rank=40,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    prepare=_prepare,
    reworks=_reworks,
    rebuilds=_rebuilds,
)
