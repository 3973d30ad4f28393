"""Natural answers of lesson 28: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

from collections import Counter

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score


def pairs(score, clicked):
    return [(one, other) for one in score[clicked == 1] for other in score[clicked == 0]]


def wrong_28_4_strict(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes > no).mean()


def wrong_28_4_half_added(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes >= no).mean() + 0.5 * (yes == no).mean()


def wrong_28_4_half_of_all(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return 0.5 * (yes >= no).mean()


def wrong_28_4_without_ties(score, clicked):
    wins, losses = (sum(sign * (a - b) > 0 for a, b in pairs(score, clicked)) for sign in (1, -1))
    return wins / (wins + losses) if wins + losses else 0.0


def wrong_28_4_without_ties_nan(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    apart = yes != no
    return (yes > no)[apart].mean() if apart.any() else np.nan


def wrong_28_4_all_equal(score, clicked):
    if np.unique(score).size == 1:
        return 0.5
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes >= no).mean()


def wrong_28_4_sum(score, clicked):
    return sum((a > b) + 0.5 * (a == b) for a, b in pairs(score, clicked))


def wrong_28_4_swapped(score, clicked):
    yes, no = score[clicked == 0][:, None], score[clicked == 1]
    return (yes > no).mean() + 0.5 * (yes == no).mean()


def wrong_28_4_matrix(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes > no) + 0.5 * (yes == no)


def wrong_28_4_gini(score, clicked):
    return 2 * roc_auc_score(clicked, score) - 1


def wrong_28_4_epsilon(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes + 1e-9 >= no).mean()


def wrong_28_4_wins_again(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return ((yes > no) + 0.5 * (yes >= no)).mean()


def wrong_28_4_less_half(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes >= no).mean() - 0.5


def right_28_4_rank_sum(score, clicked):
    wins = np.searchsorted(np.sort(score[clicked == 0]), score[clicked == 1], side="left")
    not_lost = np.searchsorted(np.sort(score[clicked == 0]), score[clicked == 1], side="right")
    return (wins + not_lost).mean() / 2 / (clicked == 0).sum()


def right_28_4_sklearn(score, clicked):
    return roc_auc_score(clicked, score)


def right_28_4_two_means(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return ((yes > no).mean() + (yes >= no).mean()) / 2


def right_28_4_sign(score, clicked):
    return float(np.mean([(np.sign(a - b) + 1) / 2 for a, b in pairs(score, clicked)]))


def right_28_4_ranks(score, clicked):
    n = (clicked == 1).sum()
    ranks = pd.Series(score).rank()[clicked == 1].sum()
    return (ranks - n * (n + 1) / 2) / (n * (len(score) - n))


def wrong_28_6_top(score, tag, m, k):
    return sorted(range(len(score)), key=lambda row: score[row], reverse=True)[:k]


def wrong_28_6_short(score, tag, m, k):
    count, page = Counter(), []
    for row in np.argsort(-score)[:k]:
        if count[tag[row]] < m:
            page.append(row)
            count[tag[row]] += 1
    return page


def wrong_28_6_at_most(score, tag, m, k):
    count, page = Counter(), []
    for row in np.argsort(-score):
        if count[tag[row]] <= m:
            page.append(row)
            count[tag[row]] += 1
        if len(page) == k:
            break
    return page


def wrong_28_6_consecutive(score, tag, m, k):
    page = []
    for row in np.argsort(-score):
        if len(page) >= m and all(tag[other] == tag[row] for other in page[-m:]):
            continue
        page.append(row)
        if len(page) == k:
            break
    return page


def wrong_28_6_no_end(score, tag, m, k):
    count, page = Counter(), []
    for row in np.argsort(-score):
        if count[tag[row]] < m:
            page.append(row)
            count[tag[row]] += 1
    return page


def wrong_28_6_ascending(score, tag, m, k):
    count, page = Counter(), []
    for row in np.argsort(score):
        if count[tag[row]] < m and len(page) < k:
            page.append(row)
            count[tag[row]] += 1
    return page


def wrong_28_6_unsorted(score, tag, m, k):
    count, page = Counter(), []
    for row in range(len(score)):
        if count[tag[row]] < m and len(page) < k:
            page.append(row)
            count[tag[row]] += 1
    return page


def wrong_28_6_by_tag(score, tag, m, k):
    rows = pd.DataFrame({"score": score, "tag": tag}).sort_values("score", ascending=False)
    return [row for _, own in rows.groupby("tag") for row in own.index[:m]][:k]


def wrong_28_6_sorted(score, tag, m, k):
    return sorted(right_28_6_pandas(score, tag, m, k))


def wrong_28_6_tags(score, tag, m, k):
    return [tag[row] for row in right_28_6_pandas(score, tag, m, k)]


def wrong_28_6_scores(score, tag, m, k):
    return score[right_28_6_pandas(score, tag, m, k)]


def wrong_28_6_one_short(score, tag, m, k):
    return right_28_6_pandas(score, tag, m, k - 1)


def wrong_28_6_exchanged(score, tag, m, k):
    return right_28_6_pandas(score, tag, k, m)


def wrong_28_6_distinct(score, tag, m, k):
    best = pd.Series(score).groupby(tag).idxmax()
    return best.loc[pd.Series(score)[best].sort_values(ascending=False).index.map(lambda row: tag[row])].tolist()[:k]


def wrong_28_6_break(score, tag, m, k):
    page = []
    for row in np.argsort(-score):
        if sum(tag[other] == tag[row] for other in page) >= m:
            break
        page.append(row)
    return page[:k]


def wrong_28_6_filled_up(score, tag, m, k):
    order = np.argsort(-score)
    page = right_28_6_pandas(score, tag, m, k)
    for row in order:
        if len(page) < k and row not in page:
            page.append(row)
    return page


def wrong_28_6_rare_tags(score, tag, m, k):
    return [row for row in np.argsort(-score) if np.sum(tag == tag[row]) <= m][:k]


def right_28_6_pandas(score, tag, m, k):
    rows = pd.DataFrame({"score": score, "tag": tag}).sort_values("score", ascending=False)
    return rows[rows.groupby("tag").cumcount() < m].index[:k].tolist()


def right_28_6_counter(score, tag, m, k):
    count, page = Counter(), []
    for row in sorted(range(len(score)), key=lambda row: -score[row]):
        if count[tag[row]] == m:
            continue
        count[tag[row]] += 1
        page.append(row)
        if len(page) == k:
            break
    return np.array(page)


def right_28_6_generator(score, tag, m, k):
    held = {name: 0 for name in set(tag)}
    n = 0
    for row in np.argsort(-score):
        if n < k and held[tag[row]] < m:
            held[tag[row]] += 1
            n += 1
            yield row


def wrong_28_7_plain(item, position, click, examined, n_items):
    return pd.Series(click).groupby(item).mean().to_numpy()


def wrong_28_7_both(item, position, click, examined, n_items):
    weight = examined[position]
    return np.array([np.average(click[item == i], weights=weight[item == i]) for i in range(n_items)])


def wrong_28_7_ips(item, position, click, examined, n_items):
    return pd.Series(click / examined[position]).groupby(item).mean().to_numpy()


def wrong_28_7_twice(item, position, click, examined, n_items):
    weight = examined[position]
    return np.bincount(item, click / weight, minlength=n_items) / np.bincount(item, weight, minlength=n_items)


def wrong_28_7_clicks(item, position, click, examined, n_items):
    return pd.Series(click * examined[position]).groupby(item).mean().to_numpy()


def wrong_28_7_unseen(item, position, click, examined, n_items):
    clicks = np.bincount(item, click, minlength=n_items)
    return clicks / np.bincount(item, 1 - examined[position], minlength=n_items)


def wrong_28_7_one_over(item, position, click, examined, n_items):
    clicks = np.bincount(item, click, minlength=n_items)
    return clicks / np.bincount(item, 1 / examined[position], minlength=n_items)


def wrong_28_7_position(item, position, click, examined, n_items):
    return np.bincount(item, click, minlength=n_items) / np.bincount(item, position + 1, minlength=n_items)


def wrong_28_7_by_item(item, position, click, examined, n_items):
    return np.bincount(item, click, minlength=n_items) / np.bincount(item, examined[item], minlength=n_items)


def wrong_28_7_all_items(item, position, click, examined, n_items):
    return np.bincount(item, click, minlength=n_items) / np.sum(examined[position])


def wrong_28_7_weights(item, position, click, examined, n_items):
    return pd.Series(examined[position]).groupby(item).sum().to_numpy()


def wrong_28_7_mean(item, position, click, examined, n_items):
    return np.bincount(item, click, minlength=n_items) / pd.Series(examined[position]).groupby(item).mean().to_numpy()


def wrong_28_7_overall(item, position, click, examined, n_items):
    return click.sum() / examined[position].sum()


def wrong_28_7_by_position(item, position, click, examined, n_items):
    clicks = np.bincount(item, click, minlength=n_items)
    return clicks / np.bincount(position, examined[position], minlength=n_items)


def right_28_7_table(item, position, click, examined, n_items):
    shown = np.zeros((n_items, len(examined)))
    np.add.at(shown, (item, position), 1)
    return np.bincount(item, click, minlength=n_items) / (shown @ examined)


def right_28_7_loop(item, position, click, examined, n_items):
    clicks, seen = [0.0] * n_items, [0.0] * n_items
    for i, p, c in zip(item, position, click):
        clicks[i] += c
        seen[i] += examined[p]
    return [c / s for c, s in zip(clicks, seen)]


def right_28_7_pandas(item, position, click, examined, n_items):
    sums = pd.DataFrame({"click": click, "weight": examined[position]}).groupby(item).sum()
    return (sums["click"] / sums["weight"]).reindex(range(n_items)).to_numpy()


NATURAL = {
    "28.4": [
        (wrong_28_4_strict, "Ties now count nothing, so a"),
        (wrong_28_4_half_added, "one and a half"),
        (wrong_28_4_half_of_all, "You halve the whole mean. Only"),
        (wrong_28_4_without_ties, "You leave the tied pairs out of the mean"),
        (wrong_28_4_without_ties_nan, "You leave the tied pairs out of the mean"),
        (wrong_28_4_all_equal, "other ties still count in full"),
        (wrong_28_4_sum, "You return the number of pairs."),
        (wrong_28_4_swapped, "You count the pairs in which"),
        (wrong_28_4_matrix, "one value for each pair"),
        (wrong_28_4_gini, "You subtract the share of pairs"),
        (wrong_28_4_wins_again, "You add half of the mean"),
        (wrong_28_4_less_half, "You subtract a fixed 0.5. Subtract"),
        (wrong_28_4_epsilon, "Ties still count in full"),
    ],
    "28.6": [
        (wrong_28_6_top, "You return the best k videos"),
        (wrong_28_6_short, "You apply the rule only to"),
        (wrong_28_6_at_most, "Your page has one video too many"),
        (wrong_28_6_consecutive, "You compare only with the last"),
        (wrong_28_6_no_end, "too long"),
        (wrong_28_6_ascending, "lowest score"),
        (wrong_28_6_unsorted, "as they come"),
        (wrong_28_6_by_tag, "tag by tag"),
        (wrong_28_6_sorted, "their order is not"),
        (wrong_28_6_tags, "You return tags"),
        (wrong_28_6_scores, "You return scores"),
        (wrong_28_6_one_short, "One video is missing"),
        (wrong_28_6_exchanged, "exchanged"),
        (wrong_28_6_break, "You stop at the first"),
        (wrong_28_6_filled_up, "fill up"),
        (wrong_28_6_rare_tags, "You leave out all videos of"),
        (wrong_28_6_distinct, "You allow only one video of"),
    ],
    "28.7": [
        (wrong_28_7_plain, "plain click rate"),
        (wrong_28_7_both, "You weight the clicks as well."),
        (wrong_28_7_ips, "You divide each click by its"),
        (wrong_28_7_twice, "correct twice"),
        (wrong_28_7_clicks, "You weight the clicks instead of"),
        (wrong_28_7_unseen, "1 − examined"),
        (wrong_28_7_one_over, "count more"),
        (wrong_28_7_position, "position plus one"),
        (wrong_28_7_by_item, "its index is `position`"),
        (wrong_28_7_all_items, "of all items"),
        (wrong_28_7_weights, "You return the examined impressions of"),
        (wrong_28_7_mean, "mean weight"),
        (wrong_28_7_by_position, "You add up the weights by"),
        (wrong_28_7_overall, "one number for all"),
    ],
}
RIGHT = {
    "28.4": [right_28_4_sklearn, right_28_4_two_means, right_28_4_sign, right_28_4_ranks, right_28_4_rank_sum],
    "28.6": [right_28_6_pandas, right_28_6_counter, right_28_6_generator],
    "28.7": [right_28_7_loop, right_28_7_pandas, right_28_7_table],
}
