"""Checks of lesson 02, look at the data."""

from itertools import pairwise

import numpy as np

from recsys_helpers.exercises import NotYet, as_number, choice, exercise, judge, must_be_function, predict, trace

choice(
    "02.1",
    "O1",
    right="c",
    why_not={
        "a": "That writes down a dislike that nobody expressed. Most empty cells are films the user never heard of.",
        "b": "Implicit feedback is something a user did. Here nothing was done, so there is nothing to read.",
        "d": "Then nearly all pairs would go, and with them everything a recommender could still recommend.",
    },
    done="An empty cell is unknown. What to do with so many unknowns: a later lesson.",
)


trace(
    "02.2",
    "O2",
    5 / 12,
    {
        7 / 12: "That is the sparsity, the share of empty cells. Density is the share of filled ones.",
        12 / 5: "Upside down: filled cells stand above, all cells below.",
        5 / 7: "You divided by the rows and columns added up (or by the empty cells). Divide by all cells, 3 × 4.",
        5: "That is the number of filled cells. Divide it by the number of all cells.",
        500 / 12: "As a share between 0 and 1, please, not in percent.",
        41.7: "As a share, please, not in percent.",
    },
    "How many cells does a table of 3 rows and 4 columns have? Five of them are filled.",
    "5 of 12 cells, 0.42: density counts cells, not users or films.",
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


@exercise("02.4", "O2", "code", done="0 if all are equal, near 1 if one film has everything.")
def gini(answer) -> None:
    rng = np.random.default_rng(1)
    cases = [(rng.integers(1, 40, int(rng.integers(3, 12))),) for _ in range(30)]
    mistakes = {
        "Twice the true value: the mean difference is divided by two times the mean.": lambda c: 2 * _gini(c),
        "You left out the pairs of a film with itself. They belong to the mean: divide by n × n.": (
            lambda c: _gini(c) * len(c) / (len(c) - 1)
        ),
        "Your differences cancel out, so their mean is 0. Take absolute values first.": lambda c: 0.0,
        "That is the mean difference. Divide it by twice the mean of the counts.": (
            lambda c: float(np.mean(_pair_differences(c)))
        ),
        "You summed the differences. Take their mean.": lambda c: _gini(c) * len(c) ** 2,
        "The sign is turned: sort from the smallest to the largest.": lambda c: -_gini(c),
        "In Python, a / 2 * b divides by 2 and multiplies by b. Put parentheses around 2 * counts.mean().": (
            lambda c: float(np.mean(_pair_differences(c))) / 2 * np.mean(c)
        ),
        "25 is the number of pairs of the five films above. Take the mean: it fits any number of films.": (
            lambda c: float(np.sum(_pair_differences(c))) / 25 / (2 * np.mean(c))
        ),
        "8 is twice the mean of the five films above. Each array of counts has its own mean.": (
            lambda c: float(np.mean(_pair_differences(c))) / 8
        ),
        "You compare each film with the next one only (`np.diff`). Compare each with each.": (
            lambda c: np.abs(np.diff(c)).mean() / (2 * c.mean())
        ),
        "Your formula needs the counts in order: sort them first.": (
            lambda c: (2 * np.arange(1, len(c) + 1) - len(c) - 1) @ c / (len(c) * c.sum())
        ),
        "That is the standard deviation over the mean. Gini takes the mean difference of all pairs, over twice "
        "the mean.": (lambda c: c.std() / c.mean()),
        "You divide by the median. Twice the *mean* of the counts is asked for.": (
            lambda c: np.mean(_pair_differences(c)) / (2 * np.median(c))
        ),
        "That is the Gini *impurity* of a decision tree, another idea of the same name. Compare each film with each.": (
            lambda c: 1 - ((c / c.sum()) ** 2).sum()
        ),
        "You square the differences. Take absolute values.": (
            lambda c: np.mean(np.square(_pair_differences(c))) / (2 * c.mean())
        ),
        "You compare each film with the mean. Compare each film with each other film.": (
            lambda c: np.abs(c - c.mean()).mean() / (2 * c.mean())
        ),
        "That is the share of the largest film. Compare each film with each.": lambda c: float(np.max(c) / np.sum(c)),
    }
    judge(answer, cases, _gini, mistakes)


predict(
    "02.5",
    "O3",
    truth=0.83,
    within=0.08,
    low="Far more: 83 % of ratings follow the user's rating before within a minute.",
    high="A little less: 83 %. There are pauses, but they are rare.",
    done="83 % it is: people rate in bursts.",
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
    done="Sorted first, a pause is a pause; the table itself is sorted by film.",
    given=_given_02_6,
)
def count_sessions(answer) -> None:
    must_be_function(answer)
    if np.ndim(answer(np.array([0, 9000, 10]))):
        raise NotYet("One number is asked for: sum the True values.")
    if answer(np.array([0, 9000, 10])) == 3:
        raise NotYet("[0, 9000, 10] are two visits, not three. The times must be put in order before you take pauses.")
    if answer(np.array([100])) == 0:
        raise NotYet("A single rating is one session: n pauses separate n + 1 sessions.")
    rng = np.random.default_rng(2)
    cases = [(rng.permutation(np.cumsum(rng.choice([5, 1700, 1800, 1801, 9000], n))),) for n in range(1, 30)]

    def apart(pauses):
        return lambda times: 1 + int(sum(pauses(np.diff(np.sort(times)))))

    mistakes = {
        "The times must be put in order before you take pauses; without it, most of them run backwards.": (
            lambda times: 1 + int((np.diff(times) > 1800).sum())
        ),
        "30 minutes are 30 × 60 seconds; yours is an hour.": apart(lambda p: p > 3600),
        "You cut time into half hours of the clock. A session ends where a *pause* is longer than 30 minutes.": (
            lambda times: len(np.unique(times // 1800))
        ),
        "You divide the whole time by 30 minutes. Look at each pause between two ratings.": (
            lambda times: 1 + int(np.ptp(times) // 1800)
        ),
        "You count pauses. One pause separates two sessions: add 1.": lambda times: _count_sessions(times) - 1,
        "A pause of exactly 30 minutes does not begin a new session; more than 30 does.": apart(lambda p: p >= 1800),
        "The times are in seconds: 30 minutes are 30 × 60 of them.": apart(lambda p: p > 30),
        "You always count one session. Do your times run downwards, or did you take argsort (positions, not times)?": (
            lambda times: 1
        ),
    }
    judge(answer, cases, _count_sessions, mistakes)


@exercise("02.7", "O4", "trace", done="0.06 + 0.27 + 1.00: two minuses make a plus, so an old film pleases Cleo.")
def cleo_casablanca(answer) -> None:
    if np.size(answer) == 3:
        raise NotYet("Those are the three products. The dot product is their sum: one number.")
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


@exercise("02.8", "O4", "faded", done="Nearest by direction: every recommender with embeddings does this somewhere.")
def nearest_film(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(3)
    cases = [(rng.normal(size=(int(rng.integers(4, 9)), int(rng.integers(2, 5)))) * 3,) for _ in range(30)]
    cases += [(np.array([[1.0, 0.1], [-1.0, 0.2], [-0.1, -1.0]]),)]  # all cosines of two films are negative
    got = [np.asarray(answer(vectors.copy())) for (vectors,) in cases]
    if all(np.shape(mine) == (len(vectors), len(vectors)) for mine, (vectors,) in zip(got, cases)):
        raise NotYet("That is the table of all pairs. Return one index per film: argmax along axis 1.")
    mistakes = {
        "Each film came out nearest to itself: put −∞ on the diagonal. And −∞ needs argmax, not argmin or argsort.": (
            lambda v: np.arange(len(v))
        ),
        "A cosine can be negative, so 0 on the diagonal may still win. Use −∞.": lambda v: _by(_cosines, v, 0.0),
        "You used the vectors, not their directions: a long vector then wins. Use `direction`.": (
            lambda v: _by(lambda x: x @ x.T, v)
        ),
        "That is the film that lies farthest away: take argmax, not argmin.": (
            lambda v: _by(_cosines, v, np.inf, np.argmin)
        ),
        "You return one number for the whole table. One index per film: argmax(axis=1).": (
            lambda v: _by(_cosines, v, pick=lambda table, axis: np.argmax(table))
        ),
        "You compare distances, so long vectors lie far away. Only the direction counts: use `direction`.": (
            lambda v: _by(lambda x: -((x[:, None] - x) ** 2).sum(axis=2), v)
        ),
        "argsort runs upwards: its second entry is nearly the farthest film. Sort minus the cosine, or use argmax.": (
            lambda v: np.argsort(_cosines(v), axis=1)[:, 1]
        ),
        "You took absolute values: a film in the opposite direction is not near. Keep the sign of the cosine.": (
            lambda v: _by(lambda x: np.abs(_cosines(x)), v)
        ),
        "Those are the cosines of the nearest films. Return their indices: argmax instead of max.": (
            lambda v: _by(_cosines, v, pick=np.max)
        ),
    }
    judge(answer, cases, _nearest, mistakes)


def _lift(together: np.ndarray, n_users: int) -> np.ndarray:
    n = len(together)
    return np.array(
        [[together[i, j] / (together[i, i] * together[j, j] / n_users) for j in range(n)] for i in range(n)]
    )


@exercise("02.9", "O5", "code", done="1 means as often as chance says; what is above 1 is news.")
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
        "You forgot the number of users: chance expects size × size / n_users.": lambda t, n: _lift(t, n) / n,
        "6 was the number of users of the small example. Here it comes in as n_users.": lambda t, n: _lift(t, 6),
        "len(together) is the number of films. The number of users comes in as n_users.": lambda t, n: _lift(t, len(t)),
        "You divided by n_users once more. The expected count is size × size / n_users, and it stands below.": (
            lambda t, n: _lift(t, n) / n**2
        ),
        "That is the cosine: it divides by the square root of both sizes. Lift divides by what chance expects.": (
            lambda t, n: t / np.sqrt(np.outer(size(t), size(t)))
        ),
        "You divided by the size of the column's film only. Chance needs both sizes: np.outer(size, size).": (
            lambda t, n: t * n / size(t)
        ),
        "You divided by the size of the row's film only. Chance needs both sizes: np.outer(size, size).": (
            lambda t, n: t * n / size(t)[:, None]
        ),
        "That is what chance expects. Lift is the true count divided by it.": (
            lambda t, n: np.outer(size(t), size(t)) / n
        ),
        "That is the share of the row's users who also watched the column's film. Divide by what chance expects.": (
            lambda t, n: t / size(t)[:, None]
        ),
        "That is the share of all users. Lift divides the true count by what chance expects.": lambda t, n: t / n,
        "You subtract what chance expects. Lift *divides* by it.": lambda t, n: t - np.outer(size(t), size(t)) / n,
        "That is Jaccard: users of both over users of either. Lift divides by what chance expects.": (
            lambda t, n: t / (size(t)[:, None] + size(t) - t)
        ),
        "`size @ size` is one number for all pairs. Each pair has its own product: np.outer(size, size).": (
            lambda t, n: t * n / (size(t) @ size(t))
        ),
        "You add the two sizes. Chance expects their *product* over n_users: np.outer(size, size).": (
            lambda t, n: t * n / (size(t)[:, None] + size(t))
        ),
        "Upside down: the true count stands above, what chance expects below.": lambda t, n: 1 / _lift(t, n),
        "The sizes stand on the diagonal, np.diag(together); sums of rows count users several times.": (
            lambda t, n: t * n / np.outer(t.sum(axis=1), t.sum(axis=1))
        ),
    }
    judge(answer, cases, _lift, mistakes)


choice(
    "02.10",
    "O5",
    right="b",
    why_not={
        "a": "Look at the titles: hardly one is. Lift never saw a genre, only counts.",
        "c": "The other way round: look at their number of ratings. Dividing by a tiny size makes rare films win.",
        "d": "They are right: one person did rate both. It is too little evidence for so strong a word.",
    },
    done="Raw counts favour the popular, lift the rare. Good neighbours lie between, and need evidence.",
)
