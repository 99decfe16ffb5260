"""A tool's arguments as command line options: one leaf an option, nested groups flattened."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

import typer
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from server.errors import InvalidInputError
from server.failures import complaints
from server.tools.tool import Arguments, Tool


@dataclass(frozen=True, slots=True)
class Leaf:
    """One argument that is not a group: where it stands, its type, its words."""

    path: tuple[str, ...]
    annotation: Any
    description: str
    required: bool
    by_position: bool = False

    @property
    def option(self) -> str:
        """The option's name; a leaf's own name, as groups only order the arguments."""
        return self.path[-1]

    @property
    def parameter(self) -> inspect.Parameter:
        """The parameter that typer reads: an argument where required, else an option."""
        if self.required:
            return _keyword(self.option, Annotated[str, typer.Argument(help=self.description)])
        if self.by_position:
            kind = Annotated[str | None, typer.Argument(help=self.description)]
            return _keyword(self.option, kind, default=None)
        kind = Annotated[_option_type(self.annotation), typer.Option(help=self.description)]
        return _keyword(self.option, kind, default=None)


def _keyword(
    name: str, annotation: object, default: object = inspect.Parameter.empty
) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


def leaves(tool: Tool) -> Iterator[Leaf]:
    """Yield every leaf of a tool's arguments in the order of its signature."""
    for name, (annotation, field) in _fields(tool).items():
        for leaf in _leaves((name,), annotation, field):
            yield replace(leaf, by_position=leaf.path == (tool.subject,))


def _leaves(path: tuple[str, ...], annotation: object, field: FieldInfo) -> Iterator[Leaf]:
    group = _group(annotation)
    if group is None:
        yield Leaf(path, annotation, field.description or "", field.is_required())
        return
    for name, member in group.model_fields.items():
        yield from _leaves((*path, name), member.annotation, member)


def _fields(tool: Tool) -> dict[str, tuple[Any, FieldInfo]]:
    return {each.name: (_bare(each.annotation), _field(each)) for each in tool.parameters}


def _field(parameter: inspect.Parameter) -> FieldInfo:
    if parameter.default is inspect.Parameter.empty:
        return FieldInfo.from_annotation(parameter.annotation)
    return FieldInfo.from_annotated_attribute(parameter.annotation, parameter.default)


def _bare(annotation: object) -> object:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _group(annotation: object) -> type[Arguments] | None:
    candidates = [each for each in _arms(annotation) if inspect.isclass(each)]
    groups = [each for each in candidates if issubclass(each, Arguments)]
    return groups[0] if groups else None


def _arms(annotation: object) -> tuple[object, ...]:
    """Return the alternatives of a type without `None`."""
    bare = _bare(annotation)
    if get_origin(bare) in {Union, UnionType}:
        return tuple(arm for arm in get_args(bare) if arm is not type(None))
    return (bare,)


def _option_type(annotation: object) -> Any:  # ruff: ignore[any-type] - a type for typer
    """Return what typer parses; everything but flags, choices and lists is read by pydantic."""
    arm = _arms(annotation)[0]
    if get_origin(arm) in {tuple, list, frozenset, set}:
        return list[str] | None
    if arm is bool:
        return bool | None
    if inspect.isclass(arm) and issubclass(arm, Enum):
        return arm | None
    return str | None


def nested(leaves_by_option: Mapping[str, Leaf], given: Mapping[str, object]) -> dict[str, Any]:
    """Return the given options as the arguments of the tool, groups restored."""
    arguments: dict[str, Any] = {}
    for option, value in given.items():
        if value is None or value == []:
            continue
        *groups, name = leaves_by_option[option].path
        inner = arguments
        for group in groups:
            inner = cast("dict[str, Any]", inner.setdefault(group, {}))
        inner[name] = value
    return arguments


def validated(tool: Tool, arguments: Mapping[str, object]) -> dict[str, Any]:
    """Return the arguments as the tool takes them.

    Raises:
        InvalidInputError: one line a wrong argument, without its value.
    """
    fields: dict[str, Any] = {
        each.name: (
            each.annotation,
            ... if each.default is inspect.Parameter.empty else each.default,
        )
        for each in tool.parameters
    }
    strict = ConfigDict(extra="forbid", hide_input_in_errors=True)
    model: type[BaseModel] = create_model(tool.name, __config__=strict, **fields)
    try:
        values = model.model_validate(dict(arguments))
    except ValidationError as error:
        lines = "".join(f"\n- {each}" for each in complaints(error))
        raise InvalidInputError(f"Invalid arguments:{lines}") from None
    return {name: getattr(values, name) for name in model.model_fields}
