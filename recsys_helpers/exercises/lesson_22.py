"""Checks of lesson 22, save and export."""

import hashlib
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, must_be_function, parsons, predict, trace

trace(
    "22.1",
    "O1",
    0.4,
    {
        2.8: "You did not divide by the spread. Subtract the mean from the year, then divide by 5.",
        0.6: "That is the term of the year alone. Film 50 has a liking of −0.2: add it.",
        1.1: "You took the liking of film 30. Film 50 has −0.2.",
        1.6: "You took the liking of film 10. Film 50 has −0.2.",
        1.8: "You did not use the slope. Multiply the scaled year by 0.3.",
        0.1: "The scaled year is not 1: 2005 is ten years above the mean, and ten years are two spreads.",
        0.8: "The liking of film 50 is negative, −0.2. Check its sign.",
        -0.8: "2005 is above the mean, so its year raises the score. Check the sign of the difference.",
        601.3: "Scale the year first: (2005 − 1995) / 5.",
    },
    "Film 50 has a liking of −0.2. Scale the year, (2005 − 1995) / 5, and add 0.3 times the result.",
    "The score is −0.2 + 0.3 · (2005 − 1995) / 5. The mean and the spread are always those of the training data.",
)


def _rows(row_of_id, ids, low=0, high=None, outside="zero"):
    size = len(row_of_id) if high is None else len(row_of_id) + high
    found = []
    for asked in np.ravel(ids).tolist():
        if low <= asked < size:
            found.append(row_of_id[asked])
        elif outside == "zero":
            found.append(0)
        else:
            found.append(row_of_id[asked % len(row_of_id) if outside == "wrap" else min(max(asked, 0), size - 1)])
    return np.reshape(found, np.shape(ids))


@exercise(
    "22.2",
    "O1",
    "code",
    done="A table with a range check gives every id its row, and 0 to any id that it does not know.",
)
def rows(answer) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for shape in ((7,), (3, 4), (), (2, 3, 2), (0,), (6, 1)):
        n = int(rng.integers(6, 12))
        table = np.zeros(n, int)
        known = np.sort(rng.permutation(np.arange(1, n))[: n - 3])
        table[known] = np.arange(1, len(known) + 1)
        table[-1] = len(known) + 1
        cases.append((table, rng.integers(-n - 3, 2 * n, shape)))
    cases.append((cases[0][0], np.array([-1, -2, len(cases[0][0]), len(cases[0][0]) - 1, 0, 1])))
    if callable(answer):
        try:
            got = [np.asarray(answer(table.copy(), ids.copy())) for table, ids in cases]
        except IndexError:
            raise NotYet(
                "An id outside the table raised an IndexError. Find out which ids are inside before you look them up."
            ) from None
        except (TypeError, ValueError) as error:
            raise NotYet(
                f"`ids` may have any shape, also () or (0,): use NumPy on the whole array. (Raised: {error})"
            ) from None
        if got[1].shape == (12,):
            raise NotYet("The shape of `ids` is lost. For ids of shape (3, 4), return rows of shape (3, 4).")
    mistakes = {
        "A negative id got a row from the end of the table, where NumPy counts backwards. Check `ids >= 0` as well.": (
            lambda table, ids: np.where(ids < -len(table), 0, _rows(table, ids, low=-len(table)))
        ),
        "An id outside the table got the row of its nearest end. It must get 0.": (
            lambda table, ids: _rows(table, ids, outside="clip")
        ),
        "An id outside the table was wrapped around to its other end (%). It must get 0.": (
            lambda table, ids: _rows(table, ids, outside="wrap")
        ),
        "Index len(row_of_id) is already outside. Check `ids < len(row_of_id)`, not `<=`.": (
            lambda table, ids: _rows(np.append(table, table[-1]), ids)
        ),
        "The last position of the table is inside, too. Check `ids < len(row_of_id)`.": (
            lambda table, ids: _rows(table, ids, high=-1)
        ),
        "An id outside the table gets −1, which NumPy reads as the last row. It must get 0.": (
            lambda table, ids: np.where((ids >= 0) & (ids < len(table)), _rows(table, ids), -1)
        ),
        "You left out the ids outside the table. Each id keeps its position in the result, with row 0.": (
            lambda table, ids: table[ids[(ids >= 0) & (ids < len(table))]]
        ),
        "You return the ids. Return the *rows*: `row_of_id[…]`.": (
            lambda table, ids: np.where((ids >= 0) & (ids < len(table)), ids, 0)
        ),
    }
    judge(answer, cases, _rows, mistakes)


def _closed(rows, front=False, order=lambda films: films):
    closed = np.zeros_like(rows)
    for line, row in enumerate(rows.tolist()):
        real = order([value for value in row if value > 0])
        start = len(row) - len(real) if front else 0
        closed[line, start : start + len(real)] = real
    return closed


def _sorted_by(rows, key_of_zeros, kind):
    key = np.where(rows > 0, np.arange(rows.shape[1]), key_of_zeros(rows.shape[1]))
    return np.take_along_axis(rows, np.argsort(key, axis=1, kind=kind), axis=1)


@exercise(
    "22.3",
    "O1",
    "faded",
    done="The zeros are at the end and the films keep their order, so the head reads the right position despite "
    "unknown films.",
)
def close_holes(answer) -> None:
    rng = np.random.default_rng(2)
    cases = []
    for batch, length in ((3, 5), (4, 40), (1, 7), (5, 3), (6, 60)):
        rows = rng.integers(1, 500, (batch, length)) * (rng.random((batch, length)) < 0.6)
        rows[0] = 0
        cases.append((rows,))
    cases.append((np.array([[3, 0, 1, 2], [1, 2, 3, 4]]),))
    if callable(answer):
        try:
            for (rows,) in cases:
                np.shape(answer(rows.copy()))
        except IndexError:
            raise NotYet(
                "`rows[order]` selects users. To sort inside each row, use `np.take_along_axis(rows, order, axis=1)`."
            ) from None
        except ValueError as error:
            raise NotYet(
                f"Every row keeps its length: move the zeros instead of dropping them. (Raised: {error})"
            ) from None
    by_film = "You sorted by the film itself. The order of the history must stay: sort by *position*."
    mistakes = {
        by_film: lambda rows: _closed(rows, order=sorted),
        f"{by_film} The zeros come last.": lambda rows: np.sort(rows, axis=1),
        f"{by_film} (Your rows begin with the largest id.)": (
            lambda rows: _closed(rows, order=lambda films: sorted(films, reverse=True))
        ),
        "With one key for all films, `argsort` may mix them. Use each position as a key, or `kind='stable'`.": (
            lambda rows: np.take_along_axis(rows, np.argsort(rows == 0, axis=1), axis=1)
        ),
        "You mix the films of all users. Close the holes inside each row.": (
            lambda rows: np.pad(rows[rows > 0], (0, (rows == 0).sum())).reshape(rows.shape)
        ),
        "You sorted along the columns, axis 0, across users. Sort along each row: axis=1.": (
            lambda rows: np.take_along_axis(rows, np.argsort(rows == 0, axis=0, kind="stable"), axis=0)
        ),
        "You reorder all rows like the first one. Each row has an order of its own: np.take_along_axis.": (
            lambda rows: rows[:, np.argsort(rows[0] == 0, kind="stable")]
        ),
        "`np.unique` sorts the films and drops repeated ones. Keep all films, in the order in which they came.": (
            lambda rows: np.array([np.pad(np.unique(r[r > 0]), (0, len(r) - len(np.unique(r[r > 0])))) for r in rows])
        ),
        "Your zeros are in front. Give them the *largest* key, so that they come last.": (
            lambda rows: _closed(rows, front=True)
        ),
        "Your films are reversed. Keep the order in which they came, oldest first.": (
            lambda rows: _closed(rows, order=lambda films: films[::-1])
        ),
        "You return the order of the positions. Take the rows in that order: `np.take_along_axis`.": (
            lambda rows: np.argsort(np.where(rows > 0, np.arange(rows.shape[1]), rows.shape[1]), axis=1, kind="stable")
        ),
        "You return the keys. Sort by them, and take the rows in that order.": (
            lambda rows: np.where(rows > 0, np.arange(rows.shape[1]), rows.shape[1])
        ),
        "You return the keys, sorted. Take the rows in the order of the keys: `np.argsort`.": (
            lambda rows: np.sort(np.where(rows > 0, np.arange(rows.shape[1]), rows.shape[1]), axis=1)
        ),
        "You return the rows unchanged. Move the zeros to the end of each row.": lambda rows: rows,
    }
    keys = {
        "Your zeros have key 0, like the first position. Give them the *largest* key, to put them last.": lambda n: 0,
        "The last position has the key `rows.shape[1] - 1`. A zero's key must be larger.": lambda n: n - 1,
        "50 is too small for a row of 60: a zero's key must be larger than every position.": lambda n: 50,
    }
    for kind, end in (("quicksort", ""), ("stable", " ")):  # ties fall differently, the hint is the same
        mistakes |= {hint + end: partial(_sorted_by, key_of_zeros=key, kind=kind) for hint, key in keys.items()}
    judge(answer, cases, _closed, mistakes)


def _given_22_4(a, b, bound):
    return not (np.abs(a - b) > bound).any()


@exercise(
    "22.4",
    "O2",
    "debug",
    given=_given_22_4,
    done="Comparisons with NaN are False, and broadcasting fits different shapes. So test the shapes, and that all "
    "distances are within the bound.",
)
def agree(answer) -> None:
    must_be_function(answer)
    a = np.random.default_rng(3).normal(size=(4, 3))
    hole, far, near = a.copy(), a.copy(), a + 5e-6
    hole[2, 1] = np.nan
    far[3, 2] += 5e-5

    def said(left, right, bound=1e-5):
        try:
            verdict = answer(left.copy(), right.copy(), bound)
        except (ValueError, AssertionError) as error:
            if isinstance(error, AssertionError) and np.shape(left) == np.shape(right):
                raise NotYet("`assert` raises an error. Return False where the two do not agree.") from None
            if np.shape(left) == np.shape(right):
                raise NotYet(f"Your code raised {type(error).__name__}: {error}") from None
            raise NotYet("Arrays of different shapes raised an error. They do not agree: return False.") from None
        if np.ndim(verdict):
            raise NotYet("You return one answer for each score. Return a single one for all: `.all()`.")
        return verdict

    if said(a, a.copy()) is None or not said(a, near):
        raise NotYet("You return False for two arrays whose scores differ by less than `bound`. They agree.")
    if bool(said(a, far)) != bool(said(far, a)):
        raise NotYet("A score that is too *small* counts as well: compare absolute distances.")
    if said(a, far):
        raise NotYet(
            "You return True although one score differs by more than `bound`. All distances must be within it."
        )
    if said(a, hole) or said(hole, a):
        raise NotYet(
            "You return True although one score is NaN, because NaN > bound is False. Check that all "
            "distances are <= bound."
        )
    if said(hole, hole):
        raise NotYet("NaN in both arrays is no agreement, because there is no score to compare. Return False.")
    if said(np.zeros((3, 1)), np.zeros((3, 4))) or said(np.zeros(4), np.zeros((3, 4))):
        raise NotYet(
            "You return True for shapes (3, 1) and (3, 4), which fit by broadcasting. Compare the shapes first."
        )
    if said(np.zeros((2, 3)), np.zeros((3, 2))):
        raise NotYet("Shapes (2, 3) and (3, 2) hold equally many numbers, but they differ. Return False.")
    if not said(np.zeros(3), np.full(3, 0.5), 0.5):
        raise NotYet("A distance of exactly `bound` is not *more* than the bound: it agrees.")
    if said(100 * np.ones(3), 100 * np.ones(3) + 1e-3, 1e-5):
        raise NotYet("Your bound grows with the scores (the rtol of `np.allclose`). Set `rtol=0`.")


choice(
    "22.5",
    "O2",
    right="c",
    why_not={
        "a": "These users are all ordinary: each has a history and no unknown film. 200 of them revealed no fault.",
        "b": "An export does not depend on how good the model is for a user. It goes wrong on rare inputs.",
        "d": "A mean over ordinary users hides an error for a newcomer. It tells whether the model is good, which "
        "is another question.",
    },
    done="Exports go wrong at the edges: on no film, one film, the longest history, unknown ids, ids out of range, "
    "several users at once.",
)

predict(
    "22.6",
    "O3",
    truth=110,  # from 50 on a calm machine to 120 on a busy one
    within=90,
    between=(0, 1e6),
    low="It is more than that. Run it, and compare the first row with ONNX.",
    high="It was less on the machines that we tried. Run it, and compare the first row with ONNX.",
    done="Right: ONNX is tens of times as fast, on some machines a hundred. Run it, and see what a batch changes.",
)

choice(
    "22.7",
    "O4",
    right="b",
    why_not={
        "a": "A harmful pickle has a matching checksum, too, and it runs its code all the same when it is opened.",
        "c": "A checksum depends only on the bytes of the file. It says nothing about the training.",
        "d": "Whoever can replace the file on the page can replace the checksum beside it.",
    },
    done="A checksum reveals damage and mix-ups. It can be trusted only as far as the source from which you have it.",
)


def _digits(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


@exercise(
    "22.8", "O5", "code", done="With a manifest, missing and changed files are found before any of them is loaded."
)
def broken_files(answer) -> None:
    must_be_function(answer)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big = bytes(range(256)) * 40
        contents = {"b.bin": big, "a.txt": b"one\r\ntwo", "c.bin": b"\xff\xfe\x00", "d.txt": b"1234", "e.txt": b""}
        for file, raw in contents.items():
            (folder / file).write_bytes(raw)
        whole = {file: _digits(raw) for file, raw in contents.items()}
        (folder / "stranger.txt").write_bytes(b"not in the manifest")

        def said(manifest, all_there=False):
            try:
                found = answer(folder, dict(manifest))
            except FileNotFoundError:
                if all_there:
                    raise NotYet(
                        "All files are there, but your function did not find one. Read `folder / name`."
                    ) from None
                raise NotYet(
                    "A missing file raised an error. Its name belongs in the list: check `is_file()` first."
                ) from None
            except UnicodeDecodeError:
                raise NotYet("You read a model as text. Read bytes: `path.read_bytes()`.") from None
            if isinstance(found, bool):
                raise NotYet("You return True or False. Return a list of names.")
            if not isinstance(found, (list, tuple, set, np.ndarray)):
                raise NotYet(f"Return a list of names; you returned a value of type {type(found).__name__}.")
            if any(isinstance(entry, Path) or str(folder) in str(entry) for entry in found):
                raise NotYet("Return names as in the manifest, not paths.")
            if isinstance(found, set):
                raise NotYet("A set has no order: return a sorted list.")
            return list(found)

        found = said(whole, all_there=True)
        if "stranger.txt" in found:
            raise NotYet("`stranger.txt` is not in the manifest. Check only the names that the manifest contains.")
        if set(found) == set(whole):
            raise NotYet(
                "All files are intact, but you return all their names. Compare `hexdigest()` of the SHA-256 of "
                "`folder / name` with the digits, and return those that differ."
            )
        if found:
            raise NotYet(f"All files are intact, but you return {found}. Read each as bytes, without any change.")
        (folder / "d.txt").write_bytes(b"1235")
        (folder / "b.bin").write_bytes(big[:-1] + b"\x00")
        (folder / "a.txt").unlink()
        found, wanted = said(whole), ["a.txt", "b.bin", "d.txt"]
        if found == wanted:
            gone = said({"x/y.txt": whole["d.txt"], "c.bin": whole["c.bin"]})
            if gone != ["x/y.txt"]:
                raise NotYet("A file whose folder does not exist is missing, too. Return its name.")
            if said({"z.txt": "0" * 64, "d.txt": "0" * 64, "m.txt": "0" * 64}) != ["d.txt", "m.txt", "z.txt"]:
                raise NotYet("Return the names in sorted order.")
            return
        if sorted(found) == sorted(set(whole) - set(wanted)):
            raise NotYet("You return the intact files. Return those that are missing or changed.")
        if sorted(found) == wanted:
            raise NotYet("The names are right, but not sorted. Return them in sorted order.")
        if "a.txt" not in found and set(found) == {"b.bin", "d.txt"}:
            raise NotYet("`a.txt` is missing from the folder, so its name belongs in the list.")
        if found == ["a.txt"]:
            raise NotYet(
                "You find missing files only. A changed file of the same size must be found, too: compare checksums."
            )
        if "b.bin" not in found and "d.txt" in found:
            raise NotYet(
                "The last byte of a long file was changed, and your function did not notice. Hash the whole file."
            )
        raise NotYet(f"b.bin and d.txt were changed and a.txt was deleted, but you returned {found}.")


parsons(
    "22.9",
    "O5",
    right=("BCDFAG", "BDCFAG", "BDFCAG", "DBCFAG", "DBFCAG"),
    not_used={
        "E": "Leave out line E: it leaves the service without any version while you write, or for good if you fail.",
    },
    before={
        "AG": "The service may read the version as soon as it is told, so line G comes last.",
        "BG": "The service may read the version as soon as it is told, so line G comes last.",
        "CG": "The service may read the version as soon as it is told, so line G comes last.",
        "DG": "The service may read the version as soon as it is told, so line G comes last.",
        "FG": "The service may read the version as soon as it is told, so line G comes last.",
        "BC": "Line C writes into the draft, so make the draft first (line B).",
        "BF": "Line F writes into the draft, so make the draft first (line B).",
        "DF": "The manifest holds the checksums, so compute them first (line D).",
        "CA": "After the rename, everybody can see the folder, so all files must be in it before line A.",
        "FA": "After the rename, everybody can see the folder, so the manifest must be in it before line A.",
    },
    done="Files and manifest are written to a draft that is renamed when complete, so nobody ever sees half a version.",
)
