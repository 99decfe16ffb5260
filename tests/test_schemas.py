"""JSON Schemas without what no reader needs."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from server.schemas import input_schema, output_schema


class Inner(BaseModel):
    """A group with a title of its own, to prove that names survive."""

    title: str = "kept"


class Bounded(BaseModel):
    """A closed group in a closed one, with bounds, and a property called like a keyword."""

    model_config = ConfigDict(extra="forbid")

    minimum: Annotated[int, Field(ge=1, le=9)]
    word: Annotated[str, Field(min_length=1, max_length=9)] = "word"
    words: dict[str, str] = {}


class Closed(BaseModel):
    """A closed group around another."""

    model_config = ConfigDict(extra="forbid")

    inner: Bounded


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
    fast: bool = True
    zero: int = 0


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
    assert properties["loud"] == {"type": "boolean"}
    assert properties["fast"] == {"default": True, "type": "boolean"}
    assert properties["zero"] == {"default": 0, "type": "integer"}


def test_a_result_that_may_be_null_says_so() -> None:
    properties = output_schema(Twice.model_json_schema())["properties"]

    assert properties["limit"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}


def test_bounds_go_and_a_property_that_is_called_like_one_is_kept() -> None:
    assert input_schema(Bounded.model_json_schema())["properties"] == {
        "minimum": {"type": "integer"},
        "word": {"default": "word", "type": "string"},
        "words": {"additionalProperties": {"type": "string"}, "type": "object"},
    }


def test_that_no_more_is_taken_stands_at_the_top_only() -> None:
    schema = input_schema(Closed.model_json_schema())

    assert schema["additionalProperties"] is False
    assert "additionalProperties" not in schema["properties"]["inner"]


def test_a_schema_that_takes_more_is_not_closed() -> None:
    assert "additionalProperties" not in input_schema(Outer.model_json_schema())
