"""Checks of lesson 23, serve recommendations."""

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, must_be_function, parsons, predict, trace


@exercise("23.1", "O1", "trace", done="0.8 + 0 = 0.8: Clue scores more, but it is hidden before the cut.")
def first_film(answer) -> None:
    name = str(answer).strip(" .'\"").capitalize()
    hints = {
        "Clue": "Clue has the highest score, but this visitor has seen it.",
        "Fargo": "Fargo has been seen, too.",
        "Brazil": "Brazil: 0.5 + 0.1 = 0.6. One unseen film has more.",
        "Alien": "That is the best film for the first visitor. This one wants `[1.0, 0.2]`.",
        "Dune": "Dune: 0.2 + 0.16 = 0.36. Is there no better one?",
    }
    if name in hints:
        raise NotYet(hints[name])
    if name != "Emma":
        raise NotYet('Write the name of one of the six films as a string, for example `"Dune"`.')


def _call(answer, *arguments):
    """The answer as a plain list of whole numbers, or NotYet."""
    try:
        found = np.asarray(answer(*arguments))
    except (IndexError, ValueError) as error:
        raise NotYet(
            f"Your code raised {type(error).__name__}: {error}. `k` may be larger than the number of films, and "
            "`hidden` empty."
        ) from None
    if found.ndim != 1:
        raise NotYet(f"A flat list of positions is asked for; yours has shape {found.shape}.")
    return found


@exercise("23.2", "O1", "code", done="Hide, then cut: the first stage in four lines.")
def top_k(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(1)
    for n, n_hidden, k in (
        (25, 3, 20),
        (9, 2, 3),
        (40, 0, 5),
        (12, 5, 7),
        (30, 10, 1),
        (6, 4, 4),
        (5, 1, 9),
        (4, 4, 2),
        (5000, 30, 900),  # so many that a half-sorted list is not sorted by luck
    ):
        scores = rng.normal(-1, 1, n)
        if n == 12:
            scores = np.round(scores)  # ties
        if n == 25:
            scores = -1 - np.abs(scores)  # all negative
        hidden = rng.permutation(n)[:n_hidden]
        if n == 9:
            hidden = np.append(np.argmax(scores), hidden)
        given = scores.copy()
        found = _call(answer, given, hidden.copy(), k)
        if not np.array_equal(given, scores):
            raise NotYet("Your function changed `scores`, which its caller still needs. Work on a copy.")
        free = np.setdiff1d(np.arange(n), hidden)
        n_wanted = min(k, len(free))
        if found.dtype.kind == "f" and len(found) and not np.array_equal(found, np.round(found)):
            raise NotYet("You return scores. The *positions* of the films are asked for.")
        found = found.astype(int)
        if len(found) and (found.min() < 0 or found.max() >= n or len(set(found.tolist())) < len(found)):
            raise NotYet("You return a position that does not exist, or one twice. Positions are 0, 1, 2, …")
        left = scores.copy()
        left[hidden] = -np.inf
        ascending = np.argsort(left)[:k]
        if len(found) < n_wanted and np.array_equal(found, ascending[left[ascending] > -np.inf]):
            raise NotYet("Your order begins with the lowest, and these are the hidden films. Sort by `-scores`.")
        above_zero = np.argsort(-left)[:k]
        above_zero = above_zero[left[above_zero] > 0]
        if n == 25 and len(found) == len(above_zero) == 0:
            raise NotYet("Scores may be negative. Keep what is above −∞, not what is above 0.")
        shorter = np.argsort(-np.delete(scores, np.unique(hidden)))[:k]
        if np.array_equal(found, shorter) and not np.array_equal(scores[found], np.sort(scores[free])[::-1][:k]):
            raise NotYet("After `np.delete` the positions are those of a shorter array. Hide with −∞ instead.")
        if n_wanted < k and len(found) > n_wanted:
            raise NotYet(f"{len(free)} films are left and k is {k}: return only those, no hidden film to fill up.")
        if np.isin(found, hidden).any():
            raise NotYet("A hidden film came back. It needs −∞: any other number, 0 as well, may beat a real score.")
        if len(found) < n_wanted:
            raise NotYet(
                f"You return {len(found)} films, {n_wanted} are there: hide *before* you cut, or films are lost."
            )
        if len(found) > k:
            raise NotYet(f"k is {k}, and you return {len(found)} films.")
        wanted = np.sort(scores[free])[::-1][:n_wanted]
        if np.array_equal(scores[found], wanted):
            continue
        if np.array_equal(np.sort(scores[found]), np.sort(wanted)):
            if np.array_equal(scores[found], wanted[::-1]):
                raise NotYet("The right films, the worst first. Sort by `-scores`.")
            raise NotYet("The right films in no order: `argpartition` does not sort. Sort these k by their scores.")
        if np.array_equal(scores[found], np.sort(scores[free])[:n_wanted]):
            raise NotYet("Those are the lowest scores.")
        raise NotYet("Those are not the best films that are left.")


def _recall(truth, found):
    return sum(len(set(t) & set(f)) / len(t) for t, f in zip(truth, found)) / len(truth)


def _share_by(size):
    return lambda truth, found: np.mean([len(set(t) & set(f)) / size(t, f) for t, f in zip(truth, found)])


@exercise("23.3", "O2", "faded", done="A share for each query, then their mean: the recall of an index.")
def recall_of_index(answer) -> None:
    rng = np.random.default_rng(2)
    cases = []
    for n_queries, k in ((1, 4), (5, 10), (7, 3), (3, 6)):
        truth = [rng.permutation(40)[: k + int(rng.integers(0, 4))] for _ in range(n_queries)]
        found = [np.append(t[: rng.integers(0, len(t))], rng.integers(50, 90, rng.integers(0, 3))) for t in truth]
        found = [rng.permutation(np.unique(f)) for f in found]
        cases.append((truth, found))
    cases[0] = ([np.arange(4)], [np.array([], int)])
    mistakes = {
        "You divide by the number of *found* items: that is precision. Recall divides by the right ones.": (
            lambda truth, found: np.mean([len(set(t) & set(f)) / max(len(f), 1) for t, f in zip(truth, found)])
        ),
        "You ask whether at least one was found. Recall asks which share of them.": (
            lambda truth, found: np.mean([bool(set(t) & set(f)) for t, f in zip(truth, found)])
        ),
        "You put all queries into one pot. Take the share of each query first, then the mean.": (
            lambda truth, found: sum(len(set(t) & set(f)) for t, f in zip(truth, found)) / sum(len(t) for t in truth)
        ),
        "You return the sum over the queries. Take the mean.": (
            lambda truth, found: _recall(truth, found) * len(truth)
        ),
        "You return one share for each query. Take their mean.": (
            lambda truth, found: [len(set(t) & set(f)) / len(t) for t, f in zip(truth, found)]
        ),
        "That is the mean *number* of right items found. Divide by how many there are.": (
            lambda truth, found: np.mean([len(set(t) & set(f)) for t, f in zip(truth, found)])
        ),
        "You divide by a fixed 10. Each query has its own number of right ones.": _share_by(lambda t, f: 10),
        "You divide by the longer of the two. Recall divides by the right ones.": (
            _share_by(lambda t, f: max(len(t), len(f)))
        ),
        "You compare position by position. The order does not matter: which of the right ones are among the found?": (
            lambda truth, found: np.mean(
                [np.mean([a == b for a, b in zip(t, f)]) if len(f) else 0 for t, f in zip(truth, found)]
            )
        ),
        "You divide by the shorter of the two. Recall divides by the number of right ones.": (
            _share_by(lambda t, f: max(min(len(t), len(f)), 1))
        ),
        "That is the median of the queries. Take their mean.": (
            lambda truth, found: np.median([len(set(t) & set(f)) / len(t) for t, f in zip(truth, found)])
        ),
        "You compare the lengths of the two lists. Count the *right* ones among the found.": (
            lambda truth, found: np.mean([len(f) / len(t) for t, f in zip(truth, found)])
        ),
        "You ask whether all of them were found. Recall asks which share.": (
            lambda truth, found: np.mean([set(t) <= set(f) for t, f in zip(truth, found)])
        ),
        "Only the first query is counted. Take the mean over all.": lambda truth, found: _recall(truth[:1], found[:1]),
        "A share from 0 to 1 is asked for, not per cent.": lambda truth, found: 100 * _recall(truth, found),
        "That is the share that was missed.": lambda truth, found: 1 - _recall(truth, found),
        "You divide by the size of the union. Recall divides by the right ones alone.": (
            lambda truth, found: np.mean([len(set(t) & set(f)) / len({*t, *f}) for t, f in zip(truth, found)])
        ),
    }
    empty = "`found` may be empty: dividing by the *found* ones is precision. Divide by the number of right ones."
    judge(answer, cases, _recall, mistakes, raised={ZeroDivisionError: empty})


choice(
    "23.4",
    "O2",
    right="b",
    why_not={
        "a": "Faster by how much, and of what? A part of next to nothing is no gain, and films are missed.",
        "c": "Clusters are what an index is made for: a query and its neighbours lie in the same few.",
        "d": "With 200,000 items brute force takes many times longer. Whether a few misses matter, figures say.",
    },
    done="9,066 scores are a small matrix product. An index pays where brute force hurts.",
)


def _given_23_5(scores, is_seen, is_genre, k):
    best = np.argsort(-scores)[:k]
    return best[is_genre[best] & ~is_seen[best]]


@exercise(
    "23.5",
    "O1",
    "debug",
    given=_given_23_5,
    done="Rules first, cut last. An index must know them, too, or be asked for enough to spare.",
)
def best_of_genre(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(3)
    for n, share_seen, share_genre, k in (
        (50, 0.2, 0.5, 4), (300, 0.3, 0.03, 5), (40, 0.6, 0.5, 10), (30, 0.1, 0.1, 8), (20, 0.0, 1.0, 5),
        (200, 0.9, 0.2, 3), (15, 1.0, 0.5, 3),
    ):  # fmt: skip
        scores, is_seen, is_genre = rng.normal(-1, 1, n), rng.random(n) < share_seen, rng.random(n) < share_genre
        if n == 300:  # the best ninety films are of other genres
            scores[is_genre] -= 10
        if n == 200:
            scores[is_seen] += 10
        given = scores.copy()
        found = _call(answer, given, is_seen.copy(), is_genre.copy(), k)
        if not np.array_equal(given, scores):
            raise NotYet("Your function changed `scores`, which its caller still needs.")
        found = found.astype(int)
        allowed = np.flatnonzero(is_genre & ~is_seen)
        wanted = allowed[np.argsort(-scores[allowed])][:k]
        if np.array_equal(found, wanted):
            continue
        if len(found) and (found.min() < 0 or found.max() >= n):
            raise NotYet("You return positions among the allowed films. Turn them back into positions among all films.")
        if np.array_equal(found, np.argsort(-scores[allowed])[:k]):
            raise NotYet("These are positions within `allowed`. Turn them back: `allowed[…]`.")
        if len(found) > len(wanted) and np.array_equal(found[: len(wanted)], wanted) and len(wanted) < k:
            raise NotYet("Fewer than k are allowed here: throw out those that are still at −∞.")
        if is_seen[found].any():
            raise NotYet("A film came back that was seen.")
        if (~is_genre[found]).any():
            raise NotYet("A film of another genre came back.")
        if len(found) > k:
            raise NotYet(f"Cut at last: k is {k}, and you return {len(found)} films.")
        if len(found) < len(wanted):
            raise NotYet(
                f"{len(wanted)} allowed films are there, and you return {len(found)}: a rule still comes after a cut."
            )
        if set(found.tolist()) == set(wanted.tolist()):
            raise NotYet("The right films, but not the best first.")
        if np.array_equal(found, allowed[np.argsort(scores[allowed])][:k]):
            raise NotYet("Those are the allowed films with the *lowest* scores: sort by `-scores`.")
        if np.array_equal(found, allowed[:k]):
            raise NotYet("Those are the first allowed films as they stand. Sort them by their scores, best first.")
        raise NotYet("Allowed films, but not those with the highest scores.")


@exercise(
    "23.6",
    "O3",
    "trace",
    done="Not as described, not there, fine, wrong method: a caller can tell whose fault it is.",
)
def statuses(answer) -> None:
    try:
        codes = [int(code) for code in answer]
    except (TypeError, ValueError):
        raise NotYet("A list of four whole numbers and True or False is asked for.") from None
    if len(codes) != 5:
        raise NotYet("Write four numbers, one for each request, and at last True or False.")
    if 500 in codes:
        raise NotYet("500 says that the *service* failed. None of the four does that: a caller's slip is a 4xx.")
    if codes[0] == 200:
        raise NotYet("The first: k=1000 breaks the description (100 at most). It is refused, not quietly cut.")
    if codes[0] != 422:
        raise NotYet("The first: path and method are right, but a value is not as described.")
    if codes[1] == 200:
        raise NotYet("The second: nobody knows this user. To answer all the same would hide a caller's mistake.")
    if codes[1] == 422:
        raise NotYet("The second: 999999 is a well-formed user_id. It is just not there.")
    if codes[1] != 404:
        raise NotYet("The second: what is the status for something that is not there?")
    if codes[2] in (404, 422):
        raise NotYet("The third: the body is well formed, and a visitor without any known like can still get films.")
    if codes[2] != 200:
        raise NotYet("The third: POST is the right method there, and the visitor gets films.")
    if codes[3] != 405:
        raise NotYet("The fourth: the path is there, but nothing can be deleted with it.")
    if codes[4] != 0:
        raise NotYet("Degraded means: the model should have answered and could not. Here nobody had to ask it.")


predict(
    "23.7",
    "O4",
    truth=950,
    within=150,
    between=(0, 100_000),
    low="It is more. While the server stands still for a second, fifty requests come, and all of them wait. "
    "p99 of 500 is about the fifth longest.",
    high="It is less: the longest wait is that of the request that met the hiccup, one second.",
    done="Close. A second of standstill catches everybody who comes meanwhile, and those who queue behind them.",
)


def _waits(due, work):
    free, times = -np.inf, []
    for came, needed in zip(due, work):
        free = max(free, came) + needed
        times.append(free - came)
    return np.array(times)


def _free_times(due, work):
    return np.array(due) + _waits(due, work)


def _earlier(due, work):
    free, times = 0.0, []
    for came, needed in zip(due, work):
        free = min(free, came) + needed
        times.append(free - came)
    return np.array(times)


def _one_back(due, work):
    done_before = np.append(-np.inf, (due + work)[:-1])
    return np.maximum(due, done_before) + work - due


@exercise("23.8", "O4", "code", done="Counted from `due`, a hiccup is paid by everybody who comes meanwhile.")
def my_waits(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for n, load in ((1, 1.0), (6, 0.5), (40, 0.9), (30, 1.6), (9, 1.0)):
        due = np.round(np.cumsum(rng.exponential(10, n)), 3) + (100 if n == 9 else 0)
        cases.append((due, np.round(rng.exponential(10 * load, n), 3)))
    cases.append((np.arange(8) * 20.0, np.array([10.0, 10, 95, 10, 10, 10, 10, 10])))
    cases.append((np.zeros(5), np.arange(1.0, 6)))
    mistakes = {
        "That is the work alone, what a polite client sees. Does `free` grow by it, so that the next one waits?": (
            lambda due, work: np.array(work)
        ),
        "The *later* of two times decides: max(free, due). Nobody is served before coming, or before the server "
        "is free.": (_earlier),
        "You count from the first request. Each waits from its own `due`.": (
            lambda due, work: _free_times(due, work) - due[0]
        ),
        "You add up the work alone. A server that has nothing to do waits for the next request: max(free, due).": (
            lambda due, work: np.cumsum(work)
        ),
        "You return when each is done. Take off when it came.": _free_times,
        "That is the waiting alone. The work counts, too: from `due` to the end.": (
            lambda due, work: _waits(due, work) - work
        ),
        "Your server starts before the request has come: nobody can be served before `due`.": (
            lambda due, work: np.cumsum(work) - due
        ),
        "Your server is never idle, or starts at 0: it has to wait for the first request to come.": (
            lambda due, work: np.cumsum(work) + due[0] - due
        ),
        "You look back at one request only, as if it had been served at once. It may have waited itself.": _one_back,
        "Only the longest is returned; all are asked for.": lambda due, work: _waits(due, work).max(),
        "Only the mean is returned; all are asked for.": lambda due, work: _waits(due, work).mean(),
    }
    judge(answer, cases, _waits, mistakes, atol=1e-6)


choice(
    "23.9",
    "O4",
    right="b",
    why_not={
        "a": "4 inside at 800 a second are 5 ms each. Safe, but at every small wave people are refused without need.",
        "c": "800 inside at 800 a second: each stays a second.",
        "d": "Then those inside wait longer and longer, until all answers come too late. That is rude to everybody.",
    },
    done="800 a second · 0.04 s = 32.",
)


predict(
    "23.10",
    "O5",
    truth=0,
    within=2,
    between=(0, 300),
    low="It cannot be less than none.",
    high="Most people say 80, for the server can answer 100. It is none. Run it, and see why.",
    done="None, although the server could answer 100. Run it, and see why.",
)


trace(
    "23.11",
    "O5",
    8,
    {
        16: "That is without a breaker. It opens after second 2.",
        12: "The try in second 7 is still late: the breaker rests again, until second 12.",
        4: "Those are the late ones. From second 12 on the model answers, and is asked.",
        5: "After the try in second 12 succeeds, the breaker is closed: 13, 14 and 15 are sent, too.",
        7: "Count the tries themselves, in seconds 7 and 12: they are sent to the model as well.",
        6: "Count again: three to open it; then the tries; then everything after the first success.",
        11: "From second 8 on the model is in time, but nobody knows before the next try, in second 12.",
        9: "The model is well from second 8 on, but after the late try in second 7 nobody asks before second 12.",
        10: "Does every request open the breaker anew? Three late ones in a row do, in seconds 0, 1 and 2.",
    },
    "Go second by second: sent, or not? It opens after second 2; the first try is in second 7.",
    "Three to open it, one try that is late, one that is in time, three after it.",
)


choice(
    "23.12",
    "O5",
    right="d",
    why_not={
        "a": "Every file was what had been written. Checksums know bytes, not sense.",
        "b": "The model was in order: rows in, query out. What the rows mean was wrong.",
        "c": "Nonsense comes as quickly as sense, with status 200. And by then people have seen it.",
    },
    done="Raw ids in, raw ids out: that goes through every table, as a visitor does.",
)


parsons(
    "23.13",
    "O5",
    right=("DBFCA", "DFBCA"),
    not_used={
        "E": "Line E takes away what a roll-back goes back to. Leave it out.",
    },
    before={
        "DB": "Nothing can be measured or swapped before it is written: D comes first.",
        "DF": "Nothing can be measured or swapped before it is written: D comes first.",
        "DC": "Nothing can be measured or swapped before it is written: D comes first.",
        "DA": "Nothing can be measured or swapped before it is written: D comes first.",
        "CA": "One watches what is in use: A comes after the swap.",
        "BC": "Measure before anybody sees it (B before C).",
        "FC": "Nobody is shown what is compared: F comes before the swap.",
    },
    done="Whole, measured, compared, swapped, watched; the old version stays at hand.",
)
