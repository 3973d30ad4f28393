"""Nothing gives an answer away: what follows a question, up to the next heading, is folded (tools/spoilers.py)."""

import pytest

from tools.catalogue import load_course
from tools.generate import generate
from tools.spoilers import open_answers

COURSE = load_course()


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.file)
def test_nothing_gives_an_answer_away(lesson):
    assert open_answers(COURSE.script(lesson).read_text(encoding="utf-8")) == []


def test_the_build_folds_outputs_and_the_code_of_claims_and_figures():
    cells = generate(COURSE, COURSE.lesson("04"), solved=False).cells
    folded = [(cell.source, cell.metadata["jupyter"]) for cell in cells if "reveal" in cell.metadata.get("tags", [])]
    assert len(folded) >= 4 and all(how["outputs_hidden"] for _, how in folded)
    for source, how in folded:
        assert how.get("source_hidden", False) == ("claim(" in source or "show(" in source)


QUESTION = """# %% [markdown]
# ### Exercise 99.1 · predict (O1)
#
# How many?

# %%
n = ...
### BEGIN SOLUTION
n = 3
### END SOLUTION

# %%
check("99.1", n)

"""


@pytest.mark.parametrize(
    ("after", "n_open"),
    [
        ("# %%\nprint(3)\n", 1),
        ("# %%\nx\n", 1),
        ("# %%\nx = 3\n", 0),
        ('# %% tags=["reveal"]\nprint(3)\n', 0),
        ("# %% [markdown]\n# It is 3.\n", 1),
        ("# %% [markdown]\n# <details><summary>What it shows</summary>\n#\n# It is 3.\n#\n# </details>\n", 0),
        ("# %% [markdown]\n# <details><summary>What it shows</summary></details>\n#\n# It is 3.\n", 1),
        ('# %% [markdown] tags=["open"]\n# Something else.\n', 0),
        ("# %% [markdown]\n# ### Next\n#\n# Other things.\n\n# %%\nprint(4)\n", 0),
        (
            "# %% [markdown]\n# ### Exercise 99.2 · code (O1)\n#\n# You.\n\n# %%\ncheck('99.2', n)\n\n# %%\nprint(3)\n",
            1,
        ),
    ],
)
def test_an_open_answer_is_found(after, n_open):
    assert len(open_answers(QUESTION + after)) == n_open
