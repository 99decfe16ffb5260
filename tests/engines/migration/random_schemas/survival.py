"""Whether rows are still there, and say the same in the columns that nobody asked to change."""

from collections.abc import Iterable, Iterator, Mapping

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table
from server.engines.migration.hazard import HazardKind
from server.engines.migration.step import Step
from server.engines.postgres.session import Session
from server.engines.sql.quote import qualified

Contents = Mapping[Identity, str]
"""A fingerprint of what a table itself holds, and of each of its columns, in no order."""

_FINGERPRINT = """
SELECT pg_catalog.count(*) || ' ' || pg_catalog.md5(
    coalesce(pg_catalog.string_agg({0}, ',' ORDER BY {0}), '')
) FROM ONLY {1} x
"""


async def contents(session: Session, source: Catalog, target: Catalog) -> Contents:
    """Look at what should be in both schemas."""
    found: dict[Identity, str] = {}
    for identity, value in _kept(source, target):
        table = qualified(*identity.names[:2])
        found[identity] = await session.value(_FINGERPRINT.format(value, table))
    return found


def _kept(source: Catalog, target: Catalog) -> Iterator[tuple[Identity, str]]:
    for table in source.of(Table):
        other = target.get(table.identity, Table)
        if other is None or table.partition_key != other.partition_key:
            continue
        yield table.identity, "1::text"
        for column in source.columns(table.identity):
            if _is_same(column, target.get(column.identity, Column)):
                yield column.identity, f"{qualified('x', column.identity.name)}::text"


def _is_same(one: Column, other: Column | None) -> bool:
    return (
        other is not None
        and one.type == other.type
        # What a type of the schema's own prints may change with it.
        and "." not in one.type
        and one.generated_mode is None
        and other.generated_mode is None
    )


def lost(before: Contents, after: Contents, plan: Iterable[Step]) -> str:
    """Name what holds something else than before although no step said so."""
    risked = {
        hazard.subject
        for step in plan
        for hazard in step.hazards
        if hazard.kind is HazardKind.DATA_LOSS
    }
    changed = [
        str(each)
        for each, value in before.items()
        if after.get(each) != value and not {each, _table(each)} & risked
    ]
    return ", ".join(changed)


def _table(identity: Identity) -> Identity:
    return Identity(Table.kind, identity.names[:2])
