"""Checks of lesson 16, combine recommenders."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, takes_best, trace

predict(
    "16.1",
    "O1",
    truth=0.15,
    within=0.006,
    between=(0, 1),
    low="It is a little more: fusing good models that agree does no harm, but it gains next to nothing.",
    high="It is less. Three good models that find the same films are hardly better than one of them.",
    done="Right: next to nothing is gained, because the three models find the same films.",
)


def _given_16_2(scores):
    return (scores - scores.mean(axis=0)) / scores.std(axis=0)


def _standardised(scores, mean_axis=1, std_axis=1, spread=np.std, centre=np.mean):
    return (scores - centre(scores, axis=mean_axis, keepdims=True)) / spread(scores, axis=std_axis, keepdims=True)


@exercise("16.2", "O2", "debug", done="Each user's scores now have mean 0 and standard deviation 1.", given=_given_16_2)
def standardise(answer) -> None:
    rng = np.random.default_rng(1)
    cases = [
        (rng.normal(rng.normal(0, 3, (n_users, 1)), rng.uniform(0.5, 9, (n_users, 1)), (n_users, n_items)),)
        for n_users, n_items in ((3, 5), (2, 4), (6, 3), (5, 9))
    ]
    mistakes = {
        "The mean and the standard deviation still run over users, axis 0. Each user is a row: use axis=1, "
        "keepdims=True.": _given_16_2,
        "You use one mean and one standard deviation for the whole array. Each user's row needs its own.": partial(
            _standardised, mean_axis=None, std_axis=None
        ),
        "You take the mean of each row, but the standard deviation still runs over users. Compute both per row.": (
            partial(_standardised, std_axis=0)
        ),
        "You take the standard deviation of each row, but the mean still runs over users. Compute both per row.": (
            partial(_standardised, mean_axis=0)
        ),
        "The standard deviation is that of the whole array. Each row needs its own.": partial(
            _standardised, std_axis=None
        ),
        "The mean is that of the whole array. Each row needs its own.": partial(_standardised, mean_axis=None),
        "You subtract the mean and stop there. Divide by the row's standard deviation, too.": (
            lambda s: s - s.mean(axis=1, keepdims=True)
        ),
        "You divide by the standard deviation without subtracting the mean. Subtract the row's mean first.": (
            lambda s: s / s.std(axis=1, keepdims=True)
        ),
        "You divide only the mean, because a bracket is missing. Subtract the mean first, then divide the *whole* "
        "difference.": (lambda s: s - s.mean(axis=1, keepdims=True) / s.std(axis=1, keepdims=True)),
        "You divide by the variance. Divide by its square root, the standard deviation.": partial(
            _standardised, spread=np.var
        ),
        "That is min–max scaling. Here each row should have mean 0 and standard deviation 1.": (
            lambda s: (s - s.min(axis=1, keepdims=True)) / (s.max(axis=1, keepdims=True) - s.min(axis=1, keepdims=True))
        ),
        "You divide by the range of the row. Divide by its standard deviation.": partial(_standardised, spread=np.ptp),
        "You use ddof=1, which divides by n − 1. `scores.std` divides by n: keep that.": partial(
            _standardised, spread=lambda s, axis, keepdims: np.std(s, axis=axis, ddof=1, keepdims=keepdims)
        ),
        "You subtract the median. Subtract the mean.": partial(_standardised, centre=np.median),
        "You divide by the length of the row as a vector. Its standard deviation is smaller by a factor of √n_items.": (
            lambda s: (c := s - s.mean(axis=1, keepdims=True)) / np.linalg.norm(c, axis=1, keepdims=True)
        ),
        "Rows and columns are swapped: the result must have the shape of `scores`.": lambda s: _standardised(s).T,
    }
    judge(answer, cases, _standardised, mistakes)


trace(
    "16.3",
    "O2",
    truth=1 / 62 + 1 / 70,
    within=0.00006,
    mistakes={
        1 / 72: "You added the ranks first. Compute 1 / (60 + rank) for each list, then add.",
        1 / 132: "You added the denominators. Add the two fractions instead: 1/62 + 1/70.",
        1 / 2 + 1 / 10: "The constant is missing: add 60 to each rank.",
        (1 / 62 + 1 / 70) / 2: "That is the mean of the two fractions. Reciprocal rank fusion adds them up.",
        1 / 61 + 1 / 70: "Both ranks count from 1, so the fractions are 1/62 and 1/70.",
        1 / 61 + 1 / 69: "Ranks count from 1 here, so rank 2 gives 1/62 and rank 10 gives 1/70.",
        1 / 62: "That is the first list alone. Add 1/70 from the second.",
        1 / 70: "That is the second list alone. Add 1/62 from the first.",
        1 / 66: "You averaged the ranks. Compute 1 / (60 + rank) for each list, then add the fractions.",
        132: "That is the sum of the denominators. Take 1 divided by each, and add: 1/62 + 1/70.",
        1 / 62 / 70: "You multiplied the two fractions. Add them.",
        0.03: "Give four decimals.",
    },
    otherwise="Compute 1 / (60 + rank) for each list; then add the two numbers.",
    done="1/62 + 1/70 = 0.0304: with a constant of 60, rank 10 counts nearly as much as rank 2.",
)


def _fused(scores, k=60, first=1, sign=-1, join=np.sum, term=lambda k, rank: 1 / (k + rank), axis=0):
    ranks = np.array([[sum(sign * other < sign * one for other in row) for one in row] for row in scores]) + first
    return join(term(k, ranks.astype(float)), axis=axis)


@exercise(
    "16.4", "O2", "code", done="Rank fusion uses only the ranks, so the models' scores may be on different scales."
)
def fusion(answer) -> None:
    rng = np.random.default_rng(2)
    cases = [
        (rng.normal(0, rng.uniform(1, 50, (n_models, 1)), (n_models, n_items)), k)
        for n_models, n_items, k in ((2, 3, 60), (3, 4, 60), (2, 6, 10), (4, 5, 1), (3, 7, 60), (5, 4, 20))
    ]
    mistakes = {
        "Your ranks count from 0. The best item should have rank 1.": partial(_fused, first=0),
        "You give rank 1 to the lowest score. The highest score should have rank 1: sort by minus the score.": partial(
            _fused, sign=1
        ),
        "`argsort` alone gives the items in order, not the rank of each item. Apply it twice.": (
            lambda scores, k: (1 / (k + np.argsort(-scores, axis=1) + 1)).sum(axis=0)
        ),
        "`argsort` alone gives the items in order, not the rank of each item, and it counts from 0. Apply it twice, "
        "and add 1.": lambda scores, k: (1 / (k + np.argsort(-scores, axis=1))).sum(axis=0),
        "You give rank 0 to the lowest score. The highest score should have rank 1: sort by minus the score, and "
        "add 1.": partial(_fused, first=0, sign=1),
        "Your result does not depend on `k`: compute 1 / (k + rank).": partial(_fused, term=lambda k, rank: 1 / rank),
        "You always use 60. Use the argument `k`.": lambda scores, k: _fused(scores, 60),
        "You computed 1/k + rank. The rank belongs in the denominator, too: 1 / (k + rank).": partial(
            _fused, term=lambda k, rank: 1 / k + rank
        ),
        "You computed 1/k + 1/rank. Add inside the fraction: 1 / (k + rank).": partial(
            _fused, term=lambda k, rank: 1 / k + 1 / rank
        ),
        "You add up k + rank over the models and divide once at the end. Compute 1 / (k + rank) for each model, "
        "then add.": (lambda scores, k: 1 / _fused(scores, k, term=lambda k, rank: k + rank)),
        "You add up the ranks first and divide once. Compute 1 / (k + rank) for each model, then add.": (
            lambda scores, k: 1 / (k + _fused(scores, k, term=lambda k, rank: rank))
        ),
        "You add up k + rank, so the best item gets the smallest number. Add up 1 / (k + rank).": partial(
            _fused, term=lambda k, rank: k + rank
        ),
        "You add up the ranks. Add up 1 / (k + rank).": partial(_fused, term=lambda k, rank: rank),
        "That is the mean over the models. Take their sum.": partial(_fused, join=np.mean),
        "You take only the best list of each item. Add up over all models.": partial(_fused, join=np.max),
        "You multiply over the models. Add up over them instead.": partial(_fused, join=np.prod),
        "You add up over the items, which gives one number per model. Add up over the models, axis 0.": partial(
            _fused, axis=1
        ),
        "You rank the scores of all models together. Rank each model, a row, by itself: use axis=1.": (
            lambda scores, k: (1 / (k + (-scores).ravel().argsort().argsort().reshape(scores.shape) + 1)).sum(axis=0)
        ),
        "You rank the models within each item, axis 0. Rank the items within each model, axis 1.": (
            lambda scores, k: (1 / (k + (-scores).argsort(axis=0).argsort(axis=0) + 1)).sum(axis=0)
        ),
        "You put the scores themselves in the denominator. Use their ranks.": (
            lambda scores, k: (1 / (k + scores)).sum(axis=0)
        ),
        "You return the fractions of each list. Add them up over the models, axis 0.": (
            lambda scores, k: np.array([_fused(row[None], k) for row in scores])
        ),
        "You return the items in their fused order. Return the fused score of each item.": takes_best(_fused),
    }
    judge(answer, cases, _fused, mistakes)


trace(
    "16.5",
    "O3",
    truth=0.784,
    within=0.0006,
    mistakes={
        0.343: "That is the probability that all three are right. Two of three are a majority as well.",
        0.441: "That is the probability that exactly two are right. Add the case that all three are right.",
        0.147: "That is one of the three ways in which exactly two are right. Multiply it by 3, and add the case "
        "that all three are right.",
        0.49: "That is the probability that two given people are right. The majority can be any two, or all three.",
        0.973: "That is the probability that at least one is right. A majority needs two.",
        0.7: "That is the probability for each person. The majority can also be right when one of them is wrong.",
        0.216: "That is the probability that the majority is wrong. Subtract it from 1.",
        0.49 + 0.343: "Exactly two are right with probability 3 · 0.7² · 0.3, because any of the three may be the "
        "one who is wrong.",
        0.49 * 0.3 + 0.343: "Exactly two right can happen in three ways: 3 · 0.7² · 0.3.",
        0.78: "Give three decimals.",
        78.4: "That is a percentage. Give a probability between 0 and 1.",
    },
    otherwise="Add two cases: all three are right, 0.7³, or exactly two of them are, 3 · 0.7² · 0.3.",
    done="0.343 + 0.441 = 0.784: if errors are independent, the majority is right more often than each voter alone.",
)


def _overlap(a, b, below=lambda a, b: (a | b).sum()):
    return (a & b).sum() / below(a, b)


def _by_user(a, b, skip):
    rows = [(x & y).sum() / (x | y).sum() if (x | y).any() else np.nan if skip else 0.0 for x, y in zip(a, b)]
    return np.nanmean(rows)


@exercise(
    "16.6",
    "O3",
    "code",
    done="An overlap near 1 means that two models have nearly the same hits; near 0, they are right about "
    "different films.",
)
def overlap(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for n_users, n_items, share in ((3, 4, 0.6), (5, 7, 0.5), (8, 6, 0.3), (6, 9, 0.4), (10, 12, 0.3)):
        a, b = rng.random((2, n_users, n_items)) < share
        a[0], b[0] = False, False  # a user without a hit
        a[1, :2], b[1, :2] = [True, True], [True, False]
        cases.append((a, b))
    mistakes = {
        "You average over users. Count the hits of all users together, then divide once.": partial(_by_user, skip=True),
        "You average over users, and those without a hit count as 0. Count all hits together, then divide once.": (
            partial(_by_user, skip=False)
        ),
        "You divide by the hits of `a`. Divide by the hits that at least one of the two has.": partial(
            _overlap, below=lambda a, b: a.sum()
        ),
        "You divide by the hits of `b`. Divide by the hits that at least one of the two has.": partial(
            _overlap, below=lambda a, b: b.sum()
        ),
        "a.sum() + b.sum() counts the common hits twice. Count each hit once: (a | b).sum().": partial(
            _overlap, below=lambda a, b: a.sum() + b.sum()
        ),
        "That is the Dice coefficient, 2 · both / (a + b). Divide the number of common hits by (a | b).sum().": partial(
            _overlap, below=lambda a, b: (a.sum() + b.sum()) / 2
        ),
        "You divide by the hits of the model with fewer hits. Divide by the hits that at least one of the two has.": (
            partial(_overlap, below=lambda a, b: min(a.sum(), b.sum()))
        ),
        "You divide by the hits of the model with more hits. Divide by the hits that at least one of the two has.": (
            partial(_overlap, below=lambda a, b: max(a.sum(), b.sum()))
        ),
        "You divide by the number of all entries. Films that neither model hits must not count: divide by (a | "
        "b).sum().": (partial(_overlap, below=lambda a, b: a.size)),
        "You count the entries where both agree, including misses. Nearly all films are misses for both: count "
        "only hits.": (lambda a, b: (a == b).mean()),
        "That is the share of hits that only one of the two has. Compute the share that both have.": (
            lambda a, b: (a ^ b).sum() / (a | b).sum()
        ),
        "Your fraction is upside down: divide the hits that both have by the hits that at least one has.": (
            lambda a, b: (a | b).sum() / (a & b).sum()
        ),
        "You return the number of common hits. Divide it by the number of hits that at least one has.": (
            lambda a, b: (a & b).sum()
        ),
        "You divide by the hits that *only one* has. Count the common hits in the denominator as well: (a | "
        "b).sum().": partial(_overlap, below=lambda a, b: (a ^ b).sum()),
        "That is the correlation of the two arrays. Divide the hits that both have by the hits that at least one "
        "has.": (lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1]),
        "A user without a hit gives 0 / 0. Count the hits of all users together, then divide once.": Sign(
            lambda mine, a, b: np.ndim(mine) == 0 and mine is not NotImplemented and np.isnan(mine)
        ),
        "You return one number per user. Count the hits of all users together, then divide once.": Sign(
            lambda mine, a, b: np.shape(mine) == (len(a),)
        ),
        "`a and b` needs a single truth value for the whole array. Use `a & b`, which works entry by entry.": Sign(
            lambda mine, a, b: mine is NotImplemented
        ),
    }
    judge(
        answer,
        cases,
        _overlap,
        mistakes,
        raised={ValueError: "`and` and `or` need a single truth value. Use `&` and `|`, which work entry by entry."},
    )


choice(
    "16.7",
    "O1",
    right="b",
    why_not={
        "a": "It is the strongest model, but it finds mostly the same films: like item-kNN with EASE, it would "
        "add next to nothing.",
        "c": "Its hits are different because it has hardly any. With equal weights it would pull your model down, "
        "as popularity did in lesson 11. A second model should be different *and* of similar strength.",
        "d": "Another seed makes partly different errors, so it may help a little. But four of five hits are the "
        "same, and it costs a whole training.",
    },
    done="It is nearly as strong as yours and right about other films, like the short-memory model next to EASE.",
)


def _rows(
    scores,
    seen,
    hidden,
    candidates=lambda seen, hidden: ~seen,
    labels=lambda seen, hidden: hidden,
    turn=np.transpose,
):
    mask = candidates(seen, hidden)
    return turn(scores[:, mask]), labels(seen, hidden)[mask].astype(int)


@exercise("16.8", "O4", "faded", done="The rows are unseen films only, and the labels come from later ratings.")
def meta_rows(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for n_models, n_items in ((2, 6), (3, 8), (4, 7), (2, 11), (5, 9)):
        part = rng.permutation(np.arange(n_items) % 4)  # 0 seen, 1 hidden, 2 and 3 neither
        cases.append((rng.normal(size=(n_models, n_items)), part == 0, part == 1))
    mistakes = {
        "This is the leak: your rows are the films that the members learned from. The candidates are the *unseen* "
        "films, `~seen`.": (partial(_rows, candidates=lambda seen, hidden: seen)),
        "This is the leak: your rows are the films that the members learned from, and the labels come from "
        "`seen`. Candidates are the unseen films; labels come from `hidden`.": partial(
            _rows, candidates=lambda seen, hidden: seen, labels=lambda seen, hidden: seen
        ),
        "This is the leak: all films are rows, and the label says which ones the members learned from. Candidates "
        "are the unseen films; labels come from `hidden`.": partial(
            _rows, candidates=lambda seen, hidden: np.ones_like(seen), labels=lambda seen, hidden: seen
        ),
        "Your rows include films that the user has seen. They are not candidates, because they cannot be rated "
        "later: use `~seen`.": partial(_rows, candidates=lambda seen, hidden: np.ones_like(seen)),
        "All films are rows in your table, and seen films count as positive. Candidates are the unseen films; "
        "labels come from `hidden`.": partial(
            _rows, candidates=lambda seen, hidden: np.ones_like(seen), labels=lambda seen, hidden: seen | hidden
        ),
        "All your rows are positive. Include the films that were *not* rated later: take all unseen films.": (
            partial(_rows, candidates=lambda seen, hidden: hidden)
        ),
        "The films rated later are missing, so every label is 0. Candidates are all unseen films: `~seen`.": partial(
            _rows, candidates=lambda seen, hidden: ~seen & ~hidden
        ),
        "Your rows are the seen and the hidden films. Candidates are all *unseen* films, rated later or not.": partial(
            _rows, candidates=lambda seen, hidden: seen | hidden
        ),
        "Your rows are the films that were not rated later. Candidates are those that were not *seen*.": partial(
            _rows, candidates=lambda seen, hidden: ~hidden
        ),
        "The labels come from `seen`, so all of them are 0. Take them from `hidden`, which says what was rated "
        "later.": partial(_rows, labels=lambda seen, hidden: seen),
        "The labels are reversed: 1 should mean that the film was rated later.": partial(
            _rows, labels=lambda seen, hidden: ~hidden
        ),
        "X has one row per model. Transpose it to get one row per candidate.": partial(_rows, turn=lambda x: x),
        "You return the labels of all films. Take `hidden[is_candidate]`, so that each row has its own label.": (
            lambda scores, seen, hidden: (scores[:, ~seen].T, hidden.astype(int))
        ),
        "X holds all films, but y holds only the candidates. Apply the mask to both.": (
            lambda scores, seen, hidden: (scores.T, hidden[~seen].astype(int))
        ),
        "The two results are in the wrong order: return X, then y.": lambda *case: _rows(*case)[::-1],
        "X has the right numbers in the wrong positions, because `reshape` does not transpose. Use `.T`.": partial(
            _rows, turn=lambda x: x.reshape(x.shape[::-1])
        ),
        "The labels are positions of films. Return one 0 or 1 for each row.": (
            lambda scores, seen, hidden: (scores[:, ~seen].T, np.flatnonzero(hidden))
        ),
    }
    judge(answer, cases, _rows, mistakes)


predict(
    "16.9",
    "O4",
    truth=0.05,
    within=0.03,
    between=(0, 1),
    low="It is a little more, but you expected the right thing: it is far below popularity.",
    high="It is far lower. The leaky table rewards members for recognising ratings that they learned from, and "
    "this does harm.",
    done="Right: a leaky stack of five good members reaches only about half of popularity's NDCG@10.",
)


parsons(
    "16.10",
    "O4",
    right=("AEBDF", "AEDBF"),
    not_used={
        "C": "C is the leak: the members' scores for ratings that they learned from say nothing about later ratings."
    },
    before={
        "AE": "The members must be fitted before they can score anything.",
        "EB": "The meta-learner's features are the members' scores for the later part, so the members must score "
        "it first.",
        "ED": "If the members are refitted too early, they have already learned from the later part that they "
        "should score.",
        "BF": "To combine the members, you need the weights that the meta-learner finds.",
        "DF": "The test comes last, with members that are refitted on all known ratings.",
    },
    done="Fit the members on the earlier part, score the later part, learn the weights, refit the members, and "
    "measure once.",
)


choice(
    "16.11",
    "O5",
    right="a",
    why_not={
        "b": "It has five more models to maintain for 0.001 more, and the intervals overlap almost entirely. "
        "Nobody knows whether it is better than the blend of two.",
        "c": "Its interval includes zero, so it may gain nothing. It also has a meta-learner to maintain.",
        "d": "It has the largest gain, but it needs 70 ms and only 40 ms are allowed. Distil it or make it faster "
        "before you deploy it.",
    },
    done="Its gain has an interval that excludes zero, it stays within the 40 ms, and it has the fewest models to "
    "maintain.",
)
