"""JSON Schemas without what no reader needs."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from server.schemas import input_schema, names_at, output_schema


class Inner(BaseModel):
    """A group with a title of its own, to prove that names survive."""

    title: str = "kept"


class Outer(BaseModel):
    """A model with a group, used once, and another one used twice."""

    inner: Annotated[Inner, Field(description="the group")] = Inner()
    number: int


class Twice(BaseModel):
    """A model that uses a group twice."""

    first: Inner
    second: Inner
    limit: int | None = None
    words: str = ""
    loud: bool = False


class Tree(BaseModel):
    """A model that holds itself."""

    branches: "tuple[Tree, ...]" = ()


def test_a_property_that_is_called_title_is_kept() -> None:
    schema = input_schema(Inner.model_json_schema())

    assert schema["properties"] == {"title": {"default": "kept", "type": "string"}}
    assert "title" not in schema


def test_a_group_that_is_used_once_stands_where_it_is_used() -> None:
    schema = input_schema(Outer.model_json_schema())

    assert "$defs" not in schema
    assert schema["properties"]["inner"]["description"] == "the group"
    assert list(schema["properties"]["inner"]["properties"]) == ["title"]


def test_a_group_that_is_used_twice_is_defined_once() -> None:
    schema = input_schema(Twice.model_json_schema())

    assert list(schema["$defs"]) == ["Inner"]
    assert schema["properties"]["first"] == {"$ref": "#/$defs/Inner"}


def test_a_model_that_holds_itself_ends() -> None:
    schema = input_schema(Tree.model_json_schema())

    assert schema["$defs"]["Tree"]["properties"]["branches"]["items"] == {"$ref": "#/$defs/Tree"}


def test_what_may_be_left_out_needs_no_null_and_no_empty_default() -> None:
    properties = input_schema(Twice.model_json_schema())["properties"]

    assert properties["limit"] == {"type": "integer"}
    assert properties["words"] == {"type": "string"}
    assert properties["loud"] == {"default": False, "type": "boolean"}


def test_a_result_that_may_be_null_says_so() -> None:
    properties = output_schema(Twice.model_json_schema())["properties"]

    assert properties["limit"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}


@pytest.mark.parametrize(
    ("path", "names"),
    [([], ("inner", "number")), (["inner"], ("title",)), (["number"], ()), (["no", "such"], ())],
)
def test_the_names_at_a_path_are_those_of_its_group(
    path: list[str], names: tuple[str, ...]
) -> None:
    assert names_at(input_schema(Outer.model_json_schema()), path) == names


def test_the_names_at_a_path_of_a_shared_group_are_found() -> None:
    assert names_at(input_schema(Twice.model_json_schema()), ["second"]) == ("title",)
