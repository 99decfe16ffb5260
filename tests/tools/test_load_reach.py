"""What the tool may hit, attacked: other ways to a port, sums of small parts, words from files."""

import json
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client

from server.endpoint import registered
from server.errors import RefusedError
from server.runtime import Runtime, acting_as, open_runtime
from server.sdk import Server
from server.settings import load_settings
from server.tools.load_arguments import RequestArguments
from server.tools.load_test import TOOL, load_test
from server.tools.tool import Call
from tests.engines.loadtest.origin import Exchange, ok, origin
from tests.tools.load_calls import called, content, text_of, url_of

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def client_of(runtime: Runtime) -> AsyncGenerator[Client, None]:
    server = Server(name="test", tools=[registered(TOOL, runtime)])
    async with Client(server) as client:
        yield client


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.9.9.9", "[::ffff:127.0.0.1]"])
async def test_our_own_port_is_refused_by_whatever_name_and_gets_no_request(
    load_runtime: Runtime, load_client: Client, host: str
) -> None:
    async with origin(ok) as server:
        load_runtime.own_ports = frozenset({server.port})
        result = await called(load_client, url=f"http://{host}:{server.port}/")

    assert result.is_error
    assert "this server's own" in text_of(result)
    assert server.connections == 0


async def test_a_proxy_of_the_environment_is_not_asked(
    load_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with origin(ok) as proxy, origin(ok) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        report = content(
            await called(load_client, url=url_of(server.port), load={"rate": 10, "duration": 1})
        )

    assert report["figures"]["answered"] == len(server.heads) == 10
    assert proxy.connections == 0


@pytest.mark.parametrize(
    "compare",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://10.1.2.3/",
        "http://2130706433/",
        "http://127.0.0.1:1@169.254.169.254/",
        "gopher://127.0.0.1/",
        "http://127.0.0.1/\r\nX: y",
        "/etc/passwd://",
        "../../etc/passwd",
        "/etc/passwd",
        "/proc/self/environ",
    ],
)
async def test_the_second_side_is_judged_as_the_first_and_nothing_is_sent_before(
    load_client: Client, compare: str
) -> None:
    async with origin(ok) as server:
        result = await called(load_client, url=url_of(server.port), checks={"compare": compare})

    assert result.is_error
    assert "root:" not in text_of(result)
    assert server.connections == 0


async def test_a_host_header_leads_a_remote_caller_nowhere_that_is_not_listed(
    tmp_path: Path,
) -> None:
    async with origin(ok) as server:
        listed = load_settings(workspace=[tmp_path], load_targets=[f"127.0.0.1:{server.port}"])
        async with open_runtime(listed) as runtime:
            with acting_as("token"), pytest.raises(RefusedError, match="Host header"):
                await load_test(
                    Call(runtime, lambda _: None),
                    url=url_of(server.port),
                    request=RequestArguments(headers={"Host": "victim.example"}),
                )

    assert server.connections == 0


async def test_users_cannot_send_more_than_the_operator_lets_anyone_send(tmp_path: Path) -> None:
    capped = load_settings(workspace=[tmp_path], load_caps={"requests": 50})
    async with origin(ok) as server, open_runtime(capped) as runtime, client_of(runtime) as client:
        load = {"concurrency": 4, "duration": 20}
        report = content(await called(client, url=url_of(server.port), load=load))

    assert report["figures"]["sent"] == len(server.heads) == 50
    assert "the users stopped at 50 requests, as many as are allowed" in report["notes"]


async def test_segments_together_may_take_no_more_than_one_run(tmp_path: Path) -> None:
    capped = load_settings(workspace=[tmp_path], load_caps={"seconds": 10})
    async with origin(ok) as server, open_runtime(capped) as runtime, client_of(runtime) as client:
        url = url_of(server.port)
        result = await called(client, url=url, load={"duration": 2}, checks={"compare": url})

    assert result.is_error
    assert re.search(r"10 pairs take 20 s .* over the 10 s", text_of(result))
    assert server.connections == 0


@pytest.mark.parametrize("row", ["a\r\nX-Injected: yes", "a\nGET /admin HTTP/1.1", "a\x00b"])
async def test_a_row_that_breaks_out_of_a_header_is_refused_before_anything_is_sent(
    load_client: Client, tmp_path: Path, row: str
) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({"v": row}))
    async with origin(ok) as server:
        request = {"data": "rows.jsonl", "headers": {"X-Value": "{{v}}"}}
        result = await called(load_client, url=url_of(server.port), request=request)

    assert result.is_error
    assert "control character" in text_of(result)
    assert server.connections == 0


async def test_a_row_in_a_path_or_a_query_stays_one_value(
    load_client: Client, tmp_path: Path
) -> None:
    (tmp_path / "rows.jsonl").write_text('{"v": "../a?b#c\\r\\nX: y&d=e/ \\u0000"}')
    async with origin(ok) as server:
        url = url_of(server.port, "/users/{{v}}?q={{v}}")
        load = {"rate": 5, "duration": 1}
        content(await called(load_client, url=url, request={"data": "rows.jsonl"}, load=load))

    encoded = b"..%2Fa%3Fb%23c%0D%0AX%3A%20y%26d%3De%2F%20%00"
    assert {head.split(b"\r\n")[0] for head in server.heads} == {
        b"GET /users/" + encoded + b"?q=" + encoded + b" HTTP/1.1"
    }


async def test_a_rate_limit_takes_no_more_answers_than_are_needed(load_client: Client) -> None:
    async with origin(ok) as server:
        load = {"rate": 20_000, "duration": 60}
        checks = {"expect_rate_limit": True}
        result = await called(load_client, url=url_of(server.port), load=load, checks=checks)

    assert result.is_error
    assert "at most 100,000" in text_of(result)
    assert server.heads == []


async def test_an_answer_is_waited_for_no_longer_than_a_run_may_last(tmp_path: Path) -> None:
    async def silent(exchange: Exchange) -> None:
        del exchange

    capped = load_settings(workspace=[tmp_path], load_caps={"seconds": 2})
    async with (
        origin(silent) as server,
        open_runtime(capped) as runtime,
        client_of(runtime) as client,
    ):
        load = {"rate": 2, "duration": 1, "timeout": 3_600}
        report = content(await called(client, url=url_of(server.port), load=load))

    assert report["failures"] == {"timeout": 2}


@pytest.fixture
def rebound(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lead a name to loopback when it is asked for first, and to metadata from then on."""
    known, asked = socket.getaddrinfo, list[str]()

    def rebinding(host: str | bytes, port: int, *kind: int) -> object:
        if host in {"rebound.test", b"rebound.test"}:
            asked.append("rebound.test")
            host = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return known(host, port, *kind)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    return asked


async def test_a_name_is_resolved_once_and_the_judged_address_is_kept(
    load_client: Client, rebound: list[str]
) -> None:
    async with origin(ok) as server:
        url = f"http://rebound.test:{server.port}/"
        report = content(await called(load_client, url=url, load={"rate": 10, "duration": 1}))

    assert rebound == ["rebound.test"]
    assert report["figures"]["answered"] == len(server.heads) == 10
    assert b"\r\nHost: rebound.test:" in server.heads[0]


async def test_an_attack_keeps_the_judged_address_too(
    load_client: Client, rebound: list[str]
) -> None:
    async with origin(ok) as server:
        url = f"http://rebound.test:{server.port}/orders"
        content(await called(load_client, url=url, attack="headers"))

    assert rebound == ["rebound.test"]
    assert len(server.heads) > 20
