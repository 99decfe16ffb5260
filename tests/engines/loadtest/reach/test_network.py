from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.loadtest.reach.network import Network, network_of


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_what_stays_on_this_machine_is_loopback(address: str) -> None:
    assert network_of(ip_address(address)) is Network.LOOPBACK


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "::ffff:10.0.0.1"]
)
def test_what_stays_in_a_network_of_its_owner_is_private(address: str) -> None:
    assert network_of(ip_address(address)) is Network.PRIVATE


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_what_everybody_can_reach_is_public(address: str) -> None:
    assert network_of(ip_address(address)) is Network.PUBLIC


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::7f00:1",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%1",
        "0.0.0.0",  # ruff: ignore[hardcoded-bind-all-interfaces] - never bound
        "0.1.2.3",
        "::",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",  # a translator's own, RFC 2765
        "64:ff9b:1::808:808",  # likewise, and what is behind it stands elsewhere (RFC 8215)
        "fec0::1",
        "5f00::1",
        "4000::1",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:80ff:fffe",
        "224.0.0.1",
        "ff02::1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "2001:db8::1",
    ],
)
def test_metadata_tunnels_and_what_routes_nowhere_are_forbidden(address: str) -> None:
    assert network_of(ip_address(address)) is Network.FORBIDDEN


@given(st.ip_addresses(v=4))
def test_an_address_of_version_4_is_judged_the_same_inside_one_of_version_6(
    address: IPv4Address,
) -> None:
    mapped = IPv6Address(f"::ffff:{address}")

    assert network_of(mapped) is network_of(address)
