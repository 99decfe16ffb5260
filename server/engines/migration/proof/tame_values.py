"""Texts for columns that change their type: such as the new type reads, too."""

from collections.abc import Mapping

from server.engines.catalog.kinds.column import Column
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.seed.demands import Renames
from server.engines.migration.proof.seed.flavor import Flavor
from server.engines.migration.proof.seed.scalars import is_text
from server.engines.migration.proof.seed.value_types import ColumnName, ValueTypes
from server.engines.postgres.session import Session


async def tame_values(
    worker: Session, source: Ground, target: Ground, renames: Renames
) -> Mapping[ColumnName, tuple[str, ...]]:
    """Return values for the columns of characters that become something else."""
    changed = [
        (one.identity.names, later.identity.names)
        for one in source.catalog.of(Column)
        for later in [target.catalog.get(renames.of(one.identity), Column)]
        if later is not None and later.type != one.type
    ]
    if not changed:
        return {}
    here = await ValueTypes.read(worker)
    async with await target.database.connect(settings=target.superuser_settings) as session:
        there = await ValueTypes.read(session)
    return {
        old: there.texts(there.columns[new], Flavor.TAME)
        for old, new in changed
        if old in here.columns and new in there.columns
        if is_text(here.bottom(here.columns[old]).name)
        and not is_text(there.bottom(there.columns[new]).name)
    }
