"""The login attack: a login that does all of it right, and what each mistake looks like."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto

import pytest

from server.engines.loadtest.attacks.registry import attack, probes
from server.engines.loadtest.attacks.verdict import Verdict
from server.engines.loadtest.plan import Message
from server.errors import InvalidInputError
from tests.engines.loadtest.attacks.service import Request, Response, attacked, named, seen, serving

pytestmark = pytest.mark.anyio

BASE = Message("POST", "/login", (("Host", "service.test"),))
SAMPLE: dict[str, object] = {"email": "ada@example.com", "password": "the-real-one", "remember": 1}


class Flaw(Enum):
    TELLS_UNKNOWN = auto()
    HASHES_KNOWN_ONLY = auto()
    NO_LIMIT = auto()
    NO_ADDRESS_LIMIT = auto()
    TRUSTS_FORWARDED = auto()
    COUNTS_SPELLINGS = auto()
    NO_RETRY_AFTER = auto()
    NO_LONGEST_PASSWORD = auto()
    TAKES_OPERATORS = auto()
    PASTES_NAMES = auto()
    LETS_IN = auto()


@dataclass(slots=True)
class Login:
    """Five failures an account, twenty an address; the same answer whoever asks."""

    flaws: frozenset[Flaw]
    failures: Counter[str] = field(default_factory=Counter[str])
    passwords: list[object] = field(default_factory=list[object])

    async def handle(self, request: Request) -> Response:
        body = json.loads(request.body)
        self.passwords.append(body["password"])
        return self._invalid(body) or await self._counted(request, body)

    def _invalid(self, body: dict[str, object]) -> Response | None:
        name, password = body["email"], body["password"]
        if not isinstance(password, str):
            return Response(200 if Flaw.TAKES_OPERATORS in self.flaws else 400)
        if len(password) > 256 and Flaw.NO_LONGEST_PASSWORD not in self.flaws:
            return Response(413)
        if "'" in str(name) and Flaw.PASTES_NAMES in self.flaws:
            return Response(500, b'unterminated quoted string at or near "\'probe"')
        return None

    async def _counted(self, request: Request, body: dict[str, object]) -> Response:
        name = str(body["email"])
        account = name if Flaw.COUNTS_SPELLINGS in self.flaws else name.strip().lower()
        forwarded = request.value("x-forwarded-for")
        address = forwarded if Flaw.TRUSTS_FORWARDED in self.flaws and forwarded else "peer"
        if self._is_limited(account, address):
            wait = [] if Flaw.NO_RETRY_AFTER in self.flaws else [("Retry-After", "60")]
            return Response(429, headers=wait)
        self.failures.update((account, address))
        return await self._refused(account)

    def _is_limited(self, account: str, address: str) -> bool:
        if Flaw.NO_LIMIT in self.flaws:
            return False
        by_address = Flaw.NO_ADDRESS_LIMIT not in self.flaws and self.failures[address] >= 20
        return self.failures[account] >= 5 or by_address

    async def _refused(self, account: str) -> Response:
        is_known = account == SAMPLE["email"]
        if is_known and Flaw.HASHES_KNOWN_ONLY in self.flaws:
            await asyncio.sleep(0.25)
        if not is_known and Flaw.TELLS_UNKNOWN in self.flaws:
            return Response(401, b'{"error": "no such account"}')
        status = 200 if Flaw.LETS_IN in self.flaws else 401
        return Response(status, b'{"error": "wrong name or password", "id": "req_000000%02d"}' % 7)


async def test_a_login_that_does_all_of_it_right_holds() -> None:
    login = Login(frozenset())

    async with serving(login.handle) as port:
        found = await attacked("login", port, BASE, SAMPLE)

    assert {each.probe: each.seen for each in found if each.verdict is not Verdict.HELD} == {}
    assert seen(found)["stuffing"].startswith("401 Unauthorized x")
    assert SAMPLE["password"] not in login.passwords


LIMITS = {"guessing", "guessing-with-spellings", "stuffing", "stuffing-with-forged-addresses"}


@pytest.mark.parametrize(
    ("flaws", "broken"),
    [
        ({Flaw.TELLS_UNKNOWN}, {"known-and-unknown-user"}),
        ({Flaw.HASHES_KNOWN_ONLY}, {"known-and-unknown-user"}),
        ({Flaw.NO_LIMIT}, LIMITS),
        ({Flaw.NO_ADDRESS_LIMIT}, {"stuffing", "stuffing-with-forged-addresses"}),
        ({Flaw.TRUSTS_FORWARDED}, {"stuffing-with-forged-addresses"}),
        (
            {Flaw.COUNTS_SPELLINGS, Flaw.NO_ADDRESS_LIMIT},
            {"guessing-with-spellings", "stuffing", "stuffing-with-forged-addresses"},
        ),
        ({Flaw.NO_RETRY_AFTER}, {"guessing/retry-after", "stuffing/retry-after"}),
        ({Flaw.NO_LONGEST_PASSWORD}, {"long-password"}),
        ({Flaw.TAKES_OPERATORS}, {"operator-as-password"}),
        ({Flaw.PASTES_NAMES}, {"quote-in-user"}),
        ({Flaw.LETS_IN, Flaw.NO_LIMIT}, {"quote-in-user", *LIMITS}),
    ],
    # Sets have another order in each worker of a run.
    ids=lambda names: "-".join(sorted(map(str, names))),
)
async def test_a_login_with_a_flaw_is_caught_by_the_probe_that_is_there_for_it(
    flaws: set[Flaw], broken: set[str]
) -> None:
    async with serving(Login(frozenset(flaws)).handle) as port:
        found = await attacked("login", port, BASE, SAMPLE)

    assert named(found, Verdict.BROKEN) == broken


async def test_a_login_that_is_limited_already_is_untested_and_not_fine() -> None:
    login = Login(frozenset(), Counter({"peer": 20}))

    async with serving(login.handle) as port:
        found = await attacked("login", port, BASE, SAMPLE)

    assert {"known-and-unknown-user", "quote-in-user"} <= named(found, Verdict.UNTESTED)


async def test_the_password_that_was_given_is_in_no_request() -> None:
    made = attack("login", BASE, SAMPLE)
    sent = [message.body for probe in made.probes for message in probe.messages]
    sent += [message.body for each in made.twins for message in (*each.first, *each.second)]

    assert [body for body in sent if b"the-real-one" in body] == []
    assert all(b'"remember":1' in body for body in sent)


@pytest.mark.parametrize("sample", [{"email": "a"}, {"password": "b"}, {"email": 1, "password": 2}])
async def test_a_body_without_a_user_and_a_password_is_refused(sample: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match=r"is the (user|password) of a login"):
        probes("login", BASE, sample)
