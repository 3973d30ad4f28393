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
    low="A little more: fusing good models that agree does no harm. It gains next to nothing, either.",
    high="Less. Three good models that find the same films are hardly better than one of them.",
    done="Next to nothing gained: the three find the same films.",
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
        "The mean and the deviation still run over users, axis 0. A user is a row: axis 1, with keepdims.": _given_16_2,
        "One mean and one deviation for the whole array. Each user, a row, needs its own.": partial(
            _standardised, mean_axis=None, std_axis=None
        ),
        "The mean is that of the row, the deviation still runs over users. Both are per row.": partial(
            _standardised, std_axis=0
        ),
        "The deviation is that of the row, the mean still runs over users. Both are per row.": partial(
            _standardised, mean_axis=0
        ),
        "The deviation is that of the whole array. Each row needs its own.": partial(_standardised, std_axis=None),
        "The mean is that of the whole array. Each row needs its own.": partial(_standardised, mean_axis=None),
        "You subtract the mean and stop there. Divide by the row's standard deviation, too.": (
            lambda s: s - s.mean(axis=1, keepdims=True)
        ),
        "You divide by the deviation and keep the mean. Subtract the row's mean first.": (
            lambda s: s / s.std(axis=1, keepdims=True)
        ),
        "The order of the steps: subtract the mean first, then divide *all* of it. A bracket is missing.": (
            lambda s: s - s.mean(axis=1, keepdims=True) / s.std(axis=1, keepdims=True)
        ),
        "You divide by the variance. The standard deviation is its root.": partial(_standardised, spread=np.var),
        "That is min–max scaling. Here each row gets mean 0 and standard deviation 1.": (
            lambda s: (s - s.min(axis=1, keepdims=True)) / (s.max(axis=1, keepdims=True) - s.min(axis=1, keepdims=True))
        ),
        "You divide by the range of the row, not by its standard deviation.": partial(_standardised, spread=np.ptp),
        "You divide by n − 1 inside the deviation (ddof=1). `scores.std` divides by n; keep that.": partial(
            _standardised, spread=lambda s, axis, keepdims: np.std(s, axis=axis, ddof=1, keepdims=keepdims)
        ),
        "You subtract the median. The mean is asked for.": partial(_standardised, centre=np.median),
        "You divide by the length of the row's vector. The standard deviation is smaller, by √n_items.": (
            lambda s: (c := s - s.mean(axis=1, keepdims=True)) / np.linalg.norm(c, axis=1, keepdims=True)
        ),
        "The rows and columns are exchanged: the result must have the shape of `scores`.": lambda s: _standardised(s).T,
    }
    judge(answer, cases, _standardised, mistakes)


trace(
    "16.3",
    "O2",
    truth=1 / 62 + 1 / 70,
    within=0.00006,
    mistakes={
        1 / 72: "Do not add the ranks first: 1 / (60 + rank) for each list, then the sum.",
        1 / 132: "Two fractions, not one: 1/62 and 1/70, added up.",
        1 / 2 + 1 / 10: "The constant is missing: 60 is added to each rank.",
        (1 / 62 + 1 / 70) / 2: "That is the mean of the two. Reciprocal rank fusion adds them up.",
        1 / 61 + 1 / 70: "Both ranks count from 1: 1/62 and 1/70.",
        1 / 61 + 1 / 69: "Ranks count from 1 here, so rank 2 gives 1/62.",
        1 / 62: "That is the first list alone. Add 1/70 from the second.",
        1 / 70: "That is the second list alone. Add 1/62 from the first.",
        1 / 66: "The mean rank is 6, but the fractions are added, not the ranks averaged.",
        132: "One divided by each: 1/62 + 1/70.",
        1 / 62 / 70: "Add the two fractions; do not multiply them.",
        0.03: "Four decimals, please.",
    },
    otherwise="From each list 1 / (60 + rank); then add the two numbers.",
    done="1/62 + 1/70: rank 10 counts nearly as much as rank 2.",
)


def _fused(scores, k=60, first=1, sign=-1, join=np.sum, term=lambda k, rank: 1 / (k + rank), axis=0):
    ranks = np.array([[sum(sign * other < sign * one for other in row) for one in row] for row in scores]) + first
    return join(term(k, ranks.astype(float)), axis=axis)


@exercise("16.4", "O2", "code", done="Only ranks count, so no model needs to be on the scale of another.")
def fusion(answer) -> None:
    rng = np.random.default_rng(2)
    cases = [
        (rng.normal(0, rng.uniform(1, 50, (n_models, 1)), (n_models, n_items)), k)
        for n_models, n_items, k in ((2, 3, 60), (3, 4, 60), (2, 6, 10), (4, 5, 1), (3, 7, 60), (5, 4, 20))
    ]
    mistakes = {
        "Your ranks count from 0. The best item has rank 1.": partial(_fused, first=0),
        "Your rank 1 is the lowest score. The highest score has rank 1: sort by minus the score.": partial(
            _fused, sign=1
        ),
        "`argsort` alone gives the items in order, not the rank of each item. Apply it twice.": (
            lambda scores, k: (1 / (k + np.argsort(-scores, axis=1) + 1)).sum(axis=0)
        ),
        "`argsort` alone gives the items in order, not the rank of each item, and it counts from 0. Apply it twice, "
        "and add 1.": lambda scores, k: (1 / (k + np.argsort(-scores, axis=1))).sum(axis=0),
        "Two things: rank 1 is the highest score, and it counts from 1.": partial(_fused, first=0, sign=1),
        "`k` has no say in yours: 1 / (k + rank).": partial(_fused, term=lambda k, rank: 1 / rank),
        "You always take 60. `k` is an argument.": lambda scores, k: _fused(scores, 60),
        "That is 1/k + rank. The rank belongs under the fraction, too: 1 / (k + rank).": partial(
            _fused, term=lambda k, rank: 1 / k + rank
        ),
        "That is 1/k + 1/rank. Add inside the fraction: 1 / (k + rank).": partial(
            _fused, term=lambda k, rank: 1 / k + 1 / rank
        ),
        "You add k + rank and divide at the end. Divide for each model, then add.": (
            lambda scores, k: 1 / _fused(scores, k, term=lambda k, rank: k + rank)
        ),
        "You add up the ranks first and divide once. Take 1 / (k + rank) for each model, then add.": (
            lambda scores, k: 1 / (k + _fused(scores, k, term=lambda k, rank: rank))
        ),
        "You add k + rank, so the best item has the smallest number. Take 1 divided by it.": partial(
            _fused, term=lambda k, rank: k + rank
        ),
        "You add up the ranks. Add up 1 / (k + rank).": partial(_fused, term=lambda k, rank: rank),
        "That is the mean over the models. Their sum is asked for.": partial(_fused, join=np.mean),
        "You take the best list of each item alone. Add up over all models.": partial(_fused, join=np.max),
        "You multiply over the models. Add up.": partial(_fused, join=np.prod),
        "You add up over the items, one number per model. Add up over the models, axis 0.": partial(_fused, axis=1),
        "You rank all scores of all models together. Each model, a row, has its own ranks.": (
            lambda scores, k: (1 / (k + (-scores).ravel().argsort().argsort().reshape(scores.shape) + 1)).sum(axis=0)
        ),
        "You rank the models within each item, axis 0. Rank the items within each model, axis 1.": (
            lambda scores, k: (1 / (k + (-scores).argsort(axis=0).argsort(axis=0) + 1)).sum(axis=0)
        ),
        "You put the scores themselves under the fraction. Their ranks belong there.": (
            lambda scores, k: (1 / (k + scores)).sum(axis=0)
        ),
        "You return the fraction of each list. Add up over the models, axis 0.": (
            lambda scores, k: np.array([_fused(row[None], k) for row in scores])
        ),
        "You return the items in their fused order. The fused score of each item is asked for.": takes_best(_fused),
    }
    judge(answer, cases, _fused, mistakes)


trace(
    "16.5",
    "O3",
    truth=0.784,
    within=0.0006,
    mistakes={
        0.343: "That is all three right. Two of three are a majority as well.",
        0.441: "That is exactly two right. Add the case that all three are right.",
        0.147: "That is one of the three ways in which exactly two are right. There are three, and all three may be.",
        0.49: "That is the probability that two given people are right. The majority can be any two, or all three.",
        0.973: "That is at least one right. A majority needs two.",
        0.7: "That is each of them. Independent errors can be outvoted.",
        0.216: "That is the probability that the majority is wrong. Subtract it from 1.",
        0.49 + 0.343: "Exactly two: 3 · 0.7² · 0.3, three ways to be the one who is wrong.",
        0.49 * 0.3 + 0.343: "Exactly two right can happen in three ways: 3 · 0.7² · 0.3.",
        0.78: "Three decimals, please.",
        78.4: "As a probability between 0 and 1, please.",
    },
    otherwise="All three right, 0.7³, or exactly two of them: 3 · 0.7² · 0.3.",
    done="0.343 + 0.441: more than any of them alone, as long as they err separately.",
)


def _overlap(a, b, below=lambda a, b: (a | b).sum()):
    return (a & b).sum() / below(a, b)


def _by_user(a, b, skip):
    rows = [(x & y).sum() / (x | y).sum() if (x | y).any() else np.nan if skip else 0.0 for x, y in zip(a, b)]
    return np.nanmean(rows)


@exercise("16.6", "O3", "code", done="Near 1: copies. Near 0: two models that are right about different films.")
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
        "Hits that both have count twice in a.sum() + b.sum(). Each film counts once: a | b.": partial(
            _overlap, below=lambda a, b: a.sum() + b.sum()
        ),
        "That is the Dice coefficient, 2 · both / (a + b). Divide the number of both by that of `a | b`.": partial(
            _overlap, below=lambda a, b: (a.sum() + b.sum()) / 2
        ),
        "You divide by the smaller set. Divide by the hits that at least one of the two has.": partial(
            _overlap, below=lambda a, b: min(a.sum(), b.sum())
        ),
        "You divide by the larger set. Divide by the hits that at least one of the two has.": partial(
            _overlap, below=lambda a, b: max(a.sum(), b.sum())
        ),
        "You divide by the number of all entries. Films that nobody hits must not count: divide by (a | b).sum().": (
            partial(_overlap, below=lambda a, b: a.size)
        ),
        "You count entries where both agree, also on a miss. Nearly all films are misses for everybody: count hits.": (
            lambda a, b: (a == b).mean()
        ),
        "That is the share of hits that only one of the two has. The share that both have is asked for.": (
            lambda a, b: (a ^ b).sum() / (a | b).sum()
        ),
        "Upside down: both above, at least one below.": lambda a, b: (a | b).sum() / (a & b).sum(),
        "You return the number of common hits. Divide it by the number that at least one has.": (
            lambda a, b: (a & b).sum()
        ),
        "You divide by the hits that *only one* has. Those of both belong below as well: a | b.": partial(
            _overlap, below=lambda a, b: (a ^ b).sum()
        ),
        "That is the correlation of the two arrays. Count hits: both, divided by at least one.": (
            lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1]
        ),
        "A user without a hit gives 0 / 0. Count the hits of all users together, then divide once.": Sign(
            lambda mine, a, b: np.ndim(mine) == 0 and mine is not NotImplemented and np.isnan(mine)
        ),
        "One number per user. Count the hits of all users together, then divide once.": Sign(
            lambda mine, a, b: np.shape(mine) == (len(a),)
        ),
        "`a and b` asks for one truth of a whole array. `a & b` works entry by entry.": Sign(
            lambda mine, a, b: mine is NotImplemented
        ),
    }
    judge(
        answer,
        cases,
        _overlap,
        mistakes,
        raised={ValueError: "`and` and `or` want a single truth; `&` and `|` work entry by entry."},
    )


choice(
    "16.7",
    "O1",
    right="b",
    why_not={
        "a": "It is the strongest, but it finds the same films: like item-kNN beside EASE, it would add next to "
        "nothing.",
        "c": "Its hits are different because it has hardly any. A vote gives it the same say as yours: popularity "
        "pulled a better model down in lesson 11. Different *and* of similar strength is what helps.",
        "d": "Seeds make separate errors too, so it may help a little. But four of five hits are the same, and a "
        "training costs as much as any other.",
    },
    done="Nearly as strong, and right about other films: what EASE and the short memory were to each other.",
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


@exercise("16.8", "O4", "faded", done="Only unseen films are rows, and the labels come from later.")
def meta_rows(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for n_models, n_items in ((2, 6), (3, 8), (4, 7), (2, 11), (5, 9)):
        part = rng.permutation(np.arange(n_items) % 4)  # 0 seen, 1 hidden, 2 and 3 neither
        cases.append((rng.normal(size=(n_models, n_items)), part == 0, part == 1))
    mistakes = {
        "The leak: your rows are the films the members learned from. The candidates are the *unseen* ones, `~seen`.": (
            partial(_rows, candidates=lambda seen, hidden: seen)
        ),
        "The leak: your rows are the films the members learned from, and being seen is the label. Candidates are "
        "unseen, labels come from `hidden`.": partial(
            _rows, candidates=lambda seen, hidden: seen, labels=lambda seen, hidden: seen
        ),
        "The leak: all films are rows, and the label says which ones the members learned from. Candidates are unseen, "
        "labels come from `hidden`.": partial(
            _rows, candidates=lambda seen, hidden: np.ones_like(seen), labels=lambda seen, hidden: seen
        ),
        "Films the user has seen are among your rows. They are no candidates, and no later rating can be theirs: "
        "`~seen`.": partial(_rows, candidates=lambda seen, hidden: np.ones_like(seen)),
        "Seen and hidden films count as positive in yours, and all films are rows. Candidates are unseen; the label is "
        "`hidden`.": partial(
            _rows, candidates=lambda seen, hidden: np.ones_like(seen), labels=lambda seen, hidden: seen | hidden
        ),
        "All your rows are positive. The films that were *not* rated later are needed as well: take all unseen ones.": (
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
        "The labels come from `seen`, so all of them are 0. They must say what was rated later: `hidden`.": partial(
            _rows, labels=lambda seen, hidden: seen
        ),
        "The labels are upside down: 1 means rated later.": partial(_rows, labels=lambda seen, hidden: ~hidden),
        "X has a row per model. A row per candidate is asked for: transpose it.": partial(_rows, turn=lambda x: x),
        "The labels are those of all films. Take `hidden[is_candidate]`, so that each row has its own.": (
            lambda scores, seen, hidden: (scores[:, ~seen].T, hidden.astype(int))
        ),
        "X holds all films, y only the candidates. Mask both.": (
            lambda scores, seen, hidden: (scores.T, hidden[~seen].astype(int))
        ),
        "The two results are the wrong way round: X, then y.": lambda *case: _rows(*case)[::-1],
        "X has the right numbers in the wrong rows: `reshape` does not transpose. Use `.T`.": partial(
            _rows, turn=lambda x: x.reshape(x.shape[::-1])
        ),
        "The labels are positions of films. One 0 or 1 for each row is asked for.": (
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
    low="A little more, but you saw it coming: it is far below popularity.",
    high="Less, and by far: learning whom to trust from what the members know by heart does not just fail to help.",
    done="Half of popularity, from five good members.",
)


parsons(
    "16.10",
    "O4",
    right=("AEBDF", "AEDBF"),
    not_used={"C": "C is the leak: on ratings they learned from, the members' scores say nothing about later ones."},
    before={
        "AE": "Members must be fitted before they can score anything.",
        "EB": "The meta-learner's features are the scores for the later part, so they must be there first.",
        "ED": "Refit the members too early, and they have learned from the later part that they should score.",
        "BF": "To combine, you need the weights that the meta-learner finds.",
        "DF": "The test comes last, with members that know all of the known ratings.",
    },
    done="Fit early, score later, learn the weights, refit, and measure once.",
)


choice(
    "16.11",
    "O5",
    right="a",
    why_not={
        "b": "Five more models to maintain, for 0.001 more, and the intervals overlap almost entirely. Nobody knows "
        "whether it is better than the blend of two.",
        "c": "Its interval includes zero, so it may gain nothing. It also has a meta-learner to maintain.",
        "d": "The largest gain, and it needs 70 ms where 40 are allowed. Distil it, or make it faster, before you "
        "deploy it.",
    },
    done="A gain whose interval excludes zero, within the budget, with the fewest parts.",
)
