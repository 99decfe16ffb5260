import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import (
    FORMS,
    EmptySource,
    FileSource,
    FolderSource,
    GitSource,
    LiveSource,
    Source,
    open_source,
    parse_source,
)
from server.errors import InvalidInputError, NotFoundError, RefusedError
from server.workspace import Workspace

_TABLES = """
SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
WHERE relkind = 'r' AND oid >= 16384
"""
_NO_SOURCES = """
a.sql|empty:|db:|db|file:|dir:|git:|git:HEAD|git::a.sql|git:HEAD:|http://x|DB:main| empty|
git:--upload-pack=x:a.sql|git:-x:a.sql
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("empty", EmptySource()),
        ("db:main", LiveSource("main")),
        ("file:a/b.sql", FileSource("a/b.sql")),
        ("file:C:a.sql", FileSource("C:a.sql")),
        ("dir:migrations/", FolderSource("migrations/")),
        ("git:HEAD~1:a/b.sql", GitSource("HEAD~1", "a/b.sql")),
        ("git:v1.0:a:b.sql", GitSource("v1.0", "a:b.sql")),
    ],
)
def test_a_source_is_one_string(text: str, expected: Source) -> None:
    assert parse_source(text) == expected


@pytest.mark.parametrize("text", ["", *_NO_SOURCES.replace("\n", "").split("|")])
def test_anything_else_is_refused_with_the_valid_forms(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_source(text)

    assert FORMS in refused.value.next_step


def test_a_long_text_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_source("x" * 10_000)

    assert len(str(refused.value)) < 500


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace([tmp_path])


async def tables(text: str, shadow: Shadow, workspace: Workspace) -> str | None:
    source = parse_source(text)
    async with open_source(source, shadow=shadow, workspace=workspace, databases={}) as schema:
        return await schema.session.value(_TABLES)


@pytest.mark.anyio
async def test_the_empty_source_holds_nothing(shadow: Shadow, workspace: Workspace) -> None:
    assert await tables("empty", shadow, workspace) is None


@pytest.mark.anyio
async def test_a_file_is_loaded(shadow: Shadow, workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE a ();", encoding="utf-8")

    assert await tables("file:a.sql", shadow, workspace) == "a"


@pytest.mark.anyio
async def test_a_folder_is_its_plain_sql_files(
    shadow: Shadow, workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "m" / "nested").mkdir(parents=True)
    (tmp_path / "m" / "2.sql").write_text("ALTER TABLE a RENAME TO b;", encoding="utf-8")
    (tmp_path / "m" / "1.sql").write_text("CREATE TABLE a ();", encoding="utf-8")
    (tmp_path / "m" / "notes.md").write_text("no SQL", encoding="utf-8")
    (tmp_path / "m" / "nested" / "3.sql").write_text("CREATE TABLE c ();", encoding="utf-8")

    assert await tables("dir:m", shadow, workspace) == "b"


_ALEMBIC = """
revision = {name!r}
down_revision = {after!r}
def upgrade():
    op.execute({sql!r})
"""
_LAYOUTS = {
    "dbmate": {
        "1.sql": "-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n",
        "2.sql": "-- migrate:up\nALTER TABLE a RENAME TO b;\n",
    },
    "golang-migrate": {
        "10_b.up.sql": "ALTER TABLE a RENAME TO b",
        "9_a.up.sql": "CREATE TABLE a ()",
        "9_a.down.sql": "DROP TABLE a",
    },
    "flyway": {"V9__a.sql": "CREATE TABLE a ();", "V10__b.sql": "ALTER TABLE a RENAME TO b;"},
    "prisma": {
        "migration_lock.toml": 'provider = "postgresql"',
        "2024_b/migration.sql": "ALTER TABLE a RENAME TO b;",
        "0_init/migration.sql": "CREATE TABLE a ();",
        "0_init/down.sql": "DROP TABLE a;",
    },
    "alembic": {
        "env.py": "raise SystemExit",
        "versions/1.py": _ALEMBIC.format(name="z", after="y", sql="ALTER TABLE a RENAME TO b"),
        "versions/2.py": _ALEMBIC.format(name="y", after=None, sql="CREATE TABLE a ()"),
    },
    "node-pg-migrate": {
        "1700000000000_a.js": "exports.up = (pgm) => { pgm.sql(`CREATE TABLE a ()`); };",
        "1800000000000_b.sql": "-- Up Migration\nALTER TABLE a RENAME TO b;",
    },
}


@pytest.mark.anyio
@pytest.mark.parametrize("layout", _LAYOUTS)
async def test_a_folder_of_migrations_is_loaded_as_its_runner_applies_it(
    shadow: Shadow, workspace: Workspace, tmp_path: Path, layout: str
) -> None:
    _fill(tmp_path / "m", _LAYOUTS[layout])

    assert await tables("dir:m", shadow, workspace) == "b"


def _fill(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


@pytest.mark.anyio
async def test_a_folder_that_is_closed_to_us_does_not_hide_the_files_beside_it(
    shadow: Shadow, workspace: Workspace, tmp_path: Path
) -> None:
    _fill(tmp_path / "m", {"1.sql": "CREATE TABLE a ();"})
    (tmp_path / "m" / "data").mkdir(mode=0o000)

    assert await tables("dir:m", shadow, workspace) == "a"


@pytest.mark.anyio
async def test_a_fault_in_a_migration_of_code_is_found_on_its_line(
    shadow: Shadow, workspace: Workspace, tmp_path: Path
) -> None:
    _fill(tmp_path / "m", {"1_a.js": "exports.up = (pgm) => {\n\n  pgm.sql(`CREATE nothing`);\n}"})

    with pytest.raises(InvalidInputError, match=r"^m/1_a\.js:3:\d+: syntax error"):
        await tables("dir:m", shadow, workspace)


@pytest.mark.anyio
async def test_migrations_that_are_code_are_refused_and_not_executed(
    shadow: Shadow, workspace: Workspace, tmp_path: Path
) -> None:
    touch = f"open({str(tmp_path / 'touched')!r}, 'w')"
    code = f"down_revision = None\nrevision = 'a'\ndef upgrade():\n    {touch}\n{touch}\n"
    _fill(tmp_path / "m", {"a.py": code})

    with pytest.raises(InvalidInputError, match=r"a\.py:4: a revision that is not literal SQL"):
        await tables("dir:m", shadow, workspace)
    assert not (tmp_path / "touched").exists()


@pytest.mark.anyio
async def test_a_folder_without_sql_is_refused(
    shadow: Shadow, workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "m").mkdir()

    with pytest.raises(InvalidInputError, match=r"holds no \.sql file"):
        await tables("dir:m", shadow, workspace)


@pytest.mark.anyio
async def test_a_commit_is_loaded_as_it_was(
    shadow: Shadow, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "a.sql"
    file.write_text("CREATE TABLE old ();", encoding="utf-8")
    _git(tmp_path, "init", "--quiet")
    _git(tmp_path, "add", "a.sql")
    _git(tmp_path, "-c", "user.name=x", "-c", "user.email=x", "commit", "--quiet", "-m", "x")
    file.write_text("CREATE TABLE new ();", encoding="utf-8")

    assert await tables("git:HEAD:a.sql", shadow, workspace) == "old"


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.anyio
async def test_a_database_that_the_operator_did_not_name_is_not_found(
    shadow: Shadow, workspace: Workspace
) -> None:
    with pytest.raises(NotFoundError, match="no database 'other'"):
        await tables("db:other", shadow, workspace)


@pytest.mark.anyio
@pytest.mark.parametrize("text", ["file:../a.sql", "file:/etc/passwd", "dir:/etc"])
async def test_what_lies_outside_the_fence_is_refused(
    shadow: Shadow, workspace: Workspace, text: str
) -> None:
    with pytest.raises(RefusedError):
        await tables(text, shadow, workspace)


@pytest.mark.anyio
async def test_a_file_that_is_missing_is_not_found(shadow: Shadow, workspace: Workspace) -> None:
    with pytest.raises(NotFoundError):
        await tables("file:missing.sql", shadow, workspace)
