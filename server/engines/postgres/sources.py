"""Where a schema comes from: one string, and the database that it is loaded into."""

import io
import os
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from anyio.to_thread import run_sync

from server.engines.postgres.cluster import Cluster
from server.engines.postgres.dump import dump_schema
from server.engines.postgres.folder import folder_scripts
from server.engines.postgres.live import LiveDatabase
from server.engines.postgres.live_extensions import read_extensions
from server.engines.postgres.loading.limits import DEFAULT_LIMITS, LoadLimits
from server.engines.postgres.loading.load import LoadedSchema, loaded
from server.engines.postgres.loading.run import RoleChangeNeededError
from server.engines.postgres.loading.script import Script
from server.engines.postgres.loading.stub import ExtensionStub
from server.engines.postgres.shadow import Shadow
from server.errors import InvalidInputError, InvalidSqlError, NotFoundError
from server.workspace import Workspace

FORMS = "db:NAME, file:PATH, dir:PATH, git:REF:PATH, empty"
_LARGEST_BLOB = 64 << 20
_MISSING_EXTENSION = re.compile(r'extension "(?P<name>.+)" is not available')


@dataclass(frozen=True, slots=True)
class LiveSource:
    """A database that the operator named."""

    name: str


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of SQL in the workspace."""

    path: str


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder of migrations in the workspace, in any of the formats, or of `.sql` files."""

    path: str


@dataclass(frozen=True, slots=True)
class GitSource:
    """A file of SQL as of a commit."""

    ref: str
    path: str


@dataclass(frozen=True, slots=True)
class EmptySource:
    """A database with nothing in it."""


Source = LiveSource | FileSource | FolderSource | GitSource | EmptySource


def parse_source(text: str) -> Source:
    """Return the source that a caller named.

    Raises:
        InvalidInputError: it has none of the valid forms, which the message names.
    """
    scheme, colon, rest = text.partition(":")
    match scheme, colon, rest:
        case "empty", "", _:
            return EmptySource()
        case "db", _, name if name:
            return LiveSource(name)
        case "file", _, path if path:
            return FileSource(path)
        case "dir", _, path if path:
            return FolderSource(path)
        case "git", _, place if ":" in place:
            return _git_source(*place.split(":", 1))
        case _:
            raise _no_source(f"{text[:200]!r} is no schema source")


def _git_source(ref: str, path: str) -> GitSource:
    if ref.startswith("-"):
        raise _no_source(f"{ref[:200]!r} is no revision: git would take it for an option")
    if not (ref and path):
        raise _no_source("git: needs a revision and a path")
    return GitSource(ref, path)


def _no_source(reason: str) -> InvalidInputError:
    return InvalidInputError(f"{reason}.", next_step=f"Valid forms: {FORMS}.")


@asynccontextmanager
async def open_source(  # ruff: ignore[too-many-arguments] - one parameter a place to look in
    source: Source,
    *,
    shadow: Shadow,
    workspace: Workspace,
    databases: Mapping[str, LiveDatabase],
    limits: LoadLimits = DEFAULT_LIMITS,
    major: int | None = None,
    stubs: tuple[ExtensionStub, ...] = (),
) -> AsyncGenerator[LoadedSchema, None]:
    """Hold a throw-away database with the schema of a source; nothing of it stays behind.

    The server is of `major`, else of the version that the source is known to be meant for, if this
    machine has its programs. For extensions that it lacks there are `stubs`, and those that are
    made from a live source.

    Raises:
        InvalidSqlError: a statement was refused, by PostgreSQL or by us.
        InvalidInputError: the folder holds no migrations or some that are not literal SQL, or
            loading reached a limit.
        NotFoundError: there is no such database, file, folder or revision.
        UnavailableError: the live database or a server to load into cannot be reached.
    """
    async with (
        _gathered(source, workspace, databases) as found,
        AsyncExitStack() as stack,
    ):
        material = replace(found, stubs=(*found.stubs, *stubs))
        wanted = major or material.major
        try:
            schema = await _load(stack, material, shadow.cluster(major=wanted), limits)
        except RoleChangeNeededError:
            await stack.aclose()
            own = shadow.private_cluster(major=wanted)
            schema = await _load(stack, material, own, limits, is_private=True)
        yield replace(schema, notes=(*_about_major(schema, material.major), *schema.notes))


@dataclass(frozen=True, slots=True)
class _Material:
    """The scripts of a source, and the major version that they are meant for, if it is known.

    `beyond` says of extensions what they have that no stub can stand in for.
    """

    scripts: tuple[Script, ...] = ()
    major: int | None = None
    stubs: tuple[ExtensionStub, ...] = ()
    beyond: Mapping[str, str] = field(default_factory=dict[str, str])


async def _load(
    stack: AsyncExitStack,
    material: _Material,
    held: AbstractAsyncContextManager[Cluster],
    limits: LoadLimits,
    *,
    is_private: bool = False,
) -> LoadedSchema:
    cluster = await stack.enter_async_context(held)
    schema = loaded(
        material.scripts, cluster, is_private=is_private, limits=limits, stubs=material.stubs
    )
    try:
        return await stack.enter_async_context(schema)
    except InvalidSqlError as error:
        raise _with_reason(error, material.beyond) from error


def _with_reason(error: InvalidSqlError, beyond: Mapping[str, str]) -> InvalidSqlError:
    """Say why an extension that is missing has no stub."""
    missing = _MISSING_EXTENSION.search(error.refusal)
    if missing is None or missing["name"] not in beyond:
        return error
    return InvalidSqlError(
        f"{error.refusal}, and no stub can stand in for its {beyond[missing['name']]}",
        location=error.location,
        statement=error.statement,
        next_step="Have the operator set `shadow` to a server of their own that has it.",
    )


def _about_major(schema: LoadedSchema, major: int | None) -> tuple[str, ...]:
    if major in {None, schema.major}:
        return ()
    here = f"this was read from {schema.version}"
    return (f"the database runs PostgreSQL {major}, of which no server is here: {here}",)


@asynccontextmanager
async def _gathered(
    source: Source, workspace: Workspace, databases: Mapping[str, LiveDatabase]
) -> AsyncGenerator[_Material, None]:
    match source:
        case EmptySource():
            yield _Material()
        case FileSource(path):
            yield _Material((await run_sync(_file, workspace, path),))
        case FolderSource(path):
            yield _Material(await run_sync(folder_scripts, workspace, path))
        case GitSource(ref, path):
            content = await workspace.git_blob(ref, path, limit=_LARGEST_BLOB)
            yield _Material((Script(f"{ref}:{path}", lambda: io.BytesIO(content)),))
        case LiveSource(name):
            async with _dumped(name, databases) as material:
                yield material


def _file(workspace: Workspace, path: str) -> Script:
    # What cannot be opened is said before a server is asked for anything.
    workspace.open(path).close()
    return Script(path, lambda: workspace.open(path))


@asynccontextmanager
async def _dumped(
    name: str, databases: Mapping[str, LiveDatabase]
) -> AsyncGenerator[_Material, None]:
    live = databases.get(name)
    if live is None:
        known = ", ".join(sorted(databases)) or "none"
        raise NotFoundError(
            f"The operator named no database {name!r}.", next_step=f"Databases: {known}."
        )
    async with live.read() as reader:
        major = reader.major
        extensions = await read_extensions(reader)
    with await dump_schema(live, major) as content:
        script = Script(f"db:{name}", lambda: _reopened(content))
        yield _Material((script,), major, extensions.stubs, extensions.beyond)


def _reopened(content: BinaryIO) -> BinaryIO:
    content.seek(0)
    return io.BufferedReader(io.FileIO(os.dup(content.fileno())))
