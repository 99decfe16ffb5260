"""Domains with defaults and checks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import Expression, condition
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import NOTHING, Model, Refs, Slot, Thing
from tests.engines.migration.random_schemas.naming import any_name, fresh_name
from tests.engines.migration.random_schemas.value_types import (
    Type,
    UserType,
    another_type,
    any_type,
    builtin,
)

WEIGHT = 1.0
_BASES = ("int", "text", "num", "timestamptz", "uuid")


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    text: Expression
    is_valid: bool = True


@dataclass(frozen=True, kw_only=True)
class Domain(UserType):
    kind: ClassVar[str] = "domain"
    takes_relation_name: ClassVar[bool] = True

    base: Type
    default: str | None = None
    is_not_null: bool = False
    checks: tuple[Check, ...] = ()

    @override
    def needs(self) -> Refs:
        under = {(ref[0], "base", self.base.category) for ref in self.base.needs}
        domains = {ref for ref in under if ref[0].startswith("domain")}
        return self.own_needs | self.base.needs | domains

    @override
    def uses(self, model: Model) -> Refs:
        return self.needs().union(*(each.text.needs for each in self.checks))

    @override
    def kept(self, available: Refs) -> "Domain | None":
        if not self.needs() <= available:
            return None
        checks = tuple(each for each in self.checks if each.text.needs <= available)
        return self if checks == self.checks else replace(self, checks=checks)

    @override
    def as_type(self) -> Type:
        needs = frozenset({(self.key,)})
        return Type(self.sql, self.base.category, needs, self.base.values, is_user_defined=True)

    @override
    def gives(self, model: Model) -> Refs:
        return frozenset({(self.key,), (self.key, "base", self.base.category)})

    @override
    def statements(self, model: Model) -> Iterator[str]:
        default = f" DEFAULT {self.default}" if self.default else ""
        null = " NOT NULL" if self.is_not_null else ""
        yield f"CREATE DOMAIN {self.sql} AS {self.base.sql}{default}{null}"
        for each in self.checks:
            valid = "" if each.is_valid else " NOT VALID"
            check = f"CHECK ({each.text.sql}){valid}"
            yield f"ALTER DOMAIN {self.sql} ADD CONSTRAINT {identifier(each.name)} {check}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        match dice.number(0, 5):
            case 0:
                base = another_type(dice, model.without(self.key), self.base)
                is_same = base.category == self.base.category
                checks = self.checks if is_same else ()
                return replace(self, base=base, default=None, checks=checks)
            case 1:
                return replace(self, is_not_null=not self.is_not_null)
            case 2:
                has_other = self.base.values and not self.default
                return replace(self, default=self.base.a_value(dice) if has_other else None)
            case 3 if self.checks:
                return replace(self, checks=self.checks[1:])
            case 4 if self.checks:
                first = self.checks[0]
                other = replace(first, is_valid=not first.is_valid)
                return replace(self, checks=(other, *self.checks[1:]))
            case _:
                return replace(self, checks=(*self.checks, *_checks(dice, model, self)))

    @override
    def said_of(self) -> str | None:
        return f"DOMAIN {self.sql}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"DOMAIN {self.sql}", ("USAGE",)


def _checks(dice: Dice, model: Model, domain: Domain) -> Iterator[Check]:
    name = any_name(dice)
    if name not in {each.name for each in domain.checks}:
        slot = Slot("VALUE", domain.base.category, domain.base.sql, NOTHING)
        yield Check(name, condition(dice, model, [slot]), is_valid=dice.chance(0.9))


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    base = builtin(dice, _BASES) if dice.chance(0.85) else any_type(dice, model)
    domain = Domain(
        key=model.new_key("domain"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        base=base,
        default=base.a_value(dice) if dice.chance(0.2) and base.values else None,
        is_not_null=dice.chance(0.1),
    )
    return replace(domain, checks=tuple(_checks(dice, model, domain)) if dice.chance(0.6) else ())
