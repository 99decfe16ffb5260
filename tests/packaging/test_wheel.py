"""The wheel, as a user gets it: complete, and working outside the repository."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

# One worker runs these, and builds the wheel once.
pytestmark = pytest.mark.xdist_group("wheel")

REPOSITORY = Path(__file__).parents[2]


def build(target: Path, kind: str) -> Path:
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", target, "."],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_holds_every_file_of_the_package_and_its_data(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "server", "references", "profiles"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())

    wanted = {name if name.startswith("server/") else f"server/_data/{name}" for name in tracked}
    assert wanted - held == set()


def test_the_wheel_names_its_license_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        points = next(name for name in names if name.endswith("entry_points.txt"))
        assert "senior-backend = server.__main__:main" in archive.read(points).decode()
        assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_unpacked_wheel_finds_its_guides_and_profiles_without_the_checkout(
    unpacked: Path, tmp_path: Path
) -> None:
    script = (
        "import server, server.resources as r;"
        "print(server.__file__); print(*r.guides()); print(*r.profile_names(None))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        check=True,
        capture_output=True,
        text=True,
    )

    location, guides, profiles = ran.stdout.splitlines()
    assert location == str(unpacked / "server" / "__init__.py")
    assert "forcing_questions" in guides
    assert profiles.split() == [
        "django-monolith",
        "fastapi-python",
        "go-or-rust-microservice",
        "node-express",
    ]


def test_the_source_distribution_builds_the_same_wheel(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = build(tmp_path_factory.mktemp("sdist"), "sdist")
    folder = tmp_path_factory.mktemp("from-sdist")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q", source],
        cwd=folder,
        check=True,
        capture_output=True,
    )

    (again,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(again) as second:
        assert sorted(first.namelist()) == sorted(second.namelist())
