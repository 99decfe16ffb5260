"""Extended statistics."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifiers
from tests.engines.migration.random_schemas.columns import only_while_plain
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import Expression, computed, needed
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model, Named, Refs, Slot, Thing
from tests.engines.migration.random_schemas.naming import fresh_name
from tests.engines.migration.random_schemas.value_types import ORDERED

WEIGHT = 0.5
_KINDS = ("ndistinct", "dependencies", "mcv")


@dataclass(frozen=True, kw_only=True)
class Statistics(Named):
    kind: ClassVar[str] = "statistics"

    table: str
    table_sql: str
    columns: tuple[str, ...]
    column_needs: Refs
    kinds: tuple[str, ...]
    expression: Expression | None = None

    @override
    def needs(self) -> Refs:
        own = needed((self.expression,))
        return self.own_needs | self.column_needs | own | {(self.table,)}

    @override
    def statements(self, model: Model) -> Iterator[str]:
        kinds, columns = ", ".join(self.kinds), identifiers(self.columns)
        more = f", ({self.expression.sql})" if self.expression else ""
        yield f"CREATE STATISTICS {self.sql} ({kinds}) ON {columns}{more} FROM {self.table_sql}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, kinds=dice.some(_KINDS, 3))

    @override
    def said_of(self) -> str | None:
        return f"STATISTICS {self.sql}"


def made(dice: Dice, model: Model) -> Thing | None:
    table = dice.one_if_any(model.of(TableThing))
    if table is None:
        return None
    usable = [e for e in only_while_plain(table.slots(model)) if e.category in ORDERED]
    chosen = dice.some(usable, 3, least=2)
    if len(chosen) < 2:
        return None
    return Statistics(
        key=model.new_key("statistics"),
        namespace=table.namespace,
        schema=table.schema,
        name=fresh_name(dice, model, table.schema),
        table=table.key,
        table_sql=table.sql,
        columns=tuple(each.name for each in chosen),
        column_needs=frozenset(ref for each in chosen for ref in each.needs),
        kinds=dice.some(_KINDS, 3),
        expression=_expression(dice, model, usable) if dice.chance(0.3) else None,
    )


def _expression(dice: Dice, model: Model, usable: Sequence[Slot]) -> Expression | None:
    found = computed(dice, model, usable)
    return found if found.category in ORDERED else None
