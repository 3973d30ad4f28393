"""Answers to lesson 20 as people write them: wrong ones with a part of the hint, and right ones in an unusual style."""

from collections import defaultdict

import numpy as np
import pandas as pd


def wrong_20_2_mean(gradients, sizes):
    return sum(gradients) / len(gradients)


def wrong_20_2_sum(gradients, sizes):
    total = np.zeros_like(gradients[0])
    for gradient in gradients:
        total = total + gradient
    return total


def wrong_20_2_weighted_sum(gradients, sizes):
    total = 0
    for gradient, size in zip(gradients, sizes):
        total += gradient * size
    return total


def wrong_20_2_weighted_over_workers(gradients, sizes):
    return np.mean([g * s for g, s in zip(gradients, sizes)], axis=0)


def wrong_20_2_divide_each(gradients, sizes):
    return sum(g / s for g, s in zip(gradients, sizes))


def wrong_20_2_sum_over_examples(gradients, sizes):
    return np.sum(gradients, axis=0) / np.sum(sizes)


def wrong_20_2_everything(gradients, sizes):
    return np.sum([g * s for g, s in zip(gradients, sizes)]) / np.sum(sizes)


def wrong_20_2_inverse(gradients, sizes):
    weights = 1 / np.array(sizes)
    return np.average(gradients, axis=0, weights=weights)


def wrong_20_2_one_each(gradients, sizes):
    return [g * s / sum(sizes) for g, s in zip(gradients, sizes)]


def wrong_20_2_largest(gradients, sizes):
    return gradients[np.argmax(sizes)]


def wrong_20_2_squared(gradients, sizes):
    weights = np.array(sizes) ** 2
    return np.average(gradients, axis=0, weights=weights)


def wrong_20_2_no_axis(gradients, sizes):
    return np.average(gradients, weights=sizes)


def right_20_2_running(gradients, sizes):
    mean, n = gradients[0], sizes[0]
    for gradient, size in zip(gradients[1:], sizes[1:]):
        n += size
        mean = mean + (gradient - mean) * size / n
    return mean


def right_20_2_average(gradients, sizes):
    return np.average(np.asarray(gradients), axis=0, weights=sizes)


def right_20_2_tensordot(gradients, sizes):
    share = np.array(sizes) / np.sum(sizes)
    return np.tensordot(share, np.stack(gradients), axes=1)


def right_20_2_repeat(gradients, sizes):
    return np.repeat(np.stack(gradients), sizes, axis=0).mean(axis=0)


def wrong_20_4_adds(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            pieces[(worker + 1) % n, (worker + 1 - step) % n] += sent[worker]
    return pieces


def wrong_20_4_backwards(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            pieces[worker - 1, (worker + 1 - step) % n] = sent[worker]
    return pieces


def wrong_20_4_own_row(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            pieces[worker, (worker + 1 - step) % n] = sent[worker]
    return pieces


def wrong_20_4_receivers_number(pieces):  # takes the number from the receiver's point of view
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            pieces[(worker + 1) % n, (worker - step) % n] = sent[worker]
    return pieces


def wrong_20_4_outside(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        worker = n - 1
        pieces[(worker + 1) % n, (worker + 1 - step) % n] = sent[worker]
    return pieces


def wrong_20_4_one(pieces):
    n = len(pieces)
    return np.array([pieces[(piece - 1) % n, piece] for piece in range(n)])


def wrong_20_4_sum(pieces):
    return np.tile(pieces.sum(axis=0), (len(pieces), 1, 1))


def wrong_20_4_no_step(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            pieces[(worker + 1) % n, (worker + 1) % n] = sent[worker]
    return pieces


def wrong_20_4_nothing(pieces):
    return pieces.copy()


def wrong_20_4_not_mod(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            pieces[worker + 1, worker + 1 - step] = sent[worker]
    return pieces


def wrong_20_4_from_receiver(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            pieces[(worker + 1) % n, (worker + 1 - step) % n] = sent[(worker + 1) % n]
    return pieces


def wrong_20_4_first_step(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            pieces[(worker + 1) % n, (worker + 1 - step) % n] = sent[worker]
        return pieces


def right_20_4_direct(pieces):
    n = len(pieces)
    return np.array([[pieces[(piece - 1) % n, piece] for piece in range(n)] for _ in range(n)])


def right_20_4_receiver(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        for worker in range(n):
            pieces[worker, (worker - step) % n] = pieces[worker - 1, (worker - step) % n]
    return pieces


def wrong_20_7_swapped(shards, ids):
    n = len(shards)
    return np.stack([shards[id // n][id % n] for id in ids])


def wrong_20_7_swapped_rows(shards, ids):
    n = len(shards)
    return np.stack([shards[id % n][id % n] for id in ids])


def wrong_20_7_raw_id(shards, ids):
    n = len(shards)
    return np.stack([shards[id % n][id] for id in ids])


def wrong_20_7_order(shards, ids):
    n = len(shards)
    parts = []
    for k in range(n):
        parts.append(shards[k][ids[ids % n == k] // n])
    return np.vstack(parts)


def wrong_20_7_list(shards, ids):
    n = len(shards)
    return [shards[k][ids[ids % n == k] // n] for k in range(n)]


def wrong_20_7_unique(shards, ids):
    n = len(shards)
    return np.stack([shards[id % n][id // n] for id in sorted(set(ids.tolist()))])


def wrong_20_7_sorted(shards, ids):
    n = len(shards)
    return np.stack([shards[id % n][id // n] for id in np.sort(ids)])


def wrong_20_7_concatenated(shards, ids):
    return np.concatenate(shards, axis=0)[ids]


def wrong_20_7_new_result(shards, ids):
    n = len(shards)
    for k in range(n):
        result = np.zeros((len(ids), shards[0].shape[1]))
        mine = ids % n == k
        result[mine] = shards[k][ids[mine] // n]
    return result


def wrong_20_7_return_inside(shards, ids):
    n = len(shards)
    result = np.zeros((len(ids), shards[0].shape[1]))
    for k in range(n):
        mine = ids % n == k
        result[mine] = shards[k][ids[mine] // n]
        return result


def wrong_20_7_off_by_one(shards, ids):
    n = len(shards)
    return np.stack([shards[id % n][id // n - 1] for id in ids])


def wrong_20_7_summed(shards, ids):
    n = len(shards)
    return sum(shards[id % n][id // n] for id in ids)


def right_20_7_loop(shards, ids):
    return [shards[i % len(shards)][i // len(shards)].tolist() for i in ids]


def right_20_7_whole(shards, ids):
    whole = np.empty((sum(map(len, shards)), shards[0].shape[1]))
    for k, shard in enumerate(shards):
        whole[k :: len(shards)] = shard
    return whole[ids]


def right_20_7_frame(shards, ids):
    frames = [pd.DataFrame(s, index=np.arange(len(s)) * len(shards) + k) for k, s in enumerate(shards)]
    return pd.concat(frames).loc[ids].to_numpy()


def wrong_20_9_still(files, n_films):
    total = np.zeros(n_films)
    for rows in files:
        frame = pd.DataFrame(rows, columns=["user", "film"]).drop_duplicates()
        total += frame.groupby("film")["user"].nunique().reindex(range(n_films), fill_value=0).to_numpy()
    return total


def wrong_20_9_rows(files, n_films):
    return np.bincount(np.vstack(files)[:, 1], minlength=n_films)


def wrong_20_9_no_minlength(files, n_films):
    pairs = np.unique(np.concatenate(files), axis=0)
    return np.bincount(pairs[:, 1])[: n_films - 1]


def wrong_20_9_minlength_forgotten(files, n_films):
    pairs = np.unique(np.concatenate(files), axis=0)
    return np.bincount(pairs[:, 1])


def wrong_20_9_users(files, n_films):
    pairs = np.unique(np.concatenate(files), axis=0)
    users = pairs[:, 0]
    return np.bincount(users, minlength=n_films)


def wrong_20_9_unique_users(files, n_films):
    rows = np.concatenate(files)
    _, place = np.unique(rows[:, 0], return_index=True)
    return np.bincount(rows[place, 1], minlength=n_films)


def wrong_20_9_maximum(files, n_films):
    best = np.zeros(n_films, int)
    for rows in files:
        pairs = np.unique(rows, axis=0)
        best = np.maximum(best, np.bincount(pairs[:, 1], minlength=n_films))
    return best


def wrong_20_9_average(files, n_films):
    total = np.zeros(n_films)
    for rows in files:
        total += np.bincount(np.unique(rows, axis=0)[:, 1], minlength=n_films)
    return total / len(files)


def wrong_20_9_number(files, n_films):
    return len(np.unique(np.concatenate(files), axis=0))


def wrong_20_9_overwrites(files, n_films):
    for rows in files:
        pairs = np.unique(rows, axis=0)
        total = np.bincount(pairs[:, 1], minlength=n_films)
    return total


def wrong_20_9_films(files, n_films):
    return np.bincount(np.unique(np.concatenate(files)[:, 1]), minlength=n_films)


def wrong_20_9_no_axis(files, n_films):
    pairs = np.unique(np.concatenate(files))
    return np.bincount(pairs, minlength=n_films)[:n_films]


def wrong_20_9_no_axis_whole(files, n_films):
    return np.bincount(np.unique(np.concatenate(files)), minlength=n_films)


def wrong_20_9_users_once(files, n_films):  # a user counts for one film only
    total, seen = np.zeros(n_films, int), set()
    for rows in files:
        for user, film in np.unique(rows, axis=0):
            if user not in seen:
                total[film] += 1
            seen.add(user)
    return total


def wrong_20_9_everywhere(files, n_films):
    common = set(map(tuple, files[0].tolist()))
    for rows in files[1:]:
        common &= set(map(tuple, rows.tolist()))
    total = np.zeros(n_films, int)
    for _, film in common:
        total[film] += 1
    return total


def right_20_9_one_number(files, n_films):
    rows = np.concatenate(files)
    return np.bincount(np.unique(rows[:, 0] * n_films + rows[:, 1]) % n_films, minlength=n_films)


def right_20_9_sets(files, n_films):
    seen = defaultdict(set)
    for rows in files:
        for user, film in rows.tolist():
            seen[film].add(user)
    return [len(seen[film]) for film in range(n_films)]


def right_20_9_pandas(files, n_films):
    frame = pd.concat(pd.DataFrame(rows, columns=["user", "film"]) for rows in files)
    return frame.groupby("film")["user"].nunique().reindex(range(n_films), fill_value=0)


NATURAL = {
    "20.2": [
        (wrong_20_2_mean, "plain mean over workers"),
        (wrong_20_2_sum, "That is the sum of the gradients"),
        (wrong_20_2_weighted_sum, "sum over all examples"),
        (wrong_20_2_weighted_over_workers, "number of workers"),
        (wrong_20_2_divide_each, "Each is already a mean"),
        (wrong_20_2_sum_over_examples, "not weighted"),
        (wrong_20_2_everything, "a single number"),
        (wrong_20_2_inverse, "inverse of the size"),
        (wrong_20_2_one_each, "one gradient per worker"),
        (wrong_20_2_largest, "largest part"),
        (wrong_20_2_squared, "squared sizes"),
        (wrong_20_2_no_axis, None),
    ],
    "20.4": [
        (wrong_20_4_adds, "You add"),
        (wrong_20_4_backwards, "wrong way round"),
        (wrong_20_4_own_row, "Each worker writes to"),
        (wrong_20_4_receivers_number, "You write to the"),
        (wrong_20_4_outside, "Only the neighbour of"),
        (wrong_20_4_one, "You returned the pieces"),
        (wrong_20_4_sum, "Every worker ends up"),
        (wrong_20_4_no_step, "is `- step` missing"),
        (wrong_20_4_from_receiver, "Two mistakes"),
        (wrong_20_4_first_step, "You make only one"),
        (wrong_20_4_nothing, "Each worker writes to"),
        (wrong_20_4_not_mod, "is `% n` missing"),
    ],
    "20.7": [
        (wrong_20_7_swapped, "outside its shard"),
        (wrong_20_7_swapped_rows, "outside its shard"),
        (wrong_20_7_raw_id, "outside its shard"),
        (wrong_20_7_order, "shard by shard"),
        (wrong_20_7_list, "one array per shard"),
        (wrong_20_7_unique, "You return each id"),
        (wrong_20_7_sorted, "order of the sorted ids"),
        (wrong_20_7_concatenated, "consecutive blocks"),
        (wrong_20_7_new_result, "before the loop"),
        (wrong_20_7_return_inside, "Rows from all shards"),
        (wrong_20_7_off_by_one, "Your positions are too"),
        (wrong_20_7_summed, "You added up the rows"),
    ],
    "20.9": [
        (wrong_20_9_still, "watches a film in two weeks counts twice"),
        (wrong_20_9_rows, "You count interactions"),
        (wrong_20_9_no_minlength, "Your result is too"),
        (wrong_20_9_minlength_forgotten, "Your result is too"),
        (wrong_20_9_users, "column 0"),
        (wrong_20_9_unique_users, "the users distinct, not the pairs"),
        (wrong_20_9_maximum, "largest count of one file"),
        (wrong_20_9_average, "mean over the files"),
        (wrong_20_9_number, "a single number"),
        (wrong_20_9_overwrites, "last file alone"),
        (wrong_20_9_films, "watched at all"),
        (wrong_20_9_no_axis, "`axis=0`"),
        (wrong_20_9_no_axis_whole, "`axis=0`"),
        (wrong_20_9_users_once, None),
        (wrong_20_9_everywhere, "*every* file"),
    ],
}
RIGHT = {
    "20.2": [right_20_2_average, right_20_2_tensordot, right_20_2_repeat, right_20_2_running],
    "20.4": [right_20_4_direct, right_20_4_receiver],
    "20.7": [right_20_7_loop, right_20_7_whole, right_20_7_frame],
    "20.9": [right_20_9_sets, right_20_9_pandas, right_20_9_one_number],
}
