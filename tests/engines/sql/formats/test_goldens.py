"""What each format makes of one small migration, to be read by people."""

import pytest

from server.engines.sql.formats.model import Block, Script, SourceFile
from server.engines.sql.formats.parts import parts
from server.engines.sql.formats.registry import all_formats, format_of
from server.errors import InvalidInputError

_SCRIPT = Script(
    name="index_orders",
    version="20260102030405",
    previous="20250101000000",
    header=("schema before: 1f2e", "phase 1 of 1"),
    up=(
        Block(("ALTER TABLE a ADD b int", "COMMENT ON TABLE a IS '${x} :y'")),
        Block(("CREATE INDEX CONCURRENTLY i ON a (b)",), is_transactional=False),
    ),
    down=(Block(("ALTER TABLE a DROP b",)),),
)


def written(name: str, script: Script = _SCRIPT) -> dict[str, str]:
    return {file.path: file.content.decode() for file in format_of(name).write(script)}


def test_plain_files_carry_their_own_transactions() -> None:
    files = written("plain")

    assert list(files) == [
        "20260102030405_index_orders.up.sql",
        "20260102030405_index_orders.down.sql",
    ]
    assert files["20260102030405_index_orders.up.sql"] == (
        "-- schema before: 1f2e\n"
        "-- phase 1 of 1\n"
        "-- transaction: the file begins and ends its own; "
        "run it with psql -v ON_ERROR_STOP=1 -f\n"
        "-- transaction: none around the whole file, some of it cannot run in one\n"
        "\n"
        "BEGIN;\n"
        "\n"
        "ALTER TABLE a ADD b int;\n"
        "\n"
        "COMMENT ON TABLE a IS '${x} :y';\n"
        "\n"
        "COMMIT;\n"
        "\n"
        "CREATE INDEX CONCURRENTLY i ON a (b);\n"
    )


def test_dbmate_files_split_where_the_transaction_ends() -> None:
    files = written("dbmate")

    assert files["20260102030406_index_orders.sql"] == (
        "-- schema before: 1f2e\n"
        "-- phase 1 of 1\n"
        "-- part 2 of 2; undo them all, the last one first\n"
        "\n"
        "-- migrate:up transaction:false\n"
        "-- transaction: none, the statement cannot run in one\n"
        "\n"
        "CREATE INDEX CONCURRENTLY i ON a (b);\n"
        "\n"
        "-- migrate:down\n"
        "-- transaction: dbmate's\n"
        "\n"
        "ALTER TABLE a DROP b;\n"
    )
    assert list(files) == ["20260102030405_index_orders.sql", "20260102030406_index_orders.sql"]


def test_golang_migrate_files_have_one_query_each() -> None:
    files = written("golang-migrate")

    assert len(files) == 4
    assert files["20260102030406_index_orders.up.sql"].endswith(
        "\n\nCREATE INDEX CONCURRENTLY i ON a (b);\n"
    )
    assert files["20260102030406_index_orders.down.sql"].endswith(
        "\nBEGIN;\n\nALTER TABLE a DROP b;\n\nCOMMIT;\n"
    )
    assert files["20260102030405_index_orders.down.sql"].endswith("-- nothing to do in this part\n")


def test_flyway_is_told_what_to_leave_alone() -> None:
    files = written("flyway")

    assert files["V20260102030405__index_orders.sql.conf"] == "placeholderReplacement=false\n"
    assert files["V20260102030406__index_orders.sql.conf"] == "executeInTransaction=false\n"
    assert "transactional.lock=false" in files["V20260102030406__index_orders.sql"]
    assert list(files)[-1] == "U20260102030406__index_orders.sql"


def test_prisma_migrations_are_folders() -> None:
    assert list(written("prisma")) == [
        "20260102030405_index_orders/migration.sql",
        "20260102030405_index_orders/down.sql",
        "20260102030406_index_orders/migration.sql",
        "20260102030406_index_orders/down.sql",
    ]


def test_alembic_revisions_are_linked_to_each_other() -> None:
    files = written("alembic")

    assert 'down_revision = "20250101000000"' in files["20260102030405_index_orders.py"]
    assert files["20260102030406_index_orders.py"] == (
        '"""index orders"""\n'
        "\n"
        "# schema before: 1f2e\n"
        "# phase 1 of 1\n"
        "# part 2 of 2; undo them all, the last one first\n"
        "# transaction: Alembic's; what cannot run in one is in an autocommit block\n"
        "# set transaction_per_migration=True in env.py\n"
        "\n"
        "from alembic import op\n"
        "\n"
        'revision = "20260102030406"\n'
        'down_revision = "20260102030405"\n'
        "branch_labels = None\n"
        "depends_on = None\n"
        "\n"
        "\n"
        "def upgrade() -> None:\n"
        "    with op.get_context().autocommit_block():\n"
        '        op.execute("CREATE INDEX CONCURRENTLY i ON a (b)")\n'
        "\n"
        "\n"
        "def downgrade() -> None:\n"
        '    op.execute("ALTER TABLE a DROP b")\n'
    )


def test_alembic_is_not_shown_a_colon_as_a_parameter() -> None:
    text = written("alembic")["20260102030405_index_orders.py"]

    assert r"""op.execute("COMMENT ON TABLE a IS '${x} \\:y'")""" in text


def test_node_pg_migrate_files_are_functions_of_literal_sql() -> None:
    files = written("node-pg-migrate")

    assert files["20260102030405_index_orders.js"].endswith(
        "exports.up = (pgm) => {\n"
        "  pgm.sql(`ALTER TABLE a ADD b int`);\n"
        "  pgm.sql(`COMMENT ON TABLE a IS '\\${x} :y'`);\n"
        "};\n"
        "\n"
        "exports.down = (pgm) => {\n"
        "  // nothing to do in this part\n"
        "};\n"
    )
    assert "  pgm.noTransaction();\n" in files["20260102030406_index_orders.js"]


_TWO = Script(
    name="a",
    version="0001",
    up=(Block(("ALTER TYPE t ADD VALUE 'b'",)), Block(("SELECT 'b'::t",))),
    down=tuple(Block((f"SELECT {number}",)) for number in (1, 2, 3)),
)


def test_a_runner_with_one_transaction_for_all_commits_between_the_parts() -> None:
    alembic = written("alembic", _TWO)["0002_a.py"]
    node = written("node-pg-migrate", _TWO)["0002_a.js"]

    assert "autocommit_block():\n        pass" in alembic
    assert '  pgm.sql("COMMIT");\n  pgm.sql("BEGIN");\n  pgm.sql(`SELECT \'b\'::t`);\n' in node


def test_undoing_the_last_file_first_runs_the_way_back_in_its_order() -> None:
    found = parts(_TWO)

    assert [part.version for part in found] == ["0001", "0002", "0003"]
    assert [part.down.statements[0] for part in reversed(found)] == [
        "SELECT 1",
        "SELECT 2",
        "SELECT 3",
    ]
    assert found[2].up.statements == ()


def test_there_is_no_way_back_where_none_was_given() -> None:
    script = Script(name="a", version="1", up=(Block(("SELECT 1",)),))

    assert list(written("plain", script)) == ["1_a.up.sql"]
    assert list(written("flyway", script)) == ["V1__a.sql"]
    assert written("node-pg-migrate", script)["1_a.js"].endswith("\nexports.down = false;\n")


def test_a_line_that_dbmate_takes_for_a_mark_is_refused() -> None:
    script = Script(name="a", version="1", up=(Block(("SELECT '\n-- migrate:down\n'",)),))

    with pytest.raises(InvalidInputError, match="reads like a mark of dbmate"):
        written("dbmate", script)


@pytest.mark.parametrize("name", ["../a", "a/b", "", "a b", "a.b", "a\n", "é", "x" * 101])
def test_a_name_that_is_no_plain_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="is no name of a migration"):
        Script(name=name, version="1", up=())


@pytest.mark.parametrize("version", ["", "1.2", "../1", "-1", "1" * 21, "٣"])
def test_a_version_that_is_no_number_is_refused(version: str) -> None:
    with pytest.raises(InvalidInputError, match="is no version"):
        Script(name="a", version=version, up=())


@pytest.mark.parametrize("line", ["a\nDROP TABLE b;", "a\rb", "a\u2028b", "a\0b"])
def test_a_header_that_would_leave_its_comment_is_refused(line: str) -> None:
    with pytest.raises(InvalidInputError, match="not one line"):
        Script(name="a", version="1", up=(), header=(line,))


def test_every_format_is_found_by_its_name() -> None:
    assert list(all_formats()) == [
        "alembic",
        "dbmate",
        "flyway",
        "golang-migrate",
        "node-pg-migrate",
        "plain",
        "prisma",
    ]


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInputError, match=r"no format.*Formats: alembic, dbmate"):
        format_of("liquibase")


def test_a_file_is_read_as_text_only_if_it_is_text() -> None:
    with pytest.raises(InvalidInputError, match=r"a\.js:2: text that is not UTF-8"):
        SourceFile("a.js", b"\n\xff").text()
