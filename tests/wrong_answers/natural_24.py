"""Answers of lesson 24 as people write them: wrong ones without a look at the hints, right ones in unusual styles."""

from collections import Counter

import numpy as np
import pandas as pd


def wrong_24_3_plain(reference, current):
    p = reference / reference.sum()
    q = current / current.sum()
    return np.sum((q - p) * np.log(q / p))


def wrong_24_3_one(reference, current):
    p, q = (reference + 1) / (reference + 1).sum(), (current + 1) / (current + 1).sum()
    return ((q - p) * np.log(q / p)).sum()


def wrong_24_3_old_sum(reference, current):
    p = (reference + 0.5) / reference.sum()
    q = (current + 0.5) / current.sum()
    return ((q - p) * np.log(q / p)).sum()


def wrong_24_3_shares(reference, current):
    p = reference / reference.sum() + 0.5
    q = current / current.sum() + 0.5
    return ((q - p) * np.log(q / p)).sum()


def wrong_24_3_reversed(reference, current):
    p, q = ((c + 0.5) / (c + 0.5).sum() for c in (reference, current))
    return ((q - p) * np.log(p / q)).sum()


def wrong_24_3_kl(reference, current):
    p, q = ((c + 0.5) / (c + 0.5).sum() for c in (reference, current))
    return (q * np.log(q / p)).sum()


def wrong_24_3_counts(reference, current):
    p, q = reference + 0.5, current + 0.5
    return ((q - p) * np.log(q / p)).sum()


def wrong_24_3_terms(reference, current):
    p, q = ((c + 0.5) / (c + 0.5).sum() for c in (reference, current))
    return (q - p) * np.log(q / p)


def wrong_24_3_mask(reference, current):
    p, q = reference / reference.sum(), current / current.sum()
    keep = (p > 0) & (q > 0)
    return np.sum((q[keep] - p[keep]) * np.log(q[keep] / p[keep]))


def wrong_24_3_one_side(reference, current):
    p = (reference + 0.5) / (reference + 0.5).sum()
    q = current / current.sum()
    return ((q - p) * np.log(q / p)).sum()


def wrong_24_3_total(reference, current):
    p, q = (reference + 0.5) / (reference.sum() + 0.5), (current + 0.5) / (current.sum() + 0.5)
    return ((q - p) * np.log(q / p)).sum()


def wrong_24_3_log10(reference, current):
    p, q = ((c + 0.5) / np.sum(c + 0.5) for c in (reference, current))
    return ((q - p) * np.log10(q / p)).sum()


def right_24_3_loop(reference, current):
    n, m, total = sum(reference) + len(reference) / 2, sum(current) + len(current) / 2, 0.0
    for a, b in zip(reference, current):
        total += ((b + 0.5) / m - (a + 0.5) / n) * (np.log((b + 0.5) / m) - np.log((a + 0.5) / n))
    return total


def right_24_3_series(reference, current):
    table = pd.DataFrame({"p": reference, "q": current}) + 0.5
    table = table / table.sum()
    return float((table["p"] - table["q"]) @ np.log(table["p"] / table["q"]))


def wrong_24_6_inner(shown, views):
    both = shown.merge(views)
    return both.groupby("position").size() / shown[shown.request_id.isin(both.request_id)].groupby("position").size()


def wrong_24_6_item(shown, views):
    return shown["item_id"].isin(views["item_id"]).groupby(shown["position"]).mean()


def wrong_24_6_request(shown, views):
    return shown["request_id"].isin(views["request_id"]).groupby(shown["position"]).mean()


def wrong_24_6_counts(shown, views):
    both = shown.merge(views, how="left", indicator=True)
    return (both["_merge"] == "both").groupby(both["position"]).sum()


def wrong_24_6_share_of_views(shown, views):
    both = shown.merge(views, how="left", indicator=True)
    return (both["_merge"] == "both").groupby(both["position"]).sum() / len(views)


def wrong_24_6_no_zero(shown, views):
    both = shown.merge(views)
    return (both.groupby("position").size() / shown.groupby("position").size()).dropna()


def wrong_24_6_lists_with_views(shown, views):
    both = shown.merge(views, how="left", indicator=True)
    return (both["_merge"] == "both").groupby(both["position"]).sum() / views["request_id"].nunique()


def wrong_24_6_all(shown, views):
    both = shown.merge(views, how="left", indicator=True)
    return (both["_merge"] == "both").groupby(both["position"]).sum() / len(shown)


def wrong_24_6_ones(shown, views):
    both = shown.merge(views, on=["request_id", "item_id"], how="left", indicator=True)
    both = both[both["_merge"] == "both"]
    rate = (both["_merge"] == "both").groupby(both["position"]).mean()
    return rate.reindex(sorted(shown["position"].unique()), fill_value=0)


def wrong_24_6_overall(shown, views):
    return len(shown.merge(views)) / len(shown)


def right_24_6_fill(shown, views):
    size = shown.groupby("position").size()
    return (shown.merge(views).groupby("position").size() / size).fillna(0)


def right_24_6_counter(shown, views):
    pairs = set(views[["request_id", "item_id"]].itertuples(index=False, name=None))
    n, hits = Counter(), Counter()
    for request, item, position in shown[["request_id", "item_id", "position"]].itertuples(index=False, name=None):
        n[position] += 1
        hits[position] += (request, item) in pairs
    return {position: hits[position] / n[position] for position in n}


def wrong_24_8_as_they_stand(offline, served, atol):
    gap = np.abs(offline.to_numpy() - served.to_numpy())
    both = np.isnan(offline.to_numpy()) & np.isnan(served.to_numpy())
    return dict(zip(offline.columns, (~((gap <= atol) | both)).sum(axis=0)))


def wrong_24_8_greater(offline, served, atol):
    return ((offline - served).abs() > atol).sum().to_dict()


def wrong_24_8_not_equal(offline, served, atol):
    served = served.loc[offline.index, offline.columns]
    return (~((offline - served).abs() <= atol)).sum().to_dict()


def wrong_24_8_signed(offline, served, atol):
    served = served.loc[offline.index, offline.columns]
    equal = (offline - served <= atol) | (offline.isna() & served.isna())
    return (~equal).sum().to_dict()


def wrong_24_8_exact(offline, served, atol):
    served = served.loc[offline.index, offline.columns]
    equal = (offline == served) | (offline.isna() & served.isna())
    return (~equal).sum().to_dict()


def wrong_24_8_users(offline, served, atol):
    served = served.loc[offline.index, offline.columns]
    equal = ((offline - served).abs() <= atol) | (offline.isna() & served.isna())
    return (~equal).sum(axis=1).to_dict()


def wrong_24_8_equal(offline, served, atol):
    served = served.loc[offline.index, offline.columns]
    return (((offline - served).abs() <= atol) | (offline.isna() & served.isna())).sum().to_dict()


def wrong_24_8_mean(offline, served, atol):
    served = served.loc[offline.index, offline.columns]
    equal = ((offline - served).abs() <= atol) | (offline.isna() & served.isna())
    return (~equal).mean().to_dict()


def wrong_24_8_columns_only(offline, served, atol):
    values = served[offline.columns].to_numpy()
    gap = (offline - values).abs()
    return (~((gap <= atol) | (offline.isna() & np.isnan(values)))).sum().to_dict()


def wrong_24_8_total(offline, served, atol):
    served = served.loc[offline.index, offline.columns]
    return int((~(((offline - served).abs() <= atol) | (offline.isna() & served.isna()))).sum().sum())


def right_24_8_align(offline, served, atol):
    one, other = offline.align(served)
    bad = ((one - other).abs() > atol) | (one.isna() != other.isna())
    return bad.sum()


def right_24_8_isclose(offline, served, atol):
    other = served.reindex(index=offline.index)
    return {
        name: int((~np.isclose(offline[name], other[name], rtol=0, atol=atol, equal_nan=True)).sum())
        for name in offline
    }


def wrong_24_9_canary(sd, effect, share):
    z = 1.96 + 0.84
    return z**2 * sd**2 * (1 + share / (1 - share)) / effect**2


def wrong_24_9_times(sd, effect, share):
    z = 1.96 + 0.84
    return z**2 * sd**2 * (1 + share / (1 - share)) / effect**2 * share


def wrong_24_9_two(sd, effect, share):
    z = 1.96 + 0.84
    return 2 * z**2 * sd**2 / effect**2 / share


def wrong_24_9_no_factor(sd, effect, share):
    z = 1.96 + 0.84
    return (z * sd / effect) ** 2 / share


def wrong_24_9_inverse(sd, effect, share):
    z = 1.96 + 0.84
    return z**2 * sd**2 * (1 + (1 - share) / share) / effect**2 / share


def wrong_24_9_sd(sd, effect, share):
    z = 1.96 + 0.84
    return z**2 * sd * (1 + share / (1 - share)) / effect**2 / share


def wrong_24_9_effect(sd, effect, share):
    z = 1.96 + 0.84
    return z**2 * sd**2 * (1 + share / (1 - share)) / effect / share


def wrong_24_9_z(sd, effect, share):
    z = 1.96 + 0.84
    return z * sd**2 * (1 + share / (1 - share)) / effect**2 / share


def wrong_24_9_others(sd, effect, share):
    z = 1.96 + 0.84
    n = z**2 * sd**2 * (1 + share / (1 - share)) / effect**2
    return n * (1 - share) / share


def right_24_9_short(sd, effect, share):
    return (2.8 * sd / effect) ** 2 / (share * (1 - share))


def right_24_9_sum(sd, effect, share):
    n = 2.8**2 * sd**2 * (1 + share / (1 - share)) / effect**2
    return n + n * (1 - share) / share


def wrong_24_3_only_zeros(reference, current):
    p, q = np.where(reference == 0, 0.5, reference), np.where(current == 0, 0.5, current)
    p, q = p / p.sum(), q / q.sum()
    return ((q - p) * np.log(q / p)).sum()


def wrong_24_6_merge_request(shown, views):
    both = shown.merge(views, on="request_id")
    return (both.groupby("position").size() / shown.groupby("position").size()).fillna(0)


def wrong_24_6_merge_item(shown, views):
    both = shown.merge(views, on="item_id", suffixes=("", "_view"))
    return (both.groupby("position").size() / shown.groupby("position").size()).fillna(0)


def wrong_24_6_no_fillna(shown, views):
    both = shown.merge(views, on=["request_id", "item_id"])
    return both.groupby("position").size() / shown.groupby("position").size()


def wrong_24_6_left_only(shown, views):
    both = shown.merge(views, on=["request_id", "item_id"], how="left")
    return both.groupby("position").size() / shown.groupby("position").size()


def wrong_24_6_list(shown, views):
    both = shown.merge(views, on=["request_id", "item_id"], how="left", indicator=True)
    return (both["_merge"] == "both").groupby(both["position"]).mean().tolist()


def wrong_24_8_rtol(offline, served, atol):
    served = served.loc[offline.index, offline.columns]
    differs = ~np.isclose(offline, served, atol=atol, equal_nan=True)
    return dict(zip(offline.columns, differs.sum(axis=0)))


def wrong_24_8_fillna(offline, served, atol):
    return ((offline.fillna(0) - served.fillna(0)).abs() > atol).sum().to_dict()


def wrong_24_8_one_side(offline, served, atol):
    served = served.loc[offline.index, offline.columns]
    return (((offline - served).abs() > atol) | (offline.notna() & served.isna())).sum().to_dict()


def wrong_24_9_no_squares(sd, effect, share):
    z = 1.96 + 0.84
    return z * sd * (1 + share / (1 - share)) / effect / share


NATURAL = {
    "24.3": [
        (wrong_24_3_plain, "An empty bin makes"),
        (wrong_24_3_one, "You added 1"),
        (wrong_24_3_old_sum, "divided by the old sums"),
        (wrong_24_3_shares, "to the *shares*"),
        (wrong_24_3_reversed, "The sign is wrong"),
        (wrong_24_3_kl, "weighted by q"),
        (wrong_24_3_counts, "did not compute shares"),
        (wrong_24_3_terms, "one number per bin"),
        (wrong_24_3_mask, "left out the bins"),
        (wrong_24_3_one_side, "on one side only"),
        (wrong_24_3_total, "You added 0.5 to the total"),
        (wrong_24_3_log10, "np.log10"),
        (wrong_24_3_only_zeros, "replaced only the zeros"),
    ],
    "24.6": [
        (wrong_24_6_inner, "nly the lists with a view"),
        (wrong_24_6_item, "The item alone"),
        (wrong_24_6_request, "The request alone"),
        (wrong_24_6_counts, "Those are counts"),
        (wrong_24_6_share_of_views, "divided by the number of views"),
        (wrong_24_6_no_zero, "Positions that nobody viewed"),
        (wrong_24_6_lists_with_views, "You still count only"),
        (wrong_24_6_all, "number of all impressions"),
        (wrong_24_6_ones, "Every rate is 1"),
        (wrong_24_6_overall, "one rate for all positions"),
        (wrong_24_6_merge_request, "merge on the request"),
        (wrong_24_6_merge_item, "merge on the item"),
        (wrong_24_6_no_fillna, "fillna"),
        (wrong_24_6_left_only, "keeps all rows"),
        (wrong_24_6_list, "Return a Series"),
    ],
    "24.8": [
        (wrong_24_8_as_they_stand, "in another order"),
        (wrong_24_8_greater, "You miss values that"),
        (wrong_24_8_not_equal, "Two missing values"),
        (wrong_24_8_signed, "too large on the served side"),
        (wrong_24_8_exact, "`atol` is missing"),
        (wrong_24_8_users, "features of each user"),
        (wrong_24_8_equal, "*agree*"),
        (wrong_24_8_mean, "You return the share"),
        (wrong_24_8_columns_only, "You align the columns"),
        (wrong_24_8_total, "one number for all features"),
        (wrong_24_8_rtol, "rtol=0"),
        (wrong_24_8_fillna, "You replaced missing values"),
        (wrong_24_8_one_side, "`offline` can lack"),
    ],
    "24.9": [
        (wrong_24_9_canary, "Those are the visits of the canary"),
        (wrong_24_9_times, "You multiplied by `share`"),
        (wrong_24_9_two, "equal size"),
        (wrong_24_9_no_factor, "is missing"),
        (wrong_24_9_inverse, "upside down"),
        (wrong_24_9_sd, "`sd` must be squared"),
        (wrong_24_9_effect, "`effect` must be squared"),
        (wrong_24_9_z, "`z` must be squared"),
        (wrong_24_9_others, "canary's own visits"),
        (wrong_24_9_no_squares, "Square all three"),
    ],
}
RIGHT = {
    "24.3": [right_24_3_loop, right_24_3_series],
    "24.6": [right_24_6_fill, right_24_6_counter],
    "24.8": [right_24_8_align, right_24_8_isclose],
    "24.9": [right_24_9_short, right_24_9_sum],
}
