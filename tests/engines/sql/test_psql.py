import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.sql.draft import MOST_CODE, MOST_OPERATORS, MOST_TEXT
from server.engines.sql.pieces import Data, MetaCommand, Piece, Statement
from server.engines.sql.psql import read_script
from server.errors import InvalidSqlError, SqlLocation

_ATOMIC = (
    "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC "
    "SELECT CASE WHEN true THEN 1 END; SELECT 2; END"
)
_TRICKY = ("SELECT", "'", "''", "E'", "\\'", '"', "$$", "$a$", "--", "/*", "*/", "\n", "\r", "é")
_TRICKIER = ("(", ")", "x", "U&'", "1", " ", "BEGIN", "END", "E'a'\n'b'", "CREATE FUNCTION", ";")


def read(script: str, *, chunk: int = 1 << 16) -> list[Piece]:
    raw = script.encode()
    chunks = (raw[start : start + chunk] for start in range(0, len(raw), chunk))
    return list(read_script(chunks, file="a.sql"))


def texts(script: str) -> list[str]:
    return [piece.text for piece in read(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        (" ;; ; -- nothing\n/* here */", []),
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT 2;", ["SELECT ';'", "SELECT 2"]),
        ("SELECT 'it''s;'; SELECT 2", ["SELECT 'it''s;'", "SELECT 2"]),
        ('SELECT ";""; "; SELECT 2', ['SELECT ";""; "', "SELECT 2"]),
        (r"SELECT 'a\'; SELECT 2", [r"SELECT 'a\'", "SELECT 2"]),
        (r"SELECT E'a\';'; SELECT 2", [r"SELECT E'a\';'", "SELECT 2"]),
        (r"SELECT e'\\'; SELECT 2", [r"SELECT e'\\'", "SELECT 2"]),
        ("SELECT E'a'\n'\\';'; SELECT 2", ["SELECT E'a'\n'\\';'", "SELECT 2"]),
        ("SELECT E'a' -- b\n 'c\\';'; SELECT 2", ["SELECT E'a' -- b\n 'c\\';'", "SELECT 2"]),
        ("SELECT E'a', 'b\\'; SELECT 2", ["SELECT E'a', 'b\\'", "SELECT 2"]),
        (r"SELECT U&'\;', x'1F', N';'; SELECT 2", [r"SELECT U&'\;', x'1F', N';'", "SELECT 2"]),
        (r'SELECT U&";"; SELECT 2', [r'SELECT U&";"', "SELECT 2"]),
        ("SELECT date'2024;'; SELECT 2", ["SELECT date'2024;'", "SELECT 2"]),
        ("DO $$ ; $$; SELECT 2", ["DO $$ ; $$", "SELECT 2"]),
        ("DO $a$ ; $$ ; $b$ $a$; SELECT 2", ["DO $a$ ; $$ ; $b$ $a$", "SELECT 2"]),
        ("DO $é1$;$é1$; SELECT 2", ["DO $é1$;$é1$", "SELECT 2"]),
        ("SELECT a$b$ FROM t; SELECT $1", ["SELECT a$b$ FROM t", "SELECT $1"]),
        ("SELECT $1$$;$$; SELECT 2", ["SELECT $1$$;$$", "SELECT 2"]),
        ("SELECT 1 -- ; '\n; SELECT 2", ["SELECT 1 -- ; '", "SELECT 2"]),
        ("SELECT 1 -- ;\r; SELECT 2", ["SELECT 1 -- ;", "SELECT 2"]),
        ("SELECT /* ; /* ' */ ; */ 1; SELECT 2", ["SELECT /* ; /* ' */ ; */ 1", "SELECT 2"]),
        ("SELECT 1 */* ; */ 2; SELECT 2", ["SELECT 1 */* ; */ 2", "SELECT 2"]),
        ("SELECT 4 - 2 / 1; SELECT 2", ["SELECT 4 - 2 / 1", "SELECT 2"]),
        (
            "CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2); SELECT 3",
            ["CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2)", "SELECT 3"],
        ),
        (f"{_ATOMIC}; SELECT 3", [_ATOMIC, "SELECT 3"]),
        ("BEGIN; SELECT 1; END; SELECT 2", ["BEGIN", "SELECT 1", "END", "SELECT 2"]),
        ("\ufeffSELECT 1;", ["SELECT 1"]),
        ("SELECT 1;\r\nSELECT 2;\r\n", ["SELECT 1", "SELECT 2"]),
        ("/* first */ -- second\nSELECT 1 /* kept */;", ["SELECT 1 /* kept */"]),
    ],
)
def test_a_script_is_cut_where_psql_cuts_it(script: str, expected: list[str]) -> None:
    assert expected == texts(script)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
def test_chunks_cut_anywhere_change_nothing(chunk: int) -> None:
    script = (
        "SELECT E'a\\'b' 'c''d', $tag$ $ta $tag$, \"x\"\"y\" -- é ;\n"
        " /* /* ; */ */ , U&'\\00e9';\n\\connect other\n"
        "COPY t FROM stdin;\n1\t2\n\\.\nINSERT INTO t VALUES (1, 'a;b'), (2, E'\\';');\n"
        "INSERT INTO t VALUES (3), (f(4), '(');\nSELECT 'ü'"
    )

    assert read(script) == read(script, chunk=chunk)


tricky = st.lists(st.sampled_from((*_TRICKY, *_TRICKIER, "INSERT", "VALUES", ",")))
whole = st.one_of(
    st.from_regex(r"'([^'\\\0]|'')*'", fullmatch=True),
    st.from_regex(r"E'([^'\\\0]|''|\\[^\0])*'", fullmatch=True),
    st.from_regex(r'"([^"\0]|"")+"', fullmatch=True),
    st.from_regex(r"\$a\$[^$\0]*\$a\$", fullmatch=True),
    st.from_regex(r"/\*[^*/\0]*\*/", fullmatch=True),
    st.from_regex(r"--[^\n\r\0]*\n", fullmatch=True),
    st.sampled_from(["a", "1", "(b)", "+", ",", "\n", "$1", "é"]),
)
statements = st.lists(whole, min_size=1).map(lambda parts: "SELECT " + " ".join(parts) + " z")


@given(st.lists(statements))
def test_joining_statements_and_cutting_them_gives_them_back(parts: list[str]) -> None:
    script = ";\n".join(parts)

    assert parts == texts(script)


@given(tricky, st.integers(min_value=1, max_value=5))
def test_any_text_is_cut_the_same_in_small_chunks(parts: list[str], chunk: int) -> None:
    script = "".join(parts)

    assert _outcome(script, 1 << 16) == _outcome(script, chunk)


def _outcome(script: str, chunk: int) -> list[Piece] | str:
    try:
        return read(script, chunk=chunk)
    except InvalidSqlError as error:
        return str(error)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_text_is_read_or_refused(script: str) -> None:
    assert _outcome(script, 1 << 16) is not None


def test_a_statement_knows_where_it_starts() -> None:
    pieces = read("\n-- é\n  SELECT 1;\tSELECT\n2;\n")

    assert [SqlLocation("a.sql", 3, 3), SqlLocation("a.sql", 3, 13)] == [
        piece.location for piece in pieces
    ]


def test_backslashes_escape_once_the_script_says_so() -> None:
    script = "SET standard_conforming_strings = off;\nSELECT 'a\\';', \"b\\\";\nSELECT 2"

    assert texts(script) == [
        "SET standard_conforming_strings = off",
        "SELECT E'a\\';', \"b\\\"",
        "SELECT 2",
    ]


def test_rows_of_a_copy_are_counted_and_read_over() -> None:
    script = "COPY public.t (a, b) FROM stdin;\n1\t';\n2\t$$\n\\N\t\\.x\n\\.\n\nSELECT 1;"

    copy, statement = read(script)

    assert isinstance(copy, Data)
    assert copy.rows == 3
    assert SqlLocation("a.sql", 7, 1) == statement.location


def test_windows_line_ends_close_a_copy() -> None:
    copy, statement = read("COPY t FROM STDIN WITH (FORMAT csv);\r\n1\r\n\\.\r\nSELECT 1;\r\n")

    assert (getattr(copy, "rows", None), statement.text) == (1, "SELECT 1")


@pytest.mark.parametrize(
    ("script", "rows"),
    [
        ("INSERT INTO t VALUES (1), (2), (3)", 3),
        ("INSERT INTO t (a, b) VALUES (1, ')'), (f((2)), $$($$) ON CONFLICT (a) DO NOTHING", 2),
        ("INSERT INTO t SELECT * FROM u", 0),
        ("insert into t values (E'\\'', u&'(')", 1),
        ("UPDATE t SET a = (1)", 0),
        ("DELETE FROM t", 0),
        ("MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE", 0),
    ],
)
def test_lists_of_values_are_counted(script: str, rows: int) -> None:
    [data] = read(script)

    assert isinstance(data, Data)
    assert rows == data.rows


def test_only_the_beginning_of_a_long_insert_is_kept() -> None:
    [data] = read("INSERT INTO t VALUES (1)" + ", (2)" * 100_000)

    assert isinstance(data, Data)
    assert (data.rows, data.is_whole) == (100_001, False)
    assert len(data.text) < 10_000


@pytest.mark.parametrize("word", ["CREATE TABLE u (a int)", "GRANT SELECT ON t TO u"])
def test_a_lost_semicolon_after_rows_is_seen(word: str) -> None:
    script = "INSERT INTO t VALUES (1)" + ", (2)" * 10_000 + f"\n{word};"

    with pytest.raises(InvalidSqlError, match="inside a statement that starts with INSERT"):
        read(script)


def test_words_of_data_after_other_words_are_no_data() -> None:
    assert [Statement] == [type(piece) for piece in read('"x" INSERT INTO t VALUES (1)')]


@pytest.mark.parametrize(
    ("script", "reason", "line", "column"),
    [
        ("SELECT 1;\n SELECT 'a", "unterminated quoted string", 2, 9),
        ("SELECT E'a\\'", "unterminated quoted string", 1, 8),
        ('SELECT "a', "unterminated quoted identifier", 1, 8),
        ("DO $x$ $$", r"unterminated dollar-quoted string \$x\$", 1, 4),
        ("SELECT 1 /* /* */", r"unterminated comment /\*", 1, 10),
        ("COPY t FROM stdin;\n1\n", "do not end", 1, 1),
        ("COPY t FROM stdin; SELECT 1;\n1\n\\.\n", "more follows on the line", 1, 1),
    ],
)
def test_what_is_not_closed_is_refused_where_it_opens(
    script: str, reason: str, line: int, column: int
) -> None:
    with pytest.raises(InvalidSqlError, match=reason) as refused:
        read(script)

    assert SqlLocation("a.sql", line, column) == refused.value.location


@pytest.mark.parametrize(
    ("raw", "reason", "column"),
    [
        (b"SELECT 1;\nSELECT '\xc3\xa9\xff'", "byte 0xff is not valid UTF-8", 10),
        (b"SELECT 1;\nSELECT \xc3", "byte 0xc3 is not valid UTF-8", 8),
        (b"SELECT 1;\nSELECT 'a\0b'", "NUL", 10),
    ],
)
@pytest.mark.parametrize("chunk", [1, 1000])
def test_what_is_no_text_is_refused_with_its_place(
    raw: bytes, reason: str, column: int, chunk: int
) -> None:
    chunks = (raw[start : start + chunk] for start in range(0, len(raw), chunk))

    with pytest.raises(InvalidSqlError, match=reason) as refused:
        list(read_script(chunks, file="a.sql"))

    assert SqlLocation("a.sql", 2, column) == refused.value.location


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("CREATE TABLE t (" + "a int, " * (MOST_CODE // 7 + 1), "outside its literals"),
        ("SELECT '" + "x" * (MOST_TEXT + 1) + "'", "is longer than"),
        ("SELECT 1" + "+1" * (MOST_OPERATORS + 1), "operators"),
        ("SELECT 1" + " UNION ALL SELECT 1" * (MOST_OPERATORS + 1), "operators"),
    ],
)
def test_a_statement_that_would_exhaust_the_parser_is_refused(script: str, reason: str) -> None:
    with pytest.raises(InvalidSqlError, match=reason):
        read(script)


def test_a_name_with_every_character_is_a_name() -> None:
    assert texts("SELECT a€b$1, ünïcode;") == ["SELECT a€b$1, ünïcode"]


def test_a_psql_command_is_a_piece_of_its_own() -> None:
    command, statement = read("\\connect db\nSELECT 1;")

    assert MetaCommand("connect", 1, 1, "a.sql") == command
    assert statement.text == "SELECT 1"


def test_every_piece_says_its_file() -> None:
    assert {"a.sql"} == {piece.file for piece in read("SELECT 1; \nINSERT INTO t VALUES (1);\n")}
    assert re.fullmatch(r"a\.sql:1:1", str(read("SELECT 1")[0].location))
