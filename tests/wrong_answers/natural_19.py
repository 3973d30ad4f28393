"""Answers to lesson 19 as people write them, without a look at the hints: wrong ones, and unusual right ones."""

import numpy as np
import pandas as pd


def wrong_19_3_total(layers, batch, flops, bandwidth):
    ops = sum(2 * batch * i * o for i, o in layers)
    n_bytes = sum(4 * (batch * i + i * o + batch * o) for i, o in layers)
    return max(ops / flops, n_bytes / bandwidth)


def wrong_19_3_add(layers, batch, flops, bandwidth):
    ops = sum(2 * batch * i * o for i, o in layers)
    n_bytes = sum(4 * (batch * i + i * o + batch * o) for i, o in layers)
    return ops / flops + n_bytes / bandwidth


def wrong_19_3_no_two(layers, batch, flops, bandwidth):
    return sum(max(batch * i * o / flops, 4 * (batch * i + i * o + batch * o) / bandwidth) for i, o in layers)


def wrong_19_3_numbers(layers, batch, flops, bandwidth):
    seconds = 0
    for i, o in layers:
        seconds += max(2 * batch * i * o / flops, (batch * i + i * o + batch * o) / bandwidth)
    return seconds


def wrong_19_3_weights_per_example(layers, batch, flops, bandwidth):
    seconds = 0
    for i, o in layers:
        seconds += max(2 * batch * i * o / flops, 4 * batch * (i + i * o + o) / bandwidth)
    return seconds


def wrong_19_3_weights_only(layers, batch, flops, bandwidth):
    return sum(max(2 * batch * i * o / flops, 4 * i * o / bandwidth) for i, o in layers)


def wrong_19_3_min(layers, batch, flops, bandwidth):
    return sum(min(2 * batch * i * o / flops, 4 * (batch * i + i * o + batch * o) / bandwidth) for i, o in layers)


def wrong_19_3_list(layers, batch, flops, bandwidth):
    return [max(2 * batch * i * o / flops, 4 * (batch * i + i * o + batch * o) / bandwidth) for i, o in layers]


def wrong_19_3_return_in_loop(layers, batch, flops, bandwidth):
    for i, o in layers:
        t = max(2 * batch * i * o / flops, 4 * (batch * i + i * o + batch * o) / bandwidth)
    return t


def wrong_19_3_three(layers, batch, flops, bandwidth):
    return sum(max(6 * batch * i * o / flops, 12 * (batch * i + i * o + batch * o) / bandwidth) for i, o in layers)


def wrong_19_3_no_output(layers, batch, flops, bandwidth):
    return sum(max(2 * batch * i * o / flops, 4 * (batch * i + i * o) / bandwidth) for i, o in layers)


def wrong_19_3_return_first(layers, batch, flops, bandwidth):
    for i, o in layers:
        t = max(2 * batch * i * o / flops, 4 * (batch * i + i * o + batch * o) / bandwidth)
        return t


def wrong_19_3_batch_in_operations_only(layers, batch, flops, bandwidth):
    return sum(max(2 * batch * i * o / flops, 4 * (i + i * o + o) / bandwidth) for i, o in layers)


def right_19_3_numpy(layers, batch, flops, bandwidth):
    i, o = np.array(layers, float).T
    return np.maximum(2 * batch * i * o / flops, 4 * (batch * (i + o) + i * o) / bandwidth).sum()


def right_19_3_frame(layers, batch, flops, bandwidth):
    frame = pd.DataFrame(layers, columns=["i", "o"])
    frame["compute"] = 2 * batch * frame["i"] * frame["o"] / flops
    frame["move"] = 4 * (batch * frame["i"] + frame["i"] * frame["o"] + batch * frame["o"]) / bandwidth
    return frame[["compute", "move"]].max(axis=1).sum()


def wrong_19_5_ratio(batch_a, seconds_a, batch_b, seconds_b):
    each = seconds_b / batch_b
    return seconds_b - each * batch_b, each


def wrong_19_5_from_a(batch_a, seconds_a, batch_b, seconds_b):
    each = seconds_a / batch_a
    fixed = seconds_a - each * batch_a
    return fixed, each


def wrong_19_5_fixed_is_a(batch_a, seconds_a, batch_b, seconds_b):
    return seconds_a, (seconds_b - seconds_a) / (batch_b - batch_a)


def wrong_19_5_upside_down(batch_a, seconds_a, batch_b, seconds_b):
    each = (batch_b - batch_a) / (seconds_b - seconds_a)
    return seconds_a - each * batch_a, each


def wrong_19_5_swapped(batch_a, seconds_a, batch_b, seconds_b):
    each = (seconds_b - seconds_a) / (batch_b - batch_a)
    return each, seconds_b - each * batch_b


def wrong_19_5_mixed(batch_a, seconds_a, batch_b, seconds_b):
    each = (seconds_b - seconds_a) / (batch_b - batch_a)
    return seconds_b - each * batch_a, each


def wrong_19_5_only_fixed(batch_a, seconds_a, batch_b, seconds_b):
    each = (seconds_b - seconds_a) / (batch_b - batch_a)
    return seconds_a - each * batch_a


def wrong_19_5_one_example(batch_a, seconds_a, batch_b, seconds_b):
    each = (seconds_b - seconds_a) / (batch_b - batch_a)
    return seconds_a - each, each


def right_19_5_polyfit(batch_a, seconds_a, batch_b, seconds_b):
    each, fixed = np.polyfit([batch_a, batch_b], [seconds_a, seconds_b], 1)
    return fixed, each


def right_19_5_solve(batch_a, seconds_a, batch_b, seconds_b):
    return np.linalg.solve([[1, batch_a], [1, batch_b]], [seconds_a, seconds_b])


def wrong_19_8_fancy(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    m[ids] = 0.9 * m[ids] + 0.1 * gradients
    v[ids] = 0.999 * v[ids] + 0.001 * gradients**2
    table[ids] -= lr * m[ids] / (np.sqrt(v[ids]) + 1e-7)
    return table, m, v


def wrong_19_8_loop(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    for i, g in zip(ids, gradients):
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        table[i] -= lr * m[i] / (np.sqrt(v[i]) + 1e-7)
    return table, m, v


def wrong_19_8_dense(table, m, v, ids, gradients, lr=0.01):
    g = np.zeros_like(table)
    np.add.at(g, ids, gradients)
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    return table - lr * m / (np.sqrt(v) + 1e-7), m, v


def wrong_19_8_keras(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    rows = np.unique(ids)
    m[rows] *= 0.9
    v[rows] *= 0.999
    np.add.at(m, ids, 0.1 * gradients)
    np.add.at(v, ids, 0.001 * gradients**2)
    table[rows] -= lr * m[rows] / (np.sqrt(v[rows]) + 1e-7)
    return table, m, v


def summed(table, ids, gradients):
    rows, place = np.unique(ids, return_inverse=True)
    g = np.zeros((len(rows), table.shape[1]))
    np.add.at(g, place, gradients)
    return rows, g


def wrong_19_8_no_root(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    rows, g = summed(table, ids, gradients)
    m[rows] = 0.9 * m[rows] + 0.1 * g
    v[rows] = 0.999 * v[rows] + 0.001 * g**2
    table[rows] -= lr * m[rows] / (v[rows] + 1e-7)
    return table, m, v


def wrong_19_8_plus(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    rows, g = summed(table, ids, gradients)
    m[rows] = 0.9 * m[rows] + 0.1 * g
    v[rows] = 0.999 * v[rows] + 0.001 * g**2
    table[rows] += lr * m[rows] / (np.sqrt(v[rows]) + 1e-7)
    return table, m, v


def wrong_19_8_old_moments(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    rows, g = summed(table, ids, gradients)
    table[rows] -= lr * m[rows] / (np.sqrt(v[rows]) + 1e-7)
    m[rows] = 0.9 * m[rows] + 0.1 * g
    v[rows] = 0.999 * v[rows] + 0.001 * g**2
    return table, m, v


def wrong_19_8_in_place(table, m, v, ids, gradients, lr=0.01):
    rows, g = summed(table, ids, gradients)
    m[rows] = 0.9 * m[rows] + 0.1 * g
    v[rows] = 0.999 * v[rows] + 0.001 * g**2
    table[rows] -= lr * m[rows] / (np.sqrt(v[rows]) + 1e-7)
    return table, m, v


def wrong_19_8_gradient(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    rows, g = summed(table, ids, gradients)
    m[rows] = 0.9 * m[rows] + 0.1 * g
    v[rows] = 0.999 * v[rows] + 0.001 * g**2
    table[rows] -= lr * g / (np.sqrt(v[rows]) + 1e-7)
    return table, m, v


def wrong_19_8_swapped(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    rows, g = summed(table, ids, gradients)
    m[rows] = 0.1 * m[rows] + 0.9 * g
    v[rows] = 0.999 * v[rows] + 0.001 * g**2
    table[rows] -= lr * m[rows] / (np.sqrt(v[rows]) + 1e-7)
    return table, m, v


def wrong_19_8_mean(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    for row in set(ids):
        g = gradients[ids == row].mean(axis=0)
        m[row] = 0.9 * m[row] + 0.1 * g
        v[row] = 0.999 * v[row] + 0.001 * g**2
        table[row] -= lr * m[row] / (np.sqrt(v[row]) + 1e-7)
    return table, m, v


def wrong_19_8_epsilon_inside(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    rows, g = summed(table, ids, gradients)
    m[rows] = 0.9 * m[rows] + 0.1 * g
    v[rows] = 0.999 * v[rows] + 0.001 * g**2
    table[rows] -= lr * m[rows] / np.sqrt(v[rows] + 1e-7)
    return table, m, v


def wrong_19_8_zero_sums(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    g = np.zeros_like(table)
    np.add.at(g, ids, gradients)
    rows = g.any(axis=1)
    m[rows] = 0.9 * m[rows] + 0.1 * g[rows]
    v[rows] = 0.999 * v[rows] + 0.001 * g[rows] ** 2
    table[rows] -= lr * m[rows] / (np.sqrt(v[rows]) + 1e-7)
    return table, m, v


def wrong_19_8_every_repeat(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    g = np.zeros_like(table)
    np.add.at(g, ids, gradients)
    for i in ids:
        m[i] = 0.9 * m[i] + 0.1 * g[i]
        v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2
        table[i] -= lr * m[i] / (np.sqrt(v[i]) + 1e-7)
    return table, m, v


def wrong_19_8_no_factors(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    rows, g = summed(table, ids, gradients)
    m[rows] = 0.9 * m[rows] + g
    v[rows] = 0.999 * v[rows] + g**2
    table[rows] -= lr * m[rows] / (np.sqrt(v[rows]) + 1e-7)
    return table, m, v


def wrong_19_8_corrected(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    rows, g = summed(table, ids, gradients)
    m[rows] = 0.9 * m[rows] + 0.1 * g
    v[rows] = 0.999 * v[rows] + 0.001 * g**2
    table[rows] -= lr * (m[rows] / (1 - 0.9)) / (np.sqrt(v[rows] / (1 - 0.999)) + 1e-7)
    return table, m, v


def wrong_19_8_order(table, m, v, ids, gradients, lr=0.01):
    table, m, v = right_19_8_loop(table, m, v, ids, gradients, lr)
    return table, v, m


def wrong_19_8_sum_over_all(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    for row in set(ids):
        g = gradients[ids == row].sum()
        m[row] = 0.9 * m[row] + 0.1 * g
        v[row] = 0.999 * v[row] + 0.001 * g**2
        table[row] -= lr * m[row] / (np.sqrt(v[row]) + 1e-7)
    return table, m, v


def right_19_8_dictionary(table, m, v, ids, gradients, lr=0.01):
    table, m, v, total = table.copy(), m.copy(), v.copy(), {}
    for row, gradient in zip(ids.tolist(), gradients):
        total[row] = total.get(row, 0) + gradient
    for row, g in total.items():
        m[row] = 0.9 * m[row] + 0.1 * g
        v[row] = 0.999 * v[row] + 0.001 * g**2
        table[row] -= lr * m[row] / (np.sqrt(v[row]) + 1e-7)
    return table, m, v


def right_19_8_loop(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    for row in set(ids.tolist()):
        g = gradients[ids == row].sum(axis=0)
        m[row] = 0.9 * m[row] + 0.1 * g
        v[row] = 0.999 * v[row] + 0.001 * np.square(g)
        table[row] -= lr * m[row] / (v[row] ** 0.5 + 1e-7)
    return table, m, v


def right_19_8_pandas(table, m, v, ids, gradients, lr=0.01):
    table, m, v = table.copy(), m.copy(), v.copy()
    g = pd.DataFrame(gradients).groupby(ids).sum()
    r = g.index.to_numpy()
    m[r] += 0.1 * (g.to_numpy() - m[r])
    v[r] += 0.001 * (g.to_numpy() ** 2 - v[r])
    table[r] -= lr * m[r] / (np.sqrt(v[r]) + 1e-7)
    return [table, m, v]


def right_19_8_masked(table, m, v, ids, gradients, lr=0.01):
    g = np.eye(len(table))[ids].T @ gradients
    touched = np.isin(np.arange(len(table)), ids)[:, None]
    m = np.where(touched, 0.9 * m + 0.1 * g, m)
    v = np.where(touched, 0.999 * v + 0.001 * g * g, v)
    return np.where(touched, table - lr * m / (np.sqrt(v) + 1e-7), table), m, v


def wrong_19_11_cut(numbers):
    return (numbers.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)


def wrong_19_11_shift(numbers):
    return ((numbers.view(np.uint32) >> np.uint32(16)) << np.uint32(16)).view(np.float32)


def wrong_19_11_half_up(numbers):
    return ((numbers.view(np.uint32) + np.uint32(0x8000)) & np.uint32(0xFFFF0000)).view(np.float32)


def wrong_19_11_float16(numbers):
    return numbers.astype("float16").astype("float32")


def wrong_19_11_bits(numbers):
    bits = numbers.view(np.uint32)
    odd = (bits >> np.uint32(16)) & np.uint32(1)
    return (bits + np.uint32(0x7FFF) + odd) & np.uint32(0xFFFF0000)


def wrong_19_11_astype(numbers):
    bits = numbers.view(np.uint32)
    odd = (bits >> np.uint32(16)) & np.uint32(1)
    return ((bits + np.uint32(0x7FFF) + odd) & np.uint32(0xFFFF0000)).astype(np.float32)


def wrong_19_11_no_mask(numbers):
    bits = numbers.view(np.uint32)
    odd = (bits >> np.uint32(16)) & np.uint32(1)
    return (bits + np.uint32(0x7FFF) + odd).view(np.float32)


def wrong_19_11_upper(numbers):
    bits = numbers.view(np.uint32)
    odd = (bits >> np.uint32(16)) & np.uint32(1)
    return ((bits + np.uint32(0x7FFF) + odd) >> np.uint32(16)).astype(np.uint16)


def wrong_19_11_no_odd(numbers):
    return ((numbers.view(np.uint32) + np.uint32(0x7FFF)) & np.uint32(0xFFFF0000)).view(np.float32)


def wrong_19_11_decimals(numbers):
    return np.round(numbers, 2)


def wrong_19_11_not_shifted_back(numbers):
    bits = numbers.view(np.uint32)
    odd = (bits >> np.uint32(16)) & np.uint32(1)
    return ((bits + np.uint32(0x7FFF) + odd) >> np.uint32(16)).view(np.float32)


def wrong_19_11_in_place(numbers):
    bits = numbers.view(np.uint32)
    bits += np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    bits &= np.uint32(0xFFFF0000)
    return bits.view(np.float32)


def right_19_11_rint(numbers):
    halves = np.rint(numbers.view(np.uint32).astype(np.float64) / 65536).astype(np.uint32)
    return (halves << np.uint32(16)).view(np.float32)


def right_19_11_frexp(numbers):
    fraction, exponent = np.frexp(numbers)
    return np.ldexp(np.rint(fraction * 256) / 256, exponent)


def right_19_11_library(numbers):
    import ml_dtypes

    return numbers.astype(ml_dtypes.bfloat16).astype(np.float32)


NATURAL = {
    "19.3": [
        (wrong_19_3_total, "each has its own bound"),
        (wrong_19_3_add, "not their sum"),
        (wrong_19_3_no_two, "2 operations"),
        (wrong_19_3_numbers, "4 bytes"),
        (wrong_19_3_weights_per_example, "moved only once"),
        (wrong_19_3_weights_only, "has to be"),
        (wrong_19_3_min, "not the smaller"),
        (wrong_19_3_list, "Return one number: add"),
        (wrong_19_3_return_in_loop, "last layer alone"),
        (wrong_19_3_three, "You multiplied by 3"),
        (wrong_19_3_no_output, "The output has to be written"),
        (wrong_19_3_return_first, "first layer alone"),
        (wrong_19_3_batch_in_operations_only, "Each example has its own"),
    ],
    "19.5": [
        (wrong_19_5_ratio, "seconds_b / batch_b includes"),
        (wrong_19_5_from_a, "contains a part of the fixed cost"),
        (wrong_19_5_fixed_is_a, "what is left of seconds_a"),
        (wrong_19_5_upside_down, "upside down"),
        (wrong_19_5_swapped, "reverse order"),
        (wrong_19_5_mixed, "from the same measurement"),
        (wrong_19_5_only_fixed, "2 results"),
        (wrong_19_5_one_example, "You subtracted the time"),
    ],
    "19.8": [
        (wrong_19_8_fancy, "overwrites"),
        (wrong_19_8_loop, "You update a row"),
        (wrong_19_8_dense, "dense Adam"),
        (wrong_19_8_keras, "one by one"),
        (wrong_19_8_no_root, "*root* of v"),
        (wrong_19_8_plus, "Your step goes in"),
        (wrong_19_8_old_moments, "*new* m and v"),
        (wrong_19_8_in_place, "changes `"),
        (wrong_19_8_gradient, "not along the gradient itself"),
        (wrong_19_8_swapped, "factors of m are exchanged"),
        (wrong_19_8_mean, "mean of a row"),
        (wrong_19_8_epsilon_inside, "You added 1e-7 under"),
        (wrong_19_8_zero_sums, "add up to 0"),
        (wrong_19_8_every_repeat, "You apply the sum once"),
        (wrong_19_8_no_factors, "You added all of"),
        (wrong_19_8_corrected, "bias correction"),
        (wrong_19_8_order, "table, m, v"),
        (wrong_19_8_sum_over_all, "axis=0"),
    ],
    "19.11": [
        (wrong_19_11_cut, "cut the lower bits off"),
        (wrong_19_11_shift, "cut the lower bits off"),
        (wrong_19_11_half_up, "away from zero"),
        (wrong_19_11_float16, "as float16 does"),
        (wrong_19_11_bits, "Those are the bits"),
        (wrong_19_11_astype, "`astype` would"),
        (wrong_19_11_no_mask, "lower 16 bits are still there"),
        (wrong_19_11_upper, "moved down"),
        (wrong_19_11_no_odd, "so that 259"),
        (wrong_19_11_decimals, None),
        (wrong_19_11_not_shifted_back, "Shift them back"),
        (wrong_19_11_in_place, "changes `"),
    ],
}
RIGHT = {
    "19.3": [right_19_3_numpy, right_19_3_frame],
    "19.5": [right_19_5_polyfit, right_19_5_solve],
    "19.8": [right_19_8_loop, right_19_8_pandas, right_19_8_masked, right_19_8_dictionary],
    "19.11": [right_19_11_frexp, right_19_11_library, right_19_11_rint],
}
