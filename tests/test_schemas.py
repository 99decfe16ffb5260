"""JSON Schemas without what no reader needs."""

import pytest
from pydantic import BaseModel

from server.schemas import compact_schema, names_at


class Inner(BaseModel):
    """A group with a title of its own, to prove that names survive."""

    title: str = "kept"


class Outer(BaseModel):
    """A model with a group, directly and as an alternative."""

    inner: Inner = Inner()
    number: int


def test_a_property_that_is_called_title_is_kept() -> None:
    schema = compact_schema(Inner.model_json_schema())

    assert schema["properties"] == {"title": {"default": "kept", "type": "string"}}
    assert "title" not in schema


@pytest.mark.parametrize(
    ("path", "names"),
    [([], ("inner", "number")), (["inner"], ("title",)), (["number"], ()), (["no", "such"], ())],
)
def test_the_names_at_a_path_are_those_of_its_group(
    path: list[str], names: tuple[str, ...]
) -> None:
    assert names_at(compact_schema(Outer.model_json_schema()), path) == names
