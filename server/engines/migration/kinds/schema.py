"""How schemas come and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.schema import Schema
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"SCHEMA {identifier(identity.name)}"


def _create(schema: Schema, _context: Context) -> Iterable[Action]:
    return plain(f"CREATE SCHEMA {identifier(schema.identity.name)}")


def _drop(schema: Schema, _context: Context) -> Iterable[Action]:
    return plain(f"DROP SCHEMA {identifier(schema.identity.name)}")


KIND = Kind(
    fact=Schema,
    rank=10,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
)
