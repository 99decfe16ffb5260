"""Guides by name and section."""

import pytest

from server import resources
from server.errors import NotFoundError


@pytest.mark.parametrize("name", resources.guides())
def test_the_sections_of_a_guide_are_its_whole_text_in_order(name: str) -> None:
    guide = resources.guide(name)

    sections = "".join(guide.sections.values()).split()

    assert guide.text.split()[-len(sections) :] == sections
    assert "## " not in guide.text[: guide.text.index("\n## ")]


def test_a_heading_inside_a_code_block_starts_no_section() -> None:
    guide = resources.read_guide("g", "# T\n\n## One\n```sh\n## not\n```\n## Two\nend\n")

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
