"""Who owns what, as far as a schema names somebody."""

from collections.abc import Iterator, Mapping

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.owner import Owner
from server.engines.postgres.loading.loader_role import OWNER


def named_owners(catalog: Catalog) -> Mapping[Identity, str]:
    """Return the owners that a schema names; all else belongs to who runs the migration."""
    return {
        fact.parent: fact.role
        for fact in catalog.of(Owner)
        if fact.parent is not None and fact.role != OWNER
    }


def strayed(wanted: Mapping[Identity, str], catalog: Catalog) -> Iterator[str]:
    """Yield, in words, what belongs to others than it should."""
    for identity, role in wanted.items():
        found = catalog.owner(identity)
        if found != role:
            yield f"{identity} belongs to {found} and should belong to {role}"
