"""What the operator decides, and no tool argument can: read once at start, validated whole."""

import difflib
import os
import re
import sys
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.errors import InvalidInputError

PREFIX = "SENIOR_BACKEND_"
_DATABASE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


class LogFormat(StrEnum):
    """How a log line is written to stderr."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important line that is still written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _from_environment(value: object) -> object:
    """Follow `env:NAME`: a secret itself, on a command line or in a file, would be seen."""
    if value is None or isinstance(value, SecretStr):
        return value
    marker, _, name = str(value).partition(":")
    if marker != "env" or not name:
        raise ValueError("give env:NAME, the environment variable that holds it, not the secret")
    if not os.environ.get(name):
        raise ValueError(f"the environment variable {name} is not set, or empty")
    return SecretStr(os.environ[name])


def _paths(value: object) -> object:
    return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value


def _words(value: object) -> object:
    return (
        [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value
    )


Secret = Annotated[SecretStr, BeforeValidator(_from_environment)]
Folders = Annotated[tuple[Path, ...], BeforeValidator(_paths)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Database(BaseModel):
    """A live database that the operator put within reach, read-only unless marked writable."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    dsn: Secret
    writable: bool = False


def _databases(value: object) -> object:
    """Read `main=env:DATABASE_URL`; `main!=env:…` marks it writable."""
    if isinstance(value, str):
        return dict(_database(part) for part in re.split(r"[,\s]+", value) if part)
    return value


def _database(entry: str) -> tuple[str, dict[str, object]]:
    name, _, source = entry.partition("=")
    if not _DATABASE_NAME.fullmatch(name.removesuffix("!")):
        raise ValueError("give NAME=env:VARIABLE, or NAME!=env:VARIABLE where it may be written")
    return name.removesuffix("!"), {"dsn": source, "writable": name.endswith("!")}


def cache_folder() -> Path:
    """Return the user's cache folder for this product, as the platform places it."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "senior-backend"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "senior-backend"


class Settings(BaseSettings):
    """Every setting: a `SENIOR_BACKEND_…` variable, a key of the file, or an option of `serve`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        enable_decoding=False,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    workspace: Annotated[
        Folders, Field(description="folders that tools may read and write; the first is the base")
    ] = (Path(),)
    read_roots: Annotated[Folders, Field(description="further folders that tools may read")] = ()
    databases: Annotated[
        dict[str, Database],
        BeforeValidator(_databases),
        Field(description="live databases: NAME=env:VARIABLE, NAME!=env:VARIABLE if writable"),
    ] = {}
    profiles: Annotated[Path | None, Field(description="folder of your own profiles")] = None
    shadow: Annotated[
        Secret | None,
        Field(description="your own server for throw-away databases: env:VARIABLE (CREATEDB)"),
    ] = None
    postgres: Annotated[
        Path | None, Field(description="bin folder of the PostgreSQL programs to prefer")
    ] = None
    cache: Annotated[Path, Field(description="folder for what is built once")] = Field(
        default_factory=cache_folder
    )
    log_format: Annotated[LogFormat, Field(description="text or json, to stderr")] = LogFormat.TEXT
    log_level: Annotated[LogLevel, Field(description="debug, info, warning or error")] = (
        LogLevel.WARNING
    )
    allowed_hosts: Annotated[
        Words, Field(description="Host headers that are answered; needed beyond loopback")
    ] = ()
    allowed_origins: Annotated[Words, Field(description="Origin headers that are answered")] = ()
    token: Annotated[
        Secret | None,
        Field(description="bearer token that HTTP callers must send: env:VARIABLE"),
    ] = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for redaction only."""
        held = [self.shadow, self.token, *(database.dsn for database in self.databases.values())]
        return tuple(secret.get_secret_value() for secret in held if secret is not None)


def load_settings(file: Path | None = None, **options: object) -> Settings:
    """Read options over environment over file, and refuse what is unknown or mistyped.

    Raises:
        InvalidInputError: names every wrong setting and the valid ones.
    """
    _refuse_unknown(
        name.removeprefix(PREFIX).lower() for name in os.environ if name.startswith(PREFIX)
    )
    read = _file(file) if file else {}
    _refuse_unknown(read)
    base = {name: value for name, value in read.items() if not os.environ.get(_variable(name))}
    given = {name: value for name, value in options.items() if value not in (None, (), [])}
    try:
        return Settings.model_validate(base | given)
    except ValidationError as error:
        raise InvalidInputError("\n".join(_complaints(error)), next_step=_VALID) from None


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


_VALID = f"Settings: {', '.join(Settings.model_fields)} (as variables: {PREFIX}NAME)."


def _refuse_unknown(names: Iterable[str]) -> None:
    for name in names:
        if name not in Settings.model_fields:
            close = difflib.get_close_matches(name, Settings.model_fields, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else "."
            raise InvalidInputError(f"Unknown setting {name!r}{hint}", next_step=_VALID)


def _file(path: Path) -> dict[str, object]:
    import yaml

    try:
        content: object = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        return TypeAdapter(dict[str, object]).validate_python(content)
    except OSError as error:
        raise InvalidInputError(f"Settings file {path}: {error.strerror}.") from None
    except yaml.YAMLError as error:
        raise InvalidInputError(f"Settings file {path} is not YAML: {error}") from None
    except ValidationError:
        raise InvalidInputError(
            f"Settings file {path} is not a mapping of setting to value.", next_step=_VALID
        ) from None


def _complaints(error: ValidationError) -> list[str]:
    return [
        f"Setting {'.'.join(str(part) for part in item['loc'])}: "
        f"{item['msg'].removeprefix('Value error, ')}."
        for item in error.errors(include_input=False, include_url=False)
    ]


def is_loopback(host: str) -> bool:
    """Tell whether a bind address stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_bind(host: str, settings: Settings) -> None:
    """Refuse to listen beyond this machine without named hosts and a token.

    Raises:
        InvalidInputError: says which of the two is missing.
    """
    if is_loopback(host):
        return
    missing = [name for name in ("allowed_hosts", "token") if not getattr(settings, name)]
    if missing:
        raise InvalidInputError(
            f"Listening on {host} reaches beyond this machine and needs {' and '.join(missing)}.",
            next_step=f"Set {' and '.join(map(_variable, missing))}, or bind 127.0.0.1.",
        )
