"""The headers of an answer, and requests whose own headers lie.

Asks with GET whatever the method of the request, and with methods that no server should have, so
nothing is written. Some hostile headers belong to what frames a message (two lengths, a length
and chunks); the engine never writes those.
"""

import re
from collections.abc import Iterator
from typing import Final

from server.engines.loadtest.attacks.pattern import (
    ANSWERED,
    Aim,
    Aspect,
    HeaderCheck,
    Pattern,
    Probe,
    Rule,
    Twins,
)
from server.engines.loadtest.attacks.requests import at, host, plain, with_header, without
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.plan import Message

_CANARY: Final = "probe-host.example"  # nobody's, RFC 2606
_PADDING: Final = 64 << 10
_RANGES: Final = 500
_TYPES: Final = 300
_SECTION: Final = "headers"
_CUT_OFF: Final = frozenset({Failure.RESET, Failure.CLOSED})
_NO_SUCH_METHOD: Final = frozenset({400, 401, 403, 404, 405, 501})
# 31,536,000 seconds or more.
_A_YEAR: Final = (
    r'max-age="?(\d{9,}|[4-9]\d{7}|3[2-9]\d{6}|31[6-9]\d{5}|315[4-9]\d{4}|3153[6-9]\d{3})'
)

_CHECKS: Final = (
    HeaderCheck(
        "strict-transport-security",
        Rule.REQUIRED,
        "without it the first request of a day may travel in clear (RFC 6797); a year at least",
        _SECTION,
        pattern=_A_YEAR,
        only_encrypted=True,
    ),
    HeaderCheck(
        "x-content-type-options",
        Rule.REQUIRED,
        "a browser guesses types otherwise, and JSON with HTML in it becomes a page",
        _SECTION,
        pattern=r"^nosniff$",
    ),
    HeaderCheck(
        "content-security-policy",
        Rule.REQUIRED,
        "says what a page may load and who may frame it, unless `unsafe-inline` for scripts takes "
        "it back; an API answers `default-src 'none'; frame-ancestors 'none'`",
        _SECTION,
        pattern=r"^(?!.*(script|default)-src[^;]*'unsafe-(inline|eval)').*frame-ancestors",
    ),
    HeaderCheck(
        "content-type",
        Rule.BOUND,
        "text without a charset is read in whatever encoding an attacker suggests",
        _SECTION,
        pattern=r"^(?!text/)|charset=",
    ),
    HeaderCheck(
        "cache-control",
        Rule.REQUIRED,
        "a cache may keep an answer that says nothing (RFC 9111, 4.2.2); personal ones: no-store",
        _SECTION,
    ),
    HeaderCheck(
        "referrer-policy",
        Rule.BOUND,
        "`unsafe-url` sends paths and tokens of this site to every other",
        _SECTION,
        pattern=r"^(?!.*unsafe-url)",
    ),
    HeaderCheck(
        "set-cookie",
        Rule.BOUND,
        "a cookie without Secure, HttpOnly and SameSite is read, stolen or ridden",
        "cookies",
        pattern=r"^(?=.*;\s*secure\b)(?=.*;\s*httponly\b)(?=.*;\s*samesite=)",
    ),
    HeaderCheck(
        "server",
        Rule.BOUND,
        "a version tells which published flaws to try first",
        _SECTION,
        pattern=r"^[^/\d]*$",
    ),
    HeaderCheck(
        "x-powered-by", Rule.FORBIDDEN, "names the framework and serves nobody else", _SECTION
    ),
    HeaderCheck(
        "x-xss-protection",
        Rule.BOUND,
        "the filter it switched on was removed because it could be turned against a page",
        _SECTION,
        pattern=r"^0",
    ),
)


def _probes(aim: Aim) -> tuple[Probe, ...]:
    ask = plain(aim.message)
    return (
        Probe(
            "plain",
            (ask,),
            ANSWERED,
            "the headers that every answer carries",
            _SECTION,
            header_checks=_CHECKS,
        ),
        *_missing(ask),
        *_hosts(ask),
        *_origins(ask),
        *_methods(ask),
        *_paths(ask),
        *_bombs(ask),
    )


def _twins(aim: Aim) -> tuple[Twins, ...]:
    ask = plain(aim.message)
    overrides = {
        "method-override": tuple(
            (name, "PROBE")
            for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
        ),
        "url-override": (
            ("X-Original-URL", "/probe-no-such-path"),
            ("X-Rewrite-URL", "/probe-no-such-path"),
        ),
    }
    return tuple(
        Twins(
            name,
            (ask,),
            (with_header(ask, *headers),),
            frozenset({Aspect.STATUS}),
            "a header that replaces method or path comes after the rules that were checked for "
            "the first ones",
            "request-smuggling",
        )
        for name, headers in overrides.items()
    )


def _missing(ask: Message) -> Iterator[Probe]:
    path = f"{ask.path.partition('?')[0].rstrip('/')}/probe-no-such-path"
    yield Probe(
        "not-found",
        (at(ask, path),),
        ANSWERED,
        "pages of errors are pages: they need the same headers",
        _SECTION,
        header_checks=tuple(each for each in _CHECKS if each.header in _ON_ERRORS),
    )


_ON_ERRORS: Final = {"strict-transport-security", "x-content-type-options", "x-powered-by"}


def _hosts(ask: Message) -> Iterator[Probe]:
    forged = (
        with_header(ask, ("X-Forwarded-Host", _CANARY)),
        with_header(ask, ("Forwarded", f"host={_CANARY};proto=http")),
        with_header(ask, ("X-Host", _CANARY), ("X-Forwarded-Server", _CANARY)),
        with_header(ask, ("Host", _CANARY)),
    )
    yield Probe(
        "forged-host",
        forged,
        ANSWERED,
        "a link built from it leads into the attacker's site: in a reset mail, in a shared cache",
        "request-smuggling",
        requests=len(forged),
        must_not_say=(_CANARY,),
        header_checks=(_without_canary("location"), _without_canary("link")),
    )
    real = host(ask)
    for name, hosts in {"two-hosts": (real, _CANARY), "no-host": ()}.items():
        yield Probe(
            name,
            (_with_hosts(ask, hosts),),
            frozenset({400}),
            "a server must answer 400 to a request without one Host (RFC 9112, 3.2)",
            "request-smuggling",
            tolerates=_CUT_OFF,
        )


def _with_hosts(ask: Message, hosts: tuple[str, ...]) -> Message:
    rest = without(ask, "host")
    lines = (*(("Host", each) for each in hosts), *rest.headers)
    return Message(rest.method, rest.path, lines, rest.body)


def _origins(ask: Message) -> Iterator[Probe]:
    name = host(ask).partition(":")[0]
    for what, origin in {
        "stranger": f"https://{_CANARY}",
        "prefix": f"https://{name}.{_CANARY}",
        "suffix": f"https://probe{name}",
        "null": "null",
    }.items():
        yield Probe(
            f"origin-{what}",
            (with_header(ask, ("Origin", origin)),),
            ANSWERED,
            "an origin that is reflected or half compared reads answers as the user",
            "cors",
            header_checks=(
                HeaderCheck(
                    "access-control-allow-origin",
                    Rule.FORBIDDEN,
                    "allows an origin that is on nobody's list",
                    "cors",
                    pattern=f"^{re.escape(origin)}$",
                ),
            ),
        )


def _methods(ask: Message) -> Iterator[Probe]:
    marked = with_header(ask, ("X-Probe-Secret", "probe-echoed"))
    yield Probe(
        "trace",
        (plain(marked, "TRACE"),),
        _NO_SUCH_METHOD,
        "TRACE sends back what it got, headers that a script may not read among it",
        _SECTION,
        must_not_say=("probe-echoed",),
    )
    yield Probe(
        "unknown-method",
        (plain(ask, "PROBE"),),
        _NO_SUCH_METHOD,
        "a method that nobody listed must not reach a handler (RFC 9110, 15.5.6 and 15.6.2)",
        _SECTION,
    )


def _paths(ask: Message) -> Iterator[Probe]:
    path = ask.path.partition("?")[0]
    injected = "%0d%0aX-Probe-Injected:%20yes"
    paths = (
        f"{path.rstrip('/')}/{injected}",
        f"{path}?next={injected}",
        f"/%5c{_CANARY}/%2e%2e{injected}",
    )
    yield Probe(
        "line-break-in-path",
        tuple(at(ask, each) for each in paths),
        ANSWERED,
        "a decoded line break in a header starts a header, or an answer, of the attacker's",
        "injection",
        requests=len(paths),
        header_checks=(
            HeaderCheck("x-probe-injected", Rule.FORBIDDEN, "was written by the path", "injection"),
        ),
    )
    redirects = (f"//{_CANARY}/%2e%2e", f"/%2f{_CANARY}", f"{path}?next=https://{_CANARY}/")
    yield Probe(
        "open-redirect",
        tuple(at(ask, each) for each in redirects),
        ANSWERED,
        "a redirect to a place that the request names lends your name to any page",
        "oauth",
        requests=len(redirects),
        header_checks=(_without_canary("location"),),
    )


def _bombs(ask: Message) -> Iterator[Probe]:
    yield Probe(
        "large-header",
        (with_header(ask, ("X-Probe-Padding", "A" * _PADDING)),),
        frozenset({400, 413, 414, 431}),
        f"{_PADDING >> 10} kB of headers a connection are memory before anyone is known",
        "resource-exhaustion",
        tolerates=_CUT_OFF,
    )
    ranges = ",".join(f"{start}-" for start in range(_RANGES))
    yield Probe(
        "overlapping-ranges",
        (with_header(ask, ("Range", f"bytes={ranges}")),),
        ANSWERED,
        f"{_RANGES} overlapping ranges are as many copies of the file (RFC 9110, 14.2)",
        "resource-exhaustion",
        header_checks=(
            HeaderCheck(
                "content-type",
                Rule.FORBIDDEN,
                "every range was answered",
                "resource-exhaustion",
                pattern=r"^multipart/byteranges",
            ),
        ),
    )
    kinds = ",".join(f"a/b{each};q=0.{each % 1000:03}" for each in range(_TYPES))
    yield Probe(
        "many-types",
        (
            with_header(
                ask,
                ("Accept", kinds),
                ("Accept-Language", ",".join(["x" * 8] * _TYPES)),
                ("Accept-Encoding", ",".join(["identity;q=0.1"] * _TYPES)),
            ),
        ),
        ANSWERED,
        "negotiation over hundreds of types must neither fail nor take time",
        "resource-exhaustion",
    )


def _without_canary(header: str) -> HeaderCheck:
    return HeaderCheck(
        header,
        Rule.FORBIDDEN,
        "leads where the request said",
        "request-smuggling",
        # As the host of a link; within a path or a query it leads nowhere.
        pattern=rf"^<?(https?:)?[/\\]{{2,}}[^/\\?#]*{re.escape(_CANARY)}",
    )


PATTERN = Pattern(_probes, _twins, _CHECKS, needs_body=False)
