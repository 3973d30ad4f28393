"""The stated minutes are honest, the core fits one evening, and the core needs no optional section."""

import re
import symtable

import pytest

from tools import minutes
from tools.blocks import blocks_of
from tools.catalogue import load_course

COURSE = load_course()
each_lesson = pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.file)


def script_of(lesson):
    return COURSE.script(lesson).read_text(encoding="utf-8")


def tables(table):
    """A symbol table and all tables inside it."""
    yield table
    for inner in table.get_children():
        yield from tables(inner)


def borrowed_names(script):
    """Names that the core takes from an optional section; an optional section may build on an earlier one."""
    made_in: dict[str, str] = {}  # name → the optional section that assigned it last, "" if the core did
    found = []
    for block in blocks_of(script):
        if not block.is_code:
            continue
        top = symtable.symtable(block.source, "cell", "exec")
        made = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        used = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
        inner = [symbol for table in tables(top) if table is not top for symbol in table.get_symbols()]
        used |= {symbol.get_name() for symbol in inner if symbol.is_global()}
        for name in sorted(used - made):
            if made_in.get(name) and not block.is_optional:
                found.append(f"{block.section} uses {name} of {made_in[name]}")
        made_in |= dict.fromkeys(made, block.section if block.is_optional else "")
    return found


@each_lesson
def test_the_stated_minutes_are_near_the_estimate_and_the_core_fits_an_evening(lesson):
    core = minutes.estimate(script_of(lesson))
    assert abs(lesson.teaching - core.teaching) <= 0.15 * core.teaching, core
    assert abs(lesson.exercises - core.exercises) <= 0.15 * core.exercises, core
    assert core.teaching <= minutes.MOST_TEACHING and core.exercises <= minutes.MOST_EXERCISES, core


@each_lesson
def test_the_core_needs_no_optional_section(lesson):
    assert borrowed_names(script_of(lesson)) == []


@each_lesson
def test_the_catalogue_lists_the_optional_sections(lesson):
    marked = re.findall(r"^# (#+ .*\(optional\))$", script_of(lesson), re.MULTILINE)
    assert all(re.match(r"## \d+\. ", heading) for heading in marked), marked
    assert tuple(re.findall(r"\d+", heading)[0] for heading in marked) == lesson.optional


def test_a_borrowed_name_is_found():
    script = "# %% [markdown]\n# ## 1. Look (optional)\n\n# %%\nx = 1\n\n# %%\nx\n\n"
    script += "# %% [markdown]\n# ## 2. Go on\n\n# %%\n{}\n"
    assert borrowed_names(script.format("x + 1")) == ["2. Go on uses x of 1. Look (optional)"]
    assert borrowed_names(script.format("x = 2\nx + 1")) == []


def test_words_lines_and_optional_sections_are_counted():
    text = " ".join(["word"] * 80)
    script = (
        "# %% [markdown]\n# # Title\n\n# %%\nimport numpy\nsetup = 1\n\n"
        f"# %% [markdown]\n# ## 1. Core\n#\n# {text}\n\n# %%\nx = 1\ny = (\n    2\n)\nz = 3\n\n"
        f"# %% [markdown]\n# ## 2. More (optional)\n#\n# {text}\n\n"
        "# %% [markdown]\n# ### Exercise 99.1 · code (O1)\n\n# %%\ndef f(x):\n    ### BEGIN SOLUTION\n"
        "    y = x\n    return y\n    ### END SOLUTION\n\n# %%\ncheck('99.1', f)\n"
    )
    found = minutes.estimate(script)
    assert found.teaching == pytest.approx((1 + 2 + 80) / 40 + 4 / 3, abs=0.03)
    assert found.optional_teaching == pytest.approx((3 + 80) / 40, abs=0.03)
    assert found.optional_exercises == pytest.approx(4 / 40 + 1 / 3 + 2, abs=0.03)
    assert found.exercises == 0
