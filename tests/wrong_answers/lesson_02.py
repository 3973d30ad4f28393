"""Typical wrong answers of lesson 02; each must be refused, each with its own hint."""

import numpy as np


def _differences(counts):
    return np.abs(counts[:, None] - counts)


def gini_without_the_two(counts):
    return _differences(counts).mean() / counts.mean()


def gini_without_own_pairs(counts):
    n = len(counts)
    return _differences(counts).sum() / (n * (n - 1)) / (2 * counts.mean())


def gini_that_cancels(counts):
    return (counts[:, None] - counts).mean() / (2 * counts.mean())


def gini_not_divided(counts):
    return _differences(counts).mean()


def gini_summed(counts):
    return _differences(counts).sum() / (2 * counts.mean())


def gini_sorted_downwards(counts):
    counts, n = np.sort(counts)[::-1], len(counts)
    return ((2 * np.arange(1, n + 1) - n - 1) * counts).sum() / (n * counts.sum())


def gini_as_largest_share(counts):
    return counts.max() / counts.sum()


def gini_missing_brackets(counts):
    return _differences(counts).mean() / 2 * counts.mean()


def gini_of_25_pairs(counts):
    return _differences(counts).sum() / 25 / (2 * counts.mean())


def gini_over_eight(counts):
    return _differences(counts).mean() / 8


def sessions_not_summed(timestamps):
    return 1 + (np.diff(np.sort(timestamps)) > 30 * 60)


def sessions_by_places(timestamps):
    return 1 + (np.diff(np.argsort(timestamps)) > 30 * 60).sum()


def sessions_as_given(timestamps):
    return 1 + (np.abs(np.diff(timestamps)) > 30 * 60).sum()


def sessions_as_pauses(timestamps):
    return (np.diff(np.sort(timestamps)) > 30 * 60).sum()


def sessions_from_the_second(timestamps):
    return 1 + (np.diff(np.sort(timestamps)) >= 30 * 60).sum()


def sessions_in_minutes(timestamps):
    return 1 + (np.diff(np.sort(timestamps)) > 30).sum()


def sessions_downwards(timestamps):
    return 1 + (np.diff(np.sort(timestamps)[::-1]) > 30 * 60).sum()


def _direction(vectors):
    return vectors / np.sqrt((vectors**2).sum(axis=1, keepdims=True))


def nearest_is_itself(vectors):
    return (_direction(vectors) @ _direction(vectors).T).argmax(axis=1)


def nearest_with_zero_diagonal(vectors):
    cosine = _direction(vectors) @ _direction(vectors).T
    np.fill_diagonal(cosine, 0)
    return cosine.argmax(axis=1)


def nearest_by_dot_product(vectors):
    products = vectors @ vectors.T
    np.fill_diagonal(products, -np.inf)
    return products.argmax(axis=1)


def nearest_is_farthest(vectors):
    return (_direction(vectors) @ _direction(vectors).T).argmin(axis=1)


def nearest_by_the_smallest(vectors):
    cosine = _direction(vectors) @ _direction(vectors).T
    np.fill_diagonal(cosine, -np.inf)
    return cosine.argsort(axis=1)[:, 0]


def nearest_as_cosine(vectors):
    cosine = _direction(vectors) @ _direction(vectors).T
    np.fill_diagonal(cosine, -np.inf)
    return cosine.max(axis=1)


def nearest_as_table(vectors):
    return _direction(vectors) @ _direction(vectors).T


def lift_without_users(together, n_users):
    size = np.diag(together)
    return together / np.outer(size, size)


def lift_divided_by_users(together, n_users):
    size = np.diag(together)
    return together / n_users / np.outer(size, size)


def lift_of_six_users(together, n_users):
    size = np.diag(together)
    return together / (np.outer(size, size) / 6)


def lift_of_films_for_users(together, n_users):
    size = np.diag(together)
    return together * len(together) / np.outer(size, size)


def lift_by_the_smaller_film(together, n_users):
    size = np.diag(together)
    return together / np.minimum.outer(size, size)


def lift_as_cosine(together, n_users):
    size = np.diag(together)
    return together / np.sqrt(np.outer(size, size))


def lift_of_columns(together, n_users):
    return together * n_users / np.diag(together)


def lift_of_rows(together, n_users):
    return together * n_users / np.diag(together)[:, None]


def lift_as_expected(together, n_users):
    size = np.diag(together)
    return np.outer(size, size) / n_users


def lift_upside_down(together, n_users):
    size = np.diag(together)
    return np.outer(size, size) / n_users / together


def lift_of_row_sums(together, n_users):
    size = together.sum(axis=1)
    return together * n_users / np.outer(size, size)


WRONG = {
    "02.2": [
        (0.583, "sparsity"),
        (2.4, "Your fraction is upside down:"),
        (0.714, "added up"),
        (5, "number of filled cells"),
        (41.7, "percent"),
        (0.3, "How many cells"),
    ],
    "02.4": [
        (gini_without_the_two, "two times the mean"),
        (gini_without_own_pairs, "with itself"),
        (gini_that_cancels, "cancel out"),
        (gini_not_divided, "This is the mean difference."),
        (gini_summed, "You summed"),
        (gini_sorted_downwards, "The sign is reversed: sort"),
        (gini_as_largest_share, "share of the largest"),
        (gini_missing_brackets, "Put parentheses"),
        (gini_of_25_pairs, "25 is the number of pairs"),
        (gini_over_eight, "8 is twice the mean"),
    ],
    "02.6": [
        (sessions_as_given, "[0, 9000, 10] are two"),
        (sessions_as_pauses, "A single rating is one session"),
        (sessions_from_the_second, "exactly 30 minutes"),
        (sessions_in_minutes, "in seconds"),
        (sessions_downwards, "You always count one session."),
        (sessions_by_places, "You always count one session. Are"),
        (sessions_not_summed, "sum the True values"),
        (8, "the function itself"),
    ],
    "02.7": [
        ([0.06, 0.27, 1.0], "three products"),
        (-0.67, "minus one times minus one"),
        (0.33, "third number"),
        (0.4433, "mean of the products"),
        (2.0, "what is their sum"),
    ],
    "02.8": [
        (nearest_is_itself, "Each film is its own nearest"),
        (nearest_by_the_smallest, "argmax, not argmin or argsort"),
        ([1, 0, 1], "the function itself"),
        (nearest_with_zero_diagonal, "may still win"),
        (nearest_by_dot_product, "long vector"),
        (nearest_is_farthest, "farthest"),
        (nearest_as_cosine, "their indices"),
        (nearest_as_table, "table of all pairs"),
    ],
    "02.9": [
        (lift_without_users, "The number of users is missing:"),
        (lift_of_six_users, "6 was the number"),
        (lift_of_films_for_users, "number of films"),
        (lift_by_the_smaller_film, "entry [0, 0] should be"),
        (lift_divided_by_users, "You divided by n_users. Lift"),
        (lift_as_cosine, "This is the cosine, which"),
        (lift_of_columns, "column's film only"),
        (lift_of_rows, "row's film only"),
        (lift_as_expected, "This is the count expected by"),
        (lift_upside_down, "Your fraction is upside down:"),
        (lift_of_row_sums, "on the diagonal"),
    ],
}
