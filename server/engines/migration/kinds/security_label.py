"""How security labels come, change and go, for whatever kind has one."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.security_label import SecurityLabel
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.registry import all_kinds
from server.engines.sql.quote import identifier, literal


def _reference(identity: Identity, catalog: Catalog) -> str:
    """Return what the label is on."""
    of = identity.of
    if of is None:
        raise ValueError(f"{identity} is on nothing")
    return all_kinds()[of.kind].reference(of, catalog)


def _labeled(label: SecurityLabel, catalog: Catalog, text: str) -> tuple[Action, ...]:
    provider = identifier(label.identity.name)
    subject = _reference(label.identity, catalog)
    return plain(f"SECURITY LABEL FOR {provider} ON {subject} IS {text}")


def _create(label: SecurityLabel, context: Context) -> Iterable[Action]:
    return _labeled(label, context.new, literal(label.label))


def _drop(label: SecurityLabel, context: Context) -> Iterable[Action]:
    return _labeled(label, context.old, "NULL")


def _alter(change: Change[SecurityLabel], context: Context) -> Iterable[Action]:
    return _create(change.new, context)


KIND = Kind(
    fact=SecurityLabel,
    rank=505,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
