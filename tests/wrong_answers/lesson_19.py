"""Typical wrong answers to lesson 19, each with a part of the hint that it must get."""

import numpy as np


def least_with(layers, batch, flops, bandwidth, both=max, width=4):
    times = []
    for n_in, n_out in layers:
        n_bytes = width * (batch * n_in + n_in * n_out + batch * n_out)
        times.append(both(2 * batch * n_in * n_out / flops, n_bytes / bandwidth))
    return sum(times)


def lazy_with(table, m, v, ids, gradients, lr=0.01, square_first=False, overwrite=False, dense=False):
    table, m, v = table.copy(), m.copy(), v.copy()
    g, g2 = np.zeros_like(table), np.zeros_like(table)
    if overwrite:
        g[ids] = gradients
    else:
        np.add.at(g, ids, gradients)
    np.add.at(g2, ids, gradients**2)
    rows = np.arange(len(table)) if dense else np.unique(ids)
    m[rows] = 0.9 * m[rows] + 0.1 * g[rows]
    v[rows] = 0.999 * v[rows] + 0.001 * (g2 if square_first else g**2)[rows]
    table[rows] -= lr * m[rows] / (np.sqrt(v[rows]) + 1e-7)
    return table, m, v


def bits_with(numbers, extra, mask=0xFFFF0000):
    return ((numbers.view(np.uint32) + np.uint32(extra)) & np.uint32(mask)).view(np.float32)


WRONG = {
    "19.3": [
        (lambda *case: least_with(*case, both=lambda one, other: one + other), "not their sum"),
        (lambda *case: least_with(*case, both=min), "not the smaller"),
        (lambda *case: least_with(*case, width=1), "4 bytes"),
        (lambda *case: least_with(*case, both=lambda one, other: one), "wait for memory"),
    ],
    "19.5": [
        (lambda a, s, b, t: (s - t / b * a, t / b), "contains a part of the fixed cost"),
        (lambda a, s, b, t: (s, (t - s) / (b - a)), "what is left of seconds_a"),
        (lambda a, s, b, t: ((t - s) / (b - a), s - (t - s) / (b - a) * a), "reverse order"),
    ],
    "19.8": [
        (lambda *case: lazy_with(*case, square_first=True), "one by one"),
        (lambda *case: lazy_with(*case, overwrite=True), "overwrites"),
        (lambda *case: lazy_with(*case, dense=True), "dense Adam"),
    ],
    "19.11": [
        (lambda numbers: bits_with(numbers, 0), "towards zero. Round to the *nearest*"),
        (lambda numbers: bits_with(numbers, 0x8000), "away from zero"),
        (lambda numbers: bits_with(numbers, 0x7FFF), "so that 259"),
        (lambda numbers: numbers.astype(np.float16).astype(np.float32), "as float16 does"),
    ],
}
