"""The Korean pages have what the English ones have: sections, keys of the tables, commands, examples, and links that stay Korean."""
import re

import pytest

from support.places import CHECKOUT as ROOT

DOCS = ROOT / "docs"
PAIRS = [(ROOT / "README.md", ROOT / "README.ko.md"), *((DOCS / page.name, page) for page in sorted((DOCS / "ko").glob("*.md")))]
KOREAN_OF = dict(PAIRS)
pairs = pytest.mark.parametrize("english,korean", PAIRS, ids=lambda page: str(page.relative_to(ROOT)))


def without_blocks(page):
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def headings(page):
    return [line.split(" ")[0] for line in without_blocks(page).splitlines() if re.match("##+ ", line)]


def keys(page):
    """What stands in backticks in the first column of a table. The routes stand in the English table only, which a test compares with the server."""
    cells = [line.split("|")[1] for line in page.read_text().splitlines() if line.startswith("| ")]
    found = {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}
    return {key for key in found if not re.match("(GET|POST|PUT|PATCH|DELETE|OPTIONS) /", key)}


def commands(page):
    """The lines that one types, without remarks and without texts in quotes, which may be translated."""
    lines = re.findall(r"^(?:    )?(?:darkroom|curl|cp|export|\./run) .*$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"(['\"]).*?\1", "TEXT", re.split(r"\s#", line)[0]).strip() for line in lines}


def examples(page):
    return re.findall(r"^ *```(\w*)\n.*?^ *```$", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def links(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(page)):
        if not re.match("[a-z]+:", target):
            yield (page.parent / target.split("#")[0]).resolve() if not target.startswith("#") else page


@pairs
def test_a_translation_has_the_sections_of_its_page(english, korean):
    assert headings(korean) == headings(english)


@pairs
def test_a_translation_has_the_keys_of_its_page(english, korean):
    assert keys(english) <= keys(korean), keys(english) - keys(korean)


@pairs
def test_a_translation_has_the_commands_and_examples_of_its_page(english, korean):
    assert commands(english) <= commands(korean), commands(english) - commands(korean)
    assert examples(korean) == examples(english)


@pairs
def test_a_page_and_its_translation_lead_to_each_other(english, korean):
    assert korean in links(english)
    assert english in links(korean)


@pairs
def test_a_translation_leads_to_translations(english, korean):
    for target in links(korean):
        assert target == english or target not in KOREAN_OF, f"there is a Korean page of {target.relative_to(ROOT)}"


def test_the_front_page_leads_to_every_page():
    for english, korean in PAIRS[1:]:
        assert english in links(ROOT / "README.md")
        assert korean in links(ROOT / "README.ko.md")
