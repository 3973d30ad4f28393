"""Natural answers of lesson 02: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: RUF007 - this is how learners write

import numpy as np
import pandas as pd


def wrong_02_4_no_abs(counts):
    return (counts[:, None] - counts).mean() / (2 * counts.mean())


def wrong_02_4_no_2(counts):
    return np.abs(counts[:, None] - counts).mean() / counts.mean()


def wrong_02_4_brackets(counts):
    return np.abs(counts[:, None] - counts).mean() / 2 * counts.mean()


def wrong_02_4_pairs_only(counts):
    n = len(counts)
    return np.abs(counts[:, None] - counts).sum() / (n * (n - 1)) / (2 * counts.mean())


def wrong_02_4_upper(counts):
    d = [abs(a - b) for k, a in enumerate(counts) for b in counts[k + 1 :]]
    return np.mean(d) / (2 * counts.mean())


def wrong_02_4_upper_n2(counts):
    d = [abs(a - b) for k, a in enumerate(counts) for b in counts[k + 1 :]]
    return sum(d) / len(counts) ** 2 / (2 * counts.mean())


def wrong_02_4_neighbours(counts):
    return np.abs(np.diff(counts)).mean() / (2 * counts.mean())


def wrong_02_4_unsorted_formula(counts):
    n = len(counts)
    i = np.arange(1, n + 1)
    return (2 * i - n - 1) @ counts / (n * counts.sum())


def wrong_02_4_std(counts):
    return counts.std() / counts.mean()


def wrong_02_4_sum(counts):
    return np.abs(counts[:, None] - counts).sum() / (2 * counts.mean())


def wrong_02_4_median(counts):
    return np.abs(counts[:, None] - counts).mean() / (2 * np.median(counts))


def wrong_02_4_impurity(counts):
    p = counts / counts.sum()
    return 1 - (p**2).sum()


def wrong_02_4_one_minus(counts):
    return 1 - np.abs(counts[:, None] - counts).mean() / (2 * counts.mean())


def wrong_02_4_squared(counts):
    return ((counts[:, None] - counts) ** 2).mean() / (2 * counts.mean())


def wrong_02_4_from_mean(counts):
    return np.abs(counts - counts.mean()).mean() / (2 * counts.mean())


def right_02_4_sorted(counts):
    c = np.sort(counts)
    n = len(c)
    return (2 * np.arange(1, n + 1) - n - 1) @ c / (n * c.sum())


def right_02_4_lorenz(counts):
    share = np.insert(np.cumsum(sorted(counts)), 0, 0) / sum(counts)
    return 1 - (share[1:] + share[:-1]).mean()


def wrong_02_6_given_like(timestamps):
    return 1 + int((np.abs(np.diff(timestamps)) > 1800).sum())


def wrong_02_6_no_abs(timestamps):
    return 1 + (np.diff(timestamps) > 1800).sum()


def wrong_02_6_sorted_no_one(timestamps):
    return (np.diff(np.sort(timestamps)) > 1800).sum()


def wrong_02_6_ge(timestamps):
    return 1 + (np.diff(np.sort(timestamps)) >= 1800).sum()


def wrong_02_6_minutes(timestamps):
    return 1 + (np.diff(np.sort(timestamps)) > 30).sum()


def wrong_02_6_hours(timestamps):
    return 1 + (np.diff(np.sort(timestamps)) > 3600).sum()


def wrong_02_6_descending(timestamps):
    return 1 + (np.diff(np.sort(timestamps)[::-1]) > 1800).sum()


def wrong_02_6_mask(timestamps):
    return np.diff(np.sort(timestamps)) > 1800


def wrong_02_6_two(timestamps):
    return 2 + (np.diff(np.sort(timestamps)) > 1800).sum()


def wrong_02_6_unique_windows(timestamps):
    return len(np.unique(timestamps // 1800))


def wrong_02_6_list_sort(timestamps):
    return 1 + (np.diff(timestamps.argsort()) > 1800).sum()


def wrong_02_6_by_total(timestamps):
    return 1 + int((timestamps.max() - timestamps.min()) // 1800)


def right_02_6_loop(timestamps):
    t = sorted(timestamps.tolist())
    n = 1
    for a, b in zip(t, t[1:]):
        n += b - a > 30 * 60
    return n


def right_02_6_series(timestamps):
    return float((pd.Series(timestamps).sort_values().diff() > 1800).sum() + 1)


def D(v):
    return v / np.sqrt((v**2).sum(axis=1, keepdims=True))


def wrong_02_8_itself(vectors):
    d = D(vectors)
    return (d @ d.T).argmax(axis=1)


def wrong_02_8_dot(vectors):
    c = vectors @ vectors.T
    np.fill_diagonal(c, -np.inf)
    return c.argmax(axis=1)


def wrong_02_8_zero_diag(vectors):
    d = D(vectors)
    c = d @ d.T
    np.fill_diagonal(c, 0)
    return c.argmax(axis=1)


def wrong_02_8_argmin(vectors):
    d = D(vectors)
    c = d @ d.T
    np.fill_diagonal(c, np.inf)
    return c.argmin(axis=1)


def wrong_02_8_argmin_minus_inf(vectors):
    d = D(vectors)
    c = d @ d.T
    np.fill_diagonal(c, -np.inf)
    return c.argmin(axis=1)


def wrong_02_8_one_number(vectors):
    d = D(vectors)
    c = d @ d.T
    np.fill_diagonal(c, -np.inf)
    return c.argmax()


def wrong_02_8_max(vectors):
    d = D(vectors)
    c = d @ d.T
    np.fill_diagonal(c, -np.inf)
    return c.max(axis=1)


def wrong_02_8_euclid(vectors):
    c = ((vectors[:, None] - vectors) ** 2).sum(axis=2)
    np.fill_diagonal(c, np.inf)
    return c.argmin(axis=1)


def wrong_02_8_second_of_argsort(vectors):
    d = D(vectors)
    return np.argsort(d @ d.T, axis=1)[:, 1]


def wrong_02_8_abs(vectors):
    d = D(vectors)
    c = np.abs(d @ d.T)
    np.fill_diagonal(c, 0)
    return c.argmax(axis=1)


def wrong_02_8_argsort(vectors):
    d = D(vectors)
    c = d @ d.T
    np.fill_diagonal(c, -np.inf)
    return c.argsort(axis=1)


def wrong_02_8_plus_one(vectors):
    d = D(vectors)
    c = d @ d.T
    np.fill_diagonal(c, -np.inf)
    return c.argmax(axis=1) + 1


def wrong_02_8_whole_norm(vectors):
    d = vectors / np.sqrt((vectors**2).sum())
    c = d @ d.T
    np.fill_diagonal(c, -np.inf)
    return c.argmax(axis=1)


def right_02_8_second_best(vectors):
    d = D(vectors)
    return np.argsort(-(d @ d.T), axis=1)[:, 1]


def right_02_8_distance_of_directions(vectors):
    d = D(vectors)
    c = ((d[:, None] - d) ** 2).sum(axis=2) + np.eye(len(d)) * 99
    return c.argmin(axis=1).tolist()


def wrong_02_9_no_n(together, n_users):
    s = np.diag(together)
    return together / np.outer(s, s)


def wrong_02_9_cos(together, n_users):
    s = np.diag(together)
    return together / np.sqrt(np.outer(s, s))


def wrong_02_9_rowsum(together, n_users):
    s = together.sum(axis=1)
    return together * n_users / np.outer(s, s)


def wrong_02_9_col(together, n_users):
    return together * n_users / np.diag(together)


def wrong_02_9_conf(together, n_users):
    return together / np.diag(together)[:, None]


def wrong_02_9_share(together, n_users):
    return together / n_users


def wrong_02_9_expected(together, n_users):
    s = np.diag(together)
    return np.outer(s, s) / n_users


def wrong_02_9_inverse(together, n_users):
    s = np.diag(together)
    return np.outer(s, s) / (together * n_users)


def wrong_02_9_difference(together, n_users):
    s = np.diag(together)
    return together - np.outer(s, s) / n_users


def wrong_02_9_log(together, n_users):
    s = np.diag(together)
    return np.log(together * n_users / np.outer(s, s))


def wrong_02_9_n_squared(together, n_users):
    s = np.diag(together)
    return together * n_users**2 / np.outer(s, s)


def wrong_02_9_jaccard(together, n_users):
    s = np.diag(together)
    return together / (s[:, None] + s - together)


def wrong_02_9_dot_not_outer(together, n_users):
    s = np.diag(together)
    return together * n_users / (s @ s)


def wrong_02_9_plus(together, n_users):
    s = np.diag(together)
    return together * n_users / (s[:, None] + s)


def right_02_9_shares(together, n_users):
    p = together / n_users
    s = np.diag(p)
    return p / s / s[:, None]


def right_02_9_frame(together, n_users):
    f = pd.DataFrame(together)
    s = np.diag(f)
    return f.div(s, axis=0).div(s, axis=1) * n_users


NATURAL = {
    "02.4": [
        (wrong_02_4_no_abs, "Your differences cancel out, so their mean is"),
        (wrong_02_4_no_2, "Your result is twice the true value: divide"),
        (wrong_02_4_brackets, "In Python, a / 2 * b divides by 2 and"),
        (wrong_02_4_pairs_only, "You left out the pairs of a film with itself."),
        (wrong_02_4_upper, "You left out the pairs of a film with itself."),
        (wrong_02_4_upper_n2, "Every entry is half of the expected one"),
        (wrong_02_4_neighbours, "You compare each film with the next one only"),
        (wrong_02_4_unsorted_formula, "Your formula needs the counts in order: sort"),
        (wrong_02_4_std, "This is the standard deviation over the"),
        (wrong_02_4_sum, "You summed the differences. Take their mean."),
        (wrong_02_4_median, "You divide by the median. Divide by twice"),
        (wrong_02_4_impurity, "This is the Gini *impurity* of a decision"),
        (wrong_02_4_one_minus, "You return 1 minus the expected result. For counts"),
        (wrong_02_4_squared, "You square the differences. Take absolute"),
        (wrong_02_4_from_mean, "You compare each film with the mean. Compare"),
    ],
    "02.6": [
        (wrong_02_6_given_like, "[0, 9000, 10] are two sessions, not three."),
        (wrong_02_6_no_abs, "Sort the times before you take the pauses."),
        (wrong_02_6_sorted_no_one, "A single rating is one session: n pauses"),
        (wrong_02_6_ge, "A pause of exactly 30 minutes does not begin a"),
        (wrong_02_6_minutes, "The times are in seconds: 30 minutes are 30 ×"),
        (wrong_02_6_hours, "30 minutes are 30 × 60 seconds. You use an"),
        (wrong_02_6_descending, "You always count one session. Are your times"),
        (wrong_02_6_mask, "Return one number: sum the True values."),
        (wrong_02_6_two, "[0, 9000, 10] are two sessions, not three."),
        (wrong_02_6_unique_windows, "You cut time into half hours of the clock. A"),
        (wrong_02_6_list_sort, "You always count one session. Are your times"),
        (wrong_02_6_by_total, "You divide the whole time by 30 minutes. Look"),
    ],
    "02.8": [
        (wrong_02_8_itself, "Each film is its own nearest film: put −∞ on"),
        (wrong_02_8_dot, "You used the vectors, not their directions: a"),
        (wrong_02_8_zero_diag, "A cosine can be negative, so 0 on the diagonal"),
        (wrong_02_8_argmin, "This is the film that is farthest away: use"),
        (wrong_02_8_argmin_minus_inf, "Each film is its own nearest film: put −∞ on"),
        (wrong_02_8_one_number, "You return one number for the whole table."),
        (wrong_02_8_max, "These are the cosines of the nearest films."),
        (wrong_02_8_euclid, "You compare distances, so long vectors are"),
        (wrong_02_8_second_of_argsort, "argsort sorts in ascending order: its second"),
        (wrong_02_8_abs, "You took absolute values, but a film in the"),
        (wrong_02_8_argsort, "This is the table of all pairs. Return one"),
        (wrong_02_8_plus_one, "Every entry is 1 too large. For"),
        (wrong_02_8_whole_norm, "You used the vectors, not their directions: a"),
    ],
    "02.9": [
        (wrong_02_9_no_n, "The number of users is missing: by chance we"),
        (wrong_02_9_cos, "This is the cosine, which divides by the"),
        (wrong_02_9_rowsum, "You summed rows, which counts users several"),
        (wrong_02_9_col, "You divided by the size of the column's film"),
        (wrong_02_9_conf, "This is the share of the row's users who"),
        (wrong_02_9_share, "This is the share of all users. Lift divides"),
        (wrong_02_9_expected, "This is the count expected by chance. Lift"),
        (wrong_02_9_inverse, "Your fraction is upside down: divide the"),
        (wrong_02_9_difference, "You subtract the count expected by chance."),
        (wrong_02_9_log, "You return the natural logarithm of the expected"),
        (wrong_02_9_n_squared, "Your result is `n_users` times too large: do you return a sum"),
        (wrong_02_9_jaccard, "This is the Jaccard index: users of both"),
        (wrong_02_9_dot_not_outer, "`size @ size` is one number for all pairs. Each"),
        (wrong_02_9_plus, "You add the two sizes. The expected count is"),
    ],
}

RIGHT = {
    "02.4": [right_02_4_sorted, right_02_4_lorenz],
    "02.6": [right_02_6_loop, right_02_6_series],
    "02.8": [right_02_8_second_best, right_02_8_distance_of_directions],
    "02.9": [right_02_9_shares, right_02_9_frame],
}
