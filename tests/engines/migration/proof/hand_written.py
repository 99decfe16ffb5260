"""Plans that are written by hand, and schemas that are held for them."""

import io
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.engines.catalog.identity import Identity
from server.engines.migration.action import Mode
from server.engines.migration.hazard import Hazard
from server.engines.migration.proof.ground import Ground
from server.engines.migration.step import Step, Verb
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.script import Script

_SUBJECT = Identity("table", ("public", "t"))


@dataclass(frozen=True, slots=True)
class Case:
    """A source, a target, and what is said to lead from one to the other and back."""

    source: str
    target: str
    forward: Sequence[str | Step] = ()
    back: Sequence[str | Step] = ()


def step(sql: str, mode: Mode = Mode.TRANSACTIONAL, *hazards: Hazard) -> Step:
    return Step(sql=sql, verb=Verb.ALTER, subject=_SUBJECT, mode=mode, hazards=hazards)


def outside(sql: str) -> Step:
    return step(sql, Mode.OUTSIDE)


def as_steps(statements: Sequence[str | Step]) -> tuple[Step, ...]:
    return tuple(step(each) if isinstance(each, str) else each for each in statements)


@asynccontextmanager
async def held(cluster: Cluster, text: str) -> AsyncGenerator[Ground, None]:
    script = Script("schema.sql", lambda: io.BytesIO(text.encode()))
    async with loaded([script], cluster) as schema:
        yield await Ground.of(schema)
