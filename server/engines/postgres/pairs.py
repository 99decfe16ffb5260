"""Two sources that are to be compared: loaded into servers of one version."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from server.engines.postgres.live import LiveDatabase
from server.engines.postgres.loading.load import LoadedSchema
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import LiveSource, Source, open_source
from server.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Pair:
    """Two loaded schemas, both held until the pair is let go."""

    source: LoadedSchema
    target: LoadedSchema


@asynccontextmanager
async def open_pair(
    source: Source,
    target: Source,
    *,
    shadow: Shadow,
    workspace: Workspace,
    databases: Mapping[str, LiveDatabase],
) -> AsyncGenerator[Pair, None]:
    """Hold both schemas; a live database decides which version of PostgreSQL reads them.

    Raises as `open_source` does.
    """
    first, second = (target, source) if _leads(target, source) else (source, target)
    opened = partial(open_source, shadow=shadow, workspace=workspace, databases=databases)
    async with opened(first) as one, opened(second, major=one.major, stubs=one.role.stubs) as other:
        yield Pair(one, other) if first is source else Pair(other, one)


def _leads(target: Source, source: Source) -> bool:
    return isinstance(target, LiveSource) and not isinstance(source, LiveSource)
