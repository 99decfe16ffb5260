"""Types that make room for others of the same name, and are dropped when nobody uses them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.domain import Domain
from server.engines.migration.action import Action
from server.engines.migration.context import Context
from server.engines.migration.registry import kind_of
from server.engines.sql.quote import identifier, qualified


@dataclass(frozen=True, slots=True)
class Aside:
    """What sets a type aside, and what drops it, there or where it was."""

    rename: str
    drop: str
    drop_at_once: str


def set_aside(type_: Fact, context: Context) -> Aside:
    """Return what gives a type a name that is free."""
    schema, name = type_.identity.names
    word = "DOMAIN" if isinstance(type_, Domain) else "TYPE"
    old = free_type_name(type_.identity, "old", context)
    return Aside(
        f"ALTER {word} {qualified(schema, name)} RENAME TO {identifier(old)}",
        f"DROP {word} {qualified(schema, old)}",
        f"DROP {word} {qualified(schema, name)}",
    )


def free_type_name(type_: Identity, suffix: str, context: Context) -> str:
    """Return a name beside that of a type, which nothing in its schema has before or after."""
    return free_name((type_.name,), suffix, taken_names(type_.names[0], context))


def taken_names(schema: str, context: Context) -> frozenset[str]:
    """Return the names that either schema has in a namespace."""
    facts = (*context.old, *context.new)
    return frozenset(each.identity.name for each in facts if each.identity.schema == schema)


def created_again(type_: Fact, context: Context) -> Iterator[Action]:
    """Yield what creates a type as it is when another is exchanged that it is made of.

    What is dropped of it has gone by then, and what changes or comes does so afterwards.
    """
    type_ = _with_later_default(type_, context)
    parts = [*_parts(type_.identity, context)]
    now = Catalog(context.major, {each.identity: each for each in (type_, *parts)})
    context = replace(context, new=now)
    folded = frozenset(each.identity for each in parts if kind_of(each).folds(each, context))
    context = replace(context, folded=folded)
    for each in (type_, *(each for each in parts if each.identity not in folded)):
        yield from kind_of(each).create(each, context)


def _with_later_default(type_: Fact, context: Context) -> Fact:
    """Return a domain with the default that it will have; the old may say what is no value now."""
    later = context.new.get(type_.identity, Domain)
    if isinstance(type_, Domain) and later is not None:
        return replace(type_, default=later.default)
    return type_


def _parts(type_: Identity, context: Context) -> Iterator[Fact]:
    for part in context.old.parts(type_):
        stays = part.identity in context.new and not context.is_dropped(part.identity)
        if stays and not part.is_said_of_parent:
            yield part
