"""Annotations about former names: where they count, and that they never change the SQL."""

from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.sql.annotations import Annotation, annotations
from server.engines.sql.marked_comments import CommentLexer
from server.engines.sql.psql import pieces, read_script
from server.engines.sql.window import Window
from server.errors import InvalidSqlError


def _read(script: str, *, chunk: int = 1 << 16) -> tuple[Annotation, ...]:
    raw = script.encode()
    chunks = (raw[start : start + chunk] for start in range(0, len(raw), chunk))
    return annotations(chunks, file="a.sql")


def _said(script: str) -> list[tuple[str, str, str]]:
    return [
        (each.kind, ".".join(each.candidates[0]), ".".join(each.former)) for each in _read(script)
    ]


_COUNTED: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "on the line of a column": (
        "CREATE TABLE t (\n a int, -- @renamed from=x\n b int\n)",
        [("column", "public.t.a", "x")],
    ),
    "before a column that begins with a comma": (
        "CREATE TABLE t (\n a int\n -- @renamed from=x\n , b int\n)",
        [("column", "public.t.b", "x")],
    ),
    "above other comments": (
        "/* a */ -- @renamed from=x\n\n-- more\n/* and\nmore */ CREATE TABLE t (a int)",
        [("table", "public.t", "x")],
    ),
    "behind a statement of one line": (
        "CREATE TABLE t (a int); -- @renamed from=x\nCREATE TABLE u (a int);",
        [("table", "public.t", "x")],
    ),
    "on the line of a column, its constraint too": (
        "CREATE TABLE t (\n a int CONSTRAINT c NOT NULL -- @renamed from=x\n)",
        [("column", "public.t.a", "x")],
    ),
    "on the constraint of a column on a line of its own": (
        "CREATE TABLE t (\n a int\n CONSTRAINT c NOT NULL -- @renamed from=x\n)",
        [("constraint", "public.t.c", "x")],
    ),
    "as pg_dump writes constraints": (
        "-- @renamed from=x\nALTER TABLE ONLY s.t\n    ADD CONSTRAINT c UNIQUE (a);",
        [("constraint", "s.t.c", "x")],
    ),
    "on the second line of an ALTER TABLE": (
        "ALTER TABLE t ADD COLUMN a int,\n -- @renamed from=x\n ADD COLUMN b int;",
        [("column", "public.t.b", "x")],
    ),
    "with a schema": (
        "-- @renamed from=s.x\nCREATE VIEW v AS SELECT 1",
        [("view", "public.v", "s.x")],
    ),
    "folded and quoted": (
        '-- @renamed from=ÄX\nCREATE TABLE t ();\n-- @renamed from="X ""y."\nCREATE TABLE u ()',
        [("table", "public.t", "Äx"), ("table", "public.u", 'X "y.')],
    ),
    "labels": (
        "CREATE TYPE e AS ENUM (\n'a', -- @renamed from='it''s'\n-- @renamed from=Bare\nE'\\'b'\n)",
        [("enum_label", "public.e.a", "it's"), ("enum_label", "public.e.'b", "Bare")],
    ),
    "by the search path": (
        (
            "SET search_path TO app, public;\n-- @renamed from=x\nCREATE INDEX i ON t (a);\n"
            "SET SCHEMA 'web';\n-- @renamed from=x\nCREATE SEQUENCE s;\n"
            "RESET ALL;\n-- @renamed from=x\nCREATE DOMAIN d AS int;"
        ),
        [("index", "app.i", "x"), ("sequence", "web.s", "x"), ("domain", "public.d", "x")],
    ),
    "after what only looks like one": (
        (
            "SELECT '\n-- @renamed from=no\n';\nDO $$\n-- @renamed from=no\n$$;\n"
            "/* -- @renamed from=no */\nCOPY t FROM stdin;\n-- @renamed from=no\n\\.\n"
            "-- not @renamed from=no\n-- @renamedfrom=no\n-- @renamed from=x\nCREATE SCHEMA s;"
        ),
        [("schema", "s", "x")],
    ),
    "in bodies only as text": (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n-- @renamed from=no\nSELECT 1 $$;",
        [],
    ),
}


@pytest.mark.parametrize("name", _COUNTED)
def test_an_annotation_belongs_to_what_it_stands_at(name: str) -> None:
    script, expected = _COUNTED[name]

    assert _said(script) == expected


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
@pytest.mark.parametrize("name", _COUNTED)
def test_it_does_not_matter_how_the_script_arrives(name: str, chunk: int) -> None:
    script, _ = _COUNTED[name]

    assert _read(script, chunk=chunk) == _read(script)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("CREATE TABLE t (a int);\n\n-- @renamed from=x\n", "a.sql:3:1: .*belongs to nothing"),
        ("-- @renamed from=x\nSELECT 1;", "a.sql:1:1: .*belongs to nothing"),
        ("-- @renamed from=x\nINSERT INTO t VALUES (1);", "a.sql:1:1: .*belongs to nothing"),
        ("CREATE TABLE t (\n a int\n); -- @renamed from=x", "a.sql:3:4: .*belongs to nothing"),
        ("SELECT '\n'; -- @renamed from=x\nCREATE TABLE t ()", "a.sql:2:4: .*belongs to nothing"),
        ("-- @renamed\nCREATE TABLE t ()", "a.sql:1:1: .*form is not understood"),
        ("-- @renamed form=x\nCREATE TABLE t ()", "form is not understood"),
        ("-- @renamed from=\nCREATE TABLE t ()", "form is not understood"),
        ("-- @renamed from=x y\nCREATE TABLE t ()", "no name"),
        ('-- @renamed from="x\nCREATE TABLE t ()', "no name"),
        ("-- @renamed from=a.b.c\nCREATE TABLE t ()", "no name"),
        ("CREATE TABLE t (\n a int -- @renamed from=u.x\n)", "a.sql:2:8: .*cannot be moved"),
        ("-- @renamed from=s.x\nCREATE INDEX i ON t (a)", "cannot be moved"),
        ("CREATE TABLE t (\n a int, b int -- @renamed from=x\n)", "any of column a, column b"),
        ("CREATE TABLE t (a int, -- @renamed from=x\n b int)", "any of table t, column a"),
        ("CREATE TABLE t (\n CHECK (true) -- @renamed from=x\n)", "has no name in the statement"),
        ("-- @renamed from=x\n-- @renamed from=y\nCREATE TABLE t ()", "a.sql:2:1: .*a.sql:1:1"),
        ("-- @renamed from=x\nCREATE TABLE t (); -- @renamed from=y", "a.sql:2:20: .*a.sql:1:1"),
        ("CREATE TYPE t AS ENUM (\n 'a' -- @renamed from='x\n)", "no label"),
    ],
)
def test_an_annotation_that_cannot_be_followed_is_refused_with_its_place(
    script: str, said: str
) -> None:
    with pytest.raises(InvalidSqlError, match=said):
        _read(script)


_LINES = (
    "CREATE TABLE t (",
    "  a int DEFAULT 1,",
    "  b text DEFAULT 'x;",
    "  y', c int",
    ");",
    "COPY t FROM stdin;",
    "1\t2",
    "\\.",
    "DO $$ BEGIN",
    "END $$;",
    "/* a",
    "b */",
    "INSERT INTO t VALUES (1), (2)",
    ";",
    "\\connect x",
    "CREATE TYPE e AS ENUM ('a',",
    " 'b');",
)
_TAILS = (
    "",
    " -- @renamed from=x",
    " -- @renamed",
    " -- @renamed from='",
    "\n-- @renamed from=$$\n",
)


@given(st.lists(st.tuples(st.sampled_from(_LINES), st.sampled_from(_TAILS)), max_size=20))
def test_reading_annotations_reads_the_same_statements(lines: list[tuple[str, str]]) -> None:
    script = "\n".join(line + tail for line, tail in lines).encode()

    assert _pieces_by_annotations(script) == _pieces(script)


def _pieces(script: bytes) -> object:
    try:
        return list(read_script([script], file="a.sql"))
    except InvalidSqlError as error:
        return str(error)


def _pieces_by_annotations(script: bytes) -> object:
    try:
        return list(pieces(CommentLexer(Window([script], "a.sql"), "@renamed")))
    except InvalidSqlError as error:
        return str(error)


_DECLARED = (
    "CREATE TABLE t (\n  a int,\n  b text DEFAULT 'x'\n);",
    "CREATE VIEW v AS\nSELECT 1;",
    "CREATE TYPE e AS ENUM (\n 'a',\n 'b'\n);",
    "CREATE FUNCTION f() RETURNS int\nLANGUAGE sql AS $$\nSELECT 1\n$$;",
)


@given(st.lists(st.sampled_from(_DECLARED), unique=True), st.data())
def test_an_annotation_never_changes_a_statement(scripts: list[str], data: st.DataObject) -> None:
    plain = "\n".join(scripts).split("\n")
    tails = data.draw(st.lists(st.sampled_from(_TAILS[:2]), max_size=len(plain)))
    annotated = [line + tail for line, tail in zip_longest(plain, tails, fillvalue="")]

    bare = [each.text.replace(_TAILS[1], "") for each in read_script(_bytes(annotated), file="")]

    assert bare == [each.text for each in read_script(_bytes(plain), file="")]


def _bytes(lines: list[str]) -> list[bytes]:
    return ["\n".join(lines).encode()]
