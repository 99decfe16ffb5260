"""Functions and procedures: of values, of rows, of tables, and for triggers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, TypedDict

from typing_extensions import override

from server.engines.sql.quote import identifier, literal
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import (
    NOTHING,
    Model,
    Named,
    Refs,
    Relation,
    Thing,
)
from tests.engines.migration.random_schemas.naming import fresh_column, fresh_name

WEIGHT = 2.5
# Each takes the narrower ones before it without being asked.
_FAMILIES = {
    "int": ("smallint", "integer", "bigint"),
    "num": ("numeric",),
    "float": ("real", "double precision"),
    "text": ("text",),
    "timestamptz": ("timestamptz",),
}
_RETURNS = {"int": ("integer", "bigint"), "text": ("text", "varchar"), "bool": ("boolean",)}
_BODIES = {
    "int": ("1", "2", "length(coalesce({0}::text, ''))"),
    "text": ("coalesce({0}::text, '-')", "upper({0}::text)", "'x' || coalesce({0}::text, '')"),
    "bool": ("{0} IS NOT NULL", "true", "{0} IS NULL OR length({0}::text) < 50"),
}
_SETTINGS = ("SECURITY DEFINER", "PARALLEL SAFE", "COST 7", "SET search_path TO 'pg_catalog'")


@dataclass(frozen=True, kw_only=True)
class Routine(Named):
    kind: ClassVar[str] = "routine"

    argument: tuple[str, str]
    """The name and type of the one argument that has no default."""
    more: tuple[tuple[str, str], ...] = ()
    """Names of further arguments, with their defaults as integers."""
    category: str
    returns: str
    result: str
    body: str
    style: str = "sql"
    is_immutable: bool = True
    is_strict: bool = False
    settings: frozenset[str] = frozenset()

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def gives(self, model: Model) -> Refs:
        family = _FAMILIES[self.category]
        narrower = family[: family.index(self.argument[1]) + 1]
        calls = ((self.key, "call", self.category, each, self.sql) for each in narrower)
        fixed = {(self.key, "immutable")} if self.is_immutable else NOTHING
        alone = NOTHING if self.more else {(self.key, "alone", self.argument[1])}
        return frozenset({(self.key,), (self.key, "returns", self.returns), *fixed, *calls, *alone})

    @override
    def statements(self, model: Model) -> Iterator[str]:
        name, type_ = self.argument
        arguments = [f"{identifier(name)} {type_}"]
        arguments += [f"{identifier(each)} integer DEFAULT {value}" for each, value in self.more]
        body = self.body.format(identifier(name))
        volatility = "IMMUTABLE" if self.is_immutable else "VOLATILE"
        strict = " STRICT" if self.is_strict else ""
        head = f"CREATE FUNCTION {self.sql}({', '.join(arguments)}) RETURNS {self.result}"
        words = " ".join([f"{volatility}{strict}", *sorted(self.settings)])
        yield f"{head} {_written(self.style, words, f'({body})::{self.result}')}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        changes = (
            *(self._with_body, self._with_result, self._with_type, self._with_name),
            *(self._with_more, self._with_style, self._with_marks, self._with_settings),
        )
        return dice.one(changes)(dice)

    def _with_body(self, dice: Dice) -> "Routine":
        return replace(self, body=dice.one(_BODIES[self.returns]))

    def _with_result(self, dice: Dice) -> "Routine":
        return replace(self, result=dice.one(_RETURNS[self.returns]))

    def _with_type(self, dice: Dice) -> "Routine":
        return replace(self, argument=(self.argument[0], dice.one(_FAMILIES[self.category])))

    def _with_name(self, dice: Dice) -> "Routine":
        return replace(self, argument=(fresh_column(dice, set()), self.argument[1]), more=())

    def _with_more(self, dice: Dice) -> "Routine":
        more = (fresh_column(dice, {self.argument[0]}), str(dice.number(1, 9)))
        return replace(self, more=() if self.more else (more,))

    def _with_style(self, dice: Dice) -> "Routine":
        return replace(self, style=dice.one(("sql", "atomic", "plpgsql")))

    def _with_marks(self, dice: Dice) -> "Routine":
        if dice.chance(0.5):
            return replace(self, is_immutable=not self.is_immutable)
        return replace(self, is_strict=not self.is_strict)

    def _with_settings(self, dice: Dice) -> "Routine":
        return replace(self, settings=frozenset(dice.some(_SETTINGS, 2)))

    @property
    def signature(self) -> str:
        types = [self.argument[1], *("integer" for _ in self.more)]
        return f"{self.sql}({', '.join(types)})"

    @override
    def said_of(self) -> str | None:
        return f"FUNCTION {self.signature}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"FUNCTION {self.signature}", ("EXECUTE",)


def _written(style: str, words: str, value: str) -> str:
    match style:
        case "atomic":
            return f"LANGUAGE sql {words} BEGIN ATOMIC SELECT {value}; END"
        case "plpgsql":
            return f"LANGUAGE plpgsql {words} AS {literal(f'BEGIN RETURN {value}; END')}"
        case _:
            return f"LANGUAGE sql {words} AS {literal(f'SELECT {value}')}"


@dataclass(frozen=True, kw_only=True)
class Generator(Named):
    """A function without arguments, for defaults."""

    kind: ClassVar[str] = "generator"

    category: str
    result: str
    number: int

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def gives(self, model: Model) -> Refs:
        return frozenset({(self.key,), (self.key, "makes", self.category, self.sql)})

    @override
    def statements(self, model: Model) -> Iterator[str]:
        body = literal(f"SELECT {self.number}::{self.result}")
        yield f"CREATE FUNCTION {self.sql}() RETURNS {self.result} LANGUAGE sql AS {body}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, number=dice.number(1, 99), result=dice.one(_RETURNS[self.category]))

    @override
    def said_of(self) -> str | None:
        return f"FUNCTION {self.sql}()"


@dataclass(frozen=True, kw_only=True)
class TriggerRoutine(Named):
    kind: ClassVar[str] = "trigger_routine"

    note: int

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def statements(self, model: Model) -> Iterator[str]:
        body = literal(f"BEGIN -- {self.note}\n RETURN coalesce(NEW, OLD); END")
        yield f"CREATE FUNCTION {self.sql}() RETURNS trigger LANGUAGE plpgsql AS {body}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, note=dice.number(1, 99))

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"FUNCTION {self.sql}()", ("EXECUTE",)


@dataclass(frozen=True, kw_only=True)
class RowRoutine(Named):
    """A function or procedure that has to do with the rows of a relation."""

    kind: ClassVar[str] = "row_routine"

    relation: str
    relation_sql: str
    column: tuple[str, str]
    form: str

    @override
    def needs(self) -> Refs:
        return self.own_needs | {(self.relation,), (self.relation, self.column[0])}

    @override
    def statements(self, model: Model) -> Iterator[str]:
        name, table = identifier(self.column[0]), self.relation_sql
        # ruff: ignore[hardcoded-sql-expression] - every name was quoted
        query = literal(f"SELECT * FROM {table}")
        yield _ROW_FORMS[self.form].format(self.sql, table, name, query)

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, form=dice.one(sorted(_ROW_FORMS)))


_ROW_FORMS = {
    "set": "CREATE FUNCTION {0}() RETURNS SETOF {1} LANGUAGE sql STABLE AS {3}",
    "count": (
        "CREATE FUNCTION {0}() RETURNS bigint LANGUAGE sql STABLE "
        "BEGIN ATOMIC SELECT count(x.{2}) FROM {1} x; END"
    ),
    "columns": (
        "CREATE FUNCTION {0}(OUT c text, OUT n bigint) RETURNS SETOF record LANGUAGE sql STABLE "
        "BEGIN ATOMIC SELECT x.{2}::text, count(*) FROM {1} x GROUP BY 1; END"
    ),
    "row": ("CREATE FUNCTION {0}(r {1}) RETURNS text LANGUAGE sql STABLE RETURN (r).{2}::text"),
    "procedure": (
        "CREATE PROCEDURE {0}(n integer DEFAULT 1) LANGUAGE sql "
        "BEGIN ATOMIC DELETE FROM {1} WHERE {2} IS NULL AND n > 1; END"
    ),
}
_DELETABLE = "table"


class _Arguments(TypedDict):
    key: str
    namespace: str
    schema: str
    name: str


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    place = _Arguments(
        key=model.new_key("routine"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
    )
    match dice.number(0, 6):
        case 0:
            category = dice.one(("int", "text"))
            result = dice.one(_RETURNS[category])
            return Generator(**place, category=category, result=result, number=3)
        case 1:
            return TriggerRoutine(**place, note=1)
        case 2 | 3:
            return _of_rows(dice, model, place)
        case _:
            return _of_values(dice, place)


def _of_values(dice: Dice, place: _Arguments) -> Thing:
    category, returns = dice.one(sorted(_FAMILIES)), dice.one(sorted(_RETURNS))
    return Routine(
        **place,
        argument=(fresh_column(dice, set()), dice.one(_FAMILIES[category])),
        category=category,
        returns=returns,
        result=dice.one(_RETURNS[returns]),
        body=dice.one(_BODIES[returns]),
        style=dice.one(("sql", "atomic", "plpgsql")),
        is_immutable=dice.chance(0.8),
        settings=frozenset(dice.some(_SETTINGS, 2)) if dice.chance(0.3) else frozenset(),
    )


def _of_rows(dice: Dice, model: Model, place: _Arguments) -> Thing | None:
    relation = dice.one_if_any(model.of(Relation))
    slot = None if relation is None else dice.one_if_any(relation.slots(model))
    if relation is None or slot is None:
        return None
    forms = sorted(_ROW_FORMS)
    if relation.kind != _DELETABLE:
        forms.remove("procedure")
    return RowRoutine(
        **place,
        relation=relation.key,
        relation_sql=relation.sql,
        column=(slot.name, slot.type),
        form=dice.one(forms),
    )
