"""Reads the migration that somebody else wrote into segments, as its runner would run it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from server.engines.catalog.identity import Identity
from server.engines.migration.action import Mode
from server.engines.migration.edge_fault import EdgeFault
from server.engines.migration.step import Segment, Step, Verb
from server.engines.sql.facts import forms
from server.engines.sql.pieces import Data, MetaCommand, Piece, Statement
from server.engines.sql.psql import read_script
from server.engines.sql.statement_facts import statement_form
from server.errors import InvalidSqlError

_USUAL_SCHEMA = "public"
_CONNECTING = frozenset(("connect", "c"))
_GLOBAL = frozenset(("schema", "extension", "event_trigger", "publication", "subscription"))


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """The statements that run, and what was noticed on the way.

    `back` is the way back that the file brings, empty without one. `edge_faults` are told of a
    statement by its number. `notes` say what of the file is not run.
    """

    segments: tuple[Segment, ...]
    edge_faults: tuple[tuple[int, EdgeFault], ...] = ()
    notes: tuple[str, ...] = ()
    back: tuple[Segment, ...] = ()


def read_file(content: Iterable[bytes], *, file: str, is_wrapped: bool) -> ForeignFile:
    """Read the bytes of a migration; `is_wrapped` if the runner begins a transaction around it.

    Raises:
        InvalidSqlError: it is no script of PostgreSQL's, or it undoes a transaction.
    """
    return read_pieces(read_script(content, file=file), is_wrapped=is_wrapped)


def read_pieces(pieces: Iterable[Piece], *, is_wrapped: bool) -> ForeignFile:
    """Read statements that are split already; raises as `read_file` does."""
    reading = _Reading(is_wrapped=is_wrapped)
    for piece in pieces:
        match piece:
            case MetaCommand():
                _refuse_other_database(piece)
            case Data() if not piece.is_whole or _is_copy_of_rows(piece):
                reading.leave_out(piece)
            case _:
                reading.take(Statement(piece.text, piece.line, piece.column, piece.file))
    return reading.finished()


@dataclass(slots=True)
class _Reading:
    """What was read so far; `is_open` while a transaction is."""

    is_wrapped: bool
    is_open: bool = field(init=False)
    has_begun: bool = False
    """Whether the file itself began the transaction that is open."""
    segments: list[Segment] = field(default_factory=list[Segment])
    steps: list[Step] = field(default_factory=list[Step])
    faults: list[tuple[int, EdgeFault]] = field(default_factory=list[tuple[int, EdgeFault]])
    notes: list[str] = field(default_factory=list[str])
    number: int = 0

    def __post_init__(self) -> None:
        self.is_open = self.is_wrapped

    def take(self, statement: Statement) -> None:
        """Read one statement."""
        form = statement_form(statement)
        if isinstance(form, forms.Transaction):
            self._edge(form.edge, statement)
            return
        mode = Mode.TRANSACTIONAL if self.is_open else Mode.OUTSIDE
        if self.is_open and not self.steps:
            mode = Mode.FRESH
        self.steps.append(step(statement.text, form, mode, self.number))
        self.number += 1
        if not self.is_open:
            self._close()

    def leave_out(self, piece: Data) -> None:
        """Remember rows that are not here any more."""
        self.notes.append(
            f"{piece.location}: its rows of data are not put in, so nothing is said of them"
        )

    def finished(self) -> ForeignFile:
        """Return the file once it is read."""
        if self.is_open and self.has_begun:
            self._fault(EdgeFault.NEVER_COMMITTED, self.number - 1)
        self._close()
        return ForeignFile(tuple(self.segments), tuple(self.faults), tuple(self.notes))

    def _edge(self, edge: forms.Edge, statement: Statement) -> None:
        match edge:
            case forms.Edge.BEGIN if self.is_open:
                self._fault(EdgeFault.NESTED_BEGIN, self.number)
            case forms.Edge.BEGIN:
                self.is_open = self.has_begun = True
            case forms.Edge.COMMIT:
                self._commit()
            case forms.Edge.MARK:
                pass
            case forms.Edge.UNDO:
                raise InvalidSqlError(
                    "a migration that undoes or prepares its transactions is not followed",
                    location=statement.location,
                    statement=statement.text,
                    next_step="Give the statements that it shall keep.",
                )

    def _commit(self) -> None:
        if not self.is_open:
            self._fault(EdgeFault.STRAY_COMMIT, self.number - 1)
        elif not self.has_begun:
            self._fault(EdgeFault.RUNNERS_COMMITTED, self.number - 1)
        self._close()
        self.is_open = self.has_begun = False

    def _fault(self, fault: EdgeFault, number: int) -> None:
        self.faults.append((max(number, 0), fault))

    def _close(self) -> None:
        if self.steps:
            self.segments.append(Segment(tuple(self.steps)))
            self.steps = []


def step(sql: str, form: forms.Form, mode: Mode, number: int) -> Step:
    """Return a statement as a step, its verb and subject as well as they can be told."""
    verb, subject = _told(form) or (Verb.ALTER, Identity("statement", (str(number + 1),)))
    return Step(sql=sql, verb=verb, subject=subject, mode=mode)


def _refuse_other_database(command: MetaCommand) -> None:
    if command.text in _CONNECTING:
        raise InvalidSqlError(
            rf"\{command.text} sends what follows to another database",
            location=command.location,
            statement=rf"\{command.text}",
            next_step="Give one file a database, without the line.",
        )


def _is_copy_of_rows(piece: Data) -> bool:
    return isinstance(form := statement_form(_bare(piece)), forms.WriteRows) and (
        form.writing is forms.Writing.COPY
    )


def _bare(piece: Data) -> Statement:
    return Statement(piece.text, piece.line, piece.column, piece.file)


def _told(form: forms.Form) -> tuple[Verb, Identity] | None:
    match form:
        case forms.CreateTable(table=name):
            return Verb.CREATE, _identity("table", name)
        case forms.CreateIndex(name=index, table=table) if index:
            return Verb.CREATE, _identity("index", (*table[:-1], index))
        case forms.CreateObject(kind, name) if name:
            return Verb.CREATE, _identity(kind, name)
        case forms.Drop(kind, (name, *_)) if name:
            return Verb.DROP, _identity(kind, name)
        case forms.Rename(kind, of) if of:
            return Verb.RENAME, _identity(kind, of)
        case _:
            return next(_altered(form), None)


def _altered(form: forms.Form) -> Iterator[tuple[Verb, Identity]]:
    match form:
        case forms.AlterRelation(name) | forms.CreateIndex(table=name):
            yield Verb.ALTER, _identity("table", name)
        case forms.WriteRows(table=name) | forms.Truncate((name, *_)):
            yield Verb.ALTER, _identity("table", name)
        case forms.AlterDomain(domain=name):
            yield Verb.ALTER, _identity("domain", name)
        case forms.AddEnumValue(enum=name):
            yield Verb.ALTER, _identity("enum", name)
        case forms.AlterSequence(sequence=name):
            yield Verb.ALTER, _identity("sequence", name)
        case forms.Refresh(view=name):
            yield Verb.ALTER, _identity("materialized_view", name)
        case _:
            pass


def _identity(kind: str, name: forms.Name) -> Identity:
    if kind in _GLOBAL or len(name) > 1:
        return Identity(kind, name)
    return Identity(kind, (_USUAL_SCHEMA, *name))
