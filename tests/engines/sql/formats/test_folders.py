"""Folders that other people wrote: recognized, ordered as the runner does, or refused."""

import pytest

from server.engines.sql.formats.detect import detect
from server.engines.sql.formats.model import SourceFile
from server.engines.sql.formats.registry import format_of
from server.errors import InvalidInputError

_UP = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n"


def folder(**files: str) -> list[SourceFile]:
    """Files by their names, in which __ stands for a slash at the end of `in_`."""
    return [SourceFile(name, text.encode()) for name, text in files.items()]


def named(*names: str) -> list[SourceFile]:
    return [SourceFile(name, b"") for name in names]


def order(format_name: str, *names: str) -> list[str]:
    return [text.path for text in format_of(format_name).read(named(*names))]


@pytest.mark.parametrize(
    ("expected", "files"),
    [
        ("plain", named("a.sql", "b.sql")),
        ("plain", named("schema.sql", "1_a.up.sql")),
        ("golang-migrate", named("1_a.up.sql", "1_a.down.sql")),
        ("flyway", named("V1.2__a.sql", "R__views.sql")),
        ("prisma", named("2024_a/migration.sql", "0_init/migration.sql")),
        ("dbmate", folder(**{"1_a.sql": f"-- note\n{_UP}"})),
        ("alembic", folder(**{"versions/a.py": "down_revision = None", "env.py": ""})),
        ("alembic", folder(**{"a.py": "down_revision = None"})),
        ("node-pg-migrate", folder(**{"1_a.js": "exports.up = (pgm) => {}"})),
        ("node-pg-migrate", folder(**{"1_a.sql": "-- Up Migration\nSELECT 1"})),
    ],
)
def test_a_folder_tells_its_format(expected: str, files: list[SourceFile]) -> None:
    assert detect(files).name == expected


def test_a_folder_of_two_formats_is_refused_with_both() -> None:
    files = [*named("V1__a.sql"), *folder(**{"1_a.sql": _UP})]

    with pytest.raises(InvalidInputError, match="dbmate, flyway"):
        detect(files)


@pytest.mark.parametrize("files", [[], named("notes.md"), folder(**{"a.py": "import os"})])
def test_a_folder_without_migrations_is_refused(files: list[SourceFile]) -> None:
    with pytest.raises(InvalidInputError, match=r"no \.sql file and no migrations"):
        detect(files)


def test_plain_files_run_by_name_without_those_that_go_back() -> None:
    assert order("plain", "2.sql", "10.sql", "1.down.sql", "1.up.sql", "sub/3.sql") == [
        "1.up.sql",
        "10.sql",
        "2.sql",
    ]


def test_golang_migrate_files_run_by_number() -> None:
    assert order("golang-migrate", "10_b.up.sql", "2_a.up.sql", "2_a.down.sql") == [
        "2_a.up.sql",
        "10_b.up.sql",
    ]


def test_flyway_files_run_by_version_and_the_repeated_ones_last() -> None:
    names = ("R__b.sql", "V10__c.sql", "V1.10__b.sql", "V1_2__a.sql", "U10__c.sql", "R__a.sql")

    assert order("flyway", *names) == [
        "V1_2__a.sql",
        "V1.10__b.sql",
        "V10__c.sql",
        "R__a.sql",
        "R__b.sql",
    ]


def test_prisma_folders_run_by_name() -> None:
    names = ("2_b/migration.sql", "2_a-x/migration.sql", "2_a/migration.sql", "2_a/down.sql")

    assert order("prisma", *names) == [
        "2_a/migration.sql",
        "2_a-x/migration.sql",
        "2_b/migration.sql",
    ]


def test_node_pg_migrate_files_run_by_time() -> None:
    files = named("20240101000000000_b.sql", "1700000000000_a.sql", "1800000000000_c.sql")

    assert [text.path for text in format_of("node-pg-migrate").read(files)] == [
        "1700000000000_a.sql",
        "20240101000000000_b.sql",
        "1800000000000_c.sql",
    ]


def test_a_part_of_a_file_keeps_its_lines() -> None:
    (text,) = format_of("dbmate").read(folder(**{"1.sql": f"-- note\n\n{_UP}"}))

    assert text.sql.decode().split("\n")[3] == "SELECT 1;"
    assert b"SELECT 2" not in text.sql


def test_a_sql_file_of_node_pg_migrate_goes_forward_up_to_its_mark() -> None:
    up = "-- Up Migration\nSELECT 1;\n--- down migration\nSELECT 2;\n"
    (text,) = format_of("node-pg-migrate").read(folder(**{"1_a.sql": up}))

    assert text.sql == b"-- Up Migration\nSELECT 1;\n"


@pytest.mark.parametrize(
    ("format_name", "files", "refused"),
    [
        ("golang-migrate", named("1_a.up.sql", "b.sql"), r"b\.sql:1: golang-migrate passes over"),
        ("golang-migrate", named("1_a.up.sql", "01_b.up.sql"), "the same version as 1_a"),
        ("flyway", named("V1__a.sql", "V1.0__b.sql"), "the same version as V1__a"),
        ("flyway", named("V1__a.sql", "afterMigrate.sql"), "may run it as a callback"),
        ("flyway", folder(**{"V1__a.sql": "\nSELECT '${x}'"}), r"V1__a\.sql:2: a placeholder.*x"),
        ("flyway", folder(**{"V1__a.sql.conf": "shouldExecute=a"}), "a setting that is not"),
        ("flyway", folder(**{"V1__a.sql.conf": "encoding=latin1"}), "a setting that is not"),
        ("prisma", named("1_a/migration.sql", "b.sql"), "which Prisma passes over"),
        ("dbmate", folder(**{"1.sql": _UP, "2.sql": "SELECT 1"}), r"2\.sql:1: no line of"),
        ("dbmate", folder(**{"a.sql": _UP}), "a name without a number"),
        ("dbmate", folder(**{"1.sql": f"SELECT 0;\n{_UP}"}), "SQL before"),
        ("dbmate", folder(**{"1.sql": "-- migrate:down\n-- migrate:up\n"}), "before -- migrate:up"),
        ("dbmate", [SourceFile("1.sql", b"-- migrate:up\n\xff")], r"1\.sql:2: text that is not"),
        ("node-pg-migrate", named("1_a.ts"), "TypeScript"),
        ("node-pg-migrate", named("a.js"), "does not begin with a time"),
        ("node-pg-migrate", named("20241399000000000_a.sql"), "begins with no time"),
    ],
)
def test_what_would_not_be_read_as_it_runs_is_refused(
    format_name: str, files: list[SourceFile], refused: str
) -> None:
    with pytest.raises(InvalidInputError, match=refused):
        format_of(format_name).read(files)


def test_flyway_text_that_is_not_replaced_may_look_like_a_placeholder() -> None:
    files = folder(
        **{"V1__a.sql": "SELECT '${x}'", "V1__a.sql.conf": "# note\nplaceholderReplacement=false\n"}
    )

    assert [text.path for text in format_of("flyway").read(files)] == ["V1__a.sql"]


def test_many_blank_lines_and_dashes_are_read_in_one_go() -> None:
    hostile = ("\n" * 100_000) + ("--\n" * 100_000) + ("-" * 100_000) + "\n"

    (dbmate,) = format_of("dbmate").read(folder(**{"1.sql": f"{hostile}-- migrate:up\nSELECT 1"}))
    (node,) = format_of("node-pg-migrate").read(folder(**{"1_a.sql": f"{hostile}SELECT 1"}))

    assert dbmate.sql.endswith(b"SELECT 1")
    assert node.sql.endswith(b"SELECT 1")
