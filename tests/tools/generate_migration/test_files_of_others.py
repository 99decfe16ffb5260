"""Files that somebody else wrote, judged through a real client."""

from pathlib import Path

import pytest
from mcp import Client

from tests.tools.generate_migration.calls import judged, text_of, told

pytestmark = pytest.mark.anyio


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
