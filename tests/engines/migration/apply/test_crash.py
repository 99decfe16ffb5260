"""PostgreSQL, or our own process, is killed while a plan is applied; then it goes on."""

import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Event

import anyio
import pytest
from anyio.to_thread import run_sync

from server.engines.migration.apply.patience import Patience
from server.engines.migration.apply.record import ProofKey, record
from server.engines.migration.apply.stop import StoppedError
from server.engines.migration.plan import Plan, written
from server.engines.postgres.address import SocketAddress
from server.engines.postgres.binaries import find_binaries, places
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.configuration import host_rules, owner_map, server_arguments
from server.engines.postgres.ground import Ground, ground
from server.engines.postgres.guard import Guard
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.template import plant
from server.engines.postgres.watchdog import workers
from server.errors import RefusedError
from tests.engines.migration.apply.conftest import Place, PlaceWith, PlanOf, place_in, until

pytestmark = pytest.mark.anyio

PATIENT = Patience(lambda: 0.0, lock_timeout_ms=60_000, attempts=1)
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
OLD = """
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL);
CREATE TABLE u (id int PRIMARY KEY);
"""
NEW = """
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL DEFAULT 7);
CREATE INDEX t_a ON t (a);
CREATE TABLE u (id int PRIMARY KEY, c text);
"""
# An old snapshot is all that a concurrent build waits for, and keeps no other statement.
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class"
_WAITING = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'senior-backend' "
    "AND wait_event_type = 'Lock' AND query LIKE $1)"
)
ROWS = "INSERT INTO t SELECT n, n FROM generate_series(1, 1000) n;"


_OURS = """
import sys
from contextlib import nullcontext
from pathlib import Path

import anyio

from server.engines.migration.apply.applying import apply
from server.engines.migration.apply.course import Direction
from server.engines.migration.apply.examine import Wish
from server.engines.migration.apply.patience import Patience
from server.engines.migration.apply.present import House
from server.engines.migration.plan import read_plan
from server.engines.postgres.live import LiveDatabase
from server.engines.postgres.shadow import Shadow
from server.workspace import Workspace
from pydantic import SecretStr


async def main(dsn, folder):
    cache = folder / "cache"
    live = LiveDatabase("main", SecretStr(dsn), writable=True)
    house = House(Shadow(cache=cache), Workspace([folder]), {"main": live})
    plan = read_plan((folder / "plan.json").read_bytes(), "plan.json")
    wish = Wish(plan=plan, database="main", direction=Direction.FORWARD, through_phase=None,
                cache=cache, principal="local")
    await apply(house, wish, Patience(lambda: 0.0), lambda words: None, nullcontext)


anyio.run(main, sys.argv[1], Path(sys.argv[2]))
"""


@dataclass(frozen=True)
class Mortal:
    """A server that keeps what it committed, and can be killed."""

    ground: Ground
    guard: Guard
    programs: Path

    @cached_property
    def cluster(self) -> Cluster:
        binaries = self.ground.binaries
        address = SocketAddress(self.guard.sockets)
        return Cluster(binaries.version, binaries.origin, address, binaries, self.guard)

    def start(self) -> None:
        """Start it, for the first time or again."""
        home, major = self.guard.home, self.ground.binaries.major
        durable = [word for name in _DURABLE for word in ("-c", f"{name}=on")]
        self.guard.run(
            self.programs / "postgres",
            *("-D", self.guard.data, "-k", self.guard.sockets),
            *("-c", f"hba_file={home / 'hba'}", "-c", f"ident_file={home / 'ident'}"),
            *(*server_arguments(major), *durable),
        )

    def kill(self) -> None:
        """Kill every process of it at once, as the loss of power would."""
        file = self.guard.data / "postmaster.pid"
        os.kill(int(file.read_text().splitlines()[0]), signal.SIGKILL)
        while found := list(workers(self.guard.home)):
            for process in found:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        self.guard.wait(10)
        file.unlink()

    async def answers(self) -> None:
        """Wait until it lets sessions in, which it does when it has recovered."""
        await until(self._is_ready)

    async def _is_ready(self) -> bool:
        return await run_sync(lambda: "ready" in self._status())

    def _status(self) -> str:
        file = self.guard.data / "postmaster.pid"
        return file.read_text() if file.exists() else ""


@pytest.fixture
def plan_of(plan_of: PlanOf) -> PlanOf:
    """Plan as elsewhere, and take the plan for proven: that is not what is tried here."""

    async def known(place: Place, target: str, phases: tuple[int, ...] = ()) -> Plan:
        plan = await plan_of(place, target, phases)
        record(place.cache, ProofKey(plan.id, "local", plan.major))
        return plan

    return known


@pytest.fixture
async def mortal(cache: Path) -> AsyncGenerator[Mortal, None]:
    where = ground(find_binaries(places()), cache)
    guard = Guard.open(where.base, where.account, Event())
    server = Mortal(where, guard, where.programs(guard.home))
    major = where.binaries.major
    for name, text in (("hba", host_rules(major)), ("ident", owner_map(major))):
        (guard.home / name).write_text(text)
        (guard.home / name).chmod(0o644)
    await run_sync(plant, where, guard.data)
    guard.hand_over()
    try:
        server.start()
        await server.answers()
        yield server
    finally:
        await server.cluster.stop()


@pytest.fixture
def place_on(mortal: Mortal, shadow: Shadow, tmp_path: Path) -> Callable[[str], Awaitable[Place]]:
    """Come to a database of the server; after a crash, again."""
    (tmp_path / "cache").mkdir(mode=0o700)

    async def come(name: str) -> Place:
        owner = await mortal.cluster.connect(name, settings={"search_path": "public"})
        return place_in(shadow, mortal.cluster, name, owner, tmp_path)

    return come


async def kill_while(mortal: Mortal, place: Place, query: str) -> None:
    """Kill the server as soon as our session waits in a statement with these words."""
    await until(lambda: _waits(place, query))
    await run_sync(mortal.kill)


@pytest.mark.parametrize(
    ("holding", "killed_in"),
    [
        (_SNAPSHOT, "CREATE INDEX CONCURRENTLY"),
        ("SELECT FROM t", "ADD COLUMN"),
        ("SELECT FROM u", "ADD COLUMN"),
    ],
)
async def test_a_killed_server_loses_nothing_and_the_next_call_goes_on(
    mortal: Mortal,
    place_on: Callable[[str], Awaitable[Place]],
    plan_of: PlanOf,
    holding: str,
    killed_in: str,
) -> None:
    name = await mortal.cluster.create_database()
    place = await place_on(name)
    await place.owner.script(OLD + ROWS)
    plan = await plan_of(place, NEW)

    holder = await Session.connect(place.live.address, settings={"search_path": "public"})
    await holder.script(f"BEGIN; {holding}")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kill_while, mortal, place, killed_in)
        with pytest.raises(StoppedError, match="ended the session in segment"):
            await place.apply(plan, PATIENT)
    mortal.start()
    await mortal.answers()
    after = await place_on(name)
    known = await after.history()
    done = sum(state == "done" for _, _, state in known)
    seen = await after.preview(plan)
    await after.apply(plan)

    assert (seen.is_fit, seen.first) == (True, done)
    assert await after.boundary() == plan.fingerprints[-1]
    assert await after.owner.value("SELECT sum(a) FROM t") == 500_500
    assert await after.owner.value("SELECT count(*) FROM t WHERE b = 7") == 1000
    assert await after.owner.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    await after.owner.close()


async def test_a_run_whose_process_is_killed_is_waited_for_and_then_goes_on(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + ROWS)
    plan = await plan_of(place, NEW)
    await place.preview(plan)
    (place.cache.parent / "plan.json").write_bytes(written(plan))
    command = (sys.executable, "-c", _OURS, place.live.dsn.get_secret_value(), place.cache.parent)

    async with await Session.connect(place.live.address) as holder, holder.undone():
        await holder.script(_SNAPSHOT)
        process = await anyio.open_process([*map(str, command)])
        await until(lambda: _waits(place, "CREATE INDEX CONCURRENTLY"))
        process.kill()
        await process.wait()
        with pytest.raises(RefusedError, match="Another migration is being applied"):
            await place.apply(plan)
    await until(lambda: _is_alone(place))
    await place.apply(plan)

    assert await place.boundary() == plan.fingerprints[-1]
    assert await place.owner.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0


async def _waits(place: Place, query: str) -> bool:
    return await place.owner.value(_WAITING, f"%{query}%")


async def _is_alone(place: Place) -> bool:
    return await place.backends() == 0
