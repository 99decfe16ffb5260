"""Addresses to listen on: read, resolved, refused beyond this machine."""

import socket

import pytest
from pydantic import SecretStr

from server.errors import InvalidInputError, UnavailableError
from server.http import listening, parse_address
from server.settings import Settings
from tests.process.processes import needs_ipv6


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("[::1]:0", ("::1", 0)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_an_address_is_a_host_and_a_port(address: str, expected: tuple[str, int]) -> None:
    assert parse_address(address) == expected


@pytest.mark.parametrize(
    "address", ["8000", ":1", "", "a", "a:", "a:http", "a:65536", "a:-1", "a:\u0663", "a: 1"]
)
def test_anything_else_is_named(address: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_address(address)

    assert str(refused.value) == f"{address!r} is no address. Give HOST:PORT."


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:0", "127.1:0", pytest.param("[::1]:0", marks=needs_ipv6), "localhost:0"],
)
def test_every_way_to_write_this_machine_listens_on_it(address: str) -> None:
    with listening(address, Settings()) as bound:
        assert bound.getsockname()[0] in {"127.0.0.1", "::1"}


@pytest.mark.parametrize("address", ["0.0.0.0:0", "0:0", "[::]:0", "[::ffff:0.0.0.0]:0"])
def test_a_bind_beyond_this_machine_wants_hosts_and_a_token(address: str) -> None:
    with (
        pytest.raises(InvalidInputError, match="needs allowed_hosts and token"),
        listening(address, Settings()),
    ):
        pass


def test_a_bind_beyond_this_machine_is_allowed_with_both() -> None:
    settings = Settings(allowed_hosts=("api.example.com",), token=SecretStr("t0ken"))

    with listening("0.0.0.0:0", settings) as bound:
        assert bound.getsockname()[0] == "0.0.0.0"  # ruff: ignore[hardcoded-bind-all-interfaces] - the allowed one


def test_an_address_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:{1}".format(*taken.getsockname())

        with (
            pytest.raises(UnavailableError, match=f"^Cannot listen on {address}: Address already"),
            listening(address, Settings()),
        ):
            pass
