"""Prints how long a schema of a thousand tables takes to read, beside pg_dump of the same.

Target: under 1 s.
"""

import os
import tempfile
import time
from pathlib import Path

import anyio

from server.engines.catalog.diff import differences
from server.engines.catalog.fingerprint import fingerprint
from server.engines.catalog.read import read_catalog
from server.engines.postgres.cluster import Database
from server.engines.postgres.libpq import environment
from server.engines.postgres.shadow import Shadow

_TABLES = 1000
_ROUNDS = 5
_TABLE = """
CREATE TABLE public.t{number} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, code varchar(20),
  amount numeric(12, 2), made timestamptz DEFAULT now(), tags jsonb, state integer,
  parent bigint REFERENCES public.t{parent}
);
CREATE INDEX ON public.t{number} (name);
CREATE INDEX ON public.t{number} (parent, made);
"""


async def _fill(database: Database) -> None:
    async with await database.connect() as session:
        for number in range(_TABLES):
            await session.script(_TABLE.format(number=number, parent=max(number - 1, 0)))


async def _read(database: Database) -> None:
    async with await database.connect() as session:
        start = time.perf_counter()
        catalog = await read_catalog(session)
        read = time.perf_counter()
        fingerprint(catalog)
        printed = time.perf_counter()
        differences(catalog, catalog)
        compared = time.perf_counter()
    print(
        f"read {len(catalog)} facts and {len(catalog.dependencies)} dependencies:"
        f" {read - start:.3f} s, fingerprint {printed - read:.3f} s,"
        f" compare {compared - printed:.3f} s"
    )


async def _dump(database: Database) -> None:
    program = database.cluster.binaries.folder / "pg_dump"
    variables = environment(database.cluster.address, database.name)
    start = time.perf_counter()
    await anyio.run_process([program, "--schema-only"], env={**os.environ, **variables})
    print(f"pg_dump --schema-only: {time.perf_counter() - start:.3f} s")


async def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shadow = Shadow(cache=Path(folder) / "cache")
        async with shadow.database() as database:
            await _fill(database)
            for _ in range(_ROUNDS):
                await _read(database)
                await _dump(database)
        await shadow.close()


if __name__ == "__main__":
    anyio.run(_main)
