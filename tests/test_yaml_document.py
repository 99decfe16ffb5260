"""YAML from somebody else: read, or refused without an echo and without a crash."""

import pytest

from server.errors import InvalidInputError
from server.yaml_document import read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1\nb: [x, {c: d}]\n", {"a": 1, "b": ["x", {"c": "d"}]}),
        (b"- 1\n- 2\n", [1, 2]),
        ("a: {x: 1}\nb: {x: 2}\n", {"a": {"x": 1}, "b": {"x": 2}}),
        ("", None),
    ],
)
def test_a_document_is_its_value(text: str | bytes, value: object) -> None:
    assert read_yaml(text, "f") == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [hunter2", "f is not YAML at line 2, column 1."),
        ("hunter2: hunter2: x", "f is not YAML at line 1, column 17."),
        ("a: *hunter2", "f holds a YAML alias at line 1, column 4."),
        ("a: !hunter2 x", "f is not YAML at line 1, column 4."),
        ("a: 1\n---\nb: hunter2", "f is not YAML at line 2, column 1."),
        ("d: 2026-13-45", "f is not YAML."),
        ("a: \0hunter2", "f is not YAML."),
        (b"a: \xff\xfe hunter2", "f is not YAML."),
        ("a: !!python/object/apply:os.system [hunter2]", "f is not YAML at line 1, column 4."),
        ("hunter2: 1\nb: 2\nhunter2: 3\n", "f gives a key twice at line 3, column 1."),
        ("x:\n  - {hunter2: 1, hunter2: 2}\n", "f gives a key twice at line 2, column 18."),
    ],
)
def test_what_is_no_document_is_refused_by_its_place_and_not_repeated(
    text: str | bytes, told: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_yaml(text, "f")

    assert str(refused.value) == told


@pytest.mark.parametrize("text", ["[" * 1_000_000, "{a: " * 100_000, "- " * 200_000])
def test_nesting_that_overflows_the_parser_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="nests too deep at line 1"):
        read_yaml(text, "f")


def test_aliases_that_multiply_are_refused() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"k{n}: &k{n} [*a, *a]\n" for n in range(40))

    with pytest.raises(InvalidInputError, match="holds a YAML alias"):
        read_yaml(bomb, "f")
