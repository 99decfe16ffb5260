"""Where a database stands in a plan: the fingerprint of what the plan is about."""

from dataclasses import replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.fingerprint import digest, share
from server.engines.catalog.kinds.owner import Owner
from server.engines.catalog.kinds.user_mapping import UserMapping
from server.engines.postgres.dump import JOURNAL_SCHEMA


def boundary(catalog: Catalog) -> str:
    """Return the fingerprint of a schema without its owners and without the journal.

    Whoever applies a plan owns what it creates, so owners tell nothing about how far it got; and
    gives user mappings their values, which no plan holds.
    """
    return digest(map(boundary_share, catalog))


def boundary_share(fact: Fact) -> str:
    """Return what a fact adds to the fingerprint of a boundary; nothing, if it is left out."""
    return "" if _is_left_out(fact) else share(_without_values(fact))


def _is_left_out(fact: Fact) -> bool:
    identity = fact.identity.of or fact.identity
    in_journal = JOURNAL_SCHEMA in {identity.schema, *identity.names[:1]}
    return isinstance(fact, Owner) or (in_journal and identity.kind != "role")


def _without_values(fact: Fact) -> Fact:
    return replace(fact, options_digest=None) if isinstance(fact, UserMapping) else fact
