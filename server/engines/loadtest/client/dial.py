"""How a connection is opened: to the one checked address, with the protocol the plan names."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic_ns
from typing import Final

from server.engines.loadtest.client.connection import Connection, Manner
from server.engines.loadtest.client.http2 import Http2Connection, Manner2
from server.engines.loadtest.client.ledger import Ledger
from server.engines.loadtest.client.line import Line, Owner
from server.engines.loadtest.client.trust import tls_context
from server.engines.loadtest.message import http_1, http_2
from server.engines.loadtest.plan import ClosedLoad, Plan, Protocol

_STREAMS: Final = 100  # what servers allow by default
Dial = Callable[[Owner], Awaitable[Line]]
"""Opens one connection for an owner; raises OSError, TimeoutError or ssl.SSLError."""


def dialer(plan: Plan, ledger: Ledger) -> Dial:
    """Return what opens the connections of a plan."""
    encrypted = plan.endpoint.is_encrypted
    context = tls_context(plan.trust, plan.protocol) if encrypted else None
    line = _lines(plan, ledger)

    async def dial(owner: Owner) -> Line:
        began = monotonic_ns()
        async with asyncio.timeout(plan.limits.timeout):
            transport, opened = await asyncio.get_running_loop().create_connection(
                lambda: line(owner),
                plan.endpoint.address,
                plan.endpoint.port,
                ssl=context,
                server_hostname=plan.endpoint.host if context else None,
            )
        _check_protocol(transport, plan)
        ledger.connecting.append(monotonic_ns() - began)
        return opened

    return dial


def _check_protocol(transport: asyncio.Transport, plan: Plan) -> None:
    secured = transport.get_extra_info("ssl_object")
    if secured is None or plan.protocol is Protocol.HTTP_1:
        return
    if secured.selected_alpn_protocol() != "h2":
        transport.abort()
        raise ConnectionError("the server does not offer HTTP/2 (ALPN h2)")


def _lines(plan: Plan, ledger: Ledger) -> Callable[[Owner], Connection | Http2Connection]:
    messages = [message for target in plan.targets for message in target.messages]
    if plan.protocol is Protocol.HTTP_2:
        manner_2 = Manner2(
            plan.limits,
            [http_2(message, plan.endpoint.scheme) for message in messages],
            [message.body for message in messages],
            # A user of the closed model waits for an answer, and has a connection to do so.
            1 if isinstance(plan.load, ClosedLoad) else _STREAMS,
        )
        return lambda owner: Http2Connection(owner, ledger, manner_2)
    manner = Manner(
        plan.limits,
        [http_1(message, keeps=plan.keeps_connections) for message in messages],
        frozenset(place for place, each in enumerate(messages) if each.method == "HEAD"),
        plan.keeps_connections,
    )
    return lambda owner: Connection(owner, ledger, manner)
