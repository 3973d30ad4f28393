"""Typical wrong answers of lesson 21; each must be refused, each with its own hint."""

import numpy as np


def quantise_with(rows, bits, axis=1, level=None, size=np.abs, whole=np.rint, zero=1.0):
    scale = size(rows).max(axis=axis, keepdims=True) / (level or 2 ** (bits - 1) - 1)
    scale = np.where(scale == 0, zero, scale) * np.ones((len(rows), 1))
    return whole(rows / scale), scale


def pack_with(codes, offset=8, times=16, first=0):
    codes = codes.astype(int) + offset
    return (codes[:, first::2] + times * codes[:, 1 - first :: 2]).astype(np.uint8)


def scores_with(user, codes, tables, total=np.sum):
    lookup = np.einsum("bkw,bw->bk", tables, user.reshape(len(tables), -1))
    return total(lookup[np.arange(len(tables)), codes], axis=1)


def distances(user, codes, tables):
    lookup = ((tables - user.reshape(len(tables), 1, -1)) ** 2).sum(axis=2)
    return lookup[np.arange(len(tables)), codes].sum(axis=1)


WRONG = {
    "21.3": [
        (lambda rows, bits: quantise_with(rows, bits, axis=None), "one scale for the whole table"),
        (lambda rows, bits: quantise_with(rows, bits, level=2 ** (bits - 1)), "int8 does not have"),
        (lambda rows, bits: quantise_with(rows, bits, size=lambda rows: rows), "largest *magnitude*"),
        (lambda rows, bits: quantise_with(rows, bits, whole=np.trunc), "cut the fraction off"),
        (lambda rows, bits: quantise_with(rows, bits)[::-1], "wrong way round"),
    ],
    "21.4": [
        (lambda codes: pack_with(codes, offset=0), "Add 8 first"),
        (lambda codes: pack_with(codes, first=1), "You exchanged the two"),
        (lambda codes: pack_with(codes, times=15), "multiplied by 15"),
        (lambda codes: (codes + 8).astype(np.uint8), "one code per byte"),
    ],
    "21.6": [
        (distances, "squared distances"),
        (lambda user, codes, tables: scores_with(user, codes, tables, np.mean), "mean over the blocks"),
        (lambda user, codes, tables: tables[0][codes].reshape(len(codes), -1) @ user, "table of block 0"),
    ],
    "21.8": [
        (lambda w, gradient, rate: (w - rate * gradient) * (w == 0), "upside down"),
        (lambda w, gradient, rate: (w - rate * gradient) * (gradient != 0), "Your mask depends on"),
        (lambda w, gradient, rate: (w + rate * gradient) * (w != 0), "up the gradient"),
    ],
}
