"""How tables come into publications, and leave them."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.publication_table import PublicationTable
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier, identifiers, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"PUBLICATION {identifier(identity.name)}"


def _table(member: PublicationTable) -> str:
    return qualified(*(member.parent.names if member.parent else ()))


def _added(member: PublicationTable) -> str:
    columns = f" ({identifiers(sorted(member.columns))})" if member.columns else ""
    condition = f" WHERE ({member.condition})" if member.condition is not None else ""
    name = identifier(member.identity.name)
    # Heirs are members by themselves, and without ONLY they would all be added.
    return f"ALTER PUBLICATION {name} ADD TABLE ONLY {_table(member)}{columns}{condition}"


def _dropped(member: PublicationTable) -> str:
    name = identifier(member.identity.name)
    return f"ALTER PUBLICATION {name} DROP TABLE ONLY {_table(member)}"


def _create(member: PublicationTable, _context: Context) -> Iterable[Action]:
    return plain(_added(member))


def _drop(member: PublicationTable, _context: Context) -> Iterable[Action]:
    return plain(_dropped(member))


def _alter(change: Change[PublicationTable], _context: Context) -> Iterable[Action]:
    """Take the table out and in again, in one transaction: no statement changes its limits."""
    return plain(_dropped(change.old), _added(change.new))


KIND = Kind(
    fact=PublicationTable,
    rank=315,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
