"""The stated minutes are honest, the core fits one evening, and no later section needs an optional one."""

import re
import symtable
from pathlib import Path

import pytest

from tools import minutes
from tools.blocks import blocks_of

SCRIPTS = sorted((Path(__file__).parents[2] / "notebooks" / "src").glob("[0-9][0-9]_*.py"))
NOT_YET = {  # lesson → why it may still be too long or state too little; the list only shrinks
    number: "its optional sections are not marked yet"
    for number in ("05", "06", "07", "08", "09", "10", "11", "12", "22", "23", "25", "26")
}
each_lesson = pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)


def tables(table):
    """A symbol table and all tables inside it."""
    yield table
    for inner in table.get_children():
        yield from tables(inner)


def borrowed_names(script):
    """Names that a section takes from an optional section other than itself."""
    made_in: dict[str, str] = {}  # name → the optional section that made it, "" if the core did
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
            if made_in.get(name) and made_in[name] != block.section:
                found.append(f"{block.section} uses {name} of {made_in[name]}")
        for name in made:
            if not block.is_optional:
                made_in[name] = ""
            elif made_in.get(name) != "":
                made_in[name] = block.section
    return found


def expect_failure_of_unedited(path, request):
    if path.stem[:2] in NOT_YET:
        request.applymarker(pytest.mark.xfail(reason=NOT_YET[path.stem[:2]], strict=True))


@each_lesson
def test_the_stated_minutes_are_near_the_estimate_and_the_core_fits_an_evening(path, request):
    expect_failure_of_unedited(path, request)
    script = path.read_text(encoding="utf-8")
    core, (teaching, exercises) = minutes.estimate(script), minutes.stated(script)
    assert abs(teaching - core.teaching) <= 0.15 * core.teaching, core
    assert abs(exercises - core.exercises) <= 0.15 * core.exercises, core
    assert core.teaching <= minutes.MOST_TEACHING and core.exercises <= minutes.MOST_EXERCISES, core


@each_lesson
def test_no_section_needs_an_optional_one(path):
    assert borrowed_names(path.read_text(encoding="utf-8")) == []


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


def test_every_optional_section_is_numbered():
    for path in SCRIPTS:
        for heading in re.findall(r"^# (#+) (.*\(optional\))$", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert heading[0] == "##" and re.match(r"\d+\. ", heading[1]), heading
