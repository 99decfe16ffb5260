"""Databases that people depend on, and plans for them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr

from server.engines.catalog.read import read_catalog
from server.engines.migration.apply.applying import Applied, Preview, apply, preview
from server.engines.migration.apply.course import Direction
from server.engines.migration.apply.examine import Wish
from server.engines.migration.apply.patience import Patience
from server.engines.migration.apply.present import House
from server.engines.migration.apply.walk import walked
from server.engines.migration.boundary import boundary
from server.engines.migration.owners import named_owners
from server.engines.migration.plan import Plan
from server.engines.migration.planner import PlanOptions, steps
from server.engines.migration.proof.ground import Ground
from server.engines.migration.step import segments
from server.engines.postgres.address import SocketAddress
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.live import LiveDatabase
from server.engines.postgres.pairs import open_pair
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import parse_source
from server.workspace import Workspace

QUICK = Patience(lambda: 0.0, lock_timeout_ms=200, attempts=2, first_pause=0.05)
NAME = "main"


@dataclass(frozen=True)
class Place:
    """One live database with a session of its owner, and what a plan is applied with."""

    house: House
    owner: Session
    cache: Path
    live: LiveDatabase
    said: list[str] = field(default_factory=list[str])

    def wish(self, plan: Plan, **given: object) -> Wish:
        base = Wish(
            plan=plan,
            database=NAME,
            direction=Direction.FORWARD,
            through_phase=None,
            cache=self.cache,
            principal="local",
        )
        return replace(base, **given)  # pyright: ignore[reportArgumentType] - named as the fields

    async def apply(self, plan: Plan, patience: Patience = QUICK, **given: object) -> Applied:
        return await apply(
            self.house, self.wish(plan, **given), patience, self.said.append, nullcontext
        )

    async def preview(self, plan: Plan, **given: object) -> Preview:
        return await preview(self.house, self.wish(plan, **given), self.said.append, nullcontext)

    async def boundary(self) -> str:
        return boundary(await read_catalog(self.owner))

    async def history(self) -> list[tuple[str, int, str]]:
        rows = await self.owner.rows(
            "SELECT direction, segment, state FROM senior_backend.migration_history ORDER BY entry"
        )
        return [(row["direction"], row["segment"], row["state"]) for row in rows]

    async def backends(self) -> int:
        """Count the other sessions in the database."""
        return await self.owner.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


PlaceWith = Callable[..., Awaitable[Place]]
PlanOf = Callable[..., Awaitable[Plan]]


def place_in(shadow: Shadow, cluster: Cluster, name: str, owner: Session, folder: Path) -> Place:
    """Return what there is for a database; its files and our record lie below the folder."""
    assert isinstance(cluster.address, SocketAddress)
    dsn = f"postgresql://shadow_superuser@/{name}?host={cluster.address.folder}"
    live = LiveDatabase(NAME, SecretStr(dsn), writable=True)
    house = House(shadow, Workspace([folder]), {NAME: live})
    return Place(house, owner, folder / "cache", live)


@pytest.fixture(scope="session")
async def field_server(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    """The server of the live databases."""
    async with shadow.private_cluster() as cluster:
        yield cluster


@pytest.fixture
async def place_with(
    shadow: Shadow, field_server: Cluster, tmp_path: Path
) -> AsyncGenerator[PlaceWith, None]:
    """Make a live database of SQL; everything else as in `Place`."""
    async with AsyncExitStack() as stack:

        async def make(sql: str) -> Place:
            (tmp_path / "cache").mkdir(mode=0o700)
            database = await stack.enter_async_context(field_server.database())
            owner = await stack.enter_async_context(
                await database.connect(settings={"search_path": "public"})
            )
            await owner.script(sql)
            return place_in(shadow, field_server, database.name, owner, tmp_path)

        yield make


@pytest.fixture
def plan_of(shadow: Shadow) -> PlanOf:
    """Plan from the schema of a place to that of SQL; phases may be given to segments."""

    async def plan(
        place: Place, target: str, phases: tuple[int, ...] = (), *, with_owners: bool = False
    ) -> Plan:
        (place.house.workspace.root / "target.sql").write_text(target)
        opened = AsyncExitStack()
        async with opened:
            pair = await opened.enter_async_context(
                open_pair(
                    parse_source(f"db:{NAME}"),
                    parse_source("file:target.sql"),
                    shadow=shadow,
                    workspace=place.house.workspace,
                    databases=place.house.databases,
                )
            )
            old, new = await Ground.of(pair.source), await Ground.of(pair.target)
            options = PlanOptions(with_owners=with_owners)
            ahead = steps(old.catalog, new.catalog, options)
            back = steps(new.catalog, old.catalog, options)
            forward = segments(ahead)
            if phases:
                pairs = zip(forward, phases, strict=True)
                forward = segments(
                    replace(step, phase=phase) for part, phase in pairs for step in part.steps
                )
            # Not proven here: most tests are about something else, and applying proves it anyway.
            async with walked(old, forward, time_zone="UTC") as way:
                boundaries = way.boundaries
            return Plan(
                database=NAME,
                major=old.catalog.major,
                source=boundary(old.catalog),
                target=boundary(new.catalog),
                fingerprints=(boundary(old.catalog), *boundaries),
                forward=forward,
                back=segments(back),
                with_owners=with_owners,
                owners=named_owners(new.catalog) if with_owners else {},
            )

    return plan


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 60) -> None:
    """Wait until something holds, or fail."""
    with anyio.fail_after(seconds):
        while not await condition():  # ruff: ignore[async-busy-wait] - the world sends no event
            await anyio.sleep(0.01)


def numbered(plan: Plan, sql: str) -> int:
    """Return the number of the segment that has a statement with these words."""
    return next(
        number
        for number, segment in enumerate(plan.forward)
        if any(sql in step.sql for step in segment.steps)
    )
