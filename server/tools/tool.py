"""What a tool is, without any protocol: a name, its effects and one async function."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from server.runtime import Runtime


class Detail(StrEnum):
    """How much of an answer the caller wants to read."""

    CONCISE = "concise"
    DETAILED = "detailed"


class Arguments(BaseModel):
    """A group of arguments; an unknown member is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class WrittenFileEntry(BaseModel):
    """A file that a tool wrote into the workspace; `path` is relative to its root."""

    model_config = ConfigDict(frozen=True)

    path: str
    bytes: int
    sha256: str
    purpose: str


class Report(BaseModel):
    """The structured result of a tool; `text` is what people and models read."""

    model_config = ConfigDict(frozen=True)

    next_steps: Annotated[tuple[str, ...], Field(description="what to call or do next")] = ()

    @property
    def written(self) -> tuple[WrittenFileEntry, ...]:
        """The files that the tool wrote; one that writes has them as the field `files`, too."""
        return ()

    @property
    def exit_code(self) -> int:
        """What the command ends with: not 0 where something that was asked for does not hold."""
        return 0

    @property
    def text(self) -> str:
        """The whole answer as Markdown, complete without the structured half."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask the user: the words, and the form (primitive fields only) of the answer."""

    message: str
    form: type[BaseModel]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool: what it may use, how it tells its progress, what the user answered."""

    runtime: "Runtime"
    stage: Callable[[str], None]
    answer: BaseModel | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: `run(call, **arguments)`; its keyword parameters are the schema and the options.

    `ask`, where a tool has one, takes the same arguments and returns the question that is
    still open; the answer arrives as `Call.answer`, or `None` where nobody could be asked.
    `subject` names an argument that a command takes by its position, though it may be left out.
    `inquire` is the same for a question that takes looking something up: the runtime comes first.
    """

    name: str
    title: str
    run: Callable[..., Awaitable[Report]]
    read_only: bool
    destructive: bool = False
    idempotent: bool = True
    open_world: bool = False
    subject: str = ""
    ask: Callable[..., Question | None] | None = None
    inquire: "Callable[..., Awaitable[Question | None]] | None" = None

    @property
    def parameters(self) -> tuple[inspect.Parameter, ...]:
        """The arguments: the parameters of `run` without the call itself."""
        return tuple(inspect.signature(self.run, eval_str=True).parameters.values())[1:]

    @property
    def report(self) -> object:
        """The type of the result."""
        return inspect.signature(self.run, eval_str=True).return_annotation

    @property
    def description(self) -> str:
        """What models and people read before they choose the tool, a line a paragraph."""
        paragraphs = inspect.cleandoc(self.run.__doc__ or "").split("\n\n")
        return "\n".join(" ".join(each.split()) for each in paragraphs)
