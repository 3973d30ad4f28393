"""Natural answers of lesson 03: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np
import pandas as pd

K = ["user_id", "item_id"]


def wrong_03_3_no_sort(frame):
    return frame.drop_duplicates(K, keep="last")


def wrong_03_3_first(frame):
    return frame.sort_values("timestamp").drop_duplicates(K)


def wrong_03_3_all_columns(frame):
    return frame.sort_values("timestamp").drop_duplicates(keep="last")


def wrong_03_3_user(frame):
    return frame.sort_values("timestamp").drop_duplicates("user_id", keep="last")


def wrong_03_3_item(frame):
    return frame.sort_values("timestamp").drop_duplicates("item_id", keep="last")


def wrong_03_3_max_of_each(frame):
    return frame.groupby(K, as_index=False).max()


def wrong_03_3_max_index(frame):
    return frame.groupby(K).max()


def wrong_03_3_keep_false(frame):
    return frame.drop_duplicates(K, keep=False)


def wrong_03_3_mean(frame):
    return frame.groupby(K, as_index=False).mean()


def wrong_03_3_last_unsorted(frame):
    return frame.groupby(K, as_index=False).last()


def wrong_03_3_rating(frame):
    return frame.sort_values("rating").drop_duplicates(K, keep="last")


def wrong_03_3_inplace(frame):
    frame.sort_values("timestamp", inplace=True)
    return frame.drop_duplicates(K, keep="last")


def wrong_03_3_desc_last(frame):
    return frame.sort_values("timestamp", ascending=False).drop_duplicates(K, keep="last")


def wrong_03_3_mask(frame):
    return frame.duplicated(K, keep="last")


def wrong_03_3_idxmax_only(frame):
    return frame.groupby(K)["timestamp"].idxmax()


def right_03_3_idxmax(frame):
    return frame.loc[frame.groupby(K)["timestamp"].idxmax()]


def right_03_3_desc_first(frame):
    return frame.sort_values("timestamp", ascending=False).drop_duplicates(K).reset_index(drop=True)


def right_03_3_transform(frame):
    return frame[frame["timestamp"] == frame.groupby(K)["timestamp"].transform("max")]


def wrong_03_5_brackets(train, other):
    s = train.std(axis=0)
    s = np.where(s == 0, 1, s)
    return other - train.mean(axis=0) / s


def wrong_03_5_own(train, other):
    return (other - other.mean(axis=0)) / other.std(axis=0)


def wrong_03_5_own_std(train, other):
    s = other.std(axis=0)
    return (other - train.mean(axis=0)) / np.where(s == 0, 1, s)


def wrong_03_5_own_mean(train, other):
    s = train.std(axis=0)
    return (other - other.mean(axis=0)) / np.where(s == 0, 1, s)


def wrong_03_5_ddof(train, other):
    s = train.std(axis=0, ddof=1)
    return (other - train.mean(axis=0)) / np.where(s == 0, 1, s)


def wrong_03_5_var(train, other):
    s = train.var(axis=0)
    return (other - train.mean(axis=0)) / np.where(s == 0, 1, s)


def wrong_03_5_axis1(train, other):
    return (other - train.mean(axis=1)[0]) / train.std(axis=1)[0]


def wrong_03_5_eps(train, other):
    return (other - train.mean(axis=0)) / (train.std(axis=0) + 1e-7)


def wrong_03_5_eps_big(train, other):
    return (other - train.mean(axis=0)) / (train.std(axis=0) + 1e-3)


def wrong_03_5_constant_zero(train, other):
    s = train.std(axis=0)
    return np.where(s == 0, 0, (other - train.mean(axis=0)) / np.where(s == 0, 1, s))


def wrong_03_5_not_handled(train, other):
    return (other - train.mean(axis=0)) / train.std(axis=0)


def wrong_03_5_times(train, other):
    return (other - train.mean(axis=0)) * train.std(axis=0)


def wrong_03_5_reversed(train, other):
    s = train.std(axis=0)
    return (train.mean(axis=0) - other) / np.where(s == 0, 1, s)


def wrong_03_5_median(train, other):
    s = train.std(axis=0)
    return (other - np.median(train, axis=0)) / np.where(s == 0, 1, s)


def wrong_03_5_whole(train, other):
    return (other - train.mean()) / train.std()


def wrong_03_5_train_scaled(train, other):
    s = train.std(axis=0)
    return (train - train.mean(axis=0)) / np.where(s == 0, 1, s)


def right_03_5_pandas(train, other):
    t, o = pd.DataFrame(train), pd.DataFrame(other)
    return (o - t.mean()) / t.std(ddof=0).replace(0, 1)


def right_03_5_loop(train, other):
    out = np.zeros(np.shape(other))
    for j, c in enumerate(train.T):
        s = np.sqrt(np.mean((c - np.mean(c)) ** 2))
        out[:, j] = (other[:, j] - np.mean(c)) / (s or 1)
    return out.tolist()


def wrong_03_7_in_text(genres, vocabulary):
    return np.array([[int(v in t) for v in vocabulary] for t in genres])


def wrong_03_7_sorted(genres, vocabulary):
    v = sorted(vocabulary)
    return np.array([[int(x in t.split("|")) for x in v] for t in genres])


def wrong_03_7_crash(genres, vocabulary):
    out = np.zeros((len(genres), len(vocabulary)))
    for r, t in enumerate(genres):
        for x in t.split("|"):
            out[r, vocabulary.index(x)] = 1
    return out


def wrong_03_7_dummies(genres, vocabulary):
    return pd.Series(genres).str.get_dummies("|").to_numpy()


def wrong_03_7_reindex_nan(genres, vocabulary):
    return pd.Series(genres).str.get_dummies("|").reindex(columns=vocabulary).to_numpy()


def wrong_03_7_first_only(genres, vocabulary):
    return np.array([[int(x == t.split("|")[0]) for x in vocabulary] for t in genres])


def wrong_03_7_equal(genres, vocabulary):
    return np.array([[int(x == t) for x in vocabulary] for t in genres])


def wrong_03_7_T(genres, vocabulary):
    return np.array([[int(x in t.split("|")) for t in genres] for x in vocabulary])


def wrong_03_7_share(genres, vocabulary):
    return np.array([[(x in t.split("|")) / len(t.split("|")) for x in vocabulary] for t in genres])


def wrong_03_7_index(genres, vocabulary):
    return np.array([[vocabulary.index(x) + 1 if x in t.split("|") else 0 for x in vocabulary] for t in genres])


def wrong_03_7_sum(genres, vocabulary):
    return np.array([sum(x in t.split("|") for t in genres) for x in vocabulary])


def wrong_03_7_find_minus1(genres, vocabulary):
    out = np.zeros((len(genres), len(vocabulary)), int)
    for r, t in enumerate(genres):
        for x in t.split("|"):
            out[r, vocabulary.index(x) if x in vocabulary else -1] = 1
    return out


def wrong_03_7_unknown_column(genres, vocabulary):
    return np.array(
        [[int(x in t.split("|")) for x in vocabulary] + [int(not set(t.split("|")) <= set(vocabulary))] for t in genres]
    )


def wrong_03_7_comma(genres, vocabulary):
    return np.array([[int(x in t.split(",")) for x in vocabulary] for t in genres])


def wrong_03_7_last_row_only(genres, vocabulary):
    out = np.zeros((len(genres), len(vocabulary)), int)
    for _, t in enumerate(genres):
        row = np.zeros(len(vocabulary), int)
        for x in t.split("|"):
            if x in vocabulary:
                row[vocabulary.index(x)] = 1
    out[len(genres) - 1] = row
    return out


def right_03_7_reindex(genres, vocabulary):
    return pd.Series(genres).str.get_dummies("|").reindex(columns=vocabulary, fill_value=0)


def right_03_7_bool(genres, vocabulary):
    return [[v in set(t.split("|")) for v in vocabulary] for t in genres]


def wrong_03_9_front(histories, length):
    return np.array([[0] * (length - len(h[-length:])) + h[-length:] for h in histories])


def wrong_03_9_oldest(histories, length):
    return np.array([h[:length] + [0] * (length - len(h[:length])) for h in histories])


def wrong_03_9_reversed(histories, length):
    return np.array([h[::-1][:length] + [0] * (length - len(h[:length])) for h in histories])


def wrong_03_9_nocut(histories, length):
    p = np.zeros((len(histories), length), int)
    for r, h in enumerate(histories):
        p[r, : len(h)] = h
    return p


def wrong_03_9_minus_one(histories, length):
    p = np.zeros((len(histories), length), int) - 1
    for r, h in enumerate(histories):
        k = h[-length:]
        p[r, : len(k)] = k
    return p


def wrong_03_9_one_long(histories, length):
    p = np.zeros((len(histories), length + 1), int)
    for r, h in enumerate(histories):
        k = h[-length:]
        p[r, : len(k)] = k
    return p


def wrong_03_9_return_inside(histories, length):
    p = np.zeros((len(histories), length), int)
    for r, h in enumerate(histories):
        k = h[-length:]
        p[r, : len(k)] = k
        return p
    return p


def wrong_03_9_ragged(histories, length):
    return [h[-length:] for h in histories]


def wrong_03_9_unfilled(histories, length):
    return np.zeros((len(histories), length), int)


def wrong_03_9_fill_front_slice(histories, length):
    p = np.zeros((len(histories), length), int)
    for r, h in enumerate(histories):
        k = h[-length:]
        if k:
            p[r, -len(k) :] = k
    return p


def wrong_03_9_sorted(histories, length):
    p = np.zeros((len(histories), length), int)
    for r, h in enumerate(histories):
        k = sorted(h[-length:])
        p[r, : len(k)] = k
    return p


def wrong_03_9_repeat(histories, length):
    return np.array([np.resize(h[-length:], length) if h else [0] * length for h in histories])


def wrong_03_9_always_row0(histories, length):
    p = np.zeros((len(histories), length), int)
    for h in histories:
        k = h[-length:]
        p[0, : len(k)] = k
    return p


def right_03_9_lists(histories, length):
    return [(h[-length:] + [0] * length)[:length] for h in histories]


def right_03_9_pad(histories, length):
    return np.stack([np.pad(np.array(h[-length:], float), (0, length - len(h[-length:]))) for h in histories])


def wrong_03_10_last(padded):
    return padded[:, -1]


def wrong_03_10_max(padded):
    return padded.max(axis=1)


def wrong_03_10_first(padded):
    return padded[np.arange(len(padded)), (padded != 0).argmax(axis=1)]


def wrong_03_10_given_variant(padded):
    n = (padded > 0).sum(axis=1)
    return padded[np.arange(len(padded)), n - 1]


def wrong_03_10_flip(padded):
    return padded[np.arange(len(padded)), (padded[:, ::-1] != 0).argmax(axis=1)]


def wrong_03_10_one_off(padded):
    last = padded.shape[1] - (padded[:, ::-1] != 0).argmax(axis=1)
    return padded[np.arange(len(padded)), np.minimum(last, padded.shape[1] - 1)]


def wrong_03_10_position(padded):
    return (np.arange(padded.shape[1]) * (padded != 0)).max(axis=1)


def wrong_03_10_side_of_table(padded):
    n = (padded != 0).sum(axis=1)
    return padded[:, -1] if (padded[:, -1] != 0).any() else padded[np.arange(len(padded)), n - 1]


def wrong_03_10_first_cell(padded):
    n = (padded != 0).sum(axis=1)
    return padded[np.arange(len(padded)), n - 1] if padded[0, 0] != 0 else padded[:, -1]


def wrong_03_10_column(padded):
    return np.array([[r[r != 0][-1]] for r in padded])


def wrong_03_10_all(padded):
    return padded[:, (np.arange(padded.shape[1]) * (padded != 0)).max(axis=1)]


def wrong_03_10_sum(padded):
    return padded.sum(axis=1)


def right_03_10_loop(padded):
    return [int(r[r > 0][-1]) for r in padded]


def right_03_10_each_side(padded):
    n = (padded != 0).sum(axis=1)
    return np.where(padded[:, -1] != 0, padded[:, -1], padded[np.arange(len(padded)), n - 1])


PAIR = ["user_id", "item_id"]


def wrong_03_3_also_groupby_max(f):
    return f.groupby(PAIR, as_index=False).max()


def wrong_03_3_also_item_only(f):
    return f.sort_values("timestamp").drop_duplicates("item_id", keep="last")


def wrong_03_3_also_dup_mask(f):
    f = f.sort_values("timestamp")
    return f[f.duplicated(PAIR, keep="last")]


def wrong_03_3_also_subset_rating(f):
    return f.sort_values("timestamp").drop_duplicates([*PAIR, "rating"], keep="last")


def wrong_03_3_also_mean(f):
    return f.groupby(PAIR, as_index=False).mean()


def wrong_03_3_also_global_max(f):
    return f[f["timestamp"] == f["timestamp"].max()]


def right_03_3_also_records(f):
    best = {}
    for r in f.to_dict("records"):
        k = (r["user_id"], r["item_id"])
        if k not in best or best[k]["timestamp"] < r["timestamp"]:
            best[k] = r
    return pd.DataFrame(best.values())


def right_03_3_also_groupby_tail(f):
    return f.sort_values("timestamp").groupby(PAIR).tail(1)


def right_03_3_also_lexsort_np(f):
    a = f.sort_values([*PAIR, "timestamp"])
    u = a["user_id"].to_numpy()
    i = a["item_id"].to_numpy()
    last = np.append((u[1:] != u[:-1]) | (i[1:] != i[:-1]), True)
    return a[last]


def right_03_3_also_agg_last(f):
    return f.sort_values("timestamp").groupby(PAIR).last().reset_index()


def wrong_03_5_also_first(t, o):
    return (o - t[0]) / t.std(axis=0)


def wrong_03_5_also_only_div(t, o):
    return o / t.std(axis=0)


def wrong_03_5_also_mean_global(t, o):
    return (o - t.mean()) / np.where(t.std(axis=0) == 0, 1, t.std(axis=0))


def wrong_03_5_also_std_global(t, o):
    return (o - t.mean(axis=0)) / t.std()


def wrong_03_5_also_maxabs(t, o):
    return o / np.abs(t).max(axis=0)


def right_03_5_also_einsum(t, o):
    d = t - t.mean(0)
    v = np.einsum("ij,ij->j", d, d) / len(t)
    s = v**0.5
    return (o - t.mean(0)) / (s + (s == 0))


def right_03_5_also_gen(t, o):
    return list(map(list, zip(*((oc - tc.mean()) / (tc.std() or 1) for tc, oc in zip(t.T, o.T)))))


def right_03_5_also_f32(t, o):
    t, o = (t.astype("float32"), o.astype("float32"))
    s = t.std(0)
    s[s == 0] = 1
    return (o - t.mean(0)) / s


def wrong_03_7_also_return_inside(g, v):
    out = np.zeros((len(g), len(v)))
    for r, t in enumerate(g):
        for n in t.split("|"):
            if n in v:
                out[r, v.index(n)] = 1
        return out


def wrong_03_7_also_break(g, v):
    out = np.zeros((len(g), len(v)))
    for r, t in enumerate(g):
        for n in t.split("|"):
            if n not in v:
                break
            out[r, v.index(n)] = 1
    return out


def wrong_03_7_also_find0(g, v):
    out = np.zeros((len(g), len(v)))
    for r, t in enumerate(g):
        for n in t.split("|"):
            out[r, v.index(n) if n in v else 0] = 1
    return out


def wrong_03_7_also_split_space(g, v):
    return np.array([[int(n in t.split()) for n in v] for t in g])


def wrong_03_7_also_skiprow(g, v):
    return np.array([[int(n in t.split("|") and set(t.split("|")) <= set(v)) for n in v] for t in g])


def wrong_03_7_also_minus1(g, v):
    return 2 * np.array([[int(n in t.split("|")) for n in v] for t in g]) - 1


def wrong_03_7_also_startswith(g, v):
    return np.array([[int(t.startswith(n)) for n in v] for t in g])


def right_03_7_also_df(g, v):
    return pd.DataFrame({n: [float(n in t.split("|")) for t in g] for n in v})


def right_03_7_also_eye(g, v):
    e = np.vstack([np.eye(len(v)), np.zeros(len(v))])
    return np.array([e[[v.index(n) if n in v else -1 for n in t.split("|")]].max(0) for t in g])


def wrong_03_9_also_offby1(h, length):
    p = np.zeros((len(h), length), int)
    for r, x in enumerate(h):
        k = x[-length:][:-1]
        p[r, : len(k)] = k
    return p


def wrong_03_9_also_len_from_one(h, length):
    p = np.zeros((len(h), length), int)
    for r, x in enumerate(h):
        k = x[-length + 1 :]
        p[r, : len(k)] = k
    return p


def wrong_03_9_also_pad_then_cut_last(h, length):
    m = max(max(map(len, h)), length)
    a = np.array([x + [0] * (m - len(x)) for x in h])
    return a[:, -length:]


def wrong_03_9_also_repeat_last(h, length):
    return np.array([x[-length:] + [x[-1] if x else 0] * (length - len(x[-length:])) for x in h])


def wrong_03_9_also_is_real(h, length):
    return np.array([x[-length:] + [0] * (length - len(x[-length:])) for x in h]) > 0


def wrong_03_9_also_pad_then_cut(h, length):
    m = max(map(len, h))
    a = np.array([x + [0] * (m - len(x)) for x in h])
    return a[:, :length] if m >= length else np.pad(a, ((0, 0), (0, length - m)))


def right_03_9_also_cell(h, length):
    p = np.zeros((len(h), length), dtype="float32")
    for r in range(len(h)):
        for c in range(min(length, len(h[r]))):
            p[r, c] = h[r][max(len(h[r]) - length, 0) + c]
    return p


def wrong_03_10_also_len(p):
    return (p != 0).sum(axis=1)


def wrong_03_10_also_where0(p):
    return np.where(p[:, -1] == 0, p[:, 0], p[:, -1])


def wrong_03_10_also_sum_mask(p):
    return p[np.arange(len(p)), (np.arange(p.shape[1]) * (p != 0)).sum(axis=1) % p.shape[1]]


def wrong_03_10_also_arange_no_mask(p):
    return p[np.arange(len(p)), (np.arange(p.shape[1]) * p).argmax(axis=1)]


def right_03_10_also_ffill(p):
    return pd.DataFrame(p).replace(0, np.nan).ffill(axis=1).iloc[:, -1]


def right_03_10_also_gen(p):
    return [next(x for x in r if x) for r in p[:, ::-1].tolist()]


def right_03_10_also_einsum(p):
    length = (np.arange(p.shape[1]) * (p != 0)).argmax(1)
    return np.einsum("ij,ij->i", p, np.eye(p.shape[1], dtype=int)[length])


NATURAL = {
    "03.3": [
        (wrong_03_3_also_groupby_max, "You took the maximum of each column, so a"),
        (wrong_03_3_also_item_only, "You keep one row per film. A pair is user_id and ite"),
        (wrong_03_3_also_dup_mask, "You kept the rows that must be removed."),
        (wrong_03_3_also_subset_rating, "The rating is not part of the pair: a user"),
        (wrong_03_3_also_mean, "You took means of the repeated rows. Keep one whole"),
        (wrong_03_3_also_global_max, "You keep the latest row of the whole table."),
        (wrong_03_3_no_sort, "You keep the last row in the order of the"),
        (wrong_03_3_first, "You keep the earliest rating of each pair."),
        (wrong_03_3_all_columns, "You removed only rows that are equal in all"),
        (wrong_03_3_user, "You keep one row per user. A pair is user_id"),
        (wrong_03_3_item, "You keep one row per film. A pair is"),
        (wrong_03_3_max_of_each, "You took the maximum of each column, so a"),
        (wrong_03_3_max_index, "user_id and item_id became the index: add"),
        (wrong_03_3_keep_false, "You removed all rows of a pair that repeats."),
        (wrong_03_3_mean, "You took means of the repeated rows."),
        (wrong_03_3_last_unsorted, "You keep the last row in the order of the"),
        (wrong_03_3_rating, "The number of rows is right, but for some pairs"),
        (wrong_03_3_inplace, "Your function changed its input frame. Begin"),
        (wrong_03_3_desc_last, "You keep the earliest rating of each pair."),
        (wrong_03_3_mask, "Return a DataFrame with the same four columns."),
        (wrong_03_3_idxmax_only, "Return a DataFrame with the same four columns."),
    ],
    "03.5": [
        (wrong_03_5_also_first, "You subtract the first row of train."),
        (wrong_03_5_also_only_div, "You divided by the spread but did not subtract the m"),
        (wrong_03_5_also_mean_global, "You took one mean for the whole table. Take"),
        (wrong_03_5_also_std_global, "You took one spread for the whole table."),
        (wrong_03_5_also_maxabs, "You divided by the largest value. Subtract the mean"),
        (wrong_03_5_brackets, "Parentheses: `other - mean / spread` divides"),
        (wrong_03_5_own, "You used the mean and spread of `other` itself."),
        (wrong_03_5_own_std, "The mean is that of `train`, the spread that of"),
        (wrong_03_5_own_mean, "The spread is that of `train`, the mean that of"),
        (wrong_03_5_ddof, "You divided by n − 1 (ddof=1). Here, as in"),
        (wrong_03_5_var, "You divided by the variance. Divide by its"),
        (wrong_03_5_axis1, "You took mean and spread of a *row* (axis=1)."),
        (wrong_03_5_eps, "In a constant column of train, subtract the"),
        (wrong_03_5_eps_big, "Close, but not the same: is something rounded,"),
        (wrong_03_5_constant_zero, "In a constant column of train, subtract the"),
        (wrong_03_5_not_handled, "In a constant column of train, subtract the"),
        (wrong_03_5_times, "You multiply by the spread. Divide by it."),
        (wrong_03_5_reversed, "The sign is wrong: you return minus the expected"),
        (wrong_03_5_median, "You subtract the median. Subtract the mean."),
        (wrong_03_5_whole, "You took one mean and one spread for the"),
        (wrong_03_5_train_scaled, "You returned `train`, scaled. Return `other`,"),
    ],
    "03.7": [
        (wrong_03_7_also_return_inside, "Only the first film is marked. Is your"),
        (wrong_03_7_also_break, "You lose all genres after an unknown one."),
        (wrong_03_7_also_find0, "A genre that is not in the vocabulary was written in"),
        (wrong_03_7_also_split_space, "You split at spaces. The genres of a film are separa"),
        (wrong_03_7_also_skiprow, "A film with an unknown genre loses its other"),
        (wrong_03_7_also_minus1, "You write −1 for a genre that a film lacks."),
        (wrong_03_7_also_startswith, "Only the first genre of each film is marked. A film"),
        (wrong_03_7_in_text, "You look for the word inside the text, so 'Art'"),
        (wrong_03_7_sorted, "You sorted the vocabulary. Keep its order,"),
        (wrong_03_7_crash, "A genre that is not in the vocabulary stops"),
        (wrong_03_7_dummies, "get_dummies makes a column for each genre"),
        (wrong_03_7_reindex_nan, "A genre of the vocabulary that no film has"),
        (wrong_03_7_first_only, "Only the first genre of each film is marked. A"),
        (wrong_03_7_equal, "Only films with a single genre are marked: you"),
        (wrong_03_7_T, "Rows and columns are swapped: one row per film,"),
        (wrong_03_7_share, "You share a 1 among the genres of a film. Each"),
        (wrong_03_7_index, "You write the genre's number into its cell."),
        (wrong_03_7_sum, "You took the sum over axis 0, which should stay"),
        (wrong_03_7_find_minus1, "A genre that is not in the vocabulary was"),
        (wrong_03_7_unknown_column, "There is one column too many. Unknown genres"),
        (wrong_03_7_comma, "Only films with a single genre are marked: you"),
        (wrong_03_7_last_row_only, "Only the last film is marked: the line that"),
    ],
    "03.9": [
        (wrong_03_9_also_offby1, "The latest film of each history is missing."),
        (wrong_03_9_also_len_from_one, "You keep one film too few of a long history."),
        (wrong_03_9_also_pad_then_cut_last, "You add the zeros before the cut, so they"),
        (wrong_03_9_also_repeat_last, "You fill the end of a row with the latest"),
        (wrong_03_9_also_is_real, "You return the mask of the real cells."),
        (wrong_03_9_also_pad_then_cut, "You keep the oldest films of a long history. The lat"),
        (wrong_03_9_front, "Your zeros are in front. Put them at the end."),
        (wrong_03_9_oldest, "You keep the oldest films of a long history."),
        (wrong_03_9_reversed, "You reversed the histories. Keep the oldest"),
        (wrong_03_9_nocut, "The number of films differs from the number"),
        (wrong_03_9_minus_one, "You fill the end of a row with −1. Use 0,"),
        (wrong_03_9_one_long, "Your rows are one cell too long. Each must"),
        (wrong_03_9_return_inside, "Only the first user's row is filled. Is your"),
        (wrong_03_9_ragged, "Short rows are not padded: add zeros at the"),
        (wrong_03_9_unfilled, "All cells are 0: write the films into them."),
        (wrong_03_9_fill_front_slice, "Your zeros are in front. Put them at the end."),
        (wrong_03_9_sorted, "You sorted the films by their id. Keep their"),
        (wrong_03_9_repeat, "You repeat a short history. Fill its end"),
        (wrong_03_9_always_row0, "You write all histories into row 0, one over"),
    ],
    "03.10": [
        (wrong_03_10_also_len, "You return how many films each user has."),
        (wrong_03_10_also_where0, "If the last cell is padding, you take the first cell"),
        (wrong_03_10_also_sum_mask, "You sum the positions of the real cells."),
        (wrong_03_10_also_arange_no_mask, "You multiply positions by film ids, so a large id wi"),
        (wrong_03_10_last, "This is right for zeros in front. With zeros"),
        (wrong_03_10_max, "You return the largest index. Return the"),
        (wrong_03_10_first, "You return the first film of each user."),
        (wrong_03_10_given_variant, "This is right for zeros at the end. With"),
        (wrong_03_10_flip, "You reversed the row: position k there is"),
        (wrong_03_10_one_off, "This is right for zeros in front. With zeros"),
        (wrong_03_10_position, "You return the position. Return the film at"),
        (wrong_03_10_side_of_table, "This is right for zeros in front. With zeros"),
        (wrong_03_10_first_cell, "You decide the side by the first cell of the"),
        (wrong_03_10_column, "The numbers are right, but the shape is not."),
        (wrong_03_10_all, "`padded[:, last]` reads every row at the"),
        (wrong_03_10_sum, "You add up the films of a row. Return the"),
    ],
}

RIGHT = {
    "03.3": [
        right_03_3_also_records,
        right_03_3_also_groupby_tail,
        right_03_3_also_lexsort_np,
        right_03_3_also_agg_last,
        right_03_3_idxmax,
        right_03_3_desc_first,
        right_03_3_transform,
    ],
    "03.5": [right_03_5_also_einsum, right_03_5_also_gen, right_03_5_also_f32, right_03_5_pandas, right_03_5_loop],
    "03.7": [right_03_7_also_df, right_03_7_also_eye, right_03_7_reindex, right_03_7_bool],
    "03.9": [right_03_9_also_cell, right_03_9_lists, right_03_9_pad],
    "03.10": [
        right_03_10_also_ffill,
        right_03_10_also_gen,
        right_03_10_also_einsum,
        right_03_10_loop,
        right_03_10_each_side,
    ],
}
