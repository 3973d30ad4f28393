"""The catalogue is checked when it is read; lists come from it; what a lesson lacks is said."""

import pytest
from course_kit import add_lesson, write

from tools import lists
from tools.catalogue import load_course


def rewrite(root, old, new):
    path = root / "notebooks" / "course.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('file = "04_measure"', 'file = "08_measure"', "lesson 07 follows lesson 08"),
        ("seconds = 1", "secnds = 1", "entry '00_start'.*secnds"),
        ("teaching = 1\n", "", "entry '00_start'.*teaching"),
        (
            'title = "Measure"',
            'title = "Measure"\nneeds = ["07"]',
            "04_measure needs lessons that are not before it: 07",
        ),
    ],
)
def test_a_mistake_in_the_catalogue_is_named(root, old, new, message):
    rewrite(root, old, new)
    with pytest.raises(ValueError, match=message):
        load_course(root)


def test_the_readme_lists_every_lesson_under_its_part_and_what_is_planned(root):
    rewrite(root, 'question = "Q"', 'question = "Q"\nplanned = [\n  { number = "13", topic = "two towers" },\n]')
    lists.write(load_course(root))
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert "| **P** | | | |\n| [00 Start](notebooks/00_start.ipynb) | Do it. | 1 + 1 | 1 |\n" in readme
    assert "**Planned next**: two towers (13).\n" in readme
    assert readme.startswith("# Tiny\n")
    assert lists.write(load_course(root)) == [], "writing twice changes nothing"


def test_the_first_lesson_shows_all_parts(root):
    write(
        root / "notebooks" / "course.toml",
        (root / "notebooks" / "course.toml").read_text() + ('\n[[part]]\nname = "Deploy"\nquestion = "How?"\n'),
    )
    add_lesson(root, "24_watch", "print(24)")
    lists.write(load_course(root))
    script = (root / "notebooks" / "src" / "00_start.py").read_text(encoding="utf-8")
    assert "# | P | 00–23 | Q |\n# | Deploy | 24 | How? |\n" in script


def test_a_list_that_is_out_of_date_is_named_and_so_are_lost_marks(root):
    assert list(lists.problems(load_course(root))) == []
    rewrite(root, "Do it.", "Do something else.")
    assert list(lists.problems(load_course(root))) == [
        "README.md: its list is not what course.toml says; run `python -m tools.lists`"
    ]
    write(root / "README.md", "# Tiny\n")
    with pytest.raises(ValueError, match=r"README\.md must hold the lines"):
        lists.write(load_course(root))


@pytest.mark.parametrize(
    "path, message",
    [
        ("notebooks/src/04_measure.py", "lesson 04 lacks its script: notebooks/src/04_measure.py"),
        ("recsys_helpers/exercises/lesson_04.py", "lesson 04 lacks the checks of its exercises: recsys"),
        ("tests/wrong_answers/lesson_04.py", "lesson 04 lacks typical wrong answers: tests/wrong_answers/lesson_04.py"),
    ],
)
def test_what_a_lesson_lacks_is_said(root, path, message):
    (root / path).unlink()
    found = list(lists.problems(load_course(root)))
    assert len(found) == 1 and found[0].startswith(message)


@pytest.mark.parametrize(
    "path",
    [
        "notebooks/src/05_forward.py",
        "notebooks/05_forward.ipynb",
        "notebooks/solutions/05_forward.ipynb",
        "recsys_helpers/exercises/lesson_05.py",
        "tests/wrong_answers/lesson_05.py",
    ],
)
def test_a_file_without_an_entry_is_named(root, path):
    write(root / path, "")
    found = list(lists.problems(load_course(root)))
    assert len(found) == 1 and found[0].startswith(path)
