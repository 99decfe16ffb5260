"""The tool that leads one schema to another, and proves that it does."""

from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Literal

import anyio.to_thread
from pydantic import Field

from server.errors import InvalidInputError, NotFoundError
from server.reports.render import quoted
from server.tools.decided import decision_lines
from server.tools.judged_report import judged
from server.tools.migration_report import (
    Asked,
    MigrationReport,
    allowed_in_vain,
    blocked,
    equal,
    generated,
)
from server.tools.tool import Arguments, Call, Detail, Tool

if TYPE_CHECKING:
    from server.engines.migration.foreign_file import ForeignFile
    from server.engines.migration.generate import Request
    from server.engines.sql.formats.format import Format
    from server.workspace import Workspace

_MODULES = ("server.engines.postgres.pairs", "server.engines.migration.judge")
_LARGEST_MIGRATION = 8 << 20  # bytes


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
    backfill: Annotated[
        tuple[str, ...],
        Field(description="values for existing rows: public.orders.tenant = expression"),
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
    folder: Annotated[str, Field(description="where; empty writes none")] = "migrations"
    name: Annotated[str, Field(description="of letters, digits and _")] = "change_schema"


async def generate_migration(  # ruff: ignore[too-many-arguments] - one parameter a concern
    call: Call,
    source: Annotated[
        str,
        Field(
            description="the schema as it is: db:NAME, file:PATH, dir:PATH, git:REF:PATH or empty"
        ),
    ],
    target: Annotated[str, Field(description="the schema as it shall be, same forms")] = "",
    *,
    migration: Annotated[
        str, Field(description="instead of target: file:PATH of a migration to run and judge")
    ] = "",
    options: Annotated[Options, Field(description="how the plan is made")] = Options(),
    output: Annotated[Output, Field(description="which files are written")] = Output(),
    without_decision: Annotated[
        bool, Field(description="go on though recommend_profile saved none")
    ] = False,
    detail: Annotated[
        Detail, Field(description="concise shows the steps that fit")
    ] = Detail.CONCISE,
) -> MigrationReport:
    """Plan the migration from one PostgreSQL schema to another, forward and back, with its proof.

    Runs both ways on throw-away clones with generated rows, and tells locks, rewrites and scans as
    observed. Data is lost only where allow_data_loss names it. Online by default: concurrent
    indexes, NOT VALID then VALIDATE, expand and contract. Writes files for your migration runner,
    and a plan file.

    With migration instead of target, runs that file and the way back it brings, lints what it did
    and gives the safe form; writes nothing.
    """
    _refuse_both_or_none(target, migration)
    decision = decision_lines(call.runtime.workspace, without=without_decision)
    for module in _MODULES:
        # The drivers and parsers take longer to import than the event loop may stand still.
        await anyio.to_thread.run_sync(import_module, module)
    request = await anyio.to_thread.run_sync(_request, call, source, options, output)
    asked = Asked(source, target or migration, decision)
    if migration:
        report = await _judged(call, asked, request)
    else:
        report = await _generated(call, asked, request, options, output)
    return report.showing(detail)


async def _generated(
    call: Call, asked: Asked, request: "Request", options: Options, output: Output
) -> MigrationReport:
    from server.engines.migration.filing import file_away, remember
    from server.engines.migration.generate import Blocked, Generated, generate
    from server.engines.migration.proof.ground import Ground
    from server.engines.postgres.pairs import open_pair
    from server.engines.postgres.sources import parse_source

    runtime = call.runtime
    sides = (parse_source(asked.source), parse_source(asked.target))
    async with runtime.gate.shared(call.stage):
        call.stage(f"loading {asked.source} and {asked.target}")
        async with open_pair(
            *sides,
            shadow=runtime.shadow,
            workspace=runtime.workspace,
            databases=runtime.live_databases,
        ) as pair:
            old, new = await Ground.of(pair.source), await Ground.of(pair.target)
            outcome = await generate(old, new, request, call.stage)
    asked = asked.with_notes(old.notes, new.notes)
    if outcome is None:
        return equal(asked)
    asked = asked.with_notes(allowed_in_vain(outcome, options.allow_data_loss))
    match outcome:
        case Blocked():
            return blocked(outcome, asked)
        case Generated():
            files = await anyio.to_thread.run_sync(
                file_away, runtime.workspace, outcome, output.folder, output.name
            )
            await anyio.to_thread.run_sync(
                remember, runtime.settings.cache, outcome, old.catalog, runtime.principal
            )
            return generated(outcome, files, asked, (old.catalog, new.catalog))


async def _judged(call: Call, asked: Asked, request: "Request") -> MigrationReport:
    from server.engines.migration.judge import judge
    from server.engines.migration.proof.ground import Ground
    from server.engines.postgres.sources import open_source, parse_source

    runtime = call.runtime
    path = asked.target.removeprefix("file:")
    file = await anyio.to_thread.run_sync(_foreign, runtime.workspace, path, request.format)
    async with runtime.gate.shared(call.stage):
        call.stage(f"loading {asked.source}")
        async with open_source(
            parse_source(asked.source),
            shadow=runtime.shadow,
            workspace=runtime.workspace,
            databases=runtime.live_databases,
        ) as loaded:
            old = await Ground.of(loaded)
            return judged(await judge(old, file, request, call.stage), asked.with_notes(old.notes))


def _foreign(workspace: "Workspace", path: str, format_: "Format") -> "ForeignFile":
    """Read the migration, with the way back that stands in it or beside it."""
    from server.engines.migration.foreign_reading import read_foreign, with_way_back

    content = workspace.read_bytes(path, limit=_LARGEST_MIGRATION)
    file = read_foreign(content, path, format_)
    down_path = format_.single.down_path(path)
    if not down_path:
        return file
    if down_path != path:
        try:
            content = workspace.read_bytes(down_path, limit=_LARGEST_MIGRATION)
        except NotFoundError:
            return file
    return with_way_back(file, content, down_path, format_)


def _refuse_both_or_none(target: str, migration: str) -> None:
    if bool(target) == bool(migration):
        raise InvalidInputError(
            "Give target or migration, one of the two.",
            next_step="target: where the schema shall get; migration: a file to judge.",
        )
    if migration and not migration.startswith("file:"):
        raise InvalidInputError(
            f"migration is {quoted(migration)}, which is no file of the workspace.",
            next_step="Give file:PATH.",
        )


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
        options=PlanOptions(Strategy(options.strategy), with_owners=options.with_owners),
        allowed=frozenset(options.allow_data_loss),
        format=format_,
        renames=options.renames,
        values=options.backfill,
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
