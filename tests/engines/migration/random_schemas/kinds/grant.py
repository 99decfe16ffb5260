"""Privileges on things and on columns, and what is taken from everyone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifiers
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.model import Model, Refs, Relation, Thing
from tests.engines.migration.random_schemas.roles import one_role

WEIGHT = 2.5
_OF_COLUMNS = ("SELECT", "UPDATE", "INSERT", "REFERENCES")


@dataclass(frozen=True, kw_only=True)
class Grant(Thing):
    kind: ClassVar[str] = "grant"
    is_remark: ClassVar[bool] = True

    on: str
    privileges: tuple[str, ...]
    grantee: str
    columns: tuple[str, ...] = ()
    is_revoked: bool = False
    with_option: bool = False

    @override
    def needs(self) -> Refs:
        columns = {(self.on, name) for name in self.columns}
        return frozenset({(self.on,), *columns})

    @override
    def statements(self, model: Model) -> Iterator[str]:
        granted = model.things[self.on].granted_on()
        if granted is None:
            return
        columns = f" ({identifiers(self.columns)})" if self.columns else ""
        what = ", ".join(f"{each}{columns}" for each in self.privileges)
        if self.is_revoked:
            yield f"REVOKE {what} ON {granted[0]} FROM {self.grantee}"
            return
        option = " WITH GRANT OPTION" if self.with_option else ""
        yield f"GRANT {what} ON {granted[0]} TO {self.grantee}{option}"

    @override
    def fits(self, model: Model) -> bool:
        granted = model.things[self.on].granted_on() if self.on in model.things else None
        return granted is not None and (bool(self.columns) or {*self.privileges} <= {*granted[1]})

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        thing = model.things[self.on]
        granted = thing.granted_on()
        if granted is None or self.is_revoked:
            return None
        match dice.number(0, 2):
            case 0 if self.grantee != "PUBLIC":
                return replace(self, with_option=not self.with_option)
            case 1:
                pool = _OF_COLUMNS if self.columns else granted[1]
                return replace(self, privileges=dice.some(pool, 3))
            case _:
                return replace(self, grantee=one_role(dice), with_option=False)


def made(dice: Dice, model: Model) -> Thing | None:
    thing = dice.one_if_any([each for each in model.things.values() if each.granted_on()])
    granted = None if thing is None else thing.granted_on()
    if thing is None or granted is None:
        return None
    grant = Grant(
        key=model.new_key("grant"),
        on=thing.key,
        privileges=dice.some(granted[1], 3),
        grantee=one_role(dice),
    )
    if granted[1] in {("EXECUTE",), ("USAGE",)} and dice.chance(0.5):
        # What everyone gets from the start.
        return replace(grant, privileges=granted[1], grantee="PUBLIC", is_revoked=True)
    if isinstance(thing, Relation) and thing.slots(model) and dice.chance(0.4):
        names = [each.name for each in thing.slots(model)]
        privileges = dice.some(_OF_COLUMNS, 2)
        return replace(grant, columns=dice.some(names, 2), privileges=privileges)
    return replace(grant, with_option=grant.grantee != "PUBLIC" and dice.chance(0.2))
