"""The tool that leads one schema to another, and proves that it does."""

from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Literal

import anyio.to_thread
from pydantic import Field

from server.tools.decided import decision_lines
from server.tools.migration_report import MigrationReport, blocked, equal, generated
from server.tools.tool import Arguments, Call, Detail, Tool

if TYPE_CHECKING:
    from server.engines.migration.generate import Request

_MODULES = ("server.engines.postgres.pairs", "server.engines.migration.generate")


class Options(Arguments):
    """How the plan is made."""

    strategy: Annotated[
        Literal["online", "direct"],
        Field(description="online keeps tables usable; direct is short"),
    ] = "online"
    allow_data_loss: Annotated[
        tuple[str, ...],
        Field(description="objects whose data may go, by name: public.orders.note"),
    ] = ()
    renames: Annotated[
        tuple[str, ...],
        Field(description="what has another name in the target: table:public.users=people"),
    ] = ()
    with_owners: Annotated[bool, Field(description="change owners, too")] = False


class Output(Arguments):
    """Which files are written."""

    format: Annotated[
        str,
        Field(
            description="plain, dbmate, golang-migrate, flyway, alembic, node-pg-migrate or prisma"
        ),
    ] = "plain"
    folder: Annotated[str, Field(description="folder of the migrations; empty writes none")] = (
        "migrations"
    )
    name: Annotated[str, Field(description="name of the migration: letters, digits and _")] = (
        "change_schema"
    )


async def generate_migration(  # ruff: ignore[too-many-arguments] - one parameter a concern
    call: Call,
    source: Annotated[
        str,
        Field(
            description="the schema as it is: db:NAME, file:PATH, dir:PATH, git:REF:PATH or empty",
            examples=["git:HEAD~1:schema.sql"],
        ),
    ],
    target: Annotated[
        str,
        Field(description="the schema as it shall be, same forms", examples=["file:schema.sql"]),
    ],
    *,
    options: Annotated[Options, Field(description="how the plan is made")] = Options(),
    output: Annotated[Output, Field(description="which files are written")] = Output(),
    without_decision: Annotated[
        bool, Field(description="go on although recommend_profile saved no decision")
    ] = False,
    detail: Annotated[
        Detail, Field(description="concise shows the steps that fit, detailed all")
    ] = Detail.CONCISE,
) -> MigrationReport:
    """Plan the migration from one PostgreSQL schema to another, forward and back, with its proof.

    Runs both directions on clones with generated rows in a throw-away PostgreSQL: zero residual
    difference by two observers, locks, rewrites and scans as observed. Data is lost only where
    options.allow_data_loss names it. Online by default: concurrent indexes, NOT VALID then
    VALIDATE, expand and contract. Writes files for your migration runner, and a plan file.
    """
    decision = decision_lines(call.runtime.workspace, without=without_decision)
    for module in _MODULES:
        # The drivers and parsers take longer to import than the event loop may stand still.
        await anyio.to_thread.run_sync(import_module, module)
    from server.engines.migration.generate import Blocked, Generated, generate
    from server.engines.migration.proof.ground import Ground
    from server.engines.postgres.pairs import open_pair
    from server.engines.postgres.sources import parse_source

    runtime = call.runtime
    sides = (parse_source(source), parse_source(target))
    request = await anyio.to_thread.run_sync(_request, call, source, options, output)
    async with runtime.gate.shared(call.stage):
        call.stage(f"loading {source} and {target}")
        async with open_pair(
            *sides,
            shadow=runtime.shadow,
            workspace=runtime.workspace,
            databases=runtime.live_databases,
        ) as pair:
            old, new = await Ground.of(pair.source), await Ground.of(pair.target)
            outcome = await generate(old, new, request, call.stage)
    asked = (source, target, decision, (*old.notes, *new.notes))
    match outcome:
        case None:
            report = equal(*asked)
        case Blocked():
            report = blocked(outcome, *asked)
        case Generated():
            from server.engines.migration.filing import file_away

            files = await anyio.to_thread.run_sync(
                file_away, runtime.workspace, outcome, output.folder, output.name
            )
            report = generated(outcome, files, (old.catalog, new.catalog), *asked)
    return report.showing(detail)


def _request(call: Call, source: str, options: Options, output: Output) -> "Request":
    from server.engines.migration.context import Strategy
    from server.engines.migration.filing import header, placed
    from server.engines.migration.generate import Request
    from server.engines.migration.planner import PlanOptions
    from server.engines.migration.rendering import Heading
    from server.engines.sql.formats.registry import format_of

    format_ = format_of(output.format)
    place, beside = placed(call.runtime.workspace, output.folder, format_, datetime.now(tz=UTC))
    return Request(
        options=PlanOptions(Strategy(options.strategy), options.with_owners),
        allowed=frozenset(options.allow_data_loss),
        format=format_,
        renames=options.renames,
        heading=lambda fingerprint: Heading(output.name, place, header(fingerprint), beside),
        database=source.removeprefix("db:") if source.startswith("db:") else "",
    )


TOOL = Tool(
    name="generate_migration",
    title="Generate a proven migration",
    run=generate_migration,
    read_only=False,
    idempotent=False,
)
