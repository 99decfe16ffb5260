"""How rewrite rules come, change and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.rule import Rule
from server.engines.catalog.kinds.trigger import Enabled
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier, qualified

_STATES = {
    Enabled.ORIGIN: "ENABLE RULE",
    Enabled.DISABLED: "DISABLE RULE",
    Enabled.REPLICA: "ENABLE REPLICA RULE",
    Enabled.ALWAYS: "ENABLE ALWAYS RULE",
}


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"RULE {identifier(identity.name)} ON {qualified(*identity.names[:-1])}"


def _definition(rule: Rule) -> str:
    return f"RULE {identifier(rule.identity.name)}{rule.definition.removesuffix(';')}"


def _state(rule: Rule) -> str:
    table = qualified(*rule.identity.names[:-1])
    return f"ALTER TABLE {table} {_STATES[rule.enabled]} {identifier(rule.identity.name)}"


def _create(rule: Rule, _context: Context) -> Iterable[Action]:
    state = [] if rule.enabled is Enabled.ORIGIN else [_state(rule)]
    return plain(f"CREATE {_definition(rule)}", *state)


def _drop(rule: Rule, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(rule.identity, context.old)}")


def _alter(change: Change[Rule], _context: Context) -> Iterable[Action]:
    definition = [] if change.only("enabled") else [f"CREATE OR REPLACE {_definition(change.new)}"]
    state = [_state(change.new)] if "enabled" in change.names else []
    return plain(*definition, *state)


KIND = Kind(
    fact=Rule,
    rank=170,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
