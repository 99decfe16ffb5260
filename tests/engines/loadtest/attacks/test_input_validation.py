"""The input validation attack: an endpoint that refuses all of it, and what each gap looks like."""

import gzip
import json
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import cast

import pytest

from server.engines.loadtest.attacks.registry import probes
from server.engines.loadtest.attacks.verdict import Verdict
from server.engines.loadtest.plan import Message
from server.errors import InvalidInputError
from tests.engines.loadtest.attacks.service import (
    Bounds,
    Request,
    Response,
    attacked,
    named,
    serving,
)

pytestmark = pytest.mark.anyio

SAMPLE: dict[str, object] = {
    "name": "Probe",
    "quantity": 1,
    "isGift": False,
    "tags": ["a"],
    "address": {"city": "Basel"},
}
BASE = Message(
    "POST", "/orders?file=a.txt", (("Host", "service.test"),), json.dumps(SAMPLE).encode()
)
TYPES = {name: type(value) for name, value in SAMPLE.items()}
TEXTS = {f"{what}-in-text:name" for what in ("sql", "ldap", "template", "format")}


class Flaw(Enum):
    KEEPS_UNKNOWN = auto()
    LAST_KEY_WINS = auto()
    GUESSES_ENCODING = auto()
    TAKES_NUL = auto()
    COERCES = auto()
    NO_BOUNDS = auto()
    TAKES_NAN = auto()
    INFLATES = auto()
    ANY_KIND = auto()
    CRASHES_ON_DEPTH = auto()
    PASTES_SQL = auto()
    RUNS_TEMPLATES = auto()
    READS_FILES = auto()
    FIRST_OF_MANY = auto()


class RefusedError(Exception):
    """The body is wrong."""


@dataclass(slots=True)
class Orders:
    """Takes orders as the sample is one, and nothing else."""

    flaws: frozenset[Flaw]
    rows: list[object] = field(default_factory=list[object])

    async def handle(self, request: Request) -> Response:
        if request.method == "GET":
            is_climbing = "etc" in request.path and Flaw.READS_FILES in self.flaws
            return Response(200 if is_climbing else 404, b"root:x:0:0:" if is_climbing else b"{}")
        try:
            return self._created(request)
        except (RefusedError, ValueError):
            return Response(400)
        except RecursionError:
            return Response(500 if Flaw.CRASHES_ON_DEPTH in self.flaws else 400)

    def _created(self, request: Request) -> Response:
        kinds = request.values("content-type")
        if kinds != ["application/json"] and Flaw.ANY_KIND not in self.flaws:
            return Response(415)
        value = self._checked(self._read(request))
        text = str(value["name"])
        if "'" in text and Flaw.PASTES_SQL in self.flaws:
            return Response(400, b'{"error": "syntax error at or near \\"probe\\""}')
        self.rows.append(value)
        echoed = text.replace("{{1337*1337}}", "1787569")
        return Response(201, echoed.encode() if Flaw.RUNS_TEMPLATES in self.flaws else b"{}")

    def _read(self, request: Request) -> object:
        body = request.body
        if request.value("content-encoding"):
            self._demand(Flaw.INFLATES, holds=False)
            body = gzip.decompress(body)
        errors = "replace" if Flaw.GUESSES_ENCODING in self.flaws else "strict"
        text = body.decode("utf-8", errors)
        if Flaw.FIRST_OF_MANY in self.flaws:
            return json.JSONDecoder().raw_decode(text)[0]
        return json.loads(text, object_pairs_hook=self._members, parse_constant=self._constant)

    def _members(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        self._demand(Flaw.LAST_KEY_WINS, holds=len(dict(pairs)) == len(pairs))
        return dict(pairs)

    def _constant(self, name: str) -> float:
        self._demand(Flaw.TAKES_NAN, holds=False)
        return 1 if name == "NaN" else 0

    def _checked(self, value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise RefusedError
        order = cast("dict[str, object]", value)
        self._demand(Flaw.KEEPS_UNKNOWN, holds=set(order) <= set(SAMPLE))
        if not set(SAMPLE) <= set(order):
            raise RefusedError
        for name, kind in TYPES.items():
            self._demand(Flaw.COERCES, holds=type(order[name]) is kind)
        self._check_name(str(order["name"]))
        if isinstance(order["quantity"], int):
            self._demand(Flaw.NO_BOUNDS, holds=1 <= order["quantity"] <= 1000)
        return order

    def _check_name(self, name: str) -> None:
        self._demand(Flaw.TAKES_NUL, holds="\0" not in name)
        self._demand(Flaw.GUESSES_ENCODING, holds=name.isascii())
        self._demand(Flaw.NO_BOUNDS, holds=len(name) <= 200)

    def _demand(self, flaw: Flaw, *, holds: bool) -> None:
        if not holds and flaw not in self.flaws:
            raise RefusedError


async def test_an_endpoint_that_refuses_what_is_wrong_holds_and_keeps_texts_only() -> None:
    orders = Orders(frozenset())

    async with serving(orders.handle) as port:
        found = await attacked("input_validation", port, BASE)

    assert {each.probe: each.seen for each in found if each.verdict is not Verdict.HELD} == {}
    assert {each.probe for each in found if each.may_have_written} == TEXTS
    assert len(orders.rows) == len(TEXTS)


MEMBERS = {"member-unknown", "member-privileged", "member-prototype"}
COERCED = {
    "operator:name",
    "number-for-text:name",
    "text-for-number:quantity",
    "beyond-double:quantity",
    "text-for-bool:isGift",
    "text-for-list:tags",
    "text-for-object:address",
}


@pytest.mark.parametrize(
    ("flaw", "broken"),
    [
        (Flaw.KEEPS_UNKNOWN, MEMBERS),
        (Flaw.LAST_KEY_WINS, {"member-twice"}),
        (Flaw.GUESSES_ENCODING, {"invalid-utf-8:name", "lone-surrogate:name"}),
        (Flaw.TAKES_NUL, {"nul:name"}),
        (Flaw.COERCES, COERCED),
        (Flaw.NO_BOUNDS, {"negative:quantity", "beyond-64-bit:quantity", "long-text:name"}),
        (Flaw.TAKES_NAN, {"not-a-number:quantity"}),
        (Flaw.INFLATES, {"compressed-bomb"}),
        (
            Flaw.ANY_KIND,
            {"content-type-text", "content-type-form", "content-type-conflicting"},
        ),
        (Flaw.CRASHES_ON_DEPTH, {"nesting"}),
        (Flaw.PASTES_SQL, {"sql-in-text:name"}),
        (Flaw.RUNS_TEMPLATES, {"template-in-text:name"}),
        (Flaw.READS_FILES, {"traversal-1", "traversal-2"}),
        (Flaw.FIRST_OF_MANY, {"document-two-documents", "member-twice"}),
    ],
    # Sets have another order in each worker of a run.
    ids=lambda each: each.name if isinstance(each, Flaw) else "caught",
)
async def test_a_gap_is_caught_by_the_probe_that_is_there_for_it(
    flaw: Flaw, broken: set[str]
) -> None:
    async with serving(Orders(frozenset({flaw})).handle, Bounds(body=2 << 20)) as port:
        found = await attacked("input_validation", port, BASE)

    assert named(found, Verdict.BROKEN) == broken


async def test_a_server_that_reads_any_size_is_caught() -> None:
    async with serving(Orders(frozenset()).handle, Bounds(body=64 << 20)) as port:
        found = await attacked("input_validation", port, BASE)

    assert named(found, Verdict.BROKEN) == {"large-body"}


async def test_an_endpoint_that_lets_nobody_in_is_untested_and_not_fine() -> None:
    async def closed(_: Request) -> Response:
        return Response(401)

    async with serving(closed) as port:
        found = await attacked("input_validation", port, BASE)

    assert "member-unknown" in named(found, Verdict.UNTESTED)
    assert not named(found, Verdict.BROKEN)


async def test_no_probe_could_widen_a_condition_or_end_a_statement() -> None:
    bodies = b"\n".join(
        message.body.lower()
        for probe in probes("input_validation", BASE)
        for message in probe.messages
    )

    assert [word for word in (b" or ", b"--", b"drop ", b"delete", b"/*") if word in bodies] == []


@pytest.mark.parametrize(
    ("base", "told"),
    [
        (Message("GET", "/"), "GET takes none"),
        (Message("POST", "/"), "none was given"),
        (Message("POST", "/", (), b"[1]"), "no JSON object"),
        (Message("POST", "/", (), b"{"), "no JSON object"),
    ],
)
async def test_what_cannot_be_varied_is_refused_with_what_to_give(base: Message, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        probes("input_validation", base)
