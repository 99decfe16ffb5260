"""Someone changes the folder between a look and an open: the real calls, with a swap before one."""

import contextlib
import itertools
import os
import threading
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from server.errors import NotFoundError, RefusedError
from server.workspace import Workspace

DEADLINE = 10.0  # seconds until a call that waits is called stuck

Swap = Callable[[], object]


@pytest.fixture
def before_open(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Swap], None]:
    """Run something once, just before the system opens a name that begins so."""
    system_open = os.open

    def arrange(beginning: str, swap: Swap) -> None:
        waiting = [swap]

        def swapping(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            if os.fspath(path).startswith(beginning) and waiting:
                waiting.pop()()
            return system_open(path, flags, mode, dir_fd=dir_fd)

        monkeypatch.setattr(os, "open", swapping)

    return arrange


@pytest.fixture
def sub(root: Path) -> Path:
    folder = root / "sub"
    folder.mkdir()
    (folder / "schema.sql").write_bytes(b"SELECT 1;")
    return folder


def replace_with_link(path: Path, target: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to(target)


def replace_with_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def test_a_folder_swapped_for_a_link_is_not_entered(
    workspace: Workspace, sub: Path, outside: Path, before_open: Callable[[str, Swap], None]
) -> None:
    before_open("sub", lambda: replace_with_link(sub, outside))

    with pytest.raises(RefusedError, match="symbolic link"):
        workspace.open("sub/schema.sql")


def test_a_folder_swapped_after_it_was_entered_does_not_matter(
    workspace: Workspace, sub: Path, outside: Path, before_open: Callable[[str, Swap], None]
) -> None:
    before_open("schema.sql", lambda: replace_with_link(sub, outside))

    assert workspace.read_bytes("sub/schema.sql", limit=100) == b"SELECT 1;"


def test_a_file_swapped_for_a_link_is_not_opened(
    workspace: Workspace, root: Path, outside: Path, before_open: Callable[[str, Swap], None]
) -> None:
    before_open(
        "schema.sql", lambda: replace_with_link(root / "schema.sql", outside / "schema.sql")
    )

    with pytest.raises(RefusedError, match="symbolic link"):
        workspace.open("schema.sql")


def test_a_file_swapped_for_a_pipe_is_refused_without_waiting(
    workspace: Workspace, root: Path, before_open: Callable[[str, Swap], None]
) -> None:
    before_open("schema.sql", lambda: replace_with_pipe(root / "schema.sql"))
    refusals: list[RefusedError] = []

    def read() -> None:
        try:
            workspace.open("schema.sql").close()
        except RefusedError as refusal:
            refusals.append(refusal)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(DEADLINE)

    assert not reader.is_alive()
    assert "is a pipe" in str(refusals[0])


def test_a_file_swapped_for_a_second_name_is_refused(
    workspace: Workspace, root: Path, outside: Path, before_open: Callable[[str, Swap], None]
) -> None:
    def swap() -> None:
        (root / "schema.sql").unlink()
        (root / "schema.sql").hardlink_to(outside / "schema.sql")

    before_open("schema.sql", swap)

    with pytest.raises(RefusedError, match="hard link"):
        workspace.open("schema.sql")


def test_a_new_folder_swapped_for_a_link_is_not_written_into(
    workspace: Workspace, root: Path, outside: Path, before_open: Callable[[str, Swap], None]
) -> None:
    before_open("new", lambda: replace_with_link(root / "new", outside))

    with pytest.raises(RefusedError, match="symbolic link"):
        workspace.write("new/file.sql", b"x")

    assert [entry.name for entry in outside.iterdir()] == ["schema.sql"]


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_folder_swapped_while_a_file_is_written_keeps_the_file_inside(
    workspace: Workspace,
    sub: Path,
    outside: Path,
    before_open: Callable[[str, Swap], None],
    *,
    overwrite: bool,
) -> None:
    before_open(".senior-backend-", lambda: replace_with_link(sub, outside))

    workspace.write("sub/new.sql", b"x", overwrite=overwrite)

    assert (sub.with_name("moved") / "new.sql").read_bytes() == b"x"
    assert [entry.name for entry in outside.iterdir()] == ["schema.sql"]


def test_a_link_planted_in_the_way_of_a_new_file_is_not_followed(
    workspace: Workspace, root: Path, outside: Path, before_open: Callable[[str, Swap], None]
) -> None:
    before_open(".senior-backend-", lambda: (root / "new.sql").symlink_to(outside / "schema.sql"))

    workspace.write("new.sql", b"x", overwrite=True)

    assert not (root / "new.sql").is_symlink()
    assert (outside / "schema.sql").read_bytes() == b"SELECT 'secret';"


@pytest.mark.parametrize("platform", ["as it is", "freebsd14"])
def test_a_file_that_appears_while_another_is_written_is_kept(
    workspace: Workspace,
    root: Path,
    before_open: Callable[[str, Swap], None],
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
) -> None:
    before_open(".senior-backend-", lambda: (root / "new.sql").write_bytes(b"theirs"))
    if platform != "as it is":
        monkeypatch.setattr("sys.platform", platform)

    with pytest.raises(RefusedError, match="exists"):
        workspace.write("new.sql", b"ours")

    assert (root / "new.sql").read_bytes() == b"theirs"


@pytest.fixture
def flipping(root: Path, outside: Path) -> Generator[None]:
    """`sub` is a real folder, then a link to outside, then missing, as fast as it goes."""
    real, link, sub = root / "real", root / "link", root / "sub"
    real.mkdir()
    (real / "schema.sql").write_bytes(b"SELECT 1;")
    link.symlink_to(outside)
    stop = threading.Event()

    def flip() -> None:
        for round_number in itertools.takewhile(lambda _: not stop.is_set(), itertools.count()):
            for kind in (real, link):
                try:
                    kind.rename(sub)
                    sub.rename(kind)
                except OSError:
                    # The writer made the missing folder meanwhile.
                    sub.rename(root / f"made-{round_number}-{kind.name}")

    flipper = threading.Thread(target=flip)
    flipper.start()
    yield
    stop.set()
    flipper.join()


def read_often(workspace: Workspace) -> Generator[bytes]:
    for _ in range(3000):
        with contextlib.suppress(RefusedError, NotFoundError):
            yield workspace.read_bytes("sub/schema.sql", limit=100)


def write_often(workspace: Workspace) -> Generator[str]:
    for number in range(1000):
        with contextlib.suppress(RefusedError, NotFoundError):
            yield workspace.write(f"sub/{number}.sql", b"x").path


@pytest.mark.usefixtures("flipping")
def test_a_folder_that_flips_all_the_time_never_leads_outside(workspace: Workspace) -> None:
    assert set(read_often(workspace)) <= {b"SELECT 1;"}


@pytest.mark.usefixtures("flipping")
def test_a_folder_that_flips_all_the_time_never_writes_outside(
    workspace: Workspace, outside: Path
) -> None:
    deque(write_often(workspace), maxlen=0)

    assert [entry.name for entry in outside.iterdir()] == ["schema.sql"]
