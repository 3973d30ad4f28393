"""Checks of lesson 21, compress a recommender."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import NotYet, Sign, choice, exercise, judge, parsons, predict, trace, variants

predict(
    "21.1",
    "O2",
    truth=0.88,
    within=0.06,
    between=(0, 1),
    low="It keeps more than that: a ranking needs far less precision than the vectors have.",
    high="It does not keep quite that much: some quality is lost along with 99 % of the bytes.",
    done="Right: the model keeps nearly nine tenths of its NDCG@10 with about one hundredth of the bytes.",
)


trace(
    "21.2",
    "O1",
    truth=0.3,
    mistakes={
        1: "1 is the code that is stored. What comes back is the code times the scale.",
        1.3333: "A code is a whole number: round 0.4 / 0.3 first, then multiply by the scale again.",
        0.4: "Four bits cannot hold 0.4 exactly: only multiples of the scale come back.",
        0.6: "0.4 / 0.3 = 1.33 is rounded to the nearest whole number, which is 1, not 2.",
        0.525: "You divided by 8. The codes run from −7 to 7, so the scale is 2.1 / 7.",
        0.2625: "You divided by 8. The codes run from −7 to 7, so the scale is 2.1 / 7.",
        0.3969: "That is int8, with 127 as the largest code. With four bits the largest code is 7.",
        0.3857: "You divided 0.9 by 7. The largest *magnitude* of the row counts, also that of a negative number.",
        0.42: "You divided by 15. The codes run from −7 to 7, so the scale is 2.1 / 7.",
        0.28: "You divided the whole range, from −2.1 to 2.1, by 15. The codes −7 to 7 have 14 steps: 2.1 / 7.",
        0.4286: "You divided the range of the row. The scale is its largest magnitude, 2.1, divided by 7.",
        0.0: "That would be the code 0. 0.4 / 0.3 = 1.33 is nearer to 1.",
    },
    otherwise="The scale is the largest magnitude, 2.1, divided by 7. Divide 0.4 by it, round, and multiply.",
    done="0.4 comes back as 0.3. The error is 0.1, and it can be at most half a step, 0.15.",
)


def _quantise(rows, bits, axis=1, levels=lambda bits: 2 ** (bits - 1) - 1, size=np.abs, whole=np.rint, zero=True):
    scale = size(rows).max(axis=axis, keepdims=True) / levels(bits)
    scale = np.where(scale == 0, 1, scale) if zero else scale
    return whole(rows / scale), scale * np.ones((len(rows), 1)) if axis is None else scale


def _codes_are_scaled(rows, bits):
    codes, scale = _quantise(rows, bits)
    return codes * scale, scale


def _from_range(rows, bits, levels):
    scale = (rows.max(axis=1, keepdims=True) - rows.min(axis=1, keepdims=True)) / levels(bits)
    scale = np.where(scale == 0, 1, scale)
    return np.rint(rows / scale), scale


@exercise("21.3", "O1", "code", done="With one scale per row, no number changes by more than half a step of its row.")
def quantise(answer) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for n_rows, dim, bits in ((2, 3, 8), (3, 5, 4), (4, 2, 8), (5, 7, 3), (3, 4, 6)):
        rows = rng.normal(0, 1, (n_rows, dim)) * rng.choice([0.1, 1.0, 20.0], (n_rows, 1))
        rows[0, int(np.abs(rows[0]).argmax())] = -np.abs(rows[0]).max()  # the largest magnitude is negative somewhere
        cases.append((rows, bits))
    with_zeros = rng.normal(0, 1, (4, 3))
    with_zeros[2] = 0
    cases.append((with_zeros, 8))
    mistakes = variants(
        _quantise,
        {
            "A row of zeros has scale 0, and 0 / 0 is NaN. Give it the scale 1.": {"zero": False},
            "You use one scale for the whole table. Take the largest magnitude of each *row*: axis=1.": {"axis": None},
            "You use one scale per column. Take the largest magnitude of each *row*: axis=1.": {"axis": 0},
            "Your largest code is 2 ** (bits − 1): with 8 bits that is 128, which int8 does not have. Subtract 1.": {
                "levels": lambda bits: 2 ** (bits - 1)
            },
            "Your codes run up to 2 ** bits − 1. One bit is the sign: 2 ** (bits − 1) − 1.": {
                "levels": lambda bits: 2**bits - 1
            },
            "Your largest code is 2 ** bits. One bit is the sign: 2 ** (bits − 1) − 1.": {
                "levels": lambda bits: 2**bits
            },
            "In Python, `^` is not a power but XOR. Write 2 ** (bits - 1) - 1.": {
                "levels": lambda bits: np.float64(2 ^ (bits - 1) - 1)
            },
            "In Python, `^` is not a power but XOR. Powers are written `**`: 2 ** (bits - 1) - 1.": {
                "levels": lambda bits: np.float64((2 ^ (bits - 1)) - 1)
            },
            "You divide by `bits` itself. The largest code with that many bits is 2 ** (bits − 1) − 1.": {
                "levels": lambda bits: bits
            },
            "Your largest code is 127 for any number of bits. It is 2 ** (bits − 1) − 1.": {"levels": lambda bits: 127},
            "The largest number is not the largest *magnitude*: take np.abs first, or a large negative number gets "
            "a code that does not exist.": {"size": lambda rows: rows},
            "You cut the fraction off. Round to the *nearest* whole number: np.rint.": {"whole": np.trunc},
            "You round down. Round to the *nearest* whole number: np.rint.": {"whole": np.floor},
            "You round up. Round to the *nearest* whole number: np.rint.": {"whole": np.ceil},
            "Your codes are not rounded. A code is a whole number: np.rint.": {"whole": lambda rows: rows},
        },
    ) | {
        "You round down. Round to the *nearest* whole number; `//` does not.": (
            lambda rows, bits: (rows // _quantise(rows, bits)[1], _quantise(rows, bits)[1])
        ),
        "You return a single scale for the whole table. Each row has its own: axis=1.": Sign(
            lambda mine, rows, bits: len(mine) == 2 and np.ndim(mine[1]) == 0 and np.ndim(mine[0]) == 2
        ),
        "The scale of a row of zeros must be 1 itself. Divide by the largest code first, then replace the zeros.": (
            lambda rows, bits: (
                _quantise(rows, bits)[0],
                np.where(np.any(rows, axis=1, keepdims=True), _quantise(rows, bits)[1], 1 / (2 ** (bits - 1) - 1)),
            )
        ),
        "Your scale comes from the range of a row, largest minus smallest. Take its largest *magnitude*.": partial(
            _from_range, levels=lambda bits: 2**bits - 1
        ),
        "Your scale comes from the range of a row. Take its largest *magnitude*, divided by the largest code.": partial(
            _from_range, levels=lambda bits: 2**bits - 2
        ),
        "You multiply the rows by the scale. Divide by it: a code tells how many steps a number is from 0.": (
            lambda rows, bits: (np.rint(rows * _quantise(rows, bits)[1]), _quantise(rows, bits)[1])
        ),
        "Your scale is upside down: it is the largest magnitude divided by the largest code.": (
            lambda rows, bits: (_quantise(rows, bits)[0], 1 / _quantise(rows, bits)[1])
        ),
        "You multiply the codes by the scale again. Return the codes, which are whole numbers, and the scale.": (
            _codes_are_scaled
        ),
        "Your scale is the largest magnitude. Divide it by the largest code.": (
            lambda rows, bits: (_quantise(rows, bits)[0], np.abs(rows).max(axis=1, keepdims=True))
        ),
        "Return the scale as a column, shape (n_rows, 1): keepdims=True keeps it.": (
            lambda rows, bits: (_quantise(rows, bits)[0], _quantise(rows, bits)[1][:, 0])
        ),
        "The two results are the wrong way round. Return the codes first, then the scale.": (
            lambda rows, bits: _quantise(rows, bits)[::-1]
        ),
        "You return only the codes. Without the scale, they cannot be decoded: return both.": Sign(
            lambda mine, rows, bits: np.shape(mine) == np.shape(rows)
        ),
    }
    judge(answer, cases, _quantise, mistakes, keeps_input=True)


def _pack(codes, offset=8, low=slice(0, None, 2), high=slice(1, None, 2), times=16):
    shifted = codes.astype(int) + offset
    return (shifted[:, low] + times * shifted[:, high]).astype(np.uint8)


def _halves(codes):
    half = codes.shape[1] // 2
    return _pack(codes, low=slice(0, half), high=slice(half, None))


@exercise(
    "21.4", "O1", "code", done="Two codes share each byte, so the file is half as long as with one int8 per code."
)
def pack(answer) -> None:
    rng = np.random.default_rng(2)
    cases = [
        (rng.integers(-7, 8, (n_rows, dim)).astype(np.int8),)
        for n_rows, dim in ((2, 2), (2, 4), (4, 6), (6, 8), (4, 10))  # even, so that pairs of rows fit as well
    ]
    mistakes = {
        "You exchanged the two codes. The first belongs in the low half, and the second is multiplied by 16.": partial(
            _pack, low=slice(1, None, 2), high=slice(0, None, 2)
        ),
        "You joined the first half of a row with its second half. Two *neighbours* share a byte: `codes[:, 0::2]` and "
        "`codes[:, 1::2]`.": _halves,
        "Add 8 first. Half a byte holds 0 to 15, and a negative code would change the other half.": partial(
            _pack, offset=0
        ),
        "You added 7. Add 8, so that the code 0 becomes 8.": partial(_pack, offset=7),
        "You multiplied by 15. Half a byte has 16 values, so the second code counts in units of 16.": partial(
            _pack, times=15
        ),
        "You multiplied by 10. Half a byte has 16 values, so the second code counts in units of 16.": partial(
            _pack, times=10
        ),
        "You multiplied by 8. Half a byte has 16 values, so the second code counts in units of 16.": partial(
            _pack, times=8
        ),
        "You multiplied by 4. A shift by four bits is a factor of 2 ** 4 = 16.": partial(_pack, times=4),
        "You added the two codes, so they cannot be separated again. Multiply the second by 16.": partial(
            _pack, times=1
        ),
        "Your bytes contain only the first code. Add 16 times the second.": partial(_pack, times=0),
        "You added 8 to the packed byte. Add it to each code before packing.": (
            lambda codes: (_pack(codes, offset=0).astype(int) + 8).astype(np.uint8)
        ),
        "You shifted by three bits. Half a byte is four: `<< 4`, or times 16.": (
            lambda codes: (codes[:, 0::2].astype(int) + 8) | (codes[:, 1::2].astype(int) + 8) << 3
        ),
        "Your result is int8, which ends at 127. Convert to int before you multiply, and to np.uint8 at the end.": Sign(
            lambda mine, codes: np.asarray(mine).dtype == np.int8 and np.shape(mine)[1] * 2 == codes.shape[1]
        ),
        "You still have one code per byte. Two neighbours share a byte, so the result has half as many columns.": Sign(
            lambda mine, codes: np.shape(mine) == np.shape(codes)
        ),
        "Two neighbouring *columns* share a byte, not two rows.": Sign(
            lambda mine, codes: np.shape(mine) == (len(codes) // 2, codes.shape[1])
        ),
    }
    judge(answer, cases, _pack, mistakes)
    packed = answer(cases[0][0].copy())
    if isinstance(packed, np.ndarray) and packed.dtype != np.uint8:
        raise NotYet(
            f"The numbers are right, but as {packed.dtype} each takes {packed.dtype.itemsize} bytes. Convert them to "
            "one byte without a sign: `.astype(np.uint8)`."
        )


choice(
    "21.5",
    "O2",
    right="c",
    why_not={
        "a": "NDCG@10 uses all ten positions. It shows that the new films are about as good.",
        "b": "Rounding errors do not depend on which films are relevant. They change the scores of all films.",
        "d": "The users are the same in both measurements, and the interval is that of their paired differences.",
    },
    done="Many films have almost the same score as the tenth. A small error decides which of them are recommended, "
    "and the new ones are, on average, about as good as those that drop out.",
)


def _from_tables(user, codes, tables, parts=lambda user, tables: user.reshape(len(tables), -1), total=np.sum):
    pieces = parts(user, tables)
    lookup = [[float(np.dot(word, piece)) for word in table] for table, piece in zip(tables, pieces)]
    return np.array([total([lookup[block][code] for block, code in enumerate(row)]) for row in codes])


def _parts(user, codes, tables):
    return np.array(
        [_from_tables(user, codes, tables, total=lambda parts, b=b: parts[b]) for b in range(len(tables))]
    ).T


def _one_table(user, codes, tables):
    return _from_tables(user, codes, np.array([tables[0]] * len(tables)))


def _distances(user, codes, tables):
    pieces = user.reshape(len(tables), -1)
    lookup = ((tables - pieces[:, None, :]) ** 2).sum(axis=2)
    return lookup[np.arange(len(tables)), codes].sum(axis=1)


@exercise(
    "21.6", "O3", "faded", done="Each score takes a few look-ups and additions, and no film vector is reconstructed."
)
def from_tables(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for n_films, n_blocks, n_codes, width in ((3, 2, 2, 2), (5, 4, 3, 2), (7, 5, 4, 3), (5, 4, 3, 1), (6, 5, 3, 4)):
        user, tables = rng.normal(size=n_blocks * width), rng.normal(size=(n_blocks, n_codes, width))
        cases.append((user, rng.integers(0, n_codes, (n_films, n_blocks)), tables))
    mistakes = {
        "You use the table of block 0 for every block. Each block has its own: `lookup[np.arange(n_blocks), "
        "codes]`.": _one_table,
        "You use block 0 for every code. Each block has its own row: `lookup[np.arange(n_blocks), codes]`.": (
            lambda user, codes, tables: (tables[0][codes] @ user[: tables.shape[2]]).sum(axis=1)
        ),
        "`lookup[codes]` takes whole rows of the table. One entry per block is needed: `lookup[np.arange(n_blocks), "
        "codes]`.": Sign(lambda mine, user, codes, tables: np.shape(mine) == (len(codes), tables.shape[1])),
        "You compute squared distances. A score is a dot product.": _distances,
        "You take the mean over the blocks. A dot product is the *sum* of its parts.": partial(
            _from_tables, total=np.mean
        ),
        "You multiply the parts of the blocks. A dot product is their *sum*.": partial(_from_tables, total=np.prod),
        "You take the largest part. A dot product is the *sum* of its parts.": partial(_from_tables, total=np.max),
        "You use only the first block. Add up all blocks.": partial(_from_tables, total=lambda parts: parts[0]),
        "You use only the last block. Add up all blocks.": partial(_from_tables, total=lambda parts: parts[-1]),
        "You cut the user's vector into interleaved pieces. Block 0 is its first `width` numbers.": partial(
            _from_tables, parts=lambda user, tables: user.reshape(-1, len(tables)).T
        ),
        "You use the first piece of the user's vector for every block. Block b needs piece b.": partial(
            _from_tables, parts=lambda user, tables: [user[: tables.shape[2]]] * len(tables)
        ),
        "You return one value per film *and* block. Add them up over the blocks: `.sum(axis=1)`.": Sign(
            lambda mine, user, codes, tables: (
                np.shape(mine) == codes.shape and np.allclose(np.sum(mine, axis=1), _from_tables(user, codes, tables))
            )
        ),
        "That is the look-up table itself. Take the entries that `codes` selects, and add them up.": Sign(
            lambda mine, user, codes, tables: np.shape(mine) == tables.shape[:2]
        ),
        "You added up over the films. Add up over the blocks, so that each film has one score.": Sign(
            lambda mine, user, codes, tables: np.allclose(mine, _parts(user, codes, tables).sum(axis=0))
        ),
    }
    judge(answer, cases, _from_tables, mistakes)


trace(
    "21.7",
    "O4",
    truth=525,
    within=0.5,
    mistakes={
        400: "Those are the values alone. To store where they belong, add one bit for each of the 1,000,000 positions.",
        600: "You stored row and column numbers of two bytes, as in CSR. A bitmap has one bit for each position "
        "instead.",
        604: "That is CSR. A bitmap has one bit for each position instead of the column numbers.",
        1400: "That is one *byte* for each position. A bit is an eighth of it.",
        4000: "That is the dense matrix. Only the weights that are left are stored, and one bit for each position.",
        4125: "Only the weights that are left are stored: a tenth of 4,000 kB.",
        412.5: "The bitmap has one bit for each of the 1,000,000 positions, not only for the weights that are left.",
        125: "That is the bitmap alone. Add the values of the weights that are left.",
        225: "You counted one byte per value. They are float32: four bytes.",
        525000: "That is in bytes. Give the answer in kB, thousands of bytes.",
        800: "You stored a row and a column number of two bytes each. A bitmap has one bit for each position instead.",
        1200: "You stored eight bytes of positions for each weight. A bitmap has one bit for each of the 1,000,000 "
        "instead.",
        3725: "You stored the weights that were removed. Store the tenth that is left: 100,000 of four bytes.",
        500: "A bit is an eighth of a byte: 1,000,000 bits are 125 kB, not 100.",
    },
    otherwise="1,000,000 bits are 125 kB. Add four bytes for each of the 100,000 weights that are left.",
    done="The matrix takes about an eighth of the dense file, not a tenth, because the bitmap has to say where the "
    "weights are.",
)


def _given_21_8(weights, gradient, rate):
    stepped = weights - rate * gradient
    mask = stepped != 0
    return stepped * mask


def _masked(weights, gradient, rate, mask=lambda w, g, r: w != 0, sign=-1, start=1, factor=None):
    step = (rate if factor is None else factor) * gradient
    return (start * weights + sign * step) * mask(weights, gradient, rate)


@exercise(
    "21.8", "O4", "debug", done="The mask is made before the step, so pruned weights stay pruned.", given=_given_21_8
)
def masked_step(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for shape in ((2, 3), (4, 3), (3, 5), (6, 2)):
        weights = rng.normal(size=shape) * (rng.random(shape) < 0.6)
        weights[0, 0], weights[0, 1] = 0.7, 0
        gradient = rng.normal(size=shape)
        gradient[0, 0] = 0  # a weight that is left, and whose gradient happens to be zero
        cases.append((weights, gradient, float(rng.choice([0.1, 0.5]))))
    mistakes = {
        "After the step, a pruned weight is no longer 0, so your mask lets it through. Take the mask before the "
        "step.": _given_21_8,
        "Your mask is upside down: it keeps the weights that were pruned and loses the others.": partial(
            _masked, mask=lambda w, g, r: w == 0
        ),
        "Your mask depends on the *gradient*. Make it from the weights: those that are zero were pruned.": partial(
            _masked, mask=lambda w, g, r: g != 0
        ),
        "Your mask loses the negative weights as well. A weight was pruned if it is exactly 0: `!= 0`.": partial(
            _masked, mask=lambda w, g, r: w > 0
        ),
        "You return the step alone. Return the weights after it.": partial(_masked, start=0),
        "You go up the gradient. A step of gradient descent goes down: subtract it.": partial(_masked, sign=1),
        "The learning rate is missing from your step. Multiply the gradient by `rate`.": partial(_masked, factor=1),
        "You return the weights unchanged. Those that are left still have to learn.": lambda weights, gradient, rate: (
            weights
        ),
        "You return the mask. Return the weights after the step.": lambda weights, gradient, rate: weights != 0,
        "Your step is `rate` times the weight. Use the gradient instead.": (
            lambda weights, gradient, rate: weights - rate * weights
        ),
    }
    judge(answer, cases, _masked, mistakes, keeps_input=True)


predict(
    "21.9",
    "O5",
    truth=0.92,
    within=0.05,
    between=(0, 1.5),
    low="It reaches more than that: the teacher's scores tell the student about all films at once.",
    high="It reaches less than that: only 64 numbers remain in the middle layer, and some information is lost.",
    done="Right: the student reaches about nine tenths of the teacher's NDCG@10 at less than a twentieth of the size.",
)


parsons(
    "21.10",
    "O5",
    right=("ABCDE", "ABDCE", "ADBCE", "DABCE"),
    not_used={
        "F": "Leave out F: the hidden films are there to measure both students, so no model may learn from them.",
        "G": "Leave out G: it gives the student an advantage over the control, so you could not tell whether the "
        "teacher helped.",
    },
    before={
        "AB": "The teacher must be fitted before it can score anything.",
        "BC": "The student learns from the teacher's scores, so they must be computed first.",
        "CE": "You can measure a student only after it has been trained.",
        "DE": "The comparison needs the control, so train it first.",
    },
    done="This compares two students of the same shape, trained on the same histories with the same care, in pairs "
    "on hidden films.",
)
