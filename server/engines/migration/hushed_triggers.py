"""Triggers that would fire for every row that is filled: they let that pass, and nothing else.

A trigger cannot be switched off for one session by a role without a superuser's rights. So for the
time of the filling each asks whether it is the filling that writes. Anybody may set what says so;
that it is believed takes a session of somebody who could switch the trigger off for all.
"""

from collections.abc import Iterator

from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.trigger import Enabled, Trigger
from server.engines.migration.action import Action, plain
from server.engines.migration.batches import IS_FILLING
from server.engines.migration.context import Context
from server.engines.sql.keyword_place import keyword_place
from server.engines.sql.quote import literal, qualified

_SILENT = frozenset({Enabled.DISABLED, Enabled.REPLICA})
_REPLACE = ("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER")


def fired_by_updates(table: Identity, context: Context) -> Iterator[Trigger]:
    """Yield the triggers that fire when a column is updated which is new, before or after."""
    for catalog in (context.old, context.new):
        for each in catalog.children(table, Trigger):
            if "update" in each.events and not each.update_columns and each.enabled not in _SILENT:
                yield each


def can_be_hushed(trigger: Trigger, context: Context) -> bool:
    """Whether a trigger is there all the time, as it is, and can be replaced."""
    needed = (each.referenced for each in context.old.dependencies_of(trigger.identity))
    return (
        context.old.facts.get(trigger.identity) == context.new.facts.get(trigger.identity)
        and trigger.enabled is Enabled.ORIGIN
        and not trigger.is_constraint
        and not any(map(context.is_dropped, needed))
    )


def hushed(table: Identity, context: Context) -> Iterator[Action]:
    """Yield what lets the triggers of a table pass over the filling."""
    triggers = _triggers(table, context)
    if triggers:
        function = _function(table, context)
        yield Action(_membership(table, function))
        # Whoever writes a row asks, and not every database lets everybody call new functions.
        yield Action(f"GRANT EXECUTE ON FUNCTION {function}() TO PUBLIC")
    for each in triggers:
        yield from plain(_replacing(_asking(each, _function(table, context))))


def restored(table: Identity, context: Context) -> Iterator[Action]:
    """Yield what makes the triggers what they were."""
    triggers = _triggers(table, context)
    yield from plain(*(_replacing(each.definition) for each in triggers))
    if triggers:
        yield Action(f"DROP FUNCTION {_function(table, context)}()")


def _triggers(table: Identity, context: Context) -> tuple[Trigger, ...]:
    found = {each.identity: each for each in fired_by_updates(table, context)}
    return tuple(found.values())


def _function(table: Identity, context: Context) -> str:
    schema, name = table.names
    return qualified(schema, free_name((name,), "may_fill", context.names))


def _membership(table: Identity, function: str) -> str:
    relation = literal(qualified(*table.names))
    # ruff: ignore[hardcoded-sql-expression] - every name was quoted
    body = (
        "SELECT pg_catalog.pg_has_role(session_user, relowner, 'MEMBER') "
        f"FROM pg_catalog.pg_class WHERE oid = {relation}::pg_catalog.regclass"
    )
    return f"CREATE FUNCTION {function}() RETURNS boolean LANGUAGE sql STABLE AS {literal(body)}"


def _asking(trigger: Trigger, function: str) -> str:
    """Return the definition with a condition that holds for every write but the filling."""
    setting = f"pg_catalog.current_setting({literal(IS_FILLING)}, true)"
    others = f"{setting} IS DISTINCT FROM 'yes' OR {function}() IS NOT TRUE"
    before, after = _around_condition(trigger)
    own = "" if trigger.condition is None else f"({trigger.condition}) AND "
    return f"{before} WHEN ({own}({others})) {after}"


def _around_condition(trigger: Trigger) -> tuple[str, str]:
    """Return what stands before the condition and after it, without its words and brackets."""
    text = trigger.definition
    execute = keyword_place(text, "EXECUTE")
    if trigger.condition is None:
        return text[:execute].rstrip(), text[execute:]
    start = text.index(f" WHEN ({trigger.condition})")
    return text[:start], text[execute:]


def _replacing(definition: str) -> str:
    return definition.replace(*_REPLACE, 1)
