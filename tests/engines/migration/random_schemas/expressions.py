"""Expressions over columns: checks, defaults, computed columns, filters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from server.engines.sql.quote import literal
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.model import NOTHING, Model, Named, Refs, Slot
from tests.engines.migration.random_schemas.value_types import NUMBERS


@dataclass(frozen=True, slots=True)
class Expression:
    sql: str
    category: str = "bool"
    type: str = "boolean"
    needs: Refs = NOTHING


def condition(dice: Dice, model: Model, slots: Sequence[Slot], *, own: bool = True) -> Expression:
    """Return something true or false of the columns; `own` lets it call functions of the model."""
    first = _simple_condition(dice, model, dice.one(slots), own=own)
    if dice.chance(0.7):
        return first
    other = _simple_condition(dice, model, dice.one(slots), own=own)
    word = dice.one(("AND", "OR"))
    return Expression(f"({first.sql}) {word} ({other.sql})", needs=first.needs | other.needs)


def _simple_condition(dice: Dice, model: Model, slot: Slot, *, own: bool) -> Expression:
    if own and dice.chance(0.2):
        called = _called(dice, model, slot, "bool")
        if called is not None:
            return called
    text, more = _condition_text(dice, model, slot)
    return Expression(text, needs=slot.needs | more)


def _condition_text(dice: Dice, model: Model, slot: Slot) -> tuple[str, Refs]:
    name, category = slot.sql, slot.category
    labels = [ref for ref in model.available if ref[1:2] == ("label",) and ref[0] == category]
    own = model.things.get(category)
    # Of a domain over an enum PostgreSQL does not find the operators.
    is_enum = isinstance(own, Named) and own.sql == slot.type
    if labels and is_enum and dice.chance(0.8):
        chosen = dice.one(sorted(labels))
        return f"{name} <> {literal(chosen[2])}", frozenset({chosen})
    forms = _CONDITIONS.get(category)
    if forms is None:
        return f"{name} IS NOT NULL", NOTHING
    return dice.one(forms).format(name), NOTHING


_ON_NUMBERS = (
    *("{0} > 0", "{0} >= 0 AND {0} < 1000", "{0} IN (1, 2, 3)", "abs({0}) < 100", "{0} <> 13"),
    "{0} BETWEEN 0 AND 10",
)
_CONDITIONS: dict[str, tuple[str, ...]] = {
    "int": (*_ON_NUMBERS, "{0} % 2 = 0"),
    "num": _ON_NUMBERS,
    "float": _ON_NUMBERS,
    "text": (
        *("{0} <> ''", "length({0}) < 30", "{0} IN ('a', 'b', '1', '')", "{0} ~ '^[a-z0-9]*'"),
        *("{0} LIKE 'a%'", "lower({0}) = {0}", "{0} = ANY (ARRAY['a', 'it''s', '1', ''])"),
    ),
    "bool": ("{0}", "NOT {0}", "{0} IS TRUE"),
    "date": ("{0} > '2020-01-01'::date",),
    "timestamp": ("{0} > '2020-01-01'::timestamp",),
    "jsonb": ("{0} ? 'a'", "jsonb_typeof({0}) = 'object'"),
    "int[]": ("cardinality({0}) < 5",),
    "text[]": ("{0} @> ARRAY['a']::text[]",) * 0 + ("cardinality({0}) < 5",),
    "int4range": ("NOT isempty({0})",),
}


def computed(dice: Dice, model: Model, slots: Sequence[Slot], *, own: bool = True) -> Expression:
    """Return a value that nothing but the columns decides."""
    slot = dice.one(slots)
    if own and dice.chance(0.25):
        called = _called(dice, model, slot, dice.one(("int", "text")))
        if called is not None:
            return called
    return dice.one(_COMPUTED.get(slot.category, (_is_null,)))(slot, dice.one(slots))


def _is_null(slot: Slot, _other: Slot) -> Expression:
    return Expression(f"({slot.sql} IS NULL)", needs=slot.needs)


def _typed(form: str, category: str, type_: str) -> Callable[[Slot, Slot], Expression]:
    def made(slot: Slot, _other: Slot) -> Expression:
        return Expression(form.format(slot.sql), category, type_, slot.needs)

    return made


def _sum(slot: Slot, other: Slot) -> Expression:
    if other.category in NUMBERS:
        text = f"coalesce({slot.sql}, 0)::numeric + {other.sql}::numeric"
        return Expression(f"({text})", "num", "numeric", slot.needs | other.needs)
    return Expression(f"({slot.sql}::numeric + 1)", "num", "numeric", slot.needs)


def _joined(slot: Slot, other: Slot) -> Expression:
    if other.category == "text":
        text = f"({slot.sql}::text || '-'::text || {other.sql}::text)"
        return Expression(text, "text", "text", slot.needs | other.needs)
    return Expression(f"upper({slot.sql}::text)", "text", "text", slot.needs)


_COMPUTED: dict[str, tuple[Callable[[Slot, Slot], Expression], ...]] = {
    "int": (_typed("({0} + 1)::bigint", "int", "bigint"), _sum),
    "num": (_typed("round({0}::numeric, 1)", "num", "numeric"), _sum),
    "float": (_sum,),
    "text": (
        _typed("lower({0})", "text", "text"),
        _typed("length({0})", "int", "integer"),
        _joined,
    ),
    "jsonb": (_typed("({0} ->> 'a')", "text", "text"),),
    "int[]": (_typed("cardinality({0})", "int", "integer"),),
}


def _called(dice: Dice, model: Model, slot: Slot, returns: str) -> Expression | None:
    """Return a call of an immutable function of the model that takes the column's type."""
    refs = sorted(ref for ref in model.available if ref[1:3] == ("call", slot.category))
    fitting = [ref for ref in refs if (ref[0], "returns", returns) in model.available]
    chosen = dice.one_if_any(fitting)
    if chosen is None:
        return None
    key, _, _, type_, sql = chosen
    needs = {chosen, (key, "returns", returns), (key, "immutable")}
    if not needs <= model.available:
        return None
    kind = {"int": "bigint", "text": "text", "bool": "boolean"}[returns]
    # The result is cast, so that the function may return another type of the same sort.
    text = f"{sql}({slot.sql}::{type_})::{kind}"
    return Expression(text, returns, kind, slot.needs | frozenset(needs))


def needed(expressions: Iterable[Expression | None]) -> Refs:
    return frozenset(ref for each in expressions if each is not None for ref in each.needs)
