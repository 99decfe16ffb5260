"""The registered prompts, and what their arguments may complete to."""

from collections.abc import Sequence

from server.prompts.prompt import Prompt


def prompts() -> tuple[Prompt, ...]:
    """Return every registered prompt: the question flow first, then the workflows."""
    from server.prompts import (
        design_api,
        forcing_questions,
        harden_security,
        investigate_incident,
        optimize_database,
    )

    return (
        forcing_questions.PROMPT,
        design_api.PROMPT,
        optimize_database.PROMPT,
        harden_security.PROMPT,
        investigate_incident.PROMPT,
    )


def prompt_values(name: str, argument: str) -> Sequence[str]:
    """Return what an argument of a prompt may be, none where it is free text."""
    found = (prompt.values.get(argument, ()) for prompt in prompts() if prompt.name == name)
    return next(found, ())
