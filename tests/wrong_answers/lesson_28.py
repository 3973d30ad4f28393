"""Typical wrong answers of lesson 28; each must be refused, each with its own hint."""

import numpy as np


def auc_with(score, clicked, tie):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes > no).mean() + tie * (yes == no).mean()


def page_with(score, tag, m, k, rows=None, at_most=False):
    page = []
    for row in np.argsort(-score) if rows is None else rows:
        held = sum(tag[other] == tag[row] for other in page)
        if len(page) < k and (held <= m if at_most else held < m):
            page.append(int(row))
    return page


def per_item(item, values, n_items):
    return np.bincount(item, values, minlength=n_items)


WRONG = {
    "28.4": [
        (lambda score, clicked: auc_with(score, clicked, tie=0), "Ties now count nothing, so a"),
        (lambda score, clicked: auc_with(score, clicked, tie=1.5), "one and a half"),
        (lambda score, clicked: auc_with(-score, clicked, tie=0.5), "You count the pairs in which"),
        (lambda score, clicked: 2 * auc_with(score, clicked, tie=0.5) - 1, "You subtract the share of pairs"),
    ],
    "28.6": [
        (lambda score, tag, m, k: np.argsort(-score)[:k], "You return the best k videos"),
        (
            lambda score, tag, m, k: page_with(score, tag, m, k, rows=np.argsort(-score)[:k]),
            "You apply the rule only to",
        ),
        (lambda score, tag, m, k: page_with(score, tag, m, k, at_most=True), "Your page has one video too many"),
        (lambda score, tag, m, k: page_with(score, tag, m, k, rows=np.argsort(score)), "lowest score"),
    ],
    "28.7": [
        (
            lambda item, position, click, examined, n: per_item(item, click, n) / per_item(item, None, n),
            "plain click rate",
        ),
        (
            lambda item, position, click, examined, n: (
                per_item(item, click * examined[position], n) / per_item(item, examined[position], n)
            ),
            "weight the clicks as well",
        ),
        (
            lambda item, position, click, examined, n: (
                per_item(item, click / examined[position], n) / per_item(item, None, n)
            ),
            "scoring, IPS)",
        ),
    ],
}
