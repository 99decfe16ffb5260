"""From numbers to names: which identity an address of pg_catalog has."""

from collections.abc import Callable, Mapping, Sequence

from server.engines.catalog.identity import Identity
from server.engines.catalog.sighting import Address, Sighting

Name = Callable[[Sighting, Identity | None], Identity]
"""Gives the identity of what was seen, from the identity of its parent."""


def by_reader(sighting: Sighting, parent: Identity | None) -> Identity:
    """Name what was seen as its kind does."""
    return sighting.reader.naming(sighting.row, parent)


class Addresses:
    """The objects that were read, by their addresses."""

    def __init__(
        self,
        sightings: Sequence[Sighting],
        aliases: Mapping[Address, Address],
        members: Mapping[Address, int],
        name: Name = by_reader,
    ) -> None:
        """Take what was read; names are found when they are asked for."""
        self.sightings = sightings
        self.members = members
        self._sightings: dict[Address, Sighting] = {}
        for sighting in sightings:
            if sighting.address is not None:
                self._sightings.setdefault(sighting.address, sighting)
        self._aliases = aliases
        self._name = name
        self._has_members = any(address in self._sightings for address in members)
        self._identities: dict[Address, Identity | None] = {}

    def identity(self, catalog: str, oid: int, part: int = 0) -> Identity | None:
        """Name an object, or what it is a part of; None for what was not read."""
        address = (catalog, oid, part)
        if address in self._identities:
            return self._identities[address]
        sighting = self._sightings.get(address)
        if sighting is not None:
            found = self._named(sighting)
        else:
            alias = self._aliases.get(address)
            found = None if alias is None else self.identity(*alias)
        self._identities[address] = found
        return found

    def identities(self, sighting: Sighting) -> tuple[Identity, Identity | None] | None:
        """Name what was seen and its parent; None if the parent was not read.

        What is said about a mere part of an object is not said about the object.
        """
        if sighting.reader.fact.is_said_of_parent and sighting.parent not in self._sightings:
            return None
        parent = None if sighting.parent is None else self.identity(*sighting.parent)
        if sighting.parent is not None and parent is None:
            return None
        if sighting.address is not None and self._sightings[sighting.address] is sighting:
            own = self.identity(*sighting.address)
        else:
            own = self._name(sighting, parent)
        return None if own is None else (own, parent)

    def whole_remarked_on(self, sighting: Sighting) -> Identity | None:
        """Return the object about a part of which something is said, if that is so."""
        if not sighting.reader.fact.is_said_of_parent or sighting.parent in self._sightings:
            return None
        return None if sighting.parent is None else self.object_or_whole(sighting.parent)

    def object_or_whole(self, address: Address) -> Identity | None:
        """Name an object, or the whole when the part has no name."""
        catalog, oid, part = address
        return self.identity(*address) or (self.identity(catalog, oid) if part else None)

    def is_accounted_for(self, address: Address) -> bool:
        """Tell whether an object was read, is a part of another, or a member of an extension."""
        return (
            address in self._aliases
            or address in self.members
            or self.identity(*address) is not None
        )

    def extension_of(self, address: Address) -> int | None:
        """Return the number of the extension that an object, or its whole, is a member of."""
        if not self._has_members:
            return None
        sighting = self._sightings.get(address)
        if sighting is not None:
            return self.extension_of_sighting(sighting)
        alias = self._aliases.get(address)
        return self.members.get(address) if alias is None else self.extension_of(alias)

    def extension_of_sighting(self, sighting: Sighting) -> int | None:
        """Return the number of the extension that what was seen is a member of."""
        if not self._has_members:
            return None
        own = None
        if sighting.address is not None:
            own = self.members.get((*sighting.address[:2], 0))
        if own is not None or sighting.parent is None or not sighting.goes_with_parent:
            return own
        return self.extension_of(sighting.parent)

    def _named(self, sighting: Sighting) -> Identity | None:
        if sighting.parent is None:
            return self._name(sighting, None)
        parent = self.identity(*sighting.parent)
        return None if parent is None else self._name(sighting, parent)
