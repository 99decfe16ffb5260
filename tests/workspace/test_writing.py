import errno
import hashlib
import os
import stat
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.errors import RefusedError, UnavailableError
from server.workspace import Workspace, WrittenFile


@pytest.fixture
def umask() -> Generator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.fixture
def no_exclusive_rename(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "freebsd14")


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_written_file_is_reported_with_its_size_and_hash(
    workspace: Workspace, root: Path
) -> None:
    written = workspace.write("./new.sql", b"SELECT 2;")

    assert written == WrittenFile("new.sql", 9, hashlib.sha256(b"SELECT 2;").hexdigest())
    assert (root / "new.sql").read_bytes() == b"SELECT 2;"


def test_missing_folders_are_made(workspace: Workspace, root: Path) -> None:
    workspace.write("a/b/c.sql", b"x")

    assert (root / "a" / "b" / "c.sql").read_bytes() == b"x"


def test_a_file_that_exists_is_not_overwritten(workspace: Workspace, root: Path) -> None:
    with pytest.raises(RefusedError, match="exists and is not overwritten"):
        workspace.write("schema.sql", b"")

    assert (root / "schema.sql").read_bytes() == b"SELECT 1;"


def test_a_file_that_exists_is_overwritten_when_asked(workspace: Workspace, root: Path) -> None:
    workspace.write("schema.sql", b"SELECT 2;", overwrite=True)

    assert (root / "schema.sql").read_bytes() == b"SELECT 2;"


def test_a_missing_file_is_written_when_overwriting_is_allowed(
    workspace: Workspace, root: Path
) -> None:
    workspace.write("new.sql", b"x", overwrite=True)

    assert (root / "new.sql").read_bytes() == b"x"


@pytest.mark.usefixtures("umask")
def test_a_new_file_and_its_folder_have_the_permissions_of_the_umask(
    workspace: Workspace, root: Path
) -> None:
    workspace.write("folder/new.sql", b"x")

    assert stat.S_IMODE((root / "folder").stat().st_mode) == 0o750
    assert stat.S_IMODE((root / "folder" / "new.sql").stat().st_mode) == 0o640


def test_a_new_file_is_not_executable_and_is_written_by_its_owner_only(
    workspace: Workspace, root: Path
) -> None:
    before = os.umask(0)
    workspace.write("folder/new.sql", b"x")
    os.umask(before)

    assert stat.S_IMODE((root / "folder").stat().st_mode) == 0o755
    assert stat.S_IMODE((root / "folder" / "new.sql").stat().st_mode) == 0o644


def test_an_overwritten_file_keeps_its_permissions(workspace: Workspace, root: Path) -> None:
    (root / "schema.sql").chmod(0o4750)

    workspace.write("schema.sql", b"x", overwrite=True)

    assert stat.S_IMODE((root / "schema.sql").stat().st_mode) == 0o750


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_link_is_not_written_through(
    workspace: Workspace, root: Path, outside: Path, *, overwrite: bool
) -> None:
    (root / "link.sql").symlink_to(outside / "schema.sql")

    with pytest.raises(RefusedError, match="is a symbolic link"):
        workspace.write("link.sql", b"x", overwrite=overwrite)

    assert (outside / "schema.sql").read_bytes() == b"SELECT 'secret';"


def test_a_dangling_link_is_not_written_through(
    workspace: Workspace, root: Path, outside: Path
) -> None:
    (root / "link.sql").symlink_to(outside / "new.sql")

    with pytest.raises(RefusedError, match="is a symbolic link"):
        workspace.write("link.sql", b"x")

    assert names_in(outside) == ["schema.sql"]


@pytest.mark.parametrize("path", ["link/new.sql", "link/new/new.sql"])
def test_a_linked_folder_is_not_written_into(
    workspace: Workspace, root: Path, outside: Path, path: str
) -> None:
    (root / "link").symlink_to(outside)

    with pytest.raises(RefusedError, match="symbolic link"):
        workspace.write(path, b"x")

    assert names_in(outside) == ["schema.sql"]


def test_a_dangling_link_is_not_made_a_folder(
    workspace: Workspace, root: Path, outside: Path
) -> None:
    (root / "link").symlink_to(outside / "new")

    with pytest.raises(RefusedError, match="symbolic link"):
        workspace.write("link/new.sql", b"x")

    assert names_in(outside) == ["schema.sql"]


def test_a_second_name_of_a_file_outside_is_replaced_not_written_through(
    workspace: Workspace, root: Path, outside: Path
) -> None:
    (root / "innocent.sql").hardlink_to(outside / "schema.sql")

    workspace.write("innocent.sql", b"x", overwrite=True)

    assert (outside / "schema.sql").read_bytes() == b"SELECT 'secret';"


@pytest.mark.parametrize("path", ["folder", "folder/", "."])
def test_a_folder_is_not_overwritten(workspace: Workspace, root: Path, path: str) -> None:
    (root / "folder").mkdir()

    with pytest.raises(RefusedError, match="is a folder"):
        workspace.write(path, b"x", overwrite=True)


def test_a_pipe_is_not_overwritten(workspace: Workspace, root: Path) -> None:
    os.mkfifo(root / "pipe")

    with pytest.raises(RefusedError, match="is a pipe"):
        workspace.write("pipe", b"x", overwrite=True)


def test_a_full_disk_leaves_the_old_content_and_nothing_else(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(UnavailableError, match="No space left"):
        workspace.write("schema.sql", b"half", overwrite=True)

    assert names_in(root) == ["schema.sql"]
    assert (root / "schema.sql").read_bytes() == b"SELECT 1;"


def test_content_is_on_disk_before_it_has_its_name(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    system_fsync = os.fsync

    def recording(descriptor: int) -> None:
        seen.append((root / "schema.sql").read_bytes())
        system_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recording)
    workspace.write("schema.sql", b"SELECT 2;", overwrite=True)

    assert seen == [b"SELECT 1;", b"SELECT 2;"]


def test_of_many_writers_of_one_new_file_one_succeeds(workspace: Workspace, root: Path) -> None:
    def attempt(number: int) -> bytes | None:
        content = str(number).encode()
        try:
            workspace.write("raced.sql", content)
        except RefusedError:
            return None
        return content

    with ThreadPoolExecutor(8) as pool:
        winners = [content for content in pool.map(attempt, range(64)) if content]

    assert winners == [(root / "raced.sql").read_bytes()]


def test_a_file_appears_under_one_name_only(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform not in {"linux", "darwin"}:
        pytest.skip("this system cannot rename exclusively")
    names: list[int] = []
    system_unlink = os.unlink

    def recording(path: str, *, dir_fd: int | None = None) -> None:
        names.append((root / "new.sql").stat().st_nlink)
        system_unlink(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", recording)
    workspace.write("new.sql", b"x")

    assert names == [1]


@pytest.mark.usefixtures("no_exclusive_rename")
def test_a_new_file_is_written_where_the_system_cannot_rename_exclusively(
    workspace: Workspace, root: Path
) -> None:
    workspace.write("new.sql", b"x")

    assert names_in(root) == ["new.sql", "schema.sql"]
    assert (root / "new.sql").stat().st_nlink == 1


@pytest.mark.usefixtures("no_exclusive_rename")
def test_a_file_is_not_overwritten_where_the_system_cannot_rename_exclusively(
    workspace: Workspace, root: Path
) -> None:
    with pytest.raises(RefusedError, match="exists"):
        workspace.write("schema.sql", b"")

    assert names_in(root) == ["schema.sql"]
    assert (root / "schema.sql").read_bytes() == b"SELECT 1;"
