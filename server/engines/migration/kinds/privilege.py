"""How privileges are granted and revoked, whatever they are on."""

from collections.abc import Collection, Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.kind import Kind
from server.engines.migration.said import grantable, reference
from server.engines.sql.quote import identifier, qualified

_COLUMNS = frozenset({"column", "view_column"})


def _reference(identity: Identity, catalog: Catalog) -> str:
    return reference(identity.of or identity, catalog)


def _create(privilege: Privilege, context: Context) -> Iterable[Action]:
    granted = _granting(privilege, privilege.privileges, privilege.grantable, context.new)
    return tuple(_with_hazard(privilege, granted))


def _drop(privilege: Privilege, context: Context) -> Iterable[Action]:
    revoked = _revoking(privilege, privilege.privileges, context.old)
    return plain(*revoked, *_wiped(privilege, context))


def _alter(change: Change[Privilege], context: Context) -> Iterable[Action]:
    old, new = change.old, change.new
    gone = old.privileges - new.privileges
    come = new.privileges - old.privileges
    no_longer_passed_on = (old.grantable - new.grantable) & new.privileges
    passed_on = (new.grantable - old.grantable) | (new.grantable & come)
    return (
        *plain(*_revoking(new, gone, context.new)),
        *plain(*_revoking(new, no_longer_passed_on, context.new, option="GRANT OPTION FOR ")),
        *_with_hazard(new, _granting(new, come | passed_on, passed_on, context.new)),
        *plain(*(_wiped(new, context) if gone else ())),
    )


def _granting(
    privilege: Privilege,
    granted: Collection[str],
    passed_on: Collection[str],
    catalog: Catalog,
) -> Iterator[str]:
    with_option = sorted(set(granted) & set(passed_on))
    without = sorted(set(granted) - set(passed_on))
    for names, ending in ((without, ""), (with_option, " WITH GRANT OPTION")):
        if names:
            what = f"{_listed(names, privilege)} ON {_object(privilege, catalog)}"
            yield from _as_grantor(
                privilege, f"GRANT {what} TO {_grantee(privilege)}{ending}", catalog
            )


def _revoking(
    privilege: Privilege, gone: Collection[str], catalog: Catalog, *, option: str = ""
) -> Iterator[str]:
    if gone:
        what = f"{option}{_listed(sorted(gone), privilege)} ON {_object(privilege, catalog)}"
        yield from _as_grantor(privilege, f"REVOKE {what} FROM {_grantee(privilege)}", catalog)


def _as_grantor(privilege: Privilege, statement: str, catalog: Catalog) -> Iterator[str]:
    """Have a statement run by whoever granted, where that is not the owner."""
    owner = catalog.owner(_subject(privilege))
    if owner is None or privilege.grantor == owner or _is_by_owner(privilege):
        yield statement
        return
    yield f"SET LOCAL ROLE {identifier(privilege.grantor)}"
    yield statement
    yield "RESET ROLE"


def _is_by_owner(privilege: Privilege) -> bool:
    """Whether the owner granted it: then the grantor is no part of its name."""
    return len(privilege.identity.names) <= 1


def _subject(privilege: Privilege) -> Identity:
    return privilege.identity.of or privilege.identity


def _listed(names: Iterable[str], privilege: Privilege) -> str:
    subject = _subject(privilege)
    column = f" ({identifier(subject.name)})" if subject.kind in _COLUMNS else ""
    return ", ".join(f"{name}{column}" for name in names)


def _object(privilege: Privilege, catalog: Catalog) -> str:
    subject = _subject(privilege)
    if subject.kind in _COLUMNS:
        return f"TABLE {qualified(*subject.names[:2])}"
    return grantable(subject, catalog)


def _grantee(privilege: Privilege) -> str:
    return "PUBLIC" if privilege.is_to_everyone else identifier(privilege.grantee)


def _with_hazard(privilege: Privilege, statements: Iterable[str]) -> Iterator[Action]:
    subject = _subject(privilege)
    for statement in statements:
        if privilege.is_to_everyone and statement.startswith("GRANT"):
            message = f"everyone may use {subject.qualified_name}"
            yield Action(statement, hazards=(Hazard(HazardKind.AUTHORIZATION, subject, message),))
        else:
            yield Action(statement)


def _wiped(privilege: Privilege, context: Context) -> Iterator[str]:
    """Grant again what a REVOKE on a table takes from its columns, too."""
    subject = _subject(privilege)
    for other in context.new.of(Privilege):
        of = other.identity.of
        is_of_column = of is not None and of.kind in _COLUMNS and of.names[:2] == subject.names
        is_kept = is_of_column and context.old.facts.get(other.identity) == other
        if is_kept and other.grantee == privilege.grantee:
            yield from _granting(other, other.privileges, other.grantable, context.new)


def _awaits(privilege: Privilege, _context: Context) -> Iterator[Identity]:
    """Let what is granted on a column come after what is said about its table."""
    subject = _subject(privilege)
    if subject.kind in _COLUMNS:
        for table in ("table", "view", "materialized_view", "foreign_table"):
            yield Identity(
                Privilege.kind, privilege.identity.names, of=Identity(table, subject.names[:2])
            )


KIND = Kind(
    fact=Privilege,
    rank=510,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    awaits=_awaits,
    needs=_awaits,
)
