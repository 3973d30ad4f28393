"""Checks of lesson 08, build an MLP recommender."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import (
    NotYet,
    Sign,
    choice,
    exercise,
    judge,
    must_be_function,
    parsons,
    predict,
    trace,
    variants,
)

trace(
    "08.1",
    "O1",
    1.5,
    {
        0.5: "This is the score for Cleo's old taste, [0.5, 1]. Her second number is now 2.",
        2.5: "The first product is negative: 0.5 times −1.",
        -0.5: "This is the first product alone. Add the second one, 2 · 1.",
        2.0: "This is the second product alone. Add the first one, 0.5 · (−1).",
        -1.0: "You multiplied the two products. Add them.",
    },
    "Multiply the two first numbers, multiply the two second numbers, and add the products.",
    "0.5 · (−1) + 2 · 1 = 1.5: the dot product multiplies number by number and adds the products.",
)


def _relu(x):
    return np.maximum(x, 0)


def _neumf(p, q, r, s, W, b, h, order="rs", unit=_relu, products=np.multiply, last="product", bias=1.0, late=0.0):
    scores = []
    for one in range(len(p)):
        rows = {"r": r[one], "s": s[one]}
        dense = [sum(x * w for x, w in zip([*rows[order[0]], *rows[order[1]]], column)) for column in W.T]
        dense = unit(np.array(dense) + bias * b) + late * b
        product = products(p[one], q[one])
        parts = [product, dense] if last == "product" else [dense, product]
        scores.append(sum(x * w for x, w in zip(np.concatenate(parts), h)))
    return np.array(scores)


def _of_length_1(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _leaks(got, *case) -> bool:
    """Whether one slope for negative numbers, the same in every row, explains the scores."""
    right, cut = _neumf(*case), _neumf(*case, unit=lambda x: np.minimum(x, 0)) - _neumf(*case, unit=np.zeros_like)
    slope = np.linalg.lstsq(cut[:, None], np.ravel(got) - right, rcond=None)[0][0]
    return 1e-4 < slope < 0.6 and np.allclose(right + slope * cut, got)


def _neumf_cut_products(p, q, *others):
    return _neumf(np.maximum(p * q, 0), np.ones_like(q), *others)


@exercise(
    "08.2", "O1", "code", done="This is NeuMF: a product arm and a dense arm side by side, weighted by one last layer."
)
def neumf(answer) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for _ in range(8):
        n, dim, other, width = (int(x) for x in rng.integers((2, 2, 2, 2), (6, 5, 5, 6)))
        shapes = [(n, dim)] * 2 + [(n, other)] * 2 + [(2 * other, width), (width,), (dim + width,)]
        cases.append(tuple(rng.normal(size=shape) for shape in shapes))
    for case in cases if callable(answer) else ():
        try:
            got = np.asarray(answer(*(part.copy() for part in case)))
        except ValueError as error:
            if "number of dimensions" in str(error):
                raise NotYet(
                    "Both arms need the shape (batch, …) before you concatenate them. Do not add up `p * "
                    "q`, and use `np.maximum(x, 0)`, not `np.max(x, 0)`, which takes the maximum of each "
                    f"column. ({error})"
                ) from None
            raise NotYet(
                "Shapes do not fit. Concatenate with axis=1: `r` and `s` have 2 · other dim columns "
                "together, the hidden layer has `width`, `p * q` has `dim` (do not add it up), and both "
                f"arms together have dim + width. (Your code raised: {error})"
            ) from None
        if got.shape == (len(case[0]), 1):
            raise NotYet("Your scores have shape (batch, 1). Return the shape (batch,).")
        if got.shape == (len(case[0]), len(case[-1])):
            raise NotYet("The last step multiplies by `h` *and* adds up: use `@ h`, not `* h`.")
    changes = {
        "Your hidden layer reads items before users. Users come first: `np.concatenate([r, s], axis=1)`.": {
            "order": "sr"
        },
        "The ReLU of the hidden layer is missing. Without it, the dense arm is only a linear function.": {
            "unit": lambda x: x
        },
        "You added `p` and `q`. The product arm multiplies them, number by number.": {"products": np.add},
        "You subtracted `q` from `p`. The product arm multiplies them, number by number.": {"products": np.subtract},
        "The arms are swapped before the last layer: the products come first.": {"last": "dense"},
        "The bias `b` of the hidden layer is missing.": {"bias": 0.0},
        "You subtract the bias `b`. Add it.": {"bias": -1.0},
        "You add `b` after the ReLU. It belongs inside: `np.maximum(… @ W + b, 0)`.": {"bias": 0.0, "late": 1.0},
        "You add `b` twice, before and after the ReLU. Add it only before.": {"late": 1.0},
        "The nonlinearity is a ReLU, not tanh: np.maximum(…, 0).": {"unit": np.tanh},
        "The nonlinearity is a ReLU, not a sigmoid: np.maximum(…, 0).": {"unit": lambda x: 1 / (1 + np.exp(-x))},
        "Your hidden layer takes absolute values. A ReLU turns negative numbers into 0.": {"unit": np.abs},
        "Your hidden layer keeps the negative numbers. A ReLU keeps the positive ones: np.maximum, not np.minimum.": {
            "unit": lambda x: np.minimum(x, 0)
        },
    }
    mistakes = variants(_neumf, changes) | {
        "Your ReLU lets part of the negative numbers through (a leaky ReLU). Replace them by 0.": Sign(_leaks),
        "You add up the products before `h`. Keep all `dim` of them: `h` has a weight for each.": (
            lambda p, q, r, s, W, b, h: (
                (p * q).sum(axis=1) + np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0) @ h[p.shape[1] :]
            )
        ),
        "You add up the units of the dense arm without weights. Multiply them by the rest of `h`.": (
            lambda p, q, r, s, W, b, h: (
                (p * q) @ h[: p.shape[1]] + np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0).sum(axis=1)
            )
        ),
        "You divide the rows `p` and `q` by their lengths. Multiply them as they are.": (
            lambda p, q, *others: _neumf(_of_length_1(p), _of_length_1(q), *others)
        ),
        "You multiplied `r` by `s`. The dense arm concatenates them; only the product arm multiplies.": (
            lambda p, q, r, s, W, b, h: _neumf(p, q, r * s, r * s, W, b, h)
        ),
        "You apply the ReLU to the products, too. It belongs to the hidden layer alone.": _neumf_cut_products,
        "Your last layer has a ReLU. Scores may be negative: leave them as they are.": (
            lambda *parts: np.maximum(_neumf(*parts), 0)
        ),
        "You return probabilities. Return the scores, without a sigmoid.": (
            lambda *parts: 1 / (1 + np.exp(-_neumf(*parts)))
        ),
        "This is the product arm alone. Concatenate it with the dense arm.": (
            lambda p, q, r, s, W, b, h: _neumf(p, q, 0 * r, 0 * s, W, 0 * b, h)
        ),
        "This is the dense arm alone. Concatenate the products with it.": (
            lambda p, q, r, s, W, b, h: _neumf(0 * p, q, r, s, W, b, h)
        ),
    }
    judge(answer, cases, _neumf, mistakes)


trace(
    "08.3",
    "O1",
    113,
    {
        114: "The last layer has no bias: 3 + 5 numbers.",
        108: "The hidden layer has a bias for each of its 5 units.",
        103: "The two tables of biases are missing: one number for each of 4 + 6 rows.",
        83: "Each arm has its own tables: 4 + 6 rows of 3 numbers, twice.",
        98: "The rows of user and item are concatenated: 6 numbers go into the hidden layer, not 3.",
        110: "The products go into the last layer beside the 5 units: 3 + 5 weights.",
        116: "The product arm multiplies: 3 numbers come out, not 3 + 3.",
        127: "The 4 and 6 rows already include row 0 for unknown ids: do not add it once more.",
        109: "The bias is at the wrong layer: the hidden layer has one for each of 5 units, the last layer has none.",
        106: "The last layer has a weight for each of its inputs: 3 products + 5 units, not 1.",
    },
    "Count: biases 4 + 6; two arms with (4 + 6) · 3 each; hidden layer 6 · 5 and 5; last layer 3 + 5.",
    "113 = 10 biases + 60 in four tables + 6 · 5 + 5 in the hidden layer + 3 + 5 in the last layer.",
)


def _lookup(vocabulary, ids, start=1, unknown=0, sort=False):
    rows = list(sorted(vocabulary) if sort else vocabulary)
    return np.array([rows.index(raw) + start if raw in rows else unknown for raw in ids])


@exercise(
    "08.4", "O2", "faded", done="A look-up layer, like our IdMap, is a dictionary with a default row for unknown ids."
)
def lookup(answer) -> None:
    rng = np.random.default_rng(2)
    cases = []
    for _ in range(8):
        raw = rng.permutation(np.arange(10, 99))[:12].tolist()
        vocabulary = raw[: int(rng.integers(3, 8))]
        cases.append((vocabulary, np.array([*raw, vocabulary[0], *vocabulary])[rng.permutation(13 + len(vocabulary))]))
    if callable(answer):
        try:
            got = answer(list(cases[0][0]), cases[0][1].copy())
        except KeyError as error:
            raise NotYet(f"The id {error} is not in the vocabulary; it gets row 0: `row_of.get(raw, 0)`.") from None
        except ValueError as error:
            if "is not in list" not in str(error):
                raise
            raise NotYet(
                "`index` fails for an id that is not in the list. Use a dictionary: `row_of.get(raw, 0)`."
            ) from None
        except TypeError as error:
            if "unhashable" not in str(error):
                raise
            raise NotYet(
                "A dictionary looks up one id at a time, not an array: `[row_of.get(raw, 0) for raw in ids]`."
            ) from None
        if isinstance(got, dict):
            raise NotYet("You return a dictionary. Return one row for each entry of `ids`, in their order.")
        if np.asarray(got).dtype.kind in "US":
            raise NotYet("Your rows are text, and text cannot index a table. Return integers.")
        if np.ndim(got) == 2:
            raise NotYet(
                "You return a table that compares each id with the whole vocabulary. Return one row number for each id."
            )
        if isinstance(got, (list, np.ndarray)) and any(row is None for row in got):
            raise NotYet(
                "Your function gives None to an unknown id. Give `get` its second argument: `row_of.get(raw, 0)`."
            )
        if np.asarray(got).dtype.kind == "f":
            raise NotYet("Your rows are floats, and a float cannot index a table. Convert them to integers.")
        if np.shape(got) == np.unique(cases[0][1]).shape:
            raise NotYet("An id may occur twice in `ids`. Return one row for each entry, in their order.")
    mistakes = {
        "Your rows begin at 0. Row 0 is for unknown ids; the first id of the vocabulary has row 1.": partial(
            _lookup, start=0
        ),
        "Your dictionary maps rows to ids. Reverse it: `{raw: row for row, raw in …}`.": (
            lambda vocabulary, ids: np.array([dict(enumerate(vocabulary, start=1)).get(raw, 0) for raw in ids])
        ),
        "You use the rows of a layer with a mask token. Here unknown ids get row 0, and known ids begin at 1.": partial(
            _lookup, start=2, unknown=1
        ),
        "You give row 1 to unknown ids, but it belongs to the first id of the vocabulary. Give them row 0.": partial(
            _lookup, unknown=1
        ),
        "You give −1 to unknown ids, which NumPy reads as the last row. Give them row 0.": partial(_lookup, unknown=-1),
        "Your known ids begin at row 2. The first one has row 1: `enumerate(vocabulary, start=1)`.": partial(
            _lookup, start=2
        ),
        "You count the rows from the end of the vocabulary. Its first id has row 1.": (
            lambda vocabulary, ids: _lookup(vocabulary[::-1], ids)
        ),
        "You give row 0 to the last id of the vocabulary. It has a row of its own.": (
            lambda vocabulary, ids: _lookup(vocabulary[:-1], ids)
        ),
        "You sorted the vocabulary. Keep its order, which defines the rows.": partial(_lookup, sort=True),
        "You give unknown ids a row after the last one. Give them row 0.": (
            lambda vocabulary, ids: _lookup(vocabulary, ids, unknown=len(vocabulary) + 1)
        ),
        "`np.searchsorted` needs a *sorted* list, and returns a position for unknown ids, too. Use a dictionary.": (
            lambda vocabulary, ids: np.searchsorted(np.sort(vocabulary), ids) + 1
        ),
        "You return whether an id is known. Return its *row*: the position in the vocabulary, from 1.": (
            lambda vocabulary, ids: np.isin(ids, vocabulary).astype(int)
        ),
        "You return an unknown id unchanged. Give it row 0.": (
            lambda vocabulary, ids: np.array([vocabulary.index(i) + 1 if i in vocabulary else i for i in ids])
        ),
        "You numbered the ids by their own order. The row numbers come from `vocabulary`.": (
            lambda vocabulary, ids: np.unique(ids, return_inverse=True)[1]
        ),
        "You left out unknown ids, so the rows no longer match the entries of `ids`. Give them row 0.": (
            lambda vocabulary, ids: _lookup(vocabulary, [raw for raw in ids if raw in vocabulary])
        ),
    }
    judge(answer, cases, _lookup, mistakes, keeps_input=True)


choice(
    "08.5",
    "O2",
    right="c",
    why_not={
        "a": "Without `jit_compile` it would. The compiled program does not check the range of an index.",
        "b": "Row 0 for unknown ids is our own convention. The embedding layer takes every number as a row number.",
        "d": "The number of rows of an embedding table is fixed when the layer is built.",
    },
    done="An index beyond the table is clipped to the last row: thousands of raw ids would share it without a warning.",
)

predict(
    "08.6",
    "O3",
    truth=0.892,
    within=0.004,
    between=(0, 2),
    low="You expect the MLP to beat the factorisation. Run the cells and see whether the nonlinearity and "
    "the year help that much.",
    high="You expect the MLP to be worse than the factorisation, although it has the same biases. Run the "
    "cells and see.",
    done="You expect about the RMSE of the factorisation. Run the cells, and look at the interval before "
    "you say which is better.",
)


class _Watched(np.ndarray):
    """A matrix that looks at what it is asked, so that a loop without end is noticed, and why it does not end."""

    calls, user, last = 0, None, None

    def __getitem__(self, key):
        plain = np.asarray(self)
        if isinstance(key, tuple) and len(key) == 2 and np.shape(key[0]) == np.shape(key[1]) == _Watched.user.shape:
            if np.array_equal(key[1], _Watched.user) and not np.array_equal(key[0], _Watched.user):
                raise NotYet("You index `is_seen[item, user]`, but its rows are users: use `is_seen[user, item]`.")
            item = np.array(key[1])
            if _Watched.calls > 1000 and _changed_a_right_one(plain, item):
                raise NotYet(
                    "You draw every film again in each round, even those that were right, so some entry is "
                    "always wrong. Draw only for the wrong entries: `item[is_wrong] = …`."
                )
            _Watched.last = item
        _Watched.calls += 1
        if _Watched.calls > 20_000:
            raise NotYet(
                "Your loop does not end: some user has seen all the films that you draw from. Draw from "
                "all films in both lines, including the last one: `rng.integers(1, n)` already ends at n − "
                "1."
            )
        return plain[key]


def _changed_a_right_one(is_seen, item) -> bool:
    last = _Watched.last
    return last is not None and bool(((last != item) & ~is_seen[_Watched.user, last]).any())


def _given_08_7(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[0], len(user))
    while (is_wrong := is_seen[user, item]).any():
        item[is_wrong] = rng.integers(1, is_seen.shape[0], is_wrong.sum())
    return item


@exercise(
    "08.7",
    "O5",
    "debug",
    given=_given_08_7,
    done="With the bug, films above the number of users were never drawn as negatives, so nothing pushed "
    "their scores down.",
)
def negatives(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(3)
    for n_users, n_items in ((4, 9), (7, 5), (3, 12)):
        is_seen = rng.random((n_users + 1, n_items + 1)) < 0.4
        is_seen[:, 0] = False
        is_seen[1, 1:] = np.arange(n_items) != n_items - 1  # user 1 has seen all but the last item
        is_seen[2, 1:] = np.arange(n_items) != 0  # user 2 all but the first
        user = np.repeat(np.arange(1, n_users + 1), 300)
        _Watched.calls, _Watched.user, _Watched.last = 0, user, None
        mine = user.copy(), is_seen.copy()
        try:
            item = np.asarray(answer(np.random.default_rng(4), mine[0], mine[1].view(_Watched)))
        except IndexError:
            raise NotYet(
                f"With {n_users} users and {n_items} films you draw an item that does not exist: "
                "`is_seen.shape[1]` is the number of films plus 1, `is_seen.shape[0]` that of users plus "
                "1, and `rng.integers(1, n)` ends at n − 1."
            ) from None
        if not (np.array_equal(mine[0], user) and np.array_equal(mine[1], is_seen)):
            raise NotYet("Your function changes `user` or `is_seen`, which the next draw needs. Work on a copy.")
        if item.shape != user.shape:
            raise NotYet(
                f"Return one item for each of the {len(user)} entries of `user`; your result has shape {item.shape}."
            )
        if item.dtype.kind not in "iu":
            raise NotYet(f"Your items are of type {item.dtype}, which cannot index a table. Return integers.")
        if item.max() > n_items:
            raise NotYet("You draw an item beyond the last one: `rng.integers(1, n)` ends at n − 1.")
        if (item == 0).any():
            raise NotYet("You draw item 0, which is padding. Begin at 1.")
        if is_seen[user, item].any():
            raise NotYet("Some of your negatives were seen by their user. Draw those again until none is left.")
        other = np.asarray(answer(np.random.default_rng(5), user.copy(), is_seen.copy()))
        if np.array_equal(other, item):
            raise NotYet("Another generator gives the same films. Draw with the `rng` that is passed in.")
        free = ~is_seen[1:, 1:]
        possible = {(u + 1, i + 1) for u, i in zip(*free.nonzero())}
        drawn = set(zip(user.tolist(), item.tolist()))
        if possible - drawn:
            missing = sorted({int(i) for _, i in possible - drawn})
            raise NotYet(
                f"Films {missing} of {n_items} are never drawn for some user who has not seen them. Check "
                "the upper end of the range in both lines."
            )
        for one in range(1, n_users + 1):
            share = np.bincount(item[user == one], minlength=n_items + 1) / (user == one).sum()
            fair = 1 / free[one - 1].sum()
            if share.max() > fair + 0.15:
                raise NotYet(
                    f"A user has {free[one - 1].sum()} unseen films, and film {share.argmax()} is "
                    f"{share.max():.0%} of the draws. All should be equally likely: draw a new film for "
                    "each wrong entry, `is_wrong.sum()` of them."
                )


def _early_stopping(valid, patience, ties="first", late=0, best_of_all=False, last=False, from_zero=0, lowest=False):
    better = np.less if lowest else np.greater_equal if ties == "last" else np.greater
    best_epoch, epoch = 1, 0
    for epoch in range(1, len(valid) + 1):
        if epoch > 1 and better(valid[epoch - 1], valid[best_epoch - 1]):
            best_epoch = epoch
        if epoch - best_epoch >= patience + late:
            break
    if best_of_all:
        best_epoch = int(np.argmax(valid)) + 1
    return np.array([epoch if last else best_epoch, epoch]) - from_zero


def _stop_at_first_falls(valid, patience, worse=np.less_equal):
    """Counts epochs that are worse than the one before, in a row."""
    falls, epoch = 0, 0
    for epoch in range(1, len(valid) + 1):
        falls = falls + 1 if epoch > 1 and worse(valid[epoch - 1], valid[epoch - 2]) else 0
        if falls >= patience:
            break
    return np.array([int(np.argmax(valid[:epoch])) + 1, epoch])


def _stop_never_reset(valid, patience):
    """Counts all epochs without a new best, not those in a row."""
    bad, best_epoch, epoch = 0, 1, 0
    for epoch in range(1, len(valid) + 1):
        if epoch > 1 and valid[epoch - 1] > valid[best_epoch - 1]:
            best_epoch = epoch
        elif epoch > 1:
            bad += 1
        if bad >= patience:
            break
    return np.array([best_epoch, epoch])


def _early_stopping_as_usual(valid, patience, best=-np.inf, compare_first=True, keeps_best=True, ties_reset=False):
    """The usual code, with slips: a first best value, a look at patience too early, a best that stays, ties."""
    best_epoch, since, epoch = (0, 0, 0) if keeps_best else (1, 0, 0)
    best = best if keeps_best else valid[0]
    for epoch, value in enumerate(valid, start=1):
        if not compare_first and epoch - best_epoch >= patience:
            break
        is_tie = ties_reset and value == best
        since = 0 if value > best or is_tie else since + 1
        if value > best:
            best, best_epoch = value if keeps_best else best, epoch
        if compare_first and (since if ties_reset else epoch - best_epoch) >= patience:
            break
    return np.array([best_epoch, epoch])


@exercise(
    "08.8",
    "O4",
    "code",
    done="Early stopping waits `patience` epochs for a new best, and keeps the weights of the best epoch, not "
    "of the last.",
)
def early_stopping(answer) -> None:
    rng = np.random.default_rng(5)
    cases = [([0.1, 0.5, 0.4, 0.5, 0.3, 0.2, 0.9], 2), ([0.3, 0.2, 0.1], 5), ([0.1, 0.2, 0.3], 1), ([0.4], 2)]
    cases += [([-0.5, -0.3, -0.4, -0.6, -0.2], 2), ([0.32, 0.33, 0.31, 0.33001], 3)]
    cases += [(rng.integers(0, 6, int(rng.integers(5, 12))).tolist(), int(rng.integers(1, 4))) for _ in range(40)]

    def pair(function):
        def call(valid, patience):
            result = function(valid, patience)
            if np.shape(result) != (2,):
                raise NotYet(
                    "Return two numbers, the best epoch and the number of epochs run; your function "
                    f"returned {result!r}."
                )
            return np.asarray(result, dtype=float)

        return call

    mistakes = {
        "The two numbers are the wrong way round: the best epoch comes first.": (
            lambda valid, patience: _early_stopping(valid, patience)[::-1]
        ),
        "Your epochs begin at 0. The first epoch is epoch 1.": partial(_early_stopping, from_zero=1),
        "Your function stops one epoch late. Stop as soon as `patience` epochs in a row bring no new best.": partial(
            _early_stopping, late=1
        ),
        "Your function stops one epoch early. Wait until `patience` epochs in a row bring no new best.": partial(
            _early_stopping, late=-1
        ),
        "You return the last epoch as the best. Return the epoch with the best value.": partial(
            _early_stopping, last=True
        ),
        "Your best epoch may come after the stop. Only epochs that were run can be the best.": partial(
            _early_stopping, best_of_all=True
        ),
        "An equal value is not a *new* best: in a tie, return the first epoch.": partial(_early_stopping, ties="last"),
        "You look for the smallest value. A larger NDCG is better.": partial(_early_stopping, lowest=True),
        "Your best value starts at 0, but a metric can be negative. Start with −∞.": partial(
            _early_stopping_as_usual, best=0.0
        ),
        "You check the patience before the comparison, so a new best in the same epoch comes too late. "
        "Compare first.": partial(_early_stopping_as_usual, compare_first=False),
        "Your best epoch is one too small: counting begins at 1.": (
            lambda valid, patience: _early_stopping(valid, patience) - [1, 0]
        ),
        "Your first number is the best value. Return its *epoch*.": (
            lambda valid, patience: [
                valid[_early_stopping(valid, patience)[0] - 1],
                _early_stopping(valid, patience)[1],
            ]
        ),
        "Your function never stops early. Stop when `patience` epochs in a row have brought no new best.": (
            lambda valid, patience: [int(np.argmax(valid)) + 1, len(valid)]
        ),
        "Your second number is one too small: counting begins at 1.": (
            lambda valid, patience: _early_stopping(valid, patience) - [0, 1]
        ),
        "Your second number is best epoch + patience, which may be beyond the end. Count the epochs that were run.": (
            lambda valid, patience: [
                _early_stopping(valid, patience)[0],
                _early_stopping(valid, patience)[0] + patience,
            ]
        ),
        "You return the best value and its epoch. Return the best epoch and how many epochs were run.": (
            lambda valid, patience: [
                valid[_early_stopping(valid, patience)[0] - 1],
                _early_stopping(valid, patience)[0],
            ]
        ),
        "You compare each value with the first one. Update the best value at each new best: `best = value`.": (
            partial(_early_stopping_as_usual, keeps_best=False)
        ),
        "`patience` counts from the last new best, not from the beginning.": (
            lambda valid, patience: [int(np.argmax(valid[:patience])) + 1, min(patience, len(valid))]
        ),
        "`patience` counts from the last new best, not from the first epoch.": (
            lambda valid, patience: [int(np.argmax(valid[: patience + 1])) + 1, min(patience + 1, len(valid))]
        ),
        "You restart the count at an equal value. It is not a *new* best, so keep counting.": (
            partial(_early_stopping_as_usual, ties_reset=True)
        ),
        "You compare with the previous epoch, and an equal value resets the count. Compare with the best so far.": (
            partial(_stop_at_first_falls, worse=np.less)
        ),
        "Your function goes to the end of the list and takes the last epoch of a tie. Stop early, and take "
        "the first.": (lambda valid, patience: [len(valid) - int(np.argmax(valid[::-1])), len(valid)]),
        "Your second number counts the epochs since the best one. Return the number of all epochs run.": (
            lambda valid, patience: [
                _early_stopping(valid, patience)[0],
                -np.subtract(*_early_stopping(valid, patience)),
            ]
        ),
        "You compare with the previous epoch. Compare with the best so far.": _stop_at_first_falls,
        "You never reset the count. After a new best, the full patience applies again.": _stop_never_reset,
    }
    judge(
        pair(answer) if callable(answer) else answer,
        cases,
        _early_stopping,
        {hint: pair(mistake) for hint, mistake in mistakes.items()},
        keeps_input=True,
    )


predict(
    "08.9",
    "O5",
    truth=-0.01,
    within=0.006,
    between=(-0.14, 0.14),
    low="You expect the MLP to be far behind. Run the cells: both models are trained well enough to beat popularity.",
    high="Most readers expect the MLP to be ahead, or level. Run the cells, and look at the interval.",
    done="You expect the MLP to be slightly behind, although it can learn other rules. Run the cells, and "
    "look at the interval.",
)


parsons(
    "08.10",
    "O5",
    right="DBAEC",
    not_used={
        "F": "Line F chooses settings on the test set, which is then no longer a fair test. Leave it out.",
    },
    before={
        "DB": "Line B reads `trial`, so the trials come before the choice.",
        "BA": "Line A refits with the best settings, so they must have been chosen.",
        "AE": "Line E measures the refitted models, so line A comes first.",
        "EC": "Line C needs `per_user`, the numbers of both models, so it comes last.",
    },
    done="A fair comparison tries settings on valid, refits the best with several seeds, and uses the test set once.",
)


choice(
    "08.11",
    "O5",
    right="c",
    why_not={
        "a": "The difference of 0.03 is one between a tuned model and an untuned one. Tuning alone may explain it.",
        "b": "Seeds and intervals say how certain a number is. They cannot make up for unequal tuning.",
        "d": "This was shown on other data, with other searches. The paper says nothing about a tuned dot product.",
    },
    done="Only with the same number of trials on the same data does the difference say something about the models.",
)
