import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.analysis.wording import code, columns_named, listed, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("orders", "`orders`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a\nb", "`a\\nb`"),
        ("a\u202eb", "`a\\u202eb`"),
        ("größe", "`größe`"),
    ],
)
def test_foreign_text_stays_within_its_code(text: str, shown: str) -> None:
    assert code(text) == shown


@given(st.text())
def test_visible_text_is_all_there_is(text: str) -> None:
    assert visible(text).isprintable()


@pytest.mark.parametrize(
    ("columns", "shown"),
    [(["a"], "`a`"), (["a", "b"], "`(a, b)`"), (["a b"], '`"a b"`')],
)
def test_columns_are_named_as_sql_does(columns: list[str], shown: str) -> None:
    assert columns_named(columns) == shown


@pytest.mark.parametrize(
    ("parts", "sentence"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_parts_are_counted_as_a_sentence_does(parts: list[str], sentence: str) -> None:
    assert listed(parts) == sentence
