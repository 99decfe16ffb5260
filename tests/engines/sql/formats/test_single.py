"""One migration is read by itself in each format: what runs forward, and what undoes it."""

import pytest

from server.engines.sql.formats.model import SourceFile
from server.engines.sql.formats.registry import format_of
from server.errors import InvalidInputError

_DBMATE = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n"
_ALEMBIC = """
revision = "b"
down_revision = "a"
def upgrade():
    op.execute("SELECT 1")
def downgrade():
    op.execute("SELECT 2")
"""
_NODE = """
exports.up = (pgm) => { pgm.sql("SELECT 1"); };
exports.down = (pgm) => { pgm.sql("SELECT 2"); };
"""
_NODE_SQL = "-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;\n"
_NODE_SQL_REVERSED = "-- Down Migration\nSELECT 2;\n-- Up Migration\nSELECT 1;\n"
_IN_ONE = [
    ("dbmate", "1_a.sql", _DBMATE),
    ("alembic", "b.py", _ALEMBIC),
    ("node-pg-migrate", "1_a.js", _NODE),
    ("node-pg-migrate", "1_a.sql", _NODE_SQL),
    ("node-pg-migrate", "1_a.sql", _NODE_SQL_REVERSED),
]


def single(format_name: str, direction: str, path: str, text: str) -> str:
    way = getattr(format_of(format_name).single, direction)
    return way(SourceFile(path, text.encode())).decode()


@pytest.mark.parametrize(("format_name", "path", "text"), _IN_ONE)
def test_both_directions_of_one_file_are_told_apart(format_name: str, path: str, text: str) -> None:
    there, back = (single(format_name, way, path, text) for way in ("up", "down"))

    assert ("SELECT 1" in there, "SELECT 2" in there) == (True, False)
    assert ("SELECT 1" in back, "SELECT 2" in back) == (False, True)
    assert format_of(format_name).single.down_path(path) == path


@pytest.mark.parametrize(("format_name", "path", "text"), _IN_ONE)
def test_the_way_back_keeps_its_lines(format_name: str, path: str, text: str) -> None:
    back = single(format_name, "down", path, text)

    at = back.splitlines().index(next(line for line in back.splitlines() if "SELECT 2" in line))
    assert "SELECT 2" in text.splitlines()[at]


@pytest.mark.parametrize(
    ("format_name", "path", "text"),
    [
        ("dbmate", "1_a.sql", "-- migrate:up\nSELECT 1;\n"),
        ("alembic", "b.py", 'revision = "b"\ndef upgrade():\n    pass\n'),
        ("node-pg-migrate", "1_a.js", "exports.up = (pgm) => {};\nexports.down = false;"),
        ("node-pg-migrate", "1_a.sql", "SELECT 1;"),
    ],
)
def test_a_file_may_have_no_way_back(format_name: str, path: str, text: str) -> None:
    assert not single(format_name, "down", path, text).strip()


def test_a_revision_is_read_although_the_one_before_it_is_not_here() -> None:
    assert "SELECT 1" in single("alembic", "up", "b.py", _ALEMBIC)


def test_a_downgrade_that_is_code_is_refused() -> None:
    code = _ALEMBIC.replace('op.execute("SELECT 2")', "raise NotImplementedError")

    with pytest.raises(InvalidInputError, match="not literal SQL"):
        single("alembic", "down", "b.py", code)


@pytest.mark.parametrize(
    ("format_name", "path", "expected"),
    [
        ("plain", "db/1_a.up.sql", "db/1_a.down.sql"),
        ("plain", "1_a.sql", "1_a.down.sql"),
        ("plain", "1_a.down.sql", ""),
        ("golang-migrate", "db/1_a.up.sql", "db/1_a.down.sql"),
        ("golang-migrate", "1_a.down.sql", ""),
        ("flyway", "V1/V1__a.sql", "V1/U1__a.sql"),
        ("flyway", "R__views.sql", ""),
        ("prisma", "1_a/migration.sql", "1_a/down.sql"),
        ("prisma", "1_a/down.sql", ""),
    ],
)
def test_the_way_back_of_a_file_has_its_name(format_name: str, path: str, expected: str) -> None:
    assert format_of(format_name).single.down_path(path) == expected


def test_a_migration_of_prisma_is_read_without_its_folder() -> None:
    assert single("prisma", "up", "migration.sql", "SELECT 1;") == "SELECT 1;"
