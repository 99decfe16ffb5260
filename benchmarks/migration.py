"""Prints what a migration takes: load, read, plan, prove, and how that grows with the schema.

Targets: 10 s with proof for 600 to 1,300 objects, 2 s for reading and planning, under 500 MB, and
linear growth up to 10,000 objects.
"""

import io
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import anyio

from server.engines.catalog.catalog import Catalog
from server.engines.migration.draft import Side, drafted
from server.engines.migration.generate import Generated, Request, generate
from server.engines.migration.planner import PlanOptions
from server.engines.migration.proof.ground import Ground
from server.engines.migration.rendering import Heading
from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow
from server.engines.sql.formats.model import Place
from server.engines.sql.formats.registry import format_of

_OBJECT_KINDS = frozenset(
    {"table", "constraint", "index", "view", "routine", "trigger", "sequence", "enum"}
)
_SIZES = (60, 120, 500, 1000)
_LARGEST_PROVEN = 120
_TABLE = """
CREATE TABLE public.t{n} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, code varchar({width}),
  amount numeric(12, 2) CHECK (amount >= 0), made timestamptz DEFAULT now(), tags jsonb,
  parent bigint REFERENCES public.t{parent}{more}
);
CREATE INDEX t{n}_name ON public.t{n} (name{second});
CREATE INDEX t{n}_parent ON public.t{n} (parent, made);
CREATE VIEW public.v{n} AS SELECT id, name, amount FROM public.t{n} WHERE amount > {limit};
CREATE FUNCTION public.f{n}(wanted bigint) RETURNS text LANGUAGE sql STABLE
  RETURN (SELECT name FROM public.t{n} WHERE id = wanted);
"""


def _schema(tables: int, *, is_new: bool) -> str:
    """Write a schema; in the new one every tenth table differs in five ways."""
    return "".join(_tables(tables, is_new=is_new))


def _tables(tables: int, *, is_new: bool) -> Iterator[str]:
    for number in range(tables):
        differs = is_new and number % 10 == 0
        yield _TABLE.format(
            n=number,
            parent=max(number - 1, 0),
            width=40 if differs else 20,
            more=", note text NOT NULL DEFAULT ''" if differs else "",
            second=", code" if differs else "",
            limit=1 if differs else 0,
        )


async def _ground(stack: AsyncExitStack, shadow: Shadow, text: str) -> Ground:
    cluster = await stack.enter_async_context(shadow.cluster())
    script = Script("schema.sql", lambda: io.BytesIO(text.encode()))
    return await Ground.of(await stack.enter_async_context(loaded([script], cluster)))


async def _measure(shadow: Shadow, tables: int) -> None:
    async with AsyncExitStack() as stack:
        start = time.perf_counter()
        old = await _ground(stack, shadow, _schema(tables, is_new=False))
        new = await _ground(stack, shadow, _schema(tables, is_new=True))
        ready = time.perf_counter()
        planning = time.process_time()
        sides = [Side(ground.catalog, (), ground.catalog) for ground in (old, new)]
        draft = drafted(sides[0], sides[1], PlanOptions())
        planned = time.process_time() - planning
        line = f"{_objects(new.catalog)} objects: load and read both {ready - start:.2f} s"
        line += f"; plan both ways {planned:.2f} CPU s, {len(draft.steps)} steps"
        if tables <= _LARGEST_PROVEN:
            start = time.perf_counter()
            found = await generate(old, new, _request(), lambda _: None)
            is_proven = isinstance(found, Generated) and found.proof.is_proven
            line += f"; with proof {time.perf_counter() - start:.2f} s (proven: {is_proven})"
    print(f"{line}; at most {_megabytes():.0f} MB")


def _objects(catalog: Catalog) -> int:
    return sum(fact.kind in _OBJECT_KINDS for fact in catalog)


def _request() -> Request:
    return Request(
        options=PlanOptions(),
        allowed=frozenset[str](),
        format=format_of("plain"),
        renames=(),
        heading=lambda fingerprint: Heading("change", Place("0001"), (fingerprint,)),
    )


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _main() -> None:
    sizes = [int(each) for each in sys.argv[1:]] or _SIZES
    with tempfile.TemporaryDirectory() as folder:
        shadow = Shadow(cache=Path(folder) / "cache")
        for tables in sizes:
            await _measure(shadow, tables)
        await shadow.close()


if __name__ == "__main__":
    anyio.run(_main)
