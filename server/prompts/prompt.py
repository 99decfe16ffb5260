"""What a prompt is, without any protocol: a name and one function from texts to messages."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TextMessage:
    """Words for the model."""

    text: str


@dataclass(frozen=True, slots=True)
class GuideMessage:
    """A guide section embedded whole: its address and its Markdown."""

    uri: str
    text: str


Message = TextMessage | GuideMessage


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt: `run` takes optional strings by keyword; `values` are what they may complete to."""

    name: str
    title: str
    run: Callable[..., Sequence[Message]]
    values: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    @property
    def description(self) -> str:
        """What people read before they choose the prompt."""
        return inspect.cleandoc(self.run.__doc__ or "")
