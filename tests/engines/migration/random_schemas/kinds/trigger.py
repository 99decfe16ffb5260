"""Triggers on tables and views."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier, identifiers
from tests.engines.migration.random_schemas.columns import only_while_plain
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import Expression, condition
from tests.engines.migration.random_schemas.kinds.routine import TriggerRoutine
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.kinds.view import View
from tests.engines.migration.random_schemas.model import NOTHING, Model, Refs, Thing

WEIGHT = 1.5
_EVENTS = ("INSERT", "UPDATE", "DELETE", "INSERT OR UPDATE", "UPDATE OR DELETE")


@dataclass(frozen=True, kw_only=True)
class Trigger(Thing):
    kind: ClassVar[str] = "trigger"

    name: str
    relation: str
    relation_sql: str
    routine: str
    routine_sql: str
    timing: str
    events: str
    level: str
    columns: tuple[str, ...] = ()
    when: Expression | None = None
    is_constraint: bool = False
    sees_rows: bool = False
    """Whether it is given all new rows as a table."""
    state: str = ""

    @override
    def needs(self) -> Refs:
        columns = {(self.relation, name, "plain") for name in self.columns}
        when = NOTHING if self.when is None else self.when.needs
        return frozenset({(self.routine,), (self.relation,), *columns, *when})

    @override
    def statements(self, model: Model) -> Iterator[str]:
        events = self.events
        if self.columns:
            events = f"UPDATE OF {identifiers(self.columns)}"
        word = "CONSTRAINT TRIGGER" if self.is_constraint else "TRIGGER"
        head = f"CREATE {word} {identifier(self.name)} {self.timing} {events}"
        deferral = " DEFERRABLE INITIALLY DEFERRED" if self.is_constraint else ""
        when = f" WHEN ({self.when.sql})" if self.when else ""
        rows = " REFERENCING NEW TABLE AS fresh" if self.sees_rows else ""
        yield (
            f"{head} ON {self.relation_sql}{deferral}{rows} FOR EACH {self.level}{when} "
            f"EXECUTE FUNCTION {self.routine_sql}('x''y', '{len(self.name)}')"
        )
        if self.state:
            yield f"ALTER TABLE {self.relation_sql} {self.state} TRIGGER {identifier(self.name)}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        if isinstance(model.things[self.relation], View):
            return replace(self, events=dice.one(_EVENTS))
        if self.sees_rows:
            return replace(self, events="UPDATE" if self.events == "INSERT" else "INSERT")
        match dice.number(0, 2):
            case 0:
                return replace(self, state=dice.one(("DISABLE", "ENABLE ALWAYS", "")))
            case 1 if not self.columns and self.when is None:
                return replace(self, events=dice.one(_EVENTS))
            case _:
                return replace(self, when=None)

    @override
    def said_of(self) -> str | None:
        return f"TRIGGER {identifier(self.name)} ON {self.relation_sql}"


def made(dice: Dice, model: Model) -> Thing | None:
    routine = dice.one_if_any(model.of(TriggerRoutine))
    relations = (*model.of(TableThing), *(e for e in model.of(View) if e.kind == "view"))
    relation = dice.one_if_any(relations)
    if routine is None or relation is None:
        return None
    key = model.new_key("trigger")
    trigger = Trigger(
        key=key,
        name=f"{dice.one(('touch', 'Audit It', 'a_b'))} {key}",
        relation=relation.key,
        relation_sql=relation.sql,
        routine=routine.key,
        routine_sql=routine.sql,
        timing="AFTER",
        events=dice.one(_EVENTS),
        level=dice.one(("ROW", "STATEMENT")),
    )
    if isinstance(relation, View):
        return replace(trigger, timing="INSTEAD OF", level="ROW")
    return _on_table(dice, model, trigger, relation)


def _on_table(dice: Dice, model: Model, trigger: Trigger, table: TableThing) -> Trigger:
    slots = [replace(each, sql=f"NEW.{each.sql}") for each in only_while_plain(table.slots(model))]
    if trigger.level == "ROW" and slots and dice.chance(0.4):
        chosen = dice.some(slots, 2)
        columns = tuple(each.name for each in chosen) if dice.chance(0.5) else ()
        when = condition(dice, model, slots) if dice.chance(0.6) else None
        trigger = replace(trigger, events="UPDATE", columns=columns, when=when)
    if trigger.level == "ROW" and dice.chance(0.2):
        return replace(trigger, is_constraint=True)
    if trigger.level == "STATEMENT" and dice.chance(0.3):
        return replace(trigger, events="INSERT", sees_rows=True)
    trigger = replace(trigger, timing=dice.one(("BEFORE", "AFTER")))
    return replace(
        trigger, state=dice.one(("DISABLE", "ENABLE REPLICA")) if dice.chance(0.1) else ""
    )
