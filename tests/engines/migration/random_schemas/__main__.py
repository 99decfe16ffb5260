"""Tries every seed of a range: `python -m tests.engines.migration.random_schemas 3000 3250`."""

import argparse
import asyncio
import tempfile
from collections import Counter
from pathlib import Path

from server.engines.postgres.shadow import Shadow
from tests.engines.migration.random_schemas.generate import random_pair
from tests.engines.migration.random_schemas.trip import Leg, Result, tripped

_EXPECTED = frozenset({Result.PROVEN, Result.STOPPED})


async def tried(seeds: range, major: int | None) -> Counter[str]:
    """Print what was not proven, seed by seed, and return how often each result came."""
    found = Counter[str]()
    with tempfile.TemporaryDirectory() as cache:
        shadow = Shadow(cache=Path(cache))
        try:
            async with shadow.private_cluster(major=major) as cluster:
                for seed in seeds:
                    legs = await tripped(cluster, random_pair(seed, cluster.major).journey)
                    found.update(str(each.result) for each in legs)
                    _tell(seed, legs)
        finally:
            await shadow.close()
    return found


def _tell(seed: int, legs: tuple[Leg, ...]) -> None:
    for each in legs:
        if each.result not in _EXPECTED:
            print(f"{seed} {each.name}: {each.result}: {each.detail}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("end", type=int)
    parser.add_argument("--major", type=int, help="of PostgreSQL, where its binaries are found")
    given = parser.parse_args()
    found = asyncio.run(tried(range(given.first, given.end), given.major))
    print(f"{found.total()} legs: {dict(found)}")


if __name__ == "__main__":
    main()
