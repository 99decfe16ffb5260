"""Runs statements as written, then again those that came before what they name."""

from dataclasses import dataclass, field

from server.engines.postgres.loading.elevation import NotElevatedError
from server.engines.postgres.loading.explanation import explained
from server.engines.postgres.loading.intake import Beginning, Intake, Vetted
from server.engines.postgres.loading.run import Run
from server.engines.postgres.loading.script_settings import Surroundings
from server.engines.postgres.session import StatementError
from server.engines.sql.pieces import Data, MetaCommand, Statement
from server.engines.sql.vetting.verdict import Elevated, Power
from server.errors import InvalidSqlError, UnavailableError

# Refused whatever else is created: grammar, names that are taken, a statement that was stopped.
_FINAL = frozenset({"42601", "42P07", "42710", "42723", "42701", "42P06", "57014"})
_FINAL_CLASSES = frozenset({"53", "54", "58"})
# A name that is missing, often because of another statement that failed.
_MISSING = frozenset({"42P01", "42704", "42883", "42703", "3F000"})
_MOST_FAILURES = 5_000
_ENDED = "it ended the session that loads the schema, or the server's answer to it was too long"


@dataclass(frozen=True, slots=True)
class _Failure:
    """A statement that was refused, and what it found around it."""

    vetted: Vetted
    error: StatementError
    surroundings: Surroundings

    @property
    def is_consequence(self) -> bool:
        """Whether another failure may be the reason for this one."""
        return self.error.sqlstate in _MISSING

    def refusal(self, others: int = 0) -> InvalidSqlError:
        """Say it to the author, with the number of statements that failed besides."""
        sent: str = getattr(self.vetted.verdict, "sql", "")
        return explained(self.vetted.statement, self.error, sent=sent, others=others)


@dataclass(slots=True)
class Ordering:
    """Takes in the pieces of scripts, one after the other."""

    run: Run
    _failures: list[_Failure] = field(default_factory=list[_Failure])
    _last: list[tuple[Vetted, Surroundings]] = field(
        default_factory=list[tuple[Vetted, Surroundings]]
    )

    async def take(self, piece: Intake) -> None:
        """Run a statement, or note what is not run.

        Raises:
            InvalidSqlError: it can never succeed.
        """
        match piece:
            case Beginning():
                await self.run.settings.begin_script()
            case Data():
                self.run.notes.data(piece)
            case MetaCommand():
                self.run.notes.meta_command(piece)
            case Vetted(verdict=Elevated(power=Power.EVENT_TRIGGER)):
                self._last.append((piece, await self.run.settings.surroundings()))
            case Vetted():
                if failure := await self._try(piece):
                    self._keep(failure)

    async def finish(self) -> None:
        """Run what failed until a round brings nothing new.

        Raises:
            InvalidSqlError: statements are left; it is about the one that may be the reason.
        """
        self.run.makes_stubs = True
        left = self._failures
        while left:
            again = await self._round(left)
            if len(again) == len(left):
                reason = min(self._in_order(again), key=lambda failure: failure.is_consequence)
                raise reason.refusal(len(again) - 1)
            # Backwards every other time: a script in reverse order takes two rounds, not many.
            left = again[::-1]

    async def finish_last(self) -> None:
        """Create event triggers: before 17 nothing keeps them from firing for a superuser."""
        for vetted, surroundings in self._last:
            if failure := await self._try(vetted, surroundings):
                raise failure.refusal()

    async def _round(self, failures: list[_Failure]) -> list[_Failure]:
        tried = [await self._try(failure.vetted, failure.surroundings) for failure in failures]
        return [failure for failure in tried if failure]

    def _in_order(self, failures: list[_Failure]) -> list[_Failure]:
        order = {id(failure.vetted): number for number, failure in enumerate(self._failures)}
        return sorted(failures, key=lambda failure: order[id(failure.vetted)])

    def _keep(self, failure: _Failure) -> None:
        state = failure.error.sqlstate
        too_many = len(self._failures) >= _MOST_FAILURES
        if state in _FINAL or state[:2] in _FINAL_CLASSES or too_many:
            raise failure.refusal()
        self._failures.append(failure)

    async def _try(
        self, vetted: Vetted, surroundings: Surroundings | None = None
    ) -> _Failure | None:
        """Run a statement, in other surroundings than the current ones if they are given."""
        statement = vetted.statement
        try:
            if surroundings:
                await self.run.settings.return_to(surroundings)
            return await self._attempt(vetted)
        except StatementError as error:
            # Not the statement's own: something before it broke the session.
            raise explained(statement, error, sent="") from error
        except NotElevatedError as error:
            raise _stopped(statement, f"refused: {error}") from error
        except (UnavailableError, UnicodeDecodeError) as error:
            raise _stopped(statement, _ENDED) from error

    async def _attempt(self, vetted: Vetted) -> _Failure | None:
        try:
            await self.run.perform(vetted.verdict)
        except StatementError as error:
            return _Failure(vetted, error, await self.run.settings.surroundings())
        return None


def _stopped(statement: Statement, reason: str) -> InvalidSqlError:
    return InvalidSqlError(reason, location=statement.location, statement=statement.text)
