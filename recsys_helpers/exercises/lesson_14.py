"""Checks of lesson 14, rank with features."""

import numpy as np

from recsys_helpers.exercises import choice, exercise, judge, predict, trace, variants

predict(
    "14.1",
    "O1",
    truth=23.6,
    within=6,
    low="It is far higher. About a quarter of the kept rows are likes, and the model knows only these rows. (The "
    "answer is in percent, so a quarter is 25.)",
    high="It is lower than that, but still far above the true rate, as the next cell shows.",
    done="Right: about a quarter of the kept rows are likes, so that is the rate that the model has learned.",
    between=(0, 100),
)


def _corrected(q, kept):
    return np.array([one / (one + (1 - one) / kept) for one in q])


def _corrected_like(q, kept, how="odds", turned=False):
    w = 1 / kept if turned else kept
    with np.errstate(all="ignore"):
        return {
            "odds": lambda: q / (q + (1 - q) / w),
            "odds alone": lambda: w * q / (1 - q),
            "negatives": lambda: 1 - (1 - q) * w,
            "both": lambda: q * w / (q * w + (1 - q) / w),
            "one minus": lambda: (1 - q) / ((1 - q) + q / w),
            "logit": lambda: np.log(w * q / (1 - q)),
            "without denominator": lambda: q / ((1 - q) / w),
            "rate": lambda: (1 - w) * q / ((1 - w) * q + 1 - q),
        }[how]()


@exercise(
    "14.2",
    "O1",
    "code",
    done="You multiplied the odds by w and converted them back into a probability. The order of the rows does "
    "not change.",
)
def corrected(answer) -> None:
    rng = np.random.default_rng(2)
    cases = [(rng.uniform(0.02, 0.98, n), kept) for n, kept in ((2, 0.5), (3, 0.05), (7, 0.1), (5, 0.3))]
    changes = {
        "It is the wrong way round: negatives were thrown away, so the true probability is *smaller* than q.": {
            "turned": True
        },
        "These are the odds of p. Convert them back into a probability: o / (1 + o).": {"how": "odds alone"},
        "You scaled the probability of a negative. Scale the odds q / (1 − q), then convert them back into a "
        "probability.": {"how": "negatives"},
        "You corrected both sides: you multiplied q by w *and* divided 1 − q by w. Do only one of the two.": {
            "how": "both"
        },
        "That is the probability of a negative. Scale q / (1 − q), not (1 − q) / q.": {"how": "one minus"},
        "That is the logit of p. Apply the sigmoid to it.": {"how": "logit"},
        "You used 1 − w, the share thrown away. Multiply the odds by w, the share kept.": {"how": "rate"},
    }
    mistakes = {
        "You multiplied the probability by w. For q near 1, p must be near 1 too, so multiply the *odds* by w.": (
            lambda q, kept: q * kept
        ),
        "You divided the odds by 1 − w, the share thrown away. Multiply them by w, the share kept.": lambda q, kept: (
            q / (q + (1 - q) * (1 - kept))
        ),
        "You divided the probability by w, so it can exceed 1. Multiply the *odds* by w.": lambda q, kept: q / kept,
        "You converted the odds with o / (1 − o). Odds o belong to the probability o / (1 + o).": (
            lambda q, kept: kept * q / (1 - q) / (1 - kept * q / (1 - q))
        ),
    } | variants(_corrected_like, changes)
    judge(answer, cases, _corrected, mistakes)


choice(
    "14.3",
    "O2",
    right="c",
    why_not={
        "a": "The screen is known before the video is shown, and it is one of the strongest features.",
        "b": "The hour is known before the video is shown.",
        "d": "The length is a property of the video and has been known since its upload.",
    },
    done="It is measured after the click: it reveals the answer, and it does not exist yet when the feed is ranked.",
)


def _leaking_rates(category, label, fold, overall, strength):
    rates = np.zeros(len(label))
    for row in range(len(label)):
        is_same = category == category[row]
        rates[row] = (label[is_same].sum() + strength * overall) / (is_same.sum() + strength)
    return rates


def _rates(category, label, fold, overall, strength):
    out = []
    for c, f in zip(category, fold):
        others = [y for y, other, g in zip(label, category, fold) if other == c and g != f]
        out.append((sum(others) + strength * overall) / (len(others) + strength))
    return np.array(out)


def _rates_like(category, label, fold, overall, strength, rows="other folds", smooth="both", prior="overall"):
    same = category[:, None] == category
    is_used = {
        "other folds": lambda: same & (fold[:, None] != fold),
        "own fold": lambda: same & (fold[:, None] == fold),
        "all": lambda: same,
        "all but the row": lambda: same & ~np.eye(len(label), dtype=bool),
        "any category": lambda: fold[:, None] != fold,
        "later folds": lambda: same & (fold[:, None] < fold),
        "earlier folds": lambda: same & (fold[:, None] > fold),
    }[rows]()
    centre = label.mean() if prior == "mean" else overall
    total, n = is_used @ label, is_used.sum(axis=1)
    with np.errstate(all="ignore"):
        return {
            "both": lambda: (total + strength * centre) / (n + strength),
            "none": lambda: total / n,
            "none, overall": lambda: np.where(n > 0, total / np.maximum(n, 1), centre),
            "numerator": lambda: (total + strength * centre) / np.maximum(n, 1),
            "denominator": lambda: total / (n + strength),
            "no strength": lambda: (total + centre) / (n + strength),
            "ones": lambda: (total + strength) / (n + strength),
        }[smooth]()


@exercise(
    "14.4",
    "O2",
    "debug",
    done="No row's own label enters its rate any more, because the rate comes from the other folds.",
    given=_leaking_rates,
)
def honest_rates(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for n, n_categories, n_folds, strength in ((6, 2, 2, 1.0), (12, 3, 3, 2.0), (25, 5, 5, 4.0), (15, 4, 3, 0.5)):
        category, fold = rng.integers(0, n_categories, n), rng.integers(0, n_folds, n)
        category[-1] = n_categories + 3  # a category with a single row
        category[:2], fold[:2] = 0, (0, 1)
        label = rng.integers(0, 2, n)
        label[:2] = 1, 0
        cases.append((category, label, fold, float(rng.uniform(0.2, 0.6)), strength))
    changes = {
        "The row's own label is still in the sum. Use `fold`, and take only rows of the *other* folds.": {
            "rows": "all"
        },
        "It is the wrong way round: you take the rows of the row's own fold, which include its own label.": {
            "rows": "own fold"
        },
        "You leave out only the row itself. Then a row with label 1 gets a lower rate than one with label 0 in "
        "the same category, so the rate still reveals the label. Leave out its whole fold.": {
            "rows": "all but the row"
        },
        "Your rate is over all categories. Both conditions must hold: the same category and another fold.": {
            "rows": "any category"
        },
        "You take only the folds after the row's own. Take all other folds: `fold != fold[row]`.": {
            "rows": "later folds"
        },
        "You take only the folds before the row's own. Take all other folds: `fold != fold[row]`.": {
            "rows": "earlier folds"
        },
        "Your rate is not pulled towards the overall rate, so a category without other rows gives 0 / 0. Keep the "
        "smoothing as it was.": {"smooth": "none"},
        "Where there are few rows, your rate is not pulled towards the overall rate. Keep the smoothing as it was.": {
            "smooth": "none, overall"
        },
        "`strength` is missing in the denominator.": {"smooth": "numerator"},
        "`strength * overall` is missing in the numerator.": {"smooth": "denominator"},
        "The overall rate must be multiplied by `strength`.": {"smooth": "no strength"},
        "You computed an overall rate from all labels. Use the one that is given as `overall`.": {"prior": "mean"},
    }
    mistakes = variants(_rates_like, changes) | {
        "The sum leaves out the row's fold, but the count does not. Use the same rows for both.": (
            lambda category, label, fold, overall, strength: (
                (((category[:, None] == category) & (fold[:, None] != fold)) @ label + strength * overall)
                / ((category[:, None] == category).sum(axis=1) + strength)
            )
        ),
        "The count leaves out the row's fold, but the sum does not. Use the same rows for both.": (
            lambda category, label, fold, overall, strength: (
                ((category[:, None] == category) @ label + strength * overall)
                / (((category[:, None] == category) & (fold[:, None] != fold)).sum(axis=1) + strength)
            )
        ),
    }
    mistakes |= {
        "You take rows of the same category *or* another fold. Both conditions must hold: use `&`.": (
            lambda category, label, fold, overall, strength: (
                (((category[:, None] == category) | (fold[:, None] != fold)) @ label + strength * overall)
                / (((category[:, None] == category) | (fold[:, None] != fold)).sum(axis=1) + strength)
            )
        ),
        "You subtract the row's own label, but the rest of its fold stays in. Leave out the whole fold, in the "
        "sum and in the count.": (
            lambda category, label, fold, overall, strength: (
                ((category[:, None] == category) @ label - label + strength * overall)
                / ((category[:, None] == category).sum(axis=1) + strength)
            )
        ),
    }
    judge(answer, cases, _rates, mistakes)


trace(
    "14.5",
    "O3",
    10,
    {
        5.0: "You left out the numbers x. Multiply each dot product by both numbers of its pair.",
        20.0: "You counted each pair twice, as (1, 2) and (2, 1). Only pairs with i < j count.",
        41.0: "You included the pairs (i, i). Only pairs with i < j count.",
        4.0: "The pair (2, 3) is missing: (2, 1) · (0, 3) = 3, times 2, times 1.",
        6.0: "The pair (1, 2) is missing: (1, 0) · (2, 1) = 2, times 1, times 2.",
        7.0: "You multiplied the pair (2, 3) by 1, but x₂ is 2.",
        8.0: "You multiplied the pair (1, 2) by 1, but x₂ is 2.",
    },
    "The three dot products are v₁·v₂ = 2, v₁·v₃ = 0 and v₂·v₃ = 3. Multiply each by both numbers of its pair, "
    "then add.",
    "2 · 1 · 2 + 0 + 3 · 2 · 1 = 10.",
)


def _fm(x, V):
    out = np.zeros(len(x))
    for row, numbers in enumerate(x):
        for i in range(len(numbers)):
            for j in range(i + 1, len(numbers)):
                out[row] += V[i] @ V[j] * numbers[i] * numbers[j]
    return out


def _fm_like(x, V, half=True, squares="both", axis=1, sign=1):
    first = (x @ V) ** 2
    second = {
        "both": x**2 @ V**2,
        "x": x**2 @ V,
        "V": x @ V**2,
        "none": 0 * first,
        "square of sum": x @ V,
    }[squares]
    total = sign * (first - second)
    total = total.sum(axis=axis) if axis is not None else total.sum()
    return total / 2 if half else total


@exercise("14.6", "O3", "code", done="The sum over all pairs takes two matrix products and no loop over pairs.")
def fm_of_batch(answer) -> None:
    rng = np.random.default_rng(6)
    cases = [
        (rng.normal(size=(batch, n)), rng.normal(size=(n, dim))) for batch, n, dim in ((2, 3, 2), (4, 6, 3), (5, 2, 4))
    ]
    changes = {
        "Each pair counts twice in your sum: halve it.": {"half": False},
        "The vectors must be squared in the second term, too: `x**2 @ V**2`.": {"squares": "x"},
        "The numbers must be squared in the second term, too: `x**2 @ V**2`.": {"squares": "V"},
        "The pairs (i, i) are still in it: subtract the sum of the squares, `x**2 @ V**2`.": {"squares": "none"},
        "Nothing in your second term is squared. It is the sum of the squares, `x**2 @ V**2`.": {
            "squares": "square of sum"
        },
        "You sum over the rows, axis 0. Sum over the coordinates, axis 1.": {"axis": 0},
        "You sum over everything. Return one number for each row.": {"axis": None},
        "The sign is wrong: take the square of the sum minus the sum of the squares.": {"sign": -1},
    }
    mistakes = variants(_fm_like, changes) | {
        "Your result still has one number for each coordinate: sum over `dim`.": (
            lambda x, V: ((x @ V) ** 2 - x**2 @ V**2) / 2
        ),
        "You left out the numbers x: every feature counts as 1. Each vector must be multiplied by its number.": (
            lambda x, V: np.full(len(x), (V.sum(axis=0) ** 2 - (V**2).sum(axis=0)).sum() / 2)
        ),
        "You squared the sum over *all* coordinates. Square each coordinate, then sum.": (
            lambda x, V: ((x @ V).sum(axis=1) ** 2 - (x**2 @ V**2).sum(axis=1)) / 2
        ),
        "You added the pairs (i, i) at full weight instead of subtracting them. Only pairs with i < j count.": (
            lambda x, V: ((x @ V) ** 2 + x**2 @ V**2).sum(axis=1) / 2
        ),
        "Only neighbouring features form pairs in your sum. All pairs with i < j count.": (
            lambda x, V: sum((V[i] @ V[i + 1]) * x[:, i] * x[:, i + 1] for i in range(len(V) - 1))
        ),
    }
    mistakes |= {
        "You halve only the second term. Halve the difference: (square of the sum − sum of the squares) / 2.": (
            lambda x, V: ((x @ V) ** 2 - x**2 @ V**2 / 2).sum(axis=1)
        ),
        "You halve only the first term. Halve the difference: (square of the sum − sum of the squares) / 2.": (
            lambda x, V: ((x @ V) ** 2 / 2 - x**2 @ V**2).sum(axis=1)
        ),
        "Both of your terms are the square of the sum, so the difference is zero. The second is the sum of the "
        "squares, `x**2 @ V**2`.": lambda x, V: np.zeros(len(x)),
    }
    judge(answer, cases, _fm, mistakes)


def _cross(x0, x, W, b):
    out = np.zeros(x.shape)
    for row, j in np.ndindex(x.shape):
        dense = sum(x[row, i] * W[i, j] for i in range(len(W))) + b[j]
        out[row, j] = x0[row, j] * dense + x[row, j]
    return out


def _cross_like(x0, x, W, b, inside="x", outside="x0", added="x", bias=True, turned=False, product="number by number"):
    values = {"x": x, "x0": x0, "none": 0 * x}
    dense = values[inside] @ (W.T if turned else W) + (b if bias else 0)
    if product == "sum":
        return values[outside] + dense + values[added]
    if product == "dot":
        return (values[outside] * dense).sum(axis=1, keepdims=True) + values[added]
    if product == "relu":
        return values[outside] * np.maximum(dense, 0) + values[added]
    return values[outside] * dense + values[added]


@exercise(
    "14.7",
    "O3",
    "faded",
    done="Each cross layer multiplies by the first input once more, and the addition keeps the layer's own input.",
)
def cross_layer(answer) -> None:
    rng = np.random.default_rng(7)
    cases = [
        (
            rng.normal(size=(batch, width)),
            rng.normal(size=(batch, width)),
            rng.normal(size=(width, width)),
            rng.normal(size=width),
        )
        for batch, width in ((2, 3), (4, 2), (3, 5))
    ]
    changes = {
        "Your dense layer reads `x0`. It should read `x`, the output of the layer before.": {"inside": "x0"},
        "You multiply by `x`. Every cross layer multiplies by the first input, `x0`.": {"outside": "x"},
        "You add `x0`. Add the layer's own input, `x`.": {"added": "x0"},
        "The input is not added back: put `+ x` at the end.": {"added": "none"},
        "The bias is missing: add `b` in the dense layer.": {"bias": False},
        "You multiply by the transpose of W. The rows of W belong to the inputs: `x @ W`.": {"turned": True},
        "You add `x0` where you should multiply: ⊙ is element-wise multiplication.": {"product": "sum"},
        "You sum the products of a row, which is a dot product. ⊙ multiplies element by element and keeps the shape.": {
            "product": "dot"
        },
        "You applied an activation. The dense layer has none here.": {"product": "relu"},
    }
    mistakes = variants(_cross_like, changes) | {
        "That is a dense layer alone. Multiply its output by `x0` and add `x`.": lambda x0, x, W, b: x @ W + b,
        "The bias is outside the product. It belongs to the dense layer: `x0 * (x @ W + b) + x`.": (
            lambda x0, x, W, b: x0 * (x @ W) + b + x
        ),
        "You add `x` before the product. Compute `x0 * dense` first, then add `x`.": (
            lambda x0, x, W, b: x0 * (x @ W + b + x)
        ),
        "You multiply `x0` by the input before the matrix, `(x0 * x) @ W`. Apply the dense layer first, then "
        "multiply.": (lambda x0, x, W, b: (x0 * x) @ W + b + x),
    }
    mistakes["You subtract `x`. Add the input back: `+ x`."] = lambda x0, x, W, b: x0 * (x @ W + b) - x
    judge(answer, cases, _cross, mistakes)


predict(
    "14.8",
    "O4",
    truth=0.5,
    within=0.004,
    low="It is exactly 0.5: within a user all scores are equal, and a tie counts as one half.",
    high="It is exactly 0.5: within a user all scores are equal, so the model cannot order two videos.",
    done="It is exactly one half: within a user all scores are tied.",
    between=(0, 1),
)


def _calibration_error(p, happened, n_bins):
    order = sorted(range(len(p)), key=lambda row: p[row])
    error = 0.0
    for rows in np.array_split(np.array(order), n_bins):
        error += len(rows) / len(p) * abs(sum(p[row] for row in rows) / len(rows) - sum(happened[rows]) / len(rows))
    return error


def _error_like(p, happened, n_bins, distance="absolute", bins="equal number", weight="share", order=True, by="p"):
    p, happened = np.asarray(p, float), np.asarray(happened, float)
    by = {"p": p, "label": happened}[by]
    if bins == "equal number":
        groups = np.array_split(np.argsort(by, kind="stable") if order else np.arange(len(p)), n_bins)
    elif bins == "equal width":
        number = np.minimum((p * n_bins).astype(int), n_bins - 1)
        groups = [np.flatnonzero(number == bin) for bin in range(n_bins)]
    else:
        groups = [np.array([row]) for row in range(len(p))]
    groups = [rows for rows in groups if len(rows)]
    gaps = np.array([p[rows].mean() - happened[rows].mean() for rows in groups])
    sizes = np.array([len(rows) for rows in groups])
    gaps = {"absolute": np.abs(gaps), "signed": gaps, "squared": gaps**2, "root": gaps**2}[distance]
    if weight == "largest":
        return gaps.max()
    weights = {"share": sizes / len(p), "sum": np.ones(len(sizes)), "number": sizes, "mean": 1 / len(sizes)}[weight]
    total = (weights * gaps).sum()
    return np.sqrt(total) if distance == "root" else total


def _equal_groups(p, happened, n_bins):
    order, size = np.argsort(p), len(p) // n_bins
    groups = [order[n * size : (n + 1) * size] for n in range(n_bins)]
    return sum(size / len(p) * abs(p[rows].mean() - happened[rows].mean()) for rows in groups)


def _quantile_groups(p, happened, n_bins):
    edges = np.quantile(p, np.linspace(0, 1, n_bins + 1)[1:-1])
    number = np.searchsorted(edges, p, side="left")
    gaps = [(number == n).mean() * abs(p[number == n].mean() - happened[number == n].mean()) for n in range(n_bins)]
    return sum(gaps)


@exercise("14.9", "O5", "code", done="The error is zero if each group's mean prediction equals its observed rate.")
def calibration_error(answer) -> None:
    rng = np.random.default_rng(9)
    cases = []
    for n, n_bins in ((5, 2), (11, 3), (30, 4), (53, 10)):
        p = rng.uniform(0, 1, n)
        cases.append((p, (rng.random(n) < p**2).astype(int), n_bins))
    changes = {
        "Positive and negative gaps cancel in your mean. Take the absolute value within each group first.": {
            "distance": "signed"
        },
        "You squared the gaps. Take their absolute values.": {"distance": "squared"},
        "That is the root of the mean squared gap. Take the mean of the absolute gaps.": {"distance": "root"},
        "Your groups are intervals of equal *width*. Sort by `p` and cut into groups of equal *number*.": {
            "bins": "equal width"
        },
        "That is the mean absolute error of single rows. Take the means within each group first.": {"bins": "rows"},
        "You add the gaps without weights. Weight each by its group's share of the rows.": {"weight": "sum"},
        "You weight each gap by its number of rows. Divide that by the number of all rows.": {"weight": "number"},
        "All groups count alike in your mean, but their sizes differ by one. Weight each by its share of the rows.": {
            "weight": "mean"
        },
        "That is the largest gap. Take the weighted mean of the gaps.": {"weight": "largest"},
        "You cut the rows in the order in which they come. Sort by the prediction first.": {"order": False},
        "You sorted by what happened. Sort by the prediction `p`.": {"by": "label"},
    }
    mistakes = variants(_error_like, changes) | {
        "You sorted `p` but not `happened`, so they no longer belong together. Sort both by the order of `p`.": (
            lambda p, happened, n_bins: _error_like(np.sort(p), happened, n_bins)
        ),
        "That is the gap of all rows together. Cut the rows into groups first.": (
            lambda p, happened, n_bins: abs(np.mean(p) - np.mean(happened))
        ),
    }
    mistakes |= {
        "You sorted `p` and `happened` separately, so they no longer belong together. Sort both by the order of `p`.": (
            lambda p, happened, n_bins: _error_like(np.sort(p), np.sort(happened), n_bins)
        ),
        "Your groups leave out the rows that remain after the division. `np.array_split` distributes them over "
        "the groups.": (lambda p, happened, n_bins: _equal_groups(p, happened, n_bins)),
        "Your groups have other sizes. If the rows do not divide evenly, `np.array_split` makes the first groups "
        "one row larger. (`pd.qcut` does not.)": lambda p, happened, n_bins: _quantile_groups(p, happened, n_bins),
    }
    judge(answer, cases, _calibration_error, mistakes)


choice(
    "14.10",
    "O5",
    right="d",
    why_not={
        "a": "Dividing every logit by one positive number keeps their order, so AUC does not change.",
        "b": "The order within a user stays the same as well, so per-user AUC does not change.",
        "c": "Two of the three metrics depend only on the order, which stays the same.",
    },
    done="All logits are divided by the same positive number: the order stays, and only the probabilities change.",
)


def _mixture(experts, scores):
    out = np.zeros((experts.shape[0], experts.shape[2]))
    for row in range(len(experts)):
        top = max(scores[row])
        weights = [np.exp(score - top) for score in scores[row]]
        for expert, weight in zip(experts[row], weights):
            out[row] += weight / sum(weights) * expert
    return out


def _softmax(scores, axis):
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def _mixture_like(experts, scores, gate="softmax", combine="sum"):
    weights = {
        "softmax": lambda: _softmax(scores, 1),
        "over rows": lambda: _softmax(scores, 0),
        "over all": lambda: _softmax(scores, None),
        "scores": lambda: scores,
        "exponentials": lambda: np.exp(scores),
        "sigmoid": lambda: 1 / (1 + np.exp(-scores)),
        "shares": lambda: scores / scores.sum(axis=1, keepdims=True),
        "hard": lambda: np.eye(scores.shape[1])[scores.argmax(axis=1)],
        "equal": lambda: np.full(scores.shape, 1 / scores.shape[1]),
        "mean row": lambda: np.broadcast_to(_softmax(scores, 1).mean(axis=0), scores.shape),
    }[gate]()
    mixed = weights[:, :, None] * experts
    return {
        "sum": lambda: mixed.sum(axis=1),
        "mean": lambda: mixed.mean(axis=1),
        "kept": lambda: mixed,
        "width": lambda: mixed.sum(axis=2),
        "side by side": lambda: mixed.reshape(len(experts), -1),
        "largest": lambda: mixed.max(axis=1),
    }[combine]()


@exercise(
    "14.11", "O6", "code", done="Every row has its own mixture of the experts, and the weights of each row add up to 1."
)
def mixture_of_experts(answer) -> None:
    rng = np.random.default_rng(11)
    cases = [
        (rng.normal(size=(batch, n_experts, width)), rng.normal(size=(batch, n_experts)))
        for batch, n_experts, width in ((2, 3, 4), (3, 2, 5), (5, 4, 3))
    ]
    changes = {
        "Your softmax runs over the rows, axis 0. The weights of one row's experts should add up to 1: use axis 1.": {
            "gate": "over rows"
        },
        "Your softmax runs over all entries. The weights of *each row* should add up to 1: use axis 1 and "
        "`keepdims=True`.": {"gate": "over all"},
        "The softmax is missing. Apply it to `scores` to get the weights.": {"gate": "scores"},
        "You did not divide the exponentials by their sum, so the weights of a row do not add up to 1.": {
            "gate": "exponentials"
        },
        "You applied a sigmoid to each score. A gate is a softmax: the weights of a row add up to 1.": {
            "gate": "sigmoid"
        },
        "You divide the scores by their sum. A softmax takes their exponentials first.": {"gate": "shares"},
        "You take only the best expert. A gate mixes all of them.": {"gate": "hard"},
        "All experts count alike in your mixture. Multiply each by its weight.": {"gate": "equal"},
        "All rows share one set of weights in your mixture. Each row should have its own.": {"gate": "mean row"},
        "You average the weighted experts. Sum them, because the weights already add up to 1.": {"combine": "mean"},
        "The experts are weighted but not added up yet: sum over axis 1.": {"combine": "kept"},
        "You sum over the width, axis 2. Sum over the experts, axis 1.": {"combine": "width"},
        "You concatenate the weighted experts. Sum over them, axis 1.": {"combine": "side by side"},
        "You take the largest entry among the experts. Sum over the experts, axis 1.": {"combine": "largest"},
    }
    judge(answer, cases, _mixture, variants(_mixture_like, changes))
