"""How a setting is written: secrets by reference, paths, lists in one string, databases by name."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from server.authority import Authority

_DATABASE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_WORDS = r"[,\s]+"


def _from_environment(value: object) -> object:
    """Follow `env:NAME`: a secret itself, on a command line or in a file, would be seen."""
    if value is None or isinstance(value, SecretStr):
        return value
    marker, _, name = str(value).partition(":")
    if marker != "env" or not _VARIABLE_NAME.fullmatch(name):
        raise ValueError("give env:NAME, the environment variable that holds it, not the secret")
    if not os.environ.get(name):
        raise ValueError(f"the environment variable {name} is not set, or empty")
    return SecretStr(os.environ[name])


def _path(value: object) -> object:
    if not isinstance(value, str | Path):
        return value
    if not str(value) or "\0" in str(value):
        raise ValueError("give a path")
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError("this user has no home folder") from None


def _parts(separator: str) -> BeforeValidator:
    """Let one string hold several values."""

    def split(value: object) -> object:
        if not isinstance(value, str):
            return value
        return [part for part in re.split(separator, value) if part]

    return BeforeValidator(split)


def _host(value: str) -> str:
    Authority.parse(value)
    return value


def _origin(value: str) -> str:
    scheme, _, authority = value.partition("://")
    if not scheme or not authority or "/" in authority:
        raise ValueError("give an origin as https://app.example.com")
    return value


Secret = Annotated[SecretStr, BeforeValidator(_from_environment)]
File = Annotated[Path, BeforeValidator(_path)]
Folders = Annotated[tuple[File, ...], _parts(re.escape(os.pathsep))]
Hosts = Annotated[tuple[Annotated[str, AfterValidator(_host)], ...], _parts(_WORDS)]
Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], _parts(_WORDS)]


class LoadCaps(BaseModel):
    """What one load test may take, written as `rate=1000 seconds=60`; what is left out stays."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rate: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = 50_000
    seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = 600
    connections: Annotated[int, Field(gt=0, le=50_000)] = 2_000
    requests: Annotated[int, Field(gt=0, le=1_000_000_000)] = 5_000_000


class PublicLoadCaps(LoadCaps):
    """The same for a public host: its owner did not start this server."""

    rate: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = 50
    seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = 60
    connections: Annotated[int, Field(gt=0, le=50_000)] = 20
    requests: Annotated[int, Field(gt=0, le=1_000_000_000)] = 3_000


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in re.split(_WORDS, value) if part]
    if not pairs:
        raise ValueError("give caps as rate=1000 seconds=60 connections=100 requests=60000")
    return {name: number for name, _, number in pairs}


Caps = Annotated[LoadCaps, BeforeValidator(_pairs)]
PublicCaps = Annotated[PublicLoadCaps, BeforeValidator(_pairs)]


class Database(BaseModel):
    """A live database that the operator put within reach, read-only unless marked writable."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    dsn: Secret
    writable: bool = False


def _databases(value: object) -> object:
    """Read `main=env:DATABASE_URL`, or a mapping; `main!=env:…` marks it writable."""
    if isinstance(value, str):
        given = [_database(part) for part in re.split(_WORDS, value) if part]
        twice = [name for name, count in Counter(name for name, _ in given).items() if count > 1]
        if twice:
            raise ValueError(f"{twice[0]} is given twice")
        return dict(given)
    if isinstance(value, Mapping):
        given = cast("Mapping[object, object]", value)
        return {_named(str(name)): database for name, database in given.items()}
    return value


def _database(entry: str) -> tuple[str, dict[str, object]]:
    name, _, source = entry.partition("=")
    bare = _named(name.removesuffix("!"))
    return bare, {"dsn": source, "writable": name.endswith("!")}


def _named(name: str) -> str:
    if not _DATABASE_NAME.fullmatch(name):
        raise ValueError("give NAME=env:VARIABLE, or NAME!=env:VARIABLE where it may be written")
    return name


Databases = Annotated[dict[str, Database], BeforeValidator(_databases)]
