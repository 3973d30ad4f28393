"""Typical wrong answers of lesson 30; each must be refused, each with its own hint."""

import numpy as np


def offer_with(parts, seen, first_unseen=False, first_seen=False, wraps=False):
    positions = [position for position, film in enumerate(parts) if film in seen]
    if not positions:
        return 0
    if first_unseen:
        return next((film for film in parts if film not in seen), 0)
    at = (positions[0] if first_seen else positions[-1]) + 1
    if first_seen:
        return next((film for film in parts[at:] if film not in seen), 0)
    return parts[at % len(parts)] if wraps or at < len(parts) else 0


def shown_with(n_films, film, start, end, day, last_day=False, first_day=True, how=any):
    answer = []
    for number in range(n_films):
        windows = zip(start[film == number], end[film == number])
        is_open = [(s <= day if first_day else s < day) and (day <= e if last_day else day < e) for s, e in windows]
        answer.append(bool(is_open) and how(is_open))
    return np.array(answer)


def page_with(values, similarity, strength, k, repeats=False, sign=1, above="all", reduce=np.max):
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        others = used if above == "all" else (rows[-1] if rows else [])
        if others:
            worth = worth - sign * strength * reduce(similarity[others], axis=0)
        if used and not repeats:
            worth[used] = -np.inf
        best = [int(film) for film in np.argsort(-worth)[:k] if worth[film] > -np.inf]
        rows.append(best)
        used += best
    return rows


WRONG = {
    "30.3": [
        (lambda parts, seen: offer_with(parts, seen, first_unseen=True), "You offer the first unseen part of"),
        (lambda parts, seen: offer_with(parts, seen, first_seen=True), "after the *first* one"),
        (lambda parts, seen: offer_with(parts, seen, wraps=True), "If the last part was seen, you start"),
        (lambda parts, seen: parts[max(i for i, film in enumerate(parts) if film in seen) + 1], "no largest position"),
    ],
    "30.4": [
        (lambda *case: shown_with(*case, last_day=True), "day < end"),
        (lambda *case: shown_with(*case, first_day=False), "start <= day"),
        (lambda *case: shown_with(*case, how=all), "all windows of a film"),
        (lambda n_films, film, start, end, day: (start <= day) & (day < end), "True or False for each window"),
    ],
    "30.6": [
        (lambda *case: page_with(*case, repeats=True), "A film appears on the page"),
        (lambda *case: page_with(*case, sign=-1), "You add the similarity"),
        (lambda *case: page_with(*case, above="last row"), "You compare only with the row"),
        (lambda *case: page_with(*case, reduce=np.mean), "mean similarity"),
    ],
}
