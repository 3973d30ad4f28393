"""The course uses the field's standard words: home-made ones that it used before do not come back."""

import re

import pytest

from tools.catalogue import ROOT

STANDARD = {  # home-made word, as a pattern → what the field says
    r"\bchances\b|\bthe chance (of|that)\b|\ba chance (of|that)\b": "probability (by chance, above chance are fine)",
    r"\bbends?\b": "nonlinearity, activation",
    r"\bplaces? of (the )?zeros?\b|\bempty places?\b": "padding, padded positions",
    r"\bdrawers?\b": "cluster, inverted list",
    r"\bmend(s|ed|ing)?\b": "repair, fix",
    r"\bshall\b": "should, must",
}
TEXTS = [
    *sorted((ROOT / "notebooks" / "src").glob("*.py")),
    ROOT / "notebooks" / "glossary.md",
    *sorted(ROOT.glob("*.md")),
]


def home_made(text: str) -> list[str]:
    """The lines with a home-made word, each with the standard one."""
    return [
        f"line {number}: {found[0]!r}, say {standard}"
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern, standard in STANDARD.items()
        if (found := re.search(pattern, line, re.IGNORECASE))
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_the_words_are_those_of_the_field(path):
    assert home_made(path.read_text(encoding="utf-8")) == []


def test_a_home_made_word_is_found_and_an_idiom_is_not():
    assert home_made("Ties are broken by chance.\nThe chance of a film is 0.3.\nIt is well above chance.") == [
        "line 2: 'The chance of', say probability (by chance, above chance are fine)"
    ]
    assert len(home_made("You shall mend the bend.")) == 3
