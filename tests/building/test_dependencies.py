"""Which files a piece of code depends on: every way of naming a module or a file is followed, and nothing else."""

import pytest
from course_kit import write

from tools.catalogue import load_course
from tools.dependencies import exercise_ids, files_behind


@pytest.mark.parametrize(
    "code, expected",
    [
        ("import numpy", []),
        ("from recsys_helpers.evaluation import mean", ["evaluation/metrics.py"]),
        ("from recsys_helpers.evaluation.metrics import mean", ["evaluation/metrics.py"]),
        ("from recsys_helpers.evaluation import metrics", ["evaluation/metrics.py"]),
        ("def late():\n    from recsys_helpers.evaluation.metrics import mean", ["evaluation/metrics.py"]),
        ("import recsys_helpers.evaluation.metrics as m", ["evaluation/metrics.py"]),
        ("program = 'from recsys_helpers.evaluation import mean'", ["evaluation/metrics.py"]),
        ('run(f"""\n    from recsys_helpers.evaluation import mean\n    print({1})""")', ["evaluation/metrics.py"]),
        ('"""Like recsys_helpers.evaluation.metrics, but slower."""', []),  # a docstring
        ("from recsys_helpers import evaluation", ["__init__", "metrics.py", "ranking.py", "data/ratings.py"]),
        ("from recsys_helpers.evaluation import *", ["__init__", "metrics.py", "ranking.py", "data/ratings.py"]),
        ("from recsys_helpers.evaluation import unknown", ["__init__", "metrics.py", "ranking.py", "data/ratings.py"]),
        ("from recsys_helpers.evaluation import top", ["ranking.py", "data/ratings.py", "small/ratings.csv.gz"]),
        ("run(['python', '-m', 'recsys_helpers.serving'])", ["serving/__main__.py", "serving/app.py", "page.html"]),
        ("open('ratings.csv.gz')\nfolder = 'other'", ["data/other/ratings.csv.gz"]),
        ("from recsys_helpers.exercises import check", ["exercises/__init__.py", "exercises/lesson_04.py"]),
    ],
)
def test_every_way_of_naming_a_file_is_followed(root, code, expected):
    found = sorted(path.relative_to(root).as_posix() for path in files_behind(load_course(root), code, "04"))
    missing = [end for end in expected if not any(end in path for path in found)]
    assert missing == []
    known = {"recsys_helpers/data/ratings.py", "data/small/ratings.csv.gz"} if "ranking.py" in str(expected) else set()
    assert [path for path in found if path not in known and not any(end in path for end in expected)] == []


def test_a_package_that_does_more_than_import_counts_with_all_it_imports(root):
    room = root / "recsys_helpers" / "evaluation"
    write(room / "__init__.py", "from .metrics import mean\n\nLIMIT = 3\n")
    found = files_behind(load_course(root), "from recsys_helpers.evaluation.ranking import top", "04")
    assert {room / "__init__.py", room / "metrics.py", room / "ranking.py"} <= found


def test_a_circle_of_imports_ends(root):
    room = root / "recsys_helpers" / "evaluation"
    write(room / "metrics.py", "from recsys_helpers.evaluation import ranking\n")
    write(room / "ranking.py", "from recsys_helpers.evaluation import metrics\n")
    found = files_behind(load_course(root), "from recsys_helpers.evaluation import metrics", "04")
    assert found == {room / "metrics.py", room / "ranking.py"}


def test_the_ids_of_all_exercises_come_in_order_however_they_are_registered(root):
    checks = 'exercise("04.10", "O1")(f)\ntrace(id="04.9", objective="O2")\nf("a text about 04.7", "04.8")\n'
    write(root / "recsys_helpers" / "exercises" / "lesson_04.py", checks)
    ids = exercise_ids(load_course(root))
    assert [id for id in ids if id.startswith("04")] == ["04.9", "04.10"]
    assert ids[0] == "00.1" and ids[-1] == "23.1"
