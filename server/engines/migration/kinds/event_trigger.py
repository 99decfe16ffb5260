"""How event triggers come, change and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.event_trigger import EventTrigger
from server.engines.catalog.kinds.trigger import Enabled
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier, literal

_STATES = {
    Enabled.ORIGIN: "ENABLE",
    Enabled.DISABLED: "DISABLE",
    Enabled.REPLICA: "ENABLE REPLICA",
    Enabled.ALWAYS: "ENABLE ALWAYS",
}


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"EVENT TRIGGER {identifier(identity.name)}"


def _create(trigger: EventTrigger, context: Context) -> Iterable[Action]:
    tags = f" WHEN TAG IN ({', '.join(map(literal, trigger.tags))})" if trigger.tags else ""
    reference = _reference(trigger.identity, context.new)
    return plain(
        f"CREATE {reference} ON {identifier(trigger.event)}{tags}"
        f" EXECUTE FUNCTION {trigger.function}",
        *([] if trigger.enabled is Enabled.ORIGIN else [_state(trigger, context)]),
    )


def _state(trigger: EventTrigger, context: Context) -> str:
    return f"ALTER {_reference(trigger.identity, context.new)} {_STATES[trigger.enabled]}"


def _drop(trigger: EventTrigger, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(trigger.identity, context.old)}")


def _alter(change: Change[EventTrigger], context: Context) -> Iterable[Action] | None:
    return plain(_state(change.new, context)) if change.only("enabled") else None


KIND = Kind(
    fact=EventTrigger,
    rank=300,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
