"""What a failure tells the caller: the message that it carries, or the wrong values by name."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError

from server.errors import BackendError

_MOST_COMPLAINTS = 20
_LONGEST_NAME = 64  # characters of a caller's own name that an error repeats


def message_in(error: BaseException | None) -> BackendError | None:
    """Return the message for the caller that a failure carries; `None` means a fault of ours.

    A task group wraps what its tasks raised: a group of nothing but messages is its first one.
    """
    match error:
        case BackendError():
            return error
        case BaseExceptionGroup():
            messages = [message_in(each) for each in error.exceptions]
            return None if None in messages else messages[0]
        case _:
            return None


def complaints(
    error: ValidationError,
    known: Callable[[Sequence[str]], Iterable[str]] = lambda _: (),
    *,
    what: str = "argument",
) -> Iterator[str]:
    """Yield `path: fault` for each wrong value, and never the value.

    Args:
        error: what pydantic found.
        known: returns the names that are valid below a path; they answer an unknown one.
        what: the word for what has a name.
    """
    items = error.errors(include_input=False, include_url=False, include_context=False)
    for item in items[:_MOST_COMPLAINTS]:
        path = [shown_name(str(part)) for part in item["loc"]]
        if item["type"] == "extra_forbidden":
            names = ", ".join(known(path[:-1]))
            fault = f"unknown {what}; valid: {names}" if names else f"unknown {what}"
        else:
            fault = item["msg"].removeprefix("Value error, ").replace("valid tuple", "list")
        yield f"{'.'.join(path)}: {fault}" if path else fault
    if len(items) > _MOST_COMPLAINTS:
        yield f"{len(items) - _MOST_COMPLAINTS} more wrong values"


def names_at(model: type[BaseModel], path: Sequence[str]) -> tuple[str, ...]:
    """Return the names that are valid below a path of them; none where it leads to no group."""
    group: type[BaseModel] | None = model
    for name in path:
        if group is None or name.isdecimal():
            continue  # the number of an item stands between the list and what the item holds
        field = group.model_fields.get(name)
        group = _group_in(field.annotation) if field else None
    return tuple(group.model_fields) if group else ()


def _group_in(annotation: object) -> type[BaseModel] | None:
    """Return the model that a type is, or that its items are."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_group_in, get_args(annotation))), None)


def shown_name(name: str) -> str:
    """Return a name that the caller chose on one line, in ASCII, and cut where it is endless."""
    shown = name[:_LONGEST_NAME].encode("unicode_escape").decode()
    return shown if len(name) <= _LONGEST_NAME else f"{shown}..."
