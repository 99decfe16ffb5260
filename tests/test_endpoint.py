"""A tool that asks its user first, through real clients that answer in every way there is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.client.session import ElicitationFnT
from mcp.types import (
    CallToolResult,
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    TextContent,
)

from server.app import build
from server.runtime import Runtime
from server.settings import Settings
from server.workspace import Workspace

pytestmark = pytest.mark.anyio
Era = Literal["auto", "legacy"]
both_eras = pytest.mark.parametrize("era", ["auto", "legacy"])

GIVEN: Mapping[str, Any] = {
    "load": {"read_write_ratio": "80:20"},
    "data": {"tenancy": "single"},
    "team": {"team_size": 5},
}
ANSWER = {"p99_qps": "100", "data_sensitivity": "internal", "pattern": "monolith"}


class User:
    """Somebody at a client: answers every question in one way and remembers what was asked."""

    def __init__(
        self,
        action: Literal["accept", "decline", "cancel"],
        content: dict[str, str | int | float | bool | list[str] | None] | None = None,
    ) -> None:
        self.asked = list[list[str]]()
        self._answer = ElicitResult(action=action, content=content)

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult:
        del context
        assert isinstance(params, ElicitRequestFormParams)
        self.asked.append(list(params.requested_schema["properties"]))
        return self._answer


async def ask(
    folder: Path, era: Era, user: ElicitationFnT | None, **arguments: object
) -> tuple[bool, str]:
    """Call the tool as a client of one user does; return whether it failed, and its text."""
    runtime = Runtime(Settings(workspace=(folder,)), Workspace([folder]))
    async with Client(build(runtime), mode=era, elicitation_callback=user) as client:
        result = await client.call_tool("recommend_profile", {**GIVEN, **arguments})
    return bool(result.is_error), text_of(result)


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


@both_eras
async def test_what_is_missing_is_asked_once_and_the_answer_is_used(
    tmp_path: Path, era: Era
) -> None:
    user = User("accept", {**ANSWER})

    failed, text = await ask(tmp_path, era, user)

    assert not failed, text
    assert user.asked == [list(ANSWER)]
    assert "100 req/s" in text


@both_eras
async def test_nothing_is_asked_where_nothing_is_missing(tmp_path: Path, era: Era) -> None:
    user = User("accept", {})

    failed, text = await ask(
        tmp_path,
        era,
        user,
        load={"read_write_ratio": "80:20", "p99_qps": 100},
        data={"tenancy": "single", "data_sensitivity": "internal"},
        architecture={"pattern": "monolith"},
    )

    assert not failed, text
    assert user.asked == []


@pytest.mark.parametrize(
    "user", [None, User("decline"), User("cancel"), User("decline", {**ANSWER})]
)
@both_eras
async def test_without_an_answer_the_call_says_what_to_pass_instead(
    tmp_path: Path, era: Era, user: User | None
) -> None:
    failed, text = await ask(tmp_path, era, user)

    assert failed
    assert all(f"- {leaf} (Q" in text for leaf in ANSWER)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "Give the answers as arguments."),
        ({**ANSWER, "p99_qps": 100}, "- p99_qps: Input should be a valid string"),
        ({"p99_qps": "hunter2"}, "- pattern: Field required"),
        ({**ANSWER, "p99_qps": "hunter2"}, "- p99_qps: valid: requests per second"),
    ],
)
@both_eras
async def test_an_answer_that_does_not_fit_is_refused_by_name_and_not_repeated(
    tmp_path: Path, era: Era, content: dict[str, Any] | None, complaint: str
) -> None:
    failed, text = await ask(tmp_path, era, User("accept", content))

    assert failed
    assert complaint in text
    assert "hunter2" not in text
    assert "Resolver" not in text


async def test_a_client_that_fails_to_ask_gets_a_result_and_no_protocol_error(
    tmp_path: Path,
) -> None:
    async def refuse(context: ClientRequestContext, params: ElicitRequestParams) -> ErrorData:
        del context, params
        return ErrorData(code=-32603, message="no window to ask in")

    failed, text = await ask(tmp_path, "legacy", refuse)

    assert failed
    assert text == (
        "The question to the user failed (no window to ask in). Give the answers as arguments."
    )


@both_eras
async def test_a_written_file_is_linked_by_an_address_that_can_be_opened(
    tmp_path: Path, era: Era
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    runtime = Runtime(Settings(workspace=(folder,)), Workspace([folder]))

    async with Client(build(runtime), mode=era) as client:
        result = await client.call_tool(
            "recommend_profile",
            {
                "load": {"read_write_ratio": "80:20", "p99_qps": 100},
                "data": {"tenancy": "single", "data_sensitivity": "internal"},
                "architecture": {"pattern": "monolith"},
                "team": {"team_size": 5},
            },
        )

    (link,) = [part for part in result.content if part.type == "resource_link"]
    assert link.uri == (folder / ".senior-backend" / "decision.json").as_uri()
