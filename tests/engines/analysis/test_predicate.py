import pytest

from server.engines.analysis.predicate import absent_columns, required_columns


@pytest.mark.parametrize(
    ("expression", "columns"),
    [
        ("(a IS NOT NULL)", {"a"}),
        ("((a IS NOT NULL) AND (b IS NOT NULL))", {"a", "b"}),
        ("a IS NOT NULL AND b IS NOT NULL", {"a", "b"}),
        ('("a ""b"" IS NULL AND c" IS NOT NULL)', {'a "b" IS NULL AND c'}),
        ("(größe IS NOT NULL)", {"größe"}),
        ("((a IS NOT NULL) AND (b > 0))", set[str]()),
        ("((a IS NOT NULL) OR (b IS NOT NULL))", set[str]()),
        ("((a IS NOT NULL) AND (b IS NULL))", set[str]()),
        ("(lower(a) IS NOT NULL)", set[str]()),
        ("(NOT (a IS NOT NULL))", set[str]()),
        ("(a IS NULL)", set[str]()),
        (None, set[str]()),
    ],
)
def test_columns_are_required_if_nothing_else_is_asked(
    expression: str | None, columns: set[str]
) -> None:
    assert required_columns(expression) == columns


@pytest.mark.parametrize(
    ("expression", "columns"),
    [
        ("(a IS NULL)", {"a"}),
        ("((a IS NULL) AND (b IS NULL))", {"a", "b"}),
        ("((a IS NULL) AND (b IS NOT NULL))", set[str]()),
        ("(a IS NOT NULL)", set[str]()),
        (None, set[str]()),
    ],
)
def test_columns_are_absent_if_nothing_else_is_asked(
    expression: str | None, columns: set[str]
) -> None:
    assert absent_columns(expression) == columns
