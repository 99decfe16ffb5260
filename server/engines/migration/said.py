"""What objects are called where something is said about them: comments, grants, owners."""

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.registry import all_kinds


def reference(identity: Identity, catalog: Catalog) -> str:
    """Return an object with the word for its kind, as COMMENT ON takes it."""
    return all_kinds()[identity.kind].reference(identity, catalog)


def grantable(identity: Identity, catalog: Catalog) -> str:
    """Return an object as GRANT … ON takes it.

    Raises:
        ValueError: nothing can be granted on objects of this kind.
    """
    name = all_kinds()[identity.kind].grant_on
    if name is None:
        raise ValueError(f"nothing can be granted on {identity}")
    return name(identity, catalog)
