"""The prompt that leads from a purpose to an API contract that can be defended."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from server.prompts.prompt import Message, Prompt
from server.prompts.render import EXAMPLE_SOURCE, GuideReader, source_of, workflow
from server.resources import section

SECTIONS = (
    "api_design_patterns/rest-or-graphql",
    "api_design_patterns/envelope",
    "api_design_patterns/pagination",
    "api_design_patterns/idempotency",
    "api_design_patterns/breaking-changes",
)
_STYLES = {"rest": "REST", "graphql": "GraphQL"}


def messages(
    guide: GuideReader, *, purpose: str = "", clients: str = "", style: str = "", source: str = ""
) -> tuple[Message, ...]:
    """Return the workflow for these words; blank ones are not given."""
    schema = source_of(source)
    return workflow(
        "design_api",
        SECTIONS,
        guide,
        said={"purpose": purpose, "clients": clients, "style": style, "schema source": source},
        values={
            "style": _STYLES.get(style.strip().lower(), ""),
            "source": schema,
            "source_is_example": schema == EXAMPLE_SOURCE,
        },
    )


def _run(
    *,
    purpose: Annotated[str, Field(description="what the API is for")] = "",
    clients: Annotated[str, Field(description="who calls it, and from where")] = "",
    style: Annotated[str, Field(description="rest or graphql, if there is a wish")] = "",
    source: Annotated[str, Field(description="schema behind it, e.g. file:schema.sql")] = "",
) -> Sequence[Message]:
    """Design an API: operations, contract, errors, pages, indexes behind it, change, attacks."""
    return messages(section, purpose=purpose, clients=clients, style=style, source=source)


PROMPT = Prompt(
    name="design_api", title="Design an API", run=_run, values={"style": tuple(_STYLES)}
)
