"""The prompt that leads from "it is slow" to one measured change."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from server.prompts.prompt import Message, Prompt
from server.prompts.render import EXAMPLE_SOURCE, GuideReader, names_of, source_of, workflow
from server.resources import section

SECTIONS = (
    "database_optimization_guide/reading-explain",
    "database_optimization_guide/composite-partial-covering",
    "database_optimization_guide/when-not-to-index",
    "database_optimization_guide/n-1-queries",
    "database_optimization_guide/safe-migrations",
)


def messages(
    guide: GuideReader, *, symptom: str = "", query: str = "", tables: str = "", source: str = ""
) -> tuple[Message, ...]:
    """Return the workflow for these words; blank ones are not given."""
    schema, chosen = source_of(source), names_of(tables)
    return workflow(
        "optimize_database",
        SECTIONS,
        guide,
        said={"symptom": symptom, "query": query, "tables": tables, "schema source": source},
        values={
            "filters": {"severity": "warning", **({"tables": chosen} if chosen else {})},
            "source": schema,
            "source_is_example": schema == EXAMPLE_SOURCE,
        },
    )


def _run(
    *,
    symptom: Annotated[str, Field(description="what is slow, against which target")] = "",
    query: Annotated[str, Field(description="the slow statement")] = "",
    tables: Annotated[str, Field(description="tables concerned, with commas")] = "",
    source: Annotated[str, Field(description="schema, e.g. file:schema.sql or db:main")] = "",
) -> Sequence[Message]:
    """Optimize a PostgreSQL database: target, schema, workload, plan, cheapest cure, proof."""
    return messages(section, symptom=symptom, query=query, tables=tables, source=source)


PROMPT = Prompt(name="optimize_database", title="Optimize a database", run=_run)
