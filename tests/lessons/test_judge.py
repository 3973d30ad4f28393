"""The judge of the exercises: what counts as the same answer, and how the first wrong entry is told."""

import numpy as np
import pandas as pd
import pytest

from recsys_helpers import exercises
from recsys_helpers.exercises import NotYet, agree, as_letters, judge

RNG = np.random.default_rng(0)
TABLES = [(RNG.normal(size=shape),) for shape in ((3, 2), (4, 5), (2, 6))]


def hint(answer, right, cases=TABLES, mistakes=None, **how):
    with pytest.raises(NotYet) as told:
        judge(answer, cases, right, mistakes or {}, **how)
    assert len(str(told.value)) <= 400
    return str(told.value)


@pytest.mark.parametrize(
    "mine, truth",
    [
        (3, 3.0),
        ([1, 2], np.array([1.0, 2.0])),
        (np.array([0.1, 0.2], "float32"), [0.1, 0.2]),
        (pd.Series([1.0, 2.0], index=[7, 9]), np.array([1, 2])),
        (pd.DataFrame({"a": [1], "b": ["x"]}), pd.DataFrame({"a": [1], "b": ["x"]}, index=[5])),
        (np.zeros((2, 3)), (np.zeros(3), np.zeros(3))),
        ([np.zeros(2), np.zeros(3)], (np.zeros(2), np.zeros(3))),
        ({"a": [1, 2]}, {"a": np.array([1, 2])}),
        (np.array([np.nan]), [np.nan]),
        (["b", "a"], np.array(["b", "a"])),
        (np.True_, True),
        ({1, 2}, {2, 1}),
    ],
)
def test_the_same_answer_in_another_type_agrees(mine, truth):
    assert agree(mine, truth)


@pytest.mark.parametrize(
    "mine, truth",
    [
        (3, 3.001),
        ([1, 2], [2, 1]),
        ([1, 2], [1, 2, 3]),
        (np.zeros((2, 1)), np.zeros(2)),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, 1),
        ("a", 1),
        ([None], [0]),
        (ValueError("no"), 1.0),
        ([[1], [1, 2]], [[1], [2, 1]]),
    ],
)
def test_another_answer_does_not(mine, truth):
    assert not agree(mine, truth)


def test_the_first_wrong_entry_of_the_smallest_case_is_shown():
    def wrong_in_one_place(x):
        out = x + 1.0
        out[1, 1] = 9.0
        return out

    told = hint(wrong_in_one_place, lambda x: x + 1.0, [(np.zeros((20, 20)),), (np.zeros((2, 2)),)])
    assert told == "For x = [[0, 0], [0, 0]]: entry [1, 1] should be 1; yours is 9."


def test_tables_dicts_and_lists_are_told_by_their_entry():
    table = pd.DataFrame({"user": [1, 2], "n": [3, 4]})
    told = hint(lambda frame: frame.assign(n=[3, 5]), lambda frame: frame.assign(n=[3, 4.5]), [(table,)])
    assert "row 1, column 'n' should be 4.5; yours is 5" in told
    told = hint(lambda n: {"a": [1, 2], "b": [1]}, lambda n: {"a": [1, 3], "b": [1]}, [(2,)])
    assert "['a'][1] should be 3; yours is 2" in told


def test_a_wall_of_numbers_is_never_printed():
    told = hint(lambda *x: RNG.normal(size=(99, 99)), lambda *x: np.zeros((99, 99)), [tuple(np.ones((9, 99, 99)))])
    assert "an array of shape (99, 99)" in told


def test_a_long_error_message_is_cut(capsys):
    def fails(x):
        raise RuntimeError("word " * 2000)

    assert hint(fails, lambda x: x, [(np.zeros(3),)]).endswith("…")
    exercises.check("04.3", fails)
    assert len(capsys.readouterr().out) <= 430


def test_an_error_is_told_with_its_input_and_named_where_a_mistake_leads_to_it():
    told = hint(lambda x: x[99], lambda x: x, [(np.zeros(3),)])
    assert told.startswith("Your code raised IndexError: index 99") and "x = [0, 0, 0]" in told
    assert "Too far." in hint(lambda x: x[99], lambda x: x, [(np.zeros(3),)], raised={IndexError: "Too far."})


SUM = lambda x: x.sum(axis=1)  # noqa: E731


@pytest.mark.parametrize(
    "answer, right, said",
    [
        (lambda x: -x, lambda x: x, "minus the expected result"),
        (lambda x: np.abs(x), lambda x: x, "signs are lost"),
        (lambda x: x, lambda x: 2 * x, "unchanged"),
        (lambda x: 4 * x, lambda x: 2 * x, "twice as large"),
        (lambda x: 3 * x, lambda x: x, "3 times the expected"),
        (lambda x: 100 * x, lambda x: x, "percentage"),
        (lambda x: x + 1, lambda x: x, "1 too large"),
        (lambda x: x.round(2), lambda x: x, "Do not round"),
        (lambda x: x.T, lambda x: x, "transposed"),
        (lambda x: x[::-1], lambda x: x, "reverse order"),
        (lambda x: np.roll(x, 1, axis=0), lambda x: x, "off by one"),
        (lambda x: x.sum(axis=0), SUM, "Your result has shape"),
        (lambda x: x, lambda x: x.sum(axis=1), "unchanged"),
        (lambda x: 2 * x, lambda x: 2 * x.sum(axis=1), "take the sum over axis 1"),
        (lambda x: SUM(x).sum(), SUM, "which should stay"),
        (lambda x: x.mean(axis=1), SUM, "`x.shape[1]` times too small"),
        (lambda x: SUM(x)[:-1], SUM, "last entry is missing"),
        (lambda x: SUM(x)[:, None], SUM, "the shape is not"),
        (lambda x: np.sort(SUM(x)), SUM, "sorted"),
        (lambda x: SUM(x) * np.inf, SUM, "infinite"),
        (lambda x: np.log2(1 + x**2), lambda x: np.log(1 + x**2), "base 2"),
        (lambda x: x <= 0, lambda x: x > 0, "True and False"),
        (lambda x: 5.0, lambda x: x.sum(), "the same result"),
        (lambda x: (x.mean(axis=1), SUM(x)), lambda x: (SUM(x), x.mean(axis=1)), "reverse order"),
        (lambda x: (x[0], SUM(x)), lambda x: (SUM(x), x[0]), "are swapped"),
        (lambda x: (SUM(x), -x[0]), lambda x: (SUM(x), x[0]), "The second result: the sign is wrong"),
        (lambda x: SUM(x), lambda x: (SUM(x), x[0]), "Return 2 results, `return one, another`"),
    ],
)
def test_slips_of_every_kind_are_said(answer, right, said):
    assert said in hint(answer, right)


def test_no_slip_is_said_of_a_mere_accident():
    told = hint(lambda x: np.array([1.0, 7.0]), lambda x: np.array([2.0, 5.0]), [(0,)])
    assert told == "For x = 0: entry [0] should be 2; yours is 1."


def test_a_mistake_is_recognised_where_ties_are_ordered_in_another_way():
    cases = [(np.array([1.0, 3.0, 3.0, 3.0, 0.0, 2.0]), 4), (np.array([2.0, 2.0, 2.0, 0.0, 1.0, 1.0]), 3)]
    best = lambda scores, k: np.argsort(-scores, kind="stable")[:k]  # noqa: E731
    worst = {"the lowest": lambda scores, k: np.argsort(scores, kind="stable")[:k]}
    view = lambda rows, scores, k: scores[rows]  # noqa: E731
    judge(lambda scores, k: np.lexsort((-np.arange(len(scores)), -scores))[:k], cases, best, worst, view=view)
    told = hint(lambda scores, k: np.lexsort((-np.arange(6), scores))[:k], best, cases, worst, view=view)
    assert told == "the lowest"


def test_a_function_that_changes_its_input_is_refused_only_where_that_matters():
    def in_place(x):
        x += 1
        return x

    judge(in_place, TABLES, lambda x: x + 1, {})
    assert "changes `x` itself" in hint(in_place, lambda x: x + 1, keeps_input=True)


@pytest.mark.parametrize("answer", ["b, a", "B A", ["b", "a"], ("B", "A"), "1. b  2. a"])
def test_letters_are_read_in_any_dress(answer):
    assert as_letters(answer) == "BA"
