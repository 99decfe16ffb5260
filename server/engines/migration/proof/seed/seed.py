"""Fills the tables of a clone, as far as that can be done in a given time."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.routine import Routine
from server.engines.catalog.kinds.table import Table
from server.engines.migration.proof.clones import Clone
from server.engines.migration.proof.seed.demanded import demanded
from server.engines.migration.proof.seed.demands import Demands, TableName
from server.engines.migration.proof.seed.filling import Filling
from server.engines.migration.proof.seed.flavor import Flavor, RowsToTry
from server.engines.migration.proof.seed.later import Future
from server.engines.migration.proof.seed.order import in_circles, parents_first
from server.engines.migration.proof.seed.partition_values import (
    is_without_partitions,
    partition_source,
)
from server.engines.migration.proof.seed.quieted import quieted
from server.engines.migration.proof.seed.value_types import ValueTypes
from server.engines.postgres.session import StatementError

_STATEMENT = "SET LOCAL statement_timeout = '2s'; SET CONSTRAINTS ALL DEFERRED"
_LATE = "there was no time left"
_LEFT_OUT = "its rows stop the plan"
_NO_PARTITIONS = "it has no partitions"
_NO_ROWS = "its rows went elsewhere: a trigger or a rule takes them"


@dataclass(frozen=True, slots=True)
class Seeding:
    """Which tables hold rows, by `schema.name`, and why the others hold none."""

    flavor: Flavor = Flavor.EMPTY
    rows: Mapping[str, int] = field(default_factory=dict[str, int])
    unseeded: Mapping[str, str] = field(default_factory=dict[str, str])
    left_out: tuple[str, ...] = ()
    """Those among them whose rows stopped the plan before."""


@dataclass(frozen=True, slots=True)
class SeedRequest:
    """What rows to make; `overrides` are texts for columns whose values should suit more."""

    future: Future
    rows: RowsToTry = field(default_factory=RowsToTry)
    overrides: Mapping[tuple[str, ...], tuple[str, ...]] = field(
        default_factory=dict[tuple[str, ...], tuple[str, ...]]
    )
    seconds: float = 5.0


async def seed(clone: Clone, request: SeedRequest) -> Seeding:
    """Insert a few rows into each table, as the loader; materialized views stay as they are."""
    tables = demanded(request.future)
    if request.rows.flavor is Flavor.EMPTY:
        return Seeding(unseeded={".".join(one.name): "no rows were asked for" for one in tables})
    types = await ValueTypes.read(clone.worker)
    async with quieted(clone.superuser, clone.worker):
        bodies = {
            f"{'.'.join(one.identity.names)}(": one.body
            for one in request.future.source.of(Routine)
        }
        filling = Filling(clone.worker, types, request.rows.flavor, request.overrides, bodies)
        run = _Run(request, filling)
        refusal = await run.take_all(tables)
        if refusal and (circular := in_circles(tables)):
            # Rows that refer to each other in a circle are only checked at the end.
            run = _Run(request, replace(filling, filled=set()), circular, refusal)
            refusal = await run.take_all(tables)
        if refusal:
            return Seeding(request.rows.flavor, unseeded=run.all_failed(refusal))
    left_out = tuple(sorted(map(".".join, request.rows.left_out)))
    return Seeding(request.rows.flavor, run.rows, run.unseeded, left_out)


@dataclass(slots=True)
class _Run:
    request: SeedRequest
    filling: Filling
    circular: frozenset[TableName] = frozenset()
    """Tables that get no rows, because of those that were refused in the end."""
    refusal: str = ""
    deadline: float = 0.0
    rows: dict[str, int] = field(default_factory=dict[str, int])
    unseeded: dict[str, str] = field(default_factory=dict[str, str])

    async def take_all(self, tables: Sequence[Demands]) -> str:
        """Fill the tables in one transaction; return why PostgreSQL refused it at its end."""
        self.deadline = time.monotonic() + self.request.seconds
        worker = self.filling.worker
        try:
            async with worker.transaction():
                await worker.script(_STATEMENT)
                for table in parents_first(tables):
                    await self.take(table)
        except StatementError as error:
            return error.message
        return ""

    async def take(self, table: Demands) -> None:
        name = ".".join(table.name)
        if table.name in self.circular:
            self.unseeded[name] = self.refusal
            return
        if time.monotonic() > self.deadline or table.name in self.request.rows.left_out:
            is_left_out = table.name in self.request.rows.left_out
            self.unseeded[name] = _LEFT_OUT if is_left_out else _LATE
            return
        identity, catalog = Identity(Table.kind, table.name), self.request.future.source
        if is_without_partitions(identity, catalog):
            self.unseeded[name] = _NO_PARTITIONS
            return
        try:
            count = await self.filling.fill(table, partition_source(identity, catalog))
        except StatementError as error:
            self.unseeded[name] = error.message
            return
        if count:
            self.rows[name] = count
            self.filling.filled.add(table.name)
        else:
            self.unseeded[name] = _NO_ROWS

    def all_failed(self, reason: str) -> Mapping[str, str]:
        return {**dict.fromkeys(self.rows, reason), **self.unseeded}
