"""Guides, checks and profiles: as functions, and as a client reads and completes them."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Literal

import pytest
from mcp import Client, MCPError
from mcp.types import ResourceTemplateReference, TextResourceContents

from server import resources
from server.app import build
from server.errors import NotFoundError
from server.runtime import Runtime
from server.settings import Settings
from server.workspace import Workspace

INVALID_PARAMETERS = -32602


@pytest.mark.parametrize("name", resources.guides())
def test_the_sections_of_a_guide_are_its_whole_text_in_order(name: str) -> None:
    guide = resources.guide(name)

    sections = "".join(guide.sections.values()).split()

    assert guide.text.split()[-len(sections) :] == sections
    assert "## " not in guide.text[: guide.text.index("\n## ")]


def test_a_heading_inside_a_code_block_starts_no_section() -> None:
    guide = resources.Guide("g", "# T\n\n## One\n```sh\n## not\n```\n## Two\nend\n")

    assert dict(guide.sections) == {
        "one": "## One\n```sh\n## not\n```\n",
        "two": "## Two\nend\n",
    }


@pytest.mark.parametrize("title", ["Index kinds", "index  KINDS", "Index-kinds!"])
def test_a_slug_is_lower_case_words_joined_by_hyphens(title: str) -> None:
    assert resources.slug(title) == "index-kinds"


def test_an_unknown_guide_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match=r"No guide 'x'\. Guides: .*api_design_patterns"):
        resources.guide("x")


def test_an_unknown_section_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match=r"No section 'x' in composition_map\. Sections: "):
        resources.section("composition_map", "x")


@pytest.fixture(params=["auto", "legacy"])
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Client, None]:
    era: Literal["auto", "legacy"] = request.param
    runtime = Runtime(Settings(workspace=(tmp_path,)), Workspace([tmp_path]))
    async with Client(build(runtime), mode=era) as connected:
        yield connected


@pytest.mark.anyio
async def test_every_listed_resource_can_be_read(client: Client) -> None:
    listed = (await client.list_resources()).resources

    for resource in listed:
        (content,) = (await client.read_resource(resource.uri)).contents
        assert isinstance(content, TextResourceContents)
        assert content.text == resources.guide(resource.name).text
    assert [each.name for each in listed] == [*resources.guides()]


@pytest.mark.parametrize(
    "uri",
    [
        "guide://nope",
        "guide://composition_map/nope",
        "guide://..",
        "guide://../pyproject",
        "guide://%2e%2e",
        "guide://%2e%2e%2fpyproject",
        "guide://composition_map/..%2f..%2fpyproject",
        "guide://composition_map/../composition_map",
        "guide://c\u043emposition_map",
        "guide://%00",
        "guide://",
        "guide://composition_map/",
        "guide://composition_map?x=1",
        "guide:///etc/passwd",
        "check://nope",
        "lint://nope",
        "profile://nope",
        "profile://..%2f..%2fsecret",
        "profile:///etc/passwd",
        "file:///etc/passwd",
        "no uri at all",
        "",
        "guide://" + "x" * 100_000,
    ],
)
@pytest.mark.anyio
async def test_what_is_not_there_is_an_invalid_parameter_in_both_eras(
    client: Client, uri: str
) -> None:
    with pytest.raises(MCPError) as refused:
        await client.read_resource(uri)

    assert refused.value.code == INVALID_PARAMETERS


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("guide://nope", "Guides: api_design_patterns, "),
        ("guide://composition_map/nope", "Sections: "),
        ("check://nope", "Checks: "),
        ("lint://nope", "Rules: "),
        ("profile://nope", "node-express"),
    ],
)
@pytest.mark.anyio
async def test_what_is_not_there_is_answered_with_what_is(
    client: Client, uri: str, told: str
) -> None:
    with pytest.raises(MCPError, match=told):
        await client.read_resource(uri)


@pytest.mark.parametrize(
    ("uri", "argument", "value", "expected"),
    [
        ("guide://{name}", "name", "api", ["api_design_patterns"]),
        ("profile://{name}", "name", "node", ["node-express"]),
        ("guide://{name}/{section}", "section", "", []),
        ("guide://{name}", "nope", "", []),
        ("nope://{name}", "name", "", []),
        ("no uri", "name", "", []),
        ("guide://{name}", "name", "\u0000\u202e", []),
        ("guide://{name}", "name", "x" * 100_000, []),
    ],
)
@pytest.mark.anyio
async def test_a_completion_of_odd_input_is_an_answer_too(
    client: Client, uri: str, argument: str, value: str, expected: list[str]
) -> None:
    reference = ResourceTemplateReference(type="ref/resource", uri=uri)

    found = await client.complete(reference, argument={"name": argument, "value": value})

    assert found.completion.values == expected


@pytest.mark.anyio
async def test_the_sections_of_the_chosen_guide_complete(client: Client) -> None:
    reference = ResourceTemplateReference(type="ref/resource", uri="guide://{name}/{section}")

    found = await client.complete(
        reference,
        argument={"name": "section", "value": ""},
        context_arguments={"name": "composition_map"},
    )

    assert found.completion.values == [*resources.guide("composition_map").sections][:100]
