"""A plan prepared for scripts: plain data, with every secret replaced by a variable's name."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, groupby, islice

from server.engines.loadtest.plan import Endpoint, Message, Plan, right_statuses

_SECRET = re.compile(
    r"(?i)auth|cookie|token|secret|passw|credential|signature|session|jwt|key(?!-?words)"
)
_MOST_SECRETS = 1_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
# The tools write these themselves.
_OWN = frozenset({"host", "content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the environment variables that it reads secrets from."""

    text: str
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetMessage:
    """A message whose secret headers name the variable that holds their value."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    secrets: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class SheetTarget:
    """A target; `right` are the first and last statuses of each run of right ones."""

    name: str
    weight: float
    right: tuple[tuple[int, int], ...]
    messages: tuple[SheetMessage, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What both scripts are written from."""

    origin: str
    targets: tuple[SheetTarget, ...]
    variables: tuple[str, ...]


def sheet(plan: Plan) -> Sheet:
    """Prepare a plan."""
    names = _variables(plan)
    targets = tuple(
        SheetTarget(
            target.name,
            target.weight,
            tuple(_runs(sorted(right_statuses(target)))),
            tuple(_message(message, names) for message in target.messages),
        )
        for target in plan.targets
    )
    return Sheet(_origin(plan.endpoint), targets, tuple(names.values()))


def secrets_of(plan: Plan) -> Iterator[str]:
    """Yield what a plan sends in confidence: values of its first secret headers, and their keys."""
    for _, value in islice(_variables(plan), _MOST_SECRETS):
        yield value
        # What stands behind a scheme, as in `Bearer ...`, may come back without it.
        yield value.rpartition(" ")[2]


def _origin(endpoint: Endpoint) -> str:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    if endpoint.port == _DEFAULT_PORTS.get(endpoint.scheme):
        return f"{endpoint.scheme}://{host}"
    return f"{endpoint.scheme}://{host}:{endpoint.port}"


def _variables(plan: Plan) -> dict[tuple[str, str], str]:
    """Name a variable for each value of a secret header, in the order in which they come."""
    names: dict[tuple[str, str], str] = {}
    for target in plan.targets:
        for message in target.messages:
            for header in message.headers:
                if _SECRET.search(header[0]) and header not in names:
                    names[header] = _free(header[0], names.values())
    return names


def _free(header: str, taken: Iterable[str]) -> str:
    plain = f"LOADTEST_{re.sub(r'[^A-Z0-9]', '_', header.upper())}"
    numbered = (f"{plain}_{number}" for number in count(2))
    return next(name for name in chain([plain], numbered) if name not in set(taken))


def _message(message: Message, names: Mapping[tuple[str, str], str]) -> SheetMessage:
    headers = [each for each in message.headers if each[0].lower() not in _OWN]
    return SheetMessage(
        message.method,
        message.path,
        tuple(header for header in headers if header not in names),
        tuple((header[0], names[header]) for header in headers if header in names),
        message.body,
    )


def _runs(statuses: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each run of consecutive numbers."""
    for _, run in groupby(enumerate(statuses), key=lambda each: each[1] - each[0]):
        numbers = [number for _, number in run]
        yield numbers[0], numbers[-1]
