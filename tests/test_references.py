"""What every guide promises: its size, its sources, valid examples, addresses that resolve."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest

from server import resources
from server.command_options import validated
from server.engines.loadtest.attacks.registry import attack, presets
from server.engines.loadtest.plan import Message
from server.engines.loadtest.reach.url import parse_url
from server.engines.profiles.answers import Answers
from server.tools.registry import tools

GUIDES = tuple(resources.guides())
# Topic by topic, each with the same five parts; read by section, never as a whole.
HANDBOOK = "backend_security_practices"
# Their length follows from what they list, or how many topics they have, not from a format.
OF_FREE_LENGTH = ("composition_map", "forcing_questions", HANDBOOK)
# Written from the questions, each of which names its own canon and keeps its titles' quotes.
FROM_DATA = "forcing_questions"
BY_HAND = tuple(name for name in GUIDES if name != FROM_DATA)
REGISTERED_TOOLS = {tool.name: tool for tool in tools()}
LATER_TOOLS = sorted({"scaffold_api", "generate_spec"} - set(REGISTERED_TOOLS))
LANGUAGES = {"json", "sql", "http", "text", "sh"}
MOST_CHARACTERS = 6000
LEAST_SOURCES = 5  # dated works
# Sections of the handbook that lead to topics, or list, and are none themselves.
OVERVIEWS = {
    "running-the-attacks",
    "owasp-api-top-10",
    "owasp-top-10",
    "asvs-5-0",
    "incident-clocks",
    "checklist",
    "sources",
}
PARTS = ("Goes wrong.", "Attack.", "Right.", "Verify.", "Source.")

_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"guide://(?P<name>\w+)(?:/(?P<section>[\w-]+))?")
_UNESCAPED_BAR = re.compile(r"(?<!\\)\|")
_PART = re.compile(r"^\*\*(?P<name>[A-Z][a-z ]+\.)\*\* ?", re.MULTILINE)
_FANCY = re.compile(r"[\u2018\u2019\u201c\u201d\u2600-\u27bf\U0001f000-\U0001ffff]")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced example: where it stands, its language and its text."""

    guide: str
    number: int
    language: str
    body: str

    def __str__(self) -> str:
        return f"{self.guide}-{self.number}"


def blocks(language: str) -> tuple[Block, ...]:
    return tuple(block for name in GUIDES for block in _blocks(name) if block.language == language)


def _blocks(name: str) -> Iterator[Block]:
    for number, match in enumerate(_BLOCK.finditer(resources.guide(name).text), start=1):
        yield Block(name, number, match["language"], match["body"])


def prose(name: str) -> str:
    """Return a guide's text without its examples."""
    return _BLOCK.sub("", resources.guide(name).text)


def calls(tool: str = "") -> tuple[Block, ...]:
    """Return the examples that are calls of a tool, or of any."""
    named = f'{{"name": "{tool}'
    return tuple(
        block
        for block in blocks("json")
        if '"arguments"' in block.body and block.body.startswith(named)
    )


def table_rows(name: str) -> Iterator[tuple[str, str]]:
    """Return each table row of a guide beside the row above it."""
    lines = prose(name).splitlines()
    for above, line in pairwise(lines):
        if above.startswith("|") and line.startswith("|"):
            yield above, line


def cells(row: str) -> int:
    return len(_UNESCAPED_BAR.findall(row)) - 1


@pytest.mark.parametrize(
    "name",
    [
        "api_design_patterns",
        "backend_security_practices",
        "composition_map",
        "database_optimization_guide",
        "forcing_questions",
    ],
)
def test_every_promised_guide_ships(name: str) -> None:
    assert name in GUIDES


@pytest.mark.parametrize("name", [name for name in GUIDES if name not in OF_FREE_LENGTH])
def test_a_guide_has_two_to_three_hundred_lines(name: str) -> None:
    assert 200 <= len(resources.guide(name).text.splitlines()) <= 300


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_opens_with_its_title_and_a_paragraph_that_says_what_it_is_for(name: str) -> None:
    title, blank, first, *_ = resources.guide(name).text.splitlines()

    assert title.startswith("# ")
    assert not blank
    assert re.match(r"\w", first)


@pytest.mark.parametrize("name", BY_HAND)
def test_a_guide_ends_with_its_sources_each_of_them_named(name: str) -> None:
    *_, last = resources.guide(name).sections.values()
    heading, *sources = last.strip().splitlines()

    assert heading == "## Sources"
    assert all(re.match(r"- .*[A-Z]", source) for source in sources)
    assert len(re.findall(r"\b(?:19|20)\d\d\b", last)) >= LEAST_SOURCES


def test_each_of_the_seven_questions_names_its_canon() -> None:
    sections = resources.guide(FROM_DATA).sections
    questions = [text for name, text in sections.items() if re.match(r"q\d", name)]

    assert len(questions) == 7
    assert all(re.search(r"^\*Canon\.\* .*\d{4}", text, re.MULTILINE) for text in questions)


@pytest.mark.parametrize("name", GUIDES)
def test_every_section_has_an_address_of_its_own(name: str) -> None:
    headings = re.findall(r"^## .+$", prose(name), re.MULTILINE)

    assert len(resources.guide(name).sections) == len(headings)


@pytest.mark.parametrize("name", GUIDES)
def test_a_section_fits_into_one_answer(name: str) -> None:
    sizes = {slug: len(text) for slug, text in resources.guide(name).sections.items()}

    assert {slug: size for slug, size in sizes.items() if size >= MOST_CHARACTERS} == {}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_heading_is_short_enough_for_an_address(name: str) -> None:
    assert [slug for slug in resources.guide(name).sections if len(slug) > 30] == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_example_is_closed_and_in_a_known_language(name: str) -> None:
    examples = tuple(_blocks(name))

    assert resources.guide(name).text.count("```") == 2 * len(examples)
    assert {block.language for block in examples} <= LANGUAGES


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_every_json_example_parses(block: Block) -> None:
    assert json.loads(block.body)


@pytest.mark.parametrize("block", calls(), ids=str)
def test_a_call_in_an_example_is_one_that_a_registered_tool_takes(block: Block) -> None:
    call = json.loads(block.body)

    assert validated(REGISTERED_TOOLS[call["name"]], call["arguments"])


@pytest.mark.parametrize("block", calls("recommend_profile"), ids=str)
def test_the_answers_in_an_example_are_valid_answers(block: Block) -> None:
    arguments = json.loads(block.body)["arguments"]

    assert Answers.model_validate(arguments) != Answers()


@pytest.mark.parametrize("tool", LATER_TOOLS)
@pytest.mark.parametrize("name", GUIDES)
def test_no_guide_names_a_tool_that_is_not_registered(name: str, tool: str) -> None:
    assert tool not in resources.guide(name).text


@pytest.mark.parametrize("name", GUIDES)
def test_every_link_to_a_guide_resolves(name: str) -> None:
    links = {(match["name"], match["section"]) for match in _LINK.finditer(prose(name))}
    known = {(each, None) for each in GUIDES} | {
        (each, slug) for each in GUIDES for slug in resources.guide(each).sections
    }

    assert links - known == set()


@pytest.mark.parametrize("name", GUIDES)
def test_the_rows_of_a_table_have_as_many_cells_as_its_header(name: str) -> None:
    uneven = [row for above, row in table_rows(name) if cells(above) != cells(row)]

    assert uneven == []


@pytest.mark.parametrize("name", BY_HAND)
def test_a_guide_written_by_hand_has_straight_quotes_and_no_emoji(name: str) -> None:
    assert _FANCY.findall(resources.guide(name).text) == []


TOPICS = {
    slug: text for slug, text in resources.guide(HANDBOOK).sections.items() if slug not in OVERVIEWS
}


@pytest.mark.parametrize("slug", TOPICS)
def test_a_topic_says_what_goes_wrong_how_to_see_it_and_what_is_right(slug: str) -> None:
    assert tuple(match["name"] for match in _PART.finditer(TOPICS[slug])) == PARTS


@pytest.mark.parametrize("slug", TOPICS)
def test_each_part_of_a_topic_says_something(slug: str) -> None:
    _, *parts = _PART.split(TOPICS[slug])

    assert [
        name for name, text in zip(parts[::2], parts[1::2], strict=True) if not text.strip()
    ] == []


@pytest.mark.parametrize("slug", TOPICS)
def test_a_topic_ends_with_its_source_and_the_source_has_a_date(slug: str) -> None:
    last = TOPICS[slug].strip().splitlines()[-1]

    assert re.fullmatch(r"\*\*Source\.\*\* .*\b(?:19|20)\d\d\b.*\.", last)


ATTACKS = [block for block in calls("load_test") if '"attack"' in block.body]


@pytest.mark.parametrize("block", ATTACKS, ids=str)
def test_an_attack_in_an_example_can_be_made(block: Block) -> None:
    arguments = json.loads(block.body)["arguments"]
    url = parse_url(arguments["url"])
    request = arguments.get("request", {})
    headers = (("Host", url.authority), *request.get("headers", {}).items())
    base = Message(request.get("method", "GET"), url.path, headers)

    assert attack(arguments["attack"], base, request.get("body")).probes


def test_the_handbook_shows_how_to_run_every_set_of_attacks() -> None:
    overview = resources.section(HANDBOOK, "running-the-attacks")

    assert [name for name in presets() if f'"attack": "{name}"' not in overview] == []


@pytest.mark.parametrize("preset", presets())
def test_every_probe_leads_to_a_section_of_the_handbook(preset: str) -> None:
    body = {"email": "probe@example.com", "password": "unused", "quantity": 1}
    made = attack(preset, Message("POST", "/", (("Host", "h"),)), body)
    checks = [check for probe in made.probes for check in probe.header_checks]
    named = {each.guide_section for each in (*made.probes, *made.twins, *checks)}

    assert named - set(TOPICS) == set()


def test_the_handbook_counts_the_attempts_of_the_login_attack() -> None:
    body = {"email": "probe@example.com", "password": "unused"}
    made = attack("login", Message("POST", "/login", (("Host", "h"),)), body)
    attempts = sum(each.requests for each in made.probes)
    attempts += sum(len(each.first) + len(each.second) for each in made.twins)

    assert f"{attempts} wrong attempts" in resources.guide(HANDBOOK).text
