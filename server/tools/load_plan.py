"""From arguments to a plan: what may be reached is judged, what may be taken is capped."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from server.authority import Authority
from server.engines.loadtest.deck import Row, Template, messages
from server.engines.loadtest.plan import (
    ClosedLoad,
    Endpoint,
    Limits,
    OpenLoad,
    Plan,
    Stage,
    Target,
    Trust,
)
from server.engines.loadtest.reach.network import Network
from server.engines.loadtest.reach.policy import (
    Allowed,
    Caps,
    Permission,
    Policy,
    check_host_header,
    permission,
)
from server.engines.loadtest.reach.resolve import first_open, is_own, resolve
from server.engines.loadtest.reach.url import TargetUrl, parse_url
from server.engines.loadtest.rows import read_rows
from server.errors import InvalidInputError, RefusedError
from server.runtime import Runtime
from server.setting_values import LoadCaps
from server.tools.load_arguments import LoadArguments, RequestArguments, TargetArguments

_DEFAULT_RATE = 10.0
_MOST_DATA = 32 << 20  # bytes of a data file


@dataclass(frozen=True, slots=True)
class Admitted:
    """A plan that may be carried out, and where it goes."""

    plan: Plan
    url: TargetUrl
    network: Network
    caps: Caps


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller wants to be sent: requests with their URLs, and the load."""

    requests: tuple[TargetArguments, ...]
    load: LoadArguments

    @classmethod
    def of(
        cls,
        url: str,
        request: RequestArguments,
        targets: Sequence[TargetArguments],
        load: LoadArguments,
    ) -> "Wanted":
        """Take one URL or a list of targets.

        Raises:
            InvalidInputError: it is neither, or both.
        """
        if bool(url) == bool(targets):
            raise InvalidInputError(
                "Give either url or targets.",
                next_step="One URL: url. Several requests with weights: targets.",
            )
        if url:
            targets = [TargetArguments(url=url, **request.model_dump())]
        elif request != RequestArguments():
            raise InvalidInputError(
                "request goes with url.", next_step="Give each target its own method and body."
            )
        return cls(tuple(targets), load)


async def admitted(wanted: Wanted, runtime: Runtime, *, url: str = "") -> Admitted:
    """Return the plan, with the address pinned; `url` replaces the one URL of the requests.

    Of several requests it replaces the origin, and each keeps its path.

    Raises:
        RefusedError: the operator does not let the host be tested, or so hard.
        InvalidInputError: requests, load or data are wrong.
        NotFoundError: the host or the data file does not exist.
    """
    urls = [parse_url(each.url) for each in wanted.requests]
    if url:
        urls = _elsewhere(urls, parse_url(url))
    if len({each.origin for each in urls}) > 1:
        shown = ", ".join(sorted({f"{each.scheme}://{each.authority}" for each in urls}))
        raise InvalidInputError(
            f"The targets have several origins: {shown}.",
            next_step="Test one server at a time, or compare two URLs.",
        )
    first = urls[0]
    policy = _policy(runtime)
    granted = permission(first, await resolve(first), policy, own=is_own)
    load = _load(wanted.load)
    _check_caps(load, wanted.load, granted)
    address = await first_open(granted.addresses, first.port)
    run_id = f"load-{secrets.token_hex(4)}"
    plan = Plan(
        run_id=run_id,
        endpoint=Endpoint(first.scheme, first.host, first.port, address),
        targets=_targets(wanted.requests, urls, _Rows(runtime), run_id),
        load=load,
        limits=Limits(
            # An answer that is waited for keeps the machine from everybody else.
            timeout=min(wanted.load.timeout, granted.caps.seconds),
            connections=min(wanted.load.connections, granted.caps.connections),
            requests=granted.caps.requests,
            rate=granted.caps.rate,
        ),
        protocol=wanted.load.protocol,
        trust=Trust(verifies=wanted.load.verify_tls),
        keeps_connections=wanted.load.reuse_connections,
    )
    for host in _host_headers(plan):
        check_host_header(host, first, granted, policy)
    return Admitted(plan, first, granted.network, granted.caps)


def _host_headers(plan: Plan) -> frozenset[str]:
    return frozenset(
        value
        for target in plan.targets
        for message in target.messages
        for name, value in message.headers
        if name.lower() == "host"
    )


def _elsewhere(urls: Sequence[TargetUrl], second: TargetUrl) -> list[TargetUrl]:
    if len(urls) == 1:
        return [second]
    if second.path != "/":
        raise InvalidInputError(
            f"compare names {second.path}, and there are {len(urls)} targets with paths of their "
            "own.",
            next_step="Give the second server alone, as http://127.0.0.1:8001.",
        )
    return [replace(second, path=each.path) for each in urls]


def _policy(runtime: Runtime) -> Policy:
    settings = runtime.settings
    hosts = [Authority.parse(each) for each in settings.load_targets]
    return Policy(
        allowed=tuple(Allowed(each.host.strip("[]"), each.port) for each in hosts),
        caps=_caps(settings.load_caps),
        public_caps=_caps(settings.load_public_caps),
        own_ports=runtime.own_ports,
        loopback_is_free=not runtime.is_remote_call,
    )


def _caps(given: LoadCaps) -> Caps:
    return Caps(given.rate, given.seconds, given.connections, given.requests)


def _load(load: LoadArguments) -> OpenLoad | ClosedLoad:
    if load.concurrency is not None:
        if load.rate is not None or load.stages:
            raise InvalidInputError(
                "concurrency goes without rate and stages.",
                next_step="rate: requests come when due. concurrency: users wait for answers.",
            )
        return ClosedLoad(load.concurrency, load.duration)
    rate = _DEFAULT_RATE if load.rate is None else load.rate
    stages = tuple(Stage(each.seconds, each.rate) for each in load.stages)
    return OpenLoad(
        rate, stages or (Stage(load.duration, rate),), load.arrivals, secrets.randbits(32)
    )


def _check_caps(load: OpenLoad | ClosedLoad, asked: LoadArguments, granted: Permission) -> None:
    caps = granted.caps
    _cap("duration", load.seconds, caps.seconds, "s", granted)
    if isinstance(load, ClosedLoad):
        _cap("concurrency", load.concurrency, caps.connections, "connections", granted)
        return
    _cap("rate", load.peak, caps.rate, "requests/s", granted)
    _cap("the number of requests", load.expected, caps.requests, "requests", granted)
    if not load.expected:
        raise InvalidInputError(
            "A rate of 0 sends nothing.", next_step="Give a rate or stages above 0."
        )
    if asked.connections < asked.workers:
        raise InvalidInputError("Each worker needs a connection.", next_step="Raise connections.")


def _cap(what: str, asked: float, most: float, unit: str, granted: Permission) -> None:
    if asked > most:
        setting = "LOAD_PUBLIC_CAPS" if granted.network is Network.PUBLIC else "LOAD_CAPS"
        raise RefusedError(
            f"{what} is {asked:g} {unit}, over the {most:g} that the operator allows for "
            f"{granted.network} hosts.",
            next_step=f"Ask for less; the operator can raise SENIOR_BACKEND_{setting}.",
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    runtime: Runtime

    def of(self, path: str) -> tuple[Row, ...]:
        if not path:
            return ()
        text = self.runtime.workspace.read_text(path, limit=_MOST_DATA)
        return read_rows(PurePosixPath(path).name, text)


def _targets(
    requests: Sequence[TargetArguments], urls: Sequence[TargetUrl], rows: _Rows, run_id: str
) -> tuple[Target, ...]:
    read: Mapping[str, tuple[Row, ...]] = {each.data: rows.of(each.data) for each in requests}
    return tuple(
        Target(
            name=each.name or f"{each.method.upper()} {url.path.partition('?')[0]}",
            messages=messages(
                Template(
                    each.method, url.authority, url.path, tuple(each.headers.items()), each.body
                ),
                read[each.data],
                run_id,
            ),
            weight=each.weight,
            expects=frozenset(each.expect_status),
        )
        for each, url in zip(requests, urls, strict=True)
    )
