"""Typical wrong answers of lesson 32; each must be refused, each with its own hint."""

import numpy as np


def codes_with(vectors, books, keeps=False, power=2, farthest=False):
    left, codes = vectors.astype(float), []
    for book in books:
        distance = (np.abs(left[:, None] - book) ** power).sum(axis=2)
        codes.append(distance.argmax(axis=1) if farthest else distance.argmin(axis=1))
        if not keeps:
            left = left - book[codes[-1]]
    return np.stack(codes, axis=1)


def numbers_with(codes, counts, order=None, first_only=False, begin=0):
    met, numbers = {}, [0] * len(codes)
    for film in np.argsort(-counts, kind="stable") if order is None else order(counts):
        group = codes[film][0] if first_only else tuple(codes[film])
        met[group] = met.get(group, begin - 1) + 1
        numbers[film] = met[group]
    return numbers


def step_with(total, log_p, exists, width, alone=False, masked=True, each=False, turned=False):
    values = log_p if alone else total[:, None] + log_p
    values = np.where(exists, values, -np.inf) if masked else values
    if each:
        return [(row, int(values[row].argmax())) for row in range(len(total))][:width]
    rows, codes = np.unravel_index(np.argsort(-values, axis=None)[:width], values.shape)
    pairs = [(int(row), int(code)) for row, code in zip(rows, codes) if values[row, code] > -np.inf]
    return [pair[::-1] for pair in pairs] if turned else pairs


def silu_with(q, k, v, bias, ahead=False, root=False, divided=True, biased=True, act=None):
    length = len(q)
    i, j = np.indices((length, length))
    score = q @ k.T / (np.sqrt(q.shape[1]) if root else 1)
    if biased:
        score = score + bias[abs(i - j)]
    weights = score / (1 + np.exp(-score)) if act is None else act(score)
    if not ahead:
        weights = weights * (j <= i)
    return weights @ v / (length if divided else 1)


def mean_rank_with(ask, candidates, n_times, rng, shuffles=True, wins=False, falling=False):
    total = dict.fromkeys(candidates, 0)
    for _ in range(n_times):
        answer = ask(rng.permutation(candidates).tolist() if shuffles else list(candidates))
        if wins:
            total[answer[0]] -= 1
            continue
        for rank, film in enumerate(answer):
            total[film] += rank
    return sorted(candidates, key=lambda film: -total[film] if falling else total[film])


WRONG = {
    "32.3": [
        (lambda *case: codes_with(*case, keeps=True), "You code the vectors themselves on"),
        (lambda *case: codes_with(*case, power=1), "absolute differences"),
        (lambda *case: codes_with(*case, farthest=True), "farthest"),
        (lambda *case: codes_with(*case).T, "You return one row for each"),
    ],
    "32.4": [
        (lambda *case: numbers_with(*case, order=lambda n: np.argsort(n, kind="stable")), "You give 0 to the film"),
        (lambda *case: numbers_with(*case, order=lambda n: range(len(n))), "You number the films in the"),
        (lambda *case: numbers_with(*case, first_only=True), "first code only"),
        (lambda *case: numbers_with(*case, begin=1), "Your numbers begin at 1. The"),
    ],
    "32.7": [
        (lambda *case: step_with(*case, alone=True), "newest code alone"),
        (lambda *case: step_with(*case, masked=False), "do not exist"),
        (lambda *case: step_with(*case, each=True), "one continuation of each"),
        (lambda *case: step_with(*case, turned=True), "Your pairs are the wrong way"),
    ],
    "32.11": [
        (lambda *case: silu_with(*case, ahead=True), "Your films look at later films."),
        (lambda *case: silu_with(*case, root=True), "You divide the scores by √size."),
        (lambda *case: silu_with(*case, divided=False), "You do not divide by the"),
        (lambda *case: silu_with(*case, biased=False), "bias is missing"),
        (lambda *case: silu_with(*case, act=lambda z: 1 / (1 + np.exp(-z))), "You use a sigmoid. SiLU is"),
    ],
    "32.12": [
        (lambda *case: mean_rank_with(*case, shuffles=False), "same order each time"),
        (lambda *case: mean_rank_with(*case, wins=True), "You count how often each film"),
        (lambda *case: mean_rank_with(*case, falling=True), "You put the worst film first."),
    ],
}
