"""A tool's arguments as options: groups flattened and restored, wrong values named."""

from typing import Annotated

import pytest
from pydantic import Field

from server.command_options import leaves, nested, validated
from server.errors import InvalidInputError
from server.tools.registry import tools
from server.tools.tool import Arguments, Call, Detail, Report, Tool


class Group(Arguments):
    """A group of arguments."""

    names: Annotated[tuple[str, ...], Field(description="the names")] = ()
    is_deep: Annotated[bool | None, Field(description="how deep")] = None


async def run(
    call: Call,
    source: Annotated[str, Field(description="where from", max_length=9)],
    *,
    group: Annotated[Group, Field(description="a group")] = Group(),  # ruff: ignore[function-call-in-default-argument] - frozen
    number: Annotated[int, Field(description="how many")] = 1,
    detail: Detail = Detail.CONCISE,
) -> Report:
    """Do something."""
    raise NotImplementedError(call, source, group, number, detail)


TOOL = Tool("run", "Run", run, read_only=True)
BY_OPTION = {leaf.option: leaf for leaf in leaves(TOOL)}


def test_every_argument_is_an_option_and_groups_are_flattened() -> None:
    assert {option: leaf.path for option, leaf in BY_OPTION.items()} == {
        "source": ("source",),
        "names": ("group", "names"),
        "is_deep": ("group", "is_deep"),
        "number": ("number",),
        "detail": ("detail",),
    }


def test_given_options_become_arguments_and_the_others_keep_their_defaults() -> None:
    given = {"source": "a", "names": ["x"], "is_deep": False, "number": "7", "detail": None}

    arguments = validated(TOOL, nested(BY_OPTION, given))

    assert arguments == {
        "source": "a",
        "group": Group(names=("x",), is_deep=False),
        "number": 7,
        "detail": Detail.CONCISE,
    }


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"source": "hunter2-is-too-long"}, "- source: String should have at most 9 characters"),
        ({"source": "a", "number": "hunter2"}, "- number: Input should be a valid integer"),
        ({}, "- source: Field required"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(given: dict[str, object], complaint: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        validated(TOOL, nested(BY_OPTION, given))

    assert complaint in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("tool", tools(), ids=lambda tool: tool.name)
def test_no_two_arguments_of_a_tool_share_an_option(tool: Tool) -> None:
    options = [leaf.option for leaf in leaves(tool)]

    assert len(set(options)) == len(options)
