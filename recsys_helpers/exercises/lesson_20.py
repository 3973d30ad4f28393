"""Checks of lesson 20, outgrow one machine."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, trace, variants

predict(
    "20.1",
    "O2",
    truth=0.05,
    within=0.3,
    between=(0, 4),
    low="You are right that two processes are slower than one, but not by that much.",
    high="It is slower than that. Sharing saves at most half of a step, but two whole gradients must be sent in "
    "return.",
    done="Right: two processes are slower than one, because sending the gradients costs more time than sharing the "
    "work saves.",
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


@exercise(
    "20.2",
    "O1",
    "code",
    done="Weighted by size, the workers' means give the mean over all examples, however the batch is split.",
)
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
        "The gradients of the workers are not weighted. Multiply each by its size before you add them.": {
            "weight": "one"
        },
        "You divided by the number of workers. Divide by the number of all examples.": {"whole": "workers"},
        "That is the sum over all examples. Divide by their number, `sum(sizes)`.": {"whole": "nothing"},
        "You divided each gradient by its size. Each is already a mean: multiply it by its size.": {
            "weight": "inverse",
            "whole": "nothing",
        },
        "You divided each gradient by its size and took the mean. Multiply it by its size, and divide by all "
        "examples.": {
            "weight": "inverse",
            "whole": "workers",
        },
        "You weight by the inverse of the size, so small parts count most. Weight by the size instead.": {
            "weight": "inverse",
            "whole": "weights",
        },
        "You multiplied by the size twice. Multiply each gradient by its size once.": {"weight": "square"},
        "Your weights are the squared sizes. Weight by the size itself.": {"weight": "square", "whole": "weights"},
        "You weight each worker by the examples of the *others*. Weight it by its own size.": {
            "weight": "others",
            "whole": "weights",
        },
        "You divided by the largest size. Divide by the number of all examples, `sum(sizes)`.": {"whole": "largest"},
        "You took the mean over workers *and* entries. Keep the shape of one gradient.": {"whole": "entries"},
    }
    mistakes = variants(_combined_like, changes, at_once=1) | {
        "You return the gradient of the largest part alone. Average over all examples.": lambda gradients, sizes: (
            gradients[int(np.argmax(sizes))]
        ),
        "You return one gradient per worker. Add them up.": Sign(
            lambda mine, gradients, sizes: np.shape(mine) == (len(sizes), *np.shape(gradients[0]))
        ),
        "You return a single number. Sum over the workers only: the result has the shape of one gradient.": Sign(
            lambda mine, gradients, sizes: np.shape(mine) == () and np.shape(gradients[0]) != ()
        ),
        "That is the median over the workers. Return the mean over all examples.": lambda gradients, sizes: np.median(
            gradients, axis=0
        ),
    }
    judge(answer, cases, _combined, mistakes)


choice(
    "20.3",
    "O1",
    right="c",
    why_not={
        "a": "The gradient is more exact, but there are only an eighth as many steps, and each is only as long as "
        "before.",
        "b": "They have seen the same pairs, but in an eighth as many steps, and averaging over a larger batch "
        "makes no step longer.",
        "d": "A step averages over its batch, so it does not become longer. It would if the gradients were summed.",
    },
    done="With an eighth of the steps, each of the same length, the model moves only about an eighth as far.",
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
    "20.4",
    "O2",
    "faded",
    done="After n − 1 steps, every worker holds every complete piece, and no worker sent more than one piece per step.",
)
def all_gather(answer) -> None:
    rng = np.random.default_rng(4)
    cases = [(rng.normal(0, 1, (n, n, size)),) for n, size in ((2, 1), (3, 2), (4, 1), (5, 3))]
    changes = {
        "You add the piece. In this half, the complete piece *replaces* the one that the receiver has.": {"adds": True},
        "You send the pieces the wrong way round the ring. The receiver is worker (w + 1) mod n.": {"to": -1},
        "Each worker writes to itself, so nothing changes. The receiver is worker (w + 1) mod n.": {"to": 0},
        "You start with the wrong piece. At step 0, worker w sends piece (w + 1) mod n.": {"offset": 0},
        "You write to the wrong position. At the receiver, the piece keeps its index, (w + 1 − s) mod n.": {"place": 0},
        "You write one position too far. At the receiver, the piece keeps its index, (w + 1 − s) mod n.": {"place": 2},
    }
    mistakes = variants(_gather_like, changes, at_once=2) | {
        "You make only one step, so each worker has its own piece and one from its neighbour. Make all n − 1 steps.": (
            lambda pieces: _gather_like(pieces, steps=1 - len(pieces)) if len(pieces) > 2 else _gathered(pieces)
        ),
        "Your loop makes one step too few. Make n − 1 steps.": lambda pieces: _gather_like(pieces, steps=-2),
        "You always write to piece w + 1. The piece keeps its index, (w + 1 − s) mod n: is `- step` missing?": (
            _without_step
        ),
        "Only one worker receives anything. Let `worker` run over all n.": lambda pieces: _one_receiver(pieces, 0),
        "Only the neighbour of the last worker receives anything. Is the assignment outside the loop?": (
            lambda pieces: _one_receiver(pieces, len(pieces) - 1)
        ),
        "Every worker ends up with the sum of the original pieces. Copy the *complete* pieces; nothing is added "
        "here.": (lambda pieces: np.stack([pieces.sum(axis=0)] * len(pieces))),
        "You returned the pieces of one worker. Return those of all workers, shape (n, n, size).": (
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
        100: "That is one whole gradient. Each worker sends one eighth of it in each of 2 · 7 steps.",
        200: "That would be n steps in each half. There are only n − 1.",
        700: "That would be sending the whole gradient to seven others. In the ring, a worker sends one piece per "
        "step.",
        1400: "That is what all workers send together. Each sends an eighth of it.",
        800: "In the ring, a worker sends one eighth of the gradient per step, not all of it.",
        12.5: "That is one piece, sent in one step. There are 2 · 7 steps.",
        25: "That is one step in each half. Each half has n − 1 = 7 steps, and every step sends a piece of 12.5 MB.",
        114.3: "Your factor is n / (n − 1) = 8 / 7. It should be 2 (n − 1) / n = 2 · 7 / 8.",
        228.6: "Your factor is upside down: it is 2 · 7 / 8, not 2 · 8 / 7.",
        1.75: "The factor 1.75 is right. Multiply it by the size of the gradient, and answer in MB.",
    },
    otherwise="Each half has n − 1 steps, and in each of them, a worker sends 1/n of the gradient: 2 (n − 1) / n · "
    "100.",
    done="Each worker sends 1.75 times the size of the gradient. With a hundred workers, it would be 1.98 times.",
)


choice(
    "20.6",
    "O3",
    right="c",
    why_not={
        "a": "Adam's next step depends on the running means of all gradients so far. Without them, the resumed "
        "training takes a different path.",
        "b": "Without the step number, the program does not know which batches it has already used.",
        "d": "The weights are what the training has learned so far. Without them, it would have to start again.",
    },
    done="Every step computes new gradients from the weights and the next batch. Everything else that a step reads "
    "must be saved.",
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


@exercise(
    "20.7", "O4", "code", done="Together, the shards return the same rows as the whole table, in the order of `ids`."
)
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
        "Shard and position are exchanged. Row id is in shard id % n, at position id // n.": {
            "owner": "div",
            "place": "mod",
        },
        "The rows come out shard by shard. Return them in the order of `ids`.": {"order": "owner"},
        "You return each id once, sorted. Keep the repetitions and the order of `ids`.": {"order": "unique"},
        "The rows come out in the order of the sorted ids. Keep the order of `ids`.": {"order": "sorted"},
        "You treat the shards as consecutive blocks of rows. Row id is in shard id % n.": {
            "owner": "blocks",
            "place": "blocks",
        },
        "The shard is right, but the position is wrong: it is id // n.": {"place": "wrap"},
        "The shard is right, but the position is id // n, not id % n.": {"place": "mod"},
        "Your positions are too small by one. They count from 0, so use id // n as it is.": {"offset": -1},
    }
    mistakes = variants(_look_up_like, changes, at_once=1) | {
        "You look up every id in the first shard. Look up each id in its own shard, id % n.": lambda shards, ids: (
            shards[0][np.minimum(ids // len(shards), len(shards[0]) - 1)]
        ),
        "Rows from all shards but the first are still 0. Write the rows of *all* shards into the result.": (
            lambda shards, ids: np.where((ids % len(shards) == 0)[:, None], _looked_up(shards, ids), 0)
        ),
        "Only the rows of the last shard are filled in. Create the result once, before the loop over the shards.": (
            lambda shards, ids: np.where((ids % len(shards) == len(shards) - 1)[:, None], _looked_up(shards, ids), 0)
        ),
        "You return one array per shard. Combine their rows in the order of `ids`.": Sign(
            lambda mine, shards, ids: isinstance(mine, (list, tuple)) and len(mine) == len(shards) != len(ids)
        ),
        "You added up the rows. Return each of them, shape (m, dim).": lambda shards, ids: _looked_up(shards, ids).sum(
            axis=0
        ),
    }
    raised = {
        IndexError: "A position lies outside its shard. Row id is in shard id % n, at position id // n.",
    }
    judge(answer, cases, _looked_up, mistakes, raised=raised)


predict(
    "20.8",
    "O4",
    truth=59,
    within=8,
    between=(1, 100),
    low="It is more than that. Film numbers grow with time, so the old films that everybody has seen have small "
    "numbers.",
    high="It is not quite that much, but you are right that machine 0 answers more than its share.",
    done="Right: machine 0 holds a quarter of the rows and answers about six tenths of the look-ups.",
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


@exercise(
    "20.9",
    "O5",
    "debug",
    done="Distinct counts cannot be added up. Merge the pairs of all files first, then count the distinct ones.",
    given=_sum_of_files,
)
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
        "Your counts are too high: somebody who watches a film in two weeks counts twice. Make the pairs distinct "
        "over all files.": {"distinct": "file"},
        "You count interactions. Somebody who watches a film twice is one user: make the pairs distinct.": {
            "distinct": "none"
        },
        "The largest count of one file misses users who occur only in the others. Merge the pairs of all files.": {
            "distinct": "file",
            "part": "max",
        },
        "The mean over the files is not a number of users. Merge the distinct pairs of all files.": {
            "distinct": "file",
            "part": "mean",
        },
        "You return the counts of the last file alone. Merge the pairs of all files.": {
            "distinct": "file",
            "part": "last",
        },
        "You count the films of each user, column 0. Count the users of each film, column 1.": {"column": 0},
    }
    mistakes = variants(_viewers_like, changes, at_once=1) | {
        "You return a single number. Return one count per film.": Sign(lambda mine, files, n_films: np.ndim(mine) == 0),
        "Your result is too short. Films that nobody watched have 0 users: set `minlength=n_films` in "
        "`np.bincount`.": Sign(lambda mine, files, n_films: np.ndim(mine) == 1 and len(mine) < n_films),
        "`np.unique` needs `axis=0`. Without it, users and films are mixed in one list.": (
            lambda files, n_films: np.bincount(np.unique(np.concatenate(files)), minlength=n_films)[:n_films]
        ),
        "Your result has more entries than there are films. Are users mixed in: is `axis=0` missing?": Sign(
            lambda mine, files, n_films: np.ndim(mine) == 1 and len(mine) > n_films
        ),
        "You made the users distinct, not the pairs: somebody who watched two films must count for both.": (
            lambda files, n_films: np.bincount(
                np.concatenate(files)[np.unique(np.concatenate(files)[:, 0], return_index=True)[1], 1],
                minlength=n_films,
            )
        ),
        "You return 1 for each film that was watched at all. Count its users.": lambda files, n_films: np.bincount(
            np.unique(np.concatenate(files)[:, 1]), minlength=n_films
        ),
        "You counted in how many files each film occurs. Count its users.": lambda files, n_films: sum(
            np.bincount(np.unique(rows[:, 1]), minlength=n_films) for rows in files
        ),
        "You count only pairs that occur in *every* file. Take their union, not the intersection.": _in_every_file,
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
        "F": "Leave out F: buckets by time separate the rows of a user. What do all rows of one history have in "
        "common?",
    },
    before={
        "BA": "A file must be read before its rows can be split.",
        "AC": "The rows must be split into buckets before a worker can gather its bucket from all files.",
        "CD": "Sort the rows only when all rows of a user are together: rows sorted within each file are not "
        "sorted overall.",
        "DE": "The last rows of a user are known only after sorting.",
    },
    done="Reading, splitting and gathering make up the shuffle. After that, each bucket is processed independently.",
)


trace(
    "20.11",
    "O2",
    truth=84.48,
    within=0.6,
    mistakes={
        28.16: "That is the weights alone. Adam stores two more numbers for each weight, so there is three times "
        "as much.",
        56.32: "Adam stores *two* numbers besides each weight, so there are three.",
        76.8: "The items need a table, too.",
        7.68: "The users need a table, too, and it is the larger one.",
        168.96: "You counted 8 bytes per number. There are 4.",
        21.12: "You counted one byte per number. There are 4.",
        112.64: "With Adam there are three numbers for each weight, not four.",
        78.68: "That is in GiB, 2³⁰ bytes. The question is about GB of 10⁹ bytes.",
        25.6: "That is the users' weights alone. Add the items, and Adam's two numbers per weight.",
        84.48e9: "That is right in bytes. Give the answer in GB.",
        84480: "That is in MB. Give the answer in GB.",
        0.08448: "That is in TB. Give the answer in GB.",
    },
    otherwise="Multiply 110 million rows by 64 numbers, 4 bytes and 3 (the weight and Adam's two numbers).",
    done="The two tables do not fit on a machine with 64 GB, before a single interaction has been read.",
)
