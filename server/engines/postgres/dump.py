"""Takes the schema of a database with PostgreSQL's own pg_dump, and nothing of its data."""

import asyncio
import os
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import anyio
from anyio.to_thread import run_sync

from server.engines.postgres.binaries import Binaries, find_binaries, places
from server.engines.postgres.cluster import Database
from server.engines.postgres.libpq import environment
from server.engines.postgres.live import LiveDatabase
from server.errors import UnavailableError

JOURNAL_SCHEMA = "senior_backend"
"""Where a database keeps the record of the plans applied to it: no part of its own schema."""
_ARGUMENTS = (
    "--schema-only",
    "--no-password",
    "--no-tablespaces",
    "--no-security-labels",
    "--encoding=UTF8",
    "--lock-wait-timeout=10s",
    f"--exclude-schema={JOURNAL_SCHEMA}",
)
_SECONDS = 300
_LONGEST_MESSAGE = 500
# What libpq says about an address, which it repeats, and about its own lack of TLS.
_CONNECTING = ("connection to server", "SSL support is not compiled in", "could not translate")


async def dump_schema(live: LiveDatabase, major: int) -> BinaryIO:
    """Return the dump of a database of this major: an open file that has no name.

    Raises:
        UnavailableError: no pg_dump here can read it; names neither URL nor password.
    """
    refusal = f"no pg_dump of version {major} or later is on this machine"
    for binaries in await run_sync(lambda: _candidates(major)):
        content = await run_sync(tempfile.TemporaryFile)
        refusal = await _dump(binaries.folder / "pg_dump", environment(live.address), content)
        if not refusal:
            content.seek(0)
            return content
        content.close()
    raise UnavailableError(
        f"Database {live.name!r} could not be dumped: {refusal}.",
        next_step=f"Install the PostgreSQL client programs, version {major} or later.",
    )


async def dump_throwaway(
    database: Database, settings: Mapping[str, str], *, with_owners: bool = False
) -> BinaryIO:
    """Return the dump of a database of our own, made in sessions that start with these settings.

    It is an open file that has no name.

    Raises:
        UnavailableError: this machine has no pg_dump for the server, or it gave up.
    """
    cluster = database.cluster
    variables = dict(environment(cluster.address, database.name))
    given = (f"-c {name}={value}" for name, value in settings.items())
    variables["PGOPTIONS"] = " ".join((variables.get("PGOPTIONS", ""), *given))
    arguments = () if with_owners else ("--no-owner",)
    content = await run_sync(tempfile.TemporaryFile)
    program = cluster.binaries.folder / "pg_dump"
    if refusal := await _dump(program, variables, content, arguments):
        content.close()
        raise UnavailableError(f"A throw-away database could not be dumped: {refusal}.")
    content.seek(0)
    return content


def _candidates(major: int) -> Sequence[Binaries]:
    """Return who can dump a server of this major, the newest first; an older one refuses to."""
    found: dict[Path, Binaries] = {}
    for place in places():
        with suppress(UnavailableError):
            binaries = find_binaries([place])
            if binaries.major >= major and (binaries.folder / "pg_dump").is_file():
                found.setdefault(binaries.folder, binaries)
    return sorted(found.values(), key=lambda binaries: binaries.major, reverse=True)


async def _dump(
    program: Path, variables: Mapping[str, str], content: BinaryIO, more: Sequence[str] = ()
) -> str:
    """Write the dump to `content`, and return why that failed, or nothing."""
    secrets = {"HOME": os.environ.get("HOME", "/"), **variables}
    process = await asyncio.create_subprocess_exec(
        program, *_ARGUMENTS, *more, stdin=None, stdout=content, stderr=PIPE, env=secrets
    )
    try:
        with anyio.fail_after(_SECONDS):
            _, said = await process.communicate()
    except TimeoutError:
        return f"it took longer than {_SECONDS} s"
    finally:
        if process.returncode is None:
            process.kill()
            with anyio.CancelScope(shield=True):
                await process.wait()
    return "" if process.returncode == 0 else _without_address(said.decode(errors="replace"))


def _without_address(said: str) -> str:
    if any(words in said for words in _CONNECTING):
        return "pg_dump cannot connect to it, perhaps because this pg_dump knows no TLS"
    return said.strip()[-_LONGEST_MESSAGE:] or "pg_dump gave no reason"
