"""Every exercise is proven: its solution passes, its stub is not attempted, typical mistakes get their own hint."""

import importlib.util
import json
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
HEADING = re.compile(r"^### Exercise (\d\d\.\d+) · (\w[\w ]*) \((O\d)\)", re.MULTILINE)
CODED = ("code", "faded", "debug")
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
            exec(compile(source, f"{name}, code cell {number}", "exec"), namespace)
            namespace["check"] = answers.__setitem__  # the setup cell has imported the real one
    return answers


def wrong_answers(lesson):
    spec = importlib.util.spec_from_file_location("wrong", TESTS / "wrong_answers" / f"lesson_{lesson}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.WRONG


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
    bank = wrong_answers(name[:2])
    for id in coded:
        assert len(bank.get(id, [])) >= 3, f"{id} needs three wrong answers"
    for id, mistakes in bank.items():
        hints = []
        for answer, fragment in mistakes:
            capsys.readouterr()
            exercises.check(id, answer)
            said = capsys.readouterr().out
            assert said.startswith(f"{id} · not yet. "), f"{id} {answer}: {said}"
            assert fragment in said, f"{id} {answer}: {said}"
            assert "raised AssertionError" not in said
            hints.append(fragment)
        assert len(set(hints)) == len(hints)


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

    def faded(ranked, relevant, k):
        sum(item in relevant for item in ranked[:k])
        return ...

    def forgot(ranked, relevant, k):
        len(relevant)

    for answer, verdict in ((stub, "not attempted yet. Replace the dots"), (forgot, "Is a `return` missing?")):
        exercises.check("04.3", answer)
        assert verdict in capsys.readouterr().out
    exercises.check("04.3", faded)
    assert "not attempted yet" in capsys.readouterr().out


def test_a_mend_that_only_swaps_one_name_for_another_is_an_attempt(capsys):
    def first_without(scores, history, removed):
        kept = np.delete(history, removed)
        row = scores(kept)
        row[history] = -np.inf  # instead of kept
        row[0] = -np.inf
        return row.argmax()

    exercises.check("26.11", first_without)
    assert "26.11 · correct" in capsys.readouterr().out


def test_the_result_of_a_call_instead_of_the_function_is_named(capsys):
    exercises.check("04.3", 0.5)
    assert "Hand over the function itself" in capsys.readouterr().out


def test_a_letter_may_come_with_its_bracket_and_a_wild_guess_is_sent_back(capsys):
    exercises.check("04.6", " B) ")
    assert "correct" in capsys.readouterr().out
    exercises.check("04.1", 90)
    assert "between 0 and 1" in capsys.readouterr().out
