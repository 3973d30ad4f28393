"""Checks of lesson 04, measure a recommender."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, predict

predict(
    "04.1",
    "O2",
    truth=0.9,
    within=0.02,
    low="Count again when you see it: nine of ten visitors did not click, and the model says so to all ten.",
    high="It is wrong about one visitor of ten, so it cannot reach that.",
    done="Nine of ten are right without a single click found: that is the trouble with accuracy.",
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
    "04.2", "O3", "code", done="Recall asks how much of what matters was found, wherever it stands in the first k."
)
def recall(answer) -> None:
    mistakes = {
        "You counted hits in the whole list. Only the first k places are seen: cut the list there.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, None) / len(relevant)
        ),
        "That is precision: you divided by k. Recall divides by the number of relevant items.": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / k
        ),
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


@exercise("04.3", "O3", "code", done="A hit at the top counts more, and a perfect list has 1.")
def ndcg(answer) -> None:
    mistakes = {
        "You counted hits behind place k. Cut the list there first.": partial(_ndcg, cut=False),
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
        "Every hit counts the same in yours. Discount each by 1 / log₂(rank + 1).": (
            lambda ranked, relevant, k: _n_hits(ranked, relevant, k) / min(k, len(relevant))
        ),
    }
    if not np.isfinite(answer([1, 2], {1}, 2)):
        raise NotYet("Not a finite number: the first place has index 0, and 1 / log₂(0 + 1) divides by zero.")
    judge(answer, _cases(2), _ndcg, mistakes)


@exercise("04.4", "O3", "debug", done="A user without a hit has reciprocal rank 0; argmax alone made it 1.")
def reciprocal_rank(answer) -> None:
    if answer(np.array([False, False, False])) != 0:
        raise NotYet("Try a user without any hit, [False, False, False]: argmax says 0, the same as for a hit on top.")
    for is_hit, right in (([True, False], 1.0), ([False, True, True], 1 / 2), ([False, False, False, True], 1 / 4)):
        got = answer(np.array(is_hit))
        if np.isclose(got, np.argmax(is_hit)):
            raise NotYet("You return the index. The reciprocal rank is one over the rank, and ranks start at 1.")
        if not np.isclose(got, right):
            raise NotYet(
                f"For {is_hit} the first hit has rank {round(1 / right)}: {right:.2f} is right, yours is {got}."
            )


choice(
    "04.5",
    "O1",
    right="c",
    why_not={
        "a": "Nothing of the same user is later. But training holds other users' ratings from after that moment.",
        "b": "That is what a random split does. Here the test item is the user's last, so none of their own is later.",
        "d": "Each rating stands in one part only, so the test item is not in training.",
    },
    done="On the clock of the whole site, training is full of later ratings: trends and new films are known too early.",
)


@exercise("04.6", "O4", "code", done="Hiding what was seen is half of every recommender.")
def recommend_popular(answer) -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        n_items, k = int(rng.integers(8, 15)), int(rng.integers(1, 4))
        popularity = np.concatenate([[99.0], rng.permutation(n_items) + 1.0])  # a popular padding column: a trap
        seen = {int(item) for item in rng.choice(n_items, int(rng.integers(1, 5)), replace=False) + 1}
        kept = popularity.copy()
        got = np.asarray(answer(popularity, set(seen), k)).tolist()
        if not np.array_equal(popularity, kept):
            raise NotYet("Your function changed `popularity` itself; the next user would suffer. Work on a copy.")
        if len(got) != k:
            raise NotYet(f"Asked for k={k} items, you returned {len(got)}.")
        if 0 in got:
            raise NotYet("You recommend index 0. It is padding and stands for no film.")
        if seen & set(got):
            raise NotYet("You recommend something the user has already seen. Hide it before you sort.")
        order = sorted(set(range(1, n_items + 1)) - seen, key=lambda item: -popularity[item])
        if got == order[:k]:
            continue
        if got == order[::-1][:k]:
            raise NotYet("Yours are the least popular ones: the order is turned round.")
        if set(got) == set(order[:k]):
            raise NotYet("The right items in the wrong order: the most popular comes first.")
        raise NotYet(f"For popularity={popularity}, seen={seen}, k={k} it should be {order[:k]}, yours is {got}.")


@exercise("04.7", "O5", "parsons", done="The pairs stay together: one draw of users, used for both models.")
def paired_lines(answer) -> None:
    order = "".join(letter for letter in str(answer).upper() if letter.isalpha())
    if order == "CDABE":
        return
    if "F" in order:
        raise NotYet("Line F draws other users for the second model, which breaks the pairs. Leave it out.")
    if sorted(order) != list("ABCDE"):
        raise NotYet("Use each of the letters A, B, C, D and E once.")
    if order.index("C") > order.index("D"):
        raise NotYet("The differences do not change from draw to draw: subtract once, before the loop.")
    if order.index("B") < order.index("A"):
        raise NotYet("Line B uses `draw`, so the users must be drawn before it.")
    raise NotYet("The quantiles need all the means: they come last, after the loop with its two lines.")


choice(
    "04.8",
    "O6",
    right="a",
    why_not={
        "b": "10 would be the number for about 1,000 better items. 99 better ones among 9,999, of which we draw 100: …",
        "c": "Only 100 of 9,999 items are drawn; most of the better ones are not among them.",
        "d": "Each better item is drawn with chance 100 / 9,999, so the expected number is 99 × 100 / 9,999.",
    },
    done="99 × 100 / 9,999 is about 1: an item at rank 100 seems to stand at rank 2.",
)
