"""Revisions and repositories made to read, or to run, something else."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from server.errors import NotFoundError, RefusedError, UnavailableError
from server.workspace import Workspace

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]

Git = Callable[..., str]


@pytest.fixture
def private(outside: Path, git: Git) -> Path:
    """A repository outside the workspace."""
    git(outside, "init", "-q", "-b", "main")
    git(outside, "add", ".")
    git(outside, "commit", "-qm", "private")
    return outside


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    "ref",
    [
        pytest.param("-h", id="option"),
        pytest.param("--git-dir=/tmp", id="long-option"),
        pytest.param("", id="empty"),
        pytest.param("HEAD:schema.sql", id="path"),
        pytest.param(":schema.sql", id="index"),
        pytest.param(":/first", id="search"),
        pytest.param("HEAD^{tree}", id="tree"),
        pytest.param("HEAD^{/first}", id="search-from"),
        pytest.param("HEAD@{0}", id="reflog"),
        pytest.param("main@{upstream}", id="upstream"),
        pytest.param("@{-1}", id="checked-out-before"),
        pytest.param("HEAD..main", id="range"),
        pytest.param("^HEAD", id="exclusion"),
        pytest.param("HEAD main", id="two"),
        pytest.param("HEAD\n", id="line-feed"),
        pytest.param("HEAD\0", id="nul"),
        pytest.param("\u200bHEAD", id="zero-width"),
        pytest.param("\ud800", id="lone-surrogate"),
        pytest.param("HE*D", id="pattern"),
        pytest.param("../HEAD", id="up"),
        pytest.param("/etc/passwd", id="absolute"),
        pytest.param("HEAD~1000000000", id="far"),
        pytest.param("x" * 256, id="long"),
    ],
)
async def test_a_revision_that_is_not_plain_is_refused(workspace: Workspace, ref: str) -> None:
    with pytest.raises(RefusedError, match="is not a plain one"):
        await workspace.git_blob(ref, "schema.sql", limit=100)


@pytest.mark.parametrize("kind", ["HEAD^{tree}", "HEAD:schema.sql"])
async def test_the_hash_of_what_is_no_commit_is_not_found(
    workspace: Workspace, committed: Path, git: Git, kind: str
) -> None:
    with pytest.raises(NotFoundError, match="no commit"):
        await workspace.git_blob(git(committed, "rev-parse", kind), "schema.sql", limit=100)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("path", [".git/config", ".env", "-r", "a/../schema.sql", "a:b", ""])
async def test_the_fence_of_paths_holds_for_commits_too(workspace: Workspace, path: str) -> None:
    with pytest.raises((RefusedError, NotFoundError)):
        await workspace.git_blob("HEAD", path, limit=100)


async def test_a_committed_secret_is_not_read(
    workspace: Workspace, committed: Path, git: Git
) -> None:
    (committed / ".env").write_bytes(b"TOKEN=1")
    git(committed, "add", "-f", ".env")
    git(committed, "commit", "-qm", "oops")

    with pytest.raises(RefusedError, match="kept for secrets"):
        await workspace.git_blob("HEAD", ".env", limit=100)


async def test_a_committed_link_is_refused(workspace: Workspace, committed: Path, git: Git) -> None:
    (committed / "link.sql").symlink_to("schema.sql")
    git(committed, "add", ".")
    git(committed, "commit", "-qm", "link")

    with pytest.raises(RefusedError, match="is a symbolic link in commit"):
        await workspace.git_blob("HEAD", "link.sql", limit=100)


async def test_a_submodule_is_refused(
    workspace: Workspace, committed: Path, private: Path, git: Git
) -> None:
    git(committed, "submodule", "--quiet", "add", str(private), "sub")
    git(committed, "commit", "-qm", "submodule")

    with pytest.raises(RefusedError, match="is a submodule in commit"):
        await workspace.git_blob("HEAD", "sub", limit=100)


async def test_a_file_of_a_submodule_is_read_from_its_own_repository(
    workspace: Workspace, committed: Path, private: Path, git: Git
) -> None:
    git(committed, "submodule", "--quiet", "add", str(private), "sub")

    assert await workspace.git_blob("HEAD", "sub/schema.sql", limit=100) == b"SELECT 'secret';"


async def test_a_program_that_the_repository_would_fetch_with_is_not_run(
    workspace: Workspace, committed: Path, git: Git
) -> None:
    blob = git(committed, "rev-parse", "HEAD:schema.sql")
    trace = committed / "ran"
    with (committed / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write(
            "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n"
            '[protocol "ext"]\n\tallow = always\n'
            '[remote "origin"]\n\tpromisor = true\n'
            f"\turl = ext::sh -c touch% {trace}\n"
        )
    (committed / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(subprocess.CalledProcessError):
        git(committed, "cat-file", "blob", blob)
    trace.unlink()  # git itself did run it

    with pytest.raises(UnavailableError, match="this clone lacks it"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)

    assert not trace.exists()


async def test_what_the_configuration_includes_is_not_opened(
    workspace: Workspace, committed: Path
) -> None:
    os.mkfifo(committed / "pipe")
    with (committed / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write(f"[include]\n\tpath = {committed}/pipe\n")

    assert await workspace.git_blob("HEAD", "schema.sql", limit=100) == b"SELECT 1;"


async def test_a_replacement_does_not_change_what_a_commit_holds(
    workspace: Workspace, committed: Path, git: Git
) -> None:
    (committed / "schema.sql").write_bytes(b"SELECT 'replaced';")
    other = git(committed, "hash-object", "-w", "schema.sql")
    git(committed, "replace", git(committed, "rev-parse", "HEAD:schema.sql"), other)

    assert await workspace.git_blob("HEAD", "schema.sql", limit=100) == b"SELECT 1;"


async def test_objects_borrowed_from_outside_are_refused(
    workspace: Workspace, root: Path, private: Path, git: Git
) -> None:
    git(root, "clone", "-q", "--shared", "--no-checkout", str(private), "clone")

    with pytest.raises(RefusedError, match="not self-contained: `objects/info/alternates`"):
        await workspace.git_blob("HEAD", "clone/schema.sql", limit=100)


async def test_a_branch_may_be_named_like_the_file_that_borrows(
    workspace: Workspace, committed: Path, git: Git
) -> None:
    git(committed, "branch", "alternates")

    assert await workspace.git_blob("alternates", "schema.sql", limit=100) == b"SELECT 1;"


@pytest.mark.usefixtures("committed")
async def test_a_repository_with_too_many_files_is_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.workspace.repository.MOST_ENTRIES", 5)

    with pytest.raises(RefusedError, match="more than 5 files"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


@pytest.mark.parametrize("entry", ["objects", "objects/pack", "refs", "refs/heads", "packed-refs"])
async def test_a_repository_whose_parts_are_links_is_refused(
    workspace: Workspace, committed: Path, private: Path, git: Git, entry: str
) -> None:
    for folder in (committed, private):
        git(folder, "gc", "-q")
    ours = committed / ".git" / entry
    ours.rename(committed / "moved")
    ours.symlink_to(private / ".git" / entry)

    with pytest.raises(RefusedError, match=f"`{entry}` in its `.git` folder leads elsewhere"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


@pytest.mark.parametrize("entry", ["HEAD", "config"])
async def test_a_repository_whose_files_are_links_is_refused(
    workspace: Workspace, committed: Path, private: Path, entry: str
) -> None:
    (committed / ".git" / entry).unlink()
    (committed / ".git" / entry).symlink_to(private / ".git" / entry)

    with pytest.raises(RefusedError, match=f"git's {entry}.* is a symbolic link"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_a_pipe_among_the_refs_is_refused_without_waiting(
    workspace: Workspace, committed: Path
) -> None:
    os.mkfifo(committed / ".git" / "refs" / "heads" / "pipe")

    with pytest.raises(RefusedError, match="not self-contained"):
        await workspace.git_blob("pipe", "schema.sql", limit=100)


async def test_a_git_folder_that_is_a_link_is_refused(
    workspace: Workspace, root: Path, private: Path
) -> None:
    (root / ".git").symlink_to(private / ".git")

    with pytest.raises(RefusedError, match="is a symbolic link"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


@pytest.mark.parametrize("pointer", ["gitdir: ../outside/.git", "gitdir: link", "gitdir: /"])
async def test_a_git_file_that_points_outside_is_refused(
    workspace: Workspace, root: Path, private: Path, pointer: str
) -> None:
    (root / ".git").write_text(pointer, encoding="utf-8")
    (root / "link").symlink_to(private / ".git")

    with pytest.raises(RefusedError, match="is kept outside"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_no_git_file_tells_whether_something_outside_exists(
    workspace: Workspace, root: Path
) -> None:
    (root / ".git").write_text("gitdir: ../missing", encoding="utf-8")

    with pytest.raises(RefusedError, match="is kept outside"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


@pytest.mark.parametrize("pointer", ["gitdir: missing", "gitdir: a\0b", "", "gitdir: schema.sql"])
async def test_a_git_file_that_points_at_no_repository_is_an_error_for_the_caller(
    workspace: Workspace, root: Path, pointer: str
) -> None:
    (root / ".git").write_text(pointer, encoding="utf-8")

    with pytest.raises((NotFoundError, RefusedError)):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_a_common_folder_outside_is_refused(
    workspace: Workspace, committed: Path, private: Path
) -> None:
    (committed / ".git" / "commondir").write_text(f"{private}/.git", encoding="utf-8")

    with pytest.raises(RefusedError, match="is kept outside"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_a_linked_work_tree_of_a_repository_outside_is_refused(
    workspace: Workspace, root: Path, private: Path, git: Git
) -> None:
    git(private, "worktree", "add", "-q", str(root / "tree"))

    with pytest.raises(RefusedError, match="read root"):
        await workspace.git_blob("HEAD", "tree/schema.sql", limit=100)


async def test_a_link_to_a_repository_outside_is_not_followed(
    workspace: Workspace, root: Path, private: Path
) -> None:
    (root / "link").symlink_to(private)

    with pytest.raises(NotFoundError, match="No git repository"):
        await workspace.git_blob("HEAD", "link/schema.sql", limit=100)


async def test_a_repository_above_that_belongs_to_another_user_is_not_used(
    committed: Path,
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(committed / ".git", 12345, 12345)
    workspace = Workspace([committed / "migrations"])

    with pytest.raises(NotFoundError, match="No git repository"):
        await workspace.git_blob("HEAD", "1.sql", limit=100)


async def test_refs_in_a_form_that_is_not_read_are_named(
    workspace: Workspace, committed: Path
) -> None:
    with (committed / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write("[extensions]\n\trefStorage = reftable\n")

    with pytest.raises(UnavailableError, match="reftable"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)
