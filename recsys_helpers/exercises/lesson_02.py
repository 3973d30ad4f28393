"""Checks of lesson 02, look at the data."""

from itertools import pairwise

import numpy as np

from recsys_helpers.exercises import NotYet, as_number, choice, exercise, judge, must_be_function, predict, trace

choice(
    "02.1",
    "O1",
    right="c",
    why_not={
        "a": "This records a dislike that nobody expressed. Most empty cells are films that the user never heard of.",
        "b": "Implicit feedback is something a user did. Here nothing was done, so there is no feedback.",
        "d": "This would remove nearly all pairs, and with them everything that a recommender could recommend.",
    },
    done="An empty cell is unknown, not a dislike. Later lessons deal with these many unknowns.",
)


trace(
    "02.2",
    "O2",
    5 / 12,
    {
        7 / 12: "This is the sparsity, the share of empty cells. Density is the share of filled ones.",
        12 / 5: "Your fraction is upside down: divide the filled cells by all cells.",
        5 / 7: "You divided by the rows and columns added up (or by the empty cells). Divide by all cells, 3 × 4.",
        5: "This is the number of filled cells. Divide it by the number of all cells.",
        500 / 12: "Give a share between 0 and 1, not a percentage.",
        41.7: "Give a share, not a percentage.",
    },
    "How many cells does a table of 3 rows and 4 columns have? Five of them are filled.",
    "5 of 12 cells are filled, 0.42: density counts cells, not users or films.",
)


predict(
    "02.3",
    "O2",
    truth=0.6,
    within=0.07,
    low="More than you thought: a tenth of the films holds about 60 % of the ratings.",
    high="Less than you thought, and still a lot: a tenth of the films holds about 60 % of the ratings.",
    done="Close: a tenth of the films holds about 60 % of the ratings.",
    between=(0, 1),
)


def _pair_differences(counts: np.ndarray) -> list[float]:
    return [abs(float(one) - float(other)) for one in counts for other in counts]


def _gini(counts: np.ndarray) -> float:
    return float(np.mean(_pair_differences(counts)) / (2 * np.mean(counts)))


@exercise(
    "02.4",
    "O2",
    "code",
    done="The Gini coefficient is 0 if all counts are equal, and near 1 if one film has nearly all the ratings.",
)
def gini(answer) -> None:
    rng = np.random.default_rng(1)
    cases = [(rng.integers(1, 40, int(rng.integers(3, 12))),) for _ in range(30)]
    mistakes = {
        "Your result is twice the true value: divide the mean difference by two times the mean.": lambda c: (
            2 * _gini(c)
        ),
        "You left out the pairs of a film with itself. They belong to the mean: divide by n × n.": (
            lambda c: _gini(c) * len(c) / (len(c) - 1)
        ),
        "Your differences cancel out, so their mean is 0. Take absolute values first.": lambda c: 0.0,
        "This is the mean difference. Divide it by twice the mean of the counts.": (
            lambda c: float(np.mean(_pair_differences(c)))
        ),
        "You summed the differences. Take their mean.": lambda c: _gini(c) * len(c) ** 2,
        "The sign is reversed: sort from the smallest to the largest.": lambda c: -_gini(c),
        "In Python, a / 2 * b divides by 2 and multiplies by b. Put parentheses around 2 * counts.mean().": (
            lambda c: float(np.mean(_pair_differences(c))) / 2 * np.mean(c)
        ),
        "25 is the number of pairs of the five films above. Take the mean, which works for any number of films.": (
            lambda c: float(np.sum(_pair_differences(c))) / 25 / (2 * np.mean(c))
        ),
        "8 is twice the mean of the five films above. Use twice the mean of the counts that are passed in.": (
            lambda c: float(np.mean(_pair_differences(c))) / 8
        ),
        "You compare each film with the next one only (`np.diff`). Compare it with every film.": (
            lambda c: np.abs(np.diff(c)).mean() / (2 * c.mean())
        ),
        "Your formula needs the counts in order: sort them first.": (
            lambda c: (2 * np.arange(1, len(c) + 1) - len(c) - 1) @ c / (len(c) * c.sum())
        ),
        "This is the standard deviation over the mean. Gini takes the mean difference of all pairs, over "
        "twice the mean.": (lambda c: c.std() / c.mean()),
        "You divide by the median. Divide by twice the *mean* of the counts.": (
            lambda c: np.mean(_pair_differences(c)) / (2 * np.median(c))
        ),
        "This is the Gini *impurity* of a decision tree, another concept. Compare each film with every film.": (
            lambda c: 1 - ((c / c.sum()) ** 2).sum()
        ),
        "You square the differences. Take absolute values.": (
            lambda c: np.mean(np.square(_pair_differences(c))) / (2 * c.mean())
        ),
        "You compare each film with the mean. Compare it with every film.": (
            lambda c: np.abs(c - c.mean()).mean() / (2 * c.mean())
        ),
        "This is the share of the largest film. Compare each film with every film.": lambda c: float(
            np.max(c) / np.sum(c)
        ),
    }
    judge(answer, cases, _gini, mistakes)


predict(
    "02.5",
    "O3",
    truth=0.83,
    within=0.08,
    low="Far more: 83 % of the ratings come within a minute after the same user's previous rating.",
    high="A little less: 83 %. There are pauses, but they are rare.",
    done="It is 83 %: people rate in bursts.",
    between=(0, 1),
)


def _count_sessions(timestamps: np.ndarray) -> int:
    times = sorted(int(time) for time in timestamps)
    return 1 + sum(later - earlier > 1800 for earlier, later in pairwise(times))


def _given_02_6(timestamps):
    pause = np.diff(timestamps)
    return 1 + (np.abs(pause) > 30 * 60).sum()


@exercise(
    "02.6",
    "O3",
    "debug",
    done="Sorted times give the true pauses; the rows of the table itself are sorted by film.",
    given=_given_02_6,
)
def count_sessions(answer) -> None:
    must_be_function(answer)
    if np.ndim(answer(np.array([0, 9000, 10]))):
        raise NotYet("Return one number: sum the True values.")
    if answer(np.array([0, 9000, 10])) == 3:
        raise NotYet("[0, 9000, 10] are two sessions, not three. Sort the times before you take the pauses.")
    if answer(np.array([100])) == 0:
        raise NotYet("A single rating is one session: n pauses separate n + 1 sessions.")
    rng = np.random.default_rng(2)
    cases = [(rng.permutation(np.cumsum(rng.choice([5, 1700, 1800, 1801, 9000], n))),) for n in range(1, 30)]

    def apart(pauses):
        return lambda times: 1 + int(sum(pauses(np.diff(np.sort(times)))))

    mistakes = {
        "Sort the times before you take the pauses. Without sorting, many of them are negative.": (
            lambda times: 1 + int((np.diff(times) > 1800).sum())
        ),
        "30 minutes are 30 × 60 seconds. You use an hour.": apart(lambda p: p > 3600),
        "You cut time into half hours of the clock. A session ends where a *pause* is longer than 30 minutes.": (
            lambda times: len(np.unique(times // 1800))
        ),
        "You divide the whole time by 30 minutes. Look at each pause between two ratings.": (
            lambda times: 1 + int(np.ptp(times) // 1800)
        ),
        "You count pauses. One pause separates two sessions: add 1.": lambda times: _count_sessions(times) - 1,
        "A pause of exactly 30 minutes does not begin a new session; more than 30 does.": apart(lambda p: p >= 1800),
        "The times are in seconds: 30 minutes are 30 × 60 of them.": apart(lambda p: p > 30),
        "You always count one session. Are your times in descending order, or did you use argsort, which "
        "gives positions?": (lambda times: 1),
    }
    judge(answer, cases, _count_sessions, mistakes)


@exercise(
    "02.7",
    "O4",
    "trace",
    done="0.06 + 0.27 + 1.00 = 1.33: minus times minus is plus, so an old film gets a high score from Cleo.",
)
def cleo_casablanca(answer) -> None:
    if np.size(answer) == 3:
        raise NotYet("These are the three products. The dot product is their sum: one number.")
    number = as_number(answer)
    if np.isclose(number, 1.33, atol=0.006):
        return
    if np.isclose(number, -0.67, atol=0.006):
        raise NotYet("Look at the last product: minus one times minus one is plus one.")
    if np.isclose(number, 0.33, atol=0.006):
        raise NotYet("You left out the third number, new: it counts like the others.")
    if np.isclose(number, 0.44, atol=0.006):
        raise NotYet("You took the mean of the products. The dot product is their sum.")
    raise NotYet("0.3 × 0.2, then 0.3 × 0.9, then −1.0 × −1.0: what is their sum?")


def _nearest(vectors: np.ndarray) -> list[int]:
    def cosine(a, b):
        return float(np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b)))

    others = [[place for place in range(len(vectors)) if place != film] for film in range(len(vectors))]
    return [max(rest, key=lambda other: cosine(vectors[film], vectors[other])) for film, rest in enumerate(others)]


def _by(score, vectors, on_diagonal=-np.inf, pick=np.argmax) -> np.ndarray:
    table = np.array(score(np.asarray(vectors)))
    np.fill_diagonal(table, on_diagonal)
    return pick(table, axis=1)


def _cosines(vectors: np.ndarray) -> np.ndarray:
    direction = vectors / np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    return direction @ direction.T


@exercise(
    "02.8",
    "O4",
    "faded",
    done="You found the nearest film by cosine similarity, as most recommenders with embeddings do somewhere.",
)
def nearest_film(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(3)
    cases = [(rng.normal(size=(int(rng.integers(4, 9)), int(rng.integers(2, 5)))) * 3,) for _ in range(30)]
    cases += [(np.array([[1.0, 0.1], [-1.0, 0.2], [-0.1, -1.0]]),)]  # all cosines of two films are negative
    got = [np.asarray(answer(vectors.copy())) for (vectors,) in cases]
    if all(np.shape(mine) == (len(vectors), len(vectors)) for mine, (vectors,) in zip(got, cases)):
        raise NotYet("This is the table of all pairs. Return one index per film: argmax along axis 1.")
    mistakes = {
        "Each film is its own nearest film: put −∞ on the diagonal, and use argmax, not argmin or argsort.": (
            lambda v: np.arange(len(v))
        ),
        "A cosine can be negative, so 0 on the diagonal may still win. Use −∞.": lambda v: _by(_cosines, v, 0.0),
        "You used the vectors, not their directions: a long vector then wins. Use `direction`.": (
            lambda v: _by(lambda x: x @ x.T, v)
        ),
        "This is the film that is farthest away: use argmax, not argmin.": (
            lambda v: _by(_cosines, v, np.inf, np.argmin)
        ),
        "You return one number for the whole table. Return one index per film: argmax(axis=1).": (
            lambda v: _by(_cosines, v, pick=lambda table, axis: np.argmax(table))
        ),
        "You compare distances, so long vectors are far away. Only the direction counts: use `direction`.": (
            lambda v: _by(lambda x: -((x[:, None] - x) ** 2).sum(axis=2), v)
        ),
        "argsort sorts in ascending order: its second entry is nearly the farthest film. Sort minus the "
        "cosine, or use argmax.": (lambda v: np.argsort(_cosines(v), axis=1)[:, 1]),
        "You took absolute values, but a film in the opposite direction is not near. Keep the sign of the cosine.": (
            lambda v: _by(lambda x: np.abs(_cosines(x)), v)
        ),
        "These are the cosines of the nearest films. Return their indices: argmax instead of max.": (
            lambda v: _by(_cosines, v, pick=np.max)
        ),
    }
    judge(answer, cases, _nearest, mistakes)


def _lift(together: np.ndarray, n_users: int) -> np.ndarray:
    n = len(together)
    return np.array(
        [[together[i, j] / (together[i, i] * together[j, j] / n_users) for j in range(n)] for i in range(n)]
    )


@exercise(
    "02.9",
    "O5",
    "code",
    done="A lift of 1 means as many shared users as expected by chance; above 1, two films share more.",
)
def lift(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for _ in range(20):
        watched = (rng.random((int(rng.integers(8, 20)), int(rng.integers(3, 7)))) < 0.5).astype(int)
        watched[0] = 1  # every film has somebody
        cases.append((watched.T @ watched, len(watched)))

    def size(together):
        return np.diag(together).astype(float)

    mistakes = {
        "The number of users is missing: by chance we expect size × size / n_users.": lambda t, n: _lift(t, n) / n,
        "6 was the number of users of the small example. Use the argument n_users.": lambda t, n: _lift(t, 6),
        "len(together) is the number of films. The number of users is the argument n_users.": lambda t, n: _lift(
            t, len(t)
        ),
        "You divided by n_users. Lift divides by size × size / n_users, so n_users multiplies the count.": (
            lambda t, n: _lift(t, n) / n**2
        ),
        "This is the cosine, which divides by the root of both sizes. Lift divides by the count expected by chance.": (
            lambda t, n: t / np.sqrt(np.outer(size(t), size(t)))
        ),
        "You divided by the size of the column's film only. Use both sizes: np.outer(size, size).": (
            lambda t, n: t * n / size(t)
        ),
        "You divided by the size of the row's film only. Use both sizes: np.outer(size, size).": (
            lambda t, n: t * n / size(t)[:, None]
        ),
        "This is the count expected by chance. Lift is the true count divided by it.": (
            lambda t, n: np.outer(size(t), size(t)) / n
        ),
        "This is the share of the row's users who also watched the column's film. Divide by the count "
        "expected by chance.": (lambda t, n: t / size(t)[:, None]),
        "This is the share of all users. Lift divides the true count by the one expected by chance.": lambda t, n: (
            t / n
        ),
        "You subtract the count expected by chance. Lift *divides* by it.": lambda t, n: (
            t - np.outer(size(t), size(t)) / n
        ),
        "This is the Jaccard index: users of both over users of either. Lift divides by the count expected "
        "by chance.": (lambda t, n: t / (size(t)[:, None] + size(t) - t)),
        "`size @ size` is one number for all pairs. Each pair has its own product: np.outer(size, size).": (
            lambda t, n: t * n / (size(t) @ size(t))
        ),
        "You add the two sizes. The expected count is their *product* over n_users: np.outer(size, size).": (
            lambda t, n: t * n / (size(t)[:, None] + size(t))
        ),
        "Your fraction is upside down: divide the true count by the one expected by chance.": lambda t, n: (
            1 / _lift(t, n)
        ),
        "You summed rows, which counts users several times. The sizes are on the diagonal, np.diag(together).": (
            lambda t, n: t * n / np.outer(t.sum(axis=1), t.sum(axis=1))
        ),
    }
    judge(answer, cases, _lift, mistakes)


choice(
    "02.10",
    "O5",
    right="b",
    why_not={
        "a": "Look at the titles: hardly any of these films is animated. Lift uses counts only, no genres.",
        "c": "It is the other way round: look at their number of ratings. Dividing by a tiny size makes "
        "rare films win.",
        "d": "The counts are right: one person did rate both films. But that is too little evidence for so "
        "high a lift.",
    },
    done="Raw counts favour popular films, and lift favours rare ones. A good measure is in between and "
    "needs evidence.",
)
