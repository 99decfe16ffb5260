"""The network side: where it listens, who is answered, and who is not."""

import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from tests.process.conftest import StartHttp, answering
from tests.process.processes import BODY, COMMAND, HEADERS

TOKEN = "t0ken-of-the-operator"


def post(url: str, headers: Mapping[str, str]) -> int:
    return httpx2.post(url, json=BODY, headers={**HEADERS, **headers}).status_code


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
    start_http: StartHttp, headers: Mapping[str, str], status: int
) -> None:
    with start_http() as server:
        assert post(server.url, headers) == status


@pytest.mark.parametrize(
    ("authorization", "status"),
    [(f"Bearer {TOKEN}", 200), ("Bearer wrong", 401), (f"Basic {TOKEN}", 401), ("", 401)],
)
@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/"])
def test_every_path_wants_the_token(
    start_http: StartHttp, path: str, authorization: str, status: int
) -> None:
    with start_http(
        "--sse", environment={"TOKEN": TOKEN, "SENIOR_BACKEND_TOKEN": "env:TOKEN"}
    ) as server:
        given = {"Authorization": authorization} if authorization else {}
        with httpx2.stream(
            "POST", server.root + path, json=BODY, headers={**HEADERS, **given}
        ) as answer:
            assert (answer.status_code == 401) == (status == 401)


def test_health_is_answered_without_a_token_and_tells_the_version(start_http: StartHttp) -> None:
    with start_http(environment={"TOKEN": TOKEN, "SENIOR_BACKEND_TOKEN": "env:TOKEN"}) as server:
        answer = httpx2.get(server.root + "/health")

    assert answer.json() == {"status": "ok", "version": "0.1.0"}


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_health_is_no_way_around_the_hosts_and_origins(
    start_http: StartHttp, headers: Mapping[str, str]
) -> None:
    with start_http() as server:
        answer = httpx2.get(server.root + "/health", headers=dict(headers))

    assert answer.status_code in {403, 421}
    assert "0.1.0" not in answer.text


@pytest.mark.parametrize("bind", ["0.0.0.0:0", "[::]:0", "0:0"])
def test_a_bind_beyond_this_machine_is_refused_without_hosts_and_token(
    bind: str, workspace: Path
) -> None:
    ended = subprocess.run(
        [COMMAND, "serve", "--http", bind],
        cwd=workspace,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == 2
    assert "allowed_hosts and token" in ended.stderr


@pytest.mark.parametrize("bind", ["127.0.0.1:0", "[::1]:0", "localhost:0", "127.1:0"])
def test_every_way_to_write_this_machine_is_answered(bind: str, workspace: Path) -> None:
    with answering([COMMAND, "serve", "--http", bind], workspace) as server:
        assert httpx2.get(server.root + "/health").status_code == 200


def test_an_address_in_use_is_named_without_a_traceback(workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:{1}".format(*taken.getsockname())
        ended = subprocess.run(
            [COMMAND, "serve", "--http", address],
            cwd=workspace,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert ended.returncode == 2
    assert ended.stderr == f"senior-backend: Cannot listen on {address}: Address already in use.\n"


@pytest.mark.parametrize("bind", ["8000", "127.0.0.1:99999", "127.0.0.1:http", ":1"])
def test_an_address_that_is_none_is_named(bind: str, workspace: Path) -> None:
    ended = subprocess.run(
        [COMMAND, "serve", "--http", bind],
        cwd=workspace,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == 2
    assert repr(bind) in ended.stderr


def test_a_body_that_is_too_large_is_refused(start_http: StartHttp) -> None:
    with start_http() as server:
        answer = httpx2.post(server.url, content=b"x" * (5 << 20), headers=HEADERS)

    assert answer.status_code == 413
