"""What an attack pattern is made of: requests, and what a right server makes of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.engines.loadtest.failure import Failure
from server.engines.loadtest.plan import Message, Target

ANSWERED: Final = frozenset(range(200, 500))
"""Every answer that is no failure of the server."""

BARRIERS: Final = frozenset({401, 403, 404, 405, 407, 429})
"""Refusals that come before most others: of the caller, the path, the method, the rate."""


class Rule(StrEnum):
    """What a header of an answer must be."""

    REQUIRED = "required"
    """Present, and its value matches."""
    FORBIDDEN = "forbidden"
    """Absent, or its value does not match."""
    BOUND = "bound"
    """Absent, or every value of it matches."""


@dataclass(frozen=True, slots=True)
class HeaderCheck:
    """A promise about one header of an answer.

    `pattern` is searched for in each value, in any case; an empty one matches all. The promise
    counts for the `statuses` (empty: for all) and, where `only_encrypted`, over TLS alone.
    """

    header: str
    rule: Rule
    why: str
    guide_section: str
    pattern: str = ""
    statuses: frozenset[int] = frozenset()
    only_encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """Requests that show whether one defense is there.

    `requests` are sent one after another, the messages taking turns. Each status must be one that
    `expects` holds; where `needs` is not empty, one of it must have come by the end. A failure in
    `tolerates` counts as a refusal without words. No answer may hold a text in `must_not_say`.
    A status of `barriers` that is not expected says that the defense was not reached.
    `could_write` says that a wrong server may keep what was sent, as a row for example.
    """

    name: str
    messages: tuple[Message, ...]
    expects: frozenset[int]
    why: str
    guide_section: str
    requests: int = 1
    needs: frozenset[int] = frozenset()
    tolerates: frozenset[Failure] = frozenset()
    must_not_say: tuple[str, ...] = ()
    header_checks: tuple[HeaderCheck, ...] = ()
    barriers: frozenset[int] = BARRIERS
    could_write: bool = False

    @property
    def target(self) -> Target:
        """The same requests for a load test, which counts statuses only."""
        return Target(self.name, self.messages, expects=self.expects)


class Aspect(StrEnum):
    """In what two answers are compared."""

    STATUS = "status"
    HEADERS = "headers"
    """The names of the headers."""
    BODY = "body"
    """The bodies without numbers, identifiers and `hidden` texts."""
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Twins:
    """Two kinds of request whose answers must not differ, sent in turns: ABBA.

    `first` and `second` hold as many messages; the n-th of each make a pair. `hidden` texts are
    what the two requests differ in and an answer may repeat. Time needs at least three pairs.
    """

    name: str
    first: tuple[Message, ...]
    second: tuple[Message, ...]
    aspects: frozenset[Aspect]
    why: str
    guide_section: str
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Aim:
    """A well-formed request as the caller gave it, and its body as JSON members."""

    message: Message
    sample: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A set of patterns for one kind of endpoint; twins go first, on a server not yet annoyed."""

    probes: Callable[[Aim], tuple[Probe, ...]]
    twins: Callable[[Aim], tuple[Twins, ...]]
    header_checks: tuple[HeaderCheck, ...] = ()
    methods: frozenset[str] = frozenset()
    """The methods that a request may have; empty means any."""
    needs_body: bool = True


@dataclass(frozen=True, slots=True)
class Attack:
    """A pattern aimed at one endpoint."""

    preset: str
    probes: tuple[Probe, ...]
    twins: tuple[Twins, ...]
