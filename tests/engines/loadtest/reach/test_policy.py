import pytest

from server.engines.loadtest.reach.network import Network
from server.engines.loadtest.reach.policy import (
    PUBLIC_CAPS,
    Allowed,
    Caps,
    Policy,
    check_host_header,
    permission,
)
from server.engines.loadtest.reach.resolve import first_open, is_own, resolve
from server.engines.loadtest.reach.url import parse_url
from server.errors import NotFoundError, RefusedError
from tests.engines.loadtest.origin import ok, origin


def _nobody(address: str) -> bool:
    del address
    return False


def test_loopback_is_free_for_a_caller_on_this_machine_and_refused_to_others() -> None:
    url = parse_url("http://127.0.0.1:8000/")

    granted = permission(url, ["127.0.0.1"], Policy(), own=_nobody)

    assert (granted.addresses, granted.network) == (("127.0.0.1",), Network.LOOPBACK)
    with pytest.raises(RefusedError, match=r"SENIOR_BACKEND_LOAD_TARGETS=127\.0\.0\.1:8000"):
        permission(url, ["127.0.0.1"], Policy(loopback_is_free=False), own=_nobody)


def test_a_listed_host_is_tested_on_the_listed_port_only() -> None:
    policy = Policy(allowed=(Allowed("app.test", 8080),))

    granted = permission(parse_url("http://app.test:8080/"), ["10.0.0.1"], policy, own=_nobody)

    assert (granted.network, granted.caps) == (Network.PRIVATE, Caps())
    with pytest.raises(RefusedError):
        permission(parse_url("http://app.test:22/"), ["10.0.0.1"], policy, own=_nobody)
    with pytest.raises(RefusedError):
        permission(parse_url("http://other.test:8080/"), ["10.0.0.1"], policy, own=_nobody)


def test_a_public_host_has_the_caps_of_public_hosts() -> None:
    policy = Policy(allowed=(Allowed("app.example"),))

    granted = permission(parse_url("https://app.example/"), ["8.8.8.8"], policy, own=_nobody)

    assert granted.caps == PUBLIC_CAPS


@pytest.mark.parametrize(
    "addresses",
    [
        ["169.254.169.254"],
        ["8.8.8.8", "169.254.169.254"],
        ["::ffff:169.254.169.254"],
        ["8.8.8.8", "127.0.0.1"],
        ["8.8.8.8", "10.0.0.1"],
        [],
    ],
)
def test_a_listed_name_that_leads_elsewhere_is_refused(addresses: list[str]) -> None:
    policy = Policy(allowed=(Allowed("app.example"),))

    with pytest.raises(RefusedError):
        permission(parse_url("http://app.example/"), addresses, policy, own=_nobody)


def test_a_name_that_leads_to_loopback_needs_what_loopback_needs() -> None:
    policy = Policy(loopback_is_free=False)

    with pytest.raises(RefusedError):
        permission(parse_url("http://rebound.example/"), ["127.0.0.1"], policy, own=_nobody)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.3.3", "[::1]", "[::ffff:127.0.0.1]"])
def test_our_own_port_is_never_tested_by_whatever_address(host: str) -> None:
    url = parse_url(f"http://{host}:9000/")
    policy = Policy(allowed=(Allowed(url.host),), own_ports=frozenset({9000}))

    with pytest.raises(RefusedError, match="own"):
        permission(url, [url.host], policy, own=is_own)


@pytest.mark.parametrize(
    "value",
    [
        "victim.example",
        "app.example:8443",
        "a b",
        "app.example/x",
        "app.example#",
        "",
        "169.254.169.254",
    ],
)
@pytest.mark.parametrize("address", ["8.8.8.8", "10.0.0.1", "127.0.0.1"])
def test_a_host_header_cannot_lead_a_listed_front_to_a_host_that_is_not(
    value: str, address: str
) -> None:
    url = parse_url("https://app.example/")
    policy = Policy(allowed=(Allowed("app.example", 443),), loopback_is_free=False)
    granted = permission(url, [address], policy, own=_nobody)

    with pytest.raises(RefusedError, match="Host header"):
        check_host_header(value, url, granted, policy)


def test_a_host_header_may_name_what_is_listed_and_on_this_machine_anything() -> None:
    url = parse_url("https://app.example/")
    policy = Policy(allowed=(Allowed("app.example"), Allowed("other.example", 443)))
    near = parse_url("http://127.0.0.1:8000/")

    granted = permission(url, ["8.8.8.8"], policy, own=_nobody)
    check_host_header("app.example", url, granted, policy)
    check_host_header("other.example", url, granted, policy)
    here = permission(near, ["127.0.0.1"], policy, own=_nobody)
    check_host_header("shop.test", near, here, policy)


@pytest.mark.anyio
async def test_a_name_that_nobody_knows_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        await resolve(parse_url("http://nobody.invalid/"))


@pytest.mark.anyio
async def test_an_address_stands_for_itself() -> None:
    assert await resolve(parse_url("http://127.0.0.1:1/")) == ("127.0.0.1",)


@pytest.mark.anyio
async def test_of_several_addresses_the_first_that_takes_a_connection_is_chosen() -> None:
    async with origin(ok, host="127.0.0.2") as server:
        chosen = await first_open(("127.0.0.1", "127.0.0.2", "127.0.0.3"), server.port)
        only = await first_open(("127.0.0.1",), server.port)
    none = await first_open(("127.0.0.1", "127.0.0.2"), server.port)

    assert (chosen, only, none) == ("127.0.0.2", "127.0.0.1", "127.0.0.1")
    assert server.heads == []
