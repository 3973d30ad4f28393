"""Natural answers of lesson 15: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.model_selection import TimeSeriesSplit


def wrong_15_2_from_start(n_rows, n_folds, horizon, fold):
    origin = (fold + 1) * horizon
    return np.arange(origin), np.arange(origin, origin + horizon)


def wrong_15_2_late(n_rows, n_folds, horizon, fold):
    origin = n_rows - (n_folds - fold - 1) * horizon
    return np.arange(0, origin), np.arange(origin, origin + horizon)


def wrong_15_2_reverse(n_rows, n_folds, horizon, fold):
    end = n_rows - fold * horizon
    return np.arange(end - horizon), np.arange(end - horizon, end)


def wrong_15_2_equal_parts(n_rows, n_folds, horizon, fold):
    size = n_rows // (n_folds + 1)
    start = size * (fold + 1)
    return np.arange(start), np.arange(start, start + horizon)


def wrong_15_2_kfold(n_rows, n_folds, horizon, fold):
    origin = n_rows - (n_folds - fold) * horizon
    rows = np.arange(n_rows)
    is_valid = (rows >= origin) & (rows < origin + horizon)
    return rows[~is_valid], rows[is_valid]


def wrong_15_2_all_later(n_rows, n_folds, horizon, fold):
    rows = np.arange(n_rows)
    origin = n_rows - horizon * (n_folds - fold)
    return rows[:origin], rows[origin:]


def wrong_15_2_overlap(n_rows, n_folds, horizon, fold):
    origin = n_rows - horizon * (n_folds - fold)
    return np.arange(origin + 1), np.arange(origin, origin + horizon)


def wrong_15_2_short(n_rows, n_folds, horizon, fold):
    origin = n_rows - horizon * (n_folds - fold)
    return np.arange(origin), np.arange(origin, origin + horizon - 1)


def wrong_15_2_sliding(n_rows, n_folds, horizon, fold):
    origin = n_rows - horizon * (n_folds - fold)
    return np.arange(origin - horizon, origin), np.arange(origin, origin + horizon)


def wrong_15_2_no_horizon(n_rows, n_folds, horizon, fold):
    origin = n_rows - n_folds + fold
    return np.arange(origin), np.arange(origin, origin + horizon)


def wrong_15_2_origins(n_rows, n_folds, horizon, fold):
    origin = n_rows - horizon * (n_folds - fold)
    return origin, origin + horizon


def right_15_2_lists(n_rows, n_folds, horizon, fold):
    rows = list(range(n_rows))
    for _ in range(n_folds - fold - 1):
        rows = rows[:-horizon]
    return rows[:-horizon], rows[-horizon:]


def right_15_2_masks(n_rows, n_folds, horizon, fold):
    rows = np.arange(n_rows, dtype="int32")
    later = (n_rows - 1 - rows) // horizon  # how many whole stretches follow
    return rows[later > n_folds - fold - 1], rows[later == n_folds - fold - 1]


def wrong_15_6_linear(u, low, high):
    return u * (high - low) + low


def wrong_15_6_exponents(u, low, high):
    return np.log10(low) + u * (np.log10(high) - np.log10(low))


def wrong_15_6_logs(u, low, high):
    return np.log(low) + u * (np.log(high) - np.log(low))


def wrong_15_6_values_as_exponents(u, low, high):
    return 10 ** (u * (high - low) + low)


def wrong_15_6_mixed(u, low, high):
    a, b = np.log(low), np.log(high)
    return 10 ** (a + u * (b - a))


def wrong_15_6_log_of_linear(u, low, high):
    return np.exp(np.log(u * (high - low) + low))


def wrong_15_6_no_low(u, low, high):
    return (high / low) ** u


def wrong_15_6_reversed(u, low, high):
    return high * (low / high) ** u


def wrong_15_6_times_high(u, low, high):
    return np.exp(np.log(low) + u * np.log(high))


def wrong_15_6_logspace(u, low, high):
    return np.logspace(np.log10(low), np.log10(high), len(u))


def wrong_15_6_own_draw(u, low, high):
    rng = np.random.default_rng(0)
    return np.exp(rng.uniform(np.log(low), np.log(high), len(u)))


def wrong_15_6_log_u(u, low, high):
    return low + (high - low) * np.log(u)


def wrong_15_6_power_wrong(u, low, high):
    return low * (high - low) ** u


def right_15_6_loop(u, low, high):
    return [10 ** (np.log10(low) + share * (np.log10(high) - np.log10(low))) for share in u]


def right_15_6_weights(u, low, high):
    return (low ** (1 - u) * high**u).astype("float32")


def wrong_15_7_no_root(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return np.abs(difference.mean(axis=1)) <= 1.96 * difference.std(axis=1)


def wrong_15_7_by_n(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return np.abs(difference.mean(axis=1)) <= 1.96 * difference.std(axis=1) / scores.shape[1]


def wrong_15_7_no_abs(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return difference.mean(axis=1) <= 1.96 * difference.std(axis=1) / np.sqrt(scores.shape[1])


def wrong_15_7_low_only(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    error = difference.std(axis=1) / np.sqrt(scores.shape[1])
    return difference.mean(axis=1) - 1.96 * error < 0


def wrong_15_7_unpaired(scores):
    mean, error = scores.mean(axis=1), scores.std(axis=1) / np.sqrt(scores.shape[1])
    return mean >= mean.max() - 1.96 * error


def wrong_15_7_one_error(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return np.abs(difference.mean(axis=1)) <= difference.std(axis=1) / np.sqrt(scores.shape[1])


def wrong_15_7_upside_down(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return np.abs(difference.mean(axis=1)) > 1.96 * difference.std(axis=1) / np.sqrt(scores.shape[1])


def wrong_15_7_axis(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return np.abs(difference.mean(axis=0)) <= 1.96 * difference.std(axis=0) / np.sqrt(len(scores))


def wrong_15_7_len(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return np.abs(difference.mean(axis=1)) <= 1.96 * difference.std(axis=1) / np.sqrt(len(scores))


def wrong_15_7_strict_both(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    error = difference.std(axis=1) / np.sqrt(scores.shape[1])
    mean = difference.mean(axis=1)
    return (mean - 1.96 * error < 0) & (mean + 1.96 * error > 0)


def wrong_15_7_rows(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    error = difference.std(axis=1) / np.sqrt(scores.shape[1])
    return np.where(np.abs(difference.mean(axis=1)) <= 1.96 * error)[0]


def right_15_7_loop(scores):
    best = max(scores, key=lambda row: row.mean())
    answer = []
    for row in scores:
        mean, sd = np.mean(row - best), np.std(row - best)
        answer.append(bool(mean + 1.96 * sd / len(row) ** 0.5 >= 0))
    return answer


def right_15_7_bootstrap(scores):
    rng = np.random.default_rng(0)
    difference = scores - scores[scores.mean(axis=1).argmax()]
    draws = [difference[:, rng.integers(0, scores.shape[1], scores.shape[1])].mean(axis=1) for _ in range(500)]
    return np.quantile(draws, 0.975, axis=0) >= 0


def wrong_15_9_untouched_max(valid, test):
    return test.mean(axis=1).max()


def wrong_15_9_valid_score(valid, test):
    return valid.mean(axis=1).max()


def wrong_15_9_swapped(valid, test):
    chosen = test.mean(axis=1).argmax()
    return valid[chosen].mean()


def wrong_15_9_flat_argmax(valid, test):
    return test[valid.argmax() % len(test)].mean()


def wrong_15_9_per_user(valid, test):
    chosen = valid.argmax(axis=0)
    return test[chosen, range(test.shape[1])].mean()


def wrong_15_9_axis(valid, test):
    chosen = valid.mean(axis=0).argmax()
    return test[chosen].mean()


def wrong_15_9_both(valid, test):
    chosen = np.hstack([valid, test]).mean(axis=1).argmax()
    return test[chosen].mean()


def wrong_15_9_all(valid, test):
    return test.mean(axis=1).mean()


def wrong_15_9_number(valid, test):
    return valid.mean(axis=1).argmax()


def wrong_15_9_column(valid, test):
    chosen = valid.mean(axis=1).argmax()
    return test[:, chosen].mean()


def wrong_15_9_no_mean(valid, test):
    return test[valid.mean(axis=1).argmax()]


def right_15_9_loop(valid, test):
    best, chosen = -np.inf, None
    for number, row in enumerate(valid):
        if sum(row) / len(row) > best:
            best, chosen = sum(row) / len(row), number
    return sum(test[chosen]) / len(test[chosen])


def right_15_9_sort(valid, test):
    return test.mean(axis=1)[np.argsort(valid.sum(axis=1))[-1]]


def wrong_15_10_last(curves):
    return np.argmax(curves[:, -1])


def wrong_15_10_first(curves):
    return np.argmax(curves[:, 0])


def wrong_15_10_local(curves):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        alive = np.argsort(-curves[alive, epoch - 1])[: len(alive) // 2]
        epoch *= 2
    return alive[0]


def wrong_15_10_worst(curves):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        alive = alive[np.argsort(curves[alive, epoch - 1])[: len(alive) // 2]]
        epoch *= 2
    return alive[0]


def wrong_15_10_column(curves):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        alive = alive[np.argsort(-curves[alive, epoch])[: len(alive) // 2]]
        epoch *= 2
    return alive[0]


def wrong_15_10_plus_one(curves):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        alive = alive[np.argsort(-curves[alive, epoch - 1])[: len(alive) // 2]]
        epoch += 1
    return alive[0]


def wrong_15_10_cumulative(curves):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        alive = alive[np.argsort(-curves[alive, :epoch].mean(axis=1))[: len(alive) // 2]]
        epoch *= 2
    return alive[0]


def wrong_15_10_score(curves):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        alive = alive[np.argsort(-curves[alive, epoch - 1])[: len(alive) // 2]]
        epoch *= 2
    return curves[alive[0], -1]


def wrong_15_10_one_round(curves):
    return np.argsort(-curves[:, 0])[: len(curves) // 2]


def wrong_15_10_shrinking_copy(curves):
    epoch = 1
    while len(curves) > 1:
        curves = curves[np.argsort(-curves[:, epoch - 1])[: len(curves) // 2]]
        epoch *= 2
    return 0


def wrong_15_10_row(curves):
    epoch = 1
    while len(curves) > 1:
        curves = curves[np.argsort(-curves[:, epoch - 1])[: len(curves) // 2]]
        epoch *= 2
    return curves[0]


def right_15_10_list(curves):
    alive = list(range(len(curves)))
    for power in range(int(np.log2(len(curves)))):
        alive.sort(key=lambda row: curves[row, 2**power - 1], reverse=True)
        del alive[len(alive) // 2 :]
    return alive


def right_15_10_recursion(curves):
    def go(rows, epoch):
        if len(rows) == 1:
            return rows.pop()
        middle = np.median([curves[row, epoch - 1] for row in rows])
        return go({row for row in rows if curves[row, epoch - 1] > middle}, 2 * epoch)

    return go(set(range(len(curves))), 1)


def wrong_15_2_newest_always(n_rows, n_folds, horizon, fold):
    rows = np.arange(n_rows)
    return rows[:-horizon], rows[-horizon:]


def wrong_15_2_one_early(n_rows, n_folds, horizon, fold):
    origin = n_rows - (n_folds - fold) * horizon - 1
    return list(range(origin)), list(range(origin, origin + horizon))


def wrong_15_6_ten_to_u(u, low, high):
    return low * 10**u


def wrong_15_6_low_added(u, low, high):
    return low + np.exp(u * np.log(high / low))


def wrong_15_7_overlap(scores):
    mean, half = scores.mean(axis=1), 1.96 * scores.std(axis=1) / np.sqrt(scores.shape[1])
    best = mean.argmax()
    return mean + half >= mean[best] - half[best]


def wrong_15_9_median(valid, test):
    return test[np.median(valid, axis=1).argmax()].mean()


def wrong_15_10_epoch_two(curves):
    alive, epoch = np.arange(len(curves)), 2
    while len(alive) > 1:
        alive = alive[np.argsort(-curves[alive, epoch - 1])[: len(alive) // 2]]
        epoch = min(2 * epoch, curves.shape[1])
    return alive[0]


def wrong_15_10_nobody_dropped(curves):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 1:
        alive = np.argsort(-curves[:, epoch - 1])[: len(alive) // 2]
        epoch *= 2
    return alive[0]


def right_15_2_scikit(n_rows, n_folds, horizon, fold):
    return list(TimeSeriesSplit(n_folds, test_size=horizon).split(np.zeros(n_rows)))[fold]


def wrong_15_2_kfold_sizes(n_rows, n_folds, horizon, fold):
    size = int(n_rows / (n_folds + 1))
    rows = list(range(n_rows))
    return rows[: size * (fold + 1)], rows[size * (fold + 1) : size * (fold + 2)]


def wrong_15_2_negative(n_rows, n_folds, horizon, fold):
    rows = np.arange(n_rows)
    start = -(n_folds - fold) * horizon
    return rows[:start], rows[start : start + horizon]


def wrong_15_6_base(u, low, high):
    return low * 10 ** (u * (np.log(high) - np.log(low)))


def wrong_15_7_only_best(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return difference.mean(axis=1) >= 0


def wrong_15_7_one_spread(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return np.abs(difference.mean(axis=1)) <= 1.96 * difference.std() / np.sqrt(scores.shape[1])


def wrong_15_9_fancy(valid, test):
    chosen = np.argmax(valid, axis=0)
    return test[chosen].mean()


def wrong_15_10_until_two(curves):
    alive, epoch = np.arange(len(curves)), 1
    while len(alive) > 2:
        order = np.argsort(-curves[alive, epoch - 1])
        alive = alive[order[: len(alive) // 2]]
        epoch *= 2
    return alive[0]


def wrong_15_10_two_rounds(curves):
    half = np.argsort(-curves[:, 0])[: len(curves) // 2]
    return half[np.argmax(curves[half, 1])]


def right_15_7_scipy(scores):
    difference = scores - scores[scores.mean(axis=1).argmax()]
    return [bool(abs(row.mean()) <= 1.96 * stats.sem(row)) for row in difference]


def right_15_10_pandas(curves):
    left, epoch = pd.DataFrame(curves), 1
    while len(left) > 1:
        left = left.nlargest(len(left) // 2, epoch - 1)
        epoch *= 2
    return left.index[0]


NATURAL = {
    "15.2": [
        (wrong_15_2_kfold_sizes, "You cut the table into n_folds"),
        (wrong_15_2_negative, "A negative slice that ends at 0"),
        (wrong_15_2_newest_always, "Your result does not depend on"),
        (wrong_15_2_one_early, "Your origin is one row too early"),
        (wrong_15_2_all_later, "You validate on everything after the origin."),
        (wrong_15_2_equal_parts, "Your origins divide the table"),
        (wrong_15_2_from_start, "You count the blocks from the"),
        (wrong_15_2_kfold, "You also learn from the rows after"),
        (wrong_15_2_late, "Your origin is one block too late:"),
        (wrong_15_2_no_horizon, "Your origins are one row apart."),
        (wrong_15_2_origins, "You return single numbers. Return"),
        (wrong_15_2_overlap, "You also learn from the row at"),
        (wrong_15_2_reverse, "You count the folds from the"),
        (wrong_15_2_short, "Your validation block is one"),
        (wrong_15_2_sliding, "You learn only from the newest"),
    ],
    "15.6": [
        (wrong_15_6_base, "You mixed two bases: a natural"),
        (wrong_15_6_ten_to_u, "Your values end at 10 · low,"),
        (wrong_15_6_low_added, "You added `low`. On a logarithmic"),
        (wrong_15_6_exponents, "Those are the exponents of ten."),
        (wrong_15_6_linear, "That is a linear scale, on which"),
        (wrong_15_6_log_of_linear, "That is a linear scale, on which"),
        (wrong_15_6_log_u, None),
        (wrong_15_6_logs, "Those are the logarithms. Convert"),
        (wrong_15_6_logspace, "Your values are evenly spaced"),
        (wrong_15_6_mixed, "mixed two bases: you used"),
        (wrong_15_6_no_low, "Your values begin at 1. Multiply"),
        (wrong_15_6_own_draw, None),
        (wrong_15_6_power_wrong, "You took the logarithm of the"),
        (wrong_15_6_reversed, "Your result is `high` at u ="),
        (wrong_15_6_times_high, "At u = 1 your result is low ·"),
        (wrong_15_6_values_as_exponents, "`low` and `high` are values, not exponents:"),
    ],
    "15.7": [
        (wrong_15_7_only_best, "Only the best setting is on your"),
        (wrong_15_7_one_spread, "You used one standard deviation"),
        (wrong_15_7_overlap, "You check whether two intervals"),
        (wrong_15_7_axis, None),
        (wrong_15_7_by_n, "You divided by n_users. The standard error"),
        (wrong_15_7_len, "You divided by √len(scores),"),
        (wrong_15_7_low_only, "You check only the lower end"),
        (wrong_15_7_no_abs, "Every setting is on your plateau."),
        (wrong_15_7_no_root, "Divide the standard deviation by √n_users."),
        (wrong_15_7_one_error, "Your interval is ± 1 standard"),
        (wrong_15_7_rows, "You return row numbers. Return"),
        (wrong_15_7_strict_both, "The best setting is at distance zero from"),
        (wrong_15_7_unpaired, "You used the spread of the scores."),
        (wrong_15_7_upside_down, "Your result is the opposite of"),
    ],
    "15.9": [
        (wrong_15_9_fancy, "You average the trials that are best"),
        (wrong_15_9_median, "You choose by the median"),
        (wrong_15_9_all, "That is the mean of all trials."),
        (wrong_15_9_axis, "You average over trials, axis"),
        (wrong_15_9_both, "You choose on both parts together. The test"),
        (wrong_15_9_column, None),
        (wrong_15_9_flat_argmax, None),
        (wrong_15_9_no_mean, "You return one score per user."),
        (wrong_15_9_number, "You return the number of the"),
        (wrong_15_9_per_user, "You take the best trial for each user"),
        (wrong_15_9_swapped, "It is the wrong way round: choose"),
        (wrong_15_9_untouched_max, "The test set still chooses the trial. Let"),
        (wrong_15_9_valid_score, "You chose on `valid` and report"),
    ],
    "15.10": [
        (wrong_15_10_until_two, "You stop while two trials are left"),
        (wrong_15_10_two_rounds, "You always run two rounds. Go"),
        (wrong_15_10_epoch_two, "Your first round uses the scores"),
        (wrong_15_10_nobody_dropped, "You never drop a trial. A trial"),
        (wrong_15_10_column, "Your column is off by one: the"),
        (wrong_15_10_cumulative, "You rank by the mean of all epochs so far."),
        (wrong_15_10_first, "You rank by the first epoch only."),
        (wrong_15_10_last, "You rank by the last epoch. Halving stops"),
        (wrong_15_10_local, "`argsort` gives positions among the"),
        (wrong_15_10_one_round, "You run only one round. Go on"),
        (wrong_15_10_plus_one, "Your epochs grow by one. They"),
        (wrong_15_10_row, "You return the curve that is"),
        (wrong_15_10_score, "You return a score. Return the"),
        (wrong_15_10_shrinking_copy, "If you cut `curves` itself, the"),
        (wrong_15_10_worst, "You keep the lower half: sort by minus the"),
    ],
}
RIGHT = {
    "15.2": [right_15_2_lists, right_15_2_masks, right_15_2_scikit],
    "15.6": [right_15_6_loop, right_15_6_weights],
    "15.7": [right_15_7_loop, right_15_7_bootstrap, right_15_7_scipy],
    "15.9": [right_15_9_loop, right_15_9_sort],
    "15.10": [right_15_10_list, right_15_10_recursion, right_15_10_pandas],
}
