"""Who is answered over HTTP, asked through the ASGI interface itself."""

from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from server.guard import Guard
from server.runtime import Runtime
from server.settings import Settings
from server.workspace import Workspace

pytestmark = pytest.mark.anyio
TOKEN = "t0ken"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


async def get(
    headers: Mapping[str, str], path: str = "/mcp", **settings: object
) -> httpx2.Response:
    given = Settings.model_validate(
        {
            "token": SecretStr(TOKEN),
            "allowed_hosts": ("api.example.com", "odd.example.com:8443"),
            "allowed_origins": ("https://app.example.com",),
            **settings,
        }
    )
    transport = httpx2.ASGITransport(Guard(Starlette(routes=ROUTES), given))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path, headers=dict(headers))


async def status(headers: Mapping[str, str], path: str = "/mcp") -> int:
    return (await get(headers, path)).status_code


async def answer(request: Request) -> PlainTextResponse:
    del request
    return PlainTextResponse(Runtime(Settings(), Workspace([Path()])).principal)


ROUTES = [Route("/mcp", answer), Route("/health", answer)]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("api.example.com", 200),
        ("api.example.com:9", 200),
        ("odd.example.com:8443", 200),
        ("odd.example.com:1", 421),
        ("evil.example.com", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example:127.0.0.1", 421),
        ("localhost:1@evil.example", 421),
        ("localhost:x", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("path", ["/mcp", "/health", "/no/such"])
async def test_only_allowed_hosts_are_answered_on_every_path(
    host: str, expected: int, path: str
) -> None:
    found = await status({**AUTHORIZED, "Host": host}, path)

    assert found == (404 if expected == 200 and path == "/no/such" else expected)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:3000", 200),
        ("https://127.0.0.1", 200),
        ("HTTPS://app.example.com", 200),
        ("http://app.example.com", 403),
        ("https://app.example.com:444", 403),
        ("https://app.example.com.evil.example", 403),
        ("http://localhost:3000.evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("file://localhost", 403),
        ("null", 403),
    ],
)
@pytest.mark.parametrize("path", ["/mcp", "/health"])
async def test_only_allowed_origins_are_answered(origin: str, expected: int, path: str) -> None:
    assert await status({**AUTHORIZED, "Origin": origin}, path) == expected


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        ("Bearer wrong", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer  {TOKEN}", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ("Bearer ", 401),
        ("", 401),
    ],
)
async def test_only_the_token_in_its_header_lets_in(authorization: str, expected: int) -> None:
    assert await status({"Authorization": authorization}) == expected


@pytest.mark.parametrize(
    "path",
    [f"/mcp?token={TOKEN}", f"/mcp?access_token={TOKEN}", "/health/../mcp", "//mcp", "/no/such"],
)
async def test_no_path_gets_around_the_token(path: str) -> None:
    assert await status({}, path) == 401


async def test_health_needs_no_token() -> None:
    assert await status({}, "/health") == 200


async def test_without_a_token_in_the_settings_none_is_needed() -> None:
    answered = await get({}, token=None)

    assert (answered.status_code, answered.text) == (200, "local")


async def test_who_sends_the_token_is_somebody_else_than_who_sits_at_the_machine() -> None:
    assert (await get(AUTHORIZED)).text == "token"
