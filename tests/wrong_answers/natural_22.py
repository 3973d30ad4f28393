"""Natural answers of lesson 22: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E731 - this is how learners write

import hashlib
from pathlib import Path

import numpy as np


def wrong_22_2_negative(row_of_id, ids):
    return np.where(ids < len(row_of_id), row_of_id[np.minimum(ids, len(row_of_id) - 1)], 0)


def wrong_22_2_clip(row_of_id, ids):
    return row_of_id[np.clip(ids, 0, len(row_of_id) - 1)]


def wrong_22_2_wrap(row_of_id, ids):
    return row_of_id[ids % len(row_of_id)]


def wrong_22_2_plain(row_of_id, ids):
    return row_of_id[ids]


def wrong_22_2_loop(row_of_id, ids):
    return np.array([row_of_id[i] if 0 <= i < len(row_of_id) else 0 for i in ids])


def wrong_22_2_flat(row_of_id, ids):
    return np.array([row_of_id[i] if 0 <= i < len(row_of_id) else 0 for i in np.ravel(ids)])


def wrong_22_2_le(row_of_id, ids):
    t = np.append(row_of_id, row_of_id[-1])
    return np.where((ids >= 0) & (ids <= len(row_of_id)), t[np.clip(ids, 0, len(row_of_id))], 0)


def wrong_22_2_minus_one(row_of_id, ids):
    return np.where((ids >= 0) & (ids < len(row_of_id) - 1), row_of_id[np.clip(ids, 0, len(row_of_id) - 1)], 0)


def wrong_22_2_ids(row_of_id, ids):
    return np.where((ids >= 0) & (ids < len(row_of_id)), ids, 0)


def wrong_22_2_minus1(row_of_id, ids):
    return np.where((ids >= 0) & (ids < len(row_of_id)), row_of_id[np.clip(ids, 0, len(row_of_id) - 1)], -1)


def wrong_22_2_filtered(row_of_id, ids):
    return row_of_id[ids[(ids >= 0) & (ids < len(row_of_id))]]


def wrong_22_2_and(row_of_id, ids):
    if ids >= 0 and ids < len(row_of_id):
        return row_of_id[ids]
    return 0


def wrong_22_2_max_value(row_of_id, ids):
    return np.where((ids >= 0) & (ids <= row_of_id.max()), row_of_id[np.clip(ids, 0, len(row_of_id) - 1)], 0)


def right_22_2_take(row_of_id, ids):
    return np.append(row_of_id, 0)[np.where((ids >= 0) & (ids < len(row_of_id)), ids, -1)]


def right_22_2_vectorize(row_of_id, ids):
    return np.vectorize(lambda i: row_of_id[i] if 0 <= i < len(row_of_id) else 0, otypes=[int])(ids)


def wrong_22_3_sorted(rows):
    return np.sort(rows, axis=1)


def wrong_22_3_sorted_desc(rows):
    return -np.sort(-rows, axis=1)


def wrong_22_3_front(rows):
    return np.take_along_axis(rows, np.argsort(rows > 0, axis=1, kind="stable"), axis=1)


def wrong_22_3_unstable(rows):
    return np.take_along_axis(rows, np.argsort(rows == 0, axis=1), axis=1)


def wrong_22_3_same(rows):
    return rows


def wrong_22_3_order(rows):
    return np.argsort(rows == 0, axis=1, kind="stable")


def wrong_22_3_rows_order(rows):
    return rows[np.argsort(rows == 0, axis=1, kind="stable")]


def wrong_22_3_ragged(rows):
    return [r[r > 0] for r in rows]


def wrong_22_3_flat(rows):
    f = rows[rows > 0]
    return np.pad(f, (0, rows.size - len(f))).reshape(rows.shape)


def wrong_22_3_reversed(rows):
    return np.array([np.pad(r[r > 0][::-1], (0, (r == 0).sum())) for r in rows])


def wrong_22_3_transposed(rows):
    return np.take_along_axis(rows, np.argsort(rows == 0, axis=0, kind="stable"), axis=0)


def wrong_22_3_first_row(rows):
    return rows[:, np.argsort(rows[0] == 0, kind="stable")]


def wrong_22_3_unique(rows):
    return np.array([np.pad(np.unique(r[r > 0]), (0, len(r) - len(np.unique(r[r > 0])))) for r in rows])


def wrong_22_3_in_place_bug(rows):
    out = np.zeros_like(rows)
    for k, r in enumerate(rows):
        out[k, -(r > 0).sum() or len(r) :] = r[r > 0]
    return out


def right_22_3_pad(rows):
    return np.stack([np.pad(r[r != 0], (0, (r == 0).sum())) for r in rows])


def right_22_3_lists(rows):
    return [sorted(r.tolist(), key=lambda f: f == 0) for r in rows]


def wrong_22_4_allclose(a, b, bound):
    return a.shape == b.shape and np.allclose(a, b, atol=bound)


def wrong_22_4_no_shape(a, b, bound):
    return bool((np.abs(a - b) <= bound).all())


def wrong_22_4_no_nan(a, b, bound):
    return a.shape == b.shape and not (np.abs(a - b) > bound).any()


def wrong_22_4_no_abs(a, b, bound):
    return a.shape == b.shape and bool((a - b <= bound).all())


def wrong_22_4_lt(a, b, bound):
    return a.shape == b.shape and bool((np.abs(a - b) < bound).all())


def wrong_22_4_any(a, b, bound):
    return a.shape == b.shape and bool((np.abs(a - b) <= bound).any())


def wrong_22_4_mean(a, b, bound):
    return a.shape == b.shape and bool(np.abs(a - b).mean() <= bound)


def wrong_22_4_equal_nan(a, b, bound):
    return a.shape == b.shape and np.allclose(a, b, rtol=0, atol=bound, equal_nan=True)


def wrong_22_4_nanmax(a, b, bound):
    return a.shape == b.shape and bool(np.nanmax(np.abs(a - b)) <= bound)


def wrong_22_4_size(a, b, bound):
    return a.size == b.size and bool((np.abs(a.ravel() - b.ravel()) <= bound).all())


def wrong_22_4_len(a, b, bound):
    return len(a) == len(b) and bool((np.abs(a - b) <= bound).all())


def wrong_22_4_array(a, b, bound):
    return np.abs(a - b) <= bound


def wrong_22_4_inverted(a, b, bound):
    return not (a.shape == b.shape and bool((np.abs(a - b) <= bound).all()))


def wrong_22_4_assert(a, b, bound):
    np.testing.assert_allclose(a, b, rtol=0, atol=bound)
    return True


def wrong_22_4_equal(a, b, bound):
    return np.array_equal(a, b)


def right_22_4_max(a, b, bound):
    return a.shape == b.shape and not (np.isnan(a).any() or np.isnan(b).any()) and np.abs(a - b).max() <= bound


def right_22_4_allclose(a, b, bound):
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=0, atol=bound)


H = lambda raw: hashlib.sha256(raw).hexdigest()


def wrong_22_8_missing_only(folder, manifest):
    return sorted(n for n in manifest if not (folder / n).is_file())


def wrong_22_8_changed_only(folder, manifest):
    return sorted(n for n, d in manifest.items() if (folder / n).is_file() and H((folder / n).read_bytes()) != d)


def wrong_22_8_crash(folder, manifest):
    return sorted(n for n, d in manifest.items() if H((folder / n).read_bytes()) != d)


def wrong_22_8_text(folder, manifest):
    return sorted(
        n for n, d in manifest.items() if not (folder / n).is_file() or H((folder / n).read_text().encode()) != d
    )


def wrong_22_8_whole(folder, manifest):
    return sorted(n for n, d in manifest.items() if (folder / n).is_file() and H((folder / n).read_bytes()) == d)


def wrong_22_8_paths(folder, manifest):
    return sorted(
        str(folder / n) for n, d in manifest.items() if not (folder / n).is_file() or H((folder / n).read_bytes()) != d
    )


def wrong_22_8_bool(folder, manifest):
    return all((folder / n).is_file() and H((folder / n).read_bytes()) == d for n, d in manifest.items())


def wrong_22_8_digest(folder, manifest):
    return sorted(
        n
        for n, d in manifest.items()
        if not (folder / n).is_file() or hashlib.sha256((folder / n).read_bytes()).digest() != d
    )


def wrong_22_8_md5(folder, manifest):
    return sorted(
        n
        for n, d in manifest.items()
        if not (folder / n).is_file() or hashlib.md5((folder / n).read_bytes()).hexdigest() != d
    )


def wrong_22_8_first_block(folder, manifest):
    return sorted(
        n for n, d in manifest.items() if not (folder / n).is_file() or H((folder / n).read_bytes()[:4096]) != d
    )


def wrong_22_8_folder(folder, manifest):
    return sorted(p.name for p in folder.iterdir() if H(p.read_bytes()) != manifest.get(p.name))


def wrong_22_8_unsorted(folder, manifest):
    return [
        n
        for n, d in reversed(list(manifest.items()))
        if not (folder / n).is_file() or H((folder / n).read_bytes()) != d
    ]


def wrong_22_8_hash_of_name(folder, manifest):
    return sorted(n for n, d in manifest.items() if H(n.encode()) != d)


def wrong_22_8_set(folder, manifest):
    return {n for n, d in manifest.items() if not (folder / n).is_file() or H((folder / n).read_bytes()) != d}


def wrong_22_8_size(folder, manifest):
    return sorted(n for n in manifest if not (folder / n).is_file() or (folder / n).stat().st_size == 0)


def wrong_22_8_no_folder(folder, manifest):
    return sorted(n for n, d in manifest.items() if not Path(n).is_file() or H(Path(n).read_bytes()) != d)


def right_22_8_try(folder, manifest):
    bad = []
    for n, d in manifest.items():
        try:
            ok = H((folder / n).read_bytes()) == d
        except OSError:
            ok = False
        if not ok:
            bad.append(n)
    return sorted(bad)


def right_22_8_blocks(folder, manifest):
    def of(p):
        h = hashlib.new("sha256")
        with open(p, "rb") as f:
            while block := f.read(1000):
                h.update(block)
        return h.hexdigest()

    return tuple(sorted({n for n in manifest if not (folder / n).exists() or of(folder / n) != manifest[n]}))


NATURAL = {
    "22.2": [
        (wrong_22_2_negative, "An id outside the table raised an IndexError."),
        (wrong_22_2_clip, "An id outside the table got"),
        (wrong_22_2_wrap, "An id outside the table was"),
        (wrong_22_2_plain, "An id outside the table raised an IndexError."),
        (wrong_22_2_loop, "`ids` may have any shape, also () or (0,): use"),
        (wrong_22_2_flat, "The shape of `ids`"),
        (wrong_22_2_le, "Index len(row_of_id) is already"),
        (wrong_22_2_minus_one, "The last position of"),
        (wrong_22_2_ids, "You return the ids"),
        (wrong_22_2_minus1, "An id outside the table gets"),
        (wrong_22_2_filtered, "You left out the"),
        (wrong_22_2_and, "`ids` may have any shape, also () or (0,): use"),
        (wrong_22_2_max_value, "The last position of"),
    ],
    "22.3": [
        (wrong_22_3_sorted, "You sorted by the film itself. The order of the"),
        (wrong_22_3_sorted_desc, "You sorted by the film itself. The order of the"),
        (wrong_22_3_front, "Your zeros are in"),
        (wrong_22_3_unstable, "With one key for"),
        (wrong_22_3_same, "You return the rows"),
        (wrong_22_3_order, "You return the order of the positions. Take the"),
        (wrong_22_3_rows_order, "`rows[order]` selects users. To"),
        (wrong_22_3_ragged, "Every row keeps its"),
        (wrong_22_3_flat, "You mix the films"),
        (wrong_22_3_reversed, "Your films are reversed"),
        (wrong_22_3_transposed, "You sorted along the"),
        (wrong_22_3_first_row, "You reorder all rows"),
        (wrong_22_3_unique, "`np.unique` sorts the films and drops repeated"),
        (wrong_22_3_in_place_bug, "Your zeros are in"),
    ],
    "22.4": [
        (wrong_22_4_allclose, "Your bound grows with the scores (the rtol of"),
        (wrong_22_4_no_shape, "You return True for"),
        (wrong_22_4_no_nan, "You return True although one score is"),
        (wrong_22_4_no_abs, "A score that is too *small* counts as well:"),
        (wrong_22_4_lt, "A distance of exactly `bound` is not *more*"),
        (wrong_22_4_any, "You return True although one score differs"),
        (wrong_22_4_mean, "You return True although one score differs"),
        (wrong_22_4_equal_nan, "NaN in both arrays"),
        (wrong_22_4_nanmax, "You return True although one score is"),
        (wrong_22_4_size, "Shapes (2, 3) and"),
        (wrong_22_4_len, "You return True for"),
        (wrong_22_4_array, "You return one answer"),
        (wrong_22_4_inverted, "You return False for"),
        (wrong_22_4_assert, "`assert` raises an error"),
        (wrong_22_4_equal, "You return False for"),
    ],
    "22.8": [
        (wrong_22_8_missing_only, "You find missing files"),
        (wrong_22_8_changed_only, "`a.txt` is missing from"),
        (wrong_22_8_crash, "A missing file raised"),
        (wrong_22_8_text, "You read a model as text. Read bytes:"),
        (wrong_22_8_whole, "All files are intact, but you return all"),
        (wrong_22_8_paths, "Return names as in the manifest, not paths."),
        (wrong_22_8_bool, "You return True or"),
        (wrong_22_8_digest, "All files are intact, but you return all"),
        (wrong_22_8_md5, "All files are intact, but you return all"),
        (wrong_22_8_first_block, "All files are intact, but you return ['b.bin']."),
        (wrong_22_8_folder, "`stranger.txt` is not in"),
        (wrong_22_8_unsorted, "The names are right"),
        (wrong_22_8_hash_of_name, "All files are intact, but you return all"),
        (wrong_22_8_set, "A set has no order: return a sorted list."),
        (wrong_22_8_size, "All files are intact, but you return ['e.txt']."),
        (wrong_22_8_no_folder, "All files are intact, but you return all"),
    ],
}

RIGHT = {
    "22.2": [right_22_2_take, right_22_2_vectorize],
    "22.3": [right_22_3_pad, right_22_3_lists],
    "22.4": [right_22_4_max, right_22_4_allclose],
    "22.8": [right_22_8_try, right_22_8_blocks],
}
