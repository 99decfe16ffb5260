"""A change as it is planned, proven and watched: who waits while what is read."""

from server.engines.migration.effect import Effect, effects, relations
from server.engines.migration.planner import PlanOptions, steps
from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.prove import Plan, prove
from server.engines.migration.step import LockMode, segments
from server.engines.postgres.cluster import Cluster
from tests.engines.migration.proof.hand_written import held


async def watched(cluster: Cluster, old: str, new: str) -> tuple[Proof, tuple[Effect, ...]]:
    async with held(cluster, old) as source, held(cluster, new) as target:
        there = segments(steps(source.catalog, target.catalog, PlanOptions()))
        back = segments(steps(target.catalog, source.catalog, PlanOptions()))
        proof = await prove(source, target, Plan(there, back))
        return proof, effects(there, proof.forward, relations(source.catalog))


def waited_for(each: Effect) -> set[str]:
    """Return the tables that are read while writes to them wait."""
    locked = {name for name, mode in each.locks if mode.strength >= LockMode.SHARE.strength}
    return locked & set(each.scanned)
