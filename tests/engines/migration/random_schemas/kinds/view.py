"""Views and materialized views over tables and over each other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import (
    Expression,
    computed,
    condition,
    needed,
)
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Refs, Relation, Slot, Thing
from tests.engines.migration.random_schemas.naming import fresh_column, fresh_name

WEIGHT = 3.0
_OPTIONS = ("security_barrier", "security_invoker")


@dataclass(frozen=True, kw_only=True)
class View(Relation):
    kind: ClassVar[str] = "view"

    sources: tuple[tuple[str, str], ...]
    """The keys and SQL names of what it selects from."""
    columns: tuple[tuple[str, Expression], ...]
    filter: Expression | None = None
    options: frozenset[str] = frozenset()
    form: str = ""
    """`grouped` with a count of its groups, one of `_FORMS`, or plain."""

    word: ClassVar[str] = "VIEW"

    @override
    def needs(self) -> Refs:
        return self.own_needs | {(key,) for key, _ in self.sources}

    @override
    def uses(self, model: Model) -> Refs:
        return self.needs() | needed((*(each for _, each in self.columns), self.filter))

    @override
    def kept(self, available: Refs) -> "View | None":
        if not self.needs() <= available:
            return None
        columns = tuple(each for each in self.columns if each[1].needs <= available)
        lacks = self.filter is not None and not self.filter.needs <= available
        form = self.form if self.form in _forms(columns) else ""
        after = replace(self, columns=columns, filter=None if lacks else self.filter, form=form)
        return self if after == self else after if columns else None

    @override
    def slots(self, model: Model) -> tuple[Slot, ...]:
        return tuple(
            Slot(
                sql=identifier(name),
                category=each.category,
                type=each.type,
                needs=frozenset({(self.key, name), (self.key, name, each.category)}),
                name=name,
            )
            for name, each in self.columns
        )

    @override
    def is_readable(self, model: Model) -> bool:
        sources = (model.get(key, Relation) for key, _ in self.sources)
        return all(each is not None and each.is_readable(model) for each in sources)

    @property
    def query(self) -> str:
        columns = ", ".join(f"{each.sql} AS {identifier(name)}" for name, each in self.columns)
        places = [f"{sql} s{number}" for number, (_, sql) in enumerate(self.sources)]
        where = f" WHERE {self.filter.sql}" if self.filter else ""
        rest = f"FROM {' CROSS JOIN '.join(places)}{where}"
        if self.form == "grouped":
            keys = ", ".join(str(place + 1) for place in range(len(self.columns)))
            return f'SELECT {columns}, count(*) AS "of all" {rest} GROUP BY {keys}'
        return _FORMS[self.form].format(columns, rest)

    @override
    def statements(self, model: Model) -> Iterator[str]:
        options = f" WITH ({', '.join(sorted(self.options))})" if self.options else ""
        yield f"CREATE {self.word} {self.sql}{options} AS {self.query}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        slots = _slots_of_sources(model, self.sources)
        if not slots:
            return None
        changes = (self._with_more, self._with_less, self._with_other, self._with_filter)
        if dice.chance(0.25):
            return self._with_other_options(dice)
        return dice.one(changes)(dice, model, slots)

    def _with_more(self, dice: Dice, model: Model, slots: list[Slot]) -> "View | None":
        if self.form:
            return replace(self, form=dice.one(_forms(self.columns)))
        columns = [*self.columns]
        more = _column(dice, model, slots, {name for name, _ in columns})
        columns.insert(dice.one((len(columns), 0)), more)
        return replace(self, columns=tuple(columns))

    def _with_less(self, dice: Dice, _model: Model, _slots: list[Slot]) -> "View | None":
        if len(self.columns) == 1:
            return None
        gone = dice.one(self.columns)
        return replace(self, columns=tuple(each for each in self.columns if each != gone))

    def _with_other(self, dice: Dice, model: Model, slots: list[Slot]) -> "View | None":
        if self.form:
            return None
        number = dice.number(0, len(self.columns) - 1)
        columns = [*self.columns]
        columns[number] = (columns[number][0], _column(dice, model, slots, set())[1])
        return replace(self, columns=tuple(columns))

    def _with_filter(self, dice: Dice, model: Model, slots: list[Slot]) -> "View | None":
        return replace(self, filter=None if self.filter else condition(dice, model, slots))

    def _with_other_options(self, dice: Dice) -> "View | None":
        return replace(self, options=frozenset(dice.some(_OPTIONS, 2, least=0)))

    @override
    def said_of(self) -> str | None:
        return f"{self.word} {self.sql}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"TABLE {self.sql}", ("SELECT", "INSERT")


@dataclass(frozen=True, kw_only=True)
class Materialized(View):
    kind: ClassVar[str] = "materialized"
    word: ClassVar[str] = "MATERIALIZED VIEW"

    def _with_other_options(self, dice: Dice) -> View | None:
        return replace(self, options=frozenset({f"fillfactor = {dice.number(50, 90)}"}))


_FORMS = {
    "": "SELECT {0} {1}",
    "doubled": "SELECT {0} {1} UNION ALL SELECT {0} {1}",
    "nested": "WITH q AS (SELECT {0} {1}) SELECT * FROM q",
    "numbered": 'SELECT {0}, row_number() OVER () AS "of all" {1}',
    "distinct": "SELECT DISTINCT {0} {1}",
    "ordered": "SELECT {0} {1} ORDER BY 1 DESC LIMIT 7",
}
_COMPARABLE = frozenset({"int", "num", "text", "bool", "date", "uuid", "timestamptz"})


def _forms(columns: Iterable[tuple[str, Expression]]) -> tuple[str, ...]:
    can_be_grouped = all(each.category in _COMPARABLE for _, each in columns)
    always = ("", "doubled", "nested", "numbered")
    return (*always, "grouped", "distinct", "ordered") if can_be_grouped else always


def _slots_of_sources(model: Model, sources: tuple[tuple[str, str], ...]) -> list[Slot]:
    found: list[Slot] = []
    for number, (key, _) in enumerate(sources):
        relation = model.get(key, Relation)
        slots = () if relation is None else relation.slots(model)
        found += [replace(each, sql=f"s{number}.{each.sql}") for each in slots]
    return found


def _column(dice: Dice, model: Model, slots: list[Slot], taken: set[str]) -> tuple[str, Expression]:
    slot = dice.one(slots)
    if dice.chance(0.35):
        text = computed(dice, model, slots)
    else:
        text = Expression(slot.sql, slot.category, slot.type, slot.needs)
    name = slot.name if slot.name not in taken else fresh_column(dice, taken)
    return name, text


def made(dice: Dice, model: Model) -> Thing | None:
    relations = [each for each in model.of(Relation) if each.slots(model)]
    is_stored = dice.chance(0.3)
    if is_stored:
        relations = [each for each in relations if each.is_readable(model)]
    if not relations:
        return None
    home = a_namespace(dice, model)
    sources = tuple((e.key, e.sql) for e in dice.some(relations, 2 if dice.chance(0.3) else 1))
    slots = _slots_of_sources(model, sources)
    columns: dict[str, Expression] = {}
    for _ in range(dice.number(1, 5)):
        name, text = _column(dice, model, slots, {*columns})
        columns[name] = text
    return (Materialized if is_stored else View)(
        key=model.new_key("materialized" if is_stored else "view"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        sources=sources,
        columns=tuple(columns.items()),
        filter=condition(dice, model, slots) if dice.chance(0.4) else None,
        form=dice.one(_forms(columns.items())) if dice.chance(0.2) else "",
        options=frozenset() if is_stored or dice.chance(0.9) else frozenset({dice.one(_OPTIONS)}),
    )
