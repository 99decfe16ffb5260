"""Work that outlasts a call: whose it is, what is kept of it, and how it ends."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from server.errors import InvalidInputError, NotFoundError, UnavailableError
from server.gate import Gate
from server.runs import BackgroundRun, Runs, alone

pytestmark = pytest.mark.anyio


async def answers(_: BackgroundRun) -> object:
    return "done"


async def never_ends(_: BackgroundRun) -> object:
    await anyio.sleep_forever()
    return "never"


async def ended(run: BackgroundRun) -> BackgroundRun:
    with anyio.fail_after(10):
        await run.ended.wait()
    return run


async def test_a_result_is_kept_and_given_again_to_whoever_it_belongs_to() -> None:
    runs = Runs()

    run = await ended(runs.begin("ann", "work", answers))

    assert runs.find(run.id, "ann").outcome == "done"
    assert runs.find(run.id, "ann").outcome == "done"


@pytest.mark.parametrize("principal", ["bob", "", "ANN"])
async def test_a_run_of_somebody_else_looks_like_none(principal: str) -> None:
    runs = Runs()
    run = await ended(runs.begin("ann", "work", answers))

    with pytest.raises(NotFoundError) as unknown:
        runs.find("run-000000000000", principal)
    with pytest.raises(NotFoundError) as foreign:
        runs.find(run.id, principal)

    assert str(foreign.value).replace(run.id, "run-000000000000") == str(unknown.value)


async def test_an_old_result_is_forgotten_and_a_fresh_one_is_not() -> None:
    runs = Runs()
    old, fresh = [await ended(runs.begin("ann", "work", answers)) for _ in range(2)]

    old.ended_at -= 3_601

    assert runs.find(fresh.id, "ann") is fresh
    with pytest.raises(NotFoundError, match="kept for an hour"):
        runs.find(old.id, "ann")


async def test_results_of_many_runs_do_not_pile_up() -> None:
    runs = Runs()

    made = [await ended(runs.begin("ann", "work", answers)) for _ in range(70)]

    assert runs.find(made[-1].id, "ann")
    with pytest.raises(NotFoundError):
        runs.find(made[0].id, "ann")


async def test_one_who_has_many_runs_going_gets_no_more_and_others_do() -> None:
    runs = Runs()
    for _ in range(4):
        runs.begin("ann", "work", never_ends)

    with pytest.raises(UnavailableError, match="4 runs have not ended"):
        runs.begin("ann", "work", answers)
    assert (await ended(runs.begin("bob", "work", answers))).outcome == "done"

    await runs.close()


async def test_a_failure_is_raised_as_it_was_each_time_it_is_asked_for() -> None:
    async def fails(_: BackgroundRun) -> object:
        raise InvalidInputError("wrong")

    run = await ended(Runs().begin("ann", "work", fails))

    for _ in range(2):
        with pytest.raises(InvalidInputError, match="wrong"):
            _ = run.outcome


async def test_closing_ends_every_run_and_waits_until_each_has_cleaned_up() -> None:
    runs, cleaned = Runs(), list[str]()

    async def works(run: BackgroundRun) -> object:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await checkpoint()
                cleaned.append(run.id)
        return "never"

    begun = [runs.begin(name, "work", works) for name in ("ann", "bob")]
    await checkpoint()
    await runs.close()

    assert set(cleaned) == {run.id for run in begun}
    with pytest.raises(UnavailableError, match="before it had a result"):
        _ = begun[0].outcome


async def test_a_run_that_waits_for_the_machine_is_stopped_at_once_and_gives_its_place_up() -> None:
    gate, runs, began = Gate(), Runs(), list[str]()

    async def measures(run: BackgroundRun) -> object:
        async with alone(run, gate, lambda: None):
            began.append(run.id)
        return "measured"

    async with gate.shared(lambda _: None):
        waiting = runs.begin("ann", "work", measures)
        await anyio.wait_all_tasks_blocked()
        assert "waiting for other work" in waiting.stage
        waiting.stop()
        await ended(waiting)

    with pytest.raises(UnavailableError, match="stopped before it began"):
        _ = waiting.outcome
    assert (await ended(runs.begin("ann", "work", measures))).outcome == "measured"
    assert waiting.id not in began


async def test_a_run_that_has_the_machine_is_stopped_by_its_own_means() -> None:
    gate, stopped = Gate(), anyio.Event()

    async def measures(run: BackgroundRun) -> object:
        async with alone(run, gate, stopped.set):
            await stopped.wait()
            return "what there was"

    run = Runs().begin("ann", "work", measures)
    await anyio.wait_all_tasks_blocked()
    run.stop()

    assert (await ended(run)).outcome == "what there was"
