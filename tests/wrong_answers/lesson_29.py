"""Typical wrong answers of lesson 29; each must be refused, each with its own hint."""

import numpy as np


def quantiles_with(seconds, bucket, equal=0.5, same_bucket=True):
    found = []
    for own, number in zip(seconds, bucket):
        same = seconds[bucket == number] if same_bucket else seconds
        found.append(((same < own).sum() + equal * (same == own).sum()) / len(same))
    return np.array(found)


def list_with(familiar, new, is_known, m, k, second=None, n_new=None):
    old_ones = np.argsort(-np.where(is_known, familiar, -np.inf))[:m]
    second = np.where(is_known, -np.inf, new) if second is None else second
    return np.concatenate([old_ones, np.argsort(-second)[: k - m if n_new is None else n_new]])


WRONG = {
    "29.3": [
        (lambda seconds, bucket: quantiles_with(seconds, bucket, same_bucket=False), "compare with all views"),
        (lambda seconds, bucket: quantiles_with(seconds, bucket, equal=0), "You count the shorter views only."),
        (lambda seconds, bucket: quantiles_with(seconds, bucket, equal=1), "in full (≤)"),
        (lambda seconds, bucket: 1 - quantiles_with(seconds, bucket), "You count the longer views. Count"),
    ],
    "29.5": [
        (lambda seconds, length: seconds > np.minimum(18, length), "A view that lasts exactly as"),
        (lambda seconds, length: seconds >= np.maximum(18, length), "Take the smaller"),
        (lambda seconds, length: seconds >= length, "You require that every video is"),
        (lambda seconds, length: (length < 18) | (seconds >= 18), "You count every view of a video shorter"),
    ],
    "29.7": [
        (
            lambda f, new, is_known, m, k: list_with(f, new, is_known, m, k, second=new),
            "There are known tracks among your",
        ),
        (lambda f, new, is_known, m, k: list_with(f, new, is_known, m, k, n_new=k), "too long"),
        (
            lambda f, new, is_known, m, k: list_with(f, new, is_known, m, k, second=np.where(is_known, 0, new)),
            "You hide known tracks with 0",
        ),
    ],
}
