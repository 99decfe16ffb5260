"""An attack carried out: what it sends, how fast, what ends it, and what is left untested then."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
import trustme

from server.engines.loadtest.attacks.verdict import Finding, Verdict
from server.engines.loadtest.experiment.attacked import Attacked, aim, attacked
from server.engines.loadtest.plan import Message, Plan, Protocol, Target, Trust
from server.engines.loadtest.reach.policy import Caps
from server.engines.loadtest.run import End, Stop
from server.errors import BackendError, RefusedError, UnavailableError
from tests.engines.loadtest.attacks.service import plan_of
from tests.engines.loadtest.origin import OK, Answer, Exchange, ok, origin
from tests.engines.loadtest.plans import encrypted

pytestmark = pytest.mark.anyio

GET = Message("GET", "/orders", (("Host", "origin.test"),))
LOGIN = Message(
    "POST",
    "/login",
    (("Host", "origin.test"),),
    b'{"email": "ada@example.com", "password": "the-real-one"}',
)
UNLIMITED = Caps()


@dataclass(slots=True)
class Told:
    """Where an attack said that it was."""

    words: list[str] = field(default_factory=list[str])

    def __call__(self, words: str) -> None:
        self.words.append(words)


async def carried_out(
    preset: str, plan: Plan, caps: Caps = UNLIMITED, stop: Stop | None = None
) -> Attacked:
    aimed = aim(preset, plan, caps)
    return await attacked(aimed, plan, caps, stop=stop or Stop(), watch=Told())


def untested(findings: Sequence[Finding], words: str) -> set[str]:
    return {
        each.probe
        for each in findings
        if each.verdict is Verdict.UNTESTED and each.seen.startswith(words)
    }


async def test_every_request_is_sent_once_one_connection_at_a_time_and_progress_is_told() -> None:
    open_now: list[int] = []
    told = Told()

    async def counted(exchange: Exchange) -> None:
        open_now.append(server.connections - len(open_now))
        await exchange.write(OK)

    async with origin(counted) as server:
        plan = plan_of(server.port, GET)
        aimed = aim("headers", plan, UNLIMITED)
        outcome = await attacked(aimed, plan, UNLIMITED, stop=Stop(), watch=told)

    assert (outcome.end, outcome.reason, outcome.preset) == (End.COMPLETED, "", "headers")
    assert outcome.sent == outcome.planned == len(server.heads) == server.connections
    assert set(open_now) == {1}
    assert {each.name for each in (*aimed.twins, *aimed.probes)} <= {
        each.probe for each in outcome.findings
    }
    assert told.words[0] == f"method-override: request 1 of {outcome.planned}"
    assert len(told.words) == outcome.planned


async def test_requests_begin_no_sooner_than_the_rate_allows() -> None:
    async with origin(ok) as server:
        outcome = await carried_out("headers", plan_of(server.port, GET), Caps(rate=100))

    assert outcome.seconds >= (outcome.sent - 1) / 100


async def test_a_stop_ends_it_in_the_middle_of_a_request_and_keeps_what_was_judged() -> None:
    stop = Stop()

    async def stops_at_the_seventh(exchange: Exchange) -> None:
        if exchange.number < 6:
            await exchange.write(OK)
        else:
            stop.set()

    async with origin(stops_at_the_seventh) as server:
        outcome = await carried_out("headers", plan_of(server.port, GET), stop=stop)

    assert (outcome.end, outcome.reason) == (End.STOPPED, "stopped by the caller")
    assert outcome.sent == len(server.heads) == 7
    assert {"method-override", "plain"} & {
        each.probe for each in outcome.findings if each.verdict is not Verdict.UNTESTED
    }
    assert "many-types" in untested(outcome.findings, "not reached: stopped")


async def test_one_that_was_stopped_before_sends_nothing() -> None:
    stop = Stop()
    stop.set()

    async with origin(ok) as server:
        outcome = await carried_out("headers", plan_of(server.port, GET), stop=stop)

    assert not server.heads
    assert (outcome.end, outcome.sent) == (End.STOPPED, 0)
    assert {each.verdict for each in outcome.findings} == {Verdict.UNTESTED}


async def test_the_seconds_that_the_operator_allows_end_it() -> None:
    async def silent(exchange: Exchange) -> None:
        del exchange

    async with origin(silent) as server:
        outcome = await carried_out("headers", plan_of(server.port, GET), Caps(seconds=0.1))

    assert outcome.end is End.ABORTED
    assert "0.1 s that the operator allows" in outcome.reason
    assert outcome.sent == 1


def answering(status: bytes) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    return answer


@pytest.mark.parametrize(
    ("preset", "base", "status"),
    [
        ("headers", GET, b"503 Service Unavailable"),
        ("headers", GET, b"429 Too Many Requests"),
        ("login", LOGIN, b"503 Service Unavailable"),
    ],
)
async def test_a_server_that_asks_to_be_left_alone_is_left_alone(
    preset: str, base: Message, status: bytes
) -> None:
    async with origin(answering(status)) as server:
        outcome = await carried_out(preset, plan_of(server.port, base))

    assert outcome.end is End.ABORTED
    assert f"answered {status[:3].decode()} to 5 requests in a row" in outcome.reason
    assert outcome.sent == len(server.heads) == 5


async def test_an_attack_that_looks_for_a_limit_is_not_ended_by_one() -> None:
    async with origin(answering(b"429 Too Many Requests")) as server:
        outcome = await carried_out("login", plan_of(server.port, LOGIN))

    assert outcome.end is End.COMPLETED
    assert outcome.sent == outcome.planned == len(server.heads)


async def test_a_server_that_a_probe_brings_down_is_named_with_the_probe() -> None:
    async def dies_of_two_hosts(exchange: Exchange) -> None:
        if exchange.head.lower().count(b"\r\nhost:") == 1:
            await exchange.write(OK)

    async with origin(dies_of_two_hosts) as server:
        plan = plan_of(server.port, GET)
        hasty = replace(plan, limits=replace(plan.limits, timeout=0.2))
        outcome = await carried_out("headers", hasty)

    broken = {each.probe for each in outcome.findings if each.verdict is Verdict.BROKEN}
    assert {"two-hosts", "no-host"} <= broken


async def test_a_server_that_is_gone_ends_it_with_the_last_probe_named() -> None:
    async def leaves(exchange: Exchange) -> None:
        if exchange.number < 7:
            await exchange.write(OK)

    async with origin(leaves) as server:
        plan = plan_of(server.port, GET)
        hasty = replace(plan, limits=replace(plan.limits, timeout=0.1))
        outcome = await carried_out("headers", hasty)

    assert outcome.end is End.ABORTED
    assert "3 requests in a row got no answer (timeout" in outcome.reason
    assert "the last were sent by forged-host" in outcome.reason
    assert outcome.sent == 10
    assert "no-host" in untested(outcome.findings, "not reached: 3 requests in a row")


async def test_where_nobody_answers_at_all_that_is_the_error() -> None:
    async with origin(ok) as server:
        plan = plan_of(server.port, GET)

    with pytest.raises(UnavailableError, match="connection_refused"):
        await carried_out("headers", plan)


async def test_a_redirect_is_not_followed() -> None:
    async def redirects(exchange: Exchange) -> None:
        await exchange.write(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n"
            % elsewhere.port
        )

    async with origin(ok) as elsewhere, origin(redirects) as server:
        outcome = await carried_out("headers", plan_of(server.port, GET))

    assert outcome.end is End.COMPLETED
    assert elsewhere.connections == 0


async def test_tls_is_verified_as_in_a_load_test() -> None:
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority = trustme.CA()
    authority.issue_cert("origin.test").configure_cert(served)  # pyright: ignore[reportUnknownMemberType] - pyOpenSSL has no types here
    trusted = Trust(authorities=authority.cert_pem.bytes().decode())

    async with origin(ok, tls=served) as server:
        plan = encrypted(plan_of(server.port, GET))
        with pytest.raises(UnavailableError, match="tls_failed"):
            await carried_out("headers", plan)
        known = await carried_out("headers", replace(plan, trust=trusted))
        believed = await carried_out("headers", replace(plan, trust=Trust(verifies=False)))

    assert known.end is believed.end is End.COMPLETED
    assert len(server.heads) == known.sent + believed.sent
    hsts = {each.probe: each.verdict for each in known.findings}
    assert hsts["plain/strict-transport-security"] is Verdict.BROKEN


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"protocol": Protocol.HTTP_2}, r"written in HTTP/1\.1, not h2"),
        ({"targets": (Target("two", (GET, GET)),)}, "one well-formed request, and these are 2"),
        ({"targets": (Target("a", (GET,)), Target("b", (GET,)))}, "and these are 2"),
    ],
)
async def test_a_plan_that_no_attack_can_start_from_is_refused(
    change: dict[str, Protocol | tuple[Target, ...]], words: str
) -> None:
    plan = replace(plan_of(1, GET), **change)

    with pytest.raises(BackendError, match=words):
        aim("headers", plan, UNLIMITED)


async def test_an_attack_that_sends_more_than_the_operator_allows_is_refused() -> None:
    with pytest.raises(RefusedError, match="over the 20 that the operator allows"):
        aim("headers", plan_of(1, GET), Caps(requests=20))
