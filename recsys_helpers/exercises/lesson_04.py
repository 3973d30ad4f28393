"""Checks of lesson 04, measure a recommender."""

import copy
from functools import partial

import numpy as np

from recsys_helpers.exercises import (
    NotYet,
    Sign,
    choice,
    exercise,
    judge,
    parsons,
    predict,
    takes_best,
    trace,
    variants,
)

predict(
    "04.1",
    "O2",
    truth=0.9,
    within=0.02,
    between=(0, 1),
    low="The accuracy is higher: nine of ten visitors did not click, and the model says no for all ten.",
    high="The accuracy is lower: the model is wrong about one visitor of ten.",
    done="Nine of ten answers are right although no click is found: accuracy rewards a model that never says yes.",
)


trace(
    "04.2",
    "O2",
    4.5 / 6,
    {
        4 / 6: "Four pairs are in the right order. The pair of 0.3 and 0.3 is a tie, which counts a half.",
        5 / 6: "The pair of 0.3 and 0.3 is a tie, which counts a half, not 1.",
        4.5: "This is the number of pairs in the right order. Divide it by all six.",
        1.5 / 6: "This is the share of pairs in the wrong order. Take the share in the right order.",
        75: "Give a share between 0 and 1, not a percentage.",
    },
    "Go through the pairs: 0.8 against 0.5, 0.3, 0.1, then 0.3 against 0.5, 0.3, 0.1. Count 1, ½ or 0 for each.",
    "Four and a half of six pairs are in the right order, as a tie counts half: the AUC is 0.75.",
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
    "04.3",
    "O3",
    "code",
    done="Recall is the share of the relevant items that are among the first k, at whatever position.",
)
def recall(answer) -> None:
    mistakes = {
        "You counted hits in the whole list. Only the first k positions are seen: cut the list there.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, None) / len(relevant)
        ),
        "This is precision: you divided by k. Recall divides by the number of relevant items.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / k
        ),
        "You divided by min(k, n). Recall divides by all relevant items, also those that cannot fit into k "
        "positions.": (lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / min(k, len(relevant))),
        "You find no hit: `np.isin` cannot search a set. Give it `list(relevant)`.": lambda ranked, relevant, k: 0.0,
        "You look at one item too many: the first k items are `ranked[:k]`.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k + 1) / len(relevant)
        ),
        "You look at one item too few: the first k items are `ranked[:k]`.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k - 1) / len(relevant)
        ),
        "You begin at index 1, but the best item has index 0: use `ranked[:k]`.": (
            lambda ranked, relevant, k: _n_hits(ranked[1:], relevant, k) / len(relevant)
        ),
        "You look at the *last* k items. The list begins with the best: `ranked[:k]`.": (
            lambda ranked, relevant, k: _n_hits(ranked[-k:], relevant, None) / len(relevant)
        ),
        "You divided by the length of the list. Recall divides by the number of relevant items.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / len(ranked)
        ),
        "This is the Jaccard index: you divided by the items in either. Recall divides by the relevant ones alone.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / len(relevant | set(ranked[:k]))
        ),
        "You returned the number of hits. Divide it by the number of relevant items.": _n_hits,
        "This is the hit rate: at least one was found. Recall is the share of the relevant items that were found.": (
            lambda ranked, relevant, k: float(_n_hits(ranked, relevant, k) > 0)
        ),
    }
    judge(answer, _cases(1), lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / len(relevant), mistakes)


def _dcg(places, offset: int = 2, discount=np.log2) -> float:
    return sum(1 / discount(place + offset) for place in places)


def _hit_places(ranked, relevant, k) -> list[int]:
    return [place for place, item in enumerate(ranked[:k]) if item in relevant]


def _ndcg(ranked, relevant, k, cut=True, n_best=min, offset=2, discount=np.log2, of_hits=False, best=None) -> float:
    places = _hit_places(ranked, relevant, k if cut else None)
    places = range(len(places)) if of_hits else places
    return _dcg(places, offset, discount) / _dcg(range(n_best(k, len(relevant))), *(best or (offset, discount)))


@exercise(
    "04.4", "O3", "code", done="NDCG gives more weight to a hit near the top, and a perfect list has an NDCG of 1."
)
def ndcg(answer) -> None:
    mistakes = {
        "You counted hits beyond position k. Cut the list there first.": partial(_ndcg, cut=False),
        "This is DCG. Divide it by the DCG of a perfect list, so that 1 is the best.": (
            lambda ranked, relevant, k: _dcg(_hit_places(ranked, relevant, k))
        ),
        "You divided by k hits. A perfect list has no more hits than there are relevant items.": partial(
            _ndcg, n_best=lambda k, n: k
        ),
        "The perfect list is also cut at k: it has min(k, number of relevant items) hits.": partial(
            _ndcg, n_best=lambda k, n: n
        ),
        "Your ranks start at 2. Index i has rank i + 1, and its discount is 1 / log₂(i + 2).": partial(_ndcg, offset=3),
        "You discount by 1 / rank, as the reciprocal rank does. NDCG uses 1 / log₂(rank + 1).": partial(
            _ndcg, offset=1, discount=lambda rank: rank
        ),
        "You discount by 1 / (rank + 1). The logarithm is missing: 1 / log₂(rank + 1).": partial(
            _ndcg, discount=lambda rank: rank
        ),
        "You multiply by the logarithm, so that a late hit counts more. Divide by it.": partial(
            _ndcg, discount=lambda rank: 1 / np.log2(rank)
        ),
        "You discount by 1 / log₂(rank), which divides by 0 at the first rank. Use 1 / log₂(rank + 1).": Sign(
            lambda mine, ranked, relevant, k: mine in (0, 1) or abs(mine - 1) < 1e-5 or mine < 1e-5
        ),
        "You discount the hits by their own numbers 1, 2, 3. The discount needs the rank in the *list*.": partial(
            _ndcg, of_hits=True
        ),
        "You discount hits and the perfect list differently: for both, index i has the discount 1 / log₂(i "
        "+ 2).": partial(_ndcg, offset=3, best=(2, np.log2)),
        "The hits and the perfect list use logarithms of different bases. Use np.log2 for both.": partial(
            _ndcg, discount=np.log, best=(2, np.log2)
        ),
        "Your perfect list has only the hits you found. It must have min(k, number of relevant items) hits.": (
            lambda ranked, relevant, k: (
                _dcg(_hit_places(ranked, relevant, k)) / max(_dcg(range(_n_hits(ranked, relevant, k))), 1e-12)
            )
        ),
        "You find no hit: `np.isin` cannot search a set. Give it `list(relevant)`.": lambda ranked, relevant, k: 0.0,
        "You count every hit the same. Discount each by 1 / log₂(rank + 1).": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / min(k, len(relevant))
        ),
    }
    if callable(answer) and not np.all(np.isfinite(answer([1, 2], {1}, 2))):
        raise NotYet("Your result is not finite: the first position has index 0, and 1 / log₂(0 + 1) divides by zero.")
    judge(answer, _cases(2), _ndcg, mistakes)


def _given_04_5(is_hit):
    return 1 / (np.argmax(is_hit) + 1)


@exercise(
    "04.5",
    "O3",
    "debug",
    done="A user without a hit has reciprocal rank 0; argmax alone made it 1, as for a hit at the top.",
    given=_given_04_5,
)
def reciprocal_rank(answer) -> None:
    rows = ([True, False], [False, True, True], [False, False, False, True], [False], [False, False, False])
    cases = [(np.array(row),) for row in rows]
    rank = lambda is_hit: np.argmax(is_hit) + 1  # noqa: E731
    mistakes = {
        "Try a user without any hit, [False, False, False]: argmax returns 0, the same as for a hit at the top.": (
            lambda is_hit: 1 / rank(is_hit)
        ),
        "Now a hit at the top gets 0 as well. Check whether there is a hit at all: `is_hit.any()`.": (
            lambda is_hit: 1 / rank(is_hit) if rank(is_hit) > 1 else 0.0
        ),
        "You return one over the index. Ranks start at 1, so return one over the index + 1, also for a hit "
        "at the top.": (lambda is_hit: 1 / np.argmax(is_hit) if np.argmax(is_hit) else 0.0),
        "You take a mean over all positions. The reciprocal rank looks at the first hit alone.": (
            lambda is_hit: (is_hit / np.arange(1, len(is_hit) + 1)).mean()
        ),
        "You use the *last* hit. Use the first one.": (
            lambda is_hit: 1 / (np.flatnonzero(is_hit)[-1] + 1) if is_hit.any() else 0.0
        ),
        "Return 0 without a hit. You treat the user as if a hit came right after the list.": (
            lambda is_hit: 1 / rank(is_hit) if is_hit.any() else 1 / (len(is_hit) + 1)
        ),
        "Return 0 without a hit, not −1: a mean over users must not go below 0.": (
            lambda is_hit: 1 / rank(is_hit) if is_hit.any() else -1.0
        ),
        "Your ranks start at 2: index 0 is rank 1.": (lambda is_hit: 1 / (rank(is_hit) + 1) if is_hit.any() else 0.0),
        "argmin finds the first *False*. Use argmax, which finds the first hit.": (
            lambda is_hit: 1 / (np.argmin(is_hit) + 1) if is_hit.any() else 0.0
        ),
        "You return the index. The reciprocal rank is one over the rank, and ranks start at 1.": (
            lambda is_hit: float(np.argmax(is_hit))
        ),
        "You return the rank. Return one over the rank, and 0 without a hit.": (
            lambda is_hit: float(rank(is_hit)) if is_hit.any() else 0.0
        ),
        "You add up all hits. Only the first one counts.": lambda is_hit: (1 / (np.flatnonzero(is_hit) + 1)).sum(),
        "Return 0 without a hit, not NaN: a user who finds nothing must lower the mean.": (
            lambda is_hit: 1 / rank(is_hit) if is_hit.any() else np.nan
        ),
    }
    judge(answer, cases, lambda is_hit: 1 / rank(is_hit) if is_hit.any() else 0.0, mistakes)


choice(
    "04.6",
    "O1",
    right="b",
    why_not={
        "a": "The rows are cut at one moment, but the feature was computed before the cut, from rows on both sides.",
        "c": "A mean does not contain the order of a user's ratings. It does contain the *values* of the test ratings.",
        "d": "The means contain the test ratings, too, so it is the test score that cannot be trusted.",
    },
    done="A cut protects only what is computed after it, so learn features, scalers and popularity from train alone.",
)


def _popular(popularity, seen, k, hidden=-np.inf, padding=True):
    scores = np.array(popularity, dtype=float)
    scores[list(seen)] = hidden
    if padding:
        scores[0] = hidden
    return np.argsort(-scores, kind="stable")[:k]


def _popular_at_the_end(popularity, seen, k):
    return _popular(popularity, seen, len(popularity))[: -len(seen) - 1][-k:][::-1]


@exercise(
    "04.7",
    "O4",
    "code",
    done="Most recommenders end like this: hide padding and seen items, then sort by score.",
)
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
            raise NotYet(
                f"`seen` is a set, which cannot be an index: write `list(seen)`. (Your code raised: {error})"
            ) from None
        if not np.array_equal(kept[0], cases[0][0]):
            raise NotYet("Your function changed `popularity` itself, which the next user needs. Work on a copy.")
        if isinstance(got, set):
            raise NotYet("A set has no order. Return a list or an array, best first.")
        if len(got) != 3:
            raise NotYet(f"For k=3, your function returned {len(got)} items. Return exactly k.")

    def hidden(popularity, seen, by=-np.inf, padding=True):
        scores = np.array(popularity, dtype=float)
        scores[[*seen, 0] if padding else [*seen]] = by(scores) if callable(by) else by
        return scores

    mistakes = {
        "You recommend index 0, which is padding and not a film. Hide it as well.": takes_best(
            lambda popularity, seen, k: hidden(popularity, seen, padding=False)
        ),
        "You recommend something the user has already seen. Hide it before you sort.": takes_best(
            lambda popularity, seen, k: hidden(popularity, [])
        ),
        "A score of 0 does not hide a film: an unseen one may have 0, too. Use −∞.": takes_best(
            lambda popularity, seen, k: hidden(popularity, seen, by=0.0)
        ),
        "The lowest popularity does not hide a film: an unseen one may have it, too. Use −∞.": takes_best(
            lambda popularity, seen, k: hidden(popularity, seen, by=np.min)
        ),
        "You return the least popular films: sort by minus the score.": takes_best(
            lambda popularity, seen, k: -hidden(popularity, seen, by=np.inf)
        ),
        "You sort in ascending order, so the hidden films come first: sort by minus the score.": takes_best(
            lambda popularity, seen, k: -hidden(popularity, seen)
        ),
        "These are the right items, but the most popular comes last. Return the best first.": (
            lambda popularity, seen, k: _popular(popularity, seen, k)[::-1]
        ),
        "All your indices are one too small: you left out index 0, which shifted the others.": (
            lambda popularity, seen, k: _popular(popularity, seen, k) - 1
        ),
        "These are the right items in the wrong order. Put the most popular first.": (
            lambda popularity, seen, k: np.sort(_popular(popularity, seen, k))
        ),
        "You return the popularity. Return the indices of the films.": (
            lambda popularity, seen, k: np.array(popularity, float)[_popular(popularity, seen, k)]
        ),
        "Deleting films shifts the indices of all others. Hide them with −∞ instead.": (
            lambda popularity, seen, k: np.argsort(-np.delete(popularity, [0, *seen]))[:k]
        ),
    }

    def view(rows, popularity, seen, k):  # films of equal popularity may change places
        return hidden(popularity, seen)[np.asarray(rows)]

    judge(answer, cases, _popular, mistakes, view=view)


def _toy_matrices(seed: int, shapes=((6, 4), (9, 5), (5, 7), (12, 3))) -> list[tuple]:
    rng = np.random.default_rng(seed)
    matrices = []
    for n_users, n_films in shapes:
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


def _similarity(x):
    together = x.T @ x
    similarity = together / np.sqrt(np.outer(np.diag(together), np.diag(together)))
    np.fill_diagonal(similarity, 0)
    return similarity


@exercise(
    "04.8",
    "O4",
    "faded",
    done="This is item-kNN: count common users, divide by the lengths, clear the diagonal, add up the similarities.",
)
def item_knn_scores(answer) -> None:
    mistakes = {
        "You divide by the sizes themselves. `length` is their root: the divisor is np.outer(length, length).": partial(
            _cosine_scores, divide=lambda together: np.outer(np.diag(together), np.diag(together))
        ),
        "You divide by one length only. Divide by the product of both films' lengths.": partial(
            _cosine_scores, divide=lambda together: np.sqrt(np.diag(together))
        ),
        "You do not divide, so popular films win because they share users with all others. Use "
        "np.outer(length, length).": partial(_cosine_scores, divide=lambda together: 1.0),
        "You add the lengths. Their *product* is the divisor: np.outer(length, length).": partial(
            _cosine_scores,
            divide=lambda together: np.sqrt(np.diag(together))[:, None] + np.sqrt(np.diag(together)),
        ),
        "`length @ length` is one number for all pairs. Each pair has its own product: np.outer(length, "
        "length).": partial(_cosine_scores, divide=lambda together: np.trace(together)),
        "You return the similarity. Return the scores: `x @ similarity`.": (_similarity),
        "This is lift. The cosine divides by np.outer(length, length), without the number of users.": (
            lambda x: _cosine_scores(x, divide=lambda together: np.outer(np.diag(together), np.diag(together)) / len(x))
        ),
        "This is the Jaccard index. The cosine divides by np.outer(length, length).": partial(
            _cosine_scores, divide=lambda together: np.diag(together)[:, None] + np.diag(together) - together
        ),
        "Your diagonal is −1, so each seen film lowers its own score. Set the diagonal to 0.": (
            lambda x: _cosine_scores(x) - x
        ),
        "You set the diagonal to 0 before `length` was read from it. Divide first, then set it to 0.": Sign(
            lambda mine, x: np.isnan(mine).any()
        ),
        "The diagonal is not 0, so each seen film raises its own score. Set the diagonal to 0.": partial(
            _cosine_scores, zero=False
        ),
    }
    judge(answer, _toy_matrices(4), _cosine_scores, mistakes)


def _ease(x, regularisation, by="column", sign=-1, zero=True, penalty=np.eye, power=1):
    inverse = np.linalg.pinv(x.T @ x + regularisation**power * penalty(x.shape[1]))
    divisor = {"column": np.diag(inverse), "row": np.diag(inverse)[:, None], "none": 1.0}[by]
    weights = sign * inverse / divisor
    if zero:
        np.fill_diagonal(weights, 0)
    return weights


def _ridge(x, regularisation, zero):
    gram = x.T @ x
    weights = np.linalg.inv(gram + regularisation * np.eye(len(gram))) @ gram
    return weights * (1 - np.eye(len(gram))) if zero else weights


def _entrywise(gram):
    inverse = np.divide(1, gram, out=np.zeros(gram.shape), where=gram != 0)
    return -inverse / np.diag(inverse) * (1 - np.eye(len(gram)))


def _not_inverted(x, regularisation):
    gram = x.T @ x + regularisation * np.eye(x.shape[1])
    return -gram / np.diag(gram) * (1 - np.eye(len(gram)))


@exercise("04.9", "O4", "code", done="EASE needs one matrix inverse, one division of its columns, and a diagonal of 0.")
def ease(answer) -> None:
    matrices = _toy_matrices(5, ((9, 3), (14, 5), (12, 4), (15, 6)))  # with x.T @ x that has an inverse
    cases = [(x, regularisation) for (x,), regularisation in zip(matrices, (1.0, 0.5, 3.0, 10.0))]
    changes = {
        "You divided the rows. Column j is divided by P[j, j]: `inverse / np.diag(inverse)`.": {"by": "row"},
        "The division is missing: divide column j of −P by P[j, j].": {"by": "none"},
        "The sign is missing: B is *minus* P / diag(P).": {"sign": 1},
        "The diagonal must be 0 at the end, or each film predicts itself.": {"zero": False},
        "λ belongs on the diagonal only: regularisation times `np.eye(n)`.": {"penalty": lambda n: np.ones((n, n))},
        "λ is missing: add `regularisation * np.eye(n)` before you invert.": {"penalty": lambda n: np.zeros((n, n))},
        "You square λ. Add `regularisation * np.eye(n)` as it is.": {"power": 2},
    }
    mistakes = variants(_ease, changes) | {
        "You fix λ at 1. Add `regularisation * np.eye(n)`.": lambda x, regularisation: _ease(x, 1.0),
        "This is ridge regression, in which a film may predict itself. B is −P / diag(P), with a diagonal "
        "of 0.": partial(_ridge, zero=False),
        "This is ridge regression with the diagonal set to 0 afterwards. EASE is −P / diag(P), with a diagonal of 0.": (
            partial(_ridge, zero=True)
        ),
        "The inverse is missing: P is the inverse of x.T @ x + λ I.": _not_inverted,
        "`1 / matrix` inverts each number. For the inverse of the matrix, use np.linalg.inv.": (
            lambda x, regularisation: _entrywise(x.T @ x + regularisation * np.eye(x.shape[1]))
        ),
        "This is 1 − P / diag(P). B is −P / diag(P), and only the diagonal is changed, to 0.": (
            lambda x, regularisation: 1 + _ease(x, regularisation, zero=False)
        ),
        "You compare users: x @ x.T. EASE compares films: x.T @ x.": lambda x, regularisation: _ease(
            x.T, regularisation
        ),
        "You return scores. Return the weights B, (n_films, n_films).": (
            lambda x, regularisation: x @ _ease(x, regularisation)
        ),
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
        "DA": "Line A draws new users in each round, so it belongs inside the loop, after D.",
        "AB": "Line B uses `draw`, so the users must be drawn before it.",
        "BE": "The quantiles need all the means, so line E comes last, after the loop with its two lines.",
    },
    done="The same draw of users is used for both models, so the comparison stays paired.",
)


choice(
    "04.11",
    "O5",
    right="c",
    why_not={
        "a": "0.009 is the mean of this sample. The interval includes zero: there may be no difference at all.",
        "b": "Not distinguishable is not the same as equal: the difference may be as large as 0.019.",
        "d": "The interval includes zero, so at 95 % it does not show that the network is better.",
    },
    done="The interval includes zero, so this test cannot decide. More users or more test films could.",
)

choice(
    "04.12",
    "O6",
    right="a",
    why_not={
        "b": "10 would be the number for about 1,000 better items. Here 99 of the 9,999 are better, and 100 "
        "of the 9,999 are drawn.",
        "c": "Only 100 of 9,999 items are drawn; most of the better ones are not among them.",
        "d": "Each better item is drawn with probability 100 / 9,999, so the expected number is 99 × 100 / 9,999.",
    },
    done="99 × 100 / 9,999 is about 1: an item at rank 100 appears at rank 2.",
)
