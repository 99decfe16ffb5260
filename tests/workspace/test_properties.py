"""Whatever the path or the revision: a file inside, or an error that is meant for the caller."""

import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import InvalidInputError, NotFoundError, RefusedError
from server.workspace import Workspace

NAMES = [
    *("..", ".", "", "~", "*", "...", "-", " "),
    *("schema.sql", "SCHEMA.SQL", "plain", "sub", "inner.sql", "missing"),
    *("link.sql", "link", "up", "dangling", "loop", "pipe", "second.sql", "process"),
    *("etc", "passwd", "proc", "self", "fd", "root", "dev", "stdin", "0", "outside", "workspace"),
    *(".git", "HEAD", ".env", ".senior-backend", "CON", "nul.txt", "a:b", "a\\b", "%2e%2e"),
    *("caf\u00e9.sql", "cafe\u0301.sql", "a\u202eb", "\u200b", "a\0b", "\ud800", "x" * 256),
]

name = st.sampled_from(NAMES) | st.text(st.characters(), max_size=8)
path_below = st.lists(name, max_size=6).map("/".join)
caller_path = st.builds(
    "".join, st.tuples(st.sampled_from(["", "", "/", "{root}/", "{outside}/"]), path_below)
)
revision = st.sampled_from(["HEAD", "main", "@", "HEAD~0"]) | st.lists(
    st.sampled_from(["HEAD", "main", "-", "^", "~", ":", "@{", "}", "..", "1"])
    | st.text(st.characters(), max_size=3),
    max_size=4,
).map("".join)
GIT = shutil.which("git") or "git"


@dataclass(frozen=True, slots=True)
class Ground:
    """A workspace full of traps, and what lies outside it."""

    root: Path
    outside: Path

    def path(self, pattern: str) -> str:
        return pattern.replace("{root}", str(self.root)).replace("{outside}", str(self.outside))

    def files(self) -> set[tuple[int, int]]:
        """Device and inode of each regular file inside that has one name."""
        found = (Path(folder, file) for folder, _, files in os.walk(self.root) for file in files)
        status = [file.lstat() for file in found]
        return {(s.st_dev, s.st_ino) for s in status if stat.S_ISREG(s.st_mode) and s.st_nlink == 1}

    def outside_names(self) -> list[str]:
        return sorted(str(path) for path in self.outside.rglob("*"))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    base = tmp_path_factory.mktemp("ground").resolve()
    root, outside = base / "workspace", base / "outside"
    for folder in (outside, root / "sub", root / "plain"):
        folder.mkdir(parents=True)
    for file in (outside / "schema.sql", root / "schema.sql", root / "sub" / "inner.sql"):
        file.write_bytes(b"SELECT 1;")
    for name in ("schema.sql", ".env", "caf\u00e9.sql"):
        (root / "plain" / name).write_bytes(b"SELECT 1;")
    (root / "second.sql").hardlink_to(outside / "schema.sql")
    (root / "link.sql").symlink_to(outside / "schema.sql")
    (root / "link").symlink_to(outside)
    (root / "sub" / "up").symlink_to("..")
    (root / "dangling").symlink_to(outside / "missing")
    (root / "loop").symlink_to("loop")
    (root / "process").symlink_to("/proc/self")
    os.mkfifo(root / "pipe")
    return Ground(root, outside)


@pytest.fixture(scope="module")
def history(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose one commit holds the traps that a commit can hold."""
    folder = tmp_path_factory.mktemp("history")
    shutil.copytree(ground.root / "plain", folder / "plain")
    for name in ("link", "link.sql", "loop", "dangling"):
        (folder / name).symlink_to((ground.root / name).readlink())
    for command in ("init -q -b main", "add -f .", "commit -qm first"):
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        subprocess.run([GIT, *identity, *command.split()], cwd=folder, check=True)
    return folder


@given(pattern=caller_path)
@settings(max_examples=600, deadline=None)
def test_what_is_opened_is_a_regular_file_inside(ground: Ground, pattern: str) -> None:
    workspace = Workspace([ground.root])

    try:
        with workspace.open(ground.path(pattern)) as stream:
            status = os.fstat(stream.fileno())
    except (RefusedError, NotFoundError, InvalidInputError):
        return

    assert (status.st_dev, status.st_ino) in ground.files()


@given(pattern=caller_path)
@settings(max_examples=300, deadline=None)
def test_what_is_listed_can_be_opened(ground: Ground, pattern: str) -> None:
    workspace = Workspace([ground.root])

    try:
        paths = workspace.files(ground.path(pattern))
    except (RefusedError, NotFoundError, InvalidInputError):
        return

    for path in paths:
        workspace.open(path).close()


@given(pattern=caller_path, overwrite=st.booleans())
@settings(max_examples=500, deadline=None)
def test_what_is_written_lies_inside_and_can_be_read(
    ground: Ground, pattern: str, *, overwrite: bool
) -> None:
    workspace = Workspace([ground.root])
    before = ground.outside_names()

    try:
        written = workspace.write(ground.path(pattern), b"new", overwrite=overwrite)
    except (RefusedError, NotFoundError, InvalidInputError):
        assert ground.outside_names() == before
        return

    assert (ground.root / written.path).resolve().is_relative_to(ground.root)
    assert (ground.root / written.path).read_bytes() == b"new"
    assert ground.outside_names() == before
    assert (ground.outside / "schema.sql").read_bytes() == b"SELECT 1;"


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
@given(ref=revision, path=st.sampled_from(["schema.sql", "plain/schema.sql"]) | path_below)
@settings(max_examples=300, deadline=None)
def test_what_is_read_from_a_commit_is_a_file_of_it(history: Path, ref: str, path: str) -> None:
    read = partial(Workspace([history]).git_blob, ref, path, limit=100)

    try:
        content = anyio.run(read)
    except (RefusedError, NotFoundError, InvalidInputError):
        return

    assert content == b"SELECT 1;"
    assert set(path.split("/")) <= {"plain", "schema.sql", "caf\u00e9.sql", ".", ""}
