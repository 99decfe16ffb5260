"""The commands: `serve`, `demo`, and each tool with its arguments as options."""

import inspect
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TextIO

import anyio
import typer

from server import startup
from server.command_options import Leaf, leaves, nested, validated
from server.errors import InvalidInputError
from server.settings import Settings, load_settings
from server.tools import registry
from server.tools.tool import Call, Report, Tool

_Workspace = Annotated[
    list[Path] | None,
    typer.Option("--workspace", help="folder that tools may read and write (repeatable)"),
]
_ReadRoot = Annotated[
    list[Path] | None,
    typer.Option("--read-root", help="further folder that tools may read (repeatable)"),
]
_Database = Annotated[
    list[str] | None,
    typer.Option(
        "--database", help="live database NAME=env:VARIABLE; NAME!=... if writable (repeatable)"
    ),
]
_Config = Annotated[Path | None, typer.Option("--config", help="YAML file of settings")]
_AsJson = Annotated[bool, typer.Option("--json", help="the structured result, for machines")]


def application(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line application, as far as these arguments need it."""
    app = typer.Typer(
        name="senior-backend",
        help="The judgment and the hands of a senior backend engineer, as an MCP server.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        # Its tables cut the names of options where a terminal is narrow.
        rich_markup_mode=None,
    )
    app.command()(serve)
    app.command()(demo)
    for tool in map(registry.tool, _needed(arguments)):
        app.command(_command(tool.name), help=tool.description.replace("\n", "\n\n"))(
            tool_command(tool)
        )
    return app


def _needed(arguments: Sequence[str]) -> Sequence[str]:
    """Return the tool that a command line is about, none where it is about another command.

    Help names all of them, and so does the answer to a command that there is not.
    """
    wanted = arguments[0] if arguments else ""
    if wanted in {serve.__name__, demo.__name__}:
        return ()
    return [name for name in registry.NAMES if _command(name) == wanted] or registry.NAMES


def _command(name: str) -> str:
    """Return what a tool is called as a command."""
    return name.replace("_", "-")


def serve(  # ruff: ignore[too-many-arguments] - one parameter an option
    *,
    http: Annotated[
        str | None, typer.Option(help="HOST:PORT: streamable HTTP at /mcp instead of stdio")
    ] = None,
    sse: Annotated[bool, typer.Option("--sse", help="legacy SSE beside HTTP, at /sse")] = False,
    workspace: _Workspace = None,
    read_root: _ReadRoot = None,
    database: _Database = None,
    config: _Config = None,
) -> None:
    """Serve MCP over stdio, or over HTTP."""
    from server import serving

    settings = _settings(workspace, read_root, database, config)
    if http is None:
        if sse:
            raise InvalidInputError("--sse stands beside HTTP.", next_step="Add --http HOST:PORT.")
        anyio.run(serving.serve_stdio, settings)
        return
    from server.http import listening

    with listening(http, settings) as bound:
        anyio.run(lambda: serving.serve_network(settings, bound, sse=sse))


def demo() -> None:
    """Walk the main job as a client would: questions, recommendation, guide, schema."""
    from server.demo.run import run_demo

    startup.settled()
    anyio.run(run_demo)


def tool_command(tool: Tool) -> Callable[..., None]:
    """Return a command whose options are the tool's arguments, nested groups flattened."""
    by_option = {leaf.option: leaf for leaf in leaves(tool)}

    def command(**given: Any) -> None:  # ruff: ignore[any-type] - typer's own values, validated below
        settings = _settings(*(given.pop(each.name) for each in _OPERATOR))
        as_json = bool(given.pop("as_json"))
        report = _run(tool, validated(tool, nested(by_option, given)), settings)
        _escape_what_cannot_be_written(sys.stdout)
        if as_json:
            sys.stdout.write(json.dumps(report.model_dump(mode="json"), indent=2) + "\n")
        else:
            _show(report.text)
        if report.exit_code:
            raise typer.Exit(report.exit_code)

    vars(command)["__signature__"] = inspect.Signature([*_ordered(by_option), *_SHARED])
    return command


def _escape_what_cannot_be_written(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _ordered(by_option: Mapping[str, Leaf]) -> list[inspect.Parameter]:
    parameters = [leaf.parameter for leaf in by_option.values()]
    return sorted(parameters, key=lambda each: each.default is not inspect.Parameter.empty)


def _parameter(name: str, annotation: object, default: object) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, annotation=annotation, default=default)


# A tool may have an argument of the same name: what the operator decides has names of its own.
_OPERATOR = (
    _parameter("operator_workspace", _Workspace, None),
    _parameter("operator_read_root", _ReadRoot, None),
    _parameter("operator_database", _Database, None),
    _parameter("operator_config", _Config, None),
)
_SHARED = (_parameter("as_json", _AsJson, default=False), *_OPERATOR)


def _settings(
    workspace: list[Path] | None,
    read_root: list[Path] | None,
    database: list[str] | None,
    config: Path | None,
) -> Settings:
    return load_settings(
        config,
        workspace=workspace,
        read_roots=read_root,
        databases=",".join(database) if database else None,
    )


def _run(tool: Tool, arguments: Mapping[str, Any], settings: Settings) -> Report:
    from server import logs
    from server.runtime import open_runtime

    startup.settled()
    logs.configure(settings)

    async def call() -> Report:
        # Whoever waits at a terminal waits for the end.
        async with open_runtime(settings, patience=math.inf) as runtime:
            return await tool.run(Call(runtime, _stage), **arguments)

    return anyio.run(call)


def _stage(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\x1b[2m... {text}\x1b[0m\n")


def _show(text: str) -> None:
    """Print a report: as it is for pipes, drawn for a person at a terminal."""
    if not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
