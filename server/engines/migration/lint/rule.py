"""What a rule is: it judges one statement of a migration by what the statement really did."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import visible
from server.engines.catalog.identity import Identity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.script import Script

_BLOCK = re.compile(r"^```sql\n(?P<sql>.*?)^```$", re.MULTILINE | re.DOTALL)
_MIGRATION = "-- migration\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one statement, before the rule's id and severity are added.

    `message` is whole sentences that name the object, the lock and who waits. `safe_form` is SQL
    to run instead, outside a transaction, empty where there is none or only a person can write
    it; `advice` says what to know before running it.
    """

    subject: Identity
    message: str
    safe_form: str = ""
    advice: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """What a rule's module declares as `RULE`."""

    severity: Severity
    judge: Callable[[Examined, Script], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing that a rule found; `step` counts the statements of the migration from 0."""

    rule: str
    severity: Severity
    step: int
    subject: Identity
    message: str
    safe_form: str = ""
    advice: str = ""

    @property
    def key(self) -> str:
        """The stable name of this finding, the same on every run."""
        return f"{self.rule}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Example:
    """A schema, and a migration of it."""

    schema: str
    migration: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule under its id; its module's docstring is its documentation and its first tests."""

    id: str
    documentation: str = field(repr=False)
    definition: Definition = field(repr=False)

    @property
    def summary(self) -> str:
        """What is wrong, in one line."""
        return self.documentation.partition("\n")[0]

    @property
    def flagged(self) -> Example:
        """A migration that the rule objects to."""
        return self._example("Flagged")

    @property
    def accepted(self) -> Example:
        """A migration of the same intent that the rule lets pass."""
        return self._example("Accepted")

    def findings(self, examined: Examined, script: Script) -> Iterator[LintFinding]:
        """Yield what is wrong with one statement."""
        for fault in self.definition.judge(examined, script):
            yield LintFinding(
                rule=self.id,
                severity=fault.severity or self.definition.severity,
                step=examined.number,
                subject=fault.subject,
                message=visible(fault.message),
                safe_form=fault.safe_form,
                advice=visible(fault.advice),
            )

    def _example(self, heading: str) -> Example:
        section = self.documentation.partition(f"## {heading}\n")[2].partition("\n## ")[0]
        text = "\n".join(match["sql"] for match in _BLOCK.finditer(section))
        schema, _, migration = text.rpartition(_MIGRATION)
        return Example(schema, migration)
