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
    Field,
    TypeAdapter,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.errors import InvalidInputError
from server.failures import complaints
from server.setting_values import (
    Caps,
    Database,
    Databases,
    File,
    Folders,
    Hosts,
    LoadCaps,
    Origins,
    PublicCaps,
    PublicLoadCaps,
    Secret,
)
from server.yaml_document import read_yaml

PREFIX = "SENIOR_BACKEND_"
_SETTING_NAME = re.compile(r"[\w.-]{1,64}")
_LARGEST_FILE = 1 << 20  # bytes


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


class Confirmation(StrEnum):
    """How a user says yes to a change of a live database."""

    ELICIT = "elicit"
    ARGUMENT = "argument"
    """An agent can pass an argument itself, so only the operator can allow it."""


def cache_folder() -> Path:
    """Return the user's cache folder for this product, as the platform places it.

    Raises:
        InvalidInputError: the user has no home folder, as in some containers.
    """
    named = os.environ.get("XDG_CACHE_HOME")
    try:
        home = Path("~/Library/Caches" if sys.platform == "darwin" else "~/.cache")
        return Path(named or home.expanduser()) / "senior-backend"
    except RuntimeError:
        raise InvalidInputError(
            "This user has no home folder.", next_step=f"Set {_variable('cache')}."
        ) from None


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
        Folders,
        Field(
            description="folders that tools may read and write; the first is the base", min_length=1
        ),
    ] = (Path(),)
    read_roots: Annotated[Folders, Field(description="further folders that tools may read")] = ()
    databases: Annotated[
        Databases,
        Field(description="live databases: NAME=env:VARIABLE, NAME!=env:VARIABLE if writable"),
    ] = {}
    apply_confirmation: Annotated[
        Confirmation,
        Field(description="how applying is confirmed: elicit (ask the user) or argument"),
    ] = Confirmation.ELICIT
    profiles: Annotated[File | None, Field(description="folder of your own profiles")] = None
    shadow: Annotated[
        Secret | None,
        Field(description="your own server for throw-away databases: env:VARIABLE (CREATEDB)"),
    ] = None
    postgres: Annotated[
        File | None, Field(description="bin folder of the PostgreSQL programs to prefer")
    ] = None
    cache: Annotated[File, Field(description="folder for what is built once")] = Field(
        default_factory=cache_folder
    )
    log_format: Annotated[LogFormat, Field(description="text or json, to stderr")] = LogFormat.TEXT
    log_level: Annotated[LogLevel, Field(description="debug, info, warning or error")] = (
        LogLevel.WARNING
    )
    allowed_hosts: Annotated[
        Hosts, Field(description="Host headers that are answered; needed beyond loopback")
    ] = ()
    allowed_origins: Annotated[Origins, Field(description="Origin headers that are answered")] = ()
    load_targets: Annotated[
        Hosts, Field(description="hosts that a load test may reach beyond loopback over stdio")
    ] = ()
    load_caps: Annotated[
        Caps, Field(description="most that one load test may take: rate=50000 seconds=600 ...")
    ] = LoadCaps()
    load_public_caps: Annotated[
        PublicCaps, Field(description="the same for public hosts: rate=50 seconds=60 ...")
    ] = PublicLoadCaps()
    load_scheduler: Annotated[
        str | None,
        Field(
            description="Dask scheduler whose workers send the load: tcp://host:8786",
            pattern=r"^(tcp|tls|ucx)://[^\s/]+$",
        ),
    ] = None
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
    variables = _variables()
    read = _file(file) if file else dict[str, object]()
    _refuse_unknown(read)
    base = {name: value for name, value in read.items() if name not in variables}
    given = {name: value for name, value in options.items() if value not in (None, (), [])}
    try:
        return Settings.model_validate(base | given)
    except ValidationError as error:
        found = complaints(error, lambda path: _KEYS.get(path[0], ()), what="key")
        lines = [f"Setting {each}." for each in found]
        raise InvalidInputError("\n".join(lines), next_step=_VALID) from None


_VALID = f"Settings: {', '.join(Settings.model_fields)} (as variables: {PREFIX}NAME)."
_KEYS = {
    "databases": tuple(Database.model_fields),
    "load_caps": tuple(LoadCaps.model_fields),
    "load_public_caps": tuple(LoadCaps.model_fields),
}


def _variables() -> frozenset[str]:
    """Return the settings that the environment gives; a misspelled variable is refused."""
    ours = [name for name in os.environ if name.upper().startswith(PREFIX)]
    for name in ours:
        setting = name[len(PREFIX) :].lower()
        _refuse_unknown([setting])
        if name != _variable(setting):
            raise InvalidInputError(f"Unknown variable {name}; did you mean {_variable(setting)}?")
    return frozenset(name[len(PREFIX) :].lower() for name in ours if os.environ[name])


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _refuse_unknown(names: Iterable[str]) -> None:
    for name in names:
        if name not in Settings.model_fields:
            close = difflib.get_close_matches(name, Settings.model_fields, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else "."
            # What is no name may be a value that got there by mistake.
            shown = f" {name!r}" if _SETTING_NAME.fullmatch(name) else ""
            raise InvalidInputError(f"Unknown setting{shown}{hint}", next_step=_VALID)


def _file(path: Path) -> dict[str, object]:
    try:
        if path.exists() and not path.is_file():
            raise InvalidInputError(f"Settings file {path} is no file.")
        with path.open("rb") as stream:
            content = stream.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidInputError(f"Settings file {path}: {error.strerror}.") from None
    if len(content) > _LARGEST_FILE:
        raise InvalidInputError(f"Settings file {path} is larger than {_LARGEST_FILE} bytes.")
    try:
        read = read_yaml(content, f"Settings file {path}")
        return TypeAdapter(dict[str, object]).validate_python(read)
    except ValidationError:
        raise InvalidInputError(
            f"Settings file {path} is not a mapping of setting to value.", next_step=_VALID
        ) from None


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
