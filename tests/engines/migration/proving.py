"""Plans for two schemas as text, proven through all that the tool does."""

import io
from collections.abc import Container, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

from server.engines.migration.context import Strategy
from server.engines.migration.effect import Effect
from server.engines.migration.generate import Generated, Request, generate
from server.engines.migration.planner import PlanOptions
from server.engines.migration.proof.ground import Ground
from server.engines.migration.rendering import Heading
from server.engines.migration.step import Segment
from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow
from server.engines.sql.formats.model import Place
from server.engines.sql.formats.registry import format_of


class _Everything(Container[str]):
    def __contains__(self, name: object) -> bool:
        return True


async def proven(
    shadow: Shadow,
    old: str,
    new: str,
    strategy: Strategy = Strategy.ONLINE,
    *,
    values: tuple[str, ...] = (),
) -> Generated:
    """Return the plan, which was run there and back with rows, and led to what it should."""
    return await _proven(shadow, (old, new), replace(_request(strategy), values=values))


async def proven_renames(shadow: Shadow, old: str, new: str, renames: tuple[str, ...]) -> Generated:
    """Return the plan that has renames by argument, proven likewise."""
    return await _proven(shadow, (old, new), replace(_request(), renames=renames))


def _request(strategy: Strategy = Strategy.ONLINE) -> Request:
    return Request(
        options=PlanOptions(strategy),
        allowed=_Everything(),
        format=format_of("plain"),
        renames=(),
        heading=lambda fingerprint: Heading("change", Place("0001"), (fingerprint,)),
    )


async def _proven(shadow: Shadow, texts: tuple[str, str], request: Request) -> Generated:
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(shadow.cluster())
        schemas = [
            await stack.enter_async_context(loaded([_script(text)], cluster)) for text in texts
        ]
        grounds = [await Ground.of(schema) for schema in schemas]
        found = await generate(grounds[0], grounds[1], request, lambda _: None)
    assert isinstance(found, Generated)
    proof = found.proof
    assert (proof.forward.failure, proof.back.failure) == (None, None)
    assert proof.forward_residual is not None
    assert proof.back_residual is not None
    assert (proof.forward_residual.catalog, proof.forward_residual.dump) == ((), ())
    assert (proof.back_residual.catalog, proof.back_residual.dump) == ((), ())
    assert proof.unexpected == ()
    return found


def _script(text: str) -> Script:
    return Script("schema.sql", lambda: io.BytesIO(text.encode()))


def read_or_written_under_a_lock(found: Generated) -> Iterator[Effect]:
    """Yield the steps, of both directions, for whose length others wait."""
    for effect in (*found.effects, *found.effects_back):
        is_long = bool(effect.scanned or effect.rewritten)
        if is_long and any(mode.waits for _, mode in effect.locks):
            yield effect


def together(found: Generated, fragment: str) -> list[str]:
    """Return the statements of the first segment that has one with this text in it."""
    return next(each for each in map(_statements, found.draft.forward) if fragment in str(each))


def _statements(segment: Segment) -> list[str]:
    return [" ".join(step.sql.split()) for step in segment.steps]
