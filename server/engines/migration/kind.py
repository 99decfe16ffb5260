"""How objects of one kind come, change and go: the only place that knows their SQL."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.migration.action import Action
from server.engines.migration.context import Change, Context

F = TypeVar("F", bound=Fact)


def nothing(_fact: Any, _context: Context) -> tuple[Action, ...]:  # ruff: ignore[any-type] - any kind of fact
    """Do nothing at this stage."""
    return ()


def _never(_fact: Any, _context: Context) -> bool:  # ruff: ignore[any-type] - any kind of fact
    return False


def _parent(fact: Fact) -> Identity | None:
    return fact.parent


def replaced(_change: Any, _context: Context) -> None:  # ruff: ignore[any-type] - any kind of fact
    """Have every change made by dropping and creating the object."""


def by_itself(_change: Any, _context: Context) -> None:  # ruff: ignore[any-type] - any kind of fact
    """Have every change made by steps of its own."""


def no_others(_change: Any, _context: Context) -> tuple[Identity, ...]:  # ruff: ignore[any-type] - any kind of fact
    """Leave everything else in place while the object is altered."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[F]):
    """One kind of object.

    The planner orders what these functions return by the dependencies that PostgreSQL recorded,
    so none of them looks at the order. Statements name everything with its schema.
    """

    fact: type[F]
    rank: int
    """Where it stands among what may come next: lower is created earlier."""
    reference: Callable[[Identity, Catalog], str]
    """What COMMENT ON and ALTER … OWNER TO call it: `TABLE "public"."orders"`."""
    grant_on: Callable[[Identity, Catalog], str] | None = None
    """What GRANT calls it, where anything can be granted on it."""
    create: Callable[[F, Context], Iterable[Action]]
    drop: Callable[[F, Context], Iterable[Action]]
    alter: Callable[[Change[F], Context], Iterable[Action] | None] = replaced
    """None where the change takes a drop and a creation. Called several times: no side effects."""
    prepare: Callable[[Change[F], Context], Iterable[Action]] = nothing
    """What comes before an alteration in a phase of its own, while the old form is still used."""
    led_by: Callable[[Change[F], Context], Identity | None] = by_itself
    """What else is altered whose steps, and those before it, do all for this, too."""
    build: Callable[[F, Context], Iterable[Action]] = nothing
    """What comes before its creation, beside a predecessor that is used until then."""
    succeeds: Callable[[F, Context], Iterable[Identity]] = no_others
    """What is dropped right before it is created, in the same transaction."""
    lingers: Callable[[F, Context], bool] = _never
    """Whether it is better dropped when all that is built has been built."""
    finish: Callable[[F, Context], Iterable[Action]] = nothing
    """A second stage of the creation, on which nothing else waits: validation, attachment."""
    follows_deploy: Callable[[F, Context], bool] = _never
    """Whether programs have to know it before it is finished, so that a phase begins there."""
    folds: Callable[[F, Context], bool] = _never
    """Whether the statement that creates its parent can bring it along."""
    folds_into: Callable[[F], Identity | None] = _parent
    """Whose creation that is, where it is not the parent's."""
    awaits: Callable[[F, Context], Iterable[Identity]] = no_others
    """What must be finished before the object is altered or finished, beyond what it needs."""
    outlives: Callable[[F, Context], Iterable[Identity]] = no_others
    """What must be dropped, altered, or there for the first time, before it can be dropped."""
    needs: Callable[[F, Context], Iterable[Identity]] = no_others
    """What must be finished before the object is created, beyond what PostgreSQL recorded."""
    touches: Callable[[F, Context], Iterable[Identity]] = no_others
    """What has to be altered with it although the two schemas say the same about that."""
    held_by: Callable[[F, Context], Iterable[Identity]] = no_others
    """What makes way while it is dropped and created again, beyond what PostgreSQL recorded."""
    reworks: Callable[[Change[F], Context], Iterable[Identity]] = no_others
    """What its alteration makes anew by itself: what is said of that, or needs it, comes later."""
    rebuilds: Callable[[Change[F], Context], Iterable[Identity]] = no_others
    """What must be dropped before the object is altered and created again afterwards."""
