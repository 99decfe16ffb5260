"""How schemas come into publications, and leave them."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.publication_schema import PublicationSchema
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"PUBLICATION {identifier(identity.name)}"


def _schema(member: PublicationSchema) -> str:
    return identifier(member.parent.name if member.parent else "")


def _create(member: PublicationSchema, _context: Context) -> Iterable[Action]:
    name = identifier(member.identity.name)
    return plain(f"ALTER PUBLICATION {name} ADD TABLES IN SCHEMA {_schema(member)}")


def _drop(member: PublicationSchema, _context: Context) -> Iterable[Action]:
    name = identifier(member.identity.name)
    return plain(f"ALTER PUBLICATION {name} DROP TABLES IN SCHEMA {_schema(member)}")


KIND = Kind(
    fact=PublicationSchema,
    rank=315,
    reference=_reference,
    create=_create,
    drop=_drop,
)
