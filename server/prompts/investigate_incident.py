"""The prompt that leads from an alarm to relief, cause and a review."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from server.prompts.prompt import Message, Prompt
from server.prompts.render import EXAMPLE_SOURCE, GuideReader, source_of, workflow
from server.resources import section

SECTIONS = (
    "database_optimization_guide/locks",
    "database_optimization_guide/connection-pooling",
    "database_optimization_guide/monitoring",
    "api_design_patterns/timeouts-and-retries",
    "backend_security_practices/incident-clocks",
)


def messages(
    guide: GuideReader, *, symptom: str = "", since: str = "", changes: str = "", source: str = ""
) -> tuple[Message, ...]:
    """Return the workflow for these words; blank ones are not given."""
    schema = source_of(source)
    return workflow(
        "investigate_incident",
        SECTIONS,
        guide,
        said={
            "symptom": symptom,
            "since": since,
            "recent changes": changes,
            "schema source": source,
        },
        values={
            "before": _before(schema),
            "source": schema,
            "source_is_example": schema == EXAMPLE_SOURCE,
        },
    )


def _before(source: str) -> str:
    """Return the source of the release before, as far as the form of a source tells."""
    path = source.removeprefix("file:") if source.startswith("file:") else "schema.sql"
    return f"git:HEAD~1:{path}"


def _run(
    *,
    symptom: Annotated[str, Field(description="what users or alerts see")] = "",
    since: Annotated[str, Field(description="when it began, with the zone")] = "",
    changes: Annotated[str, Field(description="deploys, flags, migrations before it")] = "",
    source: Annotated[str, Field(description="schema, e.g. git:HEAD:schema.sql")] = "",
) -> Sequence[Message]:
    """Investigate an incident: declare, relieve users, narrow down, prove, review."""
    return messages(section, symptom=symptom, since=since, changes=changes, source=source)


PROMPT = Prompt(name="investigate_incident", title="Investigate an incident", run=_run)
