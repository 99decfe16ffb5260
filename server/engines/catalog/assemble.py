"""From what was seen in pg_catalog to the model: facts, dependencies and memberships by name."""

import gc
from collections import Counter
from collections.abc import Collection, Container, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.engines.catalog.addresses import Addresses
from server.engines.catalog.catalog import Catalog
from server.engines.catalog.dependency import Dependency, DependencyType
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.unmodeled import Unmodeled
from server.engines.catalog.mapping import fact
from server.engines.catalog.sighting import Address

_TYPES = {each.code: each for each in DependencyType}
Link = tuple[Address, Address, str]
"""Dependent, referenced, and the letter of their relation."""


@dataclass(frozen=True, slots=True)
class Observation:
    """All that was seen in one transaction."""

    major: int
    addresses: Addresses
    links: Iterable[Link]
    unmodeled: Iterable[Unmodeled]


def assemble(seen: Observation) -> Catalog:
    """Name everything; members of extensions keep only their membership."""
    with without_collector():
        return _assembled(seen)


@contextmanager
def without_collector() -> Generator[None, None, None]:
    """Keep the collector of cycles away from many new values."""
    # It would go through some hundred thousand new values again and again, a quarter of the time
    # that naming takes, and find nothing: none of them points back at what it is a part of.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _assembled(seen: Observation) -> Catalog:
    remarks = dict.fromkeys(remarks_on_parts(seen.addresses))
    found = [*_facts(seen.addresses), *seen.unmodeled, *remarks]
    facts = _by_identity(found)
    dependencies = dict.fromkeys(_dependencies(seen, facts))
    return Catalog(seen.major, facts, tuple(dependencies), dict(_members(seen.addresses)))


def _by_identity(found: Collection[Fact]) -> dict[Identity, Fact]:
    facts = {each.identity: each for each in sorted(found, key=lambda each: each.identity.order)}
    if len(facts) != len(found):
        times = Counter(each.identity for each in found)
        raise ValueError(
            f"two kinds read one object: {[str(each) for each in times - Counter(facts.keys())]}"
        )
    return facts


def _facts(addresses: Addresses) -> Iterator[Fact]:
    for sighting in addresses.sightings:
        identities = addresses.identities(sighting)
        if identities is not None and addresses.extension_of_sighting(sighting) is None:
            yield fact(sighting.reader.fact, sighting.row, identities, addresses.identity)


def remarks_on_parts(addresses: Addresses) -> Iterator[Unmodeled]:
    """Report what is said about mere parts of objects, such as the rule that makes a view."""
    for sighting in addresses.sightings:
        whole = addresses.whole_remarked_on(sighting)
        if whole is not None:
            kind = f"{sighting.reader.fact.kind} on a part"
            identity = Identity(Unmodeled.kind, (kind, str(whole)))
            yield Unmodeled(identity=identity, description=f"{kind} of {whole}")


def _members(addresses: Addresses) -> Iterator[tuple[Identity, Identity]]:
    for address, number in addresses.members.items():
        member = addresses.identity(*address)
        extension = addresses.identity("pg_extension", number)
        if member is not None and extension is not None:
            yield member, extension


def _dependencies(seen: Observation, known: Container[Identity]) -> Iterator[Dependency]:
    for dependent_address, referenced_address, code in seen.links:
        dependent = seen.addresses.object_or_whole(dependent_address)
        referenced = _referenced(referenced_address, seen.addresses)
        if (
            dependent is not None
            and dependent in known
            and referenced is not None
            and dependent != referenced
        ):
            yield Dependency(dependent, referenced, _TYPES[code])


def _referenced(address: Address, addresses: Addresses) -> Identity | None:
    """Name what is needed: the extension, if it is a member of one."""
    extension = addresses.extension_of(address)
    if extension is not None:
        return addresses.identity("pg_extension", extension)
    return addresses.object_or_whole(address)
