"""The registered prompts, and what their arguments may complete to."""

from collections.abc import Sequence
from importlib import import_module
from typing import Final

from server.prompts.prompt import Prompt

NAMES: Final = (
    "forcing_questions",
    "design_api",
    "optimize_database",
    "harden_security",
    "investigate_incident",
)
"""The question flow first, then the workflows."""


def prompt(name: str) -> Prompt:
    """Return a registered prompt; this imports it, and what it needs."""
    found: Prompt = import_module(f"server.prompts.{name}").PROMPT
    return found


def prompts() -> tuple[Prompt, ...]:
    """Return every registered prompt."""
    return tuple(map(prompt, NAMES))


def prompt_values(name: str, argument: str) -> Sequence[str]:
    """Return what an argument of a prompt may be, none where it is free text."""
    return prompt(name).values.get(argument, ()) if name in NAMES else ()
