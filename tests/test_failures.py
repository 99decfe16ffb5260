"""What a failure tells: the message inside of it, or the wrong values by name."""

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from server.errors import InvalidInputError
from server.failures import complaints, message_in, names_at, shown_name

MESSAGE = InvalidInputError("wrong")


class Values(BaseModel):
    """What is validated."""

    model_config = ConfigDict(extra="forbid")

    number: int = 0
    names: tuple[int, ...] = ()


class Item(BaseModel):
    """An item of a list."""

    title: str = ""


class Whole(BaseModel):
    """A group, perhaps a group, and groups in a list."""

    values: Values = Values()
    perhaps: Values | None = None
    items: tuple[Item, ...] = ()


def faults(**given: object) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        Values.model_validate(given)
    return list(complaints(refused.value, lambda _: ("number", "names")))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MESSAGE, MESSAGE),
        (ExceptionGroup("g", [MESSAGE]), MESSAGE),
        (ExceptionGroup("g", [ExceptionGroup("g", [MESSAGE]), InvalidInputError("b")]), MESSAGE),
        (ExceptionGroup("g", [MESSAGE, KeyError("a")]), None),
        (KeyError("a"), None),
        (None, None),
    ],
)
def test_a_failure_of_nothing_but_messages_is_its_first_message(
    error: BaseException | None, expected: InvalidInputError | None
) -> None:
    assert message_in(error) is expected


def test_a_wrong_value_is_named_and_not_repeated() -> None:
    assert faults(number="hunter2") == [
        "number: Input should be a valid integer, unable to parse string as an integer"
    ]


def test_an_unknown_name_is_answered_with_the_valid_ones() -> None:
    assert faults(nummer=1) == ["nummer: unknown argument; valid: number, names"]


def test_a_name_is_one_short_line_whatever_the_caller_called_it() -> None:
    (fault,) = faults(**{"a\nFORGED \u202e" + "x" * 100: 1})

    assert fault.startswith(r"a\nFORGED \u202exxx")
    assert len(fault) < 150


def test_a_thousand_wrong_values_are_cut_and_counted() -> None:
    told = faults(names=["x"] * 1000)

    assert len(told) == 21
    assert told[-1] == "980 more wrong values"


@pytest.mark.parametrize(
    ("name", "shown"), [("a-b.c", "a-b.c"), ("é", r"\xe9"), ("x" * 65, f"{'x' * 64}...")]
)
def test_a_shown_name_is_ascii_and_cut(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ([], ("values", "perhaps", "items")),
        (["values"], ("number", "names")),
        (["perhaps"], ("number", "names")),
        (["items", "0"], ("title",)),
        (["values", "number"], ()),
        (["no", "such"], ()),
    ],
)
def test_the_names_at_a_path_are_those_of_its_group(
    path: list[str], names: tuple[str, ...]
) -> None:
    assert names_at(Whole, path) == names
