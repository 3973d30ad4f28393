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
        0.5: "That is the old Cleo, [0.5, 1]. The new one has 2 as her second number.",
        2.5: "The first product is negative: 0.5 times −1.",
        -0.5: "That is the first product alone. Add the second one, 2 · 1.",
        2.0: "That is the second product alone. Add the first one, 0.5 · (−1).",
        -1.0: "You multiplied both products. Add them up.",
    },
    "First number times first number, second times second, then add up.",
    "0.5 · (−1) + 2 · 1: one product for each number, then add up.",
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


@exercise("08.2", "O1", "code", done="Two arms, side by side, and one last layer that weighs them: that is NeuMF.")
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
                    "Both arms have shape (batch, …) before they stand side by side. Do not add up `p * q`, and take "
                    f"`np.maximum(x, 0)`, not `np.max(x, 0)`, which takes each column's largest. ({error})"
                ) from None
            raise NotYet(
                "Shapes do not fit. Side by side is axis=1: `r` and `s` have 2 · other dim columns there, the hidden "
                "layer `width`, `p * q`, which is not added up before it meets `h`, `dim`; both arms dim + width. "
                f"(Your code raised: {error})"
            ) from None
        if got.shape == (len(case[0]), 1):
            raise NotYet("The scores stand in shape (batch, 1); (batch,) is asked for.")
        if got.shape == (len(case[0]), len(case[-1])):
            raise NotYet("The last step multiplies with `h` *and* adds up: `@ h`, not `* h`.")
    changes = {
        "In your hidden layer items stand before users: `np.concatenate([r, s], axis=1)`.": {"order": "sr"},
        "The ReLU of the hidden layer is missing: without it the dense arm is one layer only.": {"unit": lambda x: x},
        "You added `p` and `q`. The product arm multiplies them, number by number.": {"products": np.add},
        "You subtracted `q` from `p`. The product arm multiplies them, number by number.": {"products": np.subtract},
        "The arms are swapped before the last layer: products stand first.": {"last": "dense"},
        "The bias `b` of the hidden layer is missing.": {"bias": 0.0},
        "The bias `b` is subtracted in yours. Add it.": {"bias": -1.0},
        "You add `b` after the ReLU. It belongs inside: `np.maximum(… @ W + b, 0)`.": {"bias": 0.0, "late": 1.0},
        "You add `b` twice, before and after the ReLU. Inside is enough.": {"late": 1.0},
        "The nonlinearity is a ReLU, not tanh: np.maximum(…, 0).": {"unit": np.tanh},
        "The nonlinearity is a ReLU, not a sigmoid: np.maximum(…, 0).": {"unit": lambda x: 1 / (1 + np.exp(-x))},
        "Your hidden layer takes absolute values. A ReLU turns negative numbers into 0.": {"unit": np.abs},
        "Your hidden layer keeps the negative numbers. A ReLU keeps the positive ones: np.maximum, not np.minimum.": {
            "unit": lambda x: np.minimum(x, 0)
        },
    }
    mistakes = variants(_neumf, changes) | {
        "Your ReLU lets a part of the negative numbers through (a leaky ReLU). It turns them into 0.": Sign(_leaks),
        "You add the products up before `h`. They stay `dim` numbers, and `h` has a weight for each.": (
            lambda p, q, r, s, W, b, h: (
                (p * q).sum(axis=1) + np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0) @ h[p.shape[1] :]
            )
        ),
        "The units of the dense arm have no weights in yours: multiply them with the rest of `h`.": (
            lambda p, q, r, s, W, b, h: (
                (p * q) @ h[: p.shape[1]] + np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0).sum(axis=1)
            )
        ),
        "The rows `p` and `q` are divided by their lengths in yours. Multiply them as they are.": (
            lambda p, q, *others: _neumf(_of_length_1(p), _of_length_1(q), *others)
        ),
        "In the dense arm `r` and `s` stand side by side as they are. Only the product arm multiplies.": (
            lambda p, q, r, s, W, b, h: _neumf(p, q, r * s, r * s, W, b, h)
        ),
        "Your ReLU cuts the products, too. It belongs to the hidden layer alone.": _neumf_cut_products,
        "Your last layer has a ReLU. Scores may be negative: leave them as they are.": (
            lambda *parts: np.maximum(_neumf(*parts), 0)
        ),
        "You return probabilities. The score is asked for, without a sigmoid.": (
            lambda *parts: 1 / (1 + np.exp(-_neumf(*parts)))
        ),
        "That is the product arm alone. The dense arm belongs beside it.": (
            lambda p, q, r, s, W, b, h: _neumf(p, q, 0 * r, 0 * s, W, 0 * b, h)
        ),
        "That is the dense arm alone. The products belong beside it.": (
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
        83: "Each arm has tables of its own: 4 + 6 rows of 3 numbers, twice.",
        98: "User and item stand side by side: 6 numbers go into the hidden layer, not 3.",
        110: "The products go into the last layer beside the 5 units: 3 + 5 weights.",
        116: "The product arm multiplies: 3 numbers come out, not 3 + 3.",
        127: "Row 0 for the unknown is among the 4 and 6 rows here: do not add it once more.",
        109: "The bias stands at the wrong layer: the hidden layer has one for each of 5 units, the last has none.",
        106: "The products stay three numbers: the last layer has 3 + 5 weights, not 1.",
    },
    "Count: biases 4 + 6; two arms with (4 + 6) · 3 each; hidden layer 6 · 5 and 5; last layer 3 + 5.",
    "10 biases, 60 in four tables, 6 · 5 + 5 in the hidden layer, 3 + 5 in the last.",
)


def _lookup(vocabulary, ids, start=1, unknown=0, sort=False):
    rows = list(sorted(vocabulary) if sort else vocabulary)
    return np.array([rows.index(raw) + start if raw in rows else unknown for raw in ids])


@exercise("08.4", "O2", "faded", done="A dictionary and a default: what a look-up layer is, and what IdMap is.")
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
            raise NotYet("A dictionary is asked for one id at a time: `[row_of.get(raw, 0) for raw in ids]`.") from None
        if isinstance(got, dict):
            raise NotYet("You return a dictionary. Return one row for each entry of `ids`, in their order.")
        if np.asarray(got).dtype.kind in "US":
            raise NotYet("Your rows are text, and text cannot index a table. Leave them as whole numbers.")
        if np.ndim(got) == 2:
            raise NotYet(
                "You return a table that compares each id with each of the vocabulary. One row number is asked for."
            )
        if isinstance(got, (list, np.ndarray)) and any(row is None for row in got):
            raise NotYet("An unknown id gets None in yours. Give `get` its second argument: `row_of.get(raw, 0)`.")
        if np.asarray(got).dtype.kind == "f":
            raise NotYet("Your rows are floats, and a float cannot index a table. Make whole numbers of them: int.")
        if np.shape(got) == np.unique(cases[0][1]).shape:
            raise NotYet("An id may stand twice in `ids`: return one row for each entry, in their order.")
    mistakes = {
        "Your rows begin at 0. Row 0 is for the unknown; the first of the list has row 1.": partial(_lookup, start=0),
        "Your dictionary leads from row to id. Reverse it: `{raw: row for row, raw in …}`.": (
            lambda vocabulary, ids: np.array([dict(enumerate(vocabulary, start=1)).get(raw, 0) for raw in ids])
        ),
        "In yours 1 is the unknown and known ids begin at 2: the rows of a layer with a mask token.": partial(
            _lookup, start=2, unknown=1
        ),
        "An unknown id gets row 1 in yours, which belongs to the first of the list.": partial(_lookup, unknown=1),
        "An unknown id gets −1 in yours, which NumPy reads as the last row. It gets 0.": partial(_lookup, unknown=-1),
        "Your known rows begin at 2. The first of the list has row 1: `enumerate(vocabulary, start=1)`.": partial(
            _lookup, start=2
        ),
        "Your rows count from the end of the list. The first of the list has row 1.": (
            lambda vocabulary, ids: _lookup(vocabulary[::-1], ids)
        ),
        "The last of the vocabulary gets 0 in yours. It has a row, too.": (
            lambda vocabulary, ids: _lookup(vocabulary[:-1], ids)
        ),
        "You sorted the vocabulary. Its order is the order of the rows, whatever it is.": partial(_lookup, sort=True),
        "Unknown ids get a row behind the last one in yours. They get row 0.": (
            lambda vocabulary, ids: _lookup(vocabulary, ids, unknown=len(vocabulary) + 1)
        ),
        "`np.searchsorted` finds positions in a *sorted* list, and something for unknown ids too. Use a dictionary.": (
            lambda vocabulary, ids: np.searchsorted(np.sort(vocabulary), ids) + 1
        ),
        "You return whether an id is known. Its *row* is asked for: the position in the list, from 1.": (
            lambda vocabulary, ids: np.isin(ids, vocabulary).astype(int)
        ),
        "An unknown id is returned as it is. It gets row 0.": (
            lambda vocabulary, ids: np.array([vocabulary.index(i) + 1 if i in vocabulary else i for i in ids])
        ),
        "You numbered the ids among themselves. The rows come from `vocabulary`.": (
            lambda vocabulary, ids: np.unique(ids, return_inverse=True)[1]
        ),
        "You left unknown ids out: the answers no longer stand beside their questions.": (
            lambda vocabulary, ids: _lookup(vocabulary, [raw for raw in ids if raw in vocabulary])
        ),
    }
    judge(answer, cases, _lookup, mistakes, keeps_input=True)


choice(
    "08.5",
    "O2",
    right="c",
    why_not={
        "a": "Without `jit_compile` it would. The compiled program does not look whether an index is too large.",
        "b": "Row 0 is our rule for unknown ids. The layer knows nothing of it: it was handed a row number.",
        "d": "A table has as many rows as it was built with.",
    },
    done="Too large an index is moved to the last row. Thousands of raw ids would share it, without a word.",
)

predict(
    "08.6",
    "O3",
    truth=0.892,
    within=0.004,
    between=(0, 2),
    low="Less than the factorisation has: run it, and see whether the nonlinearity and the year give so much.",
    high="Worse than the factorisation? Like it, the MLP has the biases inside. Run it.",
    done="Close to the factorisation: run it, and look at the interval before you say which is better.",
)


class _Watched(np.ndarray):
    """A matrix that looks at what it is asked, so that a loop without end is noticed, and why it does not end."""

    calls, user, last = 0, None, None

    def __getitem__(self, key):
        plain = np.asarray(self)
        if isinstance(key, tuple) and len(key) == 2 and np.shape(key[0]) == np.shape(key[1]) == _Watched.user.shape:
            if np.array_equal(key[1], _Watched.user) and not np.array_equal(key[0], _Watched.user):
                raise NotYet("You ask `is_seen[item, user]`. Its rows are users: `is_seen[user, item]`.")
            item = np.array(key[1])
            if _Watched.calls > 1000 and _changed_a_right_one(plain, item):
                raise NotYet(
                    "You draw every film again in each round, also those that were right, and one of many is always "
                    "wrong. Draw only for the wrong entries: `item[is_wrong] = …`."
                )
            _Watched.last = item
        _Watched.calls += 1
        if _Watched.calls > 20_000:
            raise NotYet(
                "Your loop does not end: a user has seen all that you draw from. Draw from all films in both lines, "
                "the last one too: `rng.integers(1, n)` ends at n − 1 by itself."
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
    done="Films above the number of users were never a 'no', so their scores were never pushed down.",
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
                f"With {n_users} users and {n_items} films you draw an item that does not exist: `is_seen.shape[1]` "
                "counts films, `is_seen.shape[0]` users, each with row 0, and `rng.integers(1, n)` ends at n − 1."
            ) from None
        if not (np.array_equal(mine[0], user) and np.array_equal(mine[1], is_seen)):
            raise NotYet("Your function changes `user` or `is_seen`, which the next draw needs. Work on a copy.")
        if item.shape != user.shape:
            raise NotYet(f"One item for each of {len(user)} entries is asked for; yours has shape {item.shape}.")
        if item.dtype.kind not in "iu":
            raise NotYet(f"Your items are of type {item.dtype}, which cannot index a table. Return whole numbers.")
        if item.max() > n_items:
            raise NotYet("You draw an item beyond the last one: `rng.integers(1, n)` ends at n − 1.")
        if (item == 0).any():
            raise NotYet("You draw item 0, which is padding. Begin at 1.")
        if is_seen[user, item].any():
            raise NotYet("Some of your negatives were seen by their user. Draw those again until none is left.")
        other = np.asarray(answer(np.random.default_rng(5), user.copy(), is_seen.copy()))
        if np.array_equal(other, item):
            raise NotYet("Another generator gives the same films in yours: draw with the `rng` that comes in.")
        free = ~is_seen[1:, 1:]
        possible = {(u + 1, i + 1) for u, i in zip(*free.nonzero())}
        drawn = set(zip(user.tolist(), item.tolist()))
        if possible - drawn:
            missing = sorted({int(i) for _, i in possible - drawn})
            raise NotYet(
                f"Films {missing} of {n_items} are never drawn for some user who has not seen them. Look at the upper "
                "end in both lines."
            )
        for one in range(1, n_users + 1):
            share = np.bincount(item[user == one], minlength=n_items + 1) / (user == one).sum()
            fair = 1 / free[one - 1].sum()
            if share.max() > fair + 0.15:
                raise NotYet(
                    f"A user has {free[one - 1].sum()} unseen films, and film {share.argmax()} is {share.max():.0%} of "
                    "the draws. All should come alike: draw a film for each wrong entry, `is_wrong.sum()` of them."
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


@exercise("08.8", "O4", "code", done="Patience buys time for a new best; the best weights, not the last, are kept.")
def early_stopping(answer) -> None:
    rng = np.random.default_rng(5)
    cases = [([0.1, 0.5, 0.4, 0.5, 0.3, 0.2, 0.9], 2), ([0.3, 0.2, 0.1], 5), ([0.1, 0.2, 0.3], 1), ([0.4], 2)]
    cases += [([-0.5, -0.3, -0.4, -0.6, -0.2], 2), ([0.32, 0.33, 0.31, 0.33001], 3)]
    cases += [(rng.integers(0, 6, int(rng.integers(5, 12))).tolist(), int(rng.integers(1, 4))) for _ in range(40)]

    def pair(function):
        def call(valid, patience):
            result = function(valid, patience)
            if np.shape(result) != (2,):
                raise NotYet(f"Return two numbers, best epoch and epochs run; yours returned {result!r}.")
            return np.asarray(result, dtype=float)

        return call

    mistakes = {
        "The two numbers are the wrong way round: the best epoch comes first.": (
            lambda valid, patience: _early_stopping(valid, patience)[::-1]
        ),
        "Your epochs begin at 0. The first epoch is epoch 1.": partial(_early_stopping, from_zero=1),
        "Yours stops one epoch late: after `patience` epochs without a new best it is over.": partial(
            _early_stopping, late=1
        ),
        "Yours stops one epoch early: `patience` epochs without a new best are allowed.": partial(
            _early_stopping, late=-1
        ),
        "You return the last epoch as the best. Its weights are not those to keep.": partial(
            _early_stopping, last=True
        ),
        "Your best epoch may lie behind the stop: it was never run.": partial(_early_stopping, best_of_all=True),
        "An equal value is no *new* best: the first of equals counts.": partial(_early_stopping, ties="last"),
        "Yours looks for the smallest value. NDCG is better when larger.": partial(_early_stopping, lowest=True),
        "Yours begins with a best value of 0, but a metric can be negative: begin with −∞.": partial(
            _early_stopping_as_usual, best=0.0
        ),
        "You look at patience before the comparison: a new best in this very epoch must count.": partial(
            _early_stopping_as_usual, compare_first=False
        ),
        "Your best epoch is one too small: counting begins at 1.": (
            lambda valid, patience: _early_stopping(valid, patience) - [1, 0]
        ),
        "Your first number is the best value. Its *epoch* is asked for.": (
            lambda valid, patience: [
                valid[_early_stopping(valid, patience)[0] - 1],
                _early_stopping(valid, patience)[1],
            ]
        ),
        "Yours never stops early: it goes to the end of the list.": (
            lambda valid, patience: [int(np.argmax(valid)) + 1, len(valid)]
        ),
        "Your second number is one too small: counting begins at 1.": (
            lambda valid, patience: _early_stopping(valid, patience) - [0, 1]
        ),
        "Your second number is best epoch + patience, which may lie behind the end. Count the epochs that were run.": (
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
        "You compare each value with the first one. A new best is the next to compare with: `best = value`.": (
            partial(_early_stopping_as_usual, keeps_best=False)
        ),
        "`patience` counts from the last new best, not from the beginning.": (
            lambda valid, patience: [int(np.argmax(valid[:patience])) + 1, min(patience, len(valid))]
        ),
        "`patience` counts from the last new best, not from the first epoch.": (
            lambda valid, patience: [int(np.argmax(valid[: patience + 1])) + 1, min(patience + 1, len(valid))]
        ),
        "An equal value starts your count anew. It is no *new* best: go on counting.": (
            partial(_early_stopping_as_usual, ties_reset=True)
        ),
        "You compare with the epoch before, and equal values count as better. Compare with the best so far.": (
            partial(_stop_at_first_falls, worse=np.less)
        ),
        "Yours goes to the end of the list, and takes the last of equals. Stop early; the first of equals is best.": (
            lambda valid, patience: [len(valid) - int(np.argmax(valid[::-1])), len(valid)]
        ),
        "Your second number counts the epochs since the best. All that were run are asked for.": (
            lambda valid, patience: [
                _early_stopping(valid, patience)[0],
                -np.subtract(*_early_stopping(valid, patience)),
            ]
        ),
        "You compare with the epoch before. Compare with the best so far.": _stop_at_first_falls,
        "You never start counting anew: a new best gives the full patience again.": _stop_never_reset,
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
    low="That far behind? Run it: both are trained well enough to beat popularity.",
    high="Most people say so. Run it, and look at the interval.",
    done="Behind, although it is free to learn any rule: run it, and look at the interval.",
)


parsons(
    "08.10",
    "O5",
    right="DBAEC",
    not_used={
        "F": "Line F chooses settings on the test part, which is then no test any more. Leave it out.",
    },
    before={
        "DB": "Line B reads `trial`, so the trials come before the choice.",
        "BA": "Line A refits with the best settings, so they must have been chosen.",
        "AE": "Line E measures the refitted models, so line A comes first.",
        "EC": "The interval needs the numbers of all users: line C comes last.",
    },
    done="Try on valid, choose, refit with seeds, measure once, compare in pairs.",
)


choice(
    "08.11",
    "O5",
    right="c",
    why_not={
        "a": "0.03 is the distance between a model that was searched for and one that was not.",
        "b": "Seeds and intervals say how sure the number is. They cannot fix an unequal search.",
        "d": "That was shown on other data with other searches. Here nothing is known about a tuned dot product.",
    },
    done="The same number of trials for both, on the same data: only then the distance speaks about the models.",
)
