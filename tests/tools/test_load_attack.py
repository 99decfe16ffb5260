"""Attacks through the tool: what is sent, what is told, what is refused."""

import re

import anyio
import pytest
from mcp import Client

from server.runtime import Runtime
from tests.engines.loadtest.attacks.service import Request, Response, serving
from tests.engines.loadtest.attacks.test_headers import Flaw, Site
from tests.engines.loadtest.origin import ok, origin
from tests.tools.load_calls import called, content, text_of, url_of

pytestmark = pytest.mark.anyio


async def test_a_site_that_does_all_of_it_right_holds_every_probe(load_client: Client) -> None:
    async with serving(Site().handle) as port:
        result = await called(load_client, url=url_of(port, "/account"), attack="headers")
    report = content(result)

    assert report["status"] == "completed"
    assert "fail" not in {each["status"] for each in report["verdicts"]}
    assert report["figures"]["broken"] == 0 < report["figures"]["held"]
    assert not report["conclusions"]
    assert len(text_of(result)) < 4_000


async def test_a_flaw_is_told_with_why_it_matters_and_where_the_cure_stands(
    load_client: Client,
) -> None:
    site = Site(frozenset({Flaw.REFLECTS_ORIGIN}))
    async with serving(site.handle) as port:
        result = await called(load_client, url=url_of(port, "/account"), attack="headers")
    broken = [each for each in content(result)["verdicts"] if each["status"] == "fail"]

    assert broken
    assert all(each["goal"] in text_of(result) for each in broken)
    assert re.search(r"guide://backend_security_practices/[\w-]+", text_of(result))


async def test_canceling_an_attack_tells_what_was_not_reached(
    load_client: Client, load_runtime: Runtime
) -> None:
    asked, released = anyio.Event(), anyio.Event()

    async def waits(_: Request) -> Response:
        asked.set()
        await released.wait()
        return Response(200)

    load_runtime.patience = 0.2
    async with serving(waits) as port:
        begun = content(await called(load_client, url=url_of(port, "/account"), attack="headers"))
        with anyio.fail_after(10):
            await asked.wait()
        load_runtime.patience = 30.0
        canceled = content(await called(load_client, run_id=begun["run_id"], action="cancel"))
        released.set()

    assert canceled["status"] == "stopped"
    assert {each["status"] for each in canceled["verdicts"]} == {"insufficient"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"attack": "everything"}, "Attacks: headers, input_validation, login"),
        ({"attack": "headers", "load": {"rate": 5}}, "takes no rate"),
        ({"attack": "headers", "checks": {"find_capacity": True}}, "takes no find_capacity"),
        ({"attack": "headers", "files": ["a.html"]}, "takes no files"),
        ({"attack": "login"}, "takes none"),
        ({"attack": "headers", "url": "http://10.1.2.3/"}, "not a host that the operator"),
        ({"attack": "headers", "url": "http://169.254.169.254/"}, "never tested"),
    ],
)
async def test_what_no_attack_takes_is_refused_before_anything_is_sent(
    load_client: Client, arguments: dict[str, object], words: str
) -> None:
    result = await called(load_client, **{"url": "http://127.0.0.1:9/", **arguments})

    assert result.is_error
    assert re.search(words, text_of(result)), text_of(result)


async def test_many_broken_probes_are_told_in_few_words(load_client: Client) -> None:
    body = {f"member_{number}": "text" for number in range(20)}
    async with origin(ok) as server:
        result = await called(
            load_client,
            url=url_of(server.port),
            attack="input_validation",
            request={"method": "POST", "body": body},
        )

    report = content(result)
    assert len(text_of(result)) < 8_000
    assert "more did not pass: detail=detailed lists them" in text_of(result)
    assert len(report["conclusions"]) < 30
    assert any("document-null, " in line for line in report["conclusions"])
