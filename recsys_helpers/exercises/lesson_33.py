"""Checks of lesson 33, build your own."""

from functools import partial

import numpy as np
import pandas as pd

from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, trace

predict(
    "33.1",
    "O1",
    truth=57,
    within=10,
    between=(0, 150),
    low="It is more: a little over half is left, because the taste of a customer does carry over to the next order.",
    high="It is far less: a little over half is left. Knowing half of an order tells a model a lot about the other "
    "half.",
    done="A little over half is left. The rest came from knowing part of the order that the model had to predict.",
)


choice(
    "33.2",
    "O1",
    right="d",
    why_not={
        "a": "With random rows, a model learns from the future of each customer and from most of every order.",
        "b": "The protocol suits films, which are rated one by one. Here the newest fifth of the rows begins "
        "within an order, so the model knows a part of the order that it has to predict.",
        "c": "Keeping the last purchase erases earlier purchases of the same article from the history. What the "
        "model has to find are then mostly repeats that look new.",
    },
    done="The list is made between two orders, so the model must know nothing of the next order and everything "
    "that was bought before it.",
)


def _shared(learn, test, key=("user_id", "timestamp"), of="rows", reverse=False, negate=False, times=1):
    if reverse:
        learn, test = test, learn
    key = list(key)
    if of == "moments":
        test = test.drop_duplicates(key)
    known = {tuple(row) for row in learn[key].to_numpy().tolist()}
    hits = [tuple(row) in known for row in test[key].to_numpy().tolist()]
    if of == "count":
        return sum(hits)
    return times * (1 - np.mean(hits) if negate else np.mean(hits))


def _apart(learn, test):
    is_hit = test["user_id"].isin(learn["user_id"]) & test["timestamp"].isin(learn["timestamp"])
    return float(is_hit.mean())


def _over_all(learn, test):
    return _shared(learn, test, of="count") / (len(learn) + len(test))


def _over_learn(learn, test):
    return _shared(learn, test, of="count") / len(learn)


def _users(learn, test):
    known = set(zip(learn["user_id"], learn["timestamp"]))
    hit = {user for user, when in zip(test["user_id"], test["timestamp"]) if (user, when) in known}
    return len(hit) / test["user_id"].nunique()


def _joined(learn, test):
    return len(test.merge(learn, on=["user_id", "timestamp"])) / len(test)


def _left_joined(learn, test):
    both = test.merge(learn, on=["user_id", "timestamp"], how="left", indicator=True)
    return float((both["_merge"] == "both").mean())


def _moments_over_rows(learn, test):
    return _shared(learn, test.drop_duplicates(["user_id", "timestamp"]), of="count") / len(test)


def _repeats(learn, test):
    rows = pd.concat([learn, test])[["user_id", "timestamp"]]
    return float(rows.duplicated().to_numpy()[len(learn) :].mean())


def _not_newer(learn, test):
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return float((test["timestamp"] <= newest).mean())


def _two_tables(seed: int):
    rng = np.random.default_rng(seed)

    def draw(n):
        return pd.DataFrame(
            {
                "user_id": rng.integers(1, 7, n),
                "item_id": rng.integers(1, 9, n),
                "timestamp": 1_300_000_000 + 60 * rng.integers(0, 5, n),
            },
            index=rng.permutation(n) + 3,
        )

    return draw(23), draw(17)


@exercise(
    "33.3",
    "O1",
    "code",
    done="The share is zero if all orders stay whole. It finds orders that are cut in "
    "two, which the leak checker by itself does not call a leak.",
)
def shared_moments(answer) -> None:
    cases = [_two_tables(seed) for seed in range(4)]
    none = cases[0][1].assign(timestamp=cases[0][1]["timestamp"] + 10**6)
    cases.append((cases[0][0], none))
    mistakes = {
        "You compare the time alone. Two users may order in the same second: a moment is a user and a time.": partial(
            _shared, key=("timestamp",)
        ),
        "You compare the user alone. A user may well be on both sides; a moment is a user and a time.": partial(
            _shared, key=("user_id",)
        ),
        "You test the user and the time separately. Both must be in the same row of `learn`: compare pairs.": _apart,
        "You compare users and items. A moment is a user and a time; its items differ.": partial(
            _shared, key=("user_id", "item_id")
        ),
        "You compare whole rows. The rows of one order have different items: compare user and time.": partial(
            _shared, key=("user_id", "item_id", "timestamp")
        ),
        "You count each moment once. Return the share of the *rows* of test.": partial(_shared, of="moments"),
        "You return a number of rows. Divide it by the number of rows of test.": partial(_shared, of="count"),
        "You divide by the rows of both tables. Divide by the rows of test.": _over_all,
        "You divide by the rows of learn. Divide by the rows of test.": _over_learn,
        "You return the share of the rows of learn whose moment is in test. Exchange the two tables.": partial(
            _shared, reverse=True
        ),
        "You return a share of users. Return the share of the rows of test.": _users,
        "You return the share of the rows whose moment is *not* in learn. Return the share of those whose moment "
        "is.": partial(_shared, negate=True),
        "You return a percentage. Return a share between 0 and 1.": partial(_shared, times=100),
        "A join has a row for every pair of rows with the same moment, so rows count several times. Drop duplicates of "
        "the moments in learn first.": _joined,
        "After a left join, rows of test with several partners count several times. Drop duplicates of the moments in "
        "learn first.": _left_joined,
        "You count moments in the numerator and rows in the denominator. Count the rows of test in "
        "both.": _moments_over_rows,
        "You count a second row of the same moment in test as known. Look for the moment in learn only.": _repeats,
        "You test whether the user has a row in learn that is as new as this one. Test for a row at exactly the "
        "same time.": _not_newer,
    }
    judge(answer, cases, lambda learn, test: _shared(learn, test), mistakes, keeps_input=True)


def _serve(ndcg, bar, z=1.96, end="low", paired=True, ddof=1, root=True, pick=max, by="mean", needs="gain"):
    better, ends = [], {}
    for name, values in ndcg.items():
        d = values - ndcg[bar]
        se = d.std(ddof=ddof) / (np.sqrt(len(d)) if root else 1)
        if not paired:
            se = np.sqrt(sum(v.var(ddof=1) / len(v) for v in (values, ndcg[bar])))
        ends[name] = {"low": d.mean() - z * se, "high": d.mean() + z * se, "mean": d.mean()}
        if ends[name][end] > 0 or (needs == "either" and ends[name]["high"] < 0):
            better.append(name)
    value = {"mean": lambda name: ndcg[name].mean(), "low": lambda name: ends[name]["low"]}[by]
    return pick(better, key=value) if better else bar


def _own_interval(ndcg, bar):
    half = {name: 1.96 * v.std(ddof=1) / np.sqrt(len(v)) for name, v in ndcg.items()}
    better = [n for n, v in ndcg.items() if v.mean() - half[n] > ndcg[bar].mean()]
    return max(better, key=lambda name: ndcg[name].mean()) if better else bar


def _apart_intervals(ndcg, bar):
    half = {name: 1.96 * v.std(ddof=1) / np.sqrt(len(v)) for name, v in ndcg.items()}
    better = [n for n, v in ndcg.items() if v.mean() - half[n] > ndcg[bar].mean() + half[bar]]
    return max(better, key=lambda name: ndcg[name].mean()) if better else bar


def _best_only(ndcg, bar):
    best = max(ndcg, key=lambda name: ndcg[name].mean())
    return best if _serve({best: ndcg[best], bar: ndcg[bar]}, bar) == best else bar


def _reversed(ndcg, bar):
    worse = [name for name in ndcg if name != bar and _serve({name: ndcg[bar], bar: ndcg[name]}, bar) == name]
    return max(worse, key=lambda name: ndcg[name].mean()) if worse else bar


def _first_or_last(ndcg, bar, which):
    found = [name for name in ndcg if name != bar and _serve({name: ndcg[name], bar: ndcg[bar]}, bar) == name]
    return found[which] if found else bar


def _served_cases() -> list[tuple]:
    rng = np.random.default_rng(33)
    cases = []
    for n, effects in (
        (60, {"wide": (0.05, 0.04), "deep": (0.08, 0.9), "kNN": (-0.05, 0.05)}),  # the highest mean is open
        (80, {"blend": (0.03, 0.05), "net": (0.05, 0.06), "tree": (0.01, 0.3)}),  # two are better
        (50, {"net": (0.04, 0.5), "tree": (0.02, 0.4)}),  # none is
        (70, {"worse": (-0.2, 0.1), "same": (-0.01, 0.3)}),  # the bar has the highest mean
        (90, {"net": (0.02, 0.02), "far": (0.04, 0.15), "tiny": (0.01, 0.01)}),  # the highest mean is not the safest
        (40, {"edge": (0.05, 0.175)}),  # 1.8 standard errors: open
        (10, {"small": (0.05, 0.083)}),  # ddof decides
        (60, {"calm": (0.03, 0.01)}),  # better, though its own interval is wide
        (100, {"near": (0.09, 0.05)}),  # better, though the intervals of both overlap
    ):
        base = rng.random(n)
        models = {}
        for name, (mean, sd) in effects.items():
            noise = rng.normal(size=n)
            noise = (noise - noise.mean()) / noise.std(ddof=1)
            models[name] = base + mean + sd * noise
        names = list(models)
        at = int(rng.integers(0, len(names) + 1))
        ndcg = (
            {name: models[name] for name in names[:at]} | {"EASE": base} | {name: models[name] for name in names[at:]}
        )
        cases.append((ndcg, "EASE"))
    return cases


@exercise(
    "33.4",
    "O2",
    "code",
    done="The model with the highest mean is not served if the interval of its difference from the bar includes zero.",
)
def what_to_serve(answer) -> None:
    mistakes = {
        "You return the model with the highest mean. It may be served only if its interval over the bar lies above "
        "zero.": partial(_serve, z=0, by="mean"),
        "You test only the model with the highest mean. If its interval includes zero, another model may still be "
        "better than the bar.": _best_only,
        "You test the upper end. An interval lies above zero if its *lower* end does.": partial(_serve, end="high"),
        "You also accept intervals below zero. A model that is clearly *worse* must not be served.": partial(
            _serve, needs="either"
        ),
        "You compare a model's own interval with the mean of the bar. Take the differences per user first, and "
        "compute the interval of their mean.": _own_interval,
        "You require two intervals that do not overlap. Take the differences per user first, and compute the "
        "interval of their mean.": _apart_intervals,
        "You add the variances of both models. The users are the same, so take the standard deviation of the "
        "differences per user.": partial(_serve, paired=False),
        "You do not divide the standard deviation by the square root of the number of users.": partial(
            _serve, root=False
        ),
        "Of the better models, you return the one with the lowest mean. Return the one with the highest.": partial(
            _serve, pick=min
        ),
        "Of the better models, you return the one with the highest lower end. Return the one with "
        "the highest mean.": partial(_serve, by="low"),
        "You return the first model that is better. Return the better model with the highest mean.": partial(
            _first_or_last, which=0
        ),
        "You return the last model that is better. Return the better model with the highest mean.": partial(
            _first_or_last, which=-1
        ),
        "You use the standard deviation with `ddof=0`. Use `ddof=1`.": partial(_serve, ddof=0),
        "You multiply by a number smaller than 1.96, so your interval is too narrow for 95 %.": partial(
            _serve, z=1.645
        ),
        "You leave out the factor 1.96. Multiply the standard error by it.": partial(_serve, z=1.0),
        "You subtract the other way round. The difference is model minus bar.": _reversed,
        "You always return the bar. Check whether a lower end can ever be above zero in your code.": lambda ndcg, bar: (
            bar
        ),
        "You return an array. Return the name of the model.": Sign(
            lambda mine, ndcg, bar: isinstance(mine, np.ndarray) and mine.shape == ndcg[bar].shape
        ),
        "You return a list of names. Return one name.": Sign(
            lambda mine, ndcg, bar: isinstance(mine, (list, tuple, set)) and all(isinstance(one, str) for one in mine)
        ),
    }
    raised = {ValueError: "If no model is better, there is no highest mean among them. Return the bar in this case."}
    judge(answer, _served_cases(), _serve, mistakes, raised=raised, keeps_input=True)


choice(
    "33.5",
    "O3",
    right="b",
    why_not={
        "a": "This sentence names a cause of the customer's decision. The model knows only which articles are in "
        "the same histories.",
        "c": "Without the cakestand, the score would be lower, but the article might still be among the ten. "
        "Whether it would be is another question, a counterfactual (lesson 26).",
        "d": "EASE weighs an article against all others of the history. A large weight does not tell you the share "
        "of customers who buy both.",
    },
    done="The reason is the article that adds most to this score. That is a statement about the model, not about "
    "the customer.",
)


parsons(
    "33.6",
    "O3",
    right="BDEAC",
    not_used={
        "F": "If you choose again on test, you have no test set left for an honest figure: F does not belong here."
    },
    before={
        "BD": "The question determines how the data are cut, so it comes first: B before D.",
        "BA": "A rule that is written after the test figures are known may be made to fit them: B before A.",
        "DE": "Settings are chosen on valid, which the cut has to make first: D before E.",
        "EA": "The test set is used once, with settings that are already chosen: E before A.",
        "AC": "The test figures decide which model is put into use: A before C.",
        "BE": "The question and the rule come before any search: B before E.",
        "DA": "Without a cut there is no test set: D before A.",
        "BC": "The rule comes before the decision that it makes: B before C.",
        "DC": "A model can be put into use only after the data were cut and it was tested: D before C.",
        "EC": "The settings of the model that is put into use are chosen first: E before C.",
    },
    done="The rule is written down before any figure is known, and the test set is used only once.",
)


def _word(low, high, zero_is_open=True):
    if zero_is_open:
        return "better" if low > 0 else "worse" if high < 0 else "open"
    return "better" if low >= 0 else "worse" if high <= 0 else "open"


def _false(claims, zero_is_open=True, negate=False, swap=False, ignores=(), by_middle=False, base=0, words=None):
    found = []
    for position, (word, low, high) in enumerate(claims):
        right = _word(low, high, zero_is_open)
        if by_middle:
            right = "better" if low + high > 0 else "worse"
        if swap:
            right = {"better": "worse", "worse": "better"}.get(right, right)
        is_false = word != right and word not in ignores
        if words is not None:
            is_false = is_false and word in words
        if is_false != negate:
            found.append(position + base)
    return found


def _one_end(claims, of):
    """Right for two words, too lenient for the third: looks at one end only."""
    found = []
    for position, (word, low, high) in enumerate(claims):
        is_true = {
            "better": (low > 0) if of != "better" else (high > 0),
            "worse": (high < 0) if of != "worse" else (low < 0),
            "open": low <= 0 <= high,
        }[word]
        if not is_true:
            found.append(position)
    return found


def _zero_is_worse(claims):
    return [n for n, (word, low, high) in enumerate(claims) if word != _word(low, high or -1.0)]


def _zero_is_better(claims):
    return [n for n, (word, low, high) in enumerate(claims) if word != _word(low or 1.0, high)]


def _by_index(claims):
    return [claims.index(claims[n]) for n in _false(claims)]


def _touches(claims):
    """Takes the other end for each word: 'better' if any of the interval is above zero, else 'worse'."""
    return [n for n, (word, low, high) in enumerate(claims) if word != ("better" if high > 0 else "worse")]


def _both_ends_lenient(claims):
    ok = {
        "better": lambda low, high: high > 0,
        "worse": lambda low, high: low < 0,
        "open": lambda low, high: low <= 0 <= high,
    }
    return [position for position, (word, low, high) in enumerate(claims) if not ok[word](low, high)]


@exercise("33.7", "O4", "code", done="A claim can also be too cautious: 'open' is false if the interval excludes zero.")
def false_claims(answer) -> None:
    rng = np.random.default_rng(7)
    edges = [
        ("better", 0.0, 0.02),
        ("open", 0.0, 0.01),
        ("worse", -0.03, 0.0),
        ("open", -0.01, 0.0),
        ("open", 0.01, 0.02),
        ("better", 0.0, 0.02),
    ]
    cases = [(edges,), ([("worse", -0.02, -0.01), ("better", -0.01, 0.05), ("open", -0.3, -0.1)],), ([],)]
    for n in (9, 14, 20):
        rows = []
        for _ in range(n):
            low = round(float(rng.normal(0, 0.02)), 3)
            rows.append(
                (str(rng.choice(["better", "worse", "open"])), low, round(low + float(rng.uniform(0.005, 0.04)), 3))
            )
        cases.append((rows,))

    def hits(claims):
        return [word != _word(low, high) for word, low, high in claims]

    mistakes = {
        "You return the positions of the *true* claims. Return those of the claims that the interval does not "
        "support.": partial(_false, negate=True),
        "You treat an end at exactly 0 as if it excluded zero. It includes zero, so the interval supports only "
        "'open'.": partial(_false, zero_is_open=False),
        "You accept every 'open'. It is false if the interval excludes zero.": partial(_false, ignores=("open",)),
        "You check only 'better'. 'worse' and 'open' can be false as well.": partial(_false, words=("better",)),
        "You judge by the middle of the interval. Compare its ends with zero.": partial(_false, by_middle=True),
        "You exchanged 'better' and 'worse'. An interval above zero means 'better'.": partial(_false, swap=True),
        "You test the wrong end for 'better': the *lower* end must be above zero.": partial(_one_end, of="better"),
        "You test the wrong end for 'worse': the *upper* end must be below zero.": partial(_one_end, of="worse"),
        "You test the wrong ends: 'better' needs low > 0, and 'worse' needs high < 0.": _both_ends_lenient,
        "You call an interval better as soon as its upper end is above zero. 'better' needs low > 0.": _touches,
        "You accept 'worse' if the upper end is exactly 0. Such an interval includes zero, so it supports only "
        "'open'.": _zero_is_worse,
        "You accept 'better' if the lower end is exactly 0. Such an interval includes zero, so it supports only "
        "'open'.": _zero_is_better,
        "You return the position of the first equal claim. Two claims can be equal, so count with "
        "`enumerate`.": _by_index,
        "Your positions begin at 1. Begin at 0.": partial(_false, base=1),
        "You return a number. Return the list of the positions.": Sign(
            lambda mine, claims: np.ndim(mine) == 0 and int(mine) == len(_false(claims))
        ),
        "You return one True or False for each claim. Return the positions of the false claims.": Sign(
            lambda mine, claims: (
                len(mine) == len(claims)
                and all(isinstance(one, (bool, np.bool_)) for one in mine)
                and (list(mine) == hits(claims) or list(mine) == [not one for one in hits(claims)])
            )
        ),
        "You return the claims themselves. Return their positions.": Sign(
            lambda mine, claims: [tuple(one) for one in mine] == [claims[n] for n in _false(claims)]
        ),
        "You return the words. Return the positions of the false claims.": Sign(
            lambda mine, claims: all(isinstance(one, str) for one in mine)
        ),
    }
    judge(answer, cases, _false, mistakes, keeps_input=True)


trace(
    "33.8",
    "O4",
    truth=10,
    mistakes={
        15: "The project has faults. Check the budgets, the seeds, the claim, what is served, and the roll-back.",
        11: "One fault is missing. An interval that includes zero costs two points: the claim is false, and the "
        "network should not be served. The budget, the seeds and the roll-back cost one point each.",
        12: "You missed two of the five faults. Check the budget, the seeds, the claim, what is served, and the "
        "roll-back.",
        13: "You missed three of the five faults. Check the budget, the seeds, the claim, what is served, and the "
        "roll-back.",
        14: "There is more than one fault. Check the budget, the seeds, the claim, what is served, and the roll-back.",
        9: "You subtracted one point too many. The second run is in order, and so is the bundle.",
        5: "Five is the number of points lost. Subtract it from 15.",
    },
    otherwise="The project loses one point each for the budget, the seeds, the claim, what is served, and the "
    "roll-back.",
    done="Five of the fifteen points are lost: for the budget, the seeds, the claim, what is served and the roll-back.",
    within=0.1,
)


choice(
    "33.9",
    "O4",
    right="b",
    why_not={
        "a": "The leak checker compares all rows of the parts, so the program sees this.",
        "c": "Every file of a bundle has a checksum in the manifest, so the program sees this.",
        "d": "The program notices two seeds with the same value for every user: they show that the seed does not "
        "reach the network.",
    },
    done="The files do not say how often somebody measured on test. Only you can say so, on the card.",
)
