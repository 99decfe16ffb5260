"""How constraints of domains come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.migration.action import Action, Mode, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.holders import gone_holders, held_inside, holders
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier, qualified


def constraint_clause(constraint: DomainConstraint) -> str:
    """Return the constraint as CREATE DOMAIN and ADD take it."""
    name = f"CONSTRAINT {identifier(constraint.identity.name)}"
    if constraint.type is ConstraintType.NOT_NULL:
        return f"{name} NOT NULL"
    return f"{name} CHECK ({constraint.expression})"


def is_inline(constraint: DomainConstraint) -> bool:
    """Whether CREATE DOMAIN can bring it along: what it brings is valid."""
    return constraint.is_validated


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"CONSTRAINT {identifier(identity.name)} ON DOMAIN {_domain(identity)}"


def _domain(identity: Identity) -> str:
    return qualified(*identity.names[:-1])


def _head(constraint: DomainConstraint) -> str:
    return f"ALTER DOMAIN {_domain(constraint.identity)}"


def _create(constraint: DomainConstraint, context: Context) -> Iterable[Action]:
    statement = f"{_head(constraint)} ADD {constraint_clause(constraint)}"
    if comes_with_exchange(constraint, context):
        return ()
    if not constraint.is_validated or _is_staged(constraint, context):
        return plain(f"{statement} NOT VALID")
    return risky([statement], *_hazards(constraint, context))


def _finish(constraint: DomainConstraint, context: Context) -> Iterable[Action]:
    return (_validation(constraint, context),) if _is_staged(constraint, context) else ()


def comes_with_exchange(constraint: DomainConstraint, context: Context) -> bool:
    """Whether the domain is made anew with it, because no other check would look inside values."""
    domain, before = constraint.parent, context.old.get(constraint.identity, DomainConstraint)
    if domain is None or not constraint.is_validated or context.is_created(domain):
        return False
    is_kept = before is not None and not context.is_dropped(constraint.identity)
    is_checked = before is not None and before.is_validated
    return not (is_kept and is_checked) and next(held_inside(domain, context), None) is not None


def _after_columns(constraint: DomainConstraint, context: Context) -> Iterator[Identity]:
    if constraint.parent is not None and constraint.is_validated:
        yield from gone_holders(constraint.parent, context)


def _touches(constraint: DomainConstraint, context: Context) -> Iterator[Identity]:
    if constraint.parent is not None and comes_with_exchange(constraint, context):
        yield constraint.parent


def _validation(constraint: DomainConstraint, context: Context) -> Action:
    return Action(
        f"{_head(constraint)} VALIDATE CONSTRAINT {identifier(constraint.identity.name)}",
        Mode.ALONE,
        tuple(_hazards(constraint, context)),
    )


def _is_staged(constraint: DomainConstraint, context: Context) -> bool:
    """Whether rows are checked in a transaction of its own, after the rule holds for new ones."""
    return (
        context.is_online
        and constraint.is_validated
        and constraint.type is ConstraintType.CHECK
        and not comes_with_exchange(constraint, context)
        and next(_columns(constraint, context), None) is not None
    )


def _columns(constraint: DomainConstraint, context: Context) -> Iterator[Identity]:
    """Yield the columns whose rows are checked."""
    if constraint.parent is None or context.is_created(constraint.parent):
        return
    for column in holders(constraint.parent, context.old):
        if not context.is_dropped(column.identity):
            yield column.identity


def _hazards(constraint: DomainConstraint, context: Context) -> Iterator[Hazard]:
    for column in _columns(constraint, context):
        yield Hazard(
            HazardKind.MAY_FAIL,
            constraint.identity,
            f"a row of {column.qualified_name} that breaks {constraint.identity.name} "
            "stops the statement",
        )


def _drop(constraint: DomainConstraint, _context: Context) -> Iterable[Action]:
    name = identifier(constraint.identity.name)
    return plain(f"{_head(constraint)} DROP CONSTRAINT {name}")


def _alter(change: Change[DomainConstraint], context: Context) -> Iterable[Action] | None:
    if change.only("is_validated") and change.new.is_validated:
        if comes_with_exchange(change.new, context):
            return ()
        return (_validation(change.new, context),)
    return None


def _folds(constraint: DomainConstraint, _context: Context) -> bool:
    return is_inline(constraint)


KIND = Kind(
    fact=DomainConstraint,
    rank=45,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    finish=_finish,
    folds=_folds,
    awaits=_after_columns,
    needs=_after_columns,
    touches=_touches,
)
