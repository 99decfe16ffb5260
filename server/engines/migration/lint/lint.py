"""Judges every statement of a migration by every rule."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat

from server.engines.catalog.catalog import Catalog
from server.engines.migration.edge_fault import EdgeFault
from server.engines.migration.lint.examined import Examined, Timeouts
from server.engines.migration.lint.registry import rules
from server.engines.migration.lint.rule import LintFinding
from server.engines.migration.lint.script import Script
from server.engines.migration.step import Observation, Segment
from server.engines.sql.facts.forms import CreateIndex, CreateObject, CreateTable, Form, Name, Set
from server.engines.sql.pieces import Statement
from server.engines.sql.statement_facts import statement_form

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*")
_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_USUAL_PATH = ("public",)
_RELATIONS = frozenset(("view", "materialized_view", "sequence"))
_FILE = "migration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What happened on the clone: an observation for each step that succeeded, in order."""

    before: Catalog
    after: Catalog
    segments: Sequence[Segment]
    observations: Sequence[Observation]
    edge_faults: Iterable[tuple[int, EdgeFault]] = ()
    """By the number of the statement nearest by."""


def findings(script: Script) -> tuple[LintFinding, ...]:
    """Return what is wrong with a migration, in the order of its statements, the gravest first."""
    found = (
        finding
        for examined in script.statements
        for rule in rules()
        for finding in rule.findings(examined, script)
    )
    return tuple(sorted(found, key=lambda each: (each.step, each.severity.rank)))


def read(migration: Migration) -> Script:
    """Return the statements with all that is known of the moment in which each ran.

    Raises:
        InvalidSqlError: a statement is none of PostgreSQL's grammar.
    """
    statements = tuple(_examined(migration))
    created = {
        name: one.number for one in statements for name in _created(one.form, one.search_path)
    }
    return Script(migration.before, migration.after, statements, created)


@dataclass(slots=True)
class _Settings:
    """What SET said so far: for the session, and until the end of the transaction."""

    session: dict[str, str] = field(default_factory=dict[str, str])
    local: dict[str, str] = field(default_factory=dict[str, str])

    def take(self, form: Set) -> None:
        """Follow one statement."""
        if form.name == "all":
            self.session.clear()
            self.local.clear()
        elif form.value is None:
            self.session.pop(form.name, None)
            self.local.pop(form.name, None)
        else:
            (self.local if form.is_local else self.session)[form.name] = form.value

    def milliseconds(self, name: str) -> int:
        """Return a setting that is a duration."""
        found = _DURATION.fullmatch(self._value(name))
        return round(float(found[1]) * _MILLISECONDS[found[2] or "ms"]) if found else 0

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas that names without one lie in."""
        parts = (part.strip().strip('"') for part in self._value("search_path").split(","))
        return tuple(part for part in parts if part and part != "$user") or _USUAL_PATH

    @property
    def timeouts(self) -> Timeouts:
        """How long the server waits."""
        return Timeouts(self.milliseconds("lock_timeout"), self.milliseconds("statement_timeout"))

    def _value(self, name: str) -> str:
        return self.local.get(name, self.session.get(name, ""))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A statement with its number, and that of its transaction."""

    number: int
    sql: str
    transaction: int | None
    begins: bool


def _examined(migration: Migration) -> Iterator[Examined]:
    settings = _Settings()
    faults = frozenset(migration.edge_faults)
    observations: Iterable[Observation | None] = chain(migration.observations, repeat(None))
    for placed, observation in zip(_placed(migration.segments), observations, strict=False):
        if placed.begins:
            settings.local.clear()
        form = statement_form(Statement(placed.sql, 1, 1, _FILE))
        yield Examined(
            number=placed.number,
            sql=placed.sql,
            form=form,
            observation=observation or Observation(),
            was_run=observation is not None,
            transaction=placed.transaction,
            timeouts=settings.timeouts,
            search_path=settings.search_path,
            edge_faults=frozenset(fault for at, fault in faults if at == placed.number),
        )
        if isinstance(form, Set):
            settings.take(form)


def _placed(segments: Iterable[Segment]) -> Iterator[_Placed]:
    number = 0
    for transaction, segment in enumerate(segments):
        own = transaction if segment.is_transactional else None
        for place, step in enumerate(segment.steps):
            yield _Placed(number, step.sql, own, begins=place == 0 or own is None)
            number += 1


def _created(form: Form, search_path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the schema and name of a relation that a statement creates."""
    name: Name = ()
    match form:
        case CreateTable(table):
            name = table
        case CreateIndex(name=index, table=table) if index:
            name = (*table[:-1], index)
        case CreateObject(kind, of, is_replacing=False) if kind in _RELATIONS:
            name = of
        case _:
            pass
    if name:
        schema, *_ = (*name[:-1][-1:], *search_path)
        yield schema, name[-1]
