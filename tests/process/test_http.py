"""The network side: where it listens, who is answered, and who is not."""

import socket
import subprocess
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from tests.process.conftest import HttpServer, answering
from tests.process.processes import BODY, COMMAND, HEADERS, WEB, needs_ipv6

# Its two servers serve all its tests where one worker runs them.
pytestmark = pytest.mark.xdist_group("http")

SERVE = (COMMAND, "serve", "--http")
TOKEN = "t0ken-of-the-operator"


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Generator[HttpServer, None, None]:
    """Start one server without a token."""
    with answering([*SERVE, "127.0.0.1:0"], tmp_path_factory.mktemp("free")) as server:
        yield server


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Generator[HttpServer, None, None]:
    """Start one server, legacy SSE included, that wants the token."""
    token = {"TOKEN": TOKEN, "SENIOR_BACKEND_TOKEN": "env:TOKEN"}
    command = [*SERVE, "127.0.0.1:0", "--sse"]
    with answering(command, tmp_path_factory.mktemp("locked"), token) as server:
        yield server


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_a_browser_that_was_tricked_is_turned_away(
    free: HttpServer, headers: Mapping[str, str], status: int
) -> None:
    answer = WEB.post(free.url, json=BODY, headers={**HEADERS, **headers})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("authorization", "status"),
    [(f"Bearer {TOKEN}", 200), ("Bearer wrong", 401), (f"Basic {TOKEN}", 401), ("", 401)],
)
@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/", "/nothing"])
def test_every_path_wants_the_token(
    locked: HttpServer, path: str, authorization: str, status: int
) -> None:
    headers = {**HEADERS, **({"Authorization": authorization} if authorization else {})}

    with WEB.stream("POST", locked.root + path, json=BODY, headers=headers) as answer:
        assert (answer.status_code == 401) == (status == 401)


def test_a_websocket_is_turned_away_like_anybody_else(locked: HttpServer) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }

    assert WEB.get(locked.url, headers=upgrade).status_code == 401


def test_health_is_answered_without_a_token_and_tells_the_version(locked: HttpServer) -> None:
    answer = WEB.get(locked.root + "/health")

    assert answer.json() == {"status": "ok", "version": "0.1.0"}


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_health_is_no_way_around_the_hosts_and_origins(
    free: HttpServer, headers: Mapping[str, str]
) -> None:
    answer = WEB.get(free.root + "/health", headers=dict(headers))

    assert answer.status_code in {403, 421}
    assert "0.1.0" not in answer.text


def test_a_body_that_is_too_large_is_refused(free: HttpServer) -> None:
    answer = WEB.post(free.url, content=b"x" * (5 << 20), headers=dict(HEADERS))

    assert answer.status_code == 413


@pytest.mark.parametrize("bind", [pytest.param("[::1]:0", marks=needs_ipv6), "localhost:0"])
def test_every_way_to_write_this_machine_is_answered(bind: str, workspace: Path) -> None:
    with answering([*SERVE, bind], workspace) as server:
        assert WEB.get(server.root + "/health").status_code == 200


def test_a_bind_beyond_this_machine_is_refused_without_hosts_and_token(workspace: Path) -> None:
    ended = ending("0.0.0.0:0", workspace)

    assert ended.returncode == 2
    assert "allowed_hosts and token" in ended.stderr


def test_an_address_in_use_is_named_without_a_traceback(workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:{1}".format(*taken.getsockname())
        ended = ending(address, workspace)

    assert ended.returncode == 2
    assert ended.stderr == f"senior-backend: Cannot listen on {address}: Address already in use.\n"


def ending(bind: str, workspace: Path) -> subprocess.CompletedProcess[str]:
    """Run a server that ends by itself, because it cannot listen there."""
    return subprocess.run(
        [*SERVE, bind], cwd=workspace, capture_output=True, text=True, check=False, timeout=60
    )
