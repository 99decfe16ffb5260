"""The tool through a real client: dry runs, confirmation in every way, applying, refusals."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.client.session import ElicitationFnT
from mcp.types import (
    CallToolResult,
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    TextContent,
)
from pydantic import SecretStr

from server.endpoint import registered
from server.engines.migration.boundary import boundary
from server.engines.migration.plan import Plan, read_plan, written
from server.engines.migration.planner import steps
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.prove import Plan as Course
from server.engines.migration.proof.prove import prove
from server.engines.migration.rendering import laid_out
from server.engines.migration.step import segments
from server.engines.postgres.address import SocketAddress
from server.engines.postgres.session import Session
from server.engines.postgres.sources import open_source, parse_source
from server.runtime import Runtime, open_runtime
from server.sdk import Server
from server.setting_values import Database
from server.settings import Confirmation, Settings
from server.tools.apply_migration import TOOL

pytestmark = pytest.mark.anyio
Era = Literal["auto", "legacy"]
both_eras = pytest.mark.parametrize("era", ["auto", "legacy"])

SECRET = "hunter2secret"
FILE = ".senior-backend/plans/change.json"
OLD = "CREATE TABLE t (id int PRIMARY KEY, a text);"
NEW = """
CREATE TABLE t (id int PRIMARY KEY, a text, b int NOT NULL DEFAULT 7);
CREATE INDEX t_a ON t (a);
"""


@dataclass(frozen=True)
class Stage:
    """A live database with one table, and a plan for it in the workspace."""

    runtime: Runtime
    owner: Session
    plan: Plan
    folder: Path

    def with_settings(self, **changed: object) -> Runtime:
        settings = self.runtime.settings.model_copy(update=changed)
        return Runtime(settings, self.runtime.workspace, _shadow=self.runtime.shadow)

    async def has_column(self) -> bool:
        sql = (
            "SELECT 'b' = ANY(array_agg(attname)) FROM pg_attribute WHERE attrelid = 't'::regclass"
        )
        return await self.owner.value(sql)


@pytest.fixture(scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, cache: Path
) -> AsyncGenerator[Runtime, None]:
    workspace = tmp_path_factory.mktemp("workspace")
    async with open_runtime(Settings(workspace=(workspace,), cache=cache)) as runtime:
        yield runtime


@asynccontextmanager
async def living(house: Runtime) -> AsyncGenerator[tuple[Runtime, Session], None]:
    """Hold a live database with the old schema."""
    async with (
        house.shadow.cluster() as cluster,
        cluster.database() as database,
        await database.connect(settings={"search_path": "public"}) as owner,
    ):
        await owner.script(OLD)
        assert isinstance(cluster.address, SocketAddress)
        user = f"shadow_superuser:{SECRET}"
        dsn = f"postgresql://{user}@/{database.name}?host={cluster.address.folder}"
        databases = {
            "main": Database.model_construct(dsn=SecretStr(dsn), writable=True),
            "reading": Database.model_construct(dsn=SecretStr(dsn), writable=False),
        }
        settings = house.settings.model_copy(update={"databases": databases})
        yield Runtime(settings, house.workspace, _shadow=house.shadow), owner


@pytest.fixture(scope="module")
async def plan(house: Runtime) -> Plan:
    async with living(house) as (runtime, _):
        return await planned(runtime)


@pytest.fixture
async def stage(house: Runtime, plan: Plan) -> AsyncGenerator[Stage, None]:
    folder = house.workspace.root
    async with living(house) as (runtime, owner):
        (folder / ".senior-backend/plans").mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_bytes(written(plan))
        yield Stage(runtime, owner, plan, folder)


async def planned(runtime: Runtime) -> Plan:
    (runtime.workspace.root / "target.sql").write_text(NEW)
    where: dict[str, Any] = {
        "shadow": runtime.shadow,
        "workspace": runtime.workspace,
        "databases": runtime.live_databases,
    }
    async with (
        open_source(parse_source("db:main"), **where) as source,
        open_source(parse_source("file:target.sql"), **where) as target,
    ):
        old, new = await Ground.of(source), await Ground.of(target)
        forward = segments(steps(old.catalog, new.catalog))
        back = segments(steps(new.catalog, old.catalog))
        proof = await prove(old, new, Course([*map(laid_out, forward)], [*map(laid_out, back)]))
    return Plan(
        database="main",
        major=old.catalog.major,
        source=boundary(old.catalog),
        target=boundary(new.catalog),
        fingerprints=(boundary(old.catalog), *proof.forward.boundaries),
        forward=forward,
        back=back,
    )


def server_of(runtime: Runtime) -> Server:
    return Server(name="test", tools=[registered(TOOL, runtime)])


async def call(
    runtime: Runtime, *, user: ElicitationFnT | None = None, era: Era = "auto", **given: object
) -> CallToolResult:
    arguments = {"plan": FILE, "database": "main", **given}
    async with Client(server_of(runtime), mode=era, elicitation_callback=user) as client:
        return await client.call_tool(TOOL.name, arguments)


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


def facts_of(result: CallToolResult) -> dict[str, Any]:
    assert result.structured_content is not None, text_of(result)
    return result.structured_content


class User:
    """Somebody at a client who takes the first or the last of the choices, or walks away."""

    def __init__(self, choice: int | None) -> None:
        self.asked = list[str]()
        self._choice = choice

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult:
        del context
        assert isinstance(params, ElicitRequestFormParams)
        self.asked.append(params.message)
        if self._choice is None:
            return ElicitResult(action="decline")
        choices = params.requested_schema["properties"]["decision"]["enum"]
        return ElicitResult(action="accept", content={"decision": choices[self._choice]})


async def test_by_default_nothing_is_changed_and_the_plan_is_proven(stage: Stage) -> None:
    result = await call(stage.runtime)

    facts = facts_of(result)
    assert (facts["dry_run"], facts["outcome"]) == (True, "can be applied")
    assert facts["proof"].startswith("proven just now")
    assert not await stage.has_column()
    assert len(text_of(result)) < 8_000
    assert "apply_migration with plan=" in facts["next_steps"][0]


@both_eras
async def test_a_user_who_says_yes_has_it_applied(stage: Stage, era: Era) -> None:
    user = User(0)

    result = await call(stage.runtime, user=user, era=era, dry_run=False)

    assert not result.is_error, text_of(result)
    assert await stage.has_column()
    assert stage.plan.id[:12] in user.asked[0]
    assert "No step says that it loses data." in user.asked[0]
    assert facts_of(result)["applied"] == len(stage.plan.forward)


@both_eras
@pytest.mark.parametrize("choice", [-1, None])
async def test_a_user_who_says_no_changes_nothing(
    stage: Stage, era: Era, choice: int | None
) -> None:
    result = await call(stage.runtime, user=User(choice), era=era, dry_run=False)

    assert result.is_error
    assert not await stage.has_column()


async def test_an_agent_cannot_confirm_itself(stage: Stage) -> None:
    result = await call(stage.runtime, dry_run=False, confirm=stage.plan.id)

    assert result.is_error
    assert "apply_confirmation=argument" in text_of(result)
    assert not await stage.has_column()


async def test_the_argument_confirms_where_the_operator_allows_it(stage: Stage) -> None:
    runtime = stage.with_settings(apply_confirmation=Confirmation.ARGUMENT)

    wrong = await call(runtime, dry_run=False, confirm="0" * 64)
    missing = await call(runtime, dry_run=False)
    still_there = not await stage.has_column()
    right = await call(runtime, dry_run=False, confirm=stage.plan.id)

    assert "the argument names another plan" in text_of(wrong)
    assert f"confirm='{stage.plan.id}'" in text_of(missing)
    assert still_there
    assert not right.is_error, text_of(right)
    assert await stage.has_column()


async def test_a_plan_is_undone(stage: Stage) -> None:
    await call(stage.runtime, user=User(0), dry_run=False)

    result = await call(stage.runtime, user=User(0), dry_run=False, direction="back")

    assert not result.is_error, text_of(result)
    assert not await stage.has_column()


async def test_the_user_hears_which_data_is_lost(stage: Stage) -> None:
    await call(stage.runtime, user=User(0), dry_run=False)
    user = User(-1)

    await call(stage.runtime, user=user, dry_run=False, direction="back")

    assert "It loses data: `all values of public.t.b are lost`." in user.asked[0]


async def test_a_plan_that_was_changed_after_it_was_written_is_refused(stage: Stage) -> None:
    text = (stage.folder / FILE).read_text()
    (stage.folder / FILE).write_text(text.replace("DEFAULT 7", "DEFAULT 8"))

    result = await call(stage.runtime)

    assert result.is_error
    assert "was changed after it was written" in text_of(result)


async def test_a_plan_with_a_new_id_is_not_taken_for_a_proven_one(stage: Stage) -> None:
    await call(stage.runtime)
    first, *others = stage.plan.forward
    step = replace(first.steps[0], sql="UPDATE public.t SET a = 'mine'")
    forged = replace(stage.plan, forward=(replace(first, steps=(*first.steps, step)), *others))
    (stage.folder / FILE).write_bytes(written(forged))
    await stage.owner.script("INSERT INTO t VALUES (1, 'theirs')")
    assert read_plan(written(forged), FILE).id == forged.id

    result = await call(stage.runtime, user=User(0), dry_run=False)

    assert result.is_error
    assert "is not proven" in text_of(result)
    assert await stage.owner.value("SELECT a FROM t") == "theirs"


async def test_a_plan_that_changes_behind_the_users_back_is_refused(stage: Stage) -> None:
    other = replace(stage.plan, database="")

    class Slow(User):
        async def __call__(
            self, context: ClientRequestContext, params: ElicitRequestParams
        ) -> ElicitResult:
            (stage.folder / FILE).write_bytes(written(other))
            return await super().__call__(context, params)

    result = await call(stage.runtime, user=Slow(0), dry_run=False, era="legacy")

    assert result.is_error
    assert not await stage.has_column()


async def test_nobody_is_asked_about_a_plan_that_cannot_be_read(stage: Stage) -> None:
    (stage.folder / FILE).write_text("{}")
    user = User(0)

    result = await call(stage.runtime, user=user, dry_run=False)

    assert result.is_error
    assert "is no plan" in text_of(result)
    assert user.asked == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"database": "reading"}, "Database 'reading' is read-only here"),
        ({"database": "nope"}, "Writable databases: main"),
        ({"plan": "target.sql"}, "Call generate_migration"),
        ({"plan": "file:target.sql"}, "Call generate_migration"),
        ({"plan": "../outside.json"}, "outside"),
        ({"direction": "sideways"}, "direction"),
        ({"locking": {"timeout": 5}}, "- locking.timeout: unknown argument"),
    ],
)
async def test_what_cannot_be_applied_is_refused_with_what_can(
    stage: Stage, given: dict[str, Any], words: str
) -> None:
    result = await call(stage.runtime, **given)

    assert result.is_error
    assert words in text_of(result)


async def test_a_drifted_database_is_reported_and_never_changed(stage: Stage) -> None:
    await call(stage.runtime)
    await stage.owner.script("ALTER TABLE t ADD COLUMN stray int")

    seen = await call(stage.runtime)
    tried = await call(stage.runtime, user=User(0), dry_run=False)

    assert facts_of(seen)["outcome"] == "cannot be applied"
    assert "column:public.t.stray is there and should not be" in text_of(seen)
    assert "column:public.t.stray is there and should not be" in text_of(tried)
    assert not await stage.has_column()


async def test_no_answer_holds_the_secret_of_a_database(stage: Stage) -> None:
    broken = SecretStr(f"postgresql://u:{SECRET}@127.0.0.1:1/nowhere")
    databases = {"main": Database.model_construct(dsn=broken, writable=True)}

    answers = [
        await call(stage.runtime),
        await call(stage.with_settings(databases=databases)),
    ]

    assert [SECRET in text_of(each) + str(each.structured_content) for each in answers] == [
        False,
        False,
    ]
