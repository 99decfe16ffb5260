import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from server.errors import NotFoundError, RefusedError
from server.workspace import Workspace

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]

Git = Callable[..., str]


@pytest.mark.usefixtures("committed")
async def test_a_committed_file_is_read(workspace: Workspace) -> None:
    content = await workspace.git_blob("HEAD", "migrations/1.sql", limit=100)

    assert content == b"CREATE TABLE t ();"


async def test_a_file_that_has_changed_since_is_read_as_it_was(
    workspace: Workspace, committed: Path
) -> None:
    shutil.rmtree(committed / "migrations")
    (committed / "schema.sql").write_bytes(b"SELECT 2;")

    assert await workspace.git_blob("main", "schema.sql", limit=100) == b"SELECT 1;"
    assert await workspace.git_blob("main", "migrations/1.sql", limit=100) == b"CREATE TABLE t ();"


@pytest.mark.parametrize(
    "ref", ["main~1", "main^", "main^1", "main~1^0", "v1.0", "heads/old", "refs/tags/v1.0", "@~"]
)
async def test_an_earlier_commit_is_named_in_many_ways(
    workspace: Workspace, committed: Path, git: Git, ref: str
) -> None:
    git(committed, "tag", "-a", "v1.0", "-m", "first")
    git(committed, "branch", "old")
    git(committed, "pack-refs", "--all")
    (committed / "schema.sql").write_bytes(b"SELECT 2;")
    git(committed, "commit", "-qam", "second")

    assert await workspace.git_blob(ref, "schema.sql", limit=100) == b"SELECT 1;"


async def test_a_commit_is_named_by_its_hash(
    workspace: Workspace, committed: Path, git: Git
) -> None:
    commit = git(committed, "rev-parse", "HEAD")

    assert await workspace.git_blob(commit, "schema.sql", limit=100) == b"SELECT 1;"
    assert await workspace.git_blob(commit[:10], "schema.sql", limit=100) == b"SELECT 1;"


async def test_a_detached_head_is_read(workspace: Workspace, committed: Path, git: Git) -> None:
    git(committed, "checkout", "-q", "--detach")

    assert await workspace.git_blob("HEAD", "schema.sql", limit=100) == b"SELECT 1;"


async def test_packed_objects_are_read(workspace: Workspace, committed: Path, git: Git) -> None:
    git(committed, "gc", "-q")

    assert await workspace.git_blob("HEAD", "schema.sql", limit=100) == b"SELECT 1;"


async def test_a_repository_of_sha256_hashes_is_read(
    workspace: Workspace, root: Path, git: Git
) -> None:
    git(root, "init", "-q", "--object-format=sha256")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")

    assert await workspace.git_blob("HEAD", "schema.sql", limit=100) == b"SELECT 1;"


async def test_a_repository_whose_top_is_above_the_workspace_is_read(committed: Path) -> None:
    workspace = Workspace([committed / "migrations"])

    assert await workspace.git_blob("HEAD", "1.sql", limit=100) == b"CREATE TABLE t ();"


@pytest.mark.parametrize("path", ["schema.sql", "migrations/1.sql"])
async def test_a_path_in_a_repository_above_starts_from_the_workspace(
    committed: Path, path: str
) -> None:
    workspace = Workspace([committed / "migrations"])

    with pytest.raises(NotFoundError, match="has no file"):
        await workspace.git_blob("HEAD", path, limit=100)


@pytest.mark.parametrize("path", ["../schema.sql", "{top}/schema.sql", ":/schema.sql"])
async def test_a_committed_file_above_the_workspace_is_not_read(committed: Path, path: str) -> None:
    workspace = Workspace([committed / "migrations"])

    with pytest.raises(RefusedError):
        await workspace.git_blob("HEAD", path.format(top=committed), limit=100)


async def test_the_innermost_repository_around_a_file_is_read(
    workspace: Workspace, committed: Path, git: Git
) -> None:
    inner = committed / "inner"
    inner.mkdir()
    (inner / "schema.sql").write_bytes(b"SELECT 'inner';")
    git(inner, "init", "-q")
    git(inner, "add", ".")
    git(inner, "commit", "-qm", "inner")

    assert await workspace.git_blob("HEAD", "inner/schema.sql", limit=100) == b"SELECT 'inner';"


async def test_a_repository_in_a_read_root_is_read(committed: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    workspace = Workspace([tmp_path / "other"], [committed])

    content = await workspace.git_blob("HEAD", f"{committed}/schema.sql", limit=100)

    assert content == b"SELECT 1;"


async def test_a_linked_work_tree_inside_the_workspace_is_read(
    workspace: Workspace, committed: Path, git: Git
) -> None:
    git(committed, "worktree", "add", "-q", "tree")

    assert await workspace.git_blob("HEAD", "tree/schema.sql", limit=100) == b"SELECT 1;"


async def test_a_linked_work_tree_of_a_read_root_is_read(
    committed: Path, tmp_path: Path, git: Git
) -> None:
    git(committed, "worktree", "add", "-q", str(tmp_path / "tree"))
    workspace = Workspace([tmp_path / "tree"], [committed])

    assert await workspace.git_blob("HEAD", "schema.sql", limit=100) == b"SELECT 1;"


@pytest.mark.usefixtures("committed")
async def test_a_file_above_the_limit_is_refused(workspace: Workspace) -> None:
    assert await workspace.git_blob("HEAD", "schema.sql", limit=9) == b"SELECT 1;"
    with pytest.raises(RefusedError, match="larger than 8 bytes"):
        await workspace.git_blob("HEAD", "schema.sql", limit=8)


async def test_a_file_larger_than_a_pipe_is_read_whole(
    workspace: Workspace, committed: Path, git: Git
) -> None:
    content = os.urandom(3_000_000)
    (committed / "big.sql").write_bytes(content)
    git(committed, "add", ".")
    git(committed, "commit", "-qm", "big")

    assert await workspace.git_blob("HEAD", "big.sql", limit=3_000_000) == content


@pytest.mark.usefixtures("committed")
async def test_an_unknown_revision_is_not_found(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no commit `nowhere`"):
        await workspace.git_blob("nowhere", "schema.sql", limit=100)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("path", ["missing.sql", "schema.sql/x", "*.sql"])
async def test_a_file_that_the_commit_lacks_is_not_found(workspace: Workspace, path: str) -> None:
    with pytest.raises(NotFoundError, match="has no file"):
        await workspace.git_blob("HEAD", path, limit=100)


async def test_an_uncommitted_file_is_not_found(workspace: Workspace, committed: Path) -> None:
    (committed / "new.sql").write_bytes(b"")

    with pytest.raises(NotFoundError, match="has no file"):
        await workspace.git_blob("HEAD", "new.sql", limit=100)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("path", ["migrations", "."])
async def test_a_committed_folder_is_no_file(workspace: Workspace, path: str) -> None:
    with pytest.raises(RefusedError, match="is a folder"):
        await workspace.git_blob("HEAD", path, limit=100)


async def test_a_folder_without_a_repository_is_not_found(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="No git repository"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_a_repository_without_commits_has_none(
    workspace: Workspace, root: Path, git: Git
) -> None:
    git(root, "init", "-q")

    with pytest.raises(NotFoundError, match="no commit"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_the_commit_that_the_work_tree_stands_on_is_named(
    workspace: Workspace, committed: Path, git: Git
) -> None:
    assert await workspace.git_head() == git(committed, "rev-parse", "HEAD").strip()


async def test_a_folder_without_a_repository_stands_on_no_commit(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError):
        await workspace.git_head()
