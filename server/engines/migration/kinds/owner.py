"""How objects change hands."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.owner import Owner
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.kind import Kind
from server.engines.migration.said import reference
from server.engines.postgres.loading.loader_role import OWNER
from server.engines.sql.quote import identifier


def _reference(identity: Identity, catalog: Catalog) -> str:
    return reference(identity.of or identity, catalog)


def _create(owner: Owner, context: Context) -> Iterable[Action]:
    if owner.role == OWNER:
        # Who runs the migration: the schema names nobody.
        return ()
    subject = _reference(owner.identity, context.new)
    return plain(f"ALTER {subject} OWNER TO {identifier(owner.role)}")


def _drop(_owner: Owner, _context: Context) -> Iterable[Action]:
    return ()


def _alter(change: Change[Owner], context: Context) -> Iterable[Action]:
    subject = change.new.identity.of or change.new.identity
    hazard = Hazard(
        HazardKind.AUTHORIZATION,
        subject,
        f"{subject.qualified_name} belongs to {change.new.role}, no longer to {change.old.role}",
    )
    return risky([each.sql for each in _create(change.new, context)], hazard)


KIND = Kind(
    fact=Owner,
    rank=520,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
