"""Prints what a migration takes: load, read, plan, prove, and how that grows with the schema.

Targets: 10 s with proof for 600 to 1,300 objects, 2 s for reading and planning, under 500 MB, and
linear growth up to 10,000 objects. Numbers of tables as arguments measure those sizes instead.
"""

import io
import resource
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import anyio

from server.engines.catalog.catalog import Catalog
from server.engines.migration.draft import Side, drafted
from server.engines.migration.generate import Generated, Request, generate
from server.engines.migration.planner import PlanOptions
from server.engines.migration.proof.ground import Ground
from server.engines.migration.rendering import Heading
from server.engines.postgres.loading.load import LoadedSchema, loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow
from server.engines.sql.formats.model import Place
from server.engines.sql.formats.registry import format_of

_OBJECT_KINDS = frozenset(
    {"table", "constraint", "index", "view", "routine", "trigger", "sequence", "enum"}
)
_SIZES = (50, 105)
"""Numbers of tables, twelve objects each; a tenth of them differs."""
_GROWTH = (8, 83, 826)
"""As many tables differ in each of them, so that the size alone grows."""
_FEW = 8
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


@dataclass(frozen=True)
class Taken:
    """Seconds of the parts, for both schemas and both ways, and the peak of memory."""

    objects: int
    load: float
    read: float
    plan: float
    proof: float
    is_proven: bool
    megabytes: float
    steps: int

    def __str__(self) -> str:
        return (
            f"{self.objects} objects, {self.steps} steps: load {self.load:.2f} s, "
            f"read {self.read:.2f} s, plan {self.plan:.2f} s, generate with proof "
            f"{self.proof:.2f} s (proven: {self.is_proven}); at most {self.megabytes:.0f} MB"
        )


def _schema(tables: int, different: int) -> str:
    """Write a schema of which some tables, evenly spread, differ from the usual in five ways."""
    places = {number * tables // different for number in range(different)} if different else ()
    return "".join(_table(number, is_new=number in places) for number in range(tables))


def _table(number: int, *, is_new: bool) -> str:
    return _TABLE.format(
        n=number,
        parent=max(number - 1, 0),
        width=40 if is_new else 20,
        more=", note text NOT NULL DEFAULT ''" if is_new else "",
        second=", code" if is_new else "",
        limit=1 if is_new else 0,
    )


async def _loaded(stack: AsyncExitStack, shadow: Shadow, text: str) -> LoadedSchema:
    cluster = await stack.enter_async_context(shadow.cluster())
    script = Script("schema.sql", lambda: io.BytesIO(text.encode()))
    return await stack.enter_async_context(loaded([script], cluster))


async def _measured(shadow: Shadow, tables: int, different: int) -> Taken:
    async with AsyncExitStack() as stack:
        clock = [time.perf_counter()]
        texts = (_schema(tables, 0), _schema(tables, different))
        schemas = [await _loaded(stack, shadow, text) for text in texts]
        clock.append(time.perf_counter())
        old, new = [await Ground.of(schema) for schema in schemas]
        clock.append(time.perf_counter())
        sides = [Side(ground.catalog, (), ground.catalog) for ground in (old, new)]
        draft = drafted(sides[0], sides[1], PlanOptions())
        clock.append(time.perf_counter())
        found = await generate(old, new, _request(), lambda _: None)
        clock.append(time.perf_counter())
        load, read, plan, proof = (after - before for before, after in pairwise(clock))
        is_proven = isinstance(found, Generated) and found.proof.is_proven
        steps, count = len(draft.steps), _objects(new.catalog)
        return Taken(count, load, read, plan, proof, is_proven, _megabytes(), steps)


def _growth(one: Taken, other: Taken) -> str:
    parts = {
        "objects": other.objects / one.objects,
        "load": other.load / one.load,
        "read": other.read / one.read,
        "plan": other.plan / one.plan,
        "proof": other.proof / one.proof,
        "memory": other.megabytes / one.megabytes,
    }
    return "  growth: " + ", ".join(f"{name} x{ratio:.1f}" for name, ratio in parts.items())


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
    sizes = [int(each) for each in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        shadow = Shadow(cache=Path(folder) / "cache")
        for tables in sizes or _SIZES:
            print(await _measured(shadow, tables, tables // 10))
        if not sizes:
            taken = [await _measured(shadow, tables, _FEW) for tables in _GROWTH]
            print(taken[0])
            for one, other in pairwise(taken):
                print(f"{other}\n{_growth(one, other)}")
        await shadow.close()


if __name__ == "__main__":
    anyio.run(_main)
