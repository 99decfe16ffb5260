"""The fingerprint of a schema: equal wherever and in whatever order an equal schema was made."""

import hashlib
from collections.abc import Iterable
from functools import cache

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.compare import Field, Rule, compared_fields
from server.engines.catalog.fact import Fact
from server.engines.catalog.registry import is_cluster_wide

_NAME = frozenset({"identity"})
_NAME_AND_PLACE = frozenset({"identity", "parent"})


def fingerprint(catalog: Catalog) -> str:
    """Return the SHA-256 of all that is compared, but for the order of columns.

    Two schemas without differences have one fingerprint; so do two that differ in the order of
    columns alone, as no statement depends on it that names its columns. What all databases of a
    server share is left out, and so are numbers and versions of PostgreSQL. A thousand tables take
    a fifth of a second, so a large schema belongs in a thread.
    """
    return digest(map(share, catalog))


def share(fact: Fact) -> str:
    """Return what a fact adds to a fingerprint; nothing, if it is no part of a schema."""
    if is_cluster_wide(fact):
        return ""
    return f"{fact.identity}\n{_content(fact, without=_NAME)}\n"


def digest(shares: Iterable[str]) -> str:
    """Return the fingerprint of facts from what they add to it, in the order of identities."""
    sha256 = hashlib.sha256()
    for each in shares:
        sha256.update(each.encode(errors="surrogatepass"))
    return sha256.hexdigest()


def payload_fingerprint(fact: Fact) -> str:
    """Return the SHA-256 of what a fact says, without its name and place.

    Two facts of one class with equal payloads and different names may be one that was renamed.
    """
    return digest([f"{fact.kind}\n{_content(fact, without=_NAME_AND_PLACE)}"])


def _content(fact: Fact, *, without: frozenset[str]) -> str:
    fields = _fields(type(fact), without)
    return repr([(each.name, each.canonical(getattr(fact, each.name))) for each in fields])


@cache
def _fields(cls: type, without: frozenset[str]) -> tuple[Field, ...]:
    return tuple(
        each
        for each in compared_fields(cls)
        if each.name not in without and each.rule is not Rule.RELATIVE_ORDER
    )
