"""Calls that need no row are found, and wrapped only where the text stays what it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.sql.row_free_call import Call, row_free_calls, wrapped

_F = Call("s", "f")


def _is_steady(call: Call) -> bool:
    return call.name != "random"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(a = s.f())", {_F}),
        ("(a = s.f(1, 'x'::text))", {_F}),
        ("(a = s.f(b))", set[Call]()),
        ("(a = s.g(b, s.f()))", {_F}),
        ("(a = ( SELECT s.f() AS f))", set[Call]()),
        ("(s.f() IN ( SELECT m.a FROM m WHERE (m.b = s.g())))", {_F}),
        ("(a = pg_catalog.current_setting('x'::text))", {Call("", "current_setting")}),
        ("CURRENT_USER = a", set[Call]()),
        ("(s.f(docs.*) OR b)", set[Call]()),
        ("not sql", set[Call]()),
    ],
)
def test_calls_are_found_outside_sub_selects_in_parts_without_columns(
    text: str, found: set[Call]
) -> None:
    assert row_free_calls(text) == found


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("(a = s.f())", "a = (SELECT s.f())"),
        ("(a = (s.f())::bigint)", "a = (SELECT CAST(s.f() AS bigint))"),
        ("((a = s.f()) OR s.g(s.f(), b))", "a = (SELECT s.f()) OR s.g((SELECT s.f()), b)"),
        ("(NOT (s.f() IS NULL))", "(SELECT NOT s.f() IS NULL)"),
        ("((s.f())['x'::text] = a)", "(SELECT s.f())[CAST('x' AS text)] = a"),
        ("(ROW(s.f(), 1) = ROW(a, b))", "ROW((SELECT s.f()), 1) = ROW(a, b)"),
    ],
)
def test_the_largest_part_without_columns_becomes_a_sub_select(text: str, result: str) -> None:
    assert wrapped(text, steady=_is_steady) == result


def test_a_call_that_is_not_steady_stays_where_it_is() -> None:
    assert wrapped("(a = s.f() + random())", steady=_is_steady) == "a = (SELECT s.f()) + random()"


@pytest.mark.parametrize(
    "text",
    [
        "(a = random())",
        "(a = 1)",
        "(a = ANY (s.f()))",  # ANY (SELECT …) would compare with rows, not with elements
        "not sql",
        "s.f(" * 100 + ")" * 100,
    ],
)
def test_a_text_that_must_stay_gives_none(text: str) -> None:
    assert wrapped(text, steady=_is_steady) is None


_ATOMS = st.sampled_from(
    ["a", "b", "1", "'it''s'::text", "s.f()", '"S x"."F""y"()', "CURRENT_USER"]
)


def _compound(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(parts, parts)
    return st.one_of(
        pairs.map(lambda pair: f"({pair[0]} = {pair[1]})"),
        pairs.map(lambda pair: f"({pair[0]} AND {pair[1]})"),
        pairs.map(lambda pair: f"({pair[0]} -> {pair[1]})"),
        pairs.map(lambda pair: f"s.g({pair[0]}, {pair[1]})"),
        pairs.map(lambda pair: f"COALESCE({pair[0]}, {pair[1]})"),
        pairs.map(lambda pair: f"CASE WHEN {pair[0]} THEN {pair[1]} ELSE NULL::text END"),
        pairs.map(lambda pair: f"({pair[0]} = ANY (ARRAY[{pair[1]}]))"),
        pairs.map(lambda pair: f"({pair[0]} IN ( VALUES ({pair[1]})))"),
        parts.map(lambda part: f"({part})::text"),
        parts.map(lambda part: f"(NOT {part})"),
        parts.map(lambda part: f"({part} IS NOT NULL)"),
        parts.map(lambda part: f"({part})[1]"),
    )


@given(st.recursive(_ATOMS, _compound, max_leaves=12))
def test_once_wrapped_no_call_is_left_to_wrap(text: str) -> None:
    result = wrapped(text, steady=lambda _: True)

    assert (result is not None) == bool(row_free_calls(text))
    assert result is None or row_free_calls(result) == frozenset()
