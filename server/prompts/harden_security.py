"""The prompt that leads from a system to defenses that each have a failing test behind them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from server.engines.profiles.choices import CONTROL_MEANINGS, Sensitivity
from server.engines.profiles.kill_criteria import COMPLIANCE_FLOOR
from server.prompts.prompt import Message, Prompt
from server.prompts.render import EXAMPLE_SOURCE, GuideReader, names_of, source_of, workflow
from server.resources import section

SECTIONS = (
    "backend_security_practices/owasp-api-top-10",
    "backend_security_practices/authorization",
    "backend_security_practices/row-level-security",
    "backend_security_practices/database-roles",
    "backend_security_practices/checklist",
)


def messages(
    guide: GuideReader,
    *,
    system: str = "",
    data_sensitivity: str = "",
    exposed_schemas: str = "",
    source: str = "",
) -> tuple[Message, ...]:
    """Return the workflow for these words; blank ones are not given."""
    schema, exposed = source_of(source), names_of(exposed_schemas)
    sensitivity = _sensitivity(data_sensitivity)
    floor = COMPLIANCE_FLOOR.get(sensitivity, ()) if sensitivity else ()
    return workflow(
        "harden_security",
        SECTIONS,
        guide,
        said={
            "system": system,
            "data sensitivity": data_sensitivity,
            "exposed schemas": exposed_schemas,
            "schema source": source,
        },
        values={
            "sensitivity": sensitivity,
            "floor": [(control, CONTROL_MEANINGS[control]) for control in floor],
            "context": {"exposed_schemas": exposed} if exposed else None,
            "source": schema,
            "source_is_example": schema == EXAMPLE_SOURCE,
        },
    )


def _sensitivity(text: str) -> Sensitivity | None:
    wanted = text.strip().lower()
    return next((each for each in Sensitivity if each == wanted), None)


def _run(
    *,
    system: Annotated[str, Field(description="what to harden, and who may attack it")] = "",
    data_sensitivity: Annotated[str, Field(description=", ".join(Sensitivity))] = "",
    exposed_schemas: Annotated[
        str, Field(description="schemas that clients reach directly, with commas")
    ] = "",
    source: Annotated[str, Field(description="schema, e.g. file:schema.sql or db:main")] = "",
) -> Sequence[Message]:
    """Harden a backend: data flow, schema, access matrix, identity, input, operation, ranking."""
    return messages(
        section,
        system=system,
        data_sensitivity=data_sensitivity,
        exposed_schemas=exposed_schemas,
        source=source,
    )


PROMPT = Prompt(
    name="harden_security",
    title="Harden a backend",
    run=_run,
    values={"data_sensitivity": tuple(Sensitivity)},
)
