"""Features of impressions as a ranker reads them: rows of one table, one-hot columns, rates of the past.

What it leaves out: the models, which lesson 14 builds.
"""

import numpy as np
import pandas as pd
import scipy.sparse as sp


def encode_fields(
    frame: pd.DataFrame, fields: list[str], learn: np.ndarray, at_least: int = 2
) -> tuple[np.ndarray, int]:
    """Row of one common embedding table for each field of each impression, and the number of rows of that table.

    `learn` (n,) is True for the rows that may be learned from. Each field has a block of the table; its first row is
    for values that those rows hold fewer than `at_least` times, or never. Returns codes (n, n_fields), int32.

    >>> rows = pd.DataFrame({"tab": [1, 1, 7, 9], "hour": [3, 3, 3, 3]})
    >>> encode_fields(rows, ["tab", "hour"], np.array([True, True, True, False]))[0].tolist()
    [[1, 3], [1, 3], [0, 3], [0, 3]]
    """
    columns, n_values = [], 0
    for field in fields:
        count = frame.loc[learn, field].value_counts(sort=False)
        known = count.index[count >= at_least]
        number = frame[field].map(pd.Series(np.arange(1, len(known) + 1), known)).fillna(0)
        columns.append(n_values + number.to_numpy("int32"))
        n_values += len(known) + 1
    return np.column_stack(columns), n_values


def one_hot(codes: np.ndarray, n_values: int) -> sp.csr_array:
    """Codes (n, n_fields) as a sparse table of 0 and 1, shape (n, n_values): what a linear model reads.

    >>> one_hot(np.array([[0, 2], [1, 2]]), 3).toarray().tolist()
    [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]
    """
    rows = np.repeat(np.arange(len(codes)), codes.shape[1])
    return sp.csr_array((np.ones(codes.size), (rows, codes.ravel())), (len(codes), n_values))


def rates_of_category(
    category: pd.Series, label: pd.Series, fold: np.ndarray, overall: float, strength: float
) -> np.ndarray:
    """Rate of each row's category among the rows of other folds, pulled towards `overall`; shape (n,).

    (sum of labels + strength · overall) / (rows + strength). Fold −1 marks rows that no rate may learn from, such as
    those of later days; they get the rate of all other rows. Source: Micci-Barreca, SIGKDD Explorations 2001, here with
    folds. Built in lesson 14.

    >>> tabs, clicks = pd.Series([1, 1, 1]), pd.Series([1, 0, 1])
    >>> rates_of_category(tabs, clicks, np.array([0, 1, -1]), 0.5, 1.0).tolist()
    [0.25, 0.75, 0.5]
    """
    category, label = category.reset_index(drop=True), label.reset_index(drop=True)
    rates = np.full(len(label), overall, dtype=float)
    for number in np.unique(fold):
        is_other = (fold != number) & (fold >= 0)
        past = label[is_other].groupby(category[is_other])
        rate = (past.sum() + strength * overall) / (past.count() + strength)
        rates[fold == number] = category[fold == number].map(rate).fillna(overall)
    return rates
