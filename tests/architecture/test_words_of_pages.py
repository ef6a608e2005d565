"""Pages for users are in plain English: the private words of the design stay in `docs/explanation` and in the decisions."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs" / "glossary.md"]
    + [path for folder in ("tutorial", "how-to", "contributing") for path in (ROOT / "docs" / folder).glob("*.md")]
)
BANNED = re.compile(
    r"\b(told|gainsays?|of its kind|none of its words|stands? (?:beside|alone|in|on|there|before|as)|holds? against|held against"
    r"|what becomes of|becomes of|what is left of|nobody foresaw|records? of acts|stand-ins?|way back|is no \w+ of)\b",
    re.IGNORECASE,
)


def prose(text):
    """The page without its blocks and quoted code: those are the program's words."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_for_users_has_no_private_word_of_the_design(page):
    assert [found[0] for found in BANNED.finditer(prose(page.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    "text",
    [
        "It is told by its name.",
        "what becomes of each column",
        "a Record of acts",
        "It stands beside the table.",
        "is no value of",
    ],
)
def test_a_private_word_is_seen(text):
    assert BANNED.search(prose(text))


def test_a_word_in_code_is_the_programs_own():
    assert not BANNED.search(prose("`told`\n```sh\ntold\n```\n"))
