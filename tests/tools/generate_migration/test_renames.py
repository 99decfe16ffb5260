"""Renames through a real client: asked about, never guessed."""

from pathlib import Path

import pytest
from mcp import Client

from tests.tools.generate_migration.calls import OLD, generated, told

pytestmark = pytest.mark.anyio


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
