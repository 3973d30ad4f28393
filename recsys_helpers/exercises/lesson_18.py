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
    low="The share is a little larger than that (in percent), but you are right that it is small.",
    high="Far fewer: the positions could show three quarters of the catalogue, but most of them go to the same films.",
    done="Right: the positions could show three quarters of the catalogue, but most of them go to the same films.",
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


@exercise(
    "18.2",
    "O1",
    "code",
    done="The closer this share is to 1, the more the recommendations concentrate on a "
    "few films, whatever the coverage.",
)
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
        "The zeros pad short lists and are not films. Remove them before you count.": {"zeros": True},
        "You divided by all positions, the empty ones included. Divide by the number of films in the lists.": {
            "whole": "places"
        },
        "You divided by the number of different films. The share is of all recommendations: divide by their number.": {
            "whole": "films"
        },
        "You divided by the number of users. The share is of all recommendations: divide by their number.": {
            "whole": "users"
        },
        "That is the number of recommendations of these films. Divide by the number of all recommendations.": {
            "whole": "nothing"
        },
        "You return a percentage. Return a share between 0 and 1.": {"whole": "percent"},
        "You took the films recommended *least* often. Sort the counts largest first.": {"order": "smallest"},
        "The zeros are still in the counts that you add up, although not in the denominator. Leave them out of both.": {
            "zeros": True,
            "whole": "no zeros",
        },
        "You took the smallest counts, which belong to films that nobody gets. Sort the counts largest first.": {
            "order": "smallest, with gaps"
        },
        "You took the films with the smallest indices. Sort the counts, largest first.": {"order": "number"},
        "You took the counts of the first film indices. Sort the counts, largest first.": {
            "order": "number, with gaps"
        },
        "That is the mean of the `n_top` counts. Add them up.": {"part": "mean"},
        "That is the most recommended film alone. Add up the first `n_top` counts.": {"part": "max"},
        "You count films, not how often they are recommended. Add up their counts.": {"part": "count"},
        "You look at the first column alone. Every position of every list counts.": {"rows": "first"},
        "You look at the first user alone. Count over all lists.": {"rows": "one user"},
    }
    mistakes = variants(_share_like, changes) | {
        "You return film indices. Return the share of all recommendations that these films get.": Sign(
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
        "c": "Aged EASE is more accurate because recent films count more, but a user's latest phase is not the "
        "whole taste.",
        "d": "This sounds certain, but people watch in phases, and ten films are few. Run the next cells and compare.",
    },
    done="EASE gives every film of the history the same weight, so its lists stay closest to the genre mix of the "
    "history.",
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


@exercise(
    "18.4",
    "O2",
    "faded",
    done="The divergence is 0 for a list with the user's own mix, and large if a genre that the user likes is missing.",
)
def divergence(answer) -> None:
    cases = [
        (np.array([0.7, 0.3]), np.array([1.0, 0.0]), 0.01),
        (np.array([0.5, 0.0, 0.5]), np.array([0.2, 0.4, 0.4]), 0.01),
        (np.array([0.1, 0.6, 0.3, 0.0]), np.array([0.0, 0.3, 0.2, 0.5]), 0.1),
        (np.array([0.25, 0.15, 0.0, 0.2, 0.4]), np.array([0.1, 0.0, 0.3, 0.4, 0.2]), 0.05),
    ]
    changes = {
        "`alpha` is missing. Without it, a genre that is not in the list, q = 0, makes the result infinite.": {
            "mix": "none"
        },
        "The weights of the mix are exchanged. Multiply q by 1 − alpha, and p by alpha.": {"mix": "turned"},
        "You scaled q down, but you did not add alpha · p to it.": {"mix": "only q"},
        "Your mix sums to more than 1. Multiply q by 1 − alpha.": {"mix": "q whole"},
        "You added the number alpha. Add alpha · *p*, and multiply q by 1 − alpha.": {"mix": "constant"},
        "Your function always mixes in 0.01. Use the argument `alpha`.": {"mix": "fixed"},
        "You mixed in equal shares of all genres. Add alpha · p instead.": {"mix": "uniform"},
        "You added alpha itself to (1 − alpha) · q. Add alpha · *p*.": {"mix": "half"},
        "That is in bits. Take the natural logarithm, np.log.": {"log": np.log2},
        "Take the natural logarithm, np.log, not np.log10.": {"log": np.log10},
        "You weight the logarithms by the shares of the list, q. Weight them by those of the *user*, p.": {
            "weight": "q"
        },
        "You weight the logarithms by the shares of the mix. Weight them by those of the user, p.": {"weight": "mixed"},
        "Each logarithm must be multiplied by the user's share p of the genre.": {"weight": "one"},
        "Your ratio is upside down. It is p / mix, so that a missing genre makes the sum large.": {"turned": True},
        "You return the mean over genres. Return the sum.": {"part": np.mean},
        "You skip genres that the list lacks, q = 0. They matter most: mix first, and keep all with p > 0.": {
            "genres": "both"
        },
        "You took absolute values. Keep the signs: a genre shown too often gives a negative term.": {
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
    done="MMR compares a candidate with all films in the list, and its similarity to the closest one is the penalty.",
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
        "You still compare only with the film chosen last. Compare with *all* chosen films.": {"near": "last"},
        "You compare with the first film alone. Compare with all chosen films.": {"near": "first"},
        "You take the mean similarity. One near-duplicate is enough: take the largest.": {"near": "mean"},
        "You add the similarities up, so the penalty grows with the list. Take the largest.": {"near": "sum"},
        "You take the *least* similar chosen film. The most similar one counts.": {"near": "min"},
        "Your maximum is one number for all candidates, so only relevance decides. Take it over the rows of the "
        "*chosen* films, axis 0.": {"near": "one number"},
        "You compare with all films. Only those in the list count: `similarity[chosen]`.": {"near": "all"},
        "Similarity to the list must count *against* a film: subtract it.": {"sign": 1},
        "Your two weights are exchanged. Multiply relevance by 1 − strength, and similarity by strength.": {
            "turned": True
        },
        "A film must not be chosen twice: set the chosen ones to −∞.": {"hides": False},
        "You start with row 0. Start with the most relevant film.": {"first": "row 0"},
    }
    mistakes = variants(_mmr_like, changes) | {
        "You sorted the result. The order in which films are chosen is the order of the list.": (
            lambda *case: sorted(_mmr(*case))
        ),
        "Your list is one film too short. Return `k` films, including the first one.": lambda *case: _mmr(*case)[:-1],
        "Your list is one film too long. The first counts among the `k`.": lambda relevance, similarity, strength, k: (
            _mmr(relevance, similarity, strength, k + 1)
        ),
        "That is the order of relevance alone. Subtract the similarity.": lambda relevance, similarity, strength, k: (
            np.argsort(-relevance)[:k]
        ),
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
        "d": "Then EASE would gain more over popularity among active users, but the intervals of the three gains "
        "overlap.",
    },
    done="The gap is real, but popularity has it too: users with more films to find are easier to serve.",
)


predict(
    "18.7",
    "O4",
    truth=19.3,
    within=4,
    between=(1, 100),  # 0.19 is a share, not a percentage
    low="It is more than that: every look is another opportunity for a false alarm.",
    high="It is less than that: the looks share most of their data, so they raise fewer alarms than ten "
    "independent tests.",
    done="Right: about one test in five raises a false alarm, although a single look does so in only one of twenty.",
)


trace(
    "18.8",
    "O4",
    truth=14_400,
    within=300,
    mistakes={
        28_800: "That is both groups together. The question asks for the size of one group.",
        900: "The factor 16 is missing.",
        480: "Both sd and the effect are squared: 16 · 0.3² / 0.01².",
        144: "The effect is squared as well: 16 · 0.3² / 0.01².",
        48_000: "sd is squared as well: 16 · 0.3² / 0.01².",
        16_000: "sd² is 0.1 · 0.9 = 0.09, not 0.1.",
        1.44: "The effect is one percentage *point*, 0.01, not 1.",
        144_000_000: "Check the effect: one percentage point is 0.01, not 0.0001.",
        1_440_000: "One percentage point is 0.01. You used 0.001, a relative change of one percent.",
        7_200: "The rule has 16, for two groups that both vary. You took 8.",
    },
    otherwise="Use n = 16 · sd² / effect², with sd = 0.3 and effect = 0.01.",
    done="The test needs 14,400 users in each of the two groups to detect one percentage point.",
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


@exercise(
    "18.9",
    "O5",
    "code",
    done="With a large `clip`, the estimate is unbiased but noisy; with a small one, it is less noisy but too low.",
)
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
        "Your weight is upside down. It is target / propensity, so that items which the old policy rarely showed "
        "count more.": {"weight": "turned"},
        "`target` is missing: the weight is the new policy's probability divided by the propensity.": {
            "weight": "propensity"
        },
        "`propensity` is missing: divide the new policy's probability by it.": {"weight": "target"},
        "You multiplied the two probabilities. Divide by the propensity.": {"weight": "product"},
        "You use no weights. The result is the naive mean, which estimates the *old* policy.": {"weight": "none"},
        "You clipped the propensity. Clip the weight, target / propensity.": {"weight": "floor", "cut": "none"},
        "You compared `clip` with the propensity. It caps the weight, target / propensity.": {
            "weight": "capped",
            "cut": "none",
        },
        "Your weights are not clipped. No weight may be larger than `clip`.": {"cut": "none"},
        "You set weights above `clip` to 0. Replace them by `clip`.": {"cut": "dropped"},
        "You left out the rows with large weights. Keep them, with the weight `clip`.": {"cut": "left out"},
        "np.maximum raises the small weights to `clip`. Large ones must come down: np.minimum.": {"cut": "lower"},
        "You clipped weight · reward. Only the *weight* is clipped.": {"cut": "product"},
        "You always clip at 1. Use the argument `clip`.": {"cut": "one"},
        "You always clip at 3. Use the argument `clip`.": {"cut": "three"},
        "That is the sum. The estimate is the mean over all rows.": {"part": "sum"},
        "You divided by the sum of the weights: that is SNIPS. Here, divide by the number of rows.": {
            "part": "weights"
        },
        "You divided by the sum of the rewards. Divide by the number of rows.": {"part": "rewards"},
        "You divided by the number of rewarded rows. Divide by the number of all rows.": {"part": "clicks"},
        "That is the median. Return the mean.": {"part": "median"},
        "The reward is missing. Multiply each weight by its reward before you take the mean.": {"rewarded": False},
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
    done="The estimate is right on average if either the propensities or the model is right: it is doubly robust.",
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
        "Do not multiply the prediction for the shown item by `target`: the weight already contains it.": {
            "own": "times target"
        },
        "You subtract a probability. Subtract the model's *prediction* for the item shown.": {"own": "target"},
        "You compare with the new policy's favourite. Compare with the item that was shown.": {"own": "likely"},
        "`predicted[:, item]` pairs every row with every shown item, shape (n, n). Each row has one: "
        "`predicted[np.arange(len(item)), item]`.": {"own": "grid"},
        "`predicted[:, item]` holds the items of all rows; you took their mean. Take each row's own: "
        "`predicted[np.arange(len(item)), item]`.": {"own": "grid, mean"},
        "You compare with the prediction for item 0. Compare with the item that was shown.": {"own": "first"},
        "The sign of the correction is wrong: *add* the weighted error, reward minus prediction.": {"sign": -1},
        "`weight` is missing: multiply the model's error by it.": {"weighted": "nothing"},
        "You weight the reward alone. Weight the whole error, reward minus prediction: use parentheses.": {
            "weighted": "reward"
        },
        "You weight the prediction alone. Weight the whole error, reward minus prediction.": {"weighted": "guess"},
        "That is the direct method alone. Add the weighted error of the model.": {"weighted": "absent"},
        "You divided by the mean weight. Here the correction is a plain mean over rows.": {"weighted": "normalised"},
        "You divided the error by the weight. Multiply it by the weight.": {"weighted": "divided"},
        "You took the absolute value of the error. Keep its sign: an error below zero lowers the estimate.": {
            "weighted": "absolute"
        },
        "You squared the error. Keep it as it is, with its sign.": {"weighted": "square"},
        "That is the correction alone. Add `direct` to it.": {"base": False},
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
