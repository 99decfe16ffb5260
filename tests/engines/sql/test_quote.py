import hypothesis
import pytest
from hypothesis import strategies as st
from pglast import ast, parser

from server.engines.sql.parsing import given, walk
from server.engines.sql.quote import identifier, identifiers, literal, qualified

_LONGEST_NAME = 64  # bytes, from which on a name is cut

texts = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"))


def strings(sql: str) -> list[str]:
    """The strings that the parser finds in a statement."""
    tree = given(parser.parse_sql(sql)[0].stmt)
    return [node.sval or "" for node in walk(tree) if isinstance(node, ast.String)]


@hypothesis.given(texts.filter(lambda name: 0 < len(name.encode()) < _LONGEST_NAME))
def test_the_parser_reads_a_quoted_name_back(name: str) -> None:
    assert strings(f"SELECT {identifier(name)}") == [name]


@hypothesis.given(texts)
def test_the_parser_reads_a_literal_back(text: str) -> None:
    assert strings(f"SELECT {literal(text)}") == [text]


@pytest.mark.parametrize("name", ["select", "user", "Été", 'a"b', "a b", "a.b", "1", "naïve\n"])
def test_a_name_survives_whatever_it_is(name: str) -> None:
    assert f'"{name.replace(chr(34), chr(34) * 2)}"' == identifier(name)


def test_names_are_joined_by_dots_or_commas() -> None:
    assert qualified("a", "B.c") == '"a"."B.c"'
    assert identifiers(["a", "b"]) == '"a", "b"'


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        identifier(name)


def test_a_text_with_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="no NUL"):
        literal("a\0b")


@pytest.mark.parametrize("text", ["\\", "\\'", "a\\'; DROP TABLE t; --"])
def test_a_backslash_ends_no_literal_when_it_escapes(text: str) -> None:
    # E'…' escapes whatever the server's setting is, so no reader can differ.
    assert literal(text).startswith(" E'")
