"""The fingerprint of a schema: equal wherever and in whatever order an equal schema was made."""

import hashlib
from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.compare import Rule, compared_fields
from server.engines.catalog.fact import Fact
from server.engines.catalog.registry import is_cluster_wide


def fingerprint(catalog: Catalog) -> str:
    """Return the SHA-256 of all that is compared, but for the order of columns.

    Two schemas without differences have one fingerprint; so do two that differ in the order of
    columns alone, as no statement depends on it that names its columns. What all databases of a
    server share is left out, and so are numbers and versions of PostgreSQL.
    """
    return _digest(
        f"{fact.identity}\n{_content(fact, without={'identity'})}\n"
        for fact in catalog
        if not is_cluster_wide(fact)
    )


def payload_fingerprint(fact: Fact) -> str:
    """Return the SHA-256 of what a fact says, without its name and place.

    Two facts of one class with equal payloads and different names may be one that was renamed.
    """
    return _digest([f"{fact.kind}\n{_content(fact, without={'identity', 'parent'})}"])


def _content(fact: Fact, *, without: set[str]) -> str:
    return repr(
        [
            (field.name, field.canonical(getattr(fact, field.name)))
            for field in compared_fields(type(fact))
            if field.name not in without and field.rule is not Rule.RELATIVE_ORDER
        ]
    )


def _digest(parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode(errors="surrogatepass"))
    return digest.hexdigest()
