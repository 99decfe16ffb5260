"""What a load test sends: where to, which requests, how many a second, for how long."""

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf


class Arrivals(StrEnum):
    """How requests of an open model are spread over a second."""

    CONSTANT = "constant"
    POISSON = "poisson"


class Protocol(StrEnum):
    """How requests travel."""

    HTTP_1 = "http/1.1"
    HTTP_2 = "h2"


@dataclass(frozen=True, slots=True)
class Stage:
    """`seconds` in which the rate goes in a line from where it was to `rate` a second."""

    seconds: float
    rate: float


@dataclass(frozen=True, slots=True)
class OpenLoad:
    """Requests come when they are due, however slow the answers are.

    The rate starts at `start_rate` a second; a stage whose rate equals the one before holds it.
    """

    start_rate: float
    stages: tuple[Stage, ...]
    arrivals: Arrivals = Arrivals.POISSON
    seed: int = 0

    @property
    def seconds(self) -> float:
        """How long requests are sent."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def expected(self) -> float:
        """The mean number of requests: the area under the rate."""
        area, rate = 0.0, self.start_rate
        for stage in self.stages:
            area += stage.seconds * (rate + stage.rate) / 2
            rate = stage.rate
        return area

    @property
    def peak(self) -> float:
        """The highest rate, requests a second."""
        return max((self.start_rate, *(stage.rate for stage in self.stages)))


@dataclass(frozen=True, slots=True)
class ClosedLoad:
    """`concurrency` users, each of whom waits for an answer before the next request."""

    concurrency: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Message:
    """One request as it is sent: header names and values in order, `Host` among them."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Target:
    """Requests that are counted together: its messages take turns.

    `expects` holds the statuses that count as right; empty means every status below 400.
    """

    name: str
    messages: tuple[Message, ...]
    weight: float = 1.0
    expects: frozenset[int] = frozenset()


def right_statuses(target: Target) -> frozenset[int]:
    """Return every status that counts as right for a target."""
    return target.expects or _RIGHT


_RIGHT = frozenset(range(100, 400))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where connections go: the name for TLS, and the one address that was checked for it."""

    scheme: str
    host: str
    port: int
    address: str

    @property
    def is_encrypted(self) -> bool:
        """Whether connections speak TLS."""
        return self.scheme == "https"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request and one run may take; sizes in bytes, times in seconds.

    `requests` and `rate` (a second) bound a closed model, which has no timetable.
    """

    timeout: float = 10.0
    connections: int = 1_000
    response_bytes: int = 16 << 20
    header_bytes: int = 64 << 10
    requests: float = inf
    rate: float = inf


@dataclass(frozen=True, slots=True)
class Trust:
    """Which servers TLS believes: the machine's authorities, or those in a PEM text."""

    verifies: bool = True
    authorities: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One measurement against one endpoint."""

    run_id: str
    endpoint: Endpoint
    targets: tuple[Target, ...]
    load: OpenLoad | ClosedLoad
    limits: Limits = Limits()
    protocol: Protocol = Protocol.HTTP_1
    trust: Trust = field(default=Trust())
    keeps_connections: bool = True
    stops_on_trouble: bool = True
    """End early when most requests fail, or the server asks for mercy (429, 503)."""
    records_headers: bool = False
    """Keep what each answer says about rate limits, one record a request."""
