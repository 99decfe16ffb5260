"""Prints what the checks cost over a schema of 1,000 tables, in CPU seconds: all, and the slowest.

Target: under 1 s for all.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import anyio

from server.engines.analysis.examine import examine
from server.engines.analysis.registry import checks
from server.engines.analysis.scope import Scope
from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.postgres.shadow import Shadow

_TABLES = 1000
_ROUNDS = 5
_SLOWEST = 5
_ONE_TABLE = """
CREATE TABLE public.t{number} (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t{before}_id bigint, name varchar(50),
  owner_id bigint REFERENCES public.t0, is_open boolean, tags text[], payload jsonb,
  created_at timestamp NOT NULL, deleted_at timestamptz, UNIQUE (owner_id, name)
);
CREATE INDEX ON public.t{number} (name);
CREATE INDEX ON public.t{number} (owner_id, created_at);
CREATE INDEX ON public.t{number} (created_at, name);
CREATE INDEX ON public.t{number} (tags);
ALTER TABLE public.t{number} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.t{number} USING (owner_id = current_setting('a.b')::bigint);
"""


async def _catalog() -> Catalog:
    with tempfile.TemporaryDirectory() as folder:
        shadow = Shadow(cache=Path(folder) / "cache")
        async with shadow.database() as database, await database.connect() as session:
            await session.script("CREATE TABLE public.t0 (id bigint PRIMARY KEY);")
            for number in range(1, _TABLES):
                await session.script(_ONE_TABLE.format(number=number, before=number - 1))
            catalog = await read_catalog(session)
        await shadow.close()
    return catalog


def _copy(catalog: Catalog) -> Scope:
    """Return a scope whose maps are still to be made."""
    parts = (catalog.facts, catalog.dependencies, catalog.extension_members)
    return Scope(Catalog(catalog.major, *parts), frozenset({"public"}))


def _seconds(scope: Scope, *wanted: str) -> float:
    start = time.process_time()
    examine(scope, wanted)
    return time.process_time() - start


async def _main() -> None:
    catalog = await _catalog()
    ids = [check.id for check in checks()]
    found = sum(len(each.findings) for each in examine(_copy(catalog), ids))
    rounds = [_seconds(_copy(catalog), *ids) for _ in range(_ROUNDS)]
    print(f"{len(ids)} checks, {_TABLES} tables, {len(catalog)} facts: {found} findings")
    print(f"all: median {statistics.median(rounds):.2f} s, least {min(rounds):.2f} s")
    warm = _copy(catalog)
    examine(warm, ids)
    slowest = sorted(((_seconds(warm, each), each) for each in ids), reverse=True)[:_SLOWEST]
    for seconds, each in slowest:
        print(f"  {each}: {seconds * 1000:.0f} ms")


if __name__ == "__main__":
    sys.exit(anyio.run(_main))
