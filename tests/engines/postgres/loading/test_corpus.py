"""Other people's schemas, loaded as the role that has no power."""

from functools import partial
from pathlib import Path

import pytest

from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import open_source, parse_source
from server.workspace import Workspace

_CORPUS = Path(__file__).parents[5] / "shared" / "corpus"
_HATCHET = _CORPUS / "schemas" / "hatchet"
_MIGRATIONS = sorted(
    path for path in _CORPUS.glob("migrations/*/*.sql") if path.name in {"old.sql", "new.sql"}
)

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not _CORPUS.is_dir(), reason="the corpus is not here"),
]


async def test_a_real_schema_of_four_files_loads_without_a_word(shadow: Shadow) -> None:
    names = ("pg-stubs.sql", "v0.sql", "v1-core.sql", "v1-olap.sql")
    scripts = [Script(name, partial((_HATCHET / name).open, "rb")) for name in names]

    async with shadow.cluster() as cluster, loaded(scripts, cluster) as schema:
        assert schema.notes == ()
        count = "SELECT count(*) FROM pg_class WHERE oid >= 16384"
        assert await schema.session.value(count) == 675


async def test_the_files_of_a_real_schema_may_come_in_any_order(shadow: Shadow) -> None:
    async with open_source(
        parse_source("dir:hatchet"),
        shadow=shadow,
        workspace=Workspace([_HATCHET.parent]),
        databases={},
    ) as schema:
        assert schema.notes == ()


@pytest.mark.corpus
@pytest.mark.parametrize("path", _MIGRATIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_every_migration_loads(shadow: Shadow, path: Path) -> None:
    source = parse_source(f"file:{path.name}")
    workspace = Workspace([path.parent])

    async with open_source(source, shadow=shadow, workspace=workspace, databases={}) as schema:
        assert not [note for note in schema.notes if "not loaded" in note and "rows" not in note]


@pytest.mark.corpus
def test_the_corpus_is_complete() -> None:
    assert len(_MIGRATIONS) == 390
