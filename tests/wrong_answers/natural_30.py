"""Natural answers of lesson 30: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np
import pandas as pd


def wrong_30_3_first_unseen(parts, seen):
    for film in parts:
        if film not in seen:
            return film
    return 0


def wrong_30_3_first_unseen_if_started(parts, seen):
    if not any(film in seen for film in parts):
        return 0
    for film in parts:
        if film not in seen:
            return film
    return 0


def wrong_30_3_after_first(parts, seen):
    for position, film in enumerate(parts):
        if film in seen:
            rest = [other for other in parts[position + 1 :] if other not in seen]
            return rest[0] if rest else 0
    return 0


def wrong_30_3_count(parts, seen):
    n = sum(film in seen for film in parts)
    return parts[n] if 0 < n < len(parts) else 0


def wrong_30_3_position(parts, seen):
    last = max((position for position, film in enumerate(parts) if film in seen), default=-1)
    return last + 1 if last >= 0 and last < len(parts) - 1 else 0


def wrong_30_3_last_seen(parts, seen):
    own = [film for film in parts if film in seen]
    return own[-1] if own else 0


def wrong_30_3_no_end(parts, seen):
    last = [position for position, film in enumerate(parts) if film in seen][-1]
    return parts[last + 1]


def wrong_30_3_no_end_guarded(parts, seen):
    own = [position for position, film in enumerate(parts) if film in seen]
    return parts[own[-1] + 1] if own else 0


def wrong_30_3_max_of_empty(parts, seen):
    last = max(parts.index(film) for film in seen if film in parts)
    return parts[last + 1] if last + 1 < len(parts) else 0


def wrong_30_3_first_for_newcomers(parts, seen):
    last = -1
    for position, film in enumerate(parts):
        if film in seen:
            last = position
    return parts[last + 1] if last + 1 < len(parts) else 0


def wrong_30_3_wraps(parts, seen):
    own = [position for position, film in enumerate(parts) if film in seen]
    return parts[(own[-1] + 1) % len(parts)] if own else 0


def wrong_30_3_minus_one(parts, seen):
    own = [position for position, film in enumerate(parts) if film in seen]
    return parts[own[-1] + 1] if own and own[-1] + 1 < len(parts) else -1


def wrong_30_3_text(parts, seen):
    own = [position for position, film in enumerate(parts) if film in seen]
    return parts[own[-1] + 1] if own and own[-1] + 1 < len(parts) else "nothing"


def wrong_30_3_list(parts, seen):
    own = [position for position, film in enumerate(parts) if film in seen]
    return parts[own[-1] + 1 : own[-1] + 2] if own else []


def wrong_30_3_all_left(parts, seen):
    own = [position for position, film in enumerate(parts) if film in seen]
    return parts[own[-1] + 1 :] if own else []


def wrong_30_3_largest_number(parts, seen):
    own = [film for film in parts if film in seen]
    if not own:
        return 0
    later = [film for film in parts if film > max(own)]
    return later[0] if later else 0


def wrong_30_3_next_without_default(parts, seen):
    last = max([position for position, film in enumerate(parts) if film in seen], default=len(parts))
    return next(film for position, film in enumerate(parts) if position > last)


def wrong_30_3_after_the_first_in_the_list(parts, seen):
    for position, film in enumerate(parts[:-1]):
        if film in seen:
            return parts[position + 1]
    return 0


def wrong_30_3_largest_number_of_all(parts, seen):
    later = [film for film in parts if seen and film > max(seen)]
    return later[0] if later else 0


def wrong_30_3_counts_all_seen(parts, seen):
    return parts[len(seen)] if 0 < len(seen) < len(parts) else 0


def right_30_3_backwards(parts, seen):
    following = 0
    for film in reversed(parts):
        if film in seen:
            return following
        following = film
    return 0


def right_30_3_pairs(parts, seen):
    answer = 0
    for film, following in zip(parts, [*parts[1:], 0]):
        if film in seen:
            answer = following
    return answer


def right_30_3_numpy(parts, seen):
    own = np.flatnonzero(np.isin(parts, list(seen)))
    return np.array(parts)[own[-1] + 1] if own.size and own[-1] < len(parts) - 1 else 0


def wrong_30_4_between(n_films, film, start, end, day):
    is_open = pd.Series(day, index=film).between(pd.Series(start, film), pd.Series(end, film))
    return np.isin(np.arange(n_films), is_open[is_open].index)


def wrong_30_4_strict(n_films, film, start, end, day):
    return np.isin(np.arange(n_films), film[(start < day) & (day < end)])


def wrong_30_4_shifted(n_films, film, start, end, day):
    return np.isin(np.arange(n_films), film[(start < day) & (day <= end)])


def wrong_30_4_assigned(n_films, film, start, end, day):
    answer = np.zeros(n_films, bool)
    answer[film] = (start <= day) & (day < end)
    return answer


def wrong_30_4_dict(n_films, film, start, end, day):
    windows = {f: (s, e) for f, s, e in zip(film, start, end)}
    return [f in windows and windows[f][0] <= day < windows[f][1] for f in range(n_films)]


def wrong_30_4_first_window(n_films, film, start, end, day):
    answer = []
    for number in range(n_films):
        if number in film:
            at = list(film).index(number)
            answer.append(bool(start[at] <= day < end[at]))
        else:
            answer.append(False)
    return np.array(answer)


def wrong_30_4_all(n_films, film, start, end, day):
    is_open = pd.Series((start <= day) & (day < end)).groupby(film).all()
    return is_open.reindex(range(n_films), fill_value=False).to_numpy()


def wrong_30_4_span(n_films, film, start, end, day):
    first, last = pd.Series(start).groupby(film).min(), pd.Series(end).groupby(film).max()
    return ((first <= day) & (day < last)).reindex(range(n_films), fill_value=False).to_numpy()


def wrong_30_4_default_true(n_films, film, start, end, day):
    is_open = pd.Series((start <= day) & (day < end)).groupby(film).any()
    return is_open.reindex(range(n_films), fill_value=True).to_numpy()


def wrong_30_4_only_start(n_films, film, start, end, day):
    return np.isin(np.arange(n_films), film[start <= day])


def wrong_30_4_only_end(n_films, film, start, end, day):
    return np.isin(np.arange(n_films), film[end > day])


def wrong_30_4_numbers(n_films, film, start, end, day):
    return np.unique(film[(start <= day) & (day < end)])


def wrong_30_4_numbers_repeated(n_films, film, start, end, day):
    return film[(start <= day) & (day < end)]


def wrong_30_4_counts(n_films, film, start, end, day):
    return np.bincount(film[(start <= day) & (day < end)], minlength=n_films)


def wrong_30_4_grouped(n_films, film, start, end, day):
    return pd.Series((start <= day) & (day < end)).groupby(film).any()


def wrong_30_4_swapped(n_films, film, start, end, day):
    return ~np.isin(np.arange(n_films), film[(start <= day) & (day < end)])


def wrong_30_4_mask(n_films, film, start, end, day):
    return (day >= start) & (day < end)


def wrong_30_4_or(n_films, film, start, end, day):
    answer = np.zeros(n_films, bool)
    answer[film[(start <= day) | (day < end)]] = True
    return answer


def wrong_30_4_without_minlength(n_films, film, start, end, day):
    return np.bincount(film[(start <= day) & (day < end)]) > 0


def right_30_4_loop(n_films, film, start, end, day):
    answer = [False] * n_films
    for f, s, e in zip(film, start, end):
        answer[f] = answer[f] or bool(s <= day <= e - 1)
    return answer


def right_30_4_at(n_films, film, start, end, day):
    answer = np.zeros(n_films, bool)
    np.logical_or.at(answer, film, (start <= day) & (day < end))
    return answer


def right_30_4_pandas(n_films, film, start, end, day):
    table = pd.DataFrame({"film": film, "start": start, "end": end}).query("start <= @day < end")
    return pd.Series(np.arange(n_films)).isin(table["film"])


def filled(values, similarity, strength, k, penalty, hide):
    """A page filled position by position; `penalty(film, rows)` and `hide(film, rows)` say what happens to a film."""
    rows = []
    for of_row in values:
        row = []
        while len(row) < k:
            worth = {
                film: (1 - strength) * of_row[film] - strength * penalty(film, rows)
                for film in range(len(of_row))
                if of_row[film] > -np.inf and film not in row and not hide(film, rows)
            }
            if not worth:
                break
            row.append(max(worth, key=worth.get))
        rows.append(row)
    return rows


def flat(rows):
    return [film for row in rows for film in row]


def wrong_30_6_repeats(values, similarity, strength, k):
    def penalty(film, rows):
        return max((similarity[film, other] for other in flat(rows)), default=0)

    return filled(values, similarity, strength, k, penalty, lambda film, rows: False)


def wrong_30_6_last_row_hidden(values, similarity, strength, k):
    def penalty(film, rows):
        return max((similarity[film, other] for other in flat(rows)), default=0)

    return filled(values, similarity, strength, k, penalty, lambda film, rows: bool(rows) and film in rows[-1])


def wrong_30_6_mean(values, similarity, strength, k):
    def penalty(film, rows):
        return np.mean([similarity[film, other] for other in flat(rows)]) if flat(rows) else 0

    return filled(values, similarity, strength, k, penalty, lambda film, rows: film in flat(rows))


def wrong_30_6_sum(values, similarity, strength, k):
    def penalty(film, rows):
        return sum(similarity[film, other] for other in flat(rows))

    return filled(values, similarity, strength, k, penalty, lambda film, rows: film in flat(rows))


def wrong_30_6_min(values, similarity, strength, k):
    def penalty(film, rows):
        return min((similarity[film, other] for other in flat(rows)), default=0)

    return filled(values, similarity, strength, k, penalty, lambda film, rows: film in flat(rows))


def wrong_30_6_row_above(values, similarity, strength, k):
    def penalty(film, rows):
        return max((similarity[film, other] for other in rows[-1]), default=0) if rows else 0

    return filled(values, similarity, strength, k, penalty, lambda film, rows: film in flat(rows))


def wrong_30_6_first_row(values, similarity, strength, k):
    def penalty(film, rows):
        return max((similarity[film, other] for other in rows[0]), default=0) if rows else 0

    return filled(values, similarity, strength, k, penalty, lambda film, rows: film in flat(rows))


def wrong_30_6_no_penalty(values, similarity, strength, k):
    return filled(values, similarity, strength, k, lambda film, rows: 0, lambda film, rows: film in flat(rows))


def wrong_30_6_plus(values, similarity, strength, k):
    def penalty(film, rows):
        return -max((similarity[film, other] for other in flat(rows)), default=0)

    return filled(values, similarity, strength, k, penalty, lambda film, rows: film in flat(rows))


def wrong_30_6_drop_after(values, similarity, strength, k):
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth = worth - strength * similarity[:, used].max(axis=1)
        rows.append([int(film) for film in np.argsort(-worth)[:k] if film not in used and worth[film] > -np.inf])
        used.extend(rows[-1])
    return rows


def wrong_30_6_unfit(values, similarity, strength, k):
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth = worth - strength * similarity[used].max(axis=0)
            worth[used] = -np.inf
        rows.append(np.argsort(-worth, kind="stable")[:k].tolist())
        used += rows[-1]
    return rows


def wrong_30_6_flat(values, similarity, strength, k):
    return flat(right_30_6_by_hand(values, similarity, strength, k))


def wrong_30_6_sorted(values, similarity, strength, k):
    return [sorted(row) for row in right_30_6_by_hand(values, similarity, strength, k)]


def wrong_30_6_forgot_append(values, similarity, strength, k):
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth[used] = -np.inf
        used += np.argsort(-worth)[:k].tolist()
    return rows


def wrong_30_6_forgot_used(values, similarity, strength, k):
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth[used] = -np.inf
        rows.append([int(film) for film in np.argsort(-worth)[:k] if worth[film] > -np.inf])
    return rows


def wrong_30_6_ascending(values, similarity, strength, k):
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth = worth - strength * similarity[used].max(axis=0)
            worth[used] = -np.inf
        best = [int(film) for film in np.argsort(worth) if worth[film] > -np.inf][:k]
        rows.append(best)
        used += best
    return rows


def wrong_30_6_zero(values, similarity, strength, k):
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth = worth - strength * similarity[used].max(axis=0)
            worth[used] = 0
        best = [int(film) for film in np.argsort(-worth, kind="stable")[:k] if worth[film] > -np.inf]
        rows.append(best)
        used += best
    return rows


def scaffold(change):
    """The given lines of the exercise; `change(worth, used, similarity, strength)` returns the worth."""

    def answer(values, similarity, strength, k):
        rows, used = [], []
        for of_row in values:
            worth = change((1 - strength) * of_row, used, similarity, strength)
            best = [int(film) for film in np.argsort(-worth)[:k] if worth[film] > -np.inf]
            rows.append(best)
            used += best
        return rows

    return answer


def hidden(worth, used, value=-np.inf):
    worth = worth.copy()
    if used:
        worth[used] = value
    return worth


wrong_30_6_line_deleted = scaffold(lambda worth, *rest: worth)
wrong_30_6_without_strength = scaffold(
    lambda worth, used, similarity, strength: hidden(worth - (similarity[used].max(axis=0) if used else 0), used)
)
wrong_30_6_same_for_all = scaffold(
    lambda worth, used, similarity, strength: hidden(worth - (strength * similarity[used].max() if used else 0), used)
)
wrong_30_6_without_if = scaffold(
    lambda worth, used, similarity, strength: hidden(worth - strength * similarity[used].max(axis=0), used)
)
wrong_30_6_wrong_axis = scaffold(
    lambda worth, used, similarity, strength: hidden(
        worth - (strength * similarity[used].max(axis=1) if used else 0), used
    )
)


def wrong_30_6_zero_in_any_order(values, similarity, strength, k):
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth = worth - strength * similarity[used].max(axis=0)
            worth[used] = 0
        best = [int(film) for film in np.argsort(worth, kind="stable")[::-1][:k] if worth[film] > -np.inf]
        rows.append(best)
        used += best
    return rows


right_30_6_empty_maximum = scaffold(
    lambda worth, used, similarity, strength: hidden(worth - strength * similarity[used].max(axis=0, initial=0), used)
)


def right_30_6_by_hand(values, similarity, strength, k):
    def penalty(film, rows):
        return max((similarity[film, other] for other in flat(rows)), default=0)

    return filled(values, similarity, strength, k, penalty, lambda film, rows: film in flat(rows))


def right_30_6_arrays(values, similarity, strength, k):
    rows, shown = [], np.zeros(values.shape[1], bool)
    for of_row in values:
        penalty = similarity[:, shown].max(axis=1) if shown.any() else 0
        worth = np.where(shown, -np.inf, (1 - strength) * of_row - strength * penalty)
        order = np.argsort(worth)[::-1]
        order = order[np.isfinite(worth[order])][:k]
        rows.append(order)
        shown[order] = True
    return [row.tolist() for row in rows]


def right_30_6_pandas(values, similarity, strength, k):
    rows = []
    for of_row in values:
        used = flat(rows)
        worth = pd.Series((1 - strength) * of_row).drop(used)
        if used:
            worth = worth - strength * pd.DataFrame(similarity).loc[used].max().drop(used)
        rows.append(worth[worth > -np.inf].nlargest(k).index.tolist())
    return rows


NATURAL = {
    "30.3": [
        (wrong_30_3_first_unseen, "none of the series"),
        (wrong_30_3_first_unseen_if_started, "You offer the first unseen part of"),
        (wrong_30_3_after_first, "after the *first* one"),
        (wrong_30_3_count, "With gaps"),
        (wrong_30_3_position, "You return a position"),
        (wrong_30_3_last_seen, "last part that was seen"),
        (wrong_30_3_no_end, "There may be no part after"),
        (wrong_30_3_no_end_guarded, "There may be no part after"),
        (wrong_30_3_max_of_empty, "no largest position"),
        (wrong_30_3_first_for_newcomers, "You offer the first part to"),
        (wrong_30_3_wraps, "If the last part was seen, you start"),
        (wrong_30_3_minus_one, "You return −1 if there is"),
        (wrong_30_3_text, None),
        (wrong_30_3_list, "You return a list"),
        (wrong_30_3_all_left, "all parts that are left"),
        (wrong_30_3_largest_number, "largest film number"),
        (wrong_30_3_next_without_default, "second argument"),
        (wrong_30_3_after_the_first_in_the_list, "even if the next one was seen"),
        (wrong_30_3_largest_number_of_all, "largest film number in `seen`"),
        (wrong_30_3_counts_all_seen, "count all films in `seen`"),
    ],
    "30.4": [
        (wrong_30_4_between, "day < end"),
        (wrong_30_4_strict, "start <= day"),
        (wrong_30_4_shifted, "Both comparisons are wrong: the day"),
        (wrong_30_4_assigned, "last window of each film"),
        (wrong_30_4_dict, "last window of each film"),
        (wrong_30_4_first_window, "first window of each film"),
        (wrong_30_4_all, "all windows of a film"),
        (wrong_30_4_span, "In the gap"),
        (wrong_30_4_default_true, "without any window"),
        (wrong_30_4_only_start, "You test only whether the window has"),
        (wrong_30_4_only_end, "You test only whether the window is"),
        (wrong_30_4_numbers, "film numbers"),
        (wrong_30_4_numbers_repeated, "film numbers"),
        (wrong_30_4_counts, "You return the number of open"),
        (wrong_30_4_grouped, "leave out the films without"),
        (wrong_30_4_swapped, "True and False are swapped"),
        (wrong_30_4_mask, "for each window"),
        (wrong_30_4_or, "Both must hold"),
        (wrong_30_4_without_minlength, "shape"),
    ],
    "30.6": [
        (wrong_30_6_repeats, "on the page twice"),
        (wrong_30_6_last_row_hidden, "You hide only the films of"),
        (wrong_30_6_mean, "mean similarity"),
        (wrong_30_6_sum, "sum of the similarities"),
        (wrong_30_6_min, "smallest similarity"),
        (wrong_30_6_row_above, "You compare only with the row"),
        (wrong_30_6_first_row, "You compare only with the first"),
        (wrong_30_6_no_penalty, "no penalty"),
        (wrong_30_6_plus, "You add the similarity"),
        (wrong_30_6_drop_after, "Hide them before"),
        (wrong_30_6_unfit, "do not belong"),
        (wrong_30_6_flat, "one list for the whole page"),
        (wrong_30_6_sorted, "another order"),
        (wrong_30_6_forgot_append, "page is empty"),
        (wrong_30_6_forgot_used, "add the films of each row to `used`"),
        (wrong_30_6_line_deleted, "hide the films in `used`"),
        (wrong_30_6_without_strength, "You subtract the similarity without the"),
        (wrong_30_6_same_for_all, "You subtract no penalty for similarity"),
        (wrong_30_6_without_if, "guard with `if used:`"),
        (wrong_30_6_wrong_axis, "wrong axis"),
        (wrong_30_6_zero_in_any_order, "hide used films with 0"),
        (wrong_30_6_ascending, "smallest worth"),
        (wrong_30_6_zero, "hide used films with 0"),
    ],
}
RIGHT = {
    "30.3": [right_30_3_backwards, right_30_3_pairs, right_30_3_numpy],
    "30.4": [right_30_4_loop, right_30_4_at, right_30_4_pandas],
    "30.6": [right_30_6_by_hand, right_30_6_arrays, right_30_6_pandas, right_30_6_empty_maximum],
}
