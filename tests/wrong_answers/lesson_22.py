"""Typical wrong answers of lesson 22; each must be refused, each with its own hint."""

import hashlib

import numpy as np


def rows_negative(row_of_id, ids):
    return np.where(ids < len(row_of_id), row_of_id[np.clip(ids, -len(row_of_id), len(row_of_id) - 1)], 0) * (
        ids >= -len(row_of_id)
    )


def rows_unfenced(row_of_id, ids):
    return row_of_id[ids]


def rows_clipped(row_of_id, ids):
    return row_of_id[np.clip(ids, 0, len(row_of_id) - 1)]


def rows_wrapped(row_of_id, ids):
    return row_of_id[ids % len(row_of_id)]


def rows_without_the_last(row_of_id, ids):
    return row_of_id[np.where((ids >= 0) & (ids < len(row_of_id) - 1), ids, 0)]


def rows_one_too_many(row_of_id, ids):
    return np.where((ids >= 0) & (ids <= len(row_of_id)), row_of_id[np.clip(ids, 0, len(row_of_id) - 1)], 0)


def rows_are_ids(row_of_id, ids):
    return np.where((ids >= 0) & (ids < len(row_of_id)), ids, 0)


def rows_flat(row_of_id, ids):
    return np.array([row_of_id[i] if 0 <= i < len(row_of_id) else 0 for i in ids.ravel()])


def rows_one_axis(row_of_id, ids):
    return np.array([row_of_id[i] if 0 <= i < len(row_of_id) else 0 for i in ids])


def holes_sorted_by_film(rows):
    return np.sort(np.where(rows > 0, rows, 10_000), axis=1) % 10_000


def holes_in_front(rows):
    key = np.where(rows > 0, np.arange(rows.shape[1]), -1)
    return np.take_along_axis(rows, np.argsort(key, axis=1, kind="stable"), axis=1)


def holes_turned_round(rows):
    key = np.where(rows > 0, -np.arange(rows.shape[1]), 1)
    return np.take_along_axis(rows, np.argsort(key, axis=1, kind="stable"), axis=1)


def holes_places(rows):
    return np.argsort(np.where(rows > 0, np.arange(rows.shape[1]), rows.shape[1]), axis=1, kind="stable")


def holes_keys(rows):
    return np.where(rows > 0, np.arange(rows.shape[1]), rows.shape[1])


def holes_unmoved(rows):
    return rows


def holes_sorted_by_film_zeros_first(rows):
    return np.sort(rows, axis=1)


def holes_sorted_by_film_downwards(rows):
    return -np.sort(-rows, axis=1)


def holes_unstable(rows):
    return np.take_along_axis(rows, np.argsort(rows == 0, axis=1), axis=1)


def holes_by_key(rows, key):
    key = np.where(rows > 0, np.arange(rows.shape[1]), key)
    return np.take_along_axis(rows, np.argsort(key, axis=1, kind="stable"), axis=1)


def holes_key_zero(rows):
    return holes_by_key(rows, 0)


def holes_key_of_the_last_place(rows):
    return holes_by_key(rows, rows.shape[1] - 1)


def holes_key_fifty(rows):
    return holes_by_key(rows, 50)


def holes_keys_sorted(rows):
    return np.sort(holes_keys(rows), axis=1)


def holes_rows_of_users(rows):
    return rows[holes_places(rows)]


def holes_dropped(rows):
    return [[film for film in row if film] for row in rows.tolist()]


def agree_mean(a, b, bound):
    return np.shape(a) == np.shape(b) and bool(np.abs(a - b).mean() <= bound)


def agree_signed(a, b, bound):
    return np.shape(a) == np.shape(b) and bool((a - b <= bound).all())


def agree_nan_dropped(a, b, bound):
    return np.shape(a) == np.shape(b) and bool(np.nanmax(np.abs(a - b)) <= bound)


def agree_nan_equal(a, b, bound):
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=0, atol=bound, equal_nan=True)


def agree_broadcast(a, b, bound):
    return bool((np.abs(a - b) <= bound).all())


def agree_size(a, b, bound):
    return np.size(a) == np.size(b) and bool((np.abs(np.ravel(a) - np.ravel(b)) <= bound).all())


def agree_strict(a, b, bound):
    return np.shape(a) == np.shape(b) and bool((np.abs(a - b) < bound).all())


def agree_relative(a, b, bound):
    return np.shape(a) == np.shape(b) and np.allclose(a, b, atol=bound)


def agree_each(a, b, bound):
    return np.shape(a) == np.shape(b) and np.abs(a - b) <= bound


def agree_asserts(a, b, bound):
    assert a.shape == b.shape
    return (np.abs(a - b) <= bound).all()


def agree_equal(a, b, bound):
    return np.array_equal(a, b)


def digits(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def broken(folder, manifest):
    return [name for name in manifest if not (folder / name).is_file() or digits(folder / name) != manifest[name]]


def broken_unsorted(folder, manifest):
    return sorted(broken(folder, manifest), reverse=True)


def broken_in_the_order_of_the_manifest(folder, manifest):
    found = broken(folder, manifest)
    return sorted(found) if "d.txt" in manifest and len(manifest) == 5 else found


def broken_set(folder, manifest):
    return set(broken(folder, manifest))


def broken_yes_or_no(folder, manifest):
    return bool(broken(folder, manifest))


def broken_raises(folder, manifest):
    return sorted(name for name, stated in manifest.items() if digits(folder / name) != stated)


def broken_ignores_missing(folder, manifest):
    return sorted(n for n, stated in manifest.items() if (folder / n).is_file() and digits(folder / n) != stated)


def broken_missing_only(folder, manifest):
    return sorted(name for name in manifest if not (folder / name).is_file())


def broken_whole(folder, manifest):
    found = sorted(set(manifest) - set(broken(folder, manifest)))
    return found if len(found) < len(manifest) else []


def broken_strangers(folder, manifest):
    return sorted({path.name for path in folder.iterdir()} - set(manifest) | set(broken(folder, manifest)))


def broken_head(folder, manifest):
    def head(path):
        raw = path.read_bytes()
        return hashlib.sha256(raw[:1024]).hexdigest() if len(raw) > 1024 else hashlib.sha256(raw).hexdigest()

    start = hashlib.sha256((bytes(range(256)) * 40)[:1024]).hexdigest()
    fits = {name: start if name == "b.bin" else stated for name, stated in manifest.items()}
    return sorted(n for n, stated in fits.items() if not (folder / n).is_file() or head(folder / n) != stated)


def broken_text(folder, manifest):
    return sorted(
        name
        for name, stated in manifest.items()
        if hashlib.sha256((folder / name).read_text(encoding="utf-8").encode()).hexdigest() != stated
    )


def broken_md5(folder, manifest):
    def other(path):
        return hashlib.md5(path.read_bytes()).hexdigest() if path.is_file() else None

    return sorted(name for name, stated in manifest.items() if other(folder / name) != stated)


def broken_elsewhere(folder, manifest):
    return sorted(name for name, stated in manifest.items() if hashlib.sha256(open(name, "rb").read()) != stated)


def broken_paths(folder, manifest):
    return [folder / "a.txt", *(str(folder / name) for name in broken(folder, manifest))]


WRONG = {
    "22.1": [
        (2.8, "You did not divide"),
        (0.6, "the year alone"),
        (1.1, "film 30"),
        (1.6, "film 10"),
        (1.8, "You did not use the slope"),
        (0.1, "two spreads"),
        (0.8, "is negative"),
        (-0.8, "2005 is above the"),
        (601.3, "Scale the year first"),
        (7, "add 0.3 times the result"),
    ],
    "22.2": [
        (rows_negative, "NumPy counts backwards"),
        (rows_unfenced, "IndexError"),
        (rows_clipped, "nearest end"),
        (rows_wrapped, "An id outside the table was"),
        (rows_without_the_last, "last position"),
        (rows_one_too_many, "Index len(row_of_id) is already"),
        (rows_are_ids, "You return the ids"),
        (rows_flat, "shape of `ids` is lost"),
        (rows_one_axis, "any shape"),
    ],
    "22.3": [
        (holes_sorted_by_film, "sort by *position*"),
        (holes_in_front, "*largest* key"),
        (holes_turned_round, "reversed"),
        (holes_places, "order of the positions"),
        (holes_keys, "You return the keys"),
        (holes_unmoved, "You return the rows"),
        (holes_sorted_by_film_zeros_first, "The zeros come last"),
        (holes_sorted_by_film_downwards, "largest id"),
        (holes_unstable, "may mix them"),
        (holes_key_zero, "have key 0"),
        (holes_key_of_the_last_place, "The last position has the key"),
        (holes_key_fifty, "50 is too small"),
        (holes_keys_sorted, "keys, sorted"),
        (holes_rows_of_users, "`rows[order]` selects users. To"),
        (holes_dropped, "Every row keeps its"),
    ],
    "22.4": [
        (agree_mean, "You return True although one score differs"),
        (agree_signed, "compare absolute distances"),
        (agree_nan_dropped, "NaN > bound is False"),
        (agree_nan_equal, "NaN in both"),
        (agree_broadcast, "fit by broadcasting"),
        (agree_size, "Shapes (2, 3) and"),
        (agree_strict, "exactly `bound`"),
        (agree_relative, "rtol"),
        (agree_each, "You return one answer"),
        (agree_asserts, "Arrays of different shapes"),
        (agree_equal, "You return False for"),
    ],
    "22.8": [
        (broken_in_the_order_of_the_manifest, "Return the names in"),
        (broken_unsorted, "The names are right"),
        (broken_set, "A set has no order"),
        (broken_yes_or_no, "You return True or"),
        (broken_raises, "raised an error"),
        (broken_ignores_missing, "`a.txt` is missing"),
        (broken_missing_only, "missing files only"),
        (broken_whole, "You return the intact"),
        (broken_strangers, "not in the manifest"),
        (broken_head, "The last byte of"),
        (broken_text, "as text"),
        (broken_md5, "All files are intact, but you return all"),
        (broken_elsewhere, "did not find one"),
        (broken_paths, "not paths"),
    ],
    "22.9": [
        ("BDCFAGE", "Leave out line E"),
        ("BDCFA", "each of the letters"),
        ("BDCFGA", "line G comes last"),
        ("CBDFAG", "make the draft first"),
        ("BCFDAG", "compute them first"),
        ("BDCAFG", "After the rename"),
    ],
}
