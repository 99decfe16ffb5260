"""Plans through a real client: their proof, their files, and what is refused."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.migration.plan import read_plan
from server.engines.migration.planner import counted
from server.engines.postgres.sources import open_source, parse_source
from server.runtime import Runtime
from tests.tools.generate_migration.calls import (
    OLD,
    generated,
    text_of,
    told,
)

pytestmark = pytest.mark.anyio

FORMATS = ["plain", "alembic", "node-pg-migrate"]
MORE_FORMATS = ["dbmate", "golang-migrate", "flyway", "prisma"]


async def catalog_of(runtime: Runtime, source: str) -> Catalog:
    async with open_source(
        parse_source(source),
        shadow=runtime.shadow,
        workspace=runtime.workspace,
        databases=runtime.live_databases,
    ) as loaded:
        return await read_catalog(loaded.session)


async def test_a_plan_is_proven_forward_and_back(client: Client) -> None:
    report = told(await generated(client, "file:old.sql", "file:new.sql"))

    assert report["status"] == "proven"
    assert {step["evidence"] for step in report["steps"]} <= {"observed", "fixed facts"}
    assert any("zero residual" in line for line in report["proof"])


@pytest.mark.parametrize(
    "format_", [*FORMATS, *(pytest.param(each, marks=pytest.mark.corpus) for each in MORE_FORMATS)]
)
async def test_the_files_of_each_format_lead_to_the_target_when_their_folder_is_loaded(
    client: Client, runtime: Runtime, format_: str
) -> None:
    place = f"to_new_{format_}"

    created = await generated(client, "empty", "file:old.sql", folder=place, format=format_)
    changed = await generated(client, f"dir:{place}", "file:new.sql", folder=place, format=format_)

    assert told(created)["status"] == told(changed)["status"] == "proven"
    reached = await catalog_of(runtime, f"dir:{place}")
    assert counted(reached, await catalog_of(runtime, "file:new.sql")) == ()


async def test_the_plan_file_is_named_by_its_content(client: Client, folder: Path) -> None:
    report = told(await generated(client, "file:old.sql", "file:new.sql", folder="plans_of_new"))

    path = next(file["path"] for file in report["files"] if file["path"].endswith(".json"))
    plan = read_plan((folder / path).read_bytes(), path)
    assert plan.id == report["plan_id"]
    assert len(plan.fingerprints) == len(plan.forward) + 1
    assert plan.fingerprints[-1] == plan.target


async def test_a_plan_file_that_was_edited_is_refused(client: Client, folder: Path) -> None:
    report = told(await generated(client, "file:old.sql", "file:new.sql", folder="edited"))
    path = next(file["path"] for file in report["files"] if file["path"].endswith(".json"))
    content = json.loads((folder / path).read_bytes())
    content["forward"][0]["sql"] += " -- and more"

    with pytest.raises(Exception, match="was changed after it was written"):
        read_plan(json.dumps(content).encode(), path)


async def test_nothing_is_lost_or_written_unless_the_loss_is_allowed_by_name(
    client: Client, folder: Path
) -> None:
    report = told(
        await generated(client, "file:old.sql", "file:without_note.sql", folder="forbidden")
    )

    assert (report["status"], report["blocked_by"]) == ("blocked", ["public.orders.note"])
    assert report["steps"] == []
    assert not (folder / "forbidden").exists()


async def test_who_would_lose_data_is_asked_in_the_same_answer_what_new_columns_hold(
    client: Client, folder: Path
) -> None:
    (folder / "tenants.sql").write_text(OLD.replace("note text", "tenant bigint NOT NULL"))

    first = told(await generated(client, "file:old.sql", "file:tenants.sql"))
    second = await generated(
        client,
        "file:old.sql",
        "file:tenants.sql",
        options={
            "allow_data_loss": first["blocked_by"],
            "backfill": ["public.orders.tenant = customer_id"],
        },
    )

    assert first["status"] == "blocked"
    assert "options.backfill" in str(first["questions"])
    assert (told(second)["status"], told(second)["questions"]) == ("proven", [])


async def test_an_allowed_loss_is_planned_and_named(client: Client) -> None:
    result = await generated(
        client,
        "file:old.sql",
        "file:without_note.sql",
        options={"allow_data_loss": ["public.orders.note"]},
    )

    assert told(result)["status"] == "proven"
    assert any("public.orders.note" in line for line in told(result)["back"])


async def test_a_name_that_allows_the_loss_of_nothing_is_told(client: Client) -> None:
    options = {"allow_data_loss": ["public.orders.note", "orders.note"]}

    report = told(await generated(client, "file:old.sql", "file:without_note.sql", options=options))

    assert [each for each in report["notes"] if "`orders.note`" in each and "No step" in each]
    assert not [each for each in report["notes"] if "`public.orders.note`" in each]


async def test_equal_schemas_need_no_migration(client: Client) -> None:
    report = told(await generated(client, "file:old.sql", "file:old.sql"))

    assert (report["status"], report["steps"]) == ("nothing to do", [])


async def test_a_table_with_rows_is_not_rewritten_unless_asked(client: Client) -> None:
    online = told(await generated(client, "file:old.sql", "file:new.sql"))
    direct = told(
        await generated(client, "file:old.sql", "file:new.sql", options={"strategy": "direct"})
    )

    assert [each["work"] for each in online["steps"] if "rewrites" in str(each["work"])] == []
    assert any("rewrites public.orders" in each["work"] for each in direct["steps"])


async def test_a_type_is_changed_in_two_phases_with_a_deploy_between(client: Client) -> None:
    report = told(await generated(client, "file:old.sql", "file:new.sql"))

    phases = [step["phase"] for step in report["steps"]]
    assert phases == sorted(phases)
    assert set(phases) == {1, 2}


async def test_without_a_decision_the_open_questions_are_named(client: Client) -> None:
    result = await client.call_tool(
        "generate_migration", {"source": "file:old.sql", "target": "file:new.sql"}
    )

    assert result.is_error
    assert all(question in text_of(result) for question in ("Q1", "Q2", "Q4", "Q7"))
    assert "recommend_profile" in text_of(result)


async def test_what_does_not_reach_the_target_is_unproven_and_not_written(
    client: Client, folder: Path
) -> None:
    (folder / "moody.sql").write_text(
        """CREATE FUNCTION moody() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
          IF current_setting('lock_timeout') = '3s' THEN RAISE 'not now'; END IF; RETURN 1; END $$;
        CREATE MATERIALIZED VIEW v AS SELECT moody();"""
    )

    result = await generated(client, "empty", "file:moody.sql", folder="never")

    report = told(result)
    assert report["status"] == "unproven"
    assert not (folder / "never").exists()
    assert "not proven" in report["next_steps"][0]


async def test_the_statement_that_ends_a_proof_is_shown(client: Client, folder: Path) -> None:
    (folder / "upset.sql").write_text(
        """CREATE FUNCTION upset() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
          IF current_setting('lock_timeout') = '3s' THEN RAISE 'not now'; END IF; RETURN 1; END $$;
        CREATE TABLE t (id int); CREATE MATERIALIZED VIEW seen AS SELECT upset();"""
    )

    result = await generated(client, "empty", "file:upset.sql")

    (line,) = [each for each in text_of(result).splitlines() if "failed: not now" in each]
    assert "CREATE MATERIALIZED VIEW" in line


async def test_secrets_are_proven_with_placeholders_and_written_nowhere(
    client: Client, folder: Path
) -> None:
    (folder / "mapped.sql").write_text(
        "CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;"
        "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u', password 'h1dd3n');"
    )

    result = await generated(client, "empty", "file:mapped.sql", folder="mapped")

    report = told(result)
    files = [(folder / file["path"]).read_text() for file in report["files"]]
    assert report["status"] == "proven"
    assert "fill_in.s.public.password" in text_of(result)
    assert any("current_setting('fill_in.s.public.password')" in text for text in files)
    assert "h1dd3n" not in f"{report}{text_of(result)}{files}"


async def test_a_concise_text_stays_short_for_a_large_schema(client: Client, folder: Path) -> None:
    tables = "".join(f"CREATE TABLE t{n} (id bigint PRIMARY KEY, a text);" for n in range(150))
    (folder / "large.sql").write_text(tables)

    result = await generated(client, "empty", "file:large.sql")

    assert told(result)["status"] == "proven"
    assert len(text_of(result)) < 8_000


async def test_concurrent_calls_do_not_see_each_other(client: Client) -> None:
    results = dict[str, dict[str, Any]]()

    async def run(source: str, target: str) -> None:
        results[source] = told(await generated(client, source, target))

    async with anyio.create_task_group() as group:
        group.start_soon(run, "file:old.sql", "file:new.sql")
        group.start_soon(run, "empty", "file:old.sql")

    assert {each["status"] for each in results.values()} == {"proven"}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"migration": "file:old.sql"}, "one of the two"),
        ({"target": ""}, "one of the two"),
        ({"target": "", "migration": "db:main"}, "no file of the workspace"),
        ({"options": {"renames": ["table:public.nobody=somebody"]}}, "nobody"),
        ({"source": "file:none.sql"}, "none.sql"),
        ({"target": "db:nowhere"}, "nowhere"),
        ({"target": "schema.sql"}, "Valid forms"),
        ({"output": {"format": "rails"}}, "is no format"),
        ({"output": {"name": "../../etc/passwd"}}, "name of a migration"),
        ({"output": {"folder": "../outside"}}, "outside"),
        ({"options": {"alow_data_loss": []}}, "alow_data_loss"),
    ],
)
async def test_a_wrong_argument_is_named(
    client: Client, given: dict[str, object], reason: str
) -> None:
    base = {"source": "file:old.sql", "target": "file:new.sql", "without_decision": True}

    result = await client.call_tool("generate_migration", {**base, **given})

    assert result.is_error
    assert reason in text_of(result)
