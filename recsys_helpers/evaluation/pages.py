"""Pages of several rows of items: filled without showing an item twice, and measured with an assumption on attention.

What it leaves out: which rows a page has and in which order, and rows that scroll.
"""

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.evaluation.intervals import mean_interval
from recsys_helpers.evaluation.ranking import top_k


def attention(n_rows: int, n_columns: int, down: float = 0.7, right: float = 0.85) -> np.ndarray:
    """How likely each position is looked at, shape (n_rows, n_columns): down^row · right^column, both from 0.

    An assumption, not a measurement: of those who look at a row, the share `down` looks at the next one, and inside a
    row the share `right` goes on to the next column. Two-dimensional discounts for pages of rows: Ferrari Dacrema,
    Felicioni & Cremonesi, Frontiers in Big Data 2022. Built in lesson 30.

    >>> attention(2, 2, down=0.5, right=0.8)
    array([[1. , 0.8],
           [0.5, 0.4]])
    """
    return down ** np.arange(n_rows)[:, None] * right ** np.arange(n_columns)


def page_value(pages: np.ndarray, relevant: sp.csr_array, down: float = 0.7, right: float = 0.85) -> np.ndarray:
    """Attention on relevant items divided by the most that a page could have, one value per user, NaN without any.

    `pages`: item indices, shape (n_users, n_rows, n_columns), 0 where a position is empty. `relevant`: sparse matrix of
    shape (n_users, n_items + 1); column 0 does not count. An item that stands twice counts once, where it is looked at
    most. Built in lesson 30.

    >>> relevant = sp.csr_array(np.array([[0, 1, 0, 1]]))
    >>> page_value(np.array([[[1, 2], [1, 3]]]), relevant, down=0.5, right=0.8).round(3)  # (1 + 0.4) / (1 + 0.8)
    array([0.778])
    """
    weight = attention(*pages.shape[1:], down, right).ravel()
    order = np.argsort(-weight, kind="stable")
    best = np.append(0, weight[order].cumsum())  # of 0, 1, 2, … relevant items
    values = np.full(len(pages), np.nan)
    for user, page in enumerate(pages.reshape(len(pages), -1)[:, order]):
        wanted = relevant[[user]].nonzero()[1]
        wanted = wanted[wanted > 0]
        if len(wanted):
            first = np.unique(page, return_index=True)[1]
            counts = np.zeros(len(page), bool)
            counts[first] = True
            got = weight[order][counts & np.isin(page, wanted)].sum()
            values[user] = got / best[min(len(wanted), len(weight))]
    return values


def fill_page(values: np.ndarray, similarity: np.ndarray, strength: float = 0.0, k: int = 5) -> list[list[int]]:
    """The rows of one page, each with at most k items, filled from the top; no item stands on the page twice.

    `values` (n_rows, n_items): what each item is worth in each row, -inf where it does not belong. `similarity`
    (n_items, n_items). Each position takes the item with the largest (1 − strength) · value − strength · similarity to
    the most similar item of the rows above; the first row has none above it. Equal ones: the first. Source of the
    penalty: Carbonell & Goldstein, SIGIR 1998 (MMR). Built in lesson 30.

    >>> values = np.array([[1.0, 0.9, -np.inf], [0.8, 0.6, 0.5]])
    >>> fill_page(values, np.eye(3), k=1), fill_page(values, np.ones((3, 3)), k=2)
    ([[0], [1]], [[0, 1], [2]])
    """
    if not 0 <= strength < 1:
        raise ValueError(f"strength must be at least 0 and less than 1, not {strength}.")
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth = worth - strength * similarity[used].max(axis=0)
        worth[used] = -np.inf
        best = np.argsort(-worth, kind="stable")[:k]
        rows.append([int(item) for item in best if worth[item] > -np.inf])
        used += rows[-1]
    return rows


def fill_pages(
    values: list[np.ndarray], features: np.ndarray, strength: float = 0.0, k: int = 5, n_candidates: int = 60
) -> np.ndarray:
    """`fill_page` for every user: item indices, shape (n_users, n_rows, k), 0 where a row has no item left.

    `values`: for each row scores of shape (n_users, n_items + 1), -inf where an item does not belong; column 0 is
    padding. The best `n_candidates` of a row take part, their scores scaled to 0 … 1, so that rows whose scores have
    other scales are treated alike. `features` (n_items + 1, n): items are compared by their cosine.
    """
    length = np.linalg.norm(features, axis=1, keepdims=True)
    unit = features / np.where(length > 0, length, 1)
    best = [top_k(scores, n_candidates) for scores in values]
    pages = np.zeros((len(best[0]), len(values), k), np.int64)
    for user in range(len(pages)):
        own = [lists[user][lists[user] > 0] for lists in best]
        films = np.unique(np.concatenate(own))
        scaled = np.full((len(values), len(films)), -np.inf)
        for row, (scores, candidates) in enumerate(zip(values, own)):
            worth = scores[user][candidates].astype(float)
            span = np.ptp(worth) if len(worth) else 0
            scaled[row, np.searchsorted(films, candidates)] = (worth - worth.min()) / span if span > 0 else 1.0
        for row, chosen in enumerate(fill_page(scaled, unit[films] @ unit[films].T, strength, k)):
            pages[user, row, : len(chosen)] = films[chosen]
    return pages


def page_table(pages: dict[str, np.ndarray], relevant: sp.csr_array) -> pd.DataFrame:
    """One line for each kind of page: mean value and its interval, films shown twice on a page, share of the catalogue.

    `pages`: name → item indices, shape (n_users, n_rows, n_columns); `relevant` as in `page_value`.
    """
    table = {}
    for name, of in pages.items():
        flat = np.sort(of.reshape(len(of), -1), axis=1)
        repeated = ((np.diff(flat, axis=1) == 0) & (flat[:, 1:] > 0)).sum(axis=1).mean()
        coverage = len(np.unique(flat[flat > 0])) / (relevant.shape[1] - 1)
        table[name] = [*mean_interval(page_value(of, relevant)), repeated, coverage]
    return pd.DataFrame(table, index=["value", "±", "repeated films", "coverage"]).T
