"""A dependency: an object that cannot be without another."""

from dataclasses import dataclass

from server.engines.catalog.fact import Coded
from server.engines.catalog.identity import Identity


class DependencyType(Coded):
    """What becomes of the dependent when the referenced object is dropped."""

    NORMAL = "normal", "n"
    """It has to be dropped first."""
    AUTOMATIC = "automatic", "a"
    """It goes along."""
    INTERNAL = "internal", "i"
    """It is a part of it and cannot be dropped alone."""
    PARTITION_PRIMARY = "partition of", "P"
    """It goes along, as does all of what it is a partition of."""
    PARTITION_SECONDARY = "partition on", "S"
    """As before, from the side of the table."""
    EXTENSION = "automatic extension", "x"
    """It goes along with an extension of which it is no member."""
    ROLE = "role", "r"
    """It names a role."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """`dependent` needs `referenced`."""

    dependent: Identity
    referenced: Identity
    type: DependencyType
