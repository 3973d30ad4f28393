"""Checks of lesson 20, outgrow one machine."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, trace, variants

predict(
    "20.1",
    "O2",
    truth=0.05,
    within=0.3,
    between=(0, 4),
    low="Nearly.",
    high="Far slower than that. Halving the work saves a fraction of a millisecond; count what travels in return.",
    done="Yes, two are slower than one: what travels takes longer than what is saved.",
)


def _combined(gradients, sizes):
    total, n = 0.0, 0
    for gradient, size in zip(gradients, sizes):
        for _ in range(int(size)):
            total = total + np.asarray(gradient)
            n += 1
    return total / n


def _combined_like(gradients, sizes, weight="size", whole="examples"):
    gradients, sizes = np.asarray(gradients, float), np.asarray(sizes, float)
    factors = {
        "size": sizes,
        "one": np.ones(len(sizes)),
        "inverse": 1 / sizes,
        "square": sizes**2,
        "others": sizes.sum() - sizes,
    }[weight]
    total = np.tensordot(factors, gradients, 1)
    return (
        total
        / {
            "examples": sizes.sum(),
            "workers": len(sizes),
            "nothing": 1,
            "weights": factors.sum(),
            "largest": sizes.max(),
            "entries": gradients.size,
        }[whole]
    )


@exercise("20.2", "O1", "code", done="Now it does not matter how the batch was cut.")
def combine(answer) -> None:
    rng = np.random.default_rng(20)
    cases = []
    for sizes, shape in (([3, 1], ()), ([2, 5, 1], (4,)), ([7, 1, 4, 2], (3, 2)), ([6, 2, 9], (2, 5))):
        cases.append(([np.asarray(rng.normal(0, 1, shape)) for _ in sizes], sizes))
    changes = {
        "That is the plain mean over workers. A worker with more examples must count more: weight by `sizes`.": {
            "weight": "one",
            "whole": "workers",
        },
        "That is the sum of the gradients. Weight each by its size, and divide by the number of examples.": {
            "weight": "one",
            "whole": "nothing",
        },
        "The gradients of the workers are not weighted. Multiply each by its size before you add.": {"weight": "one"},
        "You divided by the number of workers. Divide by the number of all examples.": {"whole": "workers"},
        "That is the sum over all examples. Divide by their number, `sum(sizes)`.": {"whole": "nothing"},
        "You divided each gradient by its size. It is a mean already: multiply by the size.": {
            "weight": "inverse",
            "whole": "nothing",
        },
        "Each gradient is divided by its size in yours. It is a mean already: multiply by the size.": {
            "weight": "inverse",
            "whole": "workers",
        },
        "You weight by the inverse of the size, so small parts count most. It is the other way round.": {
            "weight": "inverse",
            "whole": "weights",
        },
        "The size counts twice in yours. Multiply each gradient by its size once.": {"weight": "square"},
        "The weights are squared sizes. Weight by the size itself.": {"weight": "square", "whole": "weights"},
        "You weight each worker by the examples of the *others*.": {"weight": "others", "whole": "weights"},
        "You divided by the largest part. Divide by the number of all examples, `sum(sizes)`.": {"whole": "largest"},
        "The mean is over workers *and* entries. Keep the shape of one gradient.": {"whole": "entries"},
    }
    mistakes = variants(_combined_like, changes, at_once=1) | {
        "Only the largest part counts in yours. All examples count equally.": lambda gradients, sizes: gradients[
            int(np.argmax(sizes))
        ],
        "You return one gradient per worker. Add them up.": Sign(
            lambda mine, gradients, sizes: np.shape(mine) == (len(sizes), *np.shape(gradients[0]))
        ),
        "You return a single number. The result has the shape of one gradient: sum over the workers alone.": Sign(
            lambda mine, gradients, sizes: np.shape(mine) == () and np.shape(gradients[0]) != ()
        ),
        "That is the median over the workers.": lambda gradients, sizes: np.median(gradients, axis=0),
    }
    judge(answer, cases, _combined, mistakes)


choice(
    "20.3",
    "O1",
    right="c",
    why_not={
        "a": "It is more exact, but there is only an eighth of the steps, and each is as long as before.",
        "b": "They have seen the same pairs, but a step averages over its batch: count the steps, and their length.",
        "d": "A step averages over its batch, so it does not become longer. That would happen if it added up.",
    },
    done="An eighth of the steps of the same length: an eighth of the way.",
)


def _gathered(pieces):
    n = len(pieces)
    complete = np.stack([pieces[(piece - 1) % n][piece] for piece in range(n)])
    return np.stack([complete] * n)


def _gather_like(pieces, adds=False, to=1, offset=1, place=None, at_once=True, steps=-1):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n + steps):
        sent = [(worker, pieces[worker, (worker + offset - step) % n].copy()) for worker in range(n)]
        for worker, value in sent:
            target = (worker + (offset if place is None else place) - step) % n
            if not at_once:
                value = pieces[worker, (worker + offset - step) % n]
            if adds:
                pieces[(worker + to) % n, target] += value
            else:
                pieces[(worker + to) % n, target] = value
    return pieces


@exercise(
    "20.4", "O2", "faded", done="After n − 1 steps every worker holds every piece, and nobody sent more than a share."
)
def all_gather(answer) -> None:
    rng = np.random.default_rng(4)
    cases = [(rng.normal(0, 1, (n, n, size)),) for n, size in ((2, 1), (3, 2), (4, 1), (5, 3))]
    changes = {
        "You add. In this half the complete piece *replaces* what the neighbour has.": {"adds": True},
        "Yours goes the wrong way round: the receiver is worker (w + 1) mod n.": {"to": -1},
        "Nothing reaches a neighbour, so the array is as before: the receiver is worker (w + 1) mod n, not w itself.": {
            "to": 0
        },
        "The pieces start at the wrong place. At step 0, worker w sends piece (w + 1) mod n.": {"offset": 0},
        "The piece lands in the wrong place: it keeps its number, (w + 1 − s) mod n, at the receiver.": {"place": 0},
        "The piece lands one place too far: it keeps its number, (w + 1 − s) mod n, at the receiver.": {"place": 2},
    }
    mistakes = variants(_gather_like, changes, at_once=2) | {
        "Each worker only has its own piece and the first one that came. All n − 1 steps are needed.": (
            lambda pieces: _gather_like(pieces, steps=1 - len(pieces)) if len(pieces) > 2 else _gathered(pieces)
        ),
        "One step is missing: n − 1 are needed.": lambda pieces: _gather_like(pieces, steps=-2),
        "Yours always writes to piece w + 1. The piece keeps its number, (w + 1 − s) mod n: is `- step` missing?": (
            _without_step
        ),
        "Only one worker receives in yours: let `worker` run over all n.": lambda pieces: _one_receiver(pieces, 0),
        "Only the last worker's neighbour receives in yours: is the assignment outside the loop?": (
            lambda pieces: _one_receiver(pieces, len(pieces) - 1)
        ),
        "Everybody has the sum of the pieces as they were. Copy the *complete* pieces; nothing is added here.": (
            lambda pieces: np.stack([pieces.sum(axis=0)] * len(pieces))
        ),
        "Return all workers' pieces, shape (n, n, size); you returned those of one worker.": (
            lambda pieces: _gathered(pieces)[0]
        ),
    }
    raised = {IndexError: "After the last worker comes worker 0 again: is `% n` missing?"}
    judge(answer, cases, _gathered, mistakes, raised=raised)


def _without_step(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        for worker in range(n):
            pieces[(worker + 1) % n, (worker + 1) % n] = sent[worker]
    return pieces


def _one_receiver(pieces, sender):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        pieces[(sender + 1) % n, (sender + 1 - step) % n] = pieces[sender, (sender + 1 - step) % n]
    return pieces


trace(
    "20.5",
    "O2",
    truth=175,
    within=0.6,
    mistakes={
        87.5: "That is one half, the reduce-scatter. The all-gather sends as much again.",
        100: "A whole gradient? Each worker sends one eighth of it in each of 2 · 7 steps.",
        200: "Nearly: there are n − 1 steps in each half, not n.",
        700: "That would be sending the whole gradient to seven others. In the ring a worker sends one piece per step.",
        1400: "That is what all workers send together. Each sends an eighth of it.",
        800: "In the ring a worker sends one eighth of the gradient per step, not all of it.",
        12.5: "That is one piece, sent in one step. There are 2 · 7 steps.",
        25: "Each half has n − 1 = 7 steps, and every step sends a piece of 12.5 MB.",
        114.3: "The factor is 2 (n − 1) / n, not its half turned over: (n − 1) / n = 7 / 8.",
        228.6: "Upside down: the factor is 2 · 7 / 8.",
        1.75: "Yes, 1.75 times the gradient. In MB, please.",
    },
    otherwise="Each half has n − 1 steps, and in each a worker sends one n-th of the gradient: 2 (n − 1) / n · 100.",
    done="1.75 times the gradient. With a hundred workers it would be 1.98 times.",
)


choice(
    "20.6",
    "O3",
    right="c",
    why_not={
        "a": "Adam's next step depends on the means of all gradients so far. Without them the resumed training goes "
        "another way.",
        "b": "Without it nobody knows which batches are done already, nor which random numbers come next.",
        "d": "They are what was learned.",
    },
    done="Gradients are computed anew from the weights and the next batch. All else that a step reads is needed.",
)


def _looked_up(shards, ids):
    n = len(shards)
    return np.array([[float(value) for value in shards[int(id) % n][int(id) // n]] for id in ids])


def _look_up_like(shards, ids, owner="mod", place="div", order="ids", offset=0):
    n = len(shards)
    ids = np.asarray(ids)
    if order == "unique":
        ids = np.unique(ids)
    if order == "owner":
        ids = np.concatenate([ids[ids % n == k] for k in range(n)])
    if order == "sorted":
        ids = np.sort(ids)
    blocks = np.cumsum([len(shard) for shard in shards])
    owners = {"mod": ids % n, "div": ids // n, "blocks": np.searchsorted(blocks, ids, side="right")}[owner]
    starts = np.r_[0, blocks]
    places = {
        "div": ids // n,
        "mod": ids % n,
        "id": ids,
        "wrap": ids % np.array([len(shards[k % n]) for k in owners]),
        "blocks": ids - starts[np.minimum(owners, n - 1)],
    }[place]
    return np.array([shards[int(k)][int(row) + offset] for k, row in zip(owners, places)], float)


@exercise("20.7", "O4", "code", done="The shards answer as the whole table would.")
def look_up(answer) -> None:
    rng = np.random.default_rng(6)
    cases = []
    for n, n_rows, dim, m in ((2, 7, 2, 4), (3, 11, 3, 9), (4, 14, 1, 12), (5, 23, 2, 17)):
        table = rng.normal(0, 1, (n_rows, dim))
        ids = rng.integers(0, n_rows, m)
        ids[-1] = ids[0]  # at least one repetition
        ids[1], ids[2] = n_rows - 1, 0
        cases.append(([table[k::n].copy() for k in range(n)], ids))
    changes = {
        "Owner and position are exchanged: row id belongs to shard id % n, and stands in position id // n.": {
            "owner": "div",
            "place": "mod",
        },
        "The rows come out shard by shard. Return them in the order of `ids`.": {"order": "owner"},
        "Each id comes once in yours, sorted. Repetitions count, and the order of `ids` stays.": {"order": "unique"},
        "The rows come out in the order of the sorted ids. Keep the order of `ids`.": {"order": "sorted"},
        "You treat the shards as consecutive blocks of rows, one after the other. Row id belongs to shard id % n.": {
            "owner": "blocks",
            "place": "blocks",
        },
        "The right shard, but the wrong position: it is id // n.": {"place": "wrap"},
        "The right shard, but the position is id // n, not id % n.": {"place": "mod"},
        "One position too early: rows are counted from 0.": {"offset": -1},
    }
    mistakes = variants(_look_up_like, changes, at_once=1) | {
        "Only the first shard is asked. Ask every owner.": lambda shards, ids: shards[0][
            np.minimum(ids // len(shards), len(shards[0]) - 1)
        ],
        "Rows of other shards than the first are still 0: write the answers of *all* shards into the result.": (
            lambda shards, ids: np.where((ids % len(shards) == 0)[:, None], _looked_up(shards, ids), 0)
        ),
        "Only the rows of the last shard are filled in. Make the result once, before the loop over the shards.": (
            lambda shards, ids: np.where((ids % len(shards) == len(shards) - 1)[:, None], _looked_up(shards, ids), 0)
        ),
        "You return one array per shard. Bring the rows together in the order of `ids`.": Sign(
            lambda mine, shards, ids: isinstance(mine, (list, tuple)) and len(mine) == len(shards) != len(ids)
        ),
        "You added up the rows. Return each of them, shape (m, dim).": lambda shards, ids: _looked_up(shards, ids).sum(
            axis=0
        ),
    }
    raised = {
        IndexError: "A position lies outside its shard. Row id stands in position id // n of shard id % n.",
    }
    judge(answer, cases, _looked_up, mistakes, raised=raised)


predict(
    "20.8",
    "O4",
    truth=59,
    within=8,
    between=(1, 100),
    low="More. Film numbers grow with time, and the films that everybody has seen are among the first.",
    high="Not quite so much, but the direction is right.",
    done="Right: a quarter of the rows, and about six tenths of the work.",
)


def _sum_of_files(files, n_films):
    total = np.zeros(n_films, int)
    for rows in files:
        pairs = np.unique(rows, axis=0)
        total += np.bincount(pairs[:, 1], minlength=n_films)
    return total


def _viewers(files, n_films):
    users = [set() for _ in range(n_films)]
    for rows in files:
        for user, film in rows:
            users[int(film)].add(int(user))
    return np.array([len(of_film) for of_film in users])


def _viewers_like(files, n_films, distinct="all", column=1, part="sum", axis=0):
    if distinct == "file":
        counts = [np.bincount(np.unique(rows, axis=0)[:, column], minlength=n_films) for rows in files]
    elif distinct == "none":
        counts = [np.bincount(rows[:, column], minlength=n_films) for rows in files]
    else:
        rows = np.concatenate(files)
        counts = [np.bincount(np.unique(rows, axis=0)[:, column], minlength=n_films)]
    return {"sum": np.sum, "max": np.max, "mean": np.mean, "min": np.min, "last": lambda c, axis: c[-1]}[part](
        counts, axis=0
    )


@exercise("20.9", "O5", "debug", done="Distinct counts cannot be added; sets can be united.", given=_sum_of_files)
def n_viewers(answer) -> None:
    rng = np.random.default_rng(8)
    cases = []
    for n_files, n_users, n_films, size in ((2, 4, 3, 7), (3, 6, 5, 14), (4, 9, 7, 25), (3, 12, 9, 40)):
        files = [
            np.column_stack([rng.integers(0, n_users, size), rng.integers(0, n_films, size)]) for _ in range(n_files)
        ]
        cases.append((files, n_films))
    cases.append(([np.array([[0, 1], [5, 1], [5, 0]]), np.array([[5, 1], [2, 0]])], 4))  # two films without users
    changes = {
        "Too high: somebody who watches a film in two weeks counts twice. Make the pairs distinct over all files.": {
            "distinct": "file"
        },
        "You count interactions. Somebody who watches a film twice is one user: make the pairs distinct.": {
            "distinct": "none"
        },
        "The largest count of one file misses users who are only in the others.": {"distinct": "file", "part": "max"},
        "The mean over the files is no count of users. Unite the distinct pairs of all files.": {
            "distinct": "file",
            "part": "mean",
        },
        "You return the counts of the last file alone.": {"distinct": "file", "part": "last"},
        "You count the films of each user, column 0. Count the users of each film, column 1.": {"column": 0},
    }
    mistakes = variants(_viewers_like, changes, at_once=1) | {
        "You return a single number. One count per film is asked for.": Sign(
            lambda mine, files, n_films: np.ndim(mine) == 0
        ),
        "Users of films that nobody watched must be 0: give `bincount` its `minlength`.": Sign(
            lambda mine, files, n_films: np.ndim(mine) == 1 and len(mine) < n_films
        ),
        "`np.unique` needs `axis=0`. Without it, users and films are mixed in one list.": (
            lambda files, n_films: np.bincount(np.unique(np.concatenate(files)), minlength=n_films)[:n_films]
        ),
        "Yours is longer than the number of films. Are users mixed in: is `axis=0` of `np.unique` missing?": Sign(
            lambda mine, files, n_films: np.ndim(mine) == 1 and len(mine) > n_films
        ),
        "You made the users distinct, not the pairs: somebody who watched two films counts for both.": (
            lambda files, n_films: np.bincount(
                np.concatenate(files)[np.unique(np.concatenate(files)[:, 0], return_index=True)[1], 1],
                minlength=n_films,
            )
        ),
        "1 for each film that was watched at all? Count its users.": lambda files, n_films: np.bincount(
            np.unique(np.concatenate(files)[:, 1]), minlength=n_films
        ),
        "You counted in how many files each film occurs. Count its users.": lambda files, n_films: sum(
            np.bincount(np.unique(rows[:, 1]), minlength=n_films) for rows in files
        ),
        "Only the users that stand in *every* file count in yours. Unite, do not intersect.": _in_every_file,
    }
    judge(answer, cases, _viewers, mistakes)


def _in_every_file(files, n_films):
    common = set.intersection(*({tuple(map(int, row)) for row in rows} for rows in files))
    return np.bincount([film for _, film in common], minlength=n_films)


parsons(
    "20.10",
    "O5",
    right="BACDE",
    not_used={
        "F": "Buckets by time keep the rows of a user apart. What must all rows of one history have in common?",
    },
    before={
        "BA": "A file must be read before its rows can be cut.",
        "AC": "The pieces must be cut before a bucket can be gathered.",
        "CD": "Order the rows when all of a user's are together: what is ordered in one file is not ordered overall.",
        "DE": "Which rows are the last ones is known only after they are ordered.",
    },
    done="Read, cut, gather: that is the shuffle. Then each bucket works alone.",
)


trace(
    "20.11",
    "O2",
    truth=84.48,
    within=0.6,
    mistakes={
        28.16: "That is the weights alone. Adam stores two more numbers for each: three times as much.",
        56.32: "Adam stores *two* numbers besides each weight, so there are three.",
        76.8: "The items need a table, too.",
        7.68: "The users need a table, too, and it is the larger one.",
        168.96: "Numbers of 4 bytes, not 8.",
        21.12: "That counts one byte per number. There are 4.",
        112.64: "With Adam there are three numbers for each weight, not four.",
        78.68: "That is in GiB, 2³⁰ bytes. The question is about GB of 10⁹ bytes.",
        25.6: "That is the users' weights alone. Add the items, and Adam's two numbers per weight.",
        84.48e9: "Yes, in bytes. In GB, please.",
        84480: "That is in MB. In GB, please.",
        0.08448: "That is in TB. In GB, please.",
    },
    otherwise="Rows × 64 numbers × 4 bytes × 3 (the weight and Adam's two numbers), with 110 million rows.",
    done="Too much for a machine with 64 GB, before a single interaction has been read.",
)
