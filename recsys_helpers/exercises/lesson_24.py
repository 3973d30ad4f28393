"""Checks of lesson 24, watch it live."""

import numpy as np
import pandas as pd

from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, trace, variants

predict(
    "24.1",
    "O2",
    truth=32,
    within=7,
    between=(1, 100),
    low="It has lost more than that: about a third. Run the cell and compare the years.",
    high="It has lost less than that: about a third. People still watch the old films that it knows.",
    done="Right: the frozen model has lost about a third of the NDCG@10, and the service gave no warning.",
)


trace(
    "24.2",
    "O1",
    truth=0.3 * 0.470 + 0.3 * 0.916,
    mistakes={
        -0.1338: "Both terms are positive: where the share falls, q − p and the logarithm are both negative.",
        0.1338: "Both terms are positive, so add them: 0.3 · 0.470 and −0.3 · −0.916.",
        -0.4158: "Both terms are positive: take q − p and ln(q / p), last week over training.",
        0.141: "That is the first bin alone. Add the term of the second.",
        0.2748: "That is the second bin alone. Add the term of the first.",
        0.2079: "You averaged over the bins. PSI is the sum.",
        0.193: "That is KL(q ‖ p): its logarithms are weighted by q. PSI weights them by the change, q − p.",
        0.223: "That is KL(p ‖ q): its logarithms are weighted by p. PSI weights them by the change, q − p.",
        0.18: "You squared the changes. Multiply each change by its logarithm.",
        -0.446: "You added the logarithms alone. Multiply each by its change, q − p.",
    },
    otherwise="Add up (q − p) · ln(q / p): 0.3 · ln 1.6 and −0.3 · ln 0.4.",
    done="PSI is 0.42. By the rule of thumb, this is a reason to act, if there are enough values.",
)


def _psi(reference, current):
    p, q = [count + 0.5 for count in reference], [count + 0.5 for count in current]
    p, q = [value / sum(p) for value in p], [value / sum(q) for value in q]
    return sum((b - a) * np.log(b / a) for a, b in zip(p, q))


def _psi_like(reference, current, add=0.5, add_other=None, change="q - p", log="q/p", by="own", part=np.sum, late=False,
              base=np.log, share=True):  # fmt: skip
    reference, current = np.asarray(reference, float), np.asarray(current, float)
    first, other = reference + add, current + (add if add_other is None else add_other)
    if late:  # added after the division
        p, q = reference / reference.sum() + add, current / current.sum() + add
    elif not share:
        p, q = first, other
    else:
        sums = {
            "own": (first.sum(), other.sum()),
            "raw": (reference.sum(), current.sum()),
            "first": (first.sum(), first.sum()),
            "bins": (reference.sum() + add, current.sum() + add),
        }[by]
        p, q = first / sums[0], other / sums[1]
    with np.errstate(all="ignore"):
        ratio = base({"q/p": q / p, "p/q": p / q}[log])
        weight = {"q - p": q - p, "q": q, "p": p, "abs": np.abs(q - p), "square": (q - p) ** 2, "one": 1.0}[change]
        return part(weight * ratio)


@exercise(
    "24.3",
    "O1",
    "code",
    done="With 0.5 added to every count, PSI is finite even for empty bins, and exchanging "
    "the two sides does not change it.",
)
def psi_from_counts(answer) -> None:
    cases = [
        (np.array([50, 30, 20]), np.array([8, 6, 0])),
        (np.array([5, 0, 9, 40]), np.array([11, 3, 2, 0])),
        (np.array([100, 80, 60, 40, 0]), np.array([2, 4, 9, 16, 3])),
        (np.array([7, 7]), np.array([30, 90])),
    ]
    changes = {
        "An empty bin makes your result infinite or NaN. Add 0.5 to every count first.": {"add": 0.0},
        "You added 1 to each count. Add half a value, 0.5.": {"add": 1.0},
        "You added 0.5 on one side only. `current` may have empty bins as well: add 0.5 to both.": {"add_other": 0.0},
        "You added 0.5 to the *shares*, where it is far too much. Add it to the counts, before dividing.": {
            "late": True
        },
        "You divided by the old sums, so the shares do not sum to 1. Divide by the sum after adding 0.5.": {
            "by": "raw"
        },
        "You added 0.5 to the total only once, but every bin got 0.5. Divide by the new sum over the bins.": {
            "by": "bins"
        },
        "You divided both sides by the sum of the reference. Divide each side by its own sum.": {"by": "first"},
        "You did not compute shares: divide each side by its sum.": {"share": False},
        "The sign is wrong: the change q − p goes with ln(q / p), current over reference.": {"log": "p/q"},
        "That is a Kullback–Leibler divergence, weighted by q. PSI weights by the change, q − p.": {"change": "q"},
        "You weighted the logarithms by p. PSI weights them by the change, q − p.": {"change": "p"},
        "You took the absolute value of the change. Leave the sign: q − p and the logarithm have the same one.": {
            "change": "abs"
        },
        "You squared the change. Multiply the change itself by the logarithm.": {"change": "square"},
        "You added up the logarithms alone. Multiply each by its change, q − p.": {"change": "one"},
        "Take the natural logarithm, np.log, not np.log2.": {"base": np.log2},
        "Take the natural logarithm, np.log, not np.log10.": {"base": np.log10},
        "You return the mean over the bins. PSI is the sum.": {"part": np.mean},
    }
    mistakes = variants(_psi_like, changes) | {
        "You left out the bins with a zero. They changed most: add 0.5 to every count instead.": _without_zeros,
        "You replaced only the zeros. Add 0.5 to every count, so that all bins are treated alike.": _only_zeros,
        "You return one number per bin. Add them up.": Sign(
            lambda mine, reference, current: np.shape(mine) == np.shape(reference)
        ),
    }
    judge(answer, cases, _psi, mistakes)


def _without_zeros(reference, current):
    p, q = reference / reference.sum(), current / current.sum()
    full = (p > 0) & (q > 0)
    return ((q - p)[full] * np.log(q[full] / p[full])).sum()


def _only_zeros(reference, current):
    return _psi_like(np.where(reference == 0, 0.5, reference), np.where(current == 0, 0.5, current), add=0)


choice(
    "24.4",
    "O1",
    right="b",
    why_not={
        "a": "The change is real, but that does not mean that it matters.",
        "c": "With a million rows, the standard error is so small that even a tiny change is significant.",
        "d": "The p-value from a million rows is correct. With fewer rows, you would only detect less; the size of "
        "the change stays the same.",
    },
    done="The change is real but tiny. Look at its size: PSI, KS, or the difference in standard deviations.",
)


choice(
    "24.5",
    "O3",
    right="c",
    why_not={
        "a": "Each line of the access log contains the milliseconds of its request: take their 99th percentile.",
        "b": "Each view is an event with a time: count those of yesterday.",
        "d": "Each line of the access log contains a status: count those with 503.",
    },
    done="The events record what was viewed, but no log records what else was shown, or in which position.",
)


def _inner(shown, views):
    both = shown.merge(views, on=["request_id", "item_id"])
    n_shown = shown[shown["request_id"].isin(views["request_id"])].groupby("position").size()
    return (both.groupby("position").size() / n_shown).fillna(0)


def _rates(shown, views):
    pairs, found = set(zip(views["request_id"], views["item_id"])), {}
    for request, item, position in zip(shown["request_id"], shown["item_id"], shown["position"]):
        found.setdefault(position, []).append((request, item) in pairs)
    return pd.Series({position: np.mean(found[position]) for position in sorted(found)})


def _rates_like(shown, views, key="both", part="mean", by="position", keep="all"):
    pair = list(zip(shown["request_id"], shown["item_id"]))
    hit = pd.Series(
        {
            "both": [one in set(zip(views["request_id"], views["item_id"])) for one in pair],
            "item": shown["item_id"].isin(views["item_id"]).tolist(),
            "request": shown["request_id"].isin(views["request_id"]).tolist(),
            "item merged": shown["item_id"].map(views["item_id"].value_counts()).fillna(0).tolist(),
            "request merged": shown["request_id"].map(views["request_id"].value_counts()).fillna(0).tolist(),
        }[key],
        index=shown.index,
    )
    if keep == "viewed lists":
        hit = hit[shown["request_id"].isin(views["request_id"])]
    of_position = hit.groupby(shown["position"].reindex(hit.index))
    count, size = of_position.sum(), of_position.size()
    return {
        "mean": count / size,
        "sum": count,
        "of views": count / len(views),
        "of all": count / len(shown),
        "only viewed": (count / size)[count > 0],
        "no zeros": (count / size).where(count > 0),
        "percent": 100 * count / size,
        "only ones": size / size,
        "ones": (count / size).where(count == 0, 1.0),
        "one number": count.sum() / size.sum(),
        "missed": 1 - count / size,
    }[part]


def _by_position(result, *case):
    """The rates as numbers in the order of the positions, and the positions; a dict will do."""
    series = pd.Series(result) if isinstance(result, (dict, pd.Series)) else result
    if isinstance(series, pd.Series):
        series = series.sort_index()
        return [series.index.tolist(), series.to_numpy(float)]
    return result


@exercise(
    "24.6",
    "O3",
    "debug",
    done="Lists without any view count, too. Leaving them out makes the rates far too high.",
    given=_inner,
)
def repaired_rates(answer) -> None:
    rng, cases = np.random.default_rng(24), []
    for n_lists, k in ((4, 3), (9, 4), (15, 5)):
        shown = pd.DataFrame(
            {
                "request_id": np.repeat([f"r{number}" for number in range(n_lists)], k),
                "item_id": np.concatenate([rng.permutation(k + 3)[:k] + 10 for _ in range(n_lists)]),
                "position": np.tile(np.arange(1, k + 1), n_lists),
            }
        )
        rate = 0.5 / shown["position"] * (shown["request_id"].str[1:].astype(int) % 2 == 0)
        is_viewed = rng.random(len(shown)) < rate
        is_viewed[shown["position"] == 1] = (shown["request_id"].str[1:].astype(int) % 4 == 0)[shown["position"] == 1]
        is_viewed[0], is_viewed[k - 1 :: k] = True, False
        cases.append((shown, shown.loc[is_viewed, ["request_id", "item_id"]].reset_index(drop=True)))
    changes = {
        "You still count only the lists with a view. Keep every impression: use a left merge.": {
            "keep": "viewed lists"
        },
        "The item alone does not say which list it was viewed in. Match request_id and item_id.": {"key": "item"},
        "The request alone counts every film of a list as viewed. Match request_id and item_id.": {"key": "request"},
        "Those are counts. Divide by how often each position was shown.": {"part": "sum"},
        "You divided by the number of views. This tells where views fall, not how often a position is viewed.": {
            "part": "of views"
        },
        "You divided by the number of all impressions. Divide by those of the position.": {"part": "of all"},
        "Positions that nobody viewed are missing. Their rate is 0.": {"part": "only viewed"},
        "Positions that nobody viewed are NaN. Their rate is 0: keep the `fillna(0)`.": {"part": "no zeros"},
        "A merge on the item alone finds views of other lists, too. Match request_id and item_id.": {
            "key": "item merged"
        },
        "A merge on the request alone counts each view for every film of its list. Match request_id and item_id.": {
            "key": "request merged"
        },
        "You return percentages. Return shares between 0 and 1.": {"part": "percent"},
        "Every rate is 1 where something was viewed, because only rows with a view are left. Keep the other rows, "
        "too.": {"part": "ones"},
        "Every rate is 1, because a left merge keeps all rows. Count only those with a view, by `indicator=True`.": {
            "part": "only ones"
        },
        "That is one rate for all positions. Group by position.": {"part": "one number"},
        "That is the share that was *not* viewed. Return the share that was.": {"part": "missed"},
    }
    mistakes = variants(_rates_like, changes) | {
        "You count only the lists with a view, and positions without any view are NaN. Keep every impression.": (
            lambda shown, views: _inner(shown, views).replace(0, np.nan)
        ),
        "Return a Series, with the position as its index.": Sign(
            lambda mine, shown, views: not isinstance(mine, (dict, pd.Series)) and np.ndim(mine) == 1
        ),
    }
    judge(answer, cases, _rates, mistakes, keeps_input=True, view=_by_position)


choice(
    "24.7",
    "O4",
    right="c",
    why_not={
        "a": "A fault can do harm without causing drift. Two of the three keep every summary below 0.1.",
        "b": "The columns of the window change, but the monitors watch only summaries, which are computed from the "
        "same films as before.",
        "d": "This is nearly right, but the wrong index leads to other films, so their looked-up popularity and "
        "year change.",
    },
    done="Only the old id map changes the films themselves. None of the summaries depends on the order of a window.",
)


def _differing(offline, served, atol):
    found = {}
    for name in offline.columns:
        found[name] = 0
        for user in offline.index:
            one, other = offline.at[user, name], served.at[user, name]
            both_missing = np.isnan(one) and np.isnan(other)
            found[name] += not (both_missing or abs(one - other) <= atol)
    return found


def _differing_like(offline, served, atol, order="names", missing="equal", how="abs", side="different", by="count",
                    tolerance=True):  # fmt: skip
    if order == "names":
        served = served.loc[offline.index, offline.columns]
    elif order == "index only by place":
        served = pd.DataFrame(served[offline.columns].to_numpy(), offline.index, offline.columns)
    else:
        served = pd.DataFrame(served.to_numpy(), offline.index, offline.columns)
    if missing == "zero":
        offline, served = offline.fillna(0), served.fillna(0)
    gap = offline - served
    gap = {
        "abs": gap.abs(),
        "isclose": gap.abs() - 1e-5 * served.abs(),
        "signed": gap,
        "other way": -gap,
        "relative": gap.abs() / offline.abs(),
    }[how]
    different = gap > (atol if tolerance else 0)
    if missing == "equal":
        different |= offline.isna() ^ served.isna()
    elif missing in ("offline", "served"):
        alone = (offline, served) if missing == "offline" else (served, offline)
        different |= alone[0].isna() & alone[1].notna()
    elif missing == "different":
        different |= offline.isna() | served.isna()
    if side == "equal":
        different = ~different
    counts = different.sum() if by != "users" else different.T.sum()
    return {
        "count": counts,
        "users": counts,
        "share": different.mean(),
        "any": different.any(),
        "largest": gap.max(),
        "total": different.to_numpy().sum(),
    }[by]


def _as_dict(result, *case):
    """A dict of plain numbers; a Series will do."""
    return {name: float(value) for name, value in dict(result).items()}


@exercise(
    "24.8",
    "O4",
    "code",
    done="The parity test needs no bins: it names the feature and counts the users for whom it differs.",
)
def differing(answer) -> None:
    rng, cases = np.random.default_rng(8), []
    for n_users, n_features, atol in ((4, 2, 0.5), (9, 3, 0.01), (14, 5, 0.1)):
        names = [f"f{number}" for number in rng.permutation(n_features)]
        offline = pd.DataFrame(rng.normal(size=(n_users, n_features)) * 3, rng.permutation(n_users) + 50, names)
        offline.iloc[:, 1] += 20_000  # as large as an index may be
        served = offline + rng.choice([0, 0.4 * atol, -0.4 * atol, 3 * atol, -3 * atol], (n_users, n_features))
        offline.iloc[1, 0] = served.iloc[1, 0] = np.nan  # missing on both sides
        offline.iloc[2, 1], served.iloc[0, 0] = np.nan, np.nan  # on one side
        offline.iloc[3, 1], served.iloc[3, 1] = np.nan, 0.0  # missing, and zero
        turned = served.loc[rng.permutation(offline.index), rng.permutation(names)]
        if (turned.index == offline.index).all():
            turned = turned[::-1]
        cases.append((offline, turned, atol))
    changes = {
        "You compare the rows as they stand, but the users come in another order. Use `.loc` with the index.": {
            "order": "place"
        },
        "You align the columns, but compare the rows as they stand. Order `served` by `offline.index`.": {
            "order": "index only by place"
        },
        "You miss values that are NaN on one side only: a comparison with NaN is always False. Count them as well.": {
            "missing": "never"
        },
        "Two missing values are equal. NaN == NaN is False, so check `isna()` on both sides.": {"missing": "different"},
        "Take the absolute difference: you miss the values that are too large on the served side.": {"how": "signed"},
        "Take the absolute difference: you miss the values that are too small on the served side.": {
            "how": "other way"
        },
        "You replaced missing values by 0. If one side is NaN and the other is 0, they differ.": {"missing": "zero"},
        "A value may be missing on either side: `served` can lack one that `offline` has.": {"missing": "offline"},
        "A value may be missing on either side: `offline` can lack one that `served` has.": {"missing": "served"},
        "np.isclose adds a relative tolerance of its own, which hides differences of large values: set rtol=0.": {
            "how": "isclose"
        },
        "You divided by the offline value. The tolerance is absolute here.": {"how": "relative"},
        "`atol` is missing: differences up to it are allowed.": {"tolerance": False},
        "You count the users whose values *agree*. Count those whose values differ.": {"side": "equal"},
        "You count the features of each user. Count the users of each feature, column by column.": {"by": "users"},
        "You return the share of the users. Return their number.": {"by": "share"},
        "You return whether any user differs. Return how many do.": {"by": "any"},
        "That is the largest difference. Count the users whose values differ.": {"by": "largest"},
    }
    mistakes = variants(_differing_like, changes)
    mistakes["You return one number for all features. Return a dict from feature to number."] = Sign(
        lambda mine, offline, served, atol: np.ndim(mine) == 0 and not isinstance(mine, dict)
    )
    judge(answer, cases, _differing, mistakes, keeps_input=True, view=_as_dict)


def _visits(sd, effect, share):
    n = 2.8**2 * (sd**2 + sd**2 * share / (1 - share)) / effect**2
    return n / share


def _visits_like(sd, effect, share, z=2.8, z_power=2, sd_power=2, effect_power=2, factor="canary", whole="all"):
    ratio = {
        "canary": 1 + share / (1 - share),
        "equal": 2,
        "none": 1,
        "upside down": 1 + (1 - share) / share,
        "share": 1 + share,
    }[factor]
    n = z**z_power * sd**sd_power * ratio / effect**effect_power
    return {"all": n / share, "canary": n, "others": n / (1 - share), "times": n * share}[whole]


@exercise(
    "24.9",
    "O5",
    "faded",
    done="A smaller canary exposes fewer users to harm, but more visits are needed until the harm is detected.",
)
def visits_of_canary(answer) -> None:
    cases = [(0.9, 0.06, 0.05), (0.3, 0.01, 0.2), (1.5, 0.2, 0.5), (0.7, 0.05, 0.01)]
    changes = {
        "Those are the visits of the canary. They are a share of all visits: divide by `share`.": {"whole": "canary"},
        "You multiplied by `share`. n counts the visits of the canary, a part of all visits: divide by `share`.": {
            "whole": "times"
        },
        "You divided by the share of the others. n belongs to the canary: divide by `share`.": {"whole": "others"},
        "The factor 2 is for groups of equal size. Here it is 1 + share / (1 − share).": {"factor": "equal"},
        "The factor 1 + share / (1 − share) is missing, or you left out the canary's own visits. All visits are n "
        "/ share.": {"factor": "none"},
        "Your fraction is upside down. The larger group adds only share / (1 − share).": {"factor": "upside down"},
        "Your factor lacks the division by 1 − share. It is 1 + share / (1 − share).": {"factor": "share"},
        "`z` must be squared.": {"z_power": 1},
        "`sd` must be squared.": {"sd_power": 1},
        "`effect` must be squared.": {"effect_power": 1},
        "Square all three: z² · sd² · (…) / effect².": {"z_power": 1, "sd_power": 1, "effect_power": 1},
        "z is 1.96 + 0.84. Without 0.84, the loss is detected with probability 0.5 only.": {"z": 1.96},
    }
    judge(answer, cases, _visits, variants(_visits_like, changes))


choice(
    "24.10",
    "O5",
    right="b",
    why_not={
        "a": "Ten minutes without a view hardly ever happen unless something is broken. The first step is to look "
        "at the page.",
        "c": "With the wrong version in use, nobody knows what is being measured. The first step is to put the "
        "right one into use.",
        "d": "Propensities cannot be recovered later, so every hour counts. The first step is to look at what "
        "writes the log.",
    },
    done="Among 200 features, about two fall below 0.01 on a normal day, and nobody can act on that at night.",
)


parsons(
    "24.11",
    "O5",
    right="BEACF",
    not_used={"D": "Leave out D: the fault influenced these views. A model that learns from them learns the fault."},
    before={
        "BE": "A recovery can be confirmed only after the roll-back.",
        "BA": "First stop the harm (B). The search for the cause can wait until no user is affected.",
        "BC": "First stop the harm (B). The repair can wait until no user is affected.",
        "BF": "First stop the harm (B). The new start comes last.",
        "EA": "First confirm that the roll-back has helped (E). If it has not, the canary is not the cause.",
        "EC": "Before you repair anything, confirm that the roll-back has helped (E).",
        "EF": "The new start comes last, after the repair.",
        "AC": "Find the cause (A) before you repair it (C).",
        "AF": "The new start comes last, after the repair.",
        "CF": "The new start comes last, after the repair.",
    },
    done="Stop the harm, confirm the recovery, find the cause, repair it with a test, and start again with the shadow.",
)
