"""Which hosts the operator lets a load test reach, and how hard."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from server.engines.loadtest.reach.network import Address, Network, network_of
from server.engines.loadtest.reach.url import TargetUrl, parse_url
from server.errors import InvalidInputError, RefusedError


@dataclass(frozen=True, slots=True)
class Caps:
    """What one run may take: requests a second, seconds, connections, requests in all."""

    rate: float = 50_000
    seconds: float = 600
    connections: int = 2_000
    requests: int = 5_000_000


PUBLIC_CAPS = Caps(rate=50, seconds=60, connections=20, requests=3_000)


@dataclass(frozen=True, slots=True)
class Allowed:
    """A host by name or address that the operator listed; without a port, on every port."""

    host: str
    port: int | None = None

    def covers(self, url: TargetUrl) -> bool:
        """Whether a URL goes there."""
        return self.host == url.host and self.port in {None, url.port}


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's word.

    `own_ports` are those that this server listens on. `loopback_is_free` holds for a caller who
    speaks over stdio: whoever started us can reach loopback anyway.
    """

    allowed: tuple[Allowed, ...] = ()
    caps: Caps = Caps()
    public_caps: Caps = PUBLIC_CAPS
    own_ports: frozenset[int] = frozenset()
    loopback_is_free: bool = True


@dataclass(frozen=True, slots=True)
class Permission:
    """A URL may be tested at any one of these addresses, up to these caps."""

    addresses: tuple[str, ...]
    network: Network
    caps: Caps


def permission(
    url: TargetUrl, addresses: Iterable[str], policy: Policy, *, own: Callable[[str], bool]
) -> Permission:
    """Judge every address that a host has.

    `own` tells whether an address belongs to this machine.

    Raises:
        RefusedError: says which address is refused and what the operator would set.
    """
    found = [ip_address(each) for each in addresses]
    networks = {network_of(each) for each in found}
    if not found or Network.FORBIDDEN in networks:
        raise RefusedError(
            f"{url.host} leads to {_shown(found)}: link-local, metadata, multicast and unroutable "
            "addresses are never tested.",
            next_step="Name a host that serves your application.",
        )
    if len(networks) > 1:
        raise RefusedError(
            f"{url.host} leads to {_shown(found)}, into more than one network.",
            next_step="Name the one address that you mean.",
        )
    network = networks.pop()
    _check_listed(url, network, policy)
    if url.port in policy.own_ports and any(own(str(each)) for each in found):
        raise RefusedError(
            f"Port {url.port} is this server's own.", next_step="Name your application's port."
        )
    caps = policy.public_caps if network is Network.PUBLIC else policy.caps
    return Permission(tuple(map(str, found)), network, caps)


def _check_listed(url: TargetUrl, network: Network, policy: Policy) -> None:
    if network is Network.LOOPBACK and policy.loopback_is_free:
        return
    if not any(each.covers(url) for each in policy.allowed):
        listed = ", ".join(sorted(each.host for each in policy.allowed)) or "none"
        raise RefusedError(
            f"{url.host} ({network}) is not a host that the operator lets be tested; listed: "
            f"{listed}.",
            next_step=f"The operator can set SENIOR_BACKEND_LOAD_TARGETS={url.authority}.",
        )


def check_host_header(value: str, url: TargetUrl, granted: Permission, policy: Policy) -> None:
    """Refuse a Host header that leads a shared front on to a host that is not listed.

    On this machine a caller of this machine may name any.

    Raises:
        RefusedError: names the host, and what the operator would set.
    """
    is_free = granted.network is Network.LOOPBACK and policy.loopback_is_free
    if is_free or value == url.authority:
        return
    named = _named(value, url.scheme)
    if named is None or not any(each.covers(named) for each in policy.allowed):
        raise RefusedError(
            f"The Host header names {value[:100]!r}, which is not a host that the operator lets "
            "be tested.",
            next_step="Leave it out; the operator can list that host in "
            "SENIOR_BACKEND_LOAD_TARGETS.",
        )


def _named(value: str, scheme: str) -> TargetUrl | None:
    """Return where a Host header leads; None where it is more, or less, than a host."""
    try:
        named = parse_url(f"{scheme}://{value}")
    except InvalidInputError:
        return None
    return named if value.lower() in {named.authority, f"{named.host}:{named.port}"} else None


def _shown(addresses: Iterable[Address]) -> str:
    return ", ".join(map(str, addresses)) or "no address"
