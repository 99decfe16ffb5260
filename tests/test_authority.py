"""Hosts and ports as URLs write them."""

import pytest

from server.authority import Authority


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("api.example.com", "api.example.com", None),
        ("API.example.com:8443", "api.example.com", 8443),
        ("localhost:*", "localhost", None),
        ("[::1]:8000", "[::1]", 8000),
        ("127.0.0.1", "127.0.0.1", None),
    ],
)
def test_a_host_with_or_without_a_port_is_read(text: str, host: str, port: int | None) -> None:
    assert Authority.parse(text) == Authority(host, port)


@pytest.mark.parametrize(
    "text",
    ["", "http://a", "a/b", "a:b", "a:", "a:1:2", "a@b", "a:1@b", "::1", "a b", "a\n", "*", "a:*0"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="give a host"):
        Authority.parse(text)


def test_a_host_without_a_port_stands_for_every_port() -> None:
    assert Authority("a").covers(Authority("a", 1))
    assert Authority("a", 1).covers(Authority("a", 1))
    assert not Authority("a", 1).covers(Authority("a", 2))
    assert not Authority("a", 1).covers(Authority("a"))
    assert not Authority("a").covers(Authority("b"))
