import subprocess
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
