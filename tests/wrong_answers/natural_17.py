"""Natural answers of lesson 17: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

from collections import Counter

import numpy as np
import pandas as pd


def wrong_17_4_at_least(user, time, most):
    frame = pd.DataFrame({"user": user, "minute": time // 60})
    return frame.groupby(["user", "minute"])["minute"].transform("count").ge(most).values


def wrong_17_4_minute_only(user, time, most):
    minute = time // 60
    values, counts = np.unique(minute, return_counts=True)
    return counts[np.searchsorted(values, minute)] > most


def wrong_17_4_user_only(user, time, most):
    return pd.Series(user).map(pd.Series(user).value_counts()).to_numpy() > most


def wrong_17_4_seconds(user, time, most):
    counts = Counter(zip(user, time))
    return [counts[pair] > most for pair in zip(user, time)]


def wrong_17_4_modulo(user, time, most):
    counts = Counter(zip(user, time % 60))
    return [counts[pair] > most for pair in zip(user, time % 60)]


def wrong_17_4_true_division(user, time, most):
    frame = pd.DataFrame({"user": user, "minute": time / 60})
    return frame.groupby(["user", "minute"])["user"].transform("size") > most


def wrong_17_4_rounded(user, time, most):
    minute = (time / 60).round()
    counts = Counter(zip(user, minute))
    return np.array([counts[pair] > most for pair in zip(user, minute)])


def wrong_17_4_sliding(user, time, most):
    return [sum((user == u) & (abs(time - t) < 60)) > most for u, t in zip(user, time)]


def wrong_17_4_per_group(user, time, most):
    frame = pd.DataFrame({"user": user, "minute": time // 60})
    return frame.groupby(["user", "minute"]).size() > most


def wrong_17_4_rows(user, time, most):
    frame = pd.DataFrame({"user": user, "minute": time // 60})
    return np.where(frame.groupby(["user", "minute"])["user"].transform("size") > most)[0]


def wrong_17_4_only_later(user, time, most):
    frame = pd.DataFrame({"user": user, "minute": time // 60})
    return (frame.groupby(["user", "minute"]).cumcount() + 1 > most).to_numpy()


def wrong_17_4_sizes(user, time, most):
    frame = pd.DataFrame({"user": user, "minute": time // 60})
    return frame.groupby(["user", "minute"])["user"].transform("size")


def wrong_17_4_slow(user, time, most):
    frame = pd.DataFrame({"user": user, "minute": time // 60})
    return (frame.groupby(["user", "minute"])["user"].transform("size") <= most).to_numpy()


def right_17_4_counter(user, time, most):
    counts = Counter((int(u), int(t) // 60) for u, t in zip(user, time))
    return [counts[int(u), int(t) // 60] > most for u, t in zip(user, time)]


def right_17_4_outer(user, time, most):
    minute = np.floor(time / 60)
    return ((user[:, None] == user) & (minute[:, None] == minute)).sum(axis=0) > most


def wrong_17_11_rows(stars, probability):
    weight = 1 / probability
    return (weight * stars).sum() / len(stars)


def wrong_17_11_plain(stars, probability):
    return sum(stars) / len(stars)


def wrong_17_11_propensity(stars, probability):
    return (probability * stars).sum() / probability.sum()


def wrong_17_11_complement(stars, probability):
    weight = 1 - probability
    return (weight * stars).sum() / weight.sum()


def wrong_17_11_twice(stars, probability):
    weight = 1 / probability
    return np.average(stars, weights=weight / probability)


def wrong_17_11_mixed_sum(stars, probability):
    weight = 1 / probability
    return (weight * stars).sum() / probability.sum()


def wrong_17_11_sum(stars, probability):
    return np.dot(stars, 1 / probability)


def wrong_17_11_array(stars, probability):
    weight = 1 / probability
    return weight * stars / weight.sum()


def wrong_17_11_by_stars(stars, probability):
    weight = 1 / probability
    return (weight * stars).sum() / stars.sum()


def wrong_17_11_means(stars, probability):
    return np.mean(1 / probability) * np.mean(stars)


def wrong_17_11_root(stars, probability):
    return np.average(stars, weights=1 / np.sqrt(probability))


def wrong_17_11_above(stars, probability):
    weight = 1 / probability
    return stars.sum() / weight.sum()


def wrong_17_11_average_twice(stars, probability):
    weight = 1 / probability
    return np.average(weight * stars, weights=weight)


def right_17_11_average(stars, probability):
    return np.average(stars, weights=1 / probability)


def right_17_11_loop(stars, probability):
    above = below = 0.0
    for star, share in zip(stars, probability):
        above, below = above + star / share, below + 1 / share
    return above / below


def wrong_17_6_test_from_history(history, n_test, augment):
    longer = augment(history)
    return longer[:-n_test], history[-n_test:]


def wrong_17_6_both(history, n_test, augment):
    old, test = history[:-n_test], history[-n_test:]
    return augment(old), augment(test)


def wrong_17_6_all_of_it(history, n_test, augment):
    return augment(history), history[-n_test:]


def wrong_17_6_none(history, n_test, augment):
    return history[:-n_test], history[-n_test:]


def wrong_17_6_first(history, n_test, augment):
    return augment(history[n_test:]), history[:n_test]


def wrong_17_6_sign_old(history, n_test, augment):
    old, test = history[:n_test], history[-n_test:]
    return augment(old), test


def wrong_17_6_sign_test(history, n_test, augment):
    old, test = history[:-n_test], history[n_test:]
    return augment(old), test


def wrong_17_6_swapped(history, n_test, augment):
    return history[-n_test:], augment(history[:-n_test])


def wrong_17_6_filtered(history, n_test, augment):
    test = history[-n_test:]
    longer = augment(history)
    return longer[~np.isin(longer, test)], test


def wrong_17_6_cut_twice(history, n_test, augment):
    test = history[-n_test:]
    longer = augment(history[:-n_test])
    return longer[:-n_test], test


def wrong_17_6_cut_after(history, n_test, augment):
    longer = augment(history[:-n_test])
    return longer[:-n_test], longer[-n_test:]


def wrong_17_6_only_test(history, n_test, augment):
    return history[:-n_test], augment(history[-n_test:])


def right_17_6_len(history, n_test, augment):
    border = len(history) - n_test
    return list(augment(history[:border])), list(history[border:])


def right_17_6_split(history, n_test, augment):
    old, test = np.split(np.asarray(history), [-n_test])
    return augment(old.copy()), test


def wrong_17_9_apart(learn, test):
    n_same = (test["user_id"].isin(learn["user_id"]) & test["item_id"].isin(learn["item_id"])).sum()
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return n_same, (test["timestamp"] < newest).sum()


def wrong_17_9_merge(learn, test):
    n_same = len(test.merge(learn, on=["user_id", "item_id"], how="inner"))
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return n_same, (test["timestamp"] < newest).sum()


def wrong_17_9_whole_rows(learn, test):
    n_same = len(pd.merge(test.drop_duplicates(), learn.drop_duplicates()))
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return n_same, (test["timestamp"] < newest).sum()


def wrong_17_9_set(learn, test):
    pairs = set(zip(test["user_id"], test["item_id"])) & set(zip(learn["user_id"], learn["item_id"]))
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return len(pairs), (test["timestamp"] < newest).sum()


def wrong_17_9_everybody(learn, test):
    known = set(zip(learn["user_id"], learn["item_id"]))
    n_same = sum(pair in known for pair in zip(test["user_id"], test["item_id"]))
    return n_same, (test["timestamp"] < learn["timestamp"].max()).sum()


def wrong_17_9_not_older(learn, test):
    known = set(zip(learn["user_id"], learn["item_id"]))
    n_same = sum(pair in known for pair in zip(test["user_id"], test["item_id"]))
    newest = learn.groupby("user_id")["timestamp"].max()
    return n_same, (test["timestamp"] <= test["user_id"].map(newest)).sum()


def wrong_17_9_newer(learn, test):
    known = set(zip(learn["user_id"], learn["item_id"]))
    n_same = sum(pair in known for pair in zip(test["user_id"], test["item_id"]))
    newest = learn.groupby("user_id")["timestamp"].max()
    return n_same, (test["timestamp"] > test["user_id"].map(newest)).sum()


def wrong_17_9_oldest(learn, test):
    known = set(zip(learn["user_id"], learn["item_id"]))
    n_same = sum(pair in known for pair in zip(test["user_id"], test["item_id"]))
    oldest = learn.groupby("user_id")["timestamp"].min()
    return n_same, (test["timestamp"] < test["user_id"].map(oldest)).sum()


def wrong_17_9_last(learn, test):
    known = set(zip(learn["user_id"], learn["item_id"]))
    n_same = sum(pair in known for pair in zip(test["user_id"], test["item_id"]))
    last = learn.drop_duplicates("user_id", keep="last").set_index("user_id")["timestamp"]
    return n_same, (test["timestamp"] < test["user_id"].map(last)).sum()


def wrong_17_9_shares(learn, test):
    known = pd.MultiIndex.from_frame(learn[["user_id", "item_id"]])
    is_same = pd.MultiIndex.from_frame(test[["user_id", "item_id"]]).isin(known)
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return is_same.mean(), (test["timestamp"] < newest).mean()


def wrong_17_9_masks(learn, test):
    known = pd.MultiIndex.from_frame(learn[["user_id", "item_id"]])
    is_same = pd.MultiIndex.from_frame(test[["user_id", "item_id"]]).isin(known)
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return is_same, test["timestamp"] < newest


def wrong_17_9_all_pairs_of_times(learn, test):
    known = set(zip(learn["user_id"], learn["item_id"]))
    n_same = sum(pair in known for pair in zip(test["user_id"], test["item_id"]))
    both = test.merge(learn, on="user_id")
    return n_same, (both["timestamp_x"] < both["timestamp_y"]).sum()


def wrong_17_9_pairs_of_learn(learn, test):
    keys = ["user_id", "item_id"]
    n_same = pd.MultiIndex.from_frame(learn[keys]).isin(pd.MultiIndex.from_frame(test[keys])).sum()
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return n_same, (test["timestamp"] < newest).sum()


def wrong_17_9_filled(learn, test):
    known = set(zip(learn["user_id"], learn["item_id"]))
    n_same = sum(pair in known for pair in zip(test["user_id"], test["item_id"]))
    newest = test["user_id"].map(learn.groupby("user_id")["timestamp"].max())
    return n_same, (test["timestamp"] < newest.fillna(learn["timestamp"].max())).sum()


def wrong_17_9_users(learn, test):
    known = set(zip(learn["user_id"], learn["item_id"]))
    n_same = sum(pair in known for pair in zip(test["user_id"], test["item_id"]))
    oldest = test.groupby("user_id")["timestamp"].min()
    return n_same, (oldest < learn.groupby("user_id")["timestamp"].max().reindex(oldest.index)).sum()


def right_17_9_loops(learn, test):
    n_same = n_older = 0
    for row in test.itertuples():
        mine = learn[learn["user_id"] == row.user_id]
        n_same += bool((mine["item_id"] == row.item_id).any())
        n_older += bool((mine["timestamp"] > row.timestamp).any())
    return [n_same, n_older]


def right_17_9_merges(learn, test):
    pairs = learn[["user_id", "item_id"]].drop_duplicates()
    newest = learn.groupby("user_id", as_index=False)["timestamp"].max().rename(columns={"timestamp": "newest"})
    late = test.merge(newest, on="user_id", how="left")
    return np.array([len(test.merge(pairs, on=["user_id", "item_id"])), (late["timestamp"] < late["newest"]).sum()])


NATURAL = {
    "17.4": [
        (wrong_17_4_at_least, "still allowed"),
        (wrong_17_4_minute_only, "everybody's rows"),
        (wrong_17_4_user_only, "all rows of a user"),
        (wrong_17_4_seconds, "single seconds"),
        (wrong_17_4_modulo, "second within a minute"),
        (wrong_17_4_true_division, "single seconds"),
        (wrong_17_4_rounded, "nearest minute"),
        (wrong_17_4_sliding, "to both sides"),
        (wrong_17_4_per_group, "`transform`"),
        (wrong_17_4_rows, "row numbers"),
        (wrong_17_4_only_later, "only the rows after the first"),
        (wrong_17_4_sizes, "You return the number"),
        (wrong_17_4_slow, "result is inverted"),
    ],
    "17.11": [
        (wrong_17_11_rows, "not by the number of rows"),
        (wrong_17_11_plain, "plain mean"),
        (wrong_17_11_propensity, "makes the bias worse"),
        (wrong_17_11_complement, "1 − probability"),
        (wrong_17_11_twice, "twice"),
        (wrong_17_11_mixed_sum, "sum of the probabilities"),
        (wrong_17_11_sum, "That is the weighted"),
        (wrong_17_11_array, "contributes to the mean"),
        (wrong_17_11_by_stars, "sum of the stars"),
        (wrong_17_11_means, "row by row first"),
        (wrong_17_11_above, "numerator has no weights"),
        (wrong_17_11_average_twice, "weight twice"),
        (wrong_17_11_root, ""),
    ],
    "17.6": [
        (wrong_17_6_test_from_history, "made from the whole history"),
        (wrong_17_6_both, "what really happened"),
        (wrong_17_6_all_of_it, "training part is the whole history"),
        (wrong_17_6_none, "Nothing is augmented"),
        (wrong_17_6_first, "You set the oldest aside"),
        (wrong_17_6_sign_old, "All but the last ones"),
        (wrong_17_6_sign_test, "drops the first films"),
        (wrong_17_6_swapped, "wrong way round"),
        (wrong_17_6_filtered, "Split first"),
        (wrong_17_6_cut_twice, "cut twice"),
        (wrong_17_6_cut_after, "`augment` receives the"),
        (wrong_17_6_only_test, "other way round"),
    ],
    "17.9": [
        (wrong_17_9_apart, "Compare pairs"),
        (wrong_17_9_merge, "A merge repeats a row"),
        (wrong_17_9_whole_rows, "rated again is missed"),
        (wrong_17_9_set, "each pair once"),
        (wrong_17_9_everybody, "You compare with the newest"),
        (wrong_17_9_not_older, "strictly smaller"),
        (wrong_17_9_newer, "that are *newer*"),
        (wrong_17_9_oldest, "max, not min"),
        (wrong_17_9_last, "need not be the newest"),
        (wrong_17_9_shares, "shares"),
        (wrong_17_9_masks, "Sum them"),
        (wrong_17_9_pairs_of_learn, "Your first number"),
        (wrong_17_9_filled, "somebody else's"),
        (wrong_17_9_users, "counts users"),
        (wrong_17_9_all_pairs_of_times, "A merge on the user"),
    ],
}
RIGHT = {
    "17.4": [right_17_4_counter, right_17_4_outer],
    "17.11": [right_17_11_average, right_17_11_loop],
    "17.6": [right_17_6_len, right_17_6_split],
    "17.9": [right_17_9_loops, right_17_9_merges],
}
