"""Expressions that say the same of other columns."""

import pytest

from server.engines.sql.other_names import can_be_read, is_same_but_for_casts, with_other_names

_COLUMNS = {"a": "a_new", 'B"b': "it's", "é": "new"}
_TYPES = {("app", "mood"): ("app", "mood_new")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a > 0)", '("a_new" > 0)'),
        ("((é = 'é a') AND (a = ab))", '(("new" = \'é a\') AND ("a_new" = ab))'),
        ('("B""b" IS NULL)', '("it\'s" IS NULL)'),
        ("lower((a)::text)", 'lower(("a_new")::text)'),
        ("((a).a = a(a))", '(("a_new").a = a("a_new"))'),
        ("(m = 'a'::app.mood)", '(m = \'a\'::"app"."mood_new")'),
        ("(m = ANY ('{a}'::app.mood[]))", '(m = ANY (\'{a}\'::"app"."mood_new"[]))'),
        ("(m = 'app.mood a'::text)", "(m = 'app.mood a'::text)"),
    ],
)
def test_columns_and_types_are_replaced_where_they_are_meant(text: str, expected: str) -> None:
    assert with_other_names(text, _COLUMNS, _TYPES) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(a > 0)", "(a > (0)::numeric)"),
        ("(a = ANY (ARRAY[1, 2]))", "(a = ANY (ARRAY[(1)::bigint, (2)::bigint]))"),
        ("((s)::text = 'x'::text)", "(s = 'x'::app.mood)"),
    ],
)
def test_casts_do_not_count(one: str, other: str) -> None:
    assert is_same_but_for_casts(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("(a > 0)", "(a >= 0)"), ("(a > 0)", "(a > 1)"), ("(a > b)", "(a > c)"), ("a", "lower(a)")],
)
def test_anything_else_counts(one: str, other: str) -> None:
    assert not is_same_but_for_casts(one, other)


@pytest.mark.parametrize("text", ["a; SELECT 1", "a FROM b", "NOT " * 99 + "a", "("])
def test_what_is_no_expression_is_refused(text: str) -> None:
    assert not can_be_read(text)
    with pytest.raises(ValueError, match="no expression"):
        with_other_names(text, _COLUMNS)
