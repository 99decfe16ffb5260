"""A finding: what is wrong with which object, how we know, and the SQL that fixes it."""

from dataclasses import dataclass
from enum import StrEnum

from server.engines.catalog.identity import Identity


class Severity(StrEnum):
    """How much a finding matters; compares by weight through `rank`."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


class Evidence(StrEnum):
    """How a finding is known; weaker forms of proof never borrow the name of a stronger one."""

    CATALOG = "catalog"
    """Read from the catalog that PostgreSQL built from the schema."""
    HEURISTIC = "heuristic"
    """Concluded from names and shapes; a person should look."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    `fix` is SQL that runs as it stands, empty where only a person can decide; `advice` says what
    to know before running it.
    """

    check: str
    severity: Severity
    subject: Identity
    message: str
    fix: str = ""
    advice: str = ""
    evidence: Evidence = Evidence.CATALOG

    @property
    def key(self) -> str:
        """The stable name of this finding, the same on every run: what a suppress file lists."""
        return f"{self.check}:{self.subject}"
