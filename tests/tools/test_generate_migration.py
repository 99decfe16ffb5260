"""The tool through a real client: the plan, its proof, its files, and what it refuses."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import CallToolResult, TextContent

from server.endpoint import registered
from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.migration.plan import read_plan
from server.engines.migration.planner import counted
from server.engines.postgres.sources import open_source, parse_source
from server.runtime import Runtime, open_runtime
from server.sdk import Server
from server.settings import Settings, load_settings
from server.tools.generate_migration import TOOL

pytestmark = pytest.mark.anyio

OLD = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL, total integer NOT NULL, note text
);
"""
NEW = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, email text UNIQUE);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id),
  total bigint NOT NULL, note text
);
CREATE INDEX orders_customer ON orders (customer_id);
"""
WITHOUT_NOTE = OLD.replace(", note text", "")
FORMATS = ["plain", "alembic", "node-pg-migrate"]
MORE_FORMATS = ["dbmate", "golang-migrate", "flyway", "prisma"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Settings:
    workspace = tmp_path_factory.mktemp("workspace")
    for name, text in (("old", OLD), ("new", NEW), ("without_note", WITHOUT_NOTE)):
        (workspace / f"{name}.sql").write_text(text)
    return load_settings(workspace=[workspace], cache=cache)


@pytest.fixture(scope="module")
async def runtime(settings: Settings) -> AsyncGenerator[Runtime, None]:
    async with open_runtime(settings) as runtime:
        yield runtime


@pytest.fixture
def folder(runtime: Runtime) -> Path:
    return runtime.settings.workspace[0]


@pytest.fixture
async def client(runtime: Runtime) -> AsyncGenerator[Client, None]:
    server = Server(name="test", tools=[registered(TOOL, runtime)])
    async with Client(server) as client:
        yield client


async def generated(
    client: Client, source: str, target: str, *, folder: str = "", **more: object
) -> CallToolResult:
    output = {"folder": folder, **({"format": more.pop("format")} if "format" in more else {})}
    given = {"source": source, "target": target, "without_decision": True, "output": output}
    return await client.call_tool("generate_migration", {**given, **more})


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


def told(result: CallToolResult) -> dict[str, Any]:
    assert result.structured_content is not None, text_of(result)
    return result.structured_content


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


async def judged(client: Client, migration: str, **more: object) -> CallToolResult:
    given = {"source": "file:old.sql", "migration": migration, "without_decision": True}
    return await client.call_tool("generate_migration", {**given, **more})


async def test_a_file_of_somebody_else_is_run_and_its_locks_are_found(
    client: Client, folder: Path
) -> None:
    (folder / "theirs.sql").write_text(
        "ALTER TABLE orders ALTER COLUMN total TYPE bigint; CREATE INDEX slow ON orders (note);"
    )

    report = told(await judged(client, "file:theirs.sql"))

    rules = {each.split("**")[1] for each in report["findings"]}
    assert {"rewriting-column-type", "blocking-index-build"} <= rules
    assert "rewrites public.orders" in report["steps"][0]["work"]
    assert "is proven" in report["safe_form"][0]
    assert "CONCURRENTLY" in str(report["safe_form"])


async def test_what_is_created_in_the_same_file_is_not_flagged(
    client: Client, folder: Path
) -> None:
    (folder / "fresh.sql").write_text(
        "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '9s';"
        "CREATE TABLE fresh (id bigint PRIMARY KEY, a text); CREATE INDEX ON fresh (a); COMMIT;"
    )

    assert told(await judged(client, "file:fresh.sql"))["findings"] == []


async def test_a_file_that_fails_is_told_with_statement_and_reason(
    client: Client, folder: Path
) -> None:
    (folder / "broken.sql").write_text(
        "CREATE TABLE more (a int); BEGIN; CREATE TABLE one (a int); ALTER TABLE nowhere ADD b int;"
        "CREATE TABLE two (a int); COMMIT;"
    )

    report = told(await judged(client, "file:broken.sql"))

    assert report["status"] == "fails"
    assert 'Statement 3 of 4 fails even on empty tables: relation "nowhere"' in report["summary"]
    assert "it stays: statement 1. Undone with its transaction: statement 2." in report["summary"]
    assert "Never run: statement 4." in report["summary"]
    assert report["next_steps"][0].startswith("Mend statement 3")


async def test_a_file_that_discards_data_is_proven_and_names_what_must_be_allowed(
    client: Client, folder: Path
) -> None:
    (folder / "dropping.sql").write_text("DROP TABLE orders;")

    first = told(await judged(client, "file:dropping.sql"))
    options = {"allow_data_loss": first["blocked_by"]}
    second = told(await judged(client, "file:dropping.sql", options=options))

    assert first["status"] == "proven, judged, discards data that is not allowed"
    assert first["blocked_by"] == ["public.orders"]
    assert "data loss: all rows of public.orders are lost" in first["steps"][0]["hazards"]
    assert "No way back undoes this of statement 1" in first["back"][-1]
    assert (second["status"], second["blocked_by"]) == ("proven, judged", [])
    assert "is proven" in second["safe_form"][0]


async def test_a_down_file_beside_it_is_run_as_its_way_back(client: Client, folder: Path) -> None:
    (folder / "1_paid.up.sql").write_text("ALTER TABLE orders ADD COLUMN paid boolean;")
    (folder / "1_paid.down.sql").write_text("ALTER TABLE orders DROP COLUMN paid;")

    report = told(await judged(client, "file:1_paid.up.sql"))

    assert report["status"] == "proven, judged"
    assert "own way back was run after it: it leads back" in report["back"][0]
    assert "ACCESS EXCLUSIVE on public.orders" in report["back"][1]
    assert "public.orders.paid are lost" in report["back"][1]


async def test_a_way_back_that_does_not_lead_back_is_a_finding_with_what_is_left(
    client: Client, folder: Path
) -> None:
    (folder / "2_paid.sql").write_text(
        "-- migrate:up\nALTER TABLE orders ADD COLUMN paid boolean, ADD COLUMN due date;\n"
        "-- migrate:down\nALTER TABLE orders DROP COLUMN paid;\n"
    )

    result = await judged(client, "file:2_paid.sql", output={"format": "dbmate"})

    report = told(result)
    assert report["status"] == "proven, judged, its own way back does not lead back"
    assert report["findings"][0].startswith("**wrong-way-back**")
    assert "- column:public.orders.due" in report["findings"][0]
    assert "Ours, proven" in report["back"][0]
    assert "wrong-way-back" in text_of(result)
    assert any("own way back" in each for each in report["next_steps"])


async def test_a_way_back_that_is_code_is_told_and_not_run(client: Client, folder: Path) -> None:
    (folder / "b.py").write_text(
        'revision = "b"\ndown_revision = "a"\n'
        'def upgrade():\n    op.execute("CREATE TABLE more (a int)")\n'
        "def downgrade():\n    raise NotImplementedError\n"
    )

    report = told(await judged(client, "file:b.py", output={"format": "alembic"}))

    assert report["status"] == "proven, judged"
    assert any("own way back was not run: b.py:6" in note for note in report["notes"])
    assert "brings no way back" in report["back"][0]


async def test_a_new_column_of_a_file_that_rows_have_no_value_for_is_asked_about(
    client: Client, folder: Path
) -> None:
    (folder / "tenant.sql").write_text("ALTER TABLE orders ADD COLUMN tenant int NOT NULL;")

    first = told(await judged(client, "file:tenant.sql"))
    options = {"backfill": ["public.orders.tenant = customer_id"]}
    second = told(await judged(client, "file:tenant.sql", options=options))

    assert "options.backfill" in first["questions"][0]
    assert "is proven: " in second["safe_form"][0]


async def test_a_file_without_a_statement_is_nothing_to_do(client: Client, folder: Path) -> None:
    (folder / "nothing.sql").write_text("-- nothing to see here\n")

    report = told(await judged(client, "file:nothing.sql"))

    assert (report["status"], report["steps"]) == ("nothing to do", [])


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("COPY orders TO PROGRAM 'id';", "runs a program"),
        ("DO $$ BEGIN EXECUTE 'COPY orders TO PROGRAM ''id'' '; END $$;", "42501"),
        ("SELECT pg_terminate_backend(pg_backend_pid());", "42501"),
        ("RESET SESSION AUTHORIZATION; DROP TABLE pg_catalog.pg_class;", "Statement 2 of 2"),
        ("ALTER SYSTEM SET log_statement = 'all';", "whole server"),
    ],
)
async def test_a_file_that_reaches_beyond_its_schema_fails_and_leaves_it_to_an_operator(
    client: Client, folder: Path, sql: str, reason: str
) -> None:
    (folder / "hostile.sql").write_text(sql)

    report = told(await judged(client, "file:hostile.sql"))

    assert report["status"] == "fails"
    assert reason in report["summary"]
    assert any("leave it to an operator" in each for each in report["next_steps"])


async def test_a_rename_by_annotation_keeps_the_rows_and_loses_nothing(
    client: Client, folder: Path
) -> None:
    (folder / "renamed.sql").write_text(
        OLD.replace("note text", "\n  remark text -- @renamed from=note\n")
    )

    report = told(await generated(client, "file:old.sql", "file:renamed.sql"))

    assert (report["status"], report["blocked_by"]) == ("proven", [])
    assert [each["verb"] for each in report["steps"]] == ["rename"]


async def test_a_likely_rename_is_asked_about_and_never_guessed(
    client: Client, folder: Path
) -> None:
    (folder / "likely.sql").write_text(OLD.replace("note text", "notes text"))

    report = told(await generated(client, "file:old.sql", "file:likely.sql"))

    assert report["status"] == "blocked"
    assert "options.renames" in report["questions"][0]


async def test_the_argument_that_a_question_names_is_taken_beside_the_rename_of_its_table(
    client: Client, folder: Path
) -> None:
    (folder / "people.sql").write_text("CREATE TABLE people (id int PRIMARY KEY, full_name text);")
    (folder / "users.sql").write_text("CREATE TABLE users (id int PRIMARY KEY, name text);")
    both = ("file:users.sql", "file:people.sql")
    table = "table:public.users=people"
    asked = told(await generated(client, *both, options={"renames": [table]}))
    column = asked["questions"][0].split("options.renames=[`")[1].split("`]")[0]

    report = told(await generated(client, *both, options={"renames": [table, column]}))

    assert (report["status"], report["questions"]) == ("proven", [])


async def test_the_locks_on_a_table_that_the_plan_renamed_are_told(
    client: Client, folder: Path
) -> None:
    (folder / "people.sql").write_text("CREATE TABLE people (id int PRIMARY KEY);")
    (folder / "users.sql").write_text("CREATE TABLE users (id int PRIMARY KEY, name text);")
    options = {"renames": ["table:public.users=people"], "allow_data_loss": ["public.people.name"]}

    report = told(await generated(client, "file:users.sql", "file:people.sql", options=options))

    dropped = next(each for each in report["steps"] if each["verb"] == "drop")
    assert dropped["lock"].startswith("ACCESS EXCLUSIVE on public.")


async def test_a_file_that_renames_a_table_is_told_what_it_rewrites_after_that(
    client: Client, folder: Path
) -> None:
    (folder / "users.sql").write_text("CREATE TABLE users (id int PRIMARY KEY, name text);")
    (folder / "rename_first.sql").write_text(
        "ALTER TABLE public.users RENAME TO people;\n"
        "ALTER TABLE public.people ALTER COLUMN id TYPE bigint;\n"
    )

    report = told(await judged(client, "file:rename_first.sql", source="file:users.sql"))

    assert any("rewrites public.people" in each for each in report["steps"][1]["work"])


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
