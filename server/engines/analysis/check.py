"""What a check is: the objects it examines, and what it finds wrong with one of them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from server.engines.analysis.finding import Evidence, Finding, Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import visible
from server.engines.catalog.identity import Identity

_BLOCK = re.compile(r"^```sql\n(?P<sql>.*?)^```$", re.MULTILINE | re.DOTALL)

Examined = TypeVar("Examined")


class Group(StrEnum):
    """What a check is about."""

    INDEXES = "indexes"
    KEYS = "keys and constraints"
    TYPES = "types"
    SECURITY = "security"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one object, before the check's id and severity are added.

    `message` reads on from the object's name, as in "has no index on `customer_id`: ...".
    `severity` is given only where it differs from the check's own. `fix` is SQL that runs as it
    stands, empty where only a person can decide; `advice` says what to know before running it.
    """

    subject: Identity
    message: str
    fix: str = ""
    advice: str = ""
    severity: Severity | None = None
    evidence: Evidence = Evidence.CATALOG


@dataclass(frozen=True, slots=True)
class Definition(Generic[Examined]):
    """What a check's module declares as `CHECK`.

    `population` yields the objects to examine, `examines` names them in the plural, `judge`
    yields the faults of one of them. A check that `needs_exposed` schemas is skipped, with the
    reason, where nobody named them. One that is not `on_by_default` runs only when asked for.
    """

    group: Group
    severity: Severity
    examines: str
    population: Callable[[Scope], Iterable[Examined]]
    judge: Callable[[Examined, Scope], Iterable[Fault]]
    needs_exposed: bool = False
    on_by_default: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """A check under its id; its module's docstring is its documentation and its first two tests."""

    id: str
    documentation: str = field(repr=False)
    definition: Definition[object] = field(repr=False)

    @property
    def summary(self) -> str:
        """What is wrong, in one line."""
        return self.documentation.partition("\n")[0]

    @property
    def flagged(self) -> str:
        """SQL that the check objects to."""
        return self._example("Flagged")

    @property
    def accepted(self) -> str:
        """SQL of the same intent that the check lets pass."""
        return self._example("Accepted")

    def findings(self, examined: object, scope: Scope) -> Iterator[Finding]:
        """Yield what is wrong with one object of the population."""
        for fault in self.definition.judge(examined, scope):
            yield Finding(
                check=self.id,
                severity=fault.severity or self.definition.severity,
                subject=fault.subject,
                message=visible(fault.message),
                fix=fault.fix,
                advice=visible(fault.advice),
                evidence=fault.evidence,
            )

    def _example(self, heading: str) -> str:
        section = self.documentation.partition(f"## {heading}\n")[2].partition("\n## ")[0]
        return "\n".join(match["sql"] for match in _BLOCK.finditer(section))
