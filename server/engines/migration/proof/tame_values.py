"""Texts for columns that change their type: such as the new type reads, too."""

from collections.abc import Mapping

from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.enum_type import EnumType
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.seed.demands import Renames
from server.engines.migration.proof.seed.flavor import Flavor
from server.engines.migration.proof.seed.scalars import is_text
from server.engines.migration.proof.seed.value_types import ColumnName, Use, ValueTypes
from server.engines.postgres.session import Session

_ARRAY = "_"  # what the names of PostgreSQL's own array types begin with


async def tame_values(
    worker: Session, source: Ground, target: Ground, renames: Renames
) -> Mapping[ColumnName, tuple[str, ...]]:
    """Return values for characters that become something else, and labels that stay."""
    enums = {each.identity.qualified_name for each in source.catalog.of(EnumType)}
    changed = [
        (one.identity.names, later.identity.names)
        for one in source.catalog.of(Column)
        for later in [target.catalog.get(renames.of(one.identity), Column)]
        if later is not None and (later.type != one.type or one.type_name in enums)
    ]
    if not changed:
        return {}
    here = await ValueTypes.read(worker)
    async with await target.database.connect(settings=target.superuser_settings) as session:
        there = await ValueTypes.read(session)
    return {
        old: texts
        for old, new in changed
        if old in here.columns and new in there.columns
        if (texts := _texts(here, here.columns[old], there, there.columns[new]))
    }


def _texts(here: ValueTypes, old: Use, there: ValueTypes, new: Use) -> tuple[str, ...]:
    """Return texts that both types read; none where any values of the old one will do."""
    before, after = here.bottom(old), there.bottom(new)
    if before.labels:
        labels = tuple(label for label in before.labels if label in after.labels)
        return labels if after.labels else ()
    holds_texts = is_text(before.name.removeprefix(_ARRAY))
    return there.texts(new, Flavor.TAME) if holds_texts and before.name != after.name else ()
