"""The headers attack: a site that does all of it right, and what each mistake looks like."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final
from urllib.parse import unquote

import pytest

from server.engines.loadtest.attacks.pattern import HeaderCheck, Rule
from server.engines.loadtest.attacks.registry import attack, header_checks
from server.engines.loadtest.attacks.reply import Reply
from server.engines.loadtest.attacks.verdict import Verdict, header_faults
from server.engines.loadtest.plan import Message
from tests.engines.loadtest.attacks.service import (
    Bounds,
    Request,
    Response,
    attacked,
    named,
    serving,
)

pytestmark = pytest.mark.anyio

BASE = Message("POST", "/account", (("Host", "service.test"), ("Content-Type", "text/x")), b"body")
RIGHT: Final = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Set-Cookie": "__Host-sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax",
    "Server": "nginx",
}


class Flaw(Enum):
    REFLECTS_ORIGIN = auto()
    COMPARES_ENDS = auto()
    TRUSTS_FORWARDED_HOST = auto()
    OVERRIDES_METHOD = auto()
    OVERRIDES_URL = auto()
    ANY_HOSTS = auto()
    ECHOES = auto()
    ANY_METHOD = auto()
    DECODES_INTO_HEADERS = auto()
    FOLLOWS_SLASHES = auto()
    ANSWERS_RANGES = auto()
    FAILS_ON_TYPES = auto()
    BARE_ERRORS = auto()


@dataclass(slots=True)
class Site:
    """One page, `/account`; what is not there redirects nowhere."""

    flaws: frozenset[Flaw] = frozenset()
    headers: dict[str, str] | None = None

    async def handle(self, request: Request) -> Response:
        response = self._response(request)
        given = RIGHT if self.headers is None else self.headers
        if response.status < 400 or Flaw.BARE_ERRORS not in self.flaws:
            names = {name for name, _ in response.headers}
            response.headers += [each for each in given.items() if each[0] not in names]
        return response

    def _response(self, request: Request) -> Response:
        if len(request.values("host")) != 1 and Flaw.ANY_HOSTS not in self.flaws:
            return Response(400)
        method, path = self._route(request)
        if method == "TRACE" and Flaw.ECHOES in self.flaws:
            return Response(200, repr(request.headers).encode())
        if method not in {"GET", "HEAD"} and Flaw.ANY_METHOD not in self.flaws:
            return Response(405)
        if path.partition("?")[0] != "/account":
            return self._elsewhere(path)
        return self._account(request)

    def _route(self, request: Request) -> tuple[str, str]:
        method, path = request.method, request.path
        if Flaw.OVERRIDES_METHOD in self.flaws:
            method = request.value("x-http-method-override") or method
        if Flaw.OVERRIDES_URL in self.flaws:
            path = request.value("x-original-url") or path
        return method, path

    def _elsewhere(self, path: str) -> Response:
        if Flaw.DECODES_INTO_HEADERS in self.flaws:
            return Response(302, headers=[("Location", unquote(path))])
        if Flaw.FOLLOWS_SLASHES in self.flaws and path.startswith("//"):
            return Response(301, headers=[("Location", path.removesuffix("%2e%2e"))])
        return Response(404)

    def _account(self, request: Request) -> Response:
        response = Response(200)
        if Flaw.FAILS_ON_TYPES in self.flaws and len(request.value("accept")) > 1000:
            return Response(500)
        if Flaw.ANSWERS_RANGES in self.flaws and request.value("range"):
            kind = ("Content-Type", "multipart/byteranges; boundary=a")
            return Response(206, headers=[kind])
        if Flaw.TRUSTS_FORWARDED_HOST in self.flaws:
            host = request.value("x-forwarded-host") or request.value("host")
            response.body = f'{{"self": "https://{host}/account"}}'.encode()
        response.headers += self._cross_origin(request.value("origin"))
        return response

    def _cross_origin(self, origin: str) -> list[tuple[str, str]]:
        ends = Flaw.COMPARES_ENDS in self.flaws and origin.endswith("service.test")
        if origin and (Flaw.REFLECTS_ORIGIN in self.flaws or ends):
            return [("Access-Control-Allow-Origin", origin)]
        return []


async def test_a_site_that_does_all_of_it_right_holds() -> None:
    async with serving(Site().handle) as port:
        found = await attacked("headers", port, BASE)

    assert {each.probe: each.seen for each in found if each.verdict is Verdict.BROKEN} == {}
    # They count over TLS, or for an answer that never came.
    assert {each.seen for each in found if each.verdict is Verdict.UNTESTED} == {"no TLS"}


@pytest.mark.parametrize(
    ("flaw", "broken"),
    [
        (
            Flaw.REFLECTS_ORIGIN,
            {f"origin-{each}/access-control-allow-origin" for each in ("stranger", "prefix")}
            | {f"origin-{each}/access-control-allow-origin" for each in ("suffix", "null")},
        ),
        (Flaw.COMPARES_ENDS, {"origin-suffix/access-control-allow-origin"}),
        (Flaw.TRUSTS_FORWARDED_HOST, {"forged-host"}),
        (Flaw.OVERRIDES_METHOD, {"method-override"}),
        (Flaw.OVERRIDES_URL, {"url-override"}),
        (Flaw.ANY_HOSTS, {"two-hosts", "no-host"}),
        (Flaw.ECHOES, {"trace"}),
        (Flaw.ANY_METHOD, {"trace", "unknown-method"}),
        (
            Flaw.DECODES_INTO_HEADERS,
            {"line-break-in-path/x-probe-injected", "open-redirect/location"},
        ),
        (Flaw.FOLLOWS_SLASHES, {"open-redirect/location"}),
        (Flaw.ANSWERS_RANGES, {"overlapping-ranges/content-type"}),
        (Flaw.FAILS_ON_TYPES, {"many-types"}),
        (Flaw.BARE_ERRORS, {"not-found/x-content-type-options"}),
    ],
    # Sets have another order in each worker of a run.
    ids=lambda each: each.name if isinstance(each, Flaw) else "caught",
)
async def test_a_mistake_is_caught_by_the_probe_that_is_there_for_it(
    flaw: Flaw, broken: set[str]
) -> None:
    async with serving(Site(frozenset({flaw})).handle) as port:
        found = await attacked("headers", port, BASE)

    assert named(found, Verdict.BROKEN) == broken


async def test_a_server_that_reads_any_header_is_caught() -> None:
    async with serving(Site().handle, Bounds(head=1 << 20)) as port:
        found = await attacked("headers", port, BASE)

    assert named(found, Verdict.BROKEN) == {"large-header"}


async def test_an_answer_without_headers_lacks_each_that_is_required() -> None:
    async with serving(Site(headers={}).handle) as port:
        found = await attacked("headers", port, BASE)

    assert named(found, Verdict.BROKEN) == {
        "plain/x-content-type-options",
        "plain/content-security-policy",
        "plain/cache-control",
        "not-found/x-content-type-options",
    }


YEAR, DAY = "max-age=31536000", "max-age=86400"


@pytest.mark.parametrize(
    ("header", "value", "is_right"),
    [
        ("strict-transport-security", f"{YEAR}; includeSubDomains", True),
        ("strict-transport-security", "max-age=63072000", True),
        ("strict-transport-security", 'max-age="100000000"', True),
        ("strict-transport-security", "max-age=31535999", False),
        ("strict-transport-security", DAY, False),
        ("content-security-policy", "default-src 'self'", False),
        ("content-security-policy", "script-src 'unsafe-inline'; frame-ancestors 'none'", False),
        ("content-security-policy", "style-src 'unsafe-inline'; frame-ancestors 'none'", True),
        ("content-type", "text/html", False),
        ("content-type", "text/html; charset=utf-8", True),
        ("set-cookie", "sid=1; HttpOnly; SameSite=Lax", False),
        ("set-cookie", "sid=1; Secure; SameSite=Lax", False),
        ("set-cookie", "sid=1; Secure; HttpOnly", False),
        ("set-cookie", "insecure=1; Path=/", False),
        ("server", "nginx/1.27.1", False),
        ("server", "Apache 2", False),
        ("x-powered-by", "Express", False),
        ("x-xss-protection", "1; mode=block", False),
        ("x-xss-protection", "0", True),
        ("referrer-policy", "unsafe-url", False),
    ],
)
async def test_the_value_of_a_header_is_right_or_wrong(
    header: str, value: str, *, is_right: bool
) -> None:
    reply = Reply(200, ((header, value),), b"", 0.001)
    checks = [each for each in header_checks("headers") if each.header == header]

    faults = [fault for each in checks for fault in header_faults(each, reply)]

    assert (faults == []) is is_right


async def test_the_value_of_a_cookie_is_not_repeated() -> None:
    check = HeaderCheck("set-cookie", Rule.BOUND, "why", "cookies", pattern="secure")
    reply = Reply(200, (("set-cookie", "sid=precious; Path=/"),), b"", 0.001)

    assert header_faults(check, reply) == ("set-cookie: sid=...; Path=/",)


async def test_only_methods_that_write_nothing_are_sent() -> None:
    made = attack("headers", BASE)
    sent = [message for probe in made.probes for message in probe.messages]

    assert {message.method for message in sent} == {"GET", "TRACE", "PROBE"}
    assert {message.body for message in sent} == {b""}
