"""One statement of a migration, and all that is known about the moment in which it ran."""

from dataclasses import dataclass

from server.engines.catalog.identity import Identity
from server.engines.migration.edge_fault import EdgeFault
from server.engines.migration.step import LockMode, Observation
from server.engines.sql.facts.forms import Form


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Milliseconds after which the server gives up; 0 is never."""

    lock: int = 0
    statement: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A statement under lint; those of one transaction have its number, others None."""

    number: int
    sql: str
    form: Form
    observation: Observation
    was_run: bool
    """Whether it succeeded on the clone; one that did not has an empty observation."""
    transaction: int | None
    timeouts: Timeouts
    search_path: tuple[str, ...]
    edge_faults: frozenset[EdgeFault] = frozenset()

    @property
    def until(self) -> str:
        """When its locks end, in words."""
        return "it ends" if self.transaction is None else "its transaction ends"

    def lock(self, relation: Identity) -> LockMode | None:
        """Return its lock on a relation."""
        return self.observation.locks.get(key(relation))


def key(relation: Identity) -> str:
    """Return what observations call a relation."""
    return ".".join(relation.names[:2])
