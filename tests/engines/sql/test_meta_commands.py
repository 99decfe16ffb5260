import pytest

from server.engines.sql.pieces import MetaCommand, Piece
from server.engines.sql.psql import read_script
from server.errors import InvalidSqlError

_REFUSED = r"""
! bind cd copy crosstabview d dt+ e ef elif else endif ev g gdesc getenv gexec gset gx h i if
include include_relative ir l lo_export lo_import lo_list o out p parse password prompt q quit r s
setenv sf startpipeline sv w watch write z ; . ? unknown
"""


def read(script: str) -> list[Piece]:
    return list(read_script([script.encode()], file="a.sql"))


@pytest.mark.parametrize(
    "line",
    [
        r"\restrict 5bVxkLbGTNbTp7sdSBdVeMxuDT9aLHd",
        r"\unrestrict 5bVxkLbGTNbTp7sdSBdVeMxuDT9aLHd",
        r"\connect -reuse-previous=on \"dbname='x'\"".replace('\\"', '"'),
        r"\c other",
        r"\set ON_ERROR_STOP on",
        r"\unset x",
        r"\echo 'loading;'",
        r"\qecho x",
        r"\warn x",
        r"\pset pager off",
        r"\timing on",
        r"\encoding UTF8",
        r"\encoding 'utf-8'",
        r"\x",
        r"\a",
        r"\t",
        r"\f ,",
        r"\H",
        r"\C title",
        r"\T border",
        r"\conninfo",
        r"\errverbose",
    ],
)
def test_a_command_that_changes_nothing_is_skipped(line: str) -> None:
    command, statement = read(f"{line}\nSELECT 1;")

    assert isinstance(command, MetaCommand)
    assert statement.text == "SELECT 1"


@pytest.mark.parametrize(
    "name",
    _REFUSED.split(),
)
def test_any_other_command_is_refused_by_name_and_line(name: str) -> None:
    with pytest.raises(InvalidSqlError) as refused:
        read(f"SELECT 1;\n\\{name} /etc/passwd\nSELECT 2;")

    assert f"a.sql:2:1: the psql command \\{name} " in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [r"\set x `touch /tmp/x`", r"\echo `id`", r"\set x 1 \! id", r"\encoding LATIN1", r"\c x \i f"],
)
def test_a_harmless_name_does_not_hide_a_harmful_line(line: str) -> None:
    with pytest.raises(InvalidSqlError):
        read(f"{line}\n")


@pytest.mark.parametrize(
    "line", [r"SELECT 1 \gexec", r"SELECT 1 \g | sh", "CREATE TABLE t (\n\\x\n)"]
)
def test_a_command_inside_a_statement_is_refused(line: str) -> None:
    with pytest.raises(InvalidSqlError, match="stands inside a statement"):
        read(line)


def test_a_backslash_in_a_literal_is_no_command() -> None:
    assert [piece.text for piece in read("SELECT '\\! id', $$\\i x$$;")] == [
        "SELECT '\\! id', $$\\i x$$"
    ]
