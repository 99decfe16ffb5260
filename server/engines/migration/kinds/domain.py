"""How domains come, change and go."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.domain import Domain
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.conversions import risks, using
from server.engines.migration.exchange import Exchange, converted, exchanged, obstacles
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.holders import gone_holders, held_inside, holders
from server.engines.migration.kind import Kind
from server.engines.migration.kinds.domain_constraint import (
    comes_with_exchange,
    constraint_clause,
    is_inline,
)
from server.engines.migration.moved import is_moved
from server.engines.sql.quote import qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"DOMAIN {qualified(*identity.names)}"


def _create(domain: Domain, context: Context) -> Iterable[Action]:
    constraints = context.new.children(domain.identity, DomainConstraint)
    return plain(_created(domain, (c for c in constraints if c.identity in context.folded)))


def _created(domain: Domain, constraints: Iterable[DomainConstraint]) -> str:
    parts = [f"CREATE DOMAIN {qualified(*domain.identity.names)} AS {domain.base_type}"]
    if domain.collation:
        parts.append(f"COLLATE {domain.collation}")
    if domain.default is not None:
        parts.append(f"DEFAULT {domain.default}")
    if domain.is_marked_not_null:
        parts.append("NOT NULL")
    return " ".join([*parts, *map(constraint_clause, constraints)])


def _drop(domain: Domain, _context: Context) -> Iterable[Action]:
    return plain(f"DROP DOMAIN {qualified(*domain.identity.names)}")


def _alter(change: Change[Domain], context: Context) -> Iterable[Action]:
    """Change what can be changed; for another base type, exchange the domain."""
    if _is_exchanged(change, context):
        return tuple(exchanged(_exchange(change, context), context))
    return tuple(_altered(change, context))


def _rebuilds(change: Change[Domain], context: Context) -> Iterable[Identity]:
    return obstacles(change.old.identity, context) if _is_exchanged(change, context) else ()


def _is_exchanged(change: Change[Domain], context: Context) -> bool:
    old, new = change.old, change.new
    is_other = old.base_type != new.base_type
    if is_other and is_moved(new.identity, old.base_type, new.base_type, context):
        return False
    return is_other or "collation" in change.names or _is_checked_inside(change, context)


def _is_checked_inside(change: Change[Domain], context: Context) -> bool:
    """Whether it takes a new domain to have values checked that lie inside of others."""
    new = change.new
    if (
        _begins_to_refuse_null(change)
        and next(held_inside(new.identity, context), None) is not None
    ):
        return True
    constraints = context.new.children(new.identity, DomainConstraint)
    return any(comes_with_exchange(each, context) for each in constraints)


def _begins_to_refuse_null(change: Change[Domain]) -> bool:
    return change.new.is_marked_not_null and not change.old.is_marked_not_null


def _altered(change: Change[Domain], context: Context) -> Iterator[Action]:
    new = change.new
    head = f"ALTER DOMAIN {qualified(*new.identity.names)}"
    if "default" in change.names and new.default is None:
        yield from plain(f"{head} DROP DEFAULT")
    elif "default" in change.names:
        yield from plain(f"{head} SET DEFAULT {new.default}")
    if "is_marked_not_null" in change.names and new.is_marked_not_null:
        yield from risky([f"{head} SET NOT NULL"], *_refuses_null(new, context))
    elif "is_marked_not_null" in change.names:
        yield from plain(f"{head} DROP NOT NULL")


def _awaits(domain: Domain, context: Context) -> Iterator[Identity]:
    before = context.old.get(domain.identity, Domain)
    if before is not None and domain.is_marked_not_null and not before.is_marked_not_null:
        yield from gone_holders(domain.identity, context)


def _refuses_null(domain: Domain, context: Context) -> Iterator[Hazard]:
    for column in holders(domain.identity, context.old):
        name = column.identity.qualified_name
        message = f"a NULL in {name} stops the statement"
        yield Hazard(HazardKind.MAY_FAIL, domain.identity, message)


def _exchange(change: Change[Domain], context: Context) -> Exchange:
    old, new = change.old, change.new
    kept = [
        each
        for each in context.new.children(new.identity, DomainConstraint)
        if comes_with_exchange(each, context)
        or (each.identity in context.old and not context.is_dropped(each.identity))
    ]
    late = (
        f"ALTER DOMAIN {qualified(*new.identity.names)} ADD {constraint_clause(each)} NOT VALID"
        for each in kept
        if not is_inline(each)
    )
    columns = holders(old.identity, context.old)
    return Exchange(
        type=new.identity,
        creation=(_created(new, filter(is_inline, kept)), *late),
        conversion=lambda column: _conversion(old, new, column),
        refuge=lambda column: f"{old.base_type}{_brackets(column)}",
        hazards=(
            *_refused(kept, context),
            *(_refuses_null(new, context) if _begins_to_refuse_null(change) else ()),
            *(
                hazard
                for column in columns
                for hazard in risks(_with_base(column, old), _with_base(column, new))
            ),
        ),
    )


def _refused(kept: Iterable[DomainConstraint], context: Context) -> Iterator[Hazard]:
    for each in kept:
        if comes_with_exchange(each, context):
            message = f"a value that breaks {each.identity.name} stops the statement"
            yield Hazard(HazardKind.MAY_FAIL, each.identity, message)


def _conversion(old: Domain, new: Domain, column: Column) -> str:
    cast = using(_with_base(column, old), _with_base(column, new))
    return f"{cast}::{column.type}" if cast else ""


def _with_base(column: Column, domain: Domain) -> Column:
    brackets = _brackets(column)
    return replace(
        column,
        type=f"{domain.base_type}{brackets}",
        type_name=f"{domain.base_type_name}{brackets}",
    )


def _brackets(column: Column) -> str:
    return "[]" if column.type.endswith("[]") else ""


def _reworks(change: Change[Domain], context: Context) -> Iterable[Identity]:
    return converted(change.old.identity, context) if _is_exchanged(change, context) else ()


KIND = Kind(
    fact=Domain,
    rank=40,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    awaits=_awaits,
    reworks=_reworks,
    rebuilds=_rebuilds,
)
