"""How foreign-data wrappers come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.foreign_data_wrapper import ForeignDataWrapper
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.foreign_options import changed_options, options_clause
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"FOREIGN DATA WRAPPER {identifier(identity.name)}"


def _create(wrapper: ForeignDataWrapper, _context: Context) -> Iterable[Action]:
    handler = f" HANDLER {wrapper.handler}" if wrapper.handler else ""
    validator = f" VALIDATOR {wrapper.validator}" if wrapper.validator else ""
    options = options_clause(wrapper.identity, wrapper.options)
    name = identifier(wrapper.identity.name)
    return plain(f"CREATE FOREIGN DATA WRAPPER {name}{handler}{validator}{options}")


def _drop(wrapper: ForeignDataWrapper, _context: Context) -> Iterable[Action]:
    return plain(f"DROP FOREIGN DATA WRAPPER {identifier(wrapper.identity.name)}")


def _alter(change: Change[ForeignDataWrapper], _context: Context) -> Iterable[Action]:
    return plain(*_altered(change))


def _altered(change: Change[ForeignDataWrapper]) -> Iterator[str]:
    old, new = change.old, change.new
    head = f"ALTER FOREIGN DATA WRAPPER {identifier(new.identity.name)}"
    if "handler" in change.names:
        yield f"{head} HANDLER {new.handler}" if new.handler else f"{head} NO HANDLER"
    if "validator" in change.names:
        yield f"{head} VALIDATOR {new.validator}" if new.validator else f"{head} NO VALIDATOR"
    yield from changed_options(head, new.identity, old.options, new.options)


KIND = Kind(
    fact=ForeignDataWrapper,
    rank=65,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
