"""What an experiment measured, as a report tells it and a page draws it."""

from contextlib import AsyncExitStack
from decimal import Decimal

import pytest

from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.compare.verdict import Comparison, Verdict
from server.engines.loadtest.experiment.interleaved import interleaved
from server.engines.loadtest.experiment.search import search
from server.engines.loadtest.plan import Plan
from server.engines.loadtest.reach.network import Network
from server.engines.loadtest.reach.policy import Caps
from server.engines.loadtest.reach.url import TargetUrl, parse_url
from server.engines.loadtest.slo import Slo
from server.redaction import Redactor
from server.reports.load_page import page
from server.tools.load_files import Leaving
from server.tools.load_outcome import Measured, Teller
from server.tools.load_plan import Admitted
from tests.engines.loadtest.generators import Laboratory
from tests.engines.loadtest.origin import ok, origin
from tests.engines.loadtest.plans import plan_for, steady

pytestmark = pytest.mark.anyio

WHERE = Environment("cpu", 2, 0.5, "Linux 6", "3.11", "0.1", "4f2c91d")
GOAL = Slo("p80<900ms", Decimal(80), 900_000, 86_400)


def teller(plan: Plan, url: TargetUrl) -> Teller:
    admitted = Admitted(plan, url, Network.LOOPBACK, Caps())
    return Teller(admitted, "run-1", (), Redactor(()), detailed=False)


def drawn(measured: Measured) -> str:
    return page(Leaving(measured, (), None, WHERE).view)


async def test_a_comparison_shows_its_second_side_beside_the_first() -> None:
    laboratory = Laboratory()
    async with AsyncExitStack() as stack:
        ports = [(await stack.enter_async_context(origin(ok))).port for _ in range(2)]
        plans = [plan_for(port, steady(100, 0.1)) for port in ports]
        compared = await interleaved(plans[0], plans[1], 6, laboratory.conduct)
    urls = [parse_url(f"http://127.0.0.1:{port}/orders?key=s3cr3t") for port in ports]
    told = teller(plans[0], urls[0]).of_comparison(compared, [str(url) for url in urls])

    measured = Measured.of_comparison(told, compared, urls[1])

    second = measured.beside.second
    assert second
    answered = [run.total.response.count for run in compared.second_runs]
    assert second.response.count == sum(answered) == 60
    assert measured.run.total.taken == 60
    text = drawn(measured)
    assert f"http://127.0.0.1:{ports[1]}/orders" in text
    assert "Second, response" in text
    assert "s3cr3t" not in text


async def test_a_search_shows_every_step() -> None:
    laboratory = Laboratory()
    async with origin(ok) as server:
        plan = plan_for(server.port, steady(400, 1))
        searched = await search(plan, GOAL, 0.1, laboratory.conduct)
    told = teller(plan, parse_url("http://127.0.0.1:1/")).of_search(searched)

    measured = Measured.of_search(told, searched)

    assert measured.beside.climb
    assert measured.beside.climb.steps == searched.steps
    assert "Capacity: 400 requests/s" in drawn(measured)
    assert "capacity at the goal: 400 requests/s" in measured.report.conclusions


async def test_a_search_is_judged_as_a_whole_and_not_by_its_last_step() -> None:
    laboratory = Laboratory(void=frozenset(range(20)))
    async with origin(ok) as server:
        plan = plan_for(server.port, steady(400, 1))
        searched = await search(plan, GOAL, 0.1, laboratory.conduct)
    told = teller(plan, parse_url("http://127.0.0.1:1/")).of_search(searched)

    assert (told.status, told.void) == ("completed", ())
    assert [(each.goal, each.status) for each in told.verdicts] == [("capacity", "insufficient")]
    assert "no capacity was found" in told.conclusions[0]
    assert "no verdict follows" not in drawn(Measured.of_search(told, searched))


async def test_a_baseline_is_the_first_side_and_the_run_the_second() -> None:
    laboratory = Laboratory()
    async with origin(ok) as server:
        plan = plan_for(server.port, steady(50, 0.1))
        run = await laboratory.conduct.measure(plan, "")
    told = teller(plan, parse_url("http://127.0.0.1:1/")).of_run(run)
    comparison = Comparison(Verdict.NO_DIFFERENCE, (), "non-interleaved")

    measured = Measured(told, run).against("monday.json", comparison)

    assert measured.beside.baseline == "monday.json"
    assert "the saved result" in drawn(measured)
    assert "second against first: no difference shown (non-interleaved)" in (
        measured.report.conclusions
    )
