"""Checks of lesson 18, look beyond accuracy."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, predict, trace, variants

predict(
    "18.1",
    "O1",
    truth=6.6,
    within=3,
    between=(0, 100),
    low="A little more than that (in percent), but you are right that it is not much.",
    high="Far fewer. There are positions for three quarters of the catalogue, and most of them go to the same films.",
    done="Right. There are positions for three quarters of the catalogue, and most of them go to the same films.",
)


def _share(lists, n_top):
    counts = {}
    for film in np.ravel(lists):
        if film > 0:
            counts[film] = counts.get(film, 0) + 1
    return sum(sorted(counts.values(), reverse=True)[:n_top]) / sum(counts.values())


def _share_like(lists, n_top, zeros=False, whole="shown", order="largest", part="sum", rows="all"):
    lists = np.asarray(lists)
    n_films = np.count_nonzero(lists)
    kept = {"all": lists, "first": lists[:, 0], "one user": lists[0]}[rows]
    counts = np.bincount(np.ravel(kept) if zeros else kept[kept > 0])
    by_size = {
        "largest": np.sort(counts)[::-1],
        "smallest": np.sort(counts[counts > 0]),
        "number": counts[counts > 0],
        "smallest, with gaps": np.sort(counts),
        "number, with gaps": counts,
    }[order][:n_top]
    top = {"sum": by_size.sum(), "mean": by_size.mean(), "max": by_size.max(), "count": len(by_size)}[part]
    return (
        top
        / {
            "shown": counts.sum(),
            "no zeros": n_films,
            "places": lists.size,
            "films": (counts > 0).sum(),
            "users": len(lists),
            "nothing": 1,
            "percent": counts.sum() / 100,
            "all numbers": len(counts),
        }[whole]
    )


@exercise("18.2", "O1", "code", done="The nearer to 1, the more users see the same few films, whatever coverage says.")
def share_of_top(answer) -> None:
    rng = np.random.default_rng(18)
    cases = []
    for n_users, k, n_items, n_top in ((5, 3, 9, 2), (6, 4, 14, 2), (9, 5, 20, 3), (7, 6, 25, 4)):
        odds = rng.permutation(1 / np.arange(1, n_items + 1))
        lists = np.array([rng.choice(n_items, k, False, odds / odds.sum()) + 1 for _ in range(n_users)])
        lists[1, -1] = lists[2, -2:] = lists[4, -2:] = 0
        lists[3, -1] = 0
        lists[1:, 0] = np.where(
            (lists[1:] == lists[0, 0]).any(axis=1), lists[1:, 0], lists[0, 0]
        )  # one clear favourite
        cases.append((lists, n_top))
    changes = {
        "The zeros fill up short lists; they are no film. Leave them out before you count.": {"zeros": True},
        "You divided by all positions, the empty ones included. Divide by the number of films in the lists.": {
            "whole": "places"
        },
        "You divided by the number of different films. The share is of all recommendations: divide by their number.": {
            "whole": "films"
        },
        "You divided by the number of users. The share is of all recommendations: divide by their number.": {
            "whole": "users"
        },
        "That is how many recommendations they get. Divide by the number of all recommendations.": {"whole": "nothing"},
        "As a share between 0 and 1, please, not as a percentage.": {"whole": "percent"},
        "You took the films recommended *least* often. Sort the counts largest first.": {"order": "smallest"},
        "The zeros are still among the counts, though not in the sum below. Leave them out of both.": {
            "zeros": True,
            "whole": "no zeros",
        },
        "You took the smallest counts, which belong to films that nobody gets. Sort the counts largest first.": {
            "order": "smallest, with gaps"
        },
        "You took the films with the smallest numbers. Sort the counts, largest first.": {"order": "number"},
        "You took the counts of the first film numbers. Sort the counts, largest first.": {
            "order": "number, with gaps"
        },
        "That is the mean of the `n_top` counts. Add them up.": {"part": "mean"},
        "That is the most recommended film alone. Add up the first `n_top` counts.": {"part": "max"},
        "You count films, not how often they are recommended. Add up their counts.": {"part": "count"},
        "You look at the first column alone. Every position of every list counts.": {"rows": "first"},
        "You look at the first user alone. Count over all lists.": {"rows": "one user"},
    }
    mistakes = variants(_share_like, changes) | {
        "You return film numbers. What share of all recommendations do they get?": Sign(
            lambda mine, lists, n_top: len(np.ravel(mine)) == n_top and n_top > 1
        ),
        "You return one share per film. Add up the shares of the first `n_top`.": Sign(
            lambda mine, lists, n_top: np.size(mine) > n_top
        ),
    }
    judge(answer, cases, _share, mistakes)


choice(
    "18.3",
    "O2",
    right="b",
    why_not={
        "a": "Popular films have the mix of genres of the average user, and most users are not average.",
        "c": "It is more accurate because it follows the newest films, and a phase is not the whole taste.",
        "d": "It sounds certain, but run the cells and see: people watch in phases, and ten films are few.",
    },
    done="EASE looks at the whole history, every film with the same weight, and so keeps its mix best.",
)


def _divergence(p, q, alpha=0.01):
    total = 0.0
    for one, other in zip(p, q):
        if one > 0:
            total += one * np.log(one / ((1 - alpha) * other + alpha * one))
    return total


def _divergence_like(p, q, alpha=0.01, mix="both", log=np.log, weight="p", turned=False, part=np.sum, genres="watched"):
    p, q = np.asarray(p, float), np.asarray(q, float)
    mixed = {
        "both": (1 - alpha) * q + alpha * p,
        "none": q,
        "turned": alpha * q + (1 - alpha) * p,
        "only q": (1 - alpha) * q,
        "q whole": q + alpha * p,
        "constant": q + alpha,
        "uniform": (1 - alpha) * q + alpha / len(q),
        "half": (1 - alpha) * q + alpha,
        "fixed": 0.99 * q + 0.01 * p,
    }[mix]
    keep = {"watched": p > 0, "both": (p > 0) & (q > 0)}[genres]
    with np.errstate(all="ignore"):
        ratio = mixed[keep] / p[keep] if turned else p[keep] / mixed[keep]
        factor = {"p": p[keep], "q": q[keep], "mixed": mixed[keep], "one": 1.0}[weight]
        return part(factor * log(ratio))


@exercise("18.4", "O2", "faded", done="0 for the user's own mix, and large where something the user likes is missing.")
def divergence(answer) -> None:
    cases = [
        (np.array([0.7, 0.3]), np.array([1.0, 0.0]), 0.01),
        (np.array([0.5, 0.0, 0.5]), np.array([0.2, 0.4, 0.4]), 0.01),
        (np.array([0.1, 0.6, 0.3, 0.0]), np.array([0.0, 0.3, 0.2, 0.5]), 0.1),
        (np.array([0.25, 0.15, 0.0, 0.2, 0.4]), np.array([0.1, 0.0, 0.3, 0.4, 0.2]), 0.05),
    ]
    changes = {
        "`alpha` is missing: a genre that the list lacks, q = 0, makes yours infinite.": {"mix": "none"},
        "The parts are exchanged: q counts 1 − alpha, p only alpha.": {"mix": "turned"},
        "You scaled q down, but a part alpha of p is missing in the mix.": {"mix": "only q"},
        "Your mix sums to more than 1: q must count 1 − alpha.": {"mix": "q whole"},
        "You added the number alpha. Mix in alpha · *p*, and let q count 1 − alpha.": {"mix": "constant"},
        "Yours always mixes in 0.01. Use `alpha`, whatever it is.": {"mix": "fixed"},
        "You mixed in equal shares of all genres. Mix in alpha · p.": {"mix": "uniform"},
        "You added alpha itself to (1 − alpha) · q. Add alpha · *p*.": {"mix": "half"},
        "That is in bits. Take the natural logarithm, np.log.": {"log": np.log2},
        "Take the natural logarithm, np.log, not np.log10.": {"log": np.log10},
        "The weights are the shares p of the *user*; yours are those of the list.": {"weight": "q"},
        "The weights are the shares p of the user; yours are those of the mix.": {"weight": "mixed"},
        "Each logarithm must be multiplied by the user's share p of the genre.": {"weight": "one"},
        "Upside down: the ratio is p / mix, so that a missing genre makes the sum large.": {"turned": True},
        "Σ is a sum; yours is the mean over genres.": {"part": np.mean},
        "You skip genres that the list lacks, q = 0. They matter most: mix first, and keep all with p > 0.": {
            "genres": "both"
        },
        "Do not take absolute values: a genre shown too often gives a negative term.": {
            "part": lambda terms: np.abs(terms).sum()
        },
    }
    judge(answer, cases, _divergence, variants(_divergence_like, changes))


def _last_only(relevance, similarity, strength, k):
    chosen = [int(relevance.argmax())]
    while len(chosen) < k:
        value = (1 - strength) * relevance - strength * similarity[chosen[-1]]
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def _mmr(relevance, similarity, strength, k):
    chosen = [max(range(len(relevance)), key=lambda row: relevance[row])]
    while len(chosen) < k:
        value = {
            row: (1 - strength) * relevance[row] - strength * max(similarity[row][other] for other in chosen)
            for row in range(len(relevance))
            if row not in chosen
        }
        chosen.append(max(value, key=value.get))
    return chosen


def _mmr_like(relevance, similarity, strength, k, near="max", sign=-1, turned=False, hides=True, first="best"):
    chosen = [{"best": int(relevance.argmax()), "row 0": 0}[first]]
    w = 1 - strength if turned else strength
    while len(chosen) < k:
        rows = similarity[chosen]
        closeness = {
            "max": rows.max(axis=0),
            "last": rows[-1],
            "first": rows[0],
            "mean": rows.mean(axis=0),
            "sum": rows.sum(axis=0),
            "min": rows.min(axis=0),
            "one number": rows.max(),
            "all": (similarity - np.eye(len(similarity))).max(axis=0),
        }[near]
        value = (1 - w) * relevance + sign * w * closeness
        if hides:
            value = value.copy()
            value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


@exercise(
    "18.5",
    "O2",
    "debug",
    done="A candidate is compared with everything that the list holds already.",
    given=_last_only,
)
def repaired_mmr(answer) -> None:
    rng = np.random.default_rng(5)
    cases = []
    for n, k, strength in ((6, 4, 0.5), (8, 5, 0.6), (9, 6, 0.4), (7, 5, 0.7), (10, 7, 0.5), (8, 6, 0.3)):
        features = rng.random((n, 3)) ** 2
        features /= np.linalg.norm(features, axis=1, keepdims=True)
        cases.append(
            (rng.permutation(np.linspace(0, 1, n)) + rng.uniform(0, 0.02, n), features @ features.T, strength, k)
        )
    changes = {
        "Still only the film chosen last counts. Compare with *all* chosen films.": {"near": "last"},
        "You compare with the first film alone. Compare with all chosen films.": {"near": "first"},
        "You take the mean similarity. One near-duplicate is enough: take the largest.": {"near": "mean"},
        "You add the similarities up, so the penalty grows with the list. Take the largest.": {"near": "sum"},
        "You take the *least* similar chosen film. The most similar one counts.": {"near": "min"},
        "Your maximum is one number for all candidates, so only relevance decides. Take it over the rows of the "
        "*chosen* films, axis 0.": {"near": "one number"},
        "You compare with all films. Only those in the list count: `similarity[chosen]`.": {"near": "all"},
        "Similarity to the list must count *against* a film: minus.": {"sign": 1},
        "Relevance has the weight 1 − strength, similarity the weight strength; yours are exchanged.": {"turned": True},
        "A film must not be chosen twice: set the chosen ones to −∞.": {"hides": False},
        "The first film is the most relevant one.": {"first": "row 0"},
    }
    mistakes = variants(_mmr_like, changes) | {
        "You sorted the result. The order in which films are chosen is the order of the list.": (
            lambda *case: sorted(_mmr(*case))
        ),
        "One film too few: `k` are asked for, the first one included.": lambda *case: _mmr(*case)[:-1],
        "One film too many: the first one counts among the `k`.": lambda relevance, similarity, strength, k: _mmr(
            relevance, similarity, strength, k + 1
        ),
        "That is the order of relevance alone.": lambda relevance, similarity, strength, k: np.argsort(-relevance)[:k],
    }
    judge(answer, cases, lambda *case: np.array(_mmr(*case)), mistakes, keeps_input=True)


choice(
    "18.6",
    "O3",
    right="b",
    why_not={
        "a": "Perhaps, but this table does not show it. Look at the column `minus popularity` before you repair "
        "something.",
        "c": "The gap is far wider than a correction for six comparisons would allow for. It is real; the question is "
        "what it means.",
        "d": "That would be visible as a larger gain over popularity. The intervals of the three gains overlap.",
    },
    done="The gap is real, and popularity has it too: whoever has more to find is easier to serve.",
)


predict(
    "18.7",
    "O4",
    truth=19.3,
    within=4,
    between=(1, 100),  # 0.19 is a share, not a percentage
    low="More: every look is another opportunity for chance.",
    high="Not quite so many: the looks share most of their data, so ten looks are fewer than ten independent tests.",
    done="About one in five, from a test that promises one in twenty.",
)


trace(
    "18.8",
    "O4",
    truth=14_400,
    within=300,
    mistakes={
        28_800: "That is both groups together. Each needs half of it.",
        900: "The factor 16 is missing.",
        480: "Both sd and the effect are squared: 16 · 0.3² / 0.01².",
        144: "The effect is squared as well: 16 · 0.3² / 0.01².",
        48_000: "sd is squared as well: 16 · 0.3² / 0.01².",
        16_000: "sd² is 0.1 · 0.9 = 0.09, not 0.1.",
        1.44: "The effect is one percentage *point*, 0.01, not 1.",
        144_000_000: "Check the effect: one percentage point is 0.01, not 0.0001.",
        1_440_000: "One percentage point is 0.01. Yours is 0.001, a relative change of one percent.",
        7_200: "The rule has 16, for two groups that both vary. You took 8.",
    },
    otherwise="n = 16 · sd² / effect², with sd = 0.3 and effect = 0.01.",
    done="That is 14,400 users twice, to see one percentage point.",
)


def _ips(reward, target, propensity, clip):
    return sum(min(t / p, clip) * r for r, t, p in zip(reward, target, propensity)) / len(reward)


def _ips_like(reward, target, propensity, clip, weight="ratio", cut="weight", part="mean", rewarded=True):
    w = {
        "ratio": target / propensity,
        "turned": propensity / target,
        "propensity": 1 / propensity,
        "target": target,
        "product": target * propensity,
        "none": np.ones_like(target),
        "floor": target / np.maximum(propensity, 1 / clip),
        "capped": target / np.maximum(propensity, clip),
    }[weight]
    with np.errstate(all="ignore"):
        w = {
            "weight": lambda: np.minimum(w, clip),
            "none": lambda: w,
            "dropped": lambda: np.where(w > clip, 0, w),
            "lower": lambda: np.maximum(w, clip),
            "left out": lambda: w,
            "product": lambda: w,
            "one": lambda: np.minimum(w, 1),
            "three": lambda: np.minimum(w, 3),
        }[cut]()
        value = w * reward if rewarded else w
        if cut == "product":
            value = np.minimum(value, clip)
        if cut == "left out":
            value = value[w <= clip]
        return {
            "mean": lambda: value.mean(),
            "sum": lambda: value.sum(),
            "weights": lambda: value.sum() / w.sum(),
            "rewards": lambda: value.sum() / reward.sum(),
            "clicks": lambda: value.sum() / np.count_nonzero(reward),
            "median": lambda: np.median(value),
        }[part]()


@exercise("18.9", "O5", "code", done="With a large `clip` unbiased and noisy; with a small one steadier and too low.")
def clipped(answer) -> None:
    rng = np.random.default_rng(9)
    cases = []
    for n, clip in ((4, 2.0), (7, 3.0), (12, 1.5), (9, 4.0)):
        propensity, target = rng.uniform(0.05, 0.9, n), rng.uniform(0.1, 0.9, n)
        propensity[:2], target[:2] = (0.06, 0.1), (0.8, 0.7)  # two weights above every clip
        reward = np.round(rng.uniform(0, 3, n), 2) * (rng.random(n) < 0.8)
        reward[:2] = 2.5, 0.4
        cases.append((reward, target, propensity, clip))
    changes = {
        "Upside down: the weight is target / propensity. What the old policy showed rarely counts more.": {
            "weight": "turned"
        },
        "`target` is missing: the weight is the new policy's probability divided by the propensity.": {
            "weight": "propensity"
        },
        "`propensity` is missing: divide the new policy's probability by it.": {"weight": "target"},
        "You multiplied the two probabilities. Divide by the propensity.": {"weight": "product"},
        "No weight is in yours: that is the naive mean, the value of the *old* policy.": {"weight": "none"},
        "You clipped the propensity. Clip the weight, target / propensity.": {"weight": "floor", "cut": "none"},
        "You compared `clip` with the propensity. It caps the weight, target / propensity.": {
            "weight": "capped",
            "cut": "none",
        },
        "Yours is not clipped: no weight may count more than `clip`.": {"cut": "none"},
        "You set large weights to 0. They count as `clip`.": {"cut": "dropped"},
        "You left out the rows with large weights. They stay, and count as `clip`.": {"cut": "left out"},
        "np.maximum raises the small weights to `clip`. Large ones must come down: np.minimum.": {"cut": "lower"},
        "You clipped weight · reward. Only the *weight* is clipped.": {"cut": "product"},
        "Yours clips at 1. Use `clip`.": {"cut": "one"},
        "Yours always clips at 3. Use `clip`.": {"cut": "three"},
        "That is the sum. The estimate is the mean over all rows.": {"part": "sum"},
        "You divided by the sum of the weights: that is SNIPS. Here, divide by the number of rows.": {
            "part": "weights"
        },
        "You divided by the sum of the rewards. Divide by the number of rows.": {"part": "rewards"},
        "You divided by the number of rewarded rows. Every row counts, also those without a reward.": {
            "part": "clicks"
        },
        "That is the median. The estimate is the mean.": {"part": "median"},
        "The reward is missing: this is the mean weight.": {"rewarded": False},
    }
    judge(answer, cases, _ips, variants(_ips_like, changes))


def _doubly_robust(reward, weight, item, predicted, target):
    total = 0.0
    for r, w, i, row, policy in zip(reward, weight, item, predicted, target):
        total += sum(p * t for p, t in zip(row, policy)) + w * (r - row[i])
    return total / len(reward)


def _doubly_robust_like(
    reward, weight, item, predicted, target, own="shown", sign=1, weighted="error", base=True, part=np.mean
):
    rows = np.arange(len(item))
    direct = (predicted * target).sum(axis=1)
    guess = {
        "shown": predicted[rows, item],
        "direct": direct,
        "best": predicted.max(axis=1),
        "none": 0.0,
        "mean": predicted.mean(axis=1),
        "times target": (predicted * target)[rows, item],
        "target": target[rows, item],
        "likely": predicted[rows, target.argmax(axis=1)],
        "grid": predicted[:, item],  # (n, n)
        "grid, mean": predicted[:, item].mean(axis=1),
        "first": predicted[:, 0],
    }[own]
    error = reward - guess
    value = {
        "error": weight * error,
        "nothing": error,
        "reward": weight * reward - guess,
        "guess": reward - weight * guess,
        "absent": 0.0,
        "normalised": weight * error / weight.mean(),
        "divided": error / weight,
        "absolute": weight * np.abs(error),
        "square": weight * error**2,
    }[weighted]
    total = (direct if base else 0.0) + sign * value
    return part(total)


@exercise(
    "18.10",
    "O5",
    "faded",
    done="Right on average if the propensities are right, or if the model is: that is why it is called doubly robust.",
)
def doubly_robust(answer) -> None:
    rng = np.random.default_rng(10)
    cases = []
    for n, n_items in ((3, 2), (5, 3), (8, 4), (6, 5)):
        target = rng.dirichlet(np.ones(n_items), n)
        weight, item = rng.uniform(0.2, 4, n), rng.integers(0, n_items, n)
        cases.append((np.round(rng.uniform(0, 2, n), 2), weight, item, rng.uniform(0, 1, (n, n_items)), target))
    changes = {
        "You compare the reward with `direct`, the expectation under the new policy. Compare it with the prediction "
        "for the item that was *shown*.": {"own": "direct"},
        "You compare with the model's best item. Compare with the item that was shown.": {"own": "best"},
        "You compare with the mean prediction. Compare with the one for the item that was shown.": {"own": "mean"},
        "The model's prediction is missing in the correction: subtract it from the reward.": {"own": "none"},
        "The prediction of the shown item is not multiplied by `target`; the weight already holds it.": {
            "own": "times target"
        },
        "You subtract a probability. Subtract the model's *prediction* for the item shown.": {"own": "target"},
        "You compare with the new policy's favourite. Compare with the item that was shown.": {"own": "likely"},
        "`predicted[:, item]` pairs every row with every shown item, shape (n, n). Each row has one: "
        "`predicted[np.arange(len(item)), item]`.": {"own": "grid"},
        "`predicted[:, item]` holds the items of all rows; you took their mean. Take each row's own: "
        "`predicted[np.arange(len(item)), item]`.": {"own": "grid, mean"},
        "You compare with the prediction for item 0. Compare with the item that was shown.": {"own": "first"},
        "The sign of the correction is wrong: reward minus prediction is *added*.": {"sign": -1},
        "`weight` is missing: the model's error is weighted.": {"weighted": "nothing"},
        "You weight the reward alone. Weight the whole error, reward minus prediction: use brackets.": {
            "weighted": "reward"
        },
        "You weight the prediction alone. Weight the whole error, reward minus prediction.": {"weighted": "guess"},
        "That is the direct method alone. Add the weighted error of the model.": {"weighted": "absent"},
        "You divided by the mean weight. Here the correction is a plain mean over rows.": {"weighted": "normalised"},
        "You divided the error by the weight. Multiply.": {"weighted": "divided"},
        "Do not take the absolute value: an error below zero lowers the estimate.": {"weighted": "absolute"},
        "Do not square the error.": {"weighted": "square"},
        "That is the correction alone. `direct` must be added.": {"base": False},
        "That is the sum over rows. Return the mean.": {"part": np.sum},
    }
    mistakes = variants(_doubly_robust_like, changes) | {
        "You multiplied `direct` by the weight as well. Only the error is weighted.": (
            lambda reward, weight, item, predicted, target: np.mean(
                weight * ((predicted * target).sum(axis=1) + reward - predicted[np.arange(len(item)), item])
            )
        ),
        "You return one number per row. Take their mean.": partial(_doubly_robust_like, part=lambda total: total),
    }
    judge(answer, cases, _doubly_robust, mistakes)
