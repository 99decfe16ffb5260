import errno
import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from server.errors import (
    BackendError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from server.workspace import Workspace


def open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_a_file_is_read_as_a_stream(workspace: Workspace) -> None:
    with workspace.open("schema.sql") as stream:
        assert stream.read() == b"SELECT 1;"


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("../outside/schema.sql", id="outside"),
        pytest.param("../outside/missing.sql", id="dangling"),
        pytest.param("schema.sql", id="inside"),
        pytest.param("link.sql", id="itself"),
        pytest.param("/proc/self/environ", id="process"),
        pytest.param("/dev/fd/0", id="descriptor"),
        pytest.param("/dev/zero", id="device"),
    ],
)
def test_a_link_is_refused_wherever_it_leads(
    workspace: Workspace, root: Path, outside: Path, target: str
) -> None:
    (root / "link.sql").symlink_to(target)

    with pytest.raises(RefusedError, match="is a symbolic link, not a file"):
        workspace.open("link.sql")

    assert outside.exists()


@pytest.mark.parametrize("target", ["../outside", ".", "/proc/self/fd", "/dev/fd", "missing"])
def test_a_link_to_a_folder_is_not_entered(
    workspace: Workspace, root: Path, outside: Path, target: str
) -> None:
    (root / "sub").mkdir()
    (root / "sub" / "link").symlink_to(Path("..", target))

    with pytest.raises(RefusedError, match="symbolic link"):
        workspace.open("sub/link/schema.sql")

    assert outside.exists()


@pytest.mark.parametrize("path", [".", "sub", "sub/"])
def test_a_folder_is_not_a_file(workspace: Workspace, root: Path, path: str) -> None:
    (root / "sub").mkdir()

    with pytest.raises(RefusedError, match="is a folder, not a file"):
        workspace.open(path)


def test_a_file_is_not_a_folder(workspace: Workspace) -> None:
    with pytest.raises(RefusedError, match="neither a file nor a folder"):
        workspace.open("schema.sql/x")


def test_a_pipe_is_refused_without_waiting(workspace: Workspace, root: Path) -> None:
    os.mkfifo(root / "pipe.sql")

    with pytest.raises(RefusedError, match="is a pipe"):
        workspace.open("pipe.sql")


def test_a_pipe_is_not_even_opened(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(root / "pipe.sql")
    opened: list[object] = []
    system_open = os.open

    def recording(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        opened.append(path)
        return system_open(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", recording)
    with pytest.raises(RefusedError):
        workspace.open("pipe.sql")

    assert "pipe.sql" not in opened


def test_a_socket_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        # A socket's path may be no longer than about 100 bytes.
        tempfile.TemporaryDirectory(dir="/tmp") as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        monkeypatch.chdir(folder)
        listener.bind("socket.sql")

        with pytest.raises(RefusedError, match="is a socket"):
            Workspace([Path(folder)]).open("socket.sql")


def test_a_device_is_refused(workspace: Workspace, root: Path) -> None:
    try:
        os.mknod(root / "zero.sql", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")

    with pytest.raises(RefusedError, match="is a device"):
        workspace.open("zero.sql")


def test_a_second_name_of_a_file_outside_is_refused(
    workspace: Workspace, root: Path, outside: Path
) -> None:
    (root / "innocent.sql").hardlink_to(outside / "schema.sql")

    with pytest.raises(RefusedError, match="hard link"):
        workspace.open("innocent.sql")


def test_a_file_of_exactly_the_limit_is_read(workspace: Workspace) -> None:
    assert workspace.read_bytes("schema.sql", limit=9) == b"SELECT 1;"


def test_a_file_above_the_limit_is_refused(workspace: Workspace) -> None:
    with pytest.raises(RefusedError, match="larger than 8 bytes"):
        workspace.read_bytes("schema.sql", limit=8)


def test_a_sparse_file_is_refused_before_it_is_read(workspace: Workspace, root: Path) -> None:
    with (root / "huge.sql").open("wb") as huge:
        huge.truncate(1 << 40)

    with pytest.raises(RefusedError, match="larger than"):
        workspace.read_bytes("huge.sql", limit=1 << 38)


def test_a_file_that_grows_past_the_limit_while_it_is_read_is_refused(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_fstat = os.fstat

    def growing(descriptor: int) -> os.stat_result:
        status = system_fstat(descriptor)
        with (root / "schema.sql").open("ab") as file:
            file.write(b"SELECT 2;")
        return status

    monkeypatch.setattr(os, "fstat", growing)

    with pytest.raises(RefusedError, match="larger than 20 bytes"):
        workspace.read_bytes("schema.sql", limit=20)


@pytest.mark.parametrize(
    ("code", "error", "says"),
    [
        pytest.param(errno.EACCES, RefusedError, "denies access", id="denied"),
        pytest.param(errno.ELOOP, RefusedError, "symbolic link", id="link"),
        pytest.param(errno.ENXIO, RefusedError, "neither a file nor a folder", id="socket"),
        pytest.param(errno.EIO, UnavailableError, "Input/output error", id="failing-disk"),
    ],
)
def test_what_the_system_says_becomes_an_error_for_the_caller(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    error: type[BackendError],
    says: str,
) -> None:
    def failing(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "open", failing)

    with pytest.raises(error, match=says):
        workspace.open("schema.sql")


def test_a_byte_order_mark_is_not_text(workspace: Workspace, root: Path) -> None:
    (root / "windows.sql").write_bytes(b"\xef\xbb\xbfSELECT 1;")

    assert workspace.read_text("windows.sql", limit=100) == "SELECT 1;"


def test_text_in_another_encoding_is_refused_with_its_place(
    workspace: Workspace, root: Path
) -> None:
    (root / "latin.sql").write_bytes(b"SELECT 1;\n-- caf\xe9")

    with pytest.raises(InvalidInputError, match="byte 17, line 2"):
        workspace.read_text("latin.sql", limit=100)


def test_files_are_listed_by_name(workspace: Workspace, root: Path) -> None:
    for name in ("2.sql", "10.sql", "1.sql", "1.txt"):
        (root / name).write_bytes(b"")
    (root / "folder.sql").mkdir()

    assert workspace.files(".", suffix=".sql") == ("1.sql", "10.sql", "2.sql", "schema.sql")


def test_listed_paths_are_taken_by_open(workspace: Workspace, root: Path) -> None:
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "x.sql").write_bytes(b"x")

    (path,) = workspace.files("./a//b/")

    assert path == "a/b/x.sql"
    assert workspace.read_bytes(path, limit=1) == b"x"


def test_files_of_a_read_root_are_listed_by_absolute_path(root: Path, outside: Path) -> None:
    workspace = Workspace([root], [outside])

    assert workspace.files(str(outside)) == (f"{outside.resolve()}/schema.sql",)


def test_a_link_among_the_files_is_refused_rather_than_left_out(
    workspace: Workspace, root: Path, outside: Path
) -> None:
    (root / "x.sql").symlink_to(outside / "schema.sql")

    with pytest.raises(RefusedError, match=r"`x\.sql` is a symbolic link"):
        workspace.files(".", suffix=".sql")


def test_a_hidden_name_among_the_files_is_refused_rather_than_left_out(
    workspace: Workspace, root: Path
) -> None:
    (root / "1\u200b.sql").write_bytes(b"")

    with pytest.raises(RefusedError, match="cannot be seen"):
        workspace.files(".", suffix=".sql")


def test_files_for_git_and_for_secrets_are_passed_over(workspace: Workspace, root: Path) -> None:
    (root / ".git").write_bytes(b"gitdir: elsewhere")
    (root / ".env").write_bytes(b"TOKEN=1")

    assert workspace.files(".") == ("schema.sql",)


def test_folders_are_listed_by_name_but_for_links_and_those_of_git(
    workspace: Workspace, root: Path, outside: Path
) -> None:
    for name in ("b", "a", ".git", ".ssh"):
        (root / name).mkdir()
    (root / "link").symlink_to(outside)

    assert workspace.folders(".") == ("a", "b")


def test_a_linked_folder_is_not_listed(workspace: Workspace, root: Path, outside: Path) -> None:
    (root / "link").symlink_to(outside)

    with pytest.raises(RefusedError, match="symbolic link"):
        workspace.files("link")


def test_a_missing_folder_is_not_listed(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="missing"):
        workspace.files("missing")


def test_a_folder_with_too_many_entries_is_refused(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.workspace.descent.MOST_ENTRIES", 3)
    for number in range(3):
        (root / f"{number}.sql").write_bytes(b"")

    with pytest.raises(RefusedError, match="more than 3 entries"):
        workspace.files(".")


@pytest.mark.parametrize("path", ["pipe.sql", "missing.sql", "schema.sql/x", "link/x", "../x"])
def test_nothing_stays_open_after_a_refusal(workspace: Workspace, root: Path, path: str) -> None:
    os.mkfifo(root / "pipe.sql")
    (root / "link").symlink_to(".")
    before = open_descriptors()

    with pytest.raises((RefusedError, NotFoundError)):
        workspace.open(path)

    assert open_descriptors() == before
