"""How triggers come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.trigger import Enabled, Trigger
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.relation import whole
from server.engines.sql.quote import identifier

_COMES_ALONG = frozenset({"partition_of"})


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TRIGGER {identifier(identity.name)} ON {whole(identity)}"


def _create(trigger: Trigger, _context: Context) -> Iterable[Action]:
    if trigger.partition_of is not None:
        return ()
    return plain(trigger.definition, *_enabling(trigger, Enabled.ORIGIN))


def _finish(trigger: Trigger, context: Context) -> Iterable[Action]:
    """Set the mode of a copy on a partition, where it is not that of the original."""
    whole_trigger = trigger.partition_of
    if whole_trigger is None:
        return ()
    original = context.new.get(whole_trigger, Trigger)
    return plain(*_enabling(trigger, original.enabled if original else Enabled.ORIGIN))


def _awaits(trigger: Trigger, _context: Context) -> Iterable[Identity]:
    """Let a copy be there: it comes with the original, or when the table becomes a partition."""
    if trigger.partition_of is None or trigger.parent is None:
        return ()
    return (trigger.partition_of, trigger.parent)


def _enabling(trigger: Trigger, before: Enabled) -> Iterator[str]:
    words = {
        Enabled.ORIGIN: "ENABLE",
        Enabled.DISABLED: "DISABLE",
        Enabled.REPLICA: "ENABLE REPLICA",
        Enabled.ALWAYS: "ENABLE ALWAYS",
    }
    if trigger.enabled is not before:
        name = identifier(trigger.identity.name)
        yield f"ALTER TABLE {whole(trigger.identity)} {words[trigger.enabled]} TRIGGER {name}"


def _drop(trigger: Trigger, context: Context) -> Iterable[Action]:
    if trigger.partition_of is not None:
        return ()
    return plain(f"DROP {_reference(trigger.identity, context.old)}")


def _alter(change: Change[Trigger], _context: Context) -> Iterable[Action] | None:
    old, new, names = change.old, change.new, change.names - _COMES_ALONG
    if names <= {"enabled"}:
        return plain(*_enabling(new, old.enabled))
    if new.is_constraint or old.is_constraint:
        return None
    if new.partition_of is not None:
        return ()
    replaced = new.definition.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1)
    # Replacing a trigger enables it.
    return plain(replaced, *_enabling(new, Enabled.ORIGIN))


KIND = Kind(
    fact=Trigger,
    rank=180,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    finish=_finish,
    awaits=_awaits,
)
