"""How foreign servers come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.foreign_server import ForeignServer
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.foreign_options import changed_options, hidden, options_clause
from server.engines.migration.hazard import Hazard, data_loss
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier, literal


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"SERVER {identifier(identity.name)}"


def _grant_on(identity: Identity, _catalog: Catalog) -> str:
    return f"FOREIGN SERVER {identifier(identity.name)}"


def _create(server: ForeignServer, _context: Context) -> Iterable[Action]:
    type_ = f" TYPE {literal(server.type)}" if server.type is not None else ""
    version = f" VERSION {literal(server.version)}" if server.version is not None else ""
    wrapper = f" FOREIGN DATA WRAPPER {identifier(server.wrapper)}"
    options = options_clause(server.identity, server.options)
    name = identifier(server.identity.name)
    return plain(f"CREATE SERVER {name}{type_}{version}{wrapper}{options}")


def _drop(server: ForeignServer, _context: Context) -> Iterable[Action]:
    return risky([f"DROP SERVER {identifier(server.identity.name)}"], *_losses(server))


def _losses(server: ForeignServer) -> Iterator[Hazard]:
    """Yield the secrets that are lost: nothing that was read could restore them."""
    secrets = ", ".join(hidden(server.options))
    if secrets:
        yield data_loss(server.identity, f"its options {secrets} are lost")


def _alter(change: Change[ForeignServer], _context: Context) -> Iterable[Action] | None:
    """Change version and options; another type or wrapper takes a new server."""
    if not change.only("version", "options"):
        return None
    return plain(*_altered(change))


def _altered(change: Change[ForeignServer]) -> Iterator[str]:
    old, new = change.old, change.new
    head = f"ALTER SERVER {identifier(new.identity.name)}"
    if "version" in change.names:
        yield f"{head} VERSION {'NULL' if new.version is None else literal(new.version)}"
    yield from changed_options(head, new.identity, old.options, new.options)


KIND = Kind(
    fact=ForeignServer,
    rank=66,
    reference=_reference,
    grant_on=_grant_on,
    create=_create,
    drop=_drop,
    alter=_alter,
)
