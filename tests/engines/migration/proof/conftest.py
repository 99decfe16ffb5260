"""Proofs of plans that are written by hand."""

from typing import Protocol

import pytest

from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.prove import DEFAULT_OPTIONS, Plan, ProofOptions, prove
from server.engines.migration.step import segments
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proof.hand_written import Case, as_steps, held


class Prove(Protocol):
    async def __call__(
        self, case: Case, options: ProofOptions = DEFAULT_OPTIONS, *, major: int | None = None
    ) -> Proof: ...


@pytest.fixture
def prove_case(shadow: Shadow) -> Prove:
    async def run(
        case: Case, options: ProofOptions = DEFAULT_OPTIONS, *, major: int | None = None
    ) -> Proof:
        plan = Plan(segments(as_steps(case.forward)), segments(as_steps(case.back)))
        async with shadow.cluster(major=major) as cluster:
            if major and cluster.major != major:
                pytest.skip(f"no server of PostgreSQL {major} is here")
            async with held(cluster, case.source) as source, held(cluster, case.target) as target:
                return await prove(source, target, plan, options)

    return run
