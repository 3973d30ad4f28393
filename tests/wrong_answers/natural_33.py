"""Natural answers of lesson 33: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np
import pandas as pd


def wrong_33_3_time_only(learn, test):
    times = set(learn["timestamp"])
    return sum(time in times for time in test["timestamp"]) / len(test)


def wrong_33_3_user_only(learn, test):
    return len(test[test.user_id.isin(learn.user_id.unique())]) / len(test)


def wrong_33_3_each_by_itself(learn, test):
    return (test.user_id.isin(learn.user_id) & test.timestamp.isin(learn.timestamp)).mean()


def wrong_33_3_items(learn, test):
    pairs = set(zip(learn["user_id"], learn["item_id"]))
    return np.mean([pair in pairs for pair in zip(test["user_id"], test["item_id"])])


def wrong_33_3_whole_rows(learn, test):
    rows = set(map(tuple, learn.to_numpy().tolist()))
    return np.mean([tuple(row) in rows for row in test.to_numpy().tolist()])


def wrong_33_3_count(learn, test):
    known = set(zip(learn.user_id, learn.timestamp))
    return sum((user, time) in known for user, time in zip(test.user_id, test.timestamp))


def wrong_33_3_moments(learn, test):
    one, other = (set(zip(table.user_id, table.timestamp)) for table in (learn, test))
    return len(one & other) / len(other)


def wrong_33_3_all_rows(learn, test):
    known = set(zip(learn.user_id, learn.timestamp))
    return sum(pair in known for pair in zip(test.user_id, test.timestamp)) / (len(learn) + len(test))


def wrong_33_3_over_learn(learn, test):
    known = set(zip(learn.user_id, learn.timestamp))
    return sum(pair in known for pair in zip(test.user_id, test.timestamp)) / len(learn)


def wrong_33_3_swapped(learn, test):
    known = set(zip(test.user_id, test.timestamp))
    return np.mean([pair in known for pair in zip(learn.user_id, learn.timestamp)])


def wrong_33_3_percent(learn, test):
    known = set(zip(learn.user_id, learn.timestamp))
    return 100 * np.mean([pair in known for pair in zip(test.user_id, test.timestamp)])


def wrong_33_3_not(learn, test):
    known = set(zip(learn.user_id, learn.timestamp))
    return np.mean([pair not in known for pair in zip(test.user_id, test.timestamp)])


def wrong_33_3_join(learn, test):
    return len(pd.merge(test, learn, on=["user_id", "timestamp"], how="inner")) / len(test)


def wrong_33_3_users(learn, test):
    both = test.merge(learn[["user_id", "timestamp"]].drop_duplicates())
    return both.user_id.nunique() / test.user_id.nunique()


def wrong_33_3_mask(learn, test):
    known = set(zip(learn.user_id, learn.timestamp))
    return np.array([pair in known for pair in zip(test.user_id, test.timestamp)])


def wrong_33_3_left_join(learn, test):
    both = test.merge(learn, on=["user_id", "timestamp"], how="left", indicator=True)
    return (both._merge == "both").mean()


def wrong_33_3_moments_over_rows(learn, test):
    one, other = (set(zip(table.user_id, table.timestamp)) for table in (learn, test))
    return len(one & other) / len(test)


def wrong_33_3_repeats(learn, test):
    is_twice = pd.concat([learn, test]).duplicated(["user_id", "timestamp"])
    return is_twice.iloc[len(learn) :].mean()


def wrong_33_3_not_newer(learn, test):
    newest = learn.groupby("user_id").timestamp.max().rename("newest").reset_index()
    both = test.merge(newest, on="user_id", how="left")
    return (both.timestamp <= both.newest).mean()


def right_33_3_text_keys(learn, test):
    known = learn.user_id.astype(str) + "@" + learn.timestamp.astype(str)
    asked = test.user_id.astype(str) + "@" + test.timestamp.astype(str)
    return np.float32(asked.isin(known).mean())


def right_33_3_merge(learn, test):
    moments = learn[["user_id", "timestamp"]].drop_duplicates()
    return len(test.merge(moments, on=["user_id", "timestamp"])) / len(test)


def right_33_3_indicator(learn, test):
    moments = learn.groupby(["user_id", "timestamp"]).size().reset_index()
    return (test.merge(moments, how="left", indicator=True)["_merge"] == "both").mean()


def right_33_3_loop(learn, test):
    n = 0
    for _, row in test.iterrows():
        n += bool(((learn["user_id"] == row["user_id"]) & (learn["timestamp"] == row["timestamp"])).any())
    return np.float32(n / len(test))


def lower(d, z=1.96, ddof=1):
    return d.mean() - z * d.std(ddof=ddof) / np.sqrt(len(d))


def wrong_33_4_highest(ndcg, bar):
    means = {name: values.mean() for name, values in ndcg.items()}
    return sorted(means, key=means.get)[-1]


def wrong_33_4_best_only(ndcg, bar):
    best = max(ndcg, key=lambda name: np.mean(ndcg[name]))
    return best if lower(ndcg[best] - ndcg[bar]) > 0 else bar


def wrong_33_4_upper(ndcg, bar):
    better = []
    for name in ndcg:
        d = ndcg[name] - ndcg[bar]
        if d.mean() + 1.96 * d.std(ddof=1) / len(d) ** 0.5 > 0:
            better.append(name)
    return max(better, key=lambda name: ndcg[name].mean()) if better else bar


def wrong_33_4_excludes_zero(ndcg, bar):
    better = []
    for name in ndcg:
        d = ndcg[name] - ndcg[bar]
        half = 1.96 * d.std(ddof=1) / np.sqrt(len(d))
        if not d.mean() - half <= 0 <= d.mean() + half:
            better.append(name)
    return max(better, key=lambda name: ndcg[name].mean()) if better else bar


def wrong_33_4_own_interval(ndcg, bar):
    chosen = bar
    for name, values in ndcg.items():
        if lower(values) > ndcg[bar].mean() and values.mean() > ndcg[chosen].mean():
            chosen = name
    return chosen


def wrong_33_4_overlap(ndcg, bar):
    half = {name: 1.96 * np.std(values, ddof=1) / np.sqrt(len(values)) for name, values in ndcg.items()}
    better = [n for n in ndcg if ndcg[n].mean() - half[n] > ndcg[bar].mean() + half[bar]]
    return max(better, key=lambda n: ndcg[n].mean()) if better else bar


def wrong_33_4_no_root(ndcg, bar):
    better = [n for n in ndcg if (d := ndcg[n] - ndcg[bar]).mean() - 1.96 * d.std(ddof=1) > 0]
    return max(better, key=lambda n: ndcg[n].mean()) if better else bar


def wrong_33_4_population(ndcg, bar):
    better = [n for n in ndcg if lower(ndcg[n] - ndcg[bar], ddof=0) > 0]
    return max(better, key=lambda n: ndcg[n].mean()) if better else bar


def wrong_33_4_first(ndcg, bar):
    for name in ndcg:
        if lower(ndcg[name] - ndcg[bar]) > 0:
            return name
    return bar


def wrong_33_4_last(ndcg, bar):
    chosen = bar
    for name in ndcg:
        if lower(ndcg[name] - ndcg[bar]) > 0:
            chosen = name
    return chosen


def wrong_33_4_safest(ndcg, bar):
    lows = {name: lower(ndcg[name] - ndcg[bar]) for name in ndcg if name != bar}
    best = max(lows, key=lows.get)
    return best if lows[best] > 0 else bar


def wrong_33_4_no_default(ndcg, bar):
    better = [name for name in ndcg if lower(ndcg[name] - ndcg[bar]) > 0]
    return max(better, key=lambda name: ndcg[name].mean())


def wrong_33_4_none(ndcg, bar):
    better = [name for name in ndcg if lower(ndcg[name] - ndcg[bar]) > 0]
    if better:
        return max(better, key=lambda name: ndcg[name].mean())


def wrong_33_4_list(ndcg, bar):
    return [name for name in ndcg if lower(ndcg[name] - ndcg[bar]) > 0] or [bar]


def wrong_33_4_one_sigma(ndcg, bar):
    better = [n for n in ndcg if lower(ndcg[n] - ndcg[bar], z=1) > 0]
    return max(better, key=lambda n: ndcg[n].mean()) if better else bar


def wrong_33_4_signs(ndcg, bar):
    better = [n for n in ndcg if lower(ndcg[bar] - ndcg[n]) > 0]
    return max(better, key=lambda n: ndcg[n].mean()) if better else bar


def wrong_33_4_without_mean(ndcg, bar):
    better = [n for n in ndcg if lower(ndcg[n] - ndcg[bar]) > 0]
    return min(better, key=lambda n: ndcg[n].mean()) if better else bar


def wrong_33_4_reversed(ndcg, bar):
    found = [name for name in ndcg if lower(ndcg[bar] - ndcg[name]) > 0]
    return max(found, key=lambda name: ndcg[name].mean()) if found else bar


def right_33_4_pandas(ndcg, bar):
    table = pd.DataFrame(ndcg)
    d = table.sub(table[bar], axis=0)
    low = d.mean() - 1.96 * d.std() / len(d) ** 0.5
    better = table.mean()[low > 0]
    return better.idxmax() if len(better) else bar


def right_33_4_loop(ndcg, bar):
    chosen, best = bar, -np.inf
    for name, values in ndcg.items():
        gains = [a - b for a, b in zip(values, ndcg[bar])]
        mean = sum(gains) / len(gains)
        variance = sum((gain - mean) ** 2 for gain in gains) / (len(gains) - 1)
        if mean > 1.96 * (variance / len(gains)) ** 0.5 and mean > best:
            chosen, best = name, mean
    return chosen


def wrong_33_7_true_ones(claims):
    right = ["better" if low > 0 else "worse" if high < 0 else "open" for _, low, high in claims]
    return [n for n in range(len(claims)) if claims[n][0] == right[n]]


def wrong_33_7_touching(claims):
    bad = []
    for n, (word, low, high) in enumerate(claims):
        if low >= 0:
            right = "better"
        elif high <= 0:
            right = "worse"
        else:
            right = "open"
        if word != right:
            bad.append(n)
    return bad


def wrong_33_7_open_is_safe(claims):
    bad = []
    for n, (word, low, high) in enumerate(claims):
        if (word == "better" and low <= 0) or (word == "worse" and high >= 0):
            bad.append(n)
    return bad


def wrong_33_7_better_only(claims):
    return [n for n, (word, low, high) in enumerate(claims) if word == "better" and not low > 0]


def wrong_33_7_middle(claims):
    return [n for n, (word, low, high) in enumerate(claims) if word != ("better" if (low + high) / 2 > 0 else "worse")]


def wrong_33_7_upper_for_better(claims):
    bad = []
    for n, (word, low, high) in enumerate(claims):
        fine = {"better": high > 0, "worse": high < 0, "open": low <= 0 <= high}[word]
        if not fine:
            bad.append(n)
    return bad


def wrong_33_7_wrong_ends(claims):
    fine = {"better": lambda a, b: b > 0, "worse": lambda a, b: a < 0, "open": lambda a, b: a <= 0 <= b}
    return [n for n, (word, low, high) in enumerate(claims) if not fine[word](low, high)]


def wrong_33_7_from_one(claims):
    right = ["better" if low > 0 else "worse" if high < 0 else "open" for _, low, high in claims]
    return [n for n, ((word, _, _), truth) in enumerate(zip(claims, right), start=1) if word != truth]


def wrong_33_7_number(claims):
    return sum(word != ("better" if low > 0 else "worse" if high < 0 else "open") for word, low, high in claims)


def wrong_33_7_booleans(claims):
    return [word != ("better" if low > 0 else "worse" if high < 0 else "open") for word, low, high in claims]


def wrong_33_7_claims(claims):
    return [one for one in claims if one[0] != ("better" if one[1] > 0 else "worse" if one[2] < 0 else "open")]


def wrong_33_7_words(claims):
    return [one[0] for one in claims if one[0] != ("better" if one[1] > 0 else "worse" if one[2] < 0 else "open")]


def _word_for(low, high):
    return "better" if low > 0 else "worse" if high < 0 else "open"


def wrong_33_7_index(claims):
    return [claims.index(one) for one in claims if one[0] != _word_for(*one[1:])]


def wrong_33_7_upper_end_alone(claims):
    return [
        n for n, (w, low, high) in enumerate(claims) if w != ("better" if high > 0 else "worse" if low < 0 else "open")
    ]


def wrong_33_7_zero_is_worse(claims):
    return [
        n for n, (w, low, high) in enumerate(claims) if w != ("better" if low > 0 else "open" if high > 0 else "worse")
    ]


def wrong_33_7_zero_is_better(claims):
    return [
        n for n, (w, low, high) in enumerate(claims) if w != ("worse" if high < 0 else "open" if low < 0 else "better")
    ]


def right_33_7_array(claims):
    if not claims:
        return np.array([], int)
    words, low, high = (np.array(column) for column in zip(*claims))
    return np.flatnonzero(words != np.where(low > 0, "better", np.where(high < 0, "worse", "open")))


def right_33_7_pandas(claims):
    table = pd.DataFrame(claims, columns=["word", "low", "high"])
    sign = (table["low"] > 0).astype(int) - (table["high"] < 0).astype(int)
    return table.index[table["word"] != sign.map({1: "better", -1: "worse", 0: "open"})].tolist()


def right_33_7_loop(claims):
    bad = []
    for n, claim in enumerate(claims):
        if claim[0] == "better":
            holds = claim[1] > 0
        elif claim[0] == "worse":
            holds = claim[2] < 0
        else:
            holds = claim[1] <= 0 and claim[2] >= 0
        if not holds:
            bad.append(n)
    return bad


NATURAL = {
    "33.3": [
        (wrong_33_3_time_only, "the time alone"),
        (wrong_33_3_user_only, "the user alone"),
        (wrong_33_3_each_by_itself, "You test the user and the"),
        (wrong_33_3_items, "users and items"),
        (wrong_33_3_whole_rows, "whole rows"),
        (wrong_33_3_count, "number of rows"),
        (wrong_33_3_moments, "each moment once"),
        (wrong_33_3_all_rows, "both tables"),
        (wrong_33_3_over_learn, "rows of learn"),
        (wrong_33_3_swapped, "Exchange the two"),
        (wrong_33_3_percent, "percentage"),
        (wrong_33_3_not, "You return the share of the rows whose"),
        (wrong_33_3_join, "A join"),
        (wrong_33_3_users, "share of users"),
        (wrong_33_3_mask, "take the mean"),
        (wrong_33_3_left_join, "left join"),
        (wrong_33_3_moments_over_rows, "You count moments in the numerator"),
        (wrong_33_3_repeats, "You count a second row of"),
        (wrong_33_3_not_newer, "You test whether the user has"),
    ],
    "33.4": [
        (wrong_33_4_highest, "highest mean"),
        (wrong_33_4_best_only, "You test only the model with"),
        (wrong_33_4_upper, "*lower* end"),
        (wrong_33_4_excludes_zero, "clearly *worse*"),
        (wrong_33_4_own_interval, "own interval"),
        (wrong_33_4_overlap, "do not overlap"),
        (wrong_33_4_no_root, "root of"),
        (wrong_33_4_population, "ddof=1"),
        (wrong_33_4_first, "the first model"),
        (wrong_33_4_last, "the last model"),
        (wrong_33_4_safest, "highest lower end"),
        (wrong_33_4_no_default, "If no model is better, there"),
        (wrong_33_4_none, "Is a `return` missing?"),
        (wrong_33_4_list, "list of names"),
        (wrong_33_4_one_sigma, "1.96"),
        (wrong_33_4_signs, None),
        (wrong_33_4_without_mean, "lowest mean"),
        (wrong_33_4_reversed, "the other way round"),
    ],
    "33.7": [
        (wrong_33_7_true_ones, "*true* claims"),
        (wrong_33_7_touching, "exactly 0"),
        (wrong_33_7_open_is_safe, "You accept every 'open'. It is"),
        (wrong_33_7_better_only, "You check only 'better'. 'worse' and"),
        (wrong_33_7_middle, "the middle"),
        (wrong_33_7_upper_for_better, "You test the wrong end for 'better'"),
        (wrong_33_7_wrong_ends, "wrong ends"),
        (wrong_33_7_from_one, "Your positions begin at 1. Begin"),
        (wrong_33_7_number, "return a number"),
        (wrong_33_7_booleans, "True or False"),
        (wrong_33_7_claims, "claims themselves"),
        (wrong_33_7_words, "return the words"),
        (wrong_33_7_index, "first equal claim"),
        (wrong_33_7_upper_end_alone, "as soon as its upper end"),
        (wrong_33_7_zero_is_worse, "You accept 'worse' if the upper"),
        (wrong_33_7_zero_is_better, "You accept 'better' if the lower"),
    ],
}
RIGHT = {
    "33.3": [right_33_3_text_keys, right_33_3_merge, right_33_3_indicator, right_33_3_loop],
    "33.4": [right_33_4_pandas, right_33_4_loop],
    "33.7": [right_33_7_array, right_33_7_pandas, right_33_7_loop],
}
