"""An enum that loses or moves labels, as a new type beside it: columns of both, then of one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.enum_type import EnumType
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.doubled import Doubled, Expansion
from server.engines.migration.exchange import restored_remarks
from server.engines.migration.expandable import obstacles
from server.engines.migration.expansion import contract, expand
from server.engines.migration.hazard import Hazard
from server.engines.migration.holders import holders
from server.engines.migration.set_aside import free_type_name
from server.engines.migration.type_family import containers
from server.engines.sql.quote import identifier, literal, qualified


@dataclass(frozen=True, slots=True)
class EnumExpansion:
    """A new enum under a name of its own, and the columns that get it."""

    new: EnumType
    name: str
    columns: Expansion


def enum_expansion(
    change: Change[EnumType], hazards: Sequence[Hazard], context: Context
) -> EnumExpansion | None:
    """Return how every column gets the new type beside running programs; None where one cannot."""
    old, new = change.old.identity, change.new
    columns = holders(old, context.old)
    if not context.is_online or not columns or containers(old, context):
        return None
    if not _are_alone(old, columns, context):
        return None
    name = free_type_name(new.identity, "new", context)
    schema = new.identity.names[0]
    doubled = (_column(each, qualified(schema, name), tuple(hazards), context) for each in columns)
    types = {(schema, new.identity.name): (schema, name)}
    found = Expansion(tuple(each for each in doubled if each is not None), context, types)
    is_possible = len(found.columns) == len(columns) and not next(obstacles(found), "")
    return EnumExpansion(new, name, found) if is_possible else None


def _are_alone(type_: Identity, columns: Iterable[Column], context: Context) -> bool:
    """Whether the columns hold the type itself, and stay what they are."""
    own = {each.dependent for each in context.old.dependents(type_)}
    return all(
        column.identity in own
        and not context.is_dropped(column.identity)
        and context.new.get(column.identity, Column)
        == replace(column, position=_place(column, context))
        for column in columns
    )


def _place(column: Column, context: Context) -> int:
    new = context.new.get(column.identity, Column)
    return column.position if new is None else new.position


def _column(
    old: Column, of_type: str, hazards: tuple[Hazard, ...], context: Context
) -> Doubled | None:
    if old.parent is None:
        return None
    brackets = "[]" if old.type.endswith("[]") else ""
    new = replace(old, type=f"{of_type}{brackets}", type_name=f"{of_type}{brackets}")
    return Doubled(old, new, old.parent, context, hazards)


def expanded(found: EnumExpansion) -> Iterator[Action]:
    """Yield the steps that create the new type and set up the columns of it."""
    labels = ", ".join(map(literal, found.new.labels))
    name = qualified(found.new.identity.names[0], found.name)
    yield Action(f"CREATE TYPE {name} AS ENUM ({labels})")
    yield from expand(found.columns)


def contracted(found: EnumExpansion) -> Iterator[Action]:
    """Yield the steps that put columns and type in their places, in one transaction."""
    yield from contract(found.columns)
    schema, name = found.new.identity.names
    yield from plain(
        f"DROP TYPE {qualified(schema, name)}",
        f"ALTER TYPE {qualified(schema, found.name)} RENAME TO {identifier(name)}",
    )
    yield from restored_remarks(found.new.identity, found.columns.context)
