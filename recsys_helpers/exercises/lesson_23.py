"""Checks of lesson 23, serve recommendations."""

import numpy as np

from recsys_helpers.exercises import NotYet, choice, exercise, judge, must_be_function, parsons, predict, trace


@exercise(
    "23.1", "O1", "trace", done="Emma scores 0.8 + 0 = 0.8. Clue scores more, but it is hidden before the list is cut."
)
def first_film(answer) -> None:
    name = str(answer).strip(" .'\"").capitalize()
    hints = {
        "Clue": "Clue has the highest score, but this visitor has seen it.",
        "Fargo": "This visitor has seen Fargo, too.",
        "Brazil": "Brazil scores 0.5 + 0.1 = 0.6, but another unseen film scores more.",
        "Alien": "That is the best film for the first visitor. This one wants `[1.0, 0.2]`.",
        "Dune": "Dune scores 0.2 + 0.16 = 0.36, but another unseen film scores more.",
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
        raise NotYet(f"Return a one-dimensional list of positions; yours has shape {found.shape}.")
    return found


@exercise(
    "23.2",
    "O1",
    "code",
    done="Films are hidden before the list is cut, so a hidden film never takes the position of another one.",
)
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
            raise NotYet("You return scores. Return the *positions* of the films.")
        found = found.astype(int)
        if len(found) and (found.min() < 0 or found.max() >= n or len(set(found.tolist())) < len(found)):
            raise NotYet("You return a position that does not exist, or one twice. Positions are 0, 1, 2, …")
        left = scores.copy()
        left[hidden] = -np.inf
        ascending = np.argsort(left)[:k]
        if len(found) < n_wanted and np.array_equal(found, ascending[left[ascending] > -np.inf]):
            raise NotYet(
                "Your order begins with the lowest values, which are those of the hidden films. Sort by `-scores`."
            )
        above_zero = np.argsort(-left)[:k]
        above_zero = above_zero[left[above_zero] > 0]
        if n == 25 and len(found) == len(above_zero) == 0:
            raise NotYet("Scores may be negative. Keep what is above −∞, not what is above 0.")
        shorter = np.argsort(-np.delete(scores, np.unique(hidden)))[:k]
        if np.array_equal(found, shorter) and not np.array_equal(scores[found], np.sort(scores[free])[::-1][:k]):
            raise NotYet(
                "After `np.delete`, the positions are those of a shorter array. Set hidden films to −∞ instead."
            )
        if n_wanted < k and len(found) > n_wanted:
            raise NotYet(
                f"{len(free)} films are left and k is {k}: return only these, and no hidden films to fill the list."
            )
        if np.isin(found, hidden).any():
            raise NotYet(
                "You return a hidden film. Set it to −∞: any other number, even 0, may be larger than a real score."
            )
        if len(found) < n_wanted:
            raise NotYet(f"You return {len(found)} films, but {n_wanted} are available: hide *before* you cut.")
        if len(found) > k:
            raise NotYet(f"k is {k}, and you return {len(found)} films.")
        wanted = np.sort(scores[free])[::-1][:n_wanted]
        if np.array_equal(scores[found], wanted):
            continue
        if np.array_equal(np.sort(scores[found]), np.sort(wanted)):
            if np.array_equal(scores[found], wanted[::-1]):
                raise NotYet("The films are right, but the worst comes first. Sort by `-scores`.")
            raise NotYet(
                "The films are right, but not in order: `argpartition` does not sort. Sort these k by their scores."
            )
        if np.array_equal(scores[found], np.sort(scores[free])[:n_wanted]):
            raise NotYet("You return the films with the lowest scores. Return those with the highest.")
        raise NotYet("These are not the best of the films that are not hidden. Sort by score, best first.")


def _recall(truth, found):
    return sum(len(set(t) & set(f)) / len(t) for t, f in zip(truth, found)) / len(truth)


def _share_by(size):
    return lambda truth, found: np.mean([len(set(t) & set(f)) / size(t, f) for t, f in zip(truth, found)])


@exercise(
    "23.3", "O2", "faded", done="The recall of an index is the share found for each query, averaged over the queries."
)
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
        "You divide by the number of *found* items: that is precision. Divide by the number of right items.": (
            lambda truth, found: np.mean([len(set(t) & set(f)) / max(len(f), 1) for t, f in zip(truth, found)])
        ),
        "You check whether at least one item was found. Recall is the share of the right items that were found.": (
            lambda truth, found: np.mean([bool(set(t) & set(f)) for t, f in zip(truth, found)])
        ),
        "You pool all queries. Take the share of each query first, then the mean.": (
            lambda truth, found: sum(len(set(t) & set(f)) for t, f in zip(truth, found)) / sum(len(t) for t in truth)
        ),
        "You return the sum over the queries. Take the mean.": (
            lambda truth, found: _recall(truth, found) * len(truth)
        ),
        "You return one share for each query. Take their mean.": (
            lambda truth, found: [len(set(t) & set(f)) / len(t) for t, f in zip(truth, found)]
        ),
        "That is the mean *number* of right items found. Divide by the number of right items of each query.": (
            lambda truth, found: np.mean([len(set(t) & set(f)) for t, f in zip(truth, found)])
        ),
        "You divide by a fixed 10. Divide by the number of right items of each query.": _share_by(lambda t, f: 10),
        "You divide by the longer of the two. Divide by the number of right items.": (
            _share_by(lambda t, f: max(len(t), len(f)))
        ),
        "You compare position by position. The order does not matter: count the right items that were found.": (
            lambda truth, found: np.mean(
                [np.mean([a == b for a, b in zip(t, f)]) if len(f) else 0 for t, f in zip(truth, found)]
            )
        ),
        "You divide by the shorter of the two. Divide by the number of right items.": (
            _share_by(lambda t, f: max(min(len(t), len(f)), 1))
        ),
        "That is the median of the queries. Take their mean.": (
            lambda truth, found: np.median([len(set(t) & set(f)) / len(t) for t, f in zip(truth, found)])
        ),
        "You compare the lengths of the two lists. Count the *right* items among the found ones.": (
            lambda truth, found: np.mean([len(f) / len(t) for t, f in zip(truth, found)])
        ),
        "You check whether all right items were found. Recall is the share of them that was found.": (
            lambda truth, found: np.mean([set(t) <= set(f) for t, f in zip(truth, found)])
        ),
        "You use only the first query. Take the mean over all queries.": lambda truth, found: _recall(
            truth[:1], found[:1]
        ),
        "You return percentages. Return a share from 0 to 1.": lambda truth, found: 100 * _recall(truth, found),
        "That is the share that was missed. Return the share that was found.": lambda truth, found: (
            1 - _recall(truth, found)
        ),
        "You divide by the size of the union. Divide by the number of right items.": (
            lambda truth, found: np.mean([len(set(t) & set(f)) / len({*t, *f}) for t, f in zip(truth, found)])
        ),
    }
    empty = (
        "`found` may be empty. Dividing by the number of *found* items is precision: divide by the number of right "
        "items."
    )
    judge(answer, cases, _recall, mistakes, raised={ZeroDivisionError: empty})


choice(
    "23.4",
    "O2",
    right="b",
    why_not={
        "a": "An approximate index can save only a part of a fraction of a millisecond here, and it misses films.",
        "c": "Clusters are what an index is made for: a query and its neighbours lie in the same few.",
        "d": "With 200,000 items, brute force takes many times longer. Whether a few misses matter must be measured.",
    },
    done="9,066 scores are a small matrix product. An approximate index pays off only where brute force is too slow.",
)


def _given_23_5(scores, is_seen, is_genre, k):
    best = np.argsort(-scores)[:k]
    return best[is_genre[best] & ~is_seen[best]]


@exercise(
    "23.5",
    "O1",
    "debug",
    given=_given_23_5,
    done="The rules come first, and the cut comes last. An index must apply the rules, too, or return enough items "
    "to spare.",
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
            raise NotYet("You return positions among the allowed films. Convert them to positions among all films.")
        if np.array_equal(found, np.argsort(-scores[allowed])[:k]):
            raise NotYet(
                "These are positions within `allowed`. Convert them to positions among all films: `allowed[…]`."
            )
        if len(found) > len(wanted) and np.array_equal(found[: len(wanted)], wanted) and len(wanted) < k:
            raise NotYet("Fewer than k films are allowed here. Remove those that are still at −∞.")
        if is_seen[found].any():
            raise NotYet("You return a film that was seen. Remove seen films before the cut.")
        if (~is_genre[found]).any():
            raise NotYet("You return a film of another genre. Remove such films before the cut.")
        if len(found) > k:
            raise NotYet(f"Cut the list at the end: k is {k}, but you return {len(found)} films.")
        if len(found) < len(wanted):
            raise NotYet(
                f"{len(wanted)} allowed films are available, but you return {len(found)}: a rule still follows a cut."
            )
        if set(found.tolist()) == set(wanted.tolist()):
            raise NotYet("The films are right, but not in order. Return the best first.")
        if np.array_equal(found, allowed[np.argsort(scores[allowed])][:k]):
            raise NotYet("Those are the allowed films with the *lowest* scores: sort by `-scores`.")
        if np.array_equal(found, allowed[:k]):
            raise NotYet("Those are the first allowed films, not the best. Sort them by their scores, best first.")
        raise NotYet("These films are allowed, but others have higher scores. Sort all allowed films by `-scores`.")


@exercise(
    "23.6",
    "O3",
    "trace",
    done="The status tells a caller what went wrong: an invalid value (422), an unknown user (404), a wrong method "
    "(405).",
)
def statuses(answer) -> None:
    try:
        codes = [int(code) for code in answer]
    except (TypeError, ValueError):
        raise NotYet("Write a list of four whole numbers and True or False.") from None
    if len(codes) != 5:
        raise NotYet("Write four numbers, one for each request, and then True or False.")
    if 500 in codes:
        raise NotYet(
            "500 says that the *service* failed, but none of these requests makes it fail. A caller's "
            "mistake gets a 4xx."
        )
    if codes[0] == 200:
        raise NotYet("First request: `k` may be at most 100, so k=1000 is refused, not quietly reduced.")
    if codes[0] != 422:
        raise NotYet("First request: the path and the method are right, but a value is not valid.")
    if codes[1] == 200:
        raise NotYet("Second request: this user is unknown. To answer with films would hide the caller's mistake.")
    if codes[1] == 422:
        raise NotYet("Second request: 999999 is a well-formed user_id, but there is no such user.")
    if codes[1] != 404:
        raise NotYet("Second request: which status says that something was not found?")
    if codes[2] in (404, 422):
        raise NotYet(
            "Third request: the body is well formed, and a visitor without any known like can still get films."
        )
    if codes[2] != 200:
        raise NotYet("Third request: POST is the right method there, and the visitor gets films.")
    if codes[3] != 405:
        raise NotYet("Fourth request: the path exists, but DELETE is not allowed on it.")
    if codes[4] != 0:
        raise NotYet("Degraded means that the model should have answered but could not. Here, it was not needed.")


predict(
    "23.7",
    "O4",
    truth=950,
    within=150,
    between=(0, 100_000),
    low="It is more. While the server is stalled for a second, fifty requests arrive, and all of them wait. The "
    "p99 of 500 is about the fifth longest.",
    high="It is less: the longest time is that of the request that takes one second.",
    done="Close: a stall of one second delays everybody who arrives meanwhile, and those who queue behind them.",
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


@exercise(
    "23.8",
    "O4",
    "code",
    done="Measured from `due`, a stall delays everybody who arrives meanwhile, not only one request.",
)
def my_waits(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for n, load in ((1, 1.0), (6, 0.5), (40, 0.9), (30, 1.6), (9, 1.0)):
        due = np.round(np.cumsum(rng.exponential(10, n)), 3) + (100 if n == 9 else 0)
        cases.append((due, np.round(rng.exponential(10 * load, n), 3)))
    cases.append((np.arange(8) * 20.0, np.array([10.0, 10, 95, 10, 10, 10, 10, 10])))
    cases.append((np.zeros(5), np.arange(1.0, 6)))
    mistakes = {
        "That is the work alone, which a polite client sees. Add it to `free`, so that the next request waits.": (
            lambda due, work: np.array(work)
        ),
        "Your server starts at the earlier of two times. It starts at the *later* one: max(free, due).": (_earlier),
        "You measure every time from the first request. Measure each from its own `due`.": (
            lambda due, work: _free_times(due, work) - due[0]
        ),
        "You add up the work alone. A server with an empty queue waits for the next request: max(free, due).": (
            lambda due, work: np.cumsum(work)
        ),
        "You return the time at which each is done. Subtract its `due`.": _free_times,
        "That is the waiting alone. Include the work: measure from `due` to the end.": (
            lambda due, work: _waits(due, work) - work
        ),
        "Your server starts before the request has arrived. It can start at max(free, due) at the earliest.": (
            lambda due, work: np.cumsum(work) - due
        ),
        "Your server is never idle after its first request. If the queue is empty, it must wait until the next "
        "`due`.": (lambda due, work: np.cumsum(work) + due[0] - due),
        "You look back at one request only, as if it had been served at once. It may have waited itself, so keep "
        "`free`.": _one_back,
        "You return only the longest time. Return one for each request.": lambda due, work: _waits(due, work).max(),
        "You return only the mean. Return one time for each request.": lambda due, work: _waits(due, work).mean(),
    }
    judge(answer, cases, _waits, mistakes, atol=1e-6)


choice(
    "23.9",
    "O4",
    right="b",
    why_not={
        "a": "With 4 inside at 800 a second, each stays 5 ms. This is safe, but any small burst leads to needless "
        "rejections.",
        "c": "With 800 inside at 800 a second, each stays a whole second.",
        "d": "Then requests wait longer and longer, until all answers come too late. This is worse for everybody.",
    },
    done="By Little's law, 800 a second · 0.04 s = 32 requests inside.",
)


predict(
    "23.10",
    "O5",
    truth=0,
    within=2,
    between=(0, 300),
    low="It cannot be less than none.",
    high="Most people say 80, because the server can answer 100. But it is none. Run it, and see why.",
    done="Right: none is answered in time, although the server can answer 100. Run it, and see why.",
)


trace(
    "23.11",
    "O5",
    8,
    {
        16: "That would be without a breaker. The breaker opens after second 2.",
        12: "The try in second 7 is still late, so the breaker stays open until second 12.",
        4: "Those are the late ones alone. From second 12 on, the model is asked and answers in time.",
        5: "After the try in second 12 succeeds, the breaker is closed: 13, 14 and 15 are sent, too.",
        7: "Count the tries themselves, in seconds 7 and 12: they are sent to the model as well.",
        6: "Count again: three requests open the breaker, then come the tries, then everything after the first "
        "success.",
        11: "From second 8 on, the model is in time, but the breaker learns this only at the next try, in second 12.",
        9: "The model is in time from second 8 on, but after the late try in second 7, it is not asked before "
        "second 12.",
        10: "Only three late requests in a row open the breaker, in seconds 0, 1 and 2. After that, only the tries "
        "matter.",
    },
    "Go second by second and note whether the request is sent. The breaker opens after second 2, and the first try "
    "is in second 7.",
    "Three requests open the breaker, one try is late, one is in time, and three follow it.",
)


choice(
    "23.12",
    "O5",
    right="d",
    why_not={
        "a": "Every file was exactly as it had been written. Checksums detect changed bytes, not wrong contents.",
        "b": "The model itself was intact, so it would pass. What the rows stand for was wrong.",
        "c": "Wrong lists come as quickly as right ones, with status 200, and by then people have seen them.",
    },
    done="From raw ids to raw ids, the check uses every table, as a visitor's request does.",
)


parsons(
    "23.13",
    "O5",
    right=("DBFCA", "DFBCA"),
    not_used={
        "E": "Leave out line E: a roll-back needs the version that it deletes.",
    },
    before={
        "DB": "Nothing can be measured or swapped before it is written, so D comes first.",
        "DF": "Nothing can be measured or swapped before it is written, so D comes first.",
        "DC": "Nothing can be measured or swapped before it is written, so D comes first.",
        "DA": "Nothing can be measured or swapped before it is written, so D comes first.",
        "CA": "You can only watch a version that is in use, so A comes after the swap.",
        "BC": "Measure the version before anybody sees it (B before C).",
        "FC": "The lists are compared before anybody sees them, so F comes before the swap.",
    },
    done="The version is written whole, measured, compared, swapped in and watched, and the old one stays available.",
)
