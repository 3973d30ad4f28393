"""How long a lesson takes a newcomer, estimated from its script.

    python -m tools.minutes

The rule: 40 words of prose per minute; 20 seconds for each line of code that is read and for each cell of claims; one
minute for each figure and for each line that the learner writes. Not counted: the setup cell, hints, reading lists,
imports, comments and lines that only close brackets. Sections whose heading ends with "(optional)" are counted
separately.
"""

import argparse
import re
from dataclasses import dataclass

from tools.blocks import Block, blocks_of
from tools.catalogue import load_course

WORDS_A_MINUTE, LINES_A_MINUTE = 40, 3
MOST_TEACHING, MOST_EXERCISES = 90, 45  # of the core
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
HINT = re.compile(r"<details><summary>Hint.*?</details>", re.DOTALL)
SOLUTION = re.compile(r"^[ ]*### BEGIN SOLUTION\n(.*?)^[ ]*### END SOLUTION", re.DOTALL | re.MULTILINE)


@dataclass
class Minutes:
    """Minutes of a lesson, not rounded: the core and what stands in optional sections."""

    teaching: float = 0.0
    exercises: float = 0.0
    optional_teaching: float = 0.0
    optional_exercises: float = 0.0


def words(text: str) -> int:
    """Words of prose that a learner reads: no hints, fences, link targets or HTML.

    >>> words("See [recall](glossary.md#recall).\\n\\n<details><summary>Hint 1</summary>Count.</details>")
    2
    """
    text = re.sub(r"\]\([^)]*\)", "]", FENCE.sub("", HINT.sub("", text)))
    return len(re.findall(r"\S*\w\S*", re.sub(r"<[^>]*>", " ", text)))


def lines(code: str) -> int:
    """Lines of code that say something: no imports, comments, checks, dots to replace or closing brackets.

    >>> lines("import numpy as np\\n\\n# a comment\\nx = f(\\n    1,\\n)\\nanswer = ...")
    2
    """
    skipped = re.compile(r"\s*(?:#.*|import .*|from .* import .*|check\(.*|\w+ = \.\.\.|[()\[\]{},]*)$")
    return sum(not skipped.match(line) for line in code.splitlines())


def minutes_of_block(block: Block) -> float:
    """Minutes for one block of a lesson."""
    if not block.is_code:
        fenced = "\n".join(FENCE.findall(block.source)).replace("```", "#")
        return words(block.source) / WORDS_A_MINUTE + lines(fenced) / LINES_A_MINUTE
    if re.search(r"^show\(", block.source, re.MULTILINE):
        return 1.0
    if re.search(r"^claim\(", block.source, re.MULTILINE):
        return 1 / LINES_A_MINUTE
    written = sum(lines(solution) for solution in SOLUTION.findall(block.source))
    return written + lines(SOLUTION.sub("", block.source)) / LINES_A_MINUTE


def estimate(script: str) -> Minutes:
    """Minutes of a lesson from its percent script."""
    total, blocks = Minutes(), blocks_of(script)
    setup = next((block for block in blocks if block.is_code), None)
    for block in blocks:
        if block is not setup and "reading" not in block.tags:
            name = ("optional_" if block.is_optional else "") + ("exercises" if block.exercise else "teaching")
            setattr(total, name, getattr(total, name) + minutes_of_block(block))
    return total


def sections(script: str) -> dict[str, float]:
    """Minutes of each section, exercises included: what to cut first."""
    total: dict[str, float] = {}
    for block in blocks_of(script):
        total[block.section] = total.get(block.section, 0) + minutes_of_block(block)
    return total


def main() -> None:
    """Print a table of all lessons: minutes of teaching + exercises, as stated and as estimated."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    course = load_course()
    print(f"{'lesson':32}{'stated':>10}{'estimated':>12}{'optional':>12}")
    for lesson in course.lessons:
        found = estimate(course.script(lesson).read_text(encoding="utf-8"))
        core = f"{found.teaching:.0f} + {found.exercises:.0f}"
        optional = f"{found.optional_teaching:.0f} + {found.optional_exercises:.0f}"
        print(f"{lesson.file:32}{f'{lesson.teaching} + {lesson.exercises}':>10}{core:>12}{optional:>12}")


if __name__ == "__main__":
    main()
