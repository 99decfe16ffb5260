"""A YAML document that somebody wrote, read so that it can neither crash nor flood the process."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInputError

if TYPE_CHECKING:
    from yaml import Node

_DEEPEST: Final = 32


def read_yaml(text: str | bytes, file: str) -> object:
    """Return the value of a YAML document, `None` for an empty one.

    Refuses aliases, because ten of them make a billion values; nesting that would overflow
    the stack of the parser, which is written in C; and a key given twice, as the second would
    silently win. An error names the place and not the content, which may hold a secret.

    Raises:
        InvalidInputError: says what is wrong and where.
    """
    import yaml

    try:
        _refuse_bombs(text, file)
        _refuse_doubles(yaml.compose(text, Loader=yaml.CSafeLoader), file)
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InvalidInputError(f"{file} is not YAML{_at(mark)}.") from None
    except (yaml.YAMLError, ValueError):
        # Characters that YAML forbids, text that is no UTF-8, or a date that is none.
        raise InvalidInputError(f"{file} is not YAML.") from None


def _refuse_bombs(text: str | bytes, file: str) -> None:
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise InvalidInputError(f"{file} holds a YAML alias{_at(event.start_mark)}.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise InvalidInputError(f"{file} nests too deep{_at(event.start_mark)}.")


def _refuse_doubles(document: "Node | None", file: str) -> None:
    for node in _mappings(document):
        seen = set[str]()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise InvalidInputError(f"{file} gives a key twice{_at(key.start_mark)}.")
            seen.add(str(key.value))


def _mappings(node: "Node | None") -> "Iterator[Node]":
    import yaml

    match node:
        case yaml.MappingNode():
            yield node
            for _, value in node.value:
                yield from _mappings(value)
        case yaml.SequenceNode():
            for value in node.value:
                yield from _mappings(value)
        case _:
            return


def _at(mark: object) -> str:
    line, column = getattr(mark, "line", None), getattr(mark, "column", None)
    return "" if line is None or column is None else f" at line {line + 1}, column {column + 1}"
