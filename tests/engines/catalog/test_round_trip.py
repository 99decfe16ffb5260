"""What was read twice is equal, and so is what pg_dump made of it and a server read back.

Each schema of the corpus is loaded, by the superuser, since some of them grant and own. The plans
are loaded after the schema that they change.
"""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from server.engines.catalog.diff import Changed, differences
from server.engines.catalog.fingerprint import fingerprint
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow
from tests.engines.catalog.case import Case, cases
from tests.engines.catalog.round_trip import round_trip

_OWN = sorted(Path(__file__).with_name("schemas").glob("*.sql"))
_CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
_HATCHET = [
    _CORPUS / "schemas" / "hatchet" / f"{name}.sql"
    for name in ("pg-stubs", "v0", "v1-core", "v1-olap")
]
_FILES = sorted(_CORPUS.glob("migrations/*/*.sql"))
_BY_TOPIC = {file.parent.name.partition("--")[0]: file for file in _FILES}
_OLDER = 15
_SAMPLE = [*_BY_TOPIC.values(), *_FILES[::20]]

pytestmark = pytest.mark.anyio
_needs_corpus = pytest.mark.skipif(not _FILES, reason="the corpus of schemas is not here")


def _scripts(file: Path) -> list[bytes]:
    files = [file.with_name("old.sql"), file] if file.stem == "plan" else [file]
    return [each.read_bytes() for each in files]


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


async def _assert_survives(apart: Cluster, *scripts: bytes) -> None:
    trip = await round_trip(apart, scripts)

    assert differences(trip.loaded, trip.read_again) == ()
    assert differences(trip.loaded, trip.restored) == ()
    assert fingerprint(trip.loaded) == fingerprint(trip.restored)
    assert trip.loaded.unmodeled == ()


@pytest.mark.parametrize("file", _OWN, ids=lambda file: file.stem)
async def test_a_hard_schema_survives_a_dump(apart: Cluster, file: Path) -> None:
    await _assert_survives(apart, file.read_bytes())


@pytest.fixture(scope="module")
async def older(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.private_cluster(major=_OLDER) as cluster:
        if cluster.major != _OLDER:
            pytest.skip(f"no server of version {_OLDER} here")
        yield cluster


@pytest.mark.parametrize("file", _OWN, ids=lambda file: file.stem)
async def test_a_hard_schema_survives_a_dump_of_an_older_server(older: Cluster, file: Path) -> None:
    await _assert_survives(older, file.read_bytes())


@pytest.mark.corpus
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
async def test_an_object_with_every_attribute_survives_a_dump(apart: Cluster, case: Case) -> None:
    await _assert_survives(apart, case.setup.encode())


async def test_an_inherited_column_that_came_late_comes_back_elsewhere(apart: Cluster) -> None:
    trip = await round_trip(
        apart,
        [b"CREATE TABLE a (x int); CREATE TABLE b (y int) INHERITS (a); ALTER TABLE a ADD z int;"],
    )

    (moved,) = differences(trip.loaded, trip.restored)
    assert isinstance(moved, Changed)
    assert moved.is_of_order_only
    assert fingerprint(trip.loaded) == fingerprint(trip.restored)


@_needs_corpus
@pytest.mark.parametrize("file", _SAMPLE, ids=_name)
async def test_a_schema_survives_a_dump(apart: Cluster, file: Path) -> None:
    await _assert_survives(apart, *_scripts(file))


@_needs_corpus
@pytest.mark.corpus
@pytest.mark.parametrize("file", _FILES, ids=_name)
async def test_every_schema_of_the_corpus_survives_a_dump(apart: Cluster, file: Path) -> None:
    await _assert_survives(apart, *_scripts(file))


@_needs_corpus
@pytest.mark.corpus
async def test_a_whole_product_survives_a_dump(apart: Cluster) -> None:
    await _assert_survives(apart, *(each.read_bytes() for each in _HATCHET))


@_needs_corpus
@pytest.mark.corpus
def test_the_corpus_is_complete() -> None:
    counts = {stem: sum(file.stem == stem for file in _FILES) for stem in ("old", "new", "plan")}

    assert counts == {"old": 195, "new": 195, "plan": 17}
