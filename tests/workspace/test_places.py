import os
import pwd
from pathlib import Path

import pytest

from server.errors import InvalidInputError, NotFoundError, RefusedError
from server.workspace import Workspace


def test_the_file_system_root_is_no_workspace() -> None:
    with pytest.raises(RefusedError, match="home folder, or holds it"):
        Workspace([Path("/")])


def test_the_home_folder_of_the_user_is_no_workspace() -> None:
    with pytest.raises(RefusedError, match="home folder, or holds it"):
        Workspace([Path(pwd.getpwuid(os.geteuid()).pw_dir)])


def test_the_home_folder_of_the_environment_is_no_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(RefusedError, match="home folder, or holds it"):
        Workspace([tmp_path])


def test_a_folder_that_holds_the_home_folder_is_no_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))

    with pytest.raises(RefusedError, match="home folder, or holds it"):
        Workspace([tmp_path])


@pytest.mark.parametrize("target", ["/", "/proc/self", "/dev/fd", "/sys"])
def test_a_link_to_a_folder_that_is_refused_is_refused(tmp_path: Path, target: str) -> None:
    if not Path(target).exists():
        pytest.skip(f"this system has no {target}")
    link = tmp_path / "link"
    link.symlink_to(target)

    with pytest.raises(RefusedError):
        Workspace([link])


def test_a_project_in_the_home_folder_is_a_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    project = tmp_path / "project"
    project.mkdir()

    assert Workspace([Path("~/project")]).root == project.resolve()


def test_a_relative_root_starts_from_the_current_folder(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)

    assert Workspace([Path()]).root == root.resolve()


def test_a_read_root_is_as_narrow_as_a_root(root: Path) -> None:
    with pytest.raises(RefusedError, match="home folder, or holds it"):
        Workspace([root], [Path("/")])


def test_a_missing_folder_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="cannot be found"):
        Workspace([tmp_path / "missing"])


def test_the_home_folder_of_nobody_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="unknown"):
        Workspace([Path("~no-such-user-here/project")])


def test_a_file_is_no_workspace(root: Path) -> None:
    with pytest.raises(InvalidInputError, match="not a folder"):
        Workspace([root / "schema.sql"])


def test_a_workspace_has_a_folder() -> None:
    with pytest.raises(InvalidInputError, match="No workspace folder"):
        Workspace([])


def test_an_absolute_path_inside_is_opened(workspace: Workspace, root: Path) -> None:
    assert workspace.read_text(str(root.resolve() / "schema.sql"), limit=100) == "SELECT 1;"


def test_an_absolute_path_may_begin_as_the_operator_gave_the_root(
    root: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)

    assert Workspace([link]).read_text(f"{link}/schema.sql", limit=100) == "SELECT 1;"


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/proc/self/environ", "/dev/fd/0", "/dev/stdin", "//etc/passwd", "/"],
)
def test_an_absolute_path_elsewhere_is_refused(workspace: Workspace, path: str) -> None:
    with pytest.raises(RefusedError, match="lies outside"):
        workspace.open(path)


def test_a_folder_whose_name_begins_like_the_root_is_outside(
    workspace: Workspace, root: Path
) -> None:
    neighbor = root.with_name(f"{root.name}-private")
    neighbor.mkdir()
    (neighbor / "schema.sql").write_bytes(b"")

    with pytest.raises(RefusedError, match="lies outside"):
        workspace.open(f"{neighbor}/schema.sql")


def test_no_refusal_tells_whether_something_outside_exists(
    workspace: Workspace, outside: Path
) -> None:
    with pytest.raises(RefusedError) as existing:
        workspace.open(f"{outside}/schema.sql")
    with pytest.raises(RefusedError) as missing:
        workspace.open(f"{outside}/missing.sql")

    assert str(missing.value).replace("missing", "schema") == str(existing.value)


def test_a_read_root_is_read_by_its_absolute_path(root: Path, outside: Path) -> None:
    workspace = Workspace([root], [outside])

    assert workspace.read_bytes(f"{outside}/schema.sql", limit=100) == b"SELECT 'secret';"


def test_a_read_root_is_not_written(root: Path, outside: Path) -> None:
    workspace = Workspace([root], [outside])

    with pytest.raises(RefusedError, match="reading only"):
        workspace.write(f"{outside}/new.sql", b"")

    assert not (outside / "new.sql").exists()


def test_a_read_root_inside_a_root_is_not_written_by_a_relative_path(root: Path) -> None:
    (root / "vendor").mkdir()
    workspace = Workspace([root], [root / "vendor"])

    with pytest.raises(RefusedError, match="reading only"):
        workspace.write("vendor/new.sql", b"")


def test_a_root_inside_a_read_root_is_written(tmp_path: Path, root: Path) -> None:
    workspace = Workspace([root], [tmp_path])

    assert workspace.write(f"{root.resolve()}/new.sql", b"x").path == "new.sql"


def test_a_second_root_is_written_by_its_absolute_path(root: Path, outside: Path) -> None:
    workspace = Workspace([root, outside])

    written = workspace.write(f"{outside}/new.sql", b"x")

    assert written.path == f"{outside.resolve()}/new.sql"
    assert (outside / "new.sql").read_bytes() == b"x"


def test_a_root_that_becomes_a_link_is_refused(
    workspace: Workspace, root: Path, outside: Path
) -> None:
    root.rename(root.with_name("moved"))
    root.symlink_to(outside)

    with pytest.raises(RefusedError, match="symbolic link"):
        workspace.open("schema.sql")
