"""How publications come, change and go; their tables and schemas are kinds of their own."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.publication import Publication, PublishedGenerated
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier, literal

_ALL = ("insert", "update", "delete", "truncate")


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"PUBLICATION {identifier(identity.name)}"


def _create(publication: Publication, _context: Context) -> Iterable[Action]:
    scope = " FOR ALL TABLES" if publication.is_for_all_tables else ""
    settings = ", ".join(_unusual(publication))
    name = identifier(publication.identity.name)
    return plain(f"CREATE PUBLICATION {name}{scope}{f' WITH ({settings})' if settings else ''}")


def _unusual(publication: Publication) -> Iterator[str]:
    if set(publication.operations) != set(_ALL):
        yield _operations(publication)
    if publication.is_via_root:
        yield _via_root(publication)
    if publication.generated_columns is not PublishedGenerated.NONE:
        yield _generated(publication)


def _operations(publication: Publication) -> str:
    published = ", ".join(each for each in _ALL if each in publication.operations)
    return f"publish = {literal(published)}"


def _via_root(publication: Publication) -> str:
    return f"publish_via_partition_root = {str(publication.is_via_root).lower()}"


def _generated(publication: Publication) -> str:
    return f"publish_generated_columns = {publication.generated_columns}"


def _drop(publication: Publication, _context: Context) -> Iterable[Action]:
    return plain(f"DROP PUBLICATION {identifier(publication.identity.name)}")


def _alter(change: Change[Publication], _context: Context) -> Iterable[Action] | None:
    if "is_for_all_tables" in change.names:
        return None
    settings = ", ".join(_changed(change))
    return plain(f"ALTER PUBLICATION {identifier(change.new.identity.name)} SET ({settings})")


def _changed(change: Change[Publication]) -> Iterator[str]:
    if "operations" in change.names:
        yield _operations(change.new)
    if "is_via_root" in change.names:
        yield _via_root(change.new)
    if "generated_columns" in change.names:
        yield _generated(change.new)


KIND = Kind(
    fact=Publication,
    rank=310,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
