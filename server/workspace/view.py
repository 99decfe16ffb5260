"""What git is shown of a repository: its refs and objects, and no configuration but ours.

A repository's own configuration may name programs to run (a monitor, a pager, a transport, a
filter) and files to include. git gets a private folder instead of it, which holds our
configuration, a copy of HEAD, links to the refs, and nothing else.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Generator, Mapping
from pathlib import Path

from server.workspace.repository import Repository

_PREFIX = "senior-backend-git-"
_STALE = 600.0  # seconds; a call lasts a few hundredths of one

_CONFIG = "[core]\n\tbare = true\n"
_CONFIG_SHA256 = f"{_CONFIG}\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n"


@contextlib.contextmanager
def shown_to_git(repository: Repository) -> Generator[Mapping[str, str]]:
    """The environment in which git sees the repository, as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        view = Path(folder)
        config = _CONFIG_SHA256 if repository.object_format == "sha256" else _CONFIG
        (view / "config").write_text(config, encoding="utf-8")
        (view / "HEAD").write_bytes(repository.head)
        for name in ("refs", "packed-refs"):
            (view / name).symlink_to(repository.folder / name)
        yield _environment(view, repository.folder / "objects")


def search_path() -> str:
    """PATH without relative entries, through which the workspace could offer its own `git`."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if entry.startswith("/"))


def _environment(view: Path, objects: Path) -> Mapping[str, str]:
    """All that git inherits: none of our secrets, and no variable that changes what it does."""
    return {
        "PATH": search_path(),
        "HOME": str(view),
        "LC_ALL": "C",
        "GIT_DIR": str(view),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        # A replacement would put another content under the hash that a commit names.
        "GIT_NO_REPLACE_OBJECTS": "1",
        # Without the repository's configuration there is no remote to fetch from; these stand in
        # for the day when git learns another way to know one.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
    }


def sweep() -> None:
    """Remove what a killed process of ours left behind."""
    stale = time.time() - _STALE
    for leftover in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = leftover.lstat()
            if status.st_uid == os.geteuid() and status.st_mtime < stale:
                shutil.rmtree(leftover)
