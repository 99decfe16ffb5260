"""What expressions say, as PostgreSQL prints them."""

import pytest

from server.engines.sql.expression import (
    Choice,
    Equality,
    choice,
    columns,
    equalities,
    is_always_true,
    reads_member,
)

_UNREADABLE = (
    "",
    "tenant =",
    "true) FROM (SELECT 1",
    "true; DROP TABLE t",
    "+".join(["a"] * 500),
    "(" * 90_000,
    f"'{'x' * 60_000}' = a",
)


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "(1 = 1)",
        "(NOT false)",
        "(NOT (true AND false))",
        "'t'::boolean",
        "((a = 1) OR true)",
        "(true AND ('x'::text = 'x'::text))",
    ],
)
def test_a_condition_that_holds_for_every_row_is_known(text: str) -> None:
    assert is_always_true(text)


@pytest.mark.parametrize(
    "text",
    [
        "false",
        "NULL::boolean",
        "(NULL::integer = NULL::integer)",
        "(a = a)",
        "(1 = 2)",
        "((a = 1) AND true)",
        "(NOT a)",
        "f()",
        "'f'::boolean",
        *_UNREADABLE,
    ],
)
def test_any_other_condition_is_not_taken_for_true(text: str) -> None:
    assert not is_always_true(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(a = b)", {"a", "b"}),
        ('(lower("A b") IS NULL)', {"A b"}),
        ("(EXISTS ( SELECT 1 FROM m WHERE (m.t = docs.u)))", {"t", "u"}),
        ("row_to_json(docs.*)", set[str]()),
    ],
)
def test_columns_are_found_wherever_they_stand(text: str, found: set[str]) -> None:
    assert columns(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(a = CURRENT_USER)", [Equality("a", is_cast_to_text=False)]),
        ("(f() = a)", [Equality("a", is_cast_to_text=False)]),
        ("((a)::text = f())", [Equality("a", is_cast_to_text=True)]),
        ("(a = ( SELECT f() AS f))", [Equality("a", is_cast_to_text=False)]),
        ("(a = ANY (f()))", [Equality("a", is_cast_to_text=False)]),
        ("(a OPERATOR(pg_catalog.=) f())", [Equality("a", is_cast_to_text=False)]),
        (
            "((a = f()) AND (b = f()) AND c)",
            [Equality("a", is_cast_to_text=False), Equality("b", is_cast_to_text=False)],
        ),
        ("((a = f()) OR b)", []),
        ("(NOT (a = f()))", []),
        ("(a = 1)", []),
        ("(a = b)", []),
        ("(a = f(b))", []),
        ("(a <> f())", []),
        ("((a)::integer = f())", []),
        ("(a = ( SELECT m.x FROM m))", []),
        ("(a IN ( SELECT f() AS f))", []),
        ("(f() = ANY (a))", []),
    ],
)
def test_equalities_are_what_an_index_could_find_rows_by(text: str, found: list[Equality]) -> None:
    assert list(equalities(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(a = ANY (ARRAY['x'::text, 'y'::text]))", Choice("a", ("x", "y"))),
        ("((a)::text = ANY ((ARRAY['x'::bpchar])::text[]))", Choice("a", ("x",))),
        ("(a = ANY (ARRAY[1, 2]))", None),
        ("(a = ANY (ARRAY['x'::text, f()]))", None),
        ("(lower(a) = ANY (ARRAY['x'::text]))", None),
        ("(a <> ALL (ARRAY['x'::text]))", None),
    ],
)
def test_a_list_of_texts_is_read(text: str, found: Choice | None) -> None:
    assert choice(text) == found


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("((f() -> 'm'::text) ->> 'x'::text)", True),
        ("(f() #>> '{a,m}'::text[])", True),
        ("(f() #>> ARRAY['m'::text])", True),
        ("(f())['m'::text]", True),
        ("jsonb_extract_path_text(f(), VARIADIC ARRAY['m'::text])", True),
        ("(EXISTS ( SELECT 1 FROM t WHERE (t.j ->> 'm'::text) = 'x'::text))", True),
        ("(a = 'm'::text)", False),
        ("(f() ->> 'n'::text)", False),
        ("f('m'::text)", False),
    ],
)
def test_a_look_into_a_json_value_is_known_by_the_members_name(text: str, is_read: object) -> None:
    assert reads_member(text, frozenset({"m"})) is is_read


@pytest.mark.parametrize("text", _UNREADABLE, ids=range(len(_UNREADABLE)))
def test_what_cannot_be_read_says_nothing(text: str) -> None:
    assert columns(text) == frozenset()
    assert equalities(text) == ()
    assert choice(text) is None
    assert not reads_member(text, frozenset({"x"}))
