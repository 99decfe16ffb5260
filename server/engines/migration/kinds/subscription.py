"""How subscriptions change and go; where they connect to is never read, so none is created."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.subscription import Subscription
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind, data_loss
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier, identifiers, literal
from server.errors import RefusedError

# Booleans became letters in PostgreSQL 16.
_STREAMING = {"f": "off", "false": "off", "t": "on", "true": "on", "p": "parallel"}
_WITHOUT_TWO_PHASE = "d"
_TWO_PHASE_SINCE = 18
_SWITCHES = {
    "is_binary": "binary",
    "is_disabled_on_error": "disable_on_error",
    "is_password_required": "password_required",
    "is_run_as_owner": "run_as_owner",
}


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"SUBSCRIPTION {identifier(identity.name)}"


def _create(subscription: Subscription, _context: Context) -> Iterable[Action]:
    """Refuse.

    Raises:
        RefusedError: always.
    """
    name, publications = subscription.identity.name, identifiers(sorted(subscription.publications))
    raise RefusedError(
        f"{subscription.identity} cannot be created by a plan: its connection string holds "
        "secrets and is never read.",
        next_step=f"Run CREATE SUBSCRIPTION {identifier(name)} CONNECTION '…' PUBLICATION "
        f"{publications} by hand, then plan again.",
    )


def _drop(subscription: Subscription, _context: Context) -> Iterable[Action]:
    name = subscription.identity.name
    slot = (
        f" The slot {subscription.slot} on the publisher goes along." if subscription.slot else ""
    )
    loss = data_loss(
        subscription.identity,
        f"the connection string of {name} is lost, and with it the place up to which changes "
        f"have arrived.{slot}",
    )
    return (Action(f"DROP SUBSCRIPTION {identifier(name)}", Mode.OUTSIDE, (loss,)),)


def _alter(change: Change[Subscription], context: Context) -> Iterable[Action]:
    """Change publications and settings.

    Raises:
        RefusedError: two-phase commit changes on a server before PostgreSQL 18.
    """
    return tuple(_altered(change, context))


def _altered(change: Change[Subscription], context: Context) -> Iterator[Action]:
    new = change.new
    head = f"ALTER SUBSCRIPTION {identifier(new.identity.name)}"
    if "is_enabled" in change.names and not new.is_enabled:
        yield Action(f"{head} DISABLE")
    if "publications" in change.names:
        yield _publications(head, new)
    settings = ", ".join(_settings(change, context))
    if settings:
        yield Action(f"{head} SET ({settings})")
    for setting in _settings_outside(change):
        yield Action(f"{head} SET ({setting})", Mode.OUTSIDE)
    if "is_enabled" in change.names and new.is_enabled:
        yield Action(f"{head} ENABLE")


def _publications(head: str, subscription: Subscription) -> Action:
    names = identifiers(sorted(subscription.publications))
    not_yet = Hazard(
        HazardKind.UNTRACKABLE,
        subscription.identity,
        "tables of other publications are not received before "
        f"ALTER SUBSCRIPTION {subscription.identity.name} REFRESH PUBLICATION, which connects to "
        "the publisher",
    )
    return Action(f"{head} SET PUBLICATION {names} WITH (refresh = false)", hazards=(not_yet,))


def _settings(change: Change[Subscription], context: Context) -> Iterator[str]:
    new, names = change.new, change.names
    if "slot" in names:
        yield f"slot_name = {'NONE' if new.slot is None else literal(new.slot)}"
    if "synchronous_commit" in names:
        yield f"synchronous_commit = {literal(new.synchronous_commit)}"
    if "streaming" in names:
        yield f"streaming = {literal(_STREAMING[new.streaming])}"
    if "origin" in names:
        yield f"origin = {literal(new.origin)}"
    for field, setting in _SWITCHES.items():
        if field in names:
            yield f"{setting} = {str(getattr(new, field)).lower()}"
    if _changes_two_phase(change) and context.major < _TWO_PHASE_SINCE:
        raise RefusedError(
            f"PostgreSQL {context.major} cannot change two_phase of {new.identity}.",
            next_step="Drop the subscription and create it again by hand.",
        )


def _settings_outside(change: Change[Subscription]) -> Iterator[str]:
    """Yield what PostgreSQL tells the publisher at once, and so refuses in a transaction."""
    new = change.new
    if "has_failover" in change.names:
        yield f"failover = {str(new.has_failover).lower()}"
    if _changes_two_phase(change):
        yield f"two_phase = {str(_has_two_phase(new)).lower()}"


def _changes_two_phase(change: Change[Subscription]) -> bool:
    return _has_two_phase(change.old) != _has_two_phase(change.new)


def _has_two_phase(subscription: Subscription) -> bool:
    return subscription.two_phase != _WITHOUT_TWO_PHASE


KIND = Kind(
    fact=Subscription,
    rank=320,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
