"""Checks of lesson 04, measure a recommender."""

import copy
from functools import partial

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, parsons, predict, trace

predict(
    "04.1",
    "O2",
    truth=0.9,
    within=0.02,
    between=(0, 1),
    low="Count again when you see it: nine of ten visitors did not click, and the model says so to all ten.",
    high="It is wrong about one visitor of ten, so it cannot reach that.",
    done="Nine of ten are right without a single click found: that is the trouble with accuracy.",
)


trace(
    "04.2",
    "O2",
    4.5 / 6,
    {
        4 / 6: "Four pairs are in the right order. And the two 0.3: a tie counts half.",
        5 / 6: "The pair of 0.3 and 0.3 is a tie: neither 1 nor 0, but a half.",
        4.5: "That is the number of pairs. Divide by all six.",
        1.5 / 6: "That is the share of pairs in the wrong order.",
        75: "As a share between 0 and 1, please, not in percent.",
    },
    "Go through the pairs: 0.8 against 0.5, 0.3, 0.1, then 0.3 against 0.5, 0.3, 0.1. 1, ½ or 0 for each.",
    "Four and a half of six pairs: a tie is half a pair.",
)


def _cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng(seed)
    cases = []
    for _ in range(50):
        n_items = int(rng.integers(6, 15))
        ranked = [int(item) for item in rng.permutation(n_items) + 1]
        relevant = {int(item) for item in rng.choice(n_items, int(rng.integers(1, 6)), replace=False) + 1}
        cases.append((ranked[: int(rng.integers(5, n_items + 1))], relevant, int(rng.integers(1, 6))))
    return cases


def _n_hits(ranked, relevant, k) -> int:
    return sum(item in relevant for item in ranked[:k])


@exercise(
    "04.3", "O3", "code", done="Recall asks how much of what matters was found, wherever it stands in the first k."
)
def recall(answer) -> None:
    mistakes = {
        "You counted hits in the whole list. Only the first k positions are seen: cut the list there.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, None) / len(relevant)
        ),
        "That is precision: you divided by k. Recall divides by the number of relevant items.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / k
        ),
        "You divided by min(k, n). Recall divides by all relevant items, also those that cannot fit into k "
        "positions.": (lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / min(k, len(relevant))),
        "Never a hit? `np.isin` does not look into a set: give it `list(relevant)`.": lambda ranked, relevant, k: 0.0,
        "You returned the number of hits. Divide it by the number of relevant items.": _n_hits,
        "That is the hit rate: at least one found. Recall counts how many of the relevant were found.": (
            lambda ranked, relevant, k: float(_n_hits(ranked, relevant, k) > 0)
        ),
    }
    judge(answer, _cases(1), lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / len(relevant), mistakes)


def _dcg(places, offset: int = 2) -> float:
    return sum(1 / np.log2(place + offset) for place in places)


def _hit_places(ranked, relevant, k) -> list[int]:
    return [place for place, item in enumerate(ranked[:k]) if item in relevant]


def _ndcg(ranked, relevant, k, cut=True, n_best=min, offset=2) -> float:
    places = _hit_places(ranked, relevant, k if cut else None)
    return _dcg(places, offset) / _dcg(range(n_best(k, len(relevant))), offset)


@exercise("04.4", "O3", "code", done="A hit at the top counts more, and a perfect list has 1.")
def ndcg(answer) -> None:
    mistakes = {
        "You counted hits behind position k. Cut the list there first.": partial(_ndcg, cut=False),
        "That is DCG. Divide it by the DCG of a perfect list, so that 1 is the best.": (
            lambda ranked, relevant, k: _dcg(_hit_places(ranked, relevant, k))
        ),
        "You divided by k hits. A perfect list has no more hits than there are relevant items.": partial(
            _ndcg, n_best=lambda k, n: k
        ),
        "The perfect list is also cut at k: it has min(k, number of relevant items) hits.": partial(
            _ndcg, n_best=lambda k, n: n
        ),
        "Your ranks start at 2. Index i has rank i + 1, and its discount is 1 / log₂(i + 2).": partial(_ndcg, offset=3),
        "Your perfect list holds only what you found. It must hold min(k, number of relevant items) hits.": (
            lambda ranked, relevant, k: (
                _dcg(_hit_places(ranked, relevant, k)) / max(_dcg(range(_n_hits(ranked, relevant, k))), 1e-12)
            )
        ),
        "Never a hit? `np.isin` does not look into a set: give it `list(relevant)`.": lambda ranked, relevant, k: 0.0,
        "Every hit counts the same in yours. Discount each by 1 / log₂(rank + 1).": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / min(k, len(relevant))
        ),
    }
    if callable(answer) and not np.all(np.isfinite(answer([1, 2], {1}, 2))):
        raise NotYet("Not a finite number: the first position has index 0, and 1 / log₂(0 + 1) divides by zero.")
    judge(answer, _cases(2), _ndcg, mistakes)


def _given_04_5(is_hit):
    return 1 / (np.argmax(is_hit) + 1)


@exercise(
    "04.5", "O3", "debug", done="A user without a hit has reciprocal rank 0; argmax alone made it 1.", given=_given_04_5
)
def reciprocal_rank(answer) -> None:
    rows = ([True, False], [False, True, True], [False, False, False, True], [False], [False, False, False])
    cases = [(np.array(row),) for row in rows]
    rank = lambda is_hit: np.argmax(is_hit) + 1  # noqa: E731
    mistakes = {
        "Try a user without any hit, [False, False, False]: argmax says 0, the same as for a hit on top.": (
            lambda is_hit: 1 / rank(is_hit)
        ),
        "Now a hit at the very top gets 0 as well. Ask whether there is a hit at all: `is_hit.any()`.": (
            lambda is_hit: 1 / rank(is_hit) if rank(is_hit) > 1 else 0.0
        ),
        "You return the index. The reciprocal rank is one over the rank, and ranks start at 1.": (
            lambda is_hit: float(np.argmax(is_hit))
        ),
        "You return the rank. One over it is asked for, and 0 without a hit.": (
            lambda is_hit: float(rank(is_hit)) if is_hit.any() else 0.0
        ),
        "You add up all hits. Only the first one counts.": lambda is_hit: (1 / (np.flatnonzero(is_hit) + 1)).sum(),
        "Without a hit 0 is asked for, not NaN: a user who finds nothing lowers the mean.": (
            lambda is_hit: 1 / rank(is_hit) if is_hit.any() else np.nan
        ),
    }
    judge(answer, cases, lambda is_hit: 1 / rank(is_hit) if is_hit.any() else 0.0, mistakes)


choice(
    "04.6",
    "O1",
    right="b",
    why_not={
        "a": "The rows are cut at one moment. The feature was made before the cut, from rows of both sides.",
        "c": "The order of a user's ratings is not in a mean. The *values* of the test ratings are.",
        "d": "The means hold the test ratings too, so the test score is the one that cannot be trusted.",
    },
    done="A cut protects only what is computed after it: features, scalers and popularity are learned from train.",
)


def _popular(popularity, seen, k, hidden=-np.inf, padding=True):
    scores = np.array(popularity, dtype=float)
    scores[list(seen)] = hidden
    if padding:
        scores[0] = hidden
    return np.argsort(-scores, kind="stable")[:k]


def _popular_at_the_end(popularity, seen, k):
    return _popular(popularity, seen, len(popularity))[: -len(seen) - 1][-k:][::-1]


@exercise("04.7", "O4", "code", done="Hiding what was seen is half of every recommender.")
def recommend_popular(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for n_left in (3, 3, 4, 5, 9, 9, 9, 9):
        n_items = int(rng.integers(10, 15))
        popularity = np.concatenate([[99.0], rng.permutation(n_items)])  # one film of nobody; a popular padding: a trap
        favourites = np.argsort(-popularity)[1:]
        seen = {int(item) for item in favourites[: n_items - n_left]}
        seen = seen if n_left < 9 else {int(favourites[0]), int(favourites[3])}
        cases.append((popularity, seen, 3))
    kept = copy.deepcopy(cases[0])
    if callable(answer):
        try:
            got = answer(*kept)
        except (IndexError, TypeError) as error:
            raise NotYet(f"`seen` is a set: as an index write `list(seen)`. (Your code raised: {error})") from None
        if not np.array_equal(kept[0], cases[0][0]):
            raise NotYet("Your function changed `popularity` itself; the next user would suffer. Work on a copy.")
        if isinstance(got, set):
            raise NotYet("A set has no order. Return a list or an array, best first.")
        if len(got) != 3:
            raise NotYet(f"Asked for k=3 items, you returned {len(got)}.")
    mistakes = {
        "You recommend index 0. It is padding and stands for no film.": partial(_popular, padding=False),
        "You recommend something the user has already seen. Hide it before you sort.": (
            lambda popularity, seen, k: _popular(popularity, [], k)
        ),
        "A score of 0 does not hide: an unseen film may have 0 too. Take −∞.": partial(_popular, hidden=0.0),
        "Yours are the least popular ones: sort by minus the score.": _popular_at_the_end,
        "The lowest scores come first in yours: sort by minus the score.": (
            lambda popularity, seen, k: _popular(-np.array(popularity), seen, k, hidden=np.inf)
        ),
        "All your indices are one too small: you left index 0 out and did not count it.": (
            lambda popularity, seen, k: _popular(popularity, seen, k) - 1
        ),
        "The right items in the wrong order: the most popular comes first.": (
            lambda popularity, seen, k: np.sort(_popular(popularity, seen, k))
        ),
    }
    judge(answer, cases, _popular, mistakes)


def _toy_matrices(seed: int) -> list[tuple]:
    rng = np.random.default_rng(seed)
    matrices = []
    for n_users, n_films in ((6, 4), (9, 5), (5, 7), (12, 3)):
        x = (rng.random((n_users, n_films)) < 0.4).astype(int)
        x[rng.integers(0, n_users, n_films), np.arange(n_films)] = 1  # every film has a user
        matrices.append((x,))
    return matrices


def _cosine_scores(x, divide=lambda together: np.sqrt(np.outer(np.diag(together), np.diag(together))), zero=True):
    together = x.T @ x
    similarity = together / divide(together)
    if zero:
        np.fill_diagonal(similarity, 0)
    return x @ similarity


@exercise("04.8", "O4", "faded", done="Item-kNN in four lines: count together, divide, forget the diagonal, add up.")
def item_knn_scores(answer) -> None:
    mistakes = {
        "You divide by the sizes themselves. `length` is their root: the divisor is np.outer(length, length).": partial(
            _cosine_scores, divide=lambda together: np.outer(np.diag(together), np.diag(together))
        ),
        "You divide by one length only. Both films' lengths belong to the divisor.": partial(
            _cosine_scores, divide=lambda together: np.sqrt(np.diag(together))
        ),
        "You do not divide at all: popular films stay on top because they share users with everything.": partial(
            _cosine_scores, divide=lambda together: 1.0
        ),
        "The diagonal is still there: each film speaks for itself. Set it to 0.": partial(_cosine_scores, zero=False),
    }
    judge(answer, _toy_matrices(4), _cosine_scores, mistakes)


def _ease(x, regularisation, by_row=False, sign=-1, zero=True, penalty=lambda n: np.eye(n)):
    inverse = np.linalg.inv(x.T @ x + regularisation * penalty(x.shape[1]))
    weights = sign * inverse / (np.diag(inverse)[:, None] if by_row else np.diag(inverse))
    if zero:
        np.fill_diagonal(weights, 0)
    return weights


@exercise("04.9", "O4", "code", done="One inverse, one division, a zero diagonal: that is all of EASE.")
def ease(answer) -> None:
    cases = [(x, regularisation) for (x,), regularisation in zip(_toy_matrices(5), (1.0, 0.5, 3.0, 10.0))]
    mistakes = {
        "You divided the rows. Column j is divided by P[j, j]: `inverse / np.diag(inverse)`.": partial(
            _ease, by_row=True
        ),
        "The sign is missing: B is *minus* P / diag(P).": partial(_ease, sign=1),
        "The diagonal must be 0 at the end, or each film predicts itself.": partial(_ease, zero=False),
        "λ belongs on the diagonal only: regularisation times `np.eye(n)`.": partial(
            _ease, penalty=lambda n: np.ones((n, n)) + 1e-9 * np.eye(n)
        ),
        "You left λ out, or fixed it: add `regularisation * np.eye(n)`.": (lambda x, regularisation: _ease(x, 1.0)),
    }
    judge(answer, cases, _ease, mistakes)


parsons(
    "04.10",
    "O5",
    right="CDABE",
    not_used={
        "F": "Line F draws other users for the second model, which breaks the pairs. Leave it out.",
    },
    before={
        "CD": "The differences do not change from draw to draw: subtract once, before the loop.",
        "DA": "Line A draws anew in each round: it belongs inside the loop, after D.",
        "AB": "Line B uses `draw`, so the users must be drawn before it.",
        "BE": "The quantiles need all the means: they come last, after the loop with its two lines.",
    },
    done="The pairs stay together: one draw of users, used for both models.",
)


choice(
    "04.11",
    "O5",
    right="c",
    why_not={
        "a": "0.009 is the mean of this sample. The interval says that with other users it could be nothing at all.",
        "b": "Not distinguishable is not the same as equal: the difference may be as large as 0.019.",
        "d": "The interval holds zero, so at this level of certainty it does not speak for the network.",
    },
    done="More users, or more test films, could decide it; more words cannot.",
)

choice(
    "04.12",
    "O6",
    right="a",
    why_not={
        "b": "10 would be the number for about 1,000 better items. 99 better ones among 9,999, of which we draw 100: …",
        "c": "Only 100 of 9,999 items are drawn; most of the better ones are not among them.",
        "d": "Each better item is drawn with probability 100 / 9,999, so the expected number is 99 × 100 / 9,999.",
    },
    done="99 × 100 / 9,999 is about 1: an item at rank 100 seems to stand at rank 2.",
)
