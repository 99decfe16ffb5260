"""Who is answered over HTTP: the hosts and origins that the operator allows, with the token."""

import hmac
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from server.authority import Authority
from server.runtime import LOCAL, acting_as
from server.settings import Settings

_LOOPBACK: Final = (Authority("localhost"), Authority("127.0.0.1"), Authority("[::1]"))
_PUBLIC_PATHS: Final = frozenset({"/health"})


class Guard:
    """Turns away what a browser was tricked into, on every path, and what lacks the token.

    A page of another site reaches a server on this machine by a name that it makes resolve to
    it; that name stands in Host, the page's own in Origin. /health needs no token.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Wrap `app`; the loopback names are always allowed."""
        self._app = app
        self._hosts = (*_LOOPBACK, *map(Authority.parse, settings.allowed_hosts))
        self._origins = frozenset(map(str.lower, settings.allowed_origins))
        self._token = settings.token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed; anything but HTTP is the server's own lifespan."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(headers, str(scope["path"]))
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        with acting_as("token" if self._token else LOCAL):
            await self._app(scope, receive, send)

    def _refusal(self, headers: Headers, path: str) -> JSONResponse | None:
        if not _is_covered(headers.get("host", ""), self._hosts):
            return _refused(HTTPStatus.MISDIRECTED_REQUEST, "This host name is not answered.")
        origin = headers.get("origin")
        if origin and not self._allows(origin.lower()):
            return _refused(HTTPStatus.FORBIDDEN, "This origin is not answered.")
        if path not in _PUBLIC_PATHS and not self._is_authorized(headers.get("authorization", "")):
            return _refused(
                HTTPStatus.UNAUTHORIZED,
                "Send the operator's token: Authorization: Bearer TOKEN.",
                {"WWW-Authenticate": 'Bearer realm="senior-backend"'},
            )
        return None

    def _allows(self, origin: str) -> bool:
        scheme, _, authority = origin.partition("://")
        is_local = scheme in {"http", "https"} and _is_covered(authority, _LOOPBACK)
        return is_local or origin in self._origins

    def _is_authorized(self, authorization: str) -> bool:
        if self._token is None:
            return True
        scheme, _, given = authorization.partition(" ")
        expected = self._token.get_secret_value().encode()
        is_equal = hmac.compare_digest(given.encode("latin-1"), expected)
        return scheme.lower() == "bearer" and is_equal


def _is_covered(text: str, allowed: Iterable[Authority]) -> bool:
    try:
        authority = Authority.parse(text)
    except ValueError:
        return False
    return any(each.covers(authority) for each in allowed)


def _refused(status: HTTPStatus, words: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": words}, status_code=status, headers=headers)
