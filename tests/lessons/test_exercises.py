"""Every exercise is proven: its solution passes, its stub is not attempted, typical mistakes get their own hint."""

import importlib.util
import json
import linecache
import re
from pathlib import Path

import jupytext
import numpy as np
import pytest

from recsys_helpers import exercises
from tools.catalogue import load_course
from tools.generate import learner_source

TESTS = Path(__file__).resolve().parents[1]
COURSE = load_course()
NAMES = [lesson.file for lesson in COURSE.lessons]
NATURAL = sorted(path.stem[-2:] for path in (TESTS / "wrong_answers").glob("natural_*.py"))
HEADING = re.compile(r"^### Exercise (\d\d\.\d+) · (\w[\w ]*) \((O\d)\)", re.MULTILINE)
CODED = ("code", "faded", "debug")
MOST_OF_A_MESSAGE = 430  # 400 for the hint, and the id in front of it
KIND_OF_WORDS = {"find the bug": "debug", "put in order": "parsons", "choose": "choice", "fill in": "faded"}


def cells_of(name, kind=None):
    book = jupytext.read(COURSE.script(COURSE.lesson(name[:2])), fmt="py:percent")
    return [cell for cell in book.cells if kind in (None, cell.cell_type)]


def headings(name):
    """Exercises as the text announces them: (id, kind, objective)."""
    text = "\n".join(cell.source for cell in cells_of(name, "markdown"))
    return [(id, KIND_OF_WORDS.get(words, words), objective) for id, words, objective in HEADING.findall(text)]


def answers_of(name, solved):
    """Run the setup, the cells tagged `needed` and the exercise cells; collect what each `check` would receive."""
    cells = cells_of(name, "code")
    namespace, answers = {"__name__": "lesson"}, {}
    for number, cell in enumerate(cells):
        is_exercise = "### BEGIN SOLUTION" in cell.source or re.search(r"^check\(", cell.source, re.MULTILINE)
        if number == 0 or is_exercise or "needed" in cell.metadata.get("tags", []):
            source = cell.source if solved else learner_source(cell.source)
            run_like_a_notebook(source, f"{name}, code cell {number}, {'solved' if solved else 'stub'}", namespace)
            namespace["check"] = answers.__setitem__  # the setup cell has imported the real one
    return answers


def run_like_a_notebook(source, name, namespace):
    """Execute a cell so that `inspect` finds its source, as it does in IPython."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), namespace)


def bank(lesson, kind="lesson"):
    """The answers of learners to a lesson, by id. WRONG: typical ones, each with a hint of its own.

    Of kind "natural": NATURAL, wrong ones as people write them (None: told by the first wrong entry), and RIGHT,
    unusual ones that must pass.
    """
    spec = importlib.util.spec_from_file_location("bank", TESTS / "wrong_answers" / f"{kind}_{lesson}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def said_to(id, answer, capsys):
    capsys.readouterr()
    exercises.check(id, answer)
    return capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_of_every_exercise_passes_and_its_stub_does_not(name, capsys):
    registered = {task.id: task for task in exercises.exercises_of(name[:2])}
    for solved in (False, True):
        answers = answers_of(name, solved)
        assert set(answers) == set(registered)
        capsys.readouterr()
        for id, answer in answers.items():
            exercises.check(id, answer)
            said = capsys.readouterr().out
            if solved:
                assert said.startswith((f"{id} · correct. ", f"{id} · noted. ")), said
            else:
                assert said.startswith(f"{id} · not attempted yet. "), said


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_is_announced_with_its_kind_and_an_objective_of_the_lesson(name):
    announced = headings(name)
    registered = [(task.id, task.kind, task.objective) for task in exercises.exercises_of(name[:2])]
    assert sorted(announced) == sorted(registered)
    text = "\n".join(cell.source for cell in cells_of(name, "markdown"))
    objectives = set(re.findall(r"^- \*\*(O\d)\*\*", text, re.MULTILINE))
    assert {objective for _, _, objective in announced} == objectives
    assert all(f"(**{objective}**)" in text for objective in objectives), "the recap names every objective"


@pytest.mark.parametrize("name", [name for name in NAMES if name[:2] != "00"])
def test_a_lesson_has_three_coded_exercises_and_four_others_of_several_kinds(name):
    kinds = [kind for _, kind, _ in headings(name)]
    assert sum(kind in CODED for kind in kinds) >= 3
    assert sum(kind not in CODED for kind in kinds) >= 4
    assert len(set(kinds)) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_coded_exercises_offer_two_hints(name):
    for cell in cells_of(name, "markdown"):
        for id, words, _ in HEADING.findall(cell.source):
            if KIND_OF_WORDS.get(words, words) in CODED:
                assert cell.source.count("<details>") == 2, id


@pytest.mark.parametrize("name", NAMES)
def test_typical_wrong_answers_are_refused_each_with_its_own_hint(name, capsys):
    coded = {task.id for task in exercises.exercises_of(name[:2]) if task.kind in CODED}
    if not coded:
        return
    wrong = bank(name[:2]).WRONG
    for id in coded:
        assert len(wrong.get(id, [])) >= 3, f"{id} needs three wrong answers"
    for id, mistakes in wrong.items():
        hints = []
        for answer, fragment in mistakes:
            said = said_to(id, answer, capsys)
            assert len(said) <= MOST_OF_A_MESSAGE, f"{id} {answer}: {len(said)} characters"
            assert said.startswith(f"{id} · not yet. "), f"{id} {answer}: {said}"
            assert fragment in said, f"{id} {answer}: {said}"
            assert "raised AssertionError" not in said
            hints.append(fragment)
        assert len(set(hints)) == len(hints)


@pytest.mark.parametrize("lesson", NATURAL)
def test_natural_wrong_answers_are_refused_and_their_mistake_is_named(lesson, capsys):
    rows = [(id, *row) for id, answers in bank(lesson, "natural").NATURAL.items() for row in answers]
    with np.errstate(all="ignore"):
        for id, answer, fragment in rows:
            said = said_to(id, answer, capsys)
            assert said.startswith(f"{id} · not yet. "), f"{answer}: {said}"
            assert len(said) <= MOST_OF_A_MESSAGE, f"{id} {answer}: {len(said)} characters"
            assert (fragment or "") in said, f"{id} {answer}: {said}"
    named = sum(fragment is not None for _, _, fragment in rows)
    assert named >= 0.85 * len(rows), f"{named} of {len(rows)}"


@pytest.mark.parametrize("lesson", NATURAL)
def test_right_answers_in_another_style_pass(lesson, capsys):
    for id, answers in bank(lesson, "natural").RIGHT.items():
        for answer in answers:
            said = said_to(id, answer, capsys)
            assert said.startswith(f"{id} · correct. "), f"{answer}: {said}"


@pytest.mark.parametrize("name", NAMES)
def test_every_wrong_option_of_a_choice_has_an_explanation_and_stands_in_the_text(name, capsys):
    text = "\n".join(cell.source for cell in cells_of(name, "markdown"))
    for task in exercises.exercises_of(name[:2]):
        if task.kind != "choice":
            continue
        block = text[text.index(f"### Exercise {task.id} ") :].split("\n### ")[0].split("\n## ")[0]
        options = re.findall(r"^- \*\*([a-z])\*\* ", block, re.MULTILINE)
        assert len(options) >= 3, task.id
        verdicts = {}
        for option in options:
            capsys.readouterr()
            exercises.check(task.id, option)
            verdicts[option] = capsys.readouterr().out
        assert sum("· correct." in said for said in verdicts.values()) == 1, task.id
        assert not any("Answer with one letter" in said for said in verdicts.values()), task.id
        assert len(set(verdicts.values())) == len(options), task.id


def test_a_pass_is_remembered_and_a_damaged_progress_file_is_kept_aside(tmp_path, monkeypatch, capsys):
    path = tmp_path / "deep" / "progress.json"
    monkeypatch.setenv("RECSYS_PROGRESS", str(path))
    exercises.check("04.6", "b")
    assert json.loads(path.read_text()) == ["04.6"]
    path.write_text("{half a fi")
    exercises.check("04.12", "a")
    assert json.loads(path.read_text()) == ["04.12"]
    assert path.with_suffix(".damaged").read_text() == "{half a fi"
    capsys.readouterr()
    exercises.progress()
    assert "lesson 04  □□□□□□□□□□□■  1 of 12" in capsys.readouterr().out


@pytest.mark.parametrize("content", ['{"theme": "dark"}', '["a", "b"]', "[1, 2]", "42"])
def test_a_file_of_another_program_is_kept_for_its_owner(content, tmp_path, monkeypatch, capsys):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("RECSYS_PROGRESS", str(path))
    path.write_text(content)
    exercises.progress()
    assert "starting from none" in capsys.readouterr().out
    assert path.read_text() == content, "looking at the map changes nothing"
    exercises.check("04.6", "b")
    assert path.with_suffix(".damaged").read_text() == content
    assert json.loads(path.read_text()) == ["04.6"]


def correct_but_not_saved(capsys):
    said = said_to("04.6", "b", capsys)
    assert said.startswith("04.6 · correct. ")
    assert "could not be saved" in said
    exercises.progress()
    assert "lesson 04  □□□□□□□□□□□□  0 of 12" in capsys.readouterr().out


def test_a_folder_that_is_a_file_does_not_stop_a_check(tmp_path, monkeypatch, capsys):
    (tmp_path / "home").write_text("a file")
    monkeypatch.setenv("RECSYS_PROGRESS", str(tmp_path / "home" / "progress.json"))
    correct_but_not_saved(capsys)


def test_a_progress_file_that_is_a_folder_does_not_stop_a_check(tmp_path, monkeypatch, capsys):
    (tmp_path / "progress.json").mkdir()
    monkeypatch.setenv("RECSYS_PROGRESS", str(tmp_path / "progress.json"))
    correct_but_not_saved(capsys)


@pytest.mark.parametrize("refused", ["mkdir", "write_text", "replace", "read_text"])
def test_a_home_that_cannot_be_used_does_not_stop_a_check(refused, tmp_path, monkeypatch, capsys):
    def refuse(*arguments, **named):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "progress.json"
    monkeypatch.setenv("RECSYS_PROGRESS", str(path))
    path.write_text("{damaged" if refused == "replace" else "[]")
    monkeypatch.setattr(Path, refused, refuse)
    correct_but_not_saved(capsys)
    monkeypatch.undo()
    assert path.read_text() == ("{damaged" if refused == "replace" else "[]"), "nothing of the owner's is lost"


def test_a_wrong_answer_is_not_remembered(tmp_path, monkeypatch):
    monkeypatch.setenv("RECSYS_PROGRESS", str(tmp_path / "none.json"))
    exercises.check("04.6", "a")
    exercises.check("04.6", ...)
    assert not (tmp_path / "none.json").exists()


def test_an_unknown_exercise_says_where_ids_stand():
    with pytest.raises(KeyError, match="headings"):
        exercises.check("99.1", 1)


def test_an_answer_that_raises_is_told_its_own_error(capsys):
    exercises.check("04.3", lambda ranked, relevant, k: 1 / 0)
    assert "not yet. Your code raised ZeroDivisionError: division by zero" in capsys.readouterr().out


def test_a_forgotten_return_is_not_taken_for_a_stub(capsys):
    def stub(ranked, relevant, k): ...

    def documented(ranked, relevant, k):
        """The share of the relevant items."""
        pass

    def faded(ranked, relevant, k):
        sum(item in relevant for item in ranked[:k])
        return ...  # your code here

    def forgot(ranked, relevant, k):
        len(relevant)

    for answer in (stub, documented, faded):
        assert "not attempted yet. Replace the dots" in said_to("04.3", answer, capsys)
    assert "Is a `return` missing?" in said_to("04.3", forgot, capsys)


def test_dots_inside_an_index_are_no_stub(capsys):
    def forgot(logits):
        np.logaddexp(0, -logits[..., 0]) + np.logaddexp(0, logits[..., 1:]).sum(axis=-1)

    assert "Is a `return` missing?" in said_to("12.8", forgot, capsys)


GIVEN_26_11 = """
def first_without(scores, history, removed):
    # with a comment of the learner
    kept = np.delete(history, removed)
    row = scores(kept)
    row[kept] = -np.inf

    row[0] = -np.inf
    return row.argmax()
"""


@pytest.mark.parametrize("has_source", [True, False])
def test_only_the_given_faulty_function_is_not_attempted(has_source, capsys):
    def made(source):
        namespace = {"np": np}
        if has_source:
            run_like_a_notebook(source, f"a cell {hash(source)}", namespace)
        else:
            exec(source, namespace)
        return namespace["first_without"]

    assert "not attempted yet. Fix the function" in said_to("26.11", made(GIVEN_26_11), capsys)
    swapped = GIVEN_26_11.replace("row[kept]", "row[history]")  # one name for another, and no more
    assert "26.11 · correct" in said_to("26.11", made(swapped), capsys)
    worse = GIVEN_26_11.replace("row[kept]", "row[1]")
    assert "26.11 · not yet" in said_to("26.11", made(worse), capsys)
    broken = GIVEN_26_11.replace("row[kept]", "row[nothing]")
    assert "26.11 · not yet. Your code raised NameError" in said_to("26.11", made(broken), capsys)


def test_the_result_of_a_call_instead_of_the_function_is_named(capsys):
    exercises.check("04.3", 0.5)
    assert "Hand over the function itself" in capsys.readouterr().out


def test_a_letter_may_come_with_its_bracket_and_a_wild_guess_is_sent_back(capsys):
    exercises.check("04.6", " B) ")
    assert "correct" in capsys.readouterr().out
    exercises.check("04.1", 90)
    assert "between 0 and 1" in capsys.readouterr().out
