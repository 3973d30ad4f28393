"""Explanations that only ask a model again with something left out: they need no layers, no slopes and no TensorFlow.

A *value* is such a question: `value(rows, keep)`, `rows` (m,) names the examples, `keep` (m, n_players) says for each
what stays; it returns the scores (m,). Players are features, or the films of a history. `explain` offers all of this.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recsys_helpers.evaluation import top_k


def replaced(f: Callable, x: np.ndarray, background: np.ndarray) -> Callable:
    """The value of feature rows x (n, k, ...): features left out are taken from `background`, and scores are averaged.

    `f` maps (m, k, ...) to (m,) or (m, 1); `background` has shape (n_background, k, ...), one row is a reference.
    Source: Lundberg & Lee, NeurIPS 2017, eq. 11 (features left out are independent of those kept). Built in lesson 26.

    >>> value = replaced(lambda x: x.sum(axis=1), np.array([[1.0, 2.0]]), background=np.array([[0.0, 0.0], [0.0, 4.0]]))
    >>> value(np.array([0, 0]), np.array([[True, True], [True, False]]))
    array([3., 3.])
    """
    if background.ndim != x.ndim or background.shape[1:] != x.shape[1:]:
        raise ValueError(f"background {background.shape} must be rows like those of x {x.shape}.")

    def value(rows, keep):
        keep = keep.reshape(*keep.shape, *[1] * (x.ndim - 2))
        several = [np.asarray(f(np.where(keep, x[rows], other))).reshape(len(rows)) for other in background]
        return np.mean(several, axis=0, dtype=float)

    return value


def shapley_values(value: Callable, n: int, n_players: int) -> np.ndarray:
    """Exact Shapley values (n, n_players): a player's mean gain over all orders in which players may come in.

    They sum to the score of all players minus that of none. 2 ** n_players questions an example, so at most 16 players.
    Source: Shapley, 1953; Lundberg & Lee, NeurIPS 2017, eq. 8. Built in lesson 26.

    >>> shapley_values(lambda rows, keep: 6.0 * keep.all(axis=1), n=1, n_players=3)
    array([[2., 2., 2.]])
    """
    if not 1 <= n_players <= 16:
        raise ValueError(f"{n_players} players make 2 ** {n_players} questions: exact values are for 1 to 16 players.")
    numbers = np.arange(2**n_players)
    keep = (numbers[:, None] >> np.arange(n_players) & 1).astype(bool)  # (2 ** k, k), every set of players
    rows = np.repeat(np.arange(n), len(keep))
    scores = np.asarray(value(rows, np.tile(keep, (n, 1))), float).reshape(n, len(keep))
    size = keep.sum(axis=1)
    weight = np.array([1 / (n_players * math.comb(n_players - 1, s)) if s < n_players else 0 for s in size])
    gains = []
    for player in range(n_players):
        without = numbers[~keep[:, player]]
        gains.append((scores[:, without | 1 << player] - scores[:, without]) @ weight[without])
    return np.stack(gains, axis=1)


def deletion_curves(value: Callable, importance: np.ndarray, insertion: bool = False) -> np.ndarray:
    """Scores (n, k + 1) while the 0, 1, … k most important of k players are left out, or put in with `insertion`.

    `importance` (n, k), the larger the earlier; equal ones go from left to right. A faithful importance makes the curve
    of deletion fall early, that of insertion rise early; the mean over a row is the area under it. Draw `importance` at
    random for the bar. Source: Petsiuk, Das & Saenko, BMVC 2018; Samek et al., TNNLS 2017. Built in lesson 26.

    >>> deletion_curves(lambda rows, keep: keep @ np.array([1.0, 5.0]), np.array([[0.1, 0.9]]))
    array([[6., 1., 0.]])
    """
    importance = np.asarray(importance, float)
    if importance.ndim != 2 or np.isnan(importance).any():
        raise ValueError(f"importance must be numbers of shape (n, k), none of them NaN; it is {importance.shape}.")
    n, k = importance.shape
    place = np.argsort(np.argsort(-importance, axis=1, kind="stable"), axis=1)  # 0: the most important
    step = np.arange(k + 1)[None, :, None]
    keep = place[:, None, :] < step if insertion else place[:, None, :] >= step  # (n, k + 1, k)
    rows = np.repeat(np.arange(n), k + 1)
    return np.asarray(value(rows, keep.reshape(-1, k)), float).reshape(n, k + 1)


@dataclass(frozen=True)
class Counterfactual:
    """Without `removed`, `instead` would stand first in the place of `item`."""

    item: int
    instead: int
    removed: np.ndarray  # places in the history
    is_smallest: bool  # every smaller set was asked, and none changes the first place
    n_asked: int  # histories that were scored


def counterfactual(scores: Callable, history, importance=None, budget: int = 2000) -> Counterfactual | None:
    """The smallest set of films in one `history` (item indices) without which another film would stand first.

    `scores` maps a list of histories to (n, n_items + 1). Nothing of the *whole* history may be recommended: a film
    that was taken out only for the question was seen all the same. Sets are asked by size, those with important films
    (`importance`, one number a place) first, as long as all sets of a size fit into `budget` questions. After that
    films are left out greedily, and put back where the change survives: verified too, but perhaps not the smallest.
    None: even without any of them the same film stands first. Equal scores are ordered as `top_k` orders them; a film
    scored -inf is never recommended. Raises ValueError if no film is left to recommend.
    Source: Ghazimatin et al., WSDM 2020 (PRINCE); Tran et al., SIGIR 2021 (ACCENT). Built in lesson 26.

    >>> likes = np.array([[0, 0, 0, 0, 0], [0, 0, 0, 0, 2], [0, 0, 0, 1, 0]])  # row 1: film 1 asks for film 4
    >>> counterfactual(lambda histories: np.array([likes[h].sum(axis=0) for h in histories]), [1, 2])
    Counterfactual(item=4, instead=3, removed=array([0]), is_smallest=True, n_asked=4)
    """
    history = np.asarray(history)
    k, n_asked = len(history), 0
    if k < 1:
        raise ValueError("The history is empty: there is nothing to leave out.")
    order = np.arange(k) if importance is None else np.argsort(-np.asarray(importance, float), kind="stable")

    def first(removed: list) -> np.ndarray:
        nonlocal n_asked
        n_asked += len(removed)
        block = np.array(scores([np.delete(history, list(places)) for places in removed]), float)
        block[:, np.append(history, 0)] = -np.inf
        return top_k(block, 1)[:, 0]

    def found(places, is_smallest):
        places = np.sort(np.array(places, int))
        return Counterfactual(int(item), int(first([places])[0]), places, is_smallest, n_asked)

    item = first([()])[0]
    if item == 0:
        raise ValueError("No film is left to recommend: all are in the history, or scored -inf.")
    for size in range(1, k + 1):
        if n_asked + math.comb(k, size) > budget:
            break
        sets = itertools.combinations(order, size)
        while block := list(itertools.islice(sets, 256)):
            changed = first(block) != item
            if changed.any():
                return found(block[int(changed.argmax())], True)
    else:
        return None
    changed = first([order[:n] for n in range(1, k + 1)]) != item
    if not changed.any():
        return None
    removed = list(order[: int(changed.argmax()) + 1])
    for place in removed[::-1]:
        fewer = [other for other in removed if other != place]
        if fewer and first([fewer])[0] != item:
            removed = fewer
    return found(removed, False)


def reasons(scores: Callable, history, items) -> tuple[np.ndarray, np.ndarray]:
    """For each recommended item the place in `history` that carries it most, and by how much; both of shape (n_items,).

    Each film is left out once, so the cost is len(history) + 1 scored histories for all items together. What is
    compared is an item's score minus the mean score of all items, as only differences rank; items that are scored -inf
    with some of the histories (hidden) do not enter the mean. A reason at or below 0 is none: no single film carries
    the item. `scores` as in `counterfactual`. Raises ValueError for an item whose own score is no finite number.
    Built in lesson 26.

    >>> weights = np.array([[0, 0, 0, 0], [0, 0, 0, 2], [0, 0, 0, 4]])  # film 1 gives film 3 two, film 2 gives four
    >>> reasons(lambda histories: np.array([weights[h].sum(axis=0) for h in histories]), [1, 2], [3])[0]
    array([1])
    """
    history, items = np.asarray(history), np.asarray(items)
    if len(history) < 1:
        raise ValueError("The history is empty: there is no film to give as a reason.")
    block = np.asarray(scores([history, *(np.delete(history, place) for place in range(len(history)))]), float)
    if not np.isfinite(block[:, items]).all():
        bad = items[~np.isfinite(block[:, items]).all(axis=0)].tolist()
        raise ValueError(f"Items {bad} have scores that are no finite numbers: hidden items have no reasons.")
    is_scored = np.isfinite(block).all(axis=0)
    is_scored[0] = False
    of_items = block[:, items] - block[:, is_scored].mean(axis=1, keepdims=True)  # (1 + k, n_items)
    drops = of_items[0] - of_items[1:]
    return drops.argmax(axis=0), drops.max(axis=0)
