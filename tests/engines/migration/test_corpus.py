"""Pairs of schemas from elsewhere: each is led to the other and back, with proof.

A sample runs every time, all of them with `make test-corpus`.
"""

from collections.abc import Container
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path

import pytest

from server.engines.migration.context import Strategy
from server.engines.migration.generate import Generated, Request, generate
from server.engines.migration.hazard import HazardKind
from server.engines.migration.planner import PlanOptions
from server.engines.migration.proof.ground import Ground
from server.engines.migration.rendering import Heading
from server.engines.postgres.loading.load import LoadedSchema, loaded
from server.engines.postgres.loading.run import RoleChangeNeededError
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow
from server.engines.sql.formats.model import Place
from server.engines.sql.formats.registry import format_of

_CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "migrations"
_FOLDERS = sorted(path.parent for path in _CORPUS.glob("*/old.sql"))
_TOPICS = {folder.name.partition("--")[0]: folder for folder in _FOLDERS}
_SAMPLE = sorted({*_TOPICS.values(), *_FOLDERS[::7]})[:40]

pytestmark = pytest.mark.anyio
_needs_corpus = pytest.mark.skipif(not _FOLDERS, reason="the corpus of migrations is not here")
_both_ways = pytest.mark.parametrize(
    "names", [("old", "new"), ("new", "old")], ids=["there", "back"]
)


class Everything(Container[str]):
    """What holds every name."""

    def __contains__(self, name: object) -> bool:
        return True


async def migrated(
    shadow: Shadow, old: Path, new: Path, strategy: Strategy = Strategy.ONLINE
) -> Generated | None:
    """Return the proven plan from one file to the other, whatever data it loses."""
    request = Request(
        options=PlanOptions(strategy),
        allowed=Everything(),
        format=format_of("plain"),
        renames=(),
        heading=lambda fingerprint: Heading("change", Place("0001"), (fingerprint,)),
    )
    async with AsyncExitStack() as stack:
        grounds = [await Ground.of(await _loaded(stack, shadow, file)) for file in (old, new)]
        found = await generate(grounds[0], grounds[1], request, lambda _: None)
    assert found is None or isinstance(found, Generated)
    return found


async def _loaded(stack: AsyncExitStack, shadow: Shadow, file: Path) -> LoadedSchema:
    script = Script(file.name, lambda: file.open("rb"))
    attempt = AsyncExitStack()
    try:
        cluster = await attempt.enter_async_context(shadow.cluster())
        schema = await attempt.enter_async_context(loaded([script], cluster))
    except RoleChangeNeededError:
        await attempt.aclose()
        cluster = await attempt.enter_async_context(shadow.private_cluster())
        schema = await attempt.enter_async_context(loaded([script], cluster, is_private=True))
    await stack.enter_async_context(attempt)
    return schema


def _assert_proven(found: Generated | None) -> None:
    if found is not None:
        proof = found.proof
        assert proof.forward.failure is None
        assert proof.forward_residual is not None
        assert (proof.forward_residual.catalog, proof.forward_residual.dump) == ((), ())
        assert proof.back.failure is None
        assert proof.back_residual is not None
        assert (proof.back_residual.catalog, proof.back_residual.dump) == ((), ())
        assert proof.unexpected == ()
        # Rows may stop a plan only where the target forbids them; then it is proven without.
        assert proof.seeding.rows or not proof.setbacks or _may_fail(found)


def _may_fail(found: Generated) -> bool:
    steps = (*found.draft.steps, *found.draft.steps_back)
    risks = (hazard for step in steps for hazard in step.hazards)
    return any(hazard.kind is HazardKind.MAY_FAIL for hazard in risks)


@_needs_corpus
@pytest.mark.parametrize(
    ("folder", "names"),
    [*zip(_SAMPLE, cycle((("old", "new"), ("new", "old"))), strict=False)],
    ids=lambda value: value.name if isinstance(value, Path) else value[0],
)
async def test_a_sample_is_migrated_with_proof(
    shadow: Shadow, folder: Path, names: tuple[str, str]
) -> None:
    old, new = (folder / f"{name}.sql" for name in names)

    _assert_proven(await migrated(shadow, old, new))


@_needs_corpus
@pytest.mark.corpus
@pytest.mark.parametrize("strategy", Strategy)
@_both_ways
@pytest.mark.parametrize("folder", _FOLDERS, ids=lambda folder: folder.name)
async def test_every_pair_is_migrated_with_proof(
    shadow: Shadow, folder: Path, names: tuple[str, str], strategy: Strategy
) -> None:
    old, new = (folder / f"{name}.sql" for name in names)

    _assert_proven(await migrated(shadow, old, new, strategy))
