"""Checks of lesson 30, recommend films and series."""

import numpy as np

from recsys_helpers.exercises import choice, exercise, judge, predict, trace

predict(
    "30.1",
    "O1",
    truth=3.5,
    within=0.25,
    low="It is higher, 3.5: the mean of 3 and 4.",
    high="It is lower, 3.5: the largest of the three is left out.",
    done="3.5, the mean of 3 and 4.",
    between=(0, 5),
)


trace(
    "30.2",
    "O1",
    truth=1,
    mistakes={4: "4 is the mean itself. How far above it is 5?"},
    otherwise="Compute the mean of 3, 4 and 5, then subtract it from 5.",
    done="The mean is 4, and 5 − 4 = 1.",
)


@exercise("30.3", "O1", "code", done="One value is left out, the others count alike.")
def mean_without_one(answer) -> None:
    rng = np.random.default_rng(0)
    cases = [(rng.normal(size=n), n // 2) for n in (3, 7, 12)]

    def right(values, left_out):
        return sum(value for index, value in enumerate(values) if index != left_out) / (len(values) - 1)

    mistakes = {
        "All values count: the one at `left_out` must go first.": lambda values, left_out: values.mean(),
        "The sum is right, but it must be divided by the number of the values that are left.": lambda values, left_out: (
            np.delete(values, left_out).sum() / len(values)
        ),
        "That is the value that should be left out.": lambda values, left_out: values[left_out],
    }
    judge(answer, cases, right, mistakes)


@exercise("30.4", "O2", "faded", done="Positive if the model's error is the smaller one.")
def gain_over_baseline(answer) -> None:
    rng = np.random.default_rng(1)
    cases = [tuple(rng.normal(size=(3, n))) for n in (4, 9)]

    def right(truth, model, baseline):
        return np.mean(np.abs(truth - baseline)) - np.mean(np.abs(truth - model))

    mistakes = {
        "The sign is wrong: a smaller error is a gain.": lambda truth, model, baseline: -right(truth, model, baseline),
        "That is the error of the baseline alone.": lambda truth, model, baseline: np.abs(truth - baseline).mean(),
        "That is the error of the model alone.": lambda truth, model, baseline: np.abs(truth - model).mean(),
    }
    judge(answer, cases, right, mistakes)


def _faulty(table):
    return table / table.sum(axis=0)


@exercise("30.5", "O2", "debug", done="Each row now sums to 1.", given=_faulty)
def shares_of_rows(answer) -> None:
    rng = np.random.default_rng(2)
    cases = [(rng.uniform(1, 5, size),) for size in ((2, 3), (5, 4))]
    mistakes = {
        "Your columns sum to 1. The rows should.": _faulty,
        "Everything together sums to 1 in yours. Each row should.": lambda table: table / table.sum(),
        "You divide by the largest value of the row, not by its sum.": lambda table: table / table.max(1, keepdims=True),
    }
    judge(answer, cases, lambda table: np.array([row / sum(row) for row in table]), mistakes)


choice(
    "30.6",
    "O2",
    right="b",
    why_not={
        "a": "One user of three is no pattern: another three could say the opposite.",
        "c": "Two of three users are as little a pattern as one.",
    },
    done="First measure how much users differ, then compare.",
)


trace(
    "30.7",
    "O2",
    truth=0.25,
    mistakes={1 / 3: "1 divided by 1 + 2 is the share of its column. The row is asked for."},
    otherwise="Divide the first number of the row by the sum of the row.",
    done="1 divided by 1 + 3.",
)
