"""Checks of lesson 19, use the GPU, and the CPU you have."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, trace, variants

predict(
    "19.1",
    "O2",
    truth=357,
    within=40,
    between=(0.1, 100_000),
    low="It took longer than that, and longer than on the CPU. Run the next cell.",
    high="You are right that the GPU was slower than the CPU, but not by that much.",
    done="Right: the GPU took three times as long as the CPU. The rest of the lesson shows how that can happen.",
)


trace(
    "19.2",
    "O1",
    truth=2 * 256 * 128 * 64 / (4 * (256 * 128 + 128 * 64 + 256 * 64)),
    within=0.02,
    mistakes={
        9.143: "Each weight needs a multiplication and an addition for each example: 2 · 256 · 128 · 64 operations.",
        73.143: "That is the number of operations per number moved. Divide by bytes: a number has 4 of them.",
        36.571: "That is twice the intensity. Count 2 operations for each weight and example, and 4 bytes for each "
        "number.",
        0.0547: "Your ratio is upside down. Divide the operations by the bytes.",
        21.333: "You left out the weights. They are moved once, 128 · 64 numbers.",
        25.6: "The output has to be written, too: 256 · 64 numbers.",
        42.667: "The input has to be read, too: 256 · 128 numbers.",
        128.0: "You counted only the weights. Inputs and outputs are moved, too: 256 · 128 and 256 · 64 numbers.",
        125.069: "The intensity is not 256 times as large: the inputs and outputs of all 256 examples have to be "
        "moved as well.",
        125.44: "The intensity is not 256 times as large: the inputs and outputs of all 256 examples have to be "
        "moved as well.",
        0.488: "That is the intensity for a batch of 1. With 256 examples, the weights are still moved only once.",
        18.0: "Give the intensity with two decimals.",
    },
    otherwise="Count 2 · 256 · 128 · 64 operations, and 4 bytes for each number: 256 · 128 inputs, 128 · 64 "
    "weights and 256 · 64 outputs.",
    done="The weights are moved once and used for 256 examples, so there are many more operations per byte.",
)


def _least(layers, batch, flops, bandwidth):
    total = 0.0
    for n_in, n_out in layers:
        operations = 2 * batch * n_in * n_out
        numbers = batch * n_in + n_in * n_out + batch * n_out
        total += max(operations / flops, 4 * numbers / bandwidth)
    return total


def _least_like(
    layers, batch, flops, bandwidth, both=max, bounds="each", per=2, width=4, inputs=1, weights=1, outputs=1, how="sum"
):
    operations = np.array([per * batch * n_in * n_out for n_in, n_out in layers], float)
    numbers = np.array(
        [inputs * batch * n_in + weights * n_in * n_out + outputs * batch * n_out for n_in, n_out in layers], float
    )
    if bounds == "swapped":
        seconds = [both(*pair) for pair in zip(operations / bandwidth, width * numbers / flops)]
    elif bounds == "whole":
        return both(operations.sum() / flops, width * numbers.sum() / bandwidth)
    else:
        seconds = [both(*pair) for pair in zip(operations / flops, width * numbers / bandwidth)]
    return {
        "sum": sum(seconds),
        "max": max(seconds),
        "mean": np.mean(seconds),
        "last": seconds[-1],
        "first": seconds[0],
        "list": seconds,
    }[how]


@exercise(
    "19.3",
    "O1",
    "code",
    done="This is the roofline bound: a program that moves all these numbers through memory cannot be faster.",
)
def least_time(answer) -> None:
    cases = [
        ([(2, 3), (40, 30)], 20, 300.0, 100.0),
        ([(128, 64), (64, 32), (32, 1)], 7, 9e5, 2e5),
        ([(5, 4), (60, 50), (3, 1)], 16, 400.0, 90.0),
        ([(30, 20)], 40, 200.0, 100.0),
        ([(3, 5), (7, 2)], 4, 5000.0, 10.0),
    ]
    changes = {
        "Calculating and moving overlap: take the larger of the two times, not their sum.": {
            "both": lambda one, other: one + other
        },
        "The slower of the two decides: take the larger time, not the smaller.": {"both": min},
        "You count only the arithmetic. A layer may also have to wait for memory: take the larger of the two times.": {
            "both": lambda one, other: one
        },
        "You count only the memory traffic. A layer may also have to wait for the arithmetic: take the larger of "
        "the two times.": {"both": lambda one, other: other},
        "The layers run one after the other, and each has its own bound: take the larger time for *each* layer, then "
        "add.": {"bounds": "whole"},
        "`flops` and `bandwidth` are exchanged. Divide operations by `flops`, and bytes by `bandwidth`.": {
            "bounds": "swapped"
        },
        "Each weight needs a multiplication and an addition: count 2 operations for each example.": {"per": 1},
        "You count numbers, not bytes. A number in float32 has 4 bytes.": {"width": 1},
        "That is float64. A number in float32 has 4 bytes.": {"width": 8},
        "The input has to be read, too: batch · n_in numbers.": {"inputs": 0},
        "The weights have to be read, too: n_in · n_out numbers.": {"weights": 0},
        "The output has to be written, too: batch · n_out numbers.": {"outputs": 0},
        "The layers run one after the other: add their times, do not take the largest.": {"how": "max"},
        "The layers run one after the other: add their times, do not take the mean.": {"how": "mean"},
        "That is the last layer alone. Add the times of all layers.": {"how": "last"},
        "That is the first layer alone. Is `return` inside the loop?": {"how": "first"},
        "Return one number: add up the times of the layers.": {"how": "list"},
    }
    mistakes = variants(_least_like, changes) | {
        "You do not use `batch`, so your result is the time for one example.": lambda layers, batch, flops, bandwidth: (
            _least(layers, 1, flops, bandwidth)
        ),
        "You multiplied the time of one example by the batch size, but the weights are moved only once per batch.": (
            lambda layers, batch, flops, bandwidth: batch * _least(layers, 1, flops, bandwidth)
        ),
        "Each example has its own input and output: count batch · n_in and batch · n_out numbers.": (
            lambda layers, batch, flops, bandwidth: sum(
                max(2 * batch * i * o / flops, 4 * (i + i * o + o) / bandwidth) for i, o in layers
            )
        ),
        "You multiplied by 3, as for training. Return the time of the forward pass alone.": lambda *case: (
            3 * _least(*case)
        ),
    }
    judge(answer, cases, _least, mistakes)


choice(
    "19.4",
    "O1",
    right="b",
    why_not={
        "a": "80 is the ratio of the operations per second, but a step with 0.5 operations per byte is limited by "
        "memory.",
        "c": "The two ratios are not multiplied: only the resource that limits the step counts.",
        "d": "The number of operations is the same on both machines, so it cancels out of the ratio of the times.",
    },
    done="On both machines, the intensity is far below the balance, so the step is limited by memory: 300 / 20 = 15.",
)


def _split(batch_a, seconds_a, batch_b, seconds_b):
    each = (seconds_b - seconds_a) / (batch_b - batch_a)
    return seconds_a - each * batch_a, each


def _split_like(batch_a, seconds_a, batch_b, seconds_b, slope="right", rest="right"):
    each = {
        "right": (seconds_b - seconds_a) / (batch_b - batch_a),
        "inverse": (batch_b - batch_a) / (seconds_b - seconds_a),
        "b": seconds_b / batch_b,
        "a": seconds_a / batch_a,
        "minus": (seconds_a - seconds_b) / (batch_b - batch_a),
        "difference": seconds_b - seconds_a,
        "sum": (seconds_a + seconds_b) / (batch_a + batch_b),
        "over b": (seconds_b - seconds_a) / batch_b,
    }[slope]
    fixed = {
        "right": seconds_a - each * batch_a,
        "a": seconds_a,
        "plus": seconds_a + each * batch_a,
        "from b": seconds_b - each * batch_b,
        "b with a": seconds_b - each * batch_a,
        "one": seconds_a - each,
        "negative": each * batch_a - seconds_a,
        "a with b": seconds_a - each * batch_b,
    }[rest]
    return fixed, each


@exercise(
    "19.5",
    "O2",
    "faded",
    done="Two measurements separate the fixed cost, which a larger batch saves, from "
    "the cost per example, which it does not.",
)
def fixed_and_each(answer) -> None:
    cases = [(256, 0.0031, 8192, 0.021), (10, 5.0, 30, 9.0), (64, 0.5, 16, 0.35), (1000, 2.0, 4000, 2.9)]
    changes = {
        "`each` is upside down: it is seconds per example, not examples per second.": {"slope": "inverse"},
        "seconds_b / batch_b contains a part of the fixed cost. Use the *difference* of the two measurements.": {
            "slope": "b"
        },
        "seconds_b / batch_b includes the whole fixed cost, so nothing remains for `fixed`. Use the *difference*.": {
            "slope": "b",
            "rest": "from b",
        },
        "seconds_a / batch_a contains a part of the fixed cost. Use the *difference* of the two measurements.": {
            "slope": "a"
        },
        "The sign of `each` is wrong: subtract in the same order in the numerator and in the denominator.": {
            "slope": "minus"
        },
        "The difference of the seconds belongs to batch_b − batch_a examples: divide by that.": {"slope": "difference"},
        "You took the mean over both measurements, which contains the fixed cost. Use their difference.": {
            "slope": "sum"
        },
        "You divided by batch_b. The difference belongs to batch_b − batch_a examples only.": {"slope": "over b"},
        "`fixed` is what is left of seconds_a after its batch_a examples: subtract each · batch_a.": {"rest": "a"},
        "`fixed` is what is *left*: subtract each · batch_a, do not add it.": {"rest": "plus"},
        "You subtracted each · batch_a from seconds_b. Take both from the same measurement.": {"rest": "b with a"},
        "You subtracted each · batch_b from seconds_a. Take both from the same measurement.": {"rest": "a with b"},
        "You subtracted the time of one example. Subtract that of batch_a examples, each · batch_a.": {"rest": "one"},
        "The sign of `fixed` is wrong: it is seconds_a − each · batch_a.": {"rest": "negative"},
    }
    judge(answer, cases, _split, variants(_split_like, changes), atol=1e-12)


parsons(
    "19.6",
    "O2",
    right="CDABE",
    not_used={
        "F": "Leave out F: it prepares one row at a time, but `prepare` works on batches. (Besides, inside `map` "
        "the rows are symbolic tensors without `.numpy()`.)"
    },
    before={
        "CD": "`cache` stores the results of everything before it. If `prepare` comes after it, it runs again in "
        "every epoch.",
        "DA": "With `shuffle` before `cache`, the order of the first epoch is kept for ever.",
        "AB": "With `batch` first, `shuffle` mixes whole batches: the same rows stay together in every epoch.",
        "BE": "`prefetch` comes last, so that whole batches are ready when the network needs them.",
    },
    done="What is expensive and always the same comes before `cache`; what must change in every epoch comes after it.",
)


trace(
    "19.7",
    "O3",
    truth=896,
    within=1,
    mistakes={
        128: "That is one table. Count what is read (gradient, weights, two moments) and what is written.",
        256: "That is two tables. Four are read and three are written.",
        384: "That is three tables. Four are read *and* three are written.",
        512: "That is what is read. The weights and both moments are written back, too.",
        640: "That is five tables. Four are read and three are written, which makes seven.",
        768: "That is six tables. The gradient has to be read, too.",
        1024: "That is eight tables. The gradient is read, but not written.",
        224: "You counted one byte for each number. A number in float32 has 4 bytes.",
        1792: "That is float64. A number in float32 has 4 bytes.",
        28: "You counted 28 bytes for each row. Each row has 32 numbers.",
        896e6: "That is in bytes. A megabyte is a million bytes.",
        0.896: "That is in gigabytes. A gigabyte has 1,000 megabytes.",
        854.5: "Megabytes are millions of bytes here, not powers of 1,024.",
    },
    otherwise="A table has 1,000,000 · 32 numbers of 4 bytes, 128 MB. How many times is such a table read or written?",
    done="A dense Adam moves nearly a gigabyte in each step, however few rows the batch contains.",
)


def _lazy(table, m, v, ids, gradients, lr=0.01):
    table, m, v = (np.array(part, float) for part in (table, m, v))
    for row in sorted(set(np.asarray(ids).tolist())):
        g = sum(gradient for id, gradient in zip(ids, gradients) if id == row)
        m[row] = 0.9 * m[row] + 0.1 * g
        v[row] = 0.999 * v[row] + 0.001 * g**2
        table[row] = table[row] - lr * m[row] / (np.sqrt(v[row]) + 1e-7)
    return table, m, v


def _lazy_like(
    table, m, v, ids, gradients, lr=0.01, repeats="sum", squares="of sum", rows="batch", moved="new", sign=-1,
    first=(0.9, 0.1), second=(0.999, 0.001), root=True, step="m", rate=None, small="outside",
):  # fmt: skip
    table, m, v = (np.array(part, float) for part in (table, m, v))
    everywhere, parts = np.zeros_like(table), np.zeros_like(table)
    if repeats == "last":
        everywhere[ids] = gradients
    elif repeats == "first":
        everywhere[ids[::-1]] = gradients[::-1]
    else:
        np.add.at(everywhere, ids, gradients)
    np.add.at(parts, ids, gradients**2)
    counts = np.maximum(np.bincount(ids, minlength=len(table)), 1)[:, None]
    if repeats == "mean":
        everywhere /= counts
    own = np.arange(len(table)) if rows == "all" else np.unique(ids)
    g, old_m, old_v = everywhere[own], m[own], v[own]
    squared = {"of sum": g**2, "of parts": parts[own], "none": g, "mean of parts": (parts / counts)[own]}[squares]
    m[own] = first[0] * old_m + first[1] * g
    v[own] = second[0] * old_v + second[1] * squared
    used_m, used_v = (m[own], v[own]) if moved == "new" else (old_m, old_v)
    top = {"m": used_m, "g": g}[step]
    inside, outside = {"outside": (0, 1e-7), "inside": (1e-7, 0), "both": (1e-7, 1e-7)}[small]
    bottom = {True: np.sqrt(np.abs(used_v) + inside), False: used_v, None: 1}[root]
    table[own] += sign * (rate or lr) * top / (bottom + (0 if root is None else outside))
    return table, m, v


def _one_by_one(table, m, v, ids, gradients, lr=0.01):
    table, m, v = (np.array(part, float) for part in (table, m, v))
    for row, g in zip(ids, gradients):
        m[row] = 0.9 * m[row] + 0.1 * g
        v[row] = 0.999 * v[row] + 0.001 * g**2
        table[row] -= lr * m[row] / (np.sqrt(v[row]) + 1e-7)
    return table, m, v


def _sum_for_each_repeat(table, m, v, ids, gradients, lr=0.01):
    sums = np.array([gradients[ids == row].sum(axis=0) for row in ids])
    return _one_by_one(table, m, v, ids, sums, lr)


def _without_zeros(table, m, v, ids, gradients, lr=0.01):
    kept = np.array([gradients[ids == row].sum(axis=0).any() for row in ids])
    return _lazy(table, m, v, ids[kept], gradients[kept], lr)


def _one_gradient_for_a_row(table, m, v, ids, gradients, lr=0.01):
    return _lazy(table, m, v, ids, np.broadcast_to(gradients.sum(axis=1, keepdims=True), gradients.shape), lr)


def _corrected(table, m, v, ids, gradients, lr=0.01):
    new, new_m, new_v = _lazy(table, m, v, ids, gradients, lr)
    rows = np.unique(ids)
    new[rows] = table[rows] - lr * new_m[rows] / 0.1 / (np.sqrt(new_v[rows] / 0.001) + 1e-7)
    return new, new_m, new_v


def _step_for_each_repeat(table, m, v, ids, gradients, lr=0.01):
    new, m, v = _lazy(table, m, v, ids, gradients, lr)
    counts = np.bincount(ids, minlength=len(new))[:, None]
    return np.where(counts > 0, table + (new - table) * counts, table), m, v


@exercise(
    "19.8",
    "O3",
    "code",
    done="Only the rows of the batch change, and the gradients of a repeated id are added up before they are squared.",
)
def lazy_adam(answer) -> None:
    rng = np.random.default_rng(19)
    cases = []
    for n_rows, dim, n, lr in ((4, 2, 5, 0.01), (7, 3, 6, 0.1), (9, 4, 12, 0.02), (6, 1, 9, 0.05)):
        ids = rng.integers(0, n_rows - 1, n)
        ids[1] = ids[0]
        table, m = rng.normal(size=(2, n_rows, dim))
        cases.append((table, m, rng.random((n_rows, dim)) + 0.1, ids, rng.normal(size=(n, dim)) * 3, lr))
    # The gradients of row 2 cancel out; and the first step of a training, with small gradients.
    gradients = np.array([[1.0, -2.0], [0.5, 1.0], [-1.0, 2.0]])
    cases.append((*np.ones((3, 4, 2)), np.array([2, 0, 2]), gradients, 0.1))
    cases.append((np.ones((4, 2)), *np.zeros((2, 4, 2)), np.array([2, 0, 2]), np.full((3, 2), 0.01), 0.1))
    changes = {
        "A row that occurs several times keeps only its *last* gradient: `m[ids] = …` overwrites. Sum its gradients.": {
            "repeats": "last"
        },
        "A row that occurs several times keeps only its first gradient. Sum its gradients.": {"repeats": "first"},
        "You took the mean of a row's gradients. g is their sum.": {"repeats": "mean"},
        "You squared the gradients of a row one by one. Add them up first, then square the sum.": {
            "squares": "of parts"
        },
        "You squared the gradients of a row one by one and took their mean. Add them up first, then square the sum.": {
            "squares": "mean of parts"
        },
        "v takes the *square* of the gradient.": {"squares": "none"},
        "That is the dense Adam: rows that are not in `ids` must stay as they are.": {"rows": "all"},
        "The table moves with the *new* m and v: update them first.": {"moved": "old"},
        "Your step goes in the wrong direction. Subtract it from the table.": {"sign": 1},
        "The factors of m are exchanged: 0.9 for the old m, 0.1 for g.": {"first": (0.1, 0.9)},
        "The factors of v are exchanged: 0.999 for the old v, 0.001 for g².": {"second": (0.001, 0.999)},
        "m must keep 0.9 of its old value, and take 0.1 of g.": {"first": (0.9, 1.0)},
        "v is updated with 0.999 and 0.001, not with the factors of m.": {"second": (0.9, 0.1)},
        "The old m is lost: m ← 0.9 m + 0.1 g.": {"first": (0.0, 0.1)},
        "The old v is lost: v ← 0.999 v + 0.001 g².": {"second": (0.0, 0.001)},
        "You divide by v itself. Divide by the *root* of v.": {"root": False},
        "The division by √v is missing.": {"root": None},
        "You added 1e-7 under the root. Add it after taking the root: √v + 1e-7.": {"small": "inside"},
        "You added all of g and of g². m takes 0.1 of g, and v takes 0.001 of g².": {
            "first": (0.9, 1.0),
            "second": (0.999, 1.0),
        },
        "v must keep 0.999 of its old value, and take 0.001 of g².": {"second": (0.999, 1.0)},
        "The table moves along m, not along the gradient itself.": {"step": "g"},
        "Your learning rate is always 0.01. Use the argument `lr`.": {"rate": 0.01},
    }
    mistakes = variants(_lazy_like, changes) | {
        "You update a row each time it occurs. Add up its gradients, and update it once.": _one_by_one,
        "You apply the sum once for every repeat of an id. Loop over the distinct ids instead.": _sum_for_each_repeat,
        "You skip rows whose gradients add up to 0. They belong to the batch, too: m and v shrink.": _without_zeros,
        "You apply the bias correction. Leave it out here.": _corrected,
        "The results are right, but in another order. Return table, m, v.": lambda *case: tuple(
            _lazy(*case)[n] for n in (0, 2, 1)
        ),
        "Sum the gradients of a row with `axis=0`, so that each of its numbers keeps a gradient of its own.": (
            _one_gradient_for_a_row
        ),
        "m and v are right, but the table moves once for every repeat of an id. Each row moves once.": (
            _step_for_each_repeat
        ),
        "m and v are right, but the table has not moved.": lambda table, m, v, *rest: (
            table,
            *_lazy(table, m, v, *rest)[1:],
        ),
        "The table is right, but m and v come back unchanged.": lambda table, m, v, *rest: (
            _lazy(table, m, v, *rest)[0],
            m,
            v,
        ),
    }
    judge(answer, cases, _lazy, mistakes, keeps_input=True)


choice(
    "19.9",
    "O4",
    right="c",
    why_not={
        "a": "That is what one would expect, and it holds for SGD. But think of section 6: what does Adam do with "
        "repeats?",
        "b": "Both compute in float32 on a CPU, and the outputs agreed within 0.00001.",
        "d": "Nothing is shuffled: each step gets the same batch, in the same order.",
    },
    done="Adam squares the gradients, and with 8,192 examples and 671 users, nearly every user occurs several times.",
)


choice(
    "19.10",
    "O4",
    right="b",
    why_not={
        "a": "A GPU can be fully used and still learn little: with the large batch, an epoch has far fewer steps.",
        "c": "Examples per second tell how fast the data are processed, not how fast the loss falls.",
        "d": "They see the same data, but the GPU makes only a 64th of the steps. Look at the column of equal epochs.",
    },
    done="What matters is the time to a validation loss fixed beforehand: it includes both the speed and the "
    "progress of a step.",
)


def _bfloat16(numbers):
    rounded = []
    for number in np.ravel(numbers).astype(float):
        fraction, exponent = np.frexp(number)  # number = fraction · 2^exponent, 0.5 ≤ |fraction| < 1
        rounded.append(np.ldexp(np.rint(fraction * 256) / 256, exponent))  # 8 binary digits, ties to even
    return np.array(rounded, np.float32).reshape(np.shape(numbers))


def _bits_like(numbers, add="even", keep=16, back=True):
    numbers = np.asarray(numbers, np.float32)
    bits = numbers.view(np.uint32).astype(np.uint64)
    half = 1 << (keep - 1)
    odd = (bits >> np.uint64(keep)) & np.uint64(1)
    extra = {
        "even": np.uint64(half - 1) + odd,
        "none": np.uint64(0),
        "up": np.uint64(half),
        "down": np.uint64(half - 1),
        "odd": np.uint64(half) - odd,
        "whole": np.uint64(2 * half),
        "odd alone": odd,
    }[add]
    low = np.uint64(2 * half - 1)
    cut = ((bits + extra) & ~low if back is not None else bits + extra).astype(np.uint32)
    return cut.view(np.float32) if back or back is None else cut


def _moved_down(numbers):
    return (_bfloat16(numbers).view(np.uint32) >> np.uint32(16)).view(np.float32)


@exercise(
    "19.11",
    "O5",
    "code",
    done="Rounding to bfloat16 keeps the upper 16 bits of a float32, and halfway "
    "cases go to the number whose last bit is 0.",
)
def to_bfloat16(answer) -> None:
    rng = np.random.default_rng(16)
    cases = [
        (np.array([256.0, 257.0, 258.0, 259.0, 1.001, 1.01], np.float32),),
        (np.array([0.1, -0.1, 3.14159, -1000.7, 1.00390625, -1.01171875], np.float32),),
        ((rng.normal(size=7) * 10.0 ** rng.integers(-3, 4, 7)).astype(np.float32),),
        (np.array([1.01171875, 2.0234375, -257.0, -259.0], np.float32),),
    ]
    changes = {
        "You cut the lower bits off, which rounds towards zero. Round to the *nearest*: first add almost 0x8000.": {
            "add": "none"
        },
        "You always round halfway numbers away from zero. Take the one whose last bit is 0, so that 257 becomes 256.": {
            "add": "up"
        },
        "You always round halfway numbers towards zero. Take the one whose last bit is 0, so that 259 becomes 260.": {
            "add": "down"
        },
        "You round halfway numbers to the one whose last bit is *1*. Add 1 more only if the last bit that stays is "
        "1.": {"add": "odd"},
        "You added a whole step, 0x10000, so every number moves up by one. Add almost half a step, 0x7FFF.": {
            "add": "whole"
        },
        "You added only the last bit. Add 0x7FFF as well, almost half a step.": {"add": "odd alone"},
        "bfloat16 keeps the upper 16 bits; you cut off only 8.": {"keep": 8},
        "That keeps 10 bits of the fraction, as float16 does. bfloat16 keeps 7, and cuts 16 bits.": {"keep": 13},
        "Those are the bits as integers. Turn them back with `.view(np.float32)`; `astype` would convert them.": {
            "back": False
        },
        "The lower 16 bits are still there: set them to zero with `& 0xFFFF0000`.": {"back": None},
    }
    mistakes = variants(_bits_like, changes) | {
        "Your upper 16 bits are now in the lower half. Shift them back with `<< 16` before the view.": _moved_down,
        "You return the upper 16 bits, moved down. They belong in the upper half: shift them back with `<< 16`.": Sign(
            lambda mine, numbers: np.asarray(mine).dtype.kind in "ui" and np.max(mine) < 2**16
        ),
    }
    judge(answer, cases, _bfloat16, mistakes, keeps_input=True)
