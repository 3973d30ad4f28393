"""What gives an answer away: everything unfolded between a question and the next heading.

    python -m tools.spoilers          all lessons
    python -m tools.spoilers 08       one lesson

A question is an exercise of the kind predict, choose or trace. From its check to the next heading that is not
that of an exercise,

- every code cell with an output has the tag `reveal`, which folds its outputs;
- every text stands in <details>, or its cell has the tag `open`: it says nothing about the answer.

Text and cells of further exercises in between are not looked at.
"""

import argparse
import re

from tools.blocks import Block, blocks_of
from tools.catalogue import load_course

QUESTIONS = {"predict", "choose", "trace"}
FOLDED = re.compile(r"(?:<details>.*?</details>\s*)+", re.DOTALL)
SILENT = re.compile(r"(?:def|class|import|from|@|#|[\w, ]+ = |\s|\)|assert)[^\n]*\n?")  # lines without an output


def is_folded(block: Block) -> bool:
    """Whether a learner has to open this block before it can give something away."""
    if block.is_code:
        has_output = SILENT.sub("", block.source + "\n").strip() != ""
        return not has_output or bool({"reveal", "open"} & block.tags)
    return "open" in block.tags or FOLDED.fullmatch(block.source) is not None


def open_answers(script: str) -> list[str]:
    """What stands unfolded after a question of a percent script: one line for each block."""
    question, found = "", []
    for block in blocks_of(script):
        if block.heading and not block.exercise:
            question = ""
        if block.is_code and block.kind in QUESTIONS and re.search(r"^check\(", block.source, re.MULTILINE):
            question = block.exercise
        elif question and not block.exercise and not is_folded(block):
            found.append(f"after {question}, cell {block.cell}: {block.source.strip().splitlines()[0][:70]}")
    return found


def main() -> None:
    """Print what is open, lesson by lesson."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", help="numbers of lessons; default: all")
    numbers, course = parser.parse_args().lessons, load_course()
    for lesson in course.lessons:
        if not numbers or lesson.number in numbers:
            print(lesson.file, *open_answers(course.script(lesson).read_text(encoding="utf-8")), sep="\n    ")


if __name__ == "__main__":
    main()
