"""Wrong answers of lesson 13 as people write them, and right ones in an unusual style."""

import numpy as np
import pandas as pd


def wrong_13_2_searchsorted(years, knots):
    out = np.zeros((len(years), len(knots)))
    out[np.arange(len(years)), np.clip(np.searchsorted(knots, years, side="right") - 1, 0, len(knots) - 1)] = 1
    return out


def wrong_13_2_nearest(years, knots):
    out = []
    for year in years:
        row = [0.0] * len(knots)
        row[min(range(len(knots)), key=lambda j: abs(knots[j] - year))] = 1.0
        out.append(row)
    return out


def wrong_13_2_rows(years, knots):
    return [np.interp(years, knots, row) for row in np.eye(len(knots))]


def wrong_13_2_outside(years, knots):
    out = np.zeros((len(years), len(knots)))
    for i, year in enumerate(years):
        for j in range(len(knots) - 1):
            if knots[j] <= year <= knots[j + 1]:
                share = (year - knots[j]) / (knots[j + 1] - knots[j])
                out[i, j], out[i, j + 1] = 1 - share, share
    return out


def wrong_13_2_swapped(years, knots):
    out = np.zeros((len(years), len(knots)))
    for i, year in enumerate(np.clip(years, knots[0], knots[-1])):
        j = max(np.searchsorted(knots, year), 1)
        share = (year - knots[j - 1]) / (knots[j] - knots[j - 1])
        if share in (0, 1):
            out[i, j - 1 + int(share)] = 1
        else:
            out[i, j - 1], out[i, j] = share, 1 - share
    return out


def wrong_13_2_distance(years, knots):
    return abs(np.asarray(years)[:, None] - np.asarray(knots)[None, :])


def wrong_13_2_one_number(years, knots):
    return np.interp(years, knots, range(len(knots)))


def wrong_13_2_extrapolated(years, knots):
    above = np.clip(np.searchsorted(knots, years), 1, len(knots) - 1)
    share = (years - knots[above - 1]) / (knots[above] - knots[above - 1])
    out = np.zeros((len(years), len(knots)))
    out[np.arange(len(years)), above - 1] = 1 - share
    out[np.arange(len(years)), above] = share
    return out


def wrong_13_2_strict(years, knots):
    out = np.zeros((len(years), len(knots)))
    for i, year in enumerate(years):
        if year < knots[0]:
            out[i, 0] = 1
        if year > knots[-1]:
            out[i, -1] = 1
        for j in range(len(knots) - 1):
            if knots[j] < year < knots[j + 1]:
                out[i, j + 1] = (year - knots[j]) / (knots[j + 1] - knots[j])
                out[i, j] = 1 - out[i, j + 1]
    return out


def wrong_13_2_inverse_distance(years, knots):
    nearness = 1 / (np.abs(years[:, None] - knots) + 1e-9)
    return nearness / nearness.sum(axis=1, keepdims=True)


def wrong_13_2_whole_table(years, knots):
    return np.interp(years, knots, np.eye(len(knots)))


def wrong_13_2_arguments(years, knots):
    return np.column_stack([np.interp(knots, years, row) for row in np.eye(len(knots))])


def wrong_13_2_fixed_width(years, knots):
    return np.maximum(0, 1 - np.abs(years[:, None] - knots) / 5)


def right_13_2_clipped(years, knots):
    return pd.DataFrame(wrong_13_2_extrapolated(np.clip(years, knots[0], knots[-1]), knots)).astype("float32")


def right_13_2_hats(years, knots):
    out = pd.DataFrame(index=range(len(years)), columns=range(len(knots)), dtype=float)
    for j in out:
        heights = np.zeros(len(knots))
        heights[j] = 1
        out[j] = np.interp(years, knots, heights)
    return out


def right_13_2_loop(years, knots):
    rows = []
    for year in years:
        row = [0.0] * len(knots)
        if year <= knots[0]:
            row[0] = 1.0
        elif year >= knots[-1]:
            row[-1] = 1.0
        else:
            j = int(np.searchsorted(knots, year, side="right"))
            row[j] = float((year - knots[j - 1]) / (knots[j] - knots[j - 1]))
            row[j - 1] = 1 - row[j]
        rows.append(row)
    return rows


def wrong_13_4_mean(history, features):
    return np.mean(features[history], axis=1)


def wrong_13_4_length(history, features):
    total = np.zeros((len(history), features.shape[1]))
    for i, row in enumerate(history):
        for film in row:
            if film != 0:
                total[i] += features[film]
    return total / len(history[0])


def wrong_13_4_sum(history, features):
    return np.array([features[row[row > 0]].sum(axis=0) for row in history])


def wrong_13_4_nan(history, features):
    return np.array([features[row[row > 0]].sum(axis=0) / (row > 0).sum() for row in history])


def wrong_13_4_plus(history, features):
    is_real = history > 0
    return (features[history] * is_real[..., None]).sum(1) / (is_real.sum(1, keepdims=True) + 1)


def wrong_13_4_mask_late(history, features):
    return features[history].sum(axis=1) / np.maximum((history > 0).sum(axis=1), 1)[:, None]


def wrong_13_4_last(history, features):
    return features[history[:, -1]]


def wrong_13_4_axis(history, features):
    return (features[history] * (history > 0)[:, :, None]).sum(axis=2)


def wrong_13_4_unique(history, features):
    out = []
    for row in history:
        films = sorted(set(row.tolist()) - {0})
        out.append(features[films].mean(axis=0) if films else np.zeros(features.shape[1]))
    return np.array(out)


def wrong_13_4_zeroed_table_only_sum(history, features):
    table = features.copy()
    table[0] = 0
    return table[history].mean(axis=1)


def wrong_13_4_sum_of_indices(history, features):
    total = (features[history] * (history > 0)[:, :, None]).sum(axis=1)
    return total / np.maximum(history.sum(axis=1, keepdims=True), 1)


def wrong_13_4_shifted(history, features):
    out = np.zeros((len(history), features.shape[1]))
    for i, row in enumerate(history):
        if (row > 0).any():
            out[i] = features[row[row > 0] - 1].mean(axis=0)
    return out


def wrong_13_4_nan_to_num(history, features):
    return np.nan_to_num(features[history].sum(axis=1) / (history > 0).sum(axis=1, keepdims=True))


def right_13_4_nanmean(history, features):
    real = np.where((history > 0)[:, :, None], features[history], np.nan)
    return np.nan_to_num(np.array([np.nanmean(row, axis=0) if not np.isnan(row).all() else row[0] for row in real]))


def right_13_4_zeroes_its_input(history, features):
    features[0] = 0
    return np.einsum("blf->bf", features[history]) / np.maximum((history > 0).sum(1), 1)[:, None]


def right_13_4_table(history, features):
    table = features.copy()
    table[0] = 0
    return table[history].sum(axis=1) / np.maximum((history > 0).sum(axis=1, keepdims=True), 1)


def right_13_4_loop(history, features):
    out = []
    for row in history:
        films = [f for f in row if f]
        out.append(
            [float(np.mean([features[f][j] for f in films])) if films else 0.0 for j in range(features.shape[1])]
        )
    return out


def right_13_4_weights(history, features):
    counts = np.zeros((len(history), len(features)))
    np.add.at(counts, (np.arange(len(history))[:, None], history), 1)
    counts[:, 0] = 0
    return counts / np.maximum(counts.sum(1, keepdims=True), 1) @ features


def hits(film):
    return (film[:, None] == film[None, :]) & ~np.eye(len(film), dtype=bool)


def wrong_13_5_plus(scores, film, log_probability):
    logits = scores + log_probability[film]
    logits[hits(film)] = -1e9
    return logits


def wrong_13_5_rows(scores, film, log_probability):
    logits = scores - log_probability[film].reshape(-1, 1)
    logits[hits(film)] = -1e9
    return logits


def wrong_13_5_diagonal(scores, film, log_probability):
    logits = scores - log_probability[film]
    logits[film[:, None] == film] = -1e9
    return logits


def wrong_13_5_no_mask(scores, film, log_probability):
    return scores - np.take(log_probability, film)


def wrong_13_5_no_logq(scores, film, log_probability):
    out = scores.copy()
    out[hits(film)] = -1e9
    return out


def wrong_13_5_negatives_only(scores, film, log_probability):
    logits = scores - log_probability[film]
    logits[np.diag_indices(len(film))] = np.diag(scores)
    logits[hits(film)] = -1e9
    return logits


def wrong_13_5_probability(scores, film, log_probability):
    logits = scores - np.exp(log_probability[film])
    logits[hits(film)] = -1e9
    return logits


def wrong_13_5_inf(scores, film, log_probability):
    return np.where(hits(film), -np.inf, scores - log_probability[film])


def wrong_13_5_zero(scores, film, log_probability):
    return (scores - log_probability[film]) * ~hits(film)


def wrong_13_5_softmax(scores, film, log_probability):
    logits = np.where(hits(film), -1e9, scores - log_probability[film])
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def wrong_13_5_plus_no_mask(scores, film, log_probability):
    return scores + log_probability[film]


def wrong_13_5_log_softmax(scores, film, log_probability):
    logits = np.where(hits(film), -1e9, scores - log_probability[film])
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def wrong_13_5_other_films(scores, film, log_probability):
    return np.where(film[:, None] != film, -1e9, scores - log_probability[film])


def wrong_13_5_upper(scores, film, log_probability):
    logits = scores - log_probability[film]
    for i in range(len(film)):
        for j in range(i + 1, len(film)):
            if film[i] == film[j]:
                logits[i, j] = -1e9
    return logits


def wrong_13_5_duplicates(scores, film, log_probability):
    logits = scores - log_probability[film]
    logits[:, pd.Series(film).duplicated()] = -1e9
    return logits


def wrong_13_5_row_numbers(scores, film, log_probability):
    logits = scores - log_probability[film]
    for i in range(len(film)):
        logits[i, film == i] = -1e9
    return logits


def wrong_13_5_both(scores, film, log_probability):
    logits = scores - log_probability[film] - log_probability[film][:, None]
    logits[hits(film)] = -1e9
    return logits


def wrong_13_5_divided(scores, film, log_probability):
    return np.where(hits(film), -1e9, scores / np.exp(log_probability[film]))


def right_13_5_masked_by_addition(scores, film, log_probability):
    return scores - log_probability[film] - 1e9 * hits(film)


def right_13_5_loop(scores, film, log_probability):
    out = np.empty(scores.shape)
    for i in range(len(film)):
        for j in range(len(film)):
            out[i, j] = scores[i, j] - log_probability[film[j]]
            if i != j and film[i] == film[j]:
                out[i, j] = -1e9
    return out.tolist()


def right_13_5_fill(scores, film, log_probability):
    logits = (scores.T - log_probability[film][:, None]).T
    mask = film.reshape(-1, 1) == film.reshape(1, -1)
    np.fill_diagonal(mask, False)
    logits[mask] = -1e9
    return logits


def wrong_13_7_content(content, id_vectors, counts):
    return content.copy()


def wrong_13_7_ids(content, id_vectors, counts):
    return id_vectors * (counts > 0)[:, None]


def wrong_13_7_inverted(content, id_vectors, counts):
    return np.where((counts > 0)[:, None], content, content + id_vectors)


def wrong_13_7_more_than_one(content, id_vectors, counts):
    out = content.copy()
    out[counts > 1] += id_vectors[counts > 1]
    return out


def wrong_13_7_either(content, id_vectors, counts):
    return np.where((counts > 0)[:, None], id_vectors, content)


def wrong_13_7_zero(content, id_vectors, counts):
    out = content + id_vectors
    out[counts == 0] = 0
    return out


def wrong_13_7_dropped(content, id_vectors, counts):
    known = counts > 0
    return content[known] + id_vectors[known]


def wrong_13_7_counts(content, id_vectors, counts):
    return content + counts[:, None] * id_vectors


def wrong_13_7_mean(content, id_vectors, counts):
    ids = id_vectors.copy()
    ids[counts == 0] = id_vectors[counts > 0].mean(axis=0)
    return content + ids


def wrong_13_7_mean_of_both(content, id_vectors, counts):
    return np.where((counts > 0)[:, None], (content + id_vectors) / 2, content)


def wrong_13_7_padding_only(content, id_vectors, counts):
    out = content + id_vectors
    out[0] = content[0]
    return out


def wrong_13_7_padding_zero(content, id_vectors, counts):
    out = content + id_vectors * (counts > 0)[:, None]
    out[0] = 0
    return out


def wrong_13_7_mean_content(content, id_vectors, counts):
    out = content + id_vectors
    out[counts == 0] = content[counts > 0].mean(axis=0)
    return out


def right_13_7_sign(content, id_vectors, counts):
    return (content.T + id_vectors.T * np.sign(counts)).T


def right_13_7_in_place(content, id_vectors, counts):
    ids = id_vectors.copy()
    ids[counts == 0] = 0
    return content + ids


def right_13_7_loop(content, id_vectors, counts):
    return [c + i if n else c for c, i, n in zip(content, id_vectors, counts)]


def wrong_13_9_zero_based(warm, cold, slots, k):
    w, c = iter(warm), iter(cold)
    return [next(c) if i in slots else next(w) for i in range(k)]


def wrong_13_9_overwritten(warm, cold, slots, k):
    out = warm[:k]
    for film, slot in zip(cold, slots):
        out[slot - 1] = film
    return out


def wrong_13_9_end(warm, cold, slots, k):
    return (warm[: k - len(slots)] + cold)[:k]


def wrong_13_9_head(warm, cold, slots, k):
    return (cold[: len(slots)] + warm)[:k]


def wrong_13_9_too_long(warm, cold, slots, k):
    out = warm[:k]
    for film, slot in zip(cold, slots):
        out.insert(slot - 1, film)
    return out


def wrong_13_9_same(warm, cold, slots, k):
    w = iter(warm)
    return [cold[0] if p in slots else next(w) for p in range(1, k + 1)]


def wrong_13_9_appended(warm, cold, slots, k):
    return warm[:k] + cold[: len(slots)]


def wrong_13_9_inverted(warm, cold, slots, k):
    w, c = iter(warm), iter(cold)
    return [next(w) if p in slots else next(c) for p in range(1, k + 1)]


def wrong_13_9_positions_of_both(warm, cold, slots, k):
    return [cold[p - 1] if p in slots else warm[p - 1] for p in range(1, k + 1)]


def wrong_13_9_new_iterators(warm, cold, slots, k):
    return [next(iter(cold)) if p in slots else next(iter(warm)) for p in range(1, k + 1)]


def wrong_13_9_pop(warm, cold, slots, k):
    return [cold.pop() if p in slots else warm.pop() for p in range(1, k + 1)]


def wrong_13_9_never_cut(warm, cold, slots, k):
    for film, slot in zip(cold, slots):
        warm.insert(slot - 1, film)
    return warm


def right_13_9_pop(warm, cold, slots, k):
    return tuple(cold.pop(0) if p in slots else warm.pop(0) for p in range(1, k + 1))


def right_13_9_insert(warm, cold, slots, k):
    out = warm[: k - len(slots)]
    for film, slot in zip(cold, sorted(slots)):
        out.insert(slot - 1, film)
    return out


def right_13_9_array(warm, cold, slots, k):
    out = np.zeros(k, int)
    at = np.array(slots, int) - 1
    out[at] = cold[: len(slots)]
    out[np.setdiff1d(np.arange(k), at)] = warm[: k - len(slots)]
    return out


NATURAL = {
    "13.2": [
        (wrong_13_2_searchsorted, "on the knot below"),
        (wrong_13_2_nearest, "on the nearest knot"),
        (wrong_13_2_rows, "one row for each year"),
        (wrong_13_2_outside, "get rows of zeros"),
        (wrong_13_2_swapped, "shares are swapped"),
        (wrong_13_2_distance, "These are distances"),
        (wrong_13_2_one_number, "one number for each year"),
        (wrong_13_2_extrapolated, "below 0 or above 1"),
        (wrong_13_2_strict, "itself a knot"),
        (wrong_13_2_inverse_distance, "Every knot gets a share"),
        (wrong_13_2_whole_table, "one row of heights at a time"),
        (wrong_13_2_arguments, "one row of heights at a time"),
        (wrong_13_2_fixed_width, None),
    ],
    "13.4": [
        (wrong_13_4_mean, "and it is not a film"),
        (wrong_13_4_length, "length of the row"),
        (wrong_13_4_sum, "That is the sum"),
        (wrong_13_4_nan, "0 / 0"),
        (wrong_13_4_plus, "one more than the number"),
        (wrong_13_4_mask_late, "included in the sum"),
        (wrong_13_4_last, "only the last entry"),
        (wrong_13_4_axis, "axis 2"),
        (wrong_13_4_unique, "each film once"),
        (wrong_13_4_zeroed_table_only_sum, "length of the row"),
        (wrong_13_4_sum_of_indices, "sum of the film indices"),
        (wrong_13_4_shifted, "shift the indices"),
        (wrong_13_4_nan_to_num, "nan_to_num"),
    ],
    "13.5": [
        (wrong_13_5_plus, "sign of the logQ"),
        (wrong_13_5_rows, "correct by row"),
        (wrong_13_5_diagonal, "diagonal is masked as well"),
        (wrong_13_5_no_mask, "still count"),
        (wrong_13_5_no_logq, "correction is missing"),
        (wrong_13_5_negatives_only, "negatives only"),
        (wrong_13_5_probability, "subtract the probability itself"),
        (wrong_13_5_inf, "minus infinity"),
        (wrong_13_5_zero, "hits to 0"),
        (wrong_13_5_softmax, "These are probabilities"),
        (wrong_13_5_plus_no_mask, "Two mistakes"),
        (wrong_13_5_log_softmax, "log of a softmax"),
        (wrong_13_5_other_films, "real negatives"),
        (wrong_13_5_upper, "above or below the diagonal only"),
        (wrong_13_5_duplicates, "for *all* users"),
        (wrong_13_5_row_numbers, "with row numbers"),
        (wrong_13_5_both, "log π twice"),
        (wrong_13_5_divided, "divide by the probability"),
    ],
    "13.7": [
        (wrong_13_7_content, "gone for all films"),
        (wrong_13_7_ids, "The content is gone"),
        (wrong_13_7_inverted, "wrong way round"),
        (wrong_13_7_more_than_one, "one rating"),
        (wrong_13_7_either, "lost their content"),
        (wrong_13_7_zero, "became zero"),
        (wrong_13_7_dropped, "left out of the result"),
        (wrong_13_7_counts, "multiply by the counts"),
        (wrong_13_7_mean, "mean id vector"),
        (wrong_13_7_mean_of_both, "the mean of content and id vector"),
        (wrong_13_7_padding_only, "Only padding lost"),
        (wrong_13_7_padding_zero, "row 0, padding, became zero"),
        (wrong_13_7_mean_content, "mean content"),
    ],
    "13.9": [
        (wrong_13_9_zero_based, "count positions from 0"),
        (wrong_13_9_overwritten, "lost at each slot"),
        (wrong_13_9_end, "at the end"),
        (wrong_13_9_head, "at the start"),
        (wrong_13_9_too_long, "longer than k"),
        (wrong_13_9_same, "same cold film"),
        (wrong_13_9_appended, "append the cold films after k"),
        (wrong_13_9_inverted, "wrong way round"),
        (wrong_13_9_positions_of_both, "at the position itself"),
        (wrong_13_9_new_iterators, "create the two iterators once"),
        (wrong_13_9_pop, "`pop()` takes the last film"),
        (wrong_13_9_never_cut, "grew longer than k"),
    ],
}

RIGHT = {
    "13.2": [right_13_2_hats, right_13_2_loop, right_13_2_clipped],
    "13.4": [
        right_13_4_table,
        right_13_4_loop,
        right_13_4_weights,
        right_13_4_nanmean,
        right_13_4_zeroes_its_input,
    ],
    "13.5": [right_13_5_loop, right_13_5_fill, right_13_5_masked_by_addition],
    "13.7": [right_13_7_in_place, right_13_7_loop, right_13_7_sign],
    "13.9": [right_13_9_insert, right_13_9_array, right_13_9_pop],
}
