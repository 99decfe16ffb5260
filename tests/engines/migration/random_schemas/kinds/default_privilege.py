"""Default privileges: before everything else is created, so that they count for all of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Refs, Thing
from tests.engines.migration.random_schemas.roles import one_role

WEIGHT = 0.4
_PRIVILEGES = {
    "TABLES": ("SELECT", "INSERT", "UPDATE"),
    "SEQUENCES": ("USAGE", "SELECT"),
    "FUNCTIONS": ("EXECUTE",),
    "TYPES": ("USAGE",),
}


@dataclass(frozen=True, kw_only=True)
class DefaultPrivilege(Thing):
    kind: ClassVar[str] = "default_privilege"
    stage: ClassVar[int] = 1

    namespace: str
    schema: str
    objects: str
    privilege: str
    grantee: str

    @override
    def needs(self) -> Refs:
        return frozenset({(self.namespace,)})

    @override
    def statements(self, model: Model) -> Iterator[str]:
        head = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {identifier(self.schema)}"
        yield f"{head} GRANT {self.privilege} ON {self.objects} TO {self.grantee}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        privilege = dice.one(_PRIVILEGES[self.objects])
        return replace(self, grantee=one_role(dice), privilege=privilege)


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    objects = dice.one(sorted(_PRIVILEGES))
    return DefaultPrivilege(
        key=model.new_key("default_privilege"),
        namespace=home.key,
        schema=home.name,
        objects=objects,
        privilege=dice.one(_PRIVILEGES[objects]),
        grantee=one_role(dice),
    )
