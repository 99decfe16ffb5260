"""Types of columns, with what their values look like and what can be computed of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.engines.sql.quote import literal
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.model import NOTHING, Model, Named, Ref, Refs

NUMBERS = frozenset({"int", "num", "float"})
TEXTS = frozenset({"text"})
# Types whose values can be the key of an index or a constraint.
ORDERED = frozenset(
    {
        *("int", "num", "float", "text", "char", "date", "timestamp", "timestamptz", "uuid"),
        *("int[]", "text[]", "bytea", "inet", "bool"),
    }
)
_BUILTIN = {
    "int": ("smallint", "integer", "bigint"),
    "num": ("numeric", "numeric(12,2)", "numeric(8,4)"),
    "float": ("real", "double precision"),
    "text": ("text", "varchar(20)", "varchar(50)", "varchar"),
    "char": ("char(5)", "char(8)"),
    "date": ("date",),
    "timestamp": ("timestamp", "timestamp(3)"),
    "timestamptz": ("timestamptz", "timestamptz(0)"),
    "bool": ("boolean",),
    "uuid": ("uuid",),
    "jsonb": ("jsonb",),
    "json": ("json",),
    "bytea": ("bytea",),
    "int[]": ("integer[]", "bigint[]"),
    "text[]": ("text[]", "varchar(20)[]"),
    "int4range": ("int4range",),
    "tsvector": ("tsvector",),
    "inet": ("inet",),
    "interval": ("interval",),
}
INTEGERS = frozenset(_BUILTIN["int"])
BUILTIN_NAMES = frozenset(name for names in _BUILTIN.values() for name in names)
_WEIGHTS = {"int": 6, "text": 6, "num": 2, "timestamptz": 2, "jsonb": 2, "bool": 2}
_VALUES = {
    "int": ("0", "1", "7"),
    "num": ("0.5", "1", "12.25"),
    "float": ("0.25", "1.5"),
    "text": ("a", "1", "", "it's"),
    "char": ("a", "1"),
    "date": ("2024-01-02", "2024-05-06"),
    "timestamp": ("2024-01-02 03:04:05", "2024-05-06 00:00:00.123456"),
    "timestamptz": ("2024-01-02 03:04:05+00", "2024-05-06 00:00:00.123456+02"),
    "bool": ("true", "false"),
    "uuid": ("00000000-0000-0000-0000-000000000001", "11111111-2222-3333-4444-555555555555"),
    "jsonb": ('{"a": 1}', "[]"),
    "json": ('{"b": 1, "b": 2}', "1"),
    "bytea": ("\\x01", "\\x"),
    "int[]": ("{1,2}", "{}"),
    "text[]": ("{a,b}", "{}"),
    "int4range": ("[1,5)", "empty"),
    "tsvector": ("a b",),
    "inet": ("10.0.0.1", "::1"),
    "interval": ("1 day", "02:00:00"),
}


@dataclass(frozen=True, slots=True)
class Type:
    sql: str
    category: str
    needs: Refs = NOTHING
    values: tuple[str, ...] = ()
    """Texts that its input function takes."""
    is_user_defined: bool = False

    def a_value(self, dice: Dice) -> str:
        return literal(dice.one(self.values))


@dataclass(frozen=True, kw_only=True)
class UserType(Named):
    """A type that a column can have."""

    def as_type(self) -> Type:
        raise NotImplementedError


def builtin(dice: Dice, categories: Sequence[str] = ()) -> Type:
    pool = [*(categories or _BUILTIN)]
    category = dice.weighted(pool, [_WEIGHTS.get(each, 1) for each in pool])
    return Type(dice.one(_BUILTIN[category]), category, NOTHING, _VALUES[category])


def any_type(dice: Dice, model: Model) -> Type:
    own = model.of(UserType)
    if own and dice.chance(0.2):
        found = dice.one(own).as_type()
        return array_of(found) if dice.chance(0.2) else found
    return builtin(dice)


def array_of(type_: Type) -> Type:
    return Type(f"{type_.sql}[]", f"{type_.category}[]", type_.needs, ("{}",), is_user_defined=True)


def current_category(type_: Type, model: Model) -> str:
    """Return the category of a type, which is that of the base which a domain has now."""
    for ref in type_.needs:
        own = model.get(ref[0], UserType)
        if own is not None:
            is_array = type_.sql.endswith("[]")
            return f"{own.as_type().category}{'[]' if is_array else ''}"
    return type_.category


def another_type(dice: Dice, model: Model, type_: Type) -> Type:
    """Return a type that values of the first can be brought to, more or less."""
    if type_.category in _BUILTIN and dice.chance(0.5):
        return builtin(dice, [type_.category])
    if type_.category in NUMBERS and dice.chance(0.5):
        return builtin(dice, sorted(NUMBERS))
    if dice.chance(0.4):
        return builtin(dice, ["text"])
    if type_.category == "text":
        return any_type(dice, model)
    return builtin(dice, _NEAR.get(type_.category, ("text",)))


_NEAR = {
    "timestamp": ("timestamptz", "date"),
    "timestamptz": ("timestamp", "date"),
    "date": ("timestamp", "timestamptz"),
    "json": ("jsonb",),
    "jsonb": ("json",),
    "int": ("bool", "num", "text"),
    "bool": ("int", "text"),
    "int[]": ("text[]", "text"),
    "char": ("text",),
}


def type_needs(type_: Type, key: str) -> frozenset[Ref]:
    """Return what a part that has the type needs, itself left out."""
    return frozenset(ref for ref in type_.needs if ref[0] != key)
