"""A workspace with a secret beside it, and git as its user would run it."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from server.workspace import Workspace

SECRET = b"SELECT 'secret';"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "schema.sql").write_bytes(b"SELECT 1;")
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "schema.sql").write_bytes(SECRET)
    return folder


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return Workspace([root])


@pytest.fixture
def git() -> Callable[..., str]:
    """Run git in a folder, as `git(folder, "add", ".")`, untouched by this machine's settings."""

    def run(folder: Path, *arguments: str) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.com",
        }
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        result = subprocess.run(
            command, cwd=folder, env=environment, check=True, capture_output=True, text=True
        )
        return result.stdout.strip()

    return run


@pytest.fixture
def committed(root: Path, git: Callable[..., str]) -> Path:
    """The workspace as a repository with `schema.sql` and `migrations/1.sql` in one commit."""
    (root / "migrations").mkdir()
    (root / "migrations" / "1.sql").write_bytes(b"CREATE TABLE t ();")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    return root
