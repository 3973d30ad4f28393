"""A lesson's script cut into blocks: each code cell, and each piece of text under one heading."""

import re
from dataclasses import dataclass
from functools import cache

import jupytext

HEADING = re.compile(r"(#{1,6}) (.*)")
EXERCISE = re.compile(r"### Exercise (\d\d\.\d+) · ([\w ]+) \(O\d\)")
OPTIONAL = "(optional)"


@dataclass(frozen=True)
class Block:
    """One code cell, or the text from one heading to the next or to the end of its cell."""

    cell: int  # position of the cell in the script, from 0
    is_code: bool
    source: str
    tags: frozenset[str]
    section: str  # the heading of level 2 above it, "" before the first
    exercise: str = ""  # "04.2" from the heading of an exercise to its check
    kind: str = ""  # "predict", "choose", … as that heading says

    @property
    def heading(self) -> str:
        """The heading that opens this block, with its marks; "" if it opens with other text."""
        first = self.source.split("\n", 1)[0]
        return first if not self.is_code and HEADING.match(first) else ""

    @property
    def is_optional(self) -> bool:
        """Whether it belongs to a section that a learner may leave out."""
        return self.section.endswith(OPTIONAL)


@cache
def blocks_of(script: str) -> tuple[Block, ...]:
    """The blocks of a percent script in order.

    >>> script = "# %% [markdown]\\n# # Title\\n#\\n# ## 1. Look (optional)\\n#\\n# Text\\n\\n# %%\\nx = 1\\n"
    >>> [(block.section, block.is_code, block.is_optional) for block in blocks_of(script)]
    [('', False, False), ('1. Look (optional)', False, True), ('1. Look (optional)', True, True)]
    """
    blocks, section, exercise, kind = [], "", "", ""
    for number, cell in enumerate(jupytext.reads(script, fmt="py:percent").cells):
        tags = frozenset(cell.metadata.get("tags", []))
        if cell.cell_type == "code":
            blocks.append(Block(number, True, cell.source, tags, section, exercise, kind))
            if re.search(r"^check\(", cell.source, re.MULTILINE):
                exercise, kind = "", ""
            continue
        for text in at_headings(cell.source):
            if found := HEADING.match(text):
                section = found[2] if found[1] == "##" else section
                exercise, kind = EXERCISE.match(text).groups() if EXERCISE.match(text) else ("", "")
            blocks.append(Block(number, False, text, tags, section, exercise, kind))
    return tuple(blocks)


def at_headings(text: str) -> list[str]:
    """A text cut before each heading; lines inside a fence of code are no headings.

    >>> at_headings("one\\n\\n## Two\\n\\n```\\n# a comment\\n```")
    ['one', '## Two\\n\\n```\\n# a comment\\n```']
    """
    pieces, in_fence = [[]], False
    for line in text.splitlines():
        in_fence ^= line.startswith("```")
        if HEADING.match(line) and not in_fence:
            pieces.append([])
        pieces[-1].append(line)
    return [piece for lines in pieces if (piece := "\n".join(lines).strip())]
