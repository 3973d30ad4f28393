"""Checks of lesson 32, generate the next item."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, predict, trace, variants

predict(
    "32.1",
    "O1",
    truth=31,
    within=7,
    between=(0, 100),
    low="It is more, but still a minority: about a third.",
    high="It is far less: about a third. Films with the same description get the same id, however many ids are "
    "possible.",
    done="About a third of the films have an id of their own. The others share their id with films that have the "
    "same or a similar description.",
)

trace(
    "32.2",
    "O1",
    8.0,
    {
        11.0: "The first code word is 10, so −1.5 is left over. Which of −2 and 1 is nearer to −1.5?",
        10.0: "This is the first code word alone. Add the code word of the second codebook that is nearest to what "
        "is left over.",
        -2.0: "This is the second code word alone. Add the first one.",
        -1.5: "This is what the first codebook leaves over. Code it with the second codebook.",
        0.5: "This is what both codebooks leave over. Add the two code words.",
        -0.5: "This is the error of the result, 8 − 8.5. Add the two code words.",
        12.0: "You subtracted the second code word. Add it.",
        8.5: "The two code words do not add up to 8.5 exactly. Which number do they give?",
        1.0: "Of −2 and 1, 1 is nearer to 8.5, but the second codebook codes what is *left over*: 8.5 − 10.",
    },
    "Take whichever of 0 and 10 is nearer to 8.5, then whichever of −2 and 1 is nearer to what is left over, and "
    "add the two.",
    "The two code words add up to 10 − 2 = 8. A third codebook would code what is still left over, 0.5.",
)


def _coded(vectors, books):
    codes = []
    for vector in vectors:
        left, row = vector, []
        for book in books:
            row.append(int(np.argmin([((left - word) ** 2).sum() for word in book])))
            left = left - book[row[-1]]
        codes.append(row)
    return np.array(codes)


def _coded_like(
    vectors, books, subtract=True, distance="squared", pick=np.argmin, add=False, original=False, absolute=False
):
    left, codes = vectors, []
    for book in books:
        apart = left[:, None] - book
        if distance == "squared":
            value = (apart**2).sum(axis=2)
        elif distance == "absolute":
            value = np.abs(apart).sum(axis=2)
        elif distance == "sum":
            value = apart.sum(axis=2)
        else:
            value = -(left @ book.T)
        if distance == "cosine":
            value = value / np.linalg.norm(left, axis=1, keepdims=True) / np.linalg.norm(book, axis=1)
        codes.append(pick(value, axis=1))
        if subtract:
            word = book[codes[-1]]
            left = left + word if add else (vectors if original else left) - word
            left = np.abs(left) if absolute else left
    return np.column_stack(codes)


@exercise(
    "32.3",
    "O1",
    "code",
    done="The first code is coarse, and each further code corrects what the levels before it left over.",
)
def codes(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for n, dim, n_codes, n_levels in ((4, 2, 3, 2), (6, 3, 4, 3), (5, 2, 3, 4), (9, 4, 5, 3)):
        scale = 4.0 / 2.0 ** np.arange(n_levels)
        books = [rng.normal(0, size, (n_codes, dim)) for size in scale]
        cases.append((rng.normal(0, 4, (n, dim)), books))
    changes = {
        "You code the vectors themselves on every level. Subtract the code words of a level before you go on to "
        "the next.": {"subtract": False},
        "You take the *farthest* code word. Use `argmin`.": {"pick": np.argmax},
        "You add the code word to what is left over. Subtract it.": {"add": True},
        "You drop the sign of what is left over. Keep it, so that the next code word corrects in the right "
        "direction.": {"absolute": True},
        "You subtract from the original vectors on every level. From the third level on, subtract from what is "
        "*left over*.": {"original": True},
        "You sum the absolute differences. The Euclidean distance squares them.": {"distance": "absolute"},
        "You sum the differences without squaring them, so positive and negative ones cancel.": {"distance": "sum"},
        "You take the largest dot product, which a long code word can win even if it is far away. Take the "
        "smallest Euclidean distance.": {"distance": "dot"},
        "You take the largest cosine, which ignores lengths. Take the smallest Euclidean distance.": {
            "distance": "cosine"
        },
    }
    mistakes = variants(_coded_like, changes) | {
        "You return one row for each level. Return one row for each vector.": lambda *case: _coded(*case).T,
        "You return only the codes of the first level. Return one column for each codebook.": lambda *case: _coded(
            *case
        )[:, :1],
        "You return only the codes of the last level. Return one column for each codebook.": lambda *case: _coded(
            *case
        )[:, -1],
        "You return what is left over in the end. Return the codes.": lambda vectors, books: (
            vectors - sum(book[code] for book, code in zip(books, _coded(vectors, books).T))
        ),
        "You return the vectors rebuilt from their code words. Return the codes.": lambda vectors, books: sum(
            book[code] for book, code in zip(books, _coded(vectors, books).T)
        ),
        "You return the code words of all levels. Return their numbers, the codes.": lambda vectors, books: np.stack(
            [book[code] for book, code in zip(books, _coded(vectors, books).T)], axis=1
        ),
        "Your codes count from 1. The first code word has the number 0.": lambda *case: _coded(*case) + 1,
        "Your columns are in reverse order. The first column belongs to the first codebook.": lambda *case: _coded(
            *case
        )[:, ::-1],
    }
    judge(answer, cases, _coded, mistakes, keeps_input=True)


def _numbers(codes, counts):
    numbers = []
    for film, row in enumerate(codes):
        ahead = [
            other
            for other in range(len(codes))
            if (codes[other] == row).all() and (-counts[other], other) < (-counts[film], film)
        ]
        numbers.append(len(ahead))
    return np.array(numbers)


def _numbers_like(codes, counts, order="largest", same="all", begin=0):
    rows = [tuple(row) for row in codes]
    rows = [row[:1] for row in rows] if same == "first" else [row[-1:] for row in rows] if same == "last" else rows
    rows = [()] * len(rows) if same == "none" else rows
    rows = [tuple(sorted(row)) for row in rows] if same == "sorted" else rows
    rows = [sum(row) for row in rows] if same == "sum" else rows
    by = {
        "largest": np.argsort(-counts, kind="stable"),
        "smallest": np.argsort(counts, kind="stable"),
        "row": np.arange(len(rows)),
    }[order]
    met, numbers = {}, np.zeros(len(rows), int)
    for film in by:
        numbers[film] = met.get(rows[film], begin)
        met[rows[film]] = numbers[film] + 1
    return numbers


def _orders_ties_otherwise(mine, codes, counts) -> bool:
    """Whether every group is numbered 0, 1, 2, … by falling counts, whatever the order of equal counts."""
    mine = np.asarray(mine)
    for row in np.unique(codes, axis=0):
        group = np.flatnonzero((codes == row).all(axis=1))
        in_order = group[np.argsort(mine[group])]
        if sorted(mine[group].tolist()) != list(range(len(group))) or (np.diff(counts[in_order]) > 0).any():
            return False
    return True


def _shares_ties(codes, counts, dense=False):
    ahead = [counts[(codes == row).all(axis=1) & (counts > count)] for row, count in zip(codes, counts)]
    return np.array([len(set(larger.tolist())) if dense else len(larger) for larger in ahead])


@exercise(
    "32.4", "O1", "code", done="Every film now has an id of its own, and the most popular film of each group gets 0."
)
def numbers(answer) -> None:
    rng = np.random.default_rng(4)
    cases = [
        (np.array([[1, 2], [1, 2], [1, 3], [1, 2], [2, 2]]), np.array([3, 5, 9, 3, 1])),
        (np.array([[0, 1], [1, 1], [0, 1], [0, 0]]), np.array([2, 7, 4, 4])),
    ]
    for n, n_levels in ((9, 2), (12, 3), (15, 1)):
        cases.append((rng.integers(0, 2, (n, n_levels)), rng.integers(0, 5, n)))
    changes = {
        "You give 0 to the film with the smallest count. Begin with the largest count.": {"order": "smallest"},
        "You number the films in the order of the rows. Begin with the film with the largest count.": {"order": "row"},
        "You compare the first code only. Two films are in one group if *all* their codes are equal.": {
            "same": "first"
        },
        "You compare the last code only. Two films are in one group if *all* their codes are equal.": {"same": "last"},
        "You number all films together. Begin again at 0 in each group.": {"same": "none"},
        "You ignore the order of the codes: (0, 1) and (1, 0) are different groups.": {"same": "sorted"},
        "You add the codes up: (0, 1) and (1, 0) have the same sum, but they are different groups.": {"same": "sum"},
        "Your numbers begin at 1. The first film of a group gets 0.": {"begin": 1},
    }
    mistakes = variants(_numbers_like, changes) | {
        'Of films with equal counts, the earlier row comes first. (`np.argsort(-counts, kind="stable")` does it.)': (
            Sign(_orders_ties_otherwise)
        ),
        "You give the same number to films with equal counts. Put the film in the earlier row first.": _shares_ties,
        "You give one number to all films with equal counts. Put the film in the earlier row first.": (
            lambda codes, counts: _shares_ties(codes, counts, dense=True)
        ),
        "You return no number above 1. Go on counting inside each group: 0, 1, 2, …": lambda codes, counts: np.minimum(
            _numbers(codes, counts), 1
        ),
        "You return the number of films in each group. Number the films inside the group.": lambda codes, counts: (
            np.array([(codes == row).all(axis=1).sum() for row in codes])
        ),
        "You return the number of the group. Number the films inside each group.": lambda codes, counts: np.unique(
            codes, axis=0, return_inverse=True
        )[1].ravel(),
        "Your numbers are in the order in which you went through the films. Put each number in the row of its film.": (
            lambda codes, counts: _numbers(codes, counts)[np.argsort(-counts, kind="stable")]
        ),
        "You return the codes with the numbers as the last column. Return the numbers only.": (
            lambda codes, counts: np.column_stack([codes, _numbers(codes, counts)])
        ),
    }
    raised = {TypeError: "A row of an array cannot be the key of a dictionary. `tuple(codes[film])` can."}
    judge(answer, cases, _numbers, mistakes, raised=raised, keeps_input=True)


trace(
    "32.5",
    "O2",
    0.1,
    {
        0.4: "This is the probability of the most probable film. Subtract that of the film that greedy decoding finds.",
        0.3: "This is the probability of the film that greedy decoding finds. Subtract it from that of the most "
        "probable film.",
        0.2: "This compares only the first codes, 0.6 and 0.4. Multiply the probabilities along the path to each film.",
        0.5: "This compares only the second codes. Multiply the probabilities along the path to each film: 0.6 · "
        "0.5 and 0.4 · 1.",
        -0.1: "The size is right, but the question is how much *smaller* the probability is, so the answer is "
        "positive.",
        0.0: "The two films are different: greedy decoding begins with A, and the most probable film begins with B.",
        25.0: "This is the difference in percent of the larger probability. Give the difference of the two "
        "probabilities.",
        0.25: "This is the difference as a share of the larger probability. Give the difference of the two "
        "probabilities.",
        10.0: "This is the difference in percentage points. Give the difference of two probabilities between 0 and 1.",
        0.75: "This is the ratio of the two probabilities. Give their difference.",
    },
    "Greedy decoding takes A and then A0 or A1, with probability 0.6 · 0.5. The most probable film is B0, with 0.4 "
    "· 1.0. Subtract the two.",
    "The difference is 0.4 − 0.3 = 0.1: the most probable first code does not lead to the most probable film.",
)

choice(
    "32.6",
    "O2",
    right="b",
    why_not={
        "a": "Level 2 sees only the next film's codes of levels 0 and 1. They are also known when the network "
        "writes level 2.",
        "c": "Two of four codes say a lot about a film. What matters is that they are known when level 2 is written.",
        "d": "Dropout hides random values, not the answer. And nothing has to be hidden here: each level sees only "
        "codes that are known when it writes.",
    },
    done="Each code is predicted from the codes before it, in training as in the search. So no level sees its own "
    "answer.",
)


def _step(total, log_p, exists, width):
    pairs = [
        (total[row] + log_p[row, code], row, code)
        for row in range(len(total))
        for code in range(log_p.shape[1])
        if exists[row, code]
    ]
    return [(row, code) for _, row, code in sorted(pairs, key=lambda pair: -pair[0])[:width]]


def _step_like(total, log_p, exists, width, join="sum", masked=True, largest=True, per_row=False):
    joined = {
        "sum": total[:, None] + log_p,
        "last": log_p,
        "product": total[:, None] * log_p,
        "probabilities": np.exp(total[:, None]) + np.exp(log_p),
        "difference": log_p - total[:, None],
        "renormalised": total[:, None] + log_p - np.log((np.exp(log_p) * exists).sum(axis=1, keepdims=True)),
    }
    values = joined[join]
    if masked:
        values = np.where(exists, values, -np.inf)
    if not largest:
        values = np.where(np.isinf(values), np.inf, values)
    if per_row:
        return [(row, int(values[row].argmax())) for row in range(len(total))][:width]
    order = np.argsort((-1 if largest else 1) * values.ravel(), kind="stable")[:width]
    return [divmod(int(at), log_p.shape[1]) for at in order if np.isfinite(values.ravel()[at])]


def _width_for_each(total, log_p, exists, width):
    values = np.where(exists, total[:, None] + log_p, -np.inf)
    pairs = [(row, int(code)) for row in range(len(total)) for code in np.argsort(-values[row])[:width]]
    return [pair for pair in pairs if np.isfinite(values[pair])]


@exercise("32.7", "O3", "code", done="On each level, the beam keeps the most probable beginnings that lead to a film.")
def beam_step(answer) -> None:
    rng = np.random.default_rng(7)
    cases = []
    shapes = ((2, 3, 2, 0.7), (3, 4, 5, 0.6), (4, 6, 3, 0.5), (5, 3, 20, 0.4), (1, 7, 4, 0.9))
    for n_kept, n_codes, width, share in shapes:
        log_p = rng.normal(size=(n_kept, n_codes))
        log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
        exists = rng.random((n_kept, n_codes)) < share
        exists[:, 0] = True
        total = -np.abs(rng.normal(0, 2, n_kept))
        cases.append((total, log_p, exists, width))
    changes = {
        "You rank by the newest code alone. Add `total`, the log-probability of the beginning.": {"join": "last"},
        "You multiply log-probabilities. The log of a product is a *sum*.": {"join": "product"},
        "You add probabilities. Along a path they are multiplied, and the log of a product is a *sum* of logs.": {
            "join": "probabilities"
        },
        "You subtract `total`. The log of a product is the *sum* of the logs.": {"join": "difference"},
        "You renormalise over the continuations that exist. Keep `log_p` as it is.": {"join": "renormalised"},
        "Some of your continuations do not exist. Put −∞ where `exists` is False.": {"masked": False},
        "You return the least probable continuations. Log-probabilities are negative, so the best is the one "
        "nearest to 0.": {"largest": False},
        "You keep one continuation of each beginning. Keep the best `width` of *all* continuations.": {"per_row": True},
    }
    mistakes = variants(_step_like, changes) | {
        "You keep `width` continuations of each beginning. Keep only `width` in total.": _width_for_each,
        "Your pairs are the wrong way round. Return (number of the beginning, code).": lambda *case: [
            (code, row) for row, code in _step(*case)
        ],
        "You return positions in the flattened array. `divmod(position, n_codes)` turns each into a pair.": (
            lambda total, log_p, exists, width: [
                row * log_p.shape[1] + code for row, code in _step(total, log_p, exists, width)
            ]
        ),
        "You return the right pairs in reverse order. Sort in descending order, so that the best "
        "comes first.": lambda *case: _step(*case)[::-1],
        "You return the right pairs in the order of the array. Put the best first.": lambda *case: sorted(_step(*case)),
        "You divide a position by the number of beginnings. Divide it by the number of codes: its row is `position "
        "// n_codes`.": (
            lambda total, log_p, exists, width: [
                divmod(row * log_p.shape[1] + code, len(total)) for row, code in _step(total, log_p, exists, width)
            ]
        ),
        "You give 0 to continuations that do not exist, and 0 is above every log-probability. Use −∞.": Sign(
            lambda mine, total, log_p, exists, width: (
                sum(not exists[pair[0], pair[1]] for pair in mine) == min(width, int((~exists).sum()))
            )
        ),
        "You also return continuations with the value −∞. If fewer than `width` exist, return fewer.": Sign(
            lambda mine, total, log_p, exists, width: (
                [tuple(map(int, pair)) for pair in mine][: min(width, int(exists.sum()))]
                == _step(total, log_p, exists, width)
            )
        ),
        "You take the best `width` first and then drop those that do not exist. Drop them first.": lambda *case: [
            pair for pair in _step(case[0], case[1], np.ones_like(case[2]), case[3]) if case[2][pair]
        ],
        "You continue only the best beginning. Return the best `width` continuations of *all* beginnings.": (
            lambda total, log_p, exists, width: [
                pair for pair in _step(total, log_p, exists, exists.size) if pair[0] == total.argmax()
            ][:width]
        ),
        "You give the log-probability 0, a probability of 1, to continuations that do not exist. Use −∞.": Sign(
            lambda mine, total, log_p, exists, width: np.allclose(
                [(total[:, None] + log_p * exists)[tuple(pair)] for pair in mine],
                np.sort((total[:, None] + log_p * exists).ravel())[::-1][:width],
            )
        ),
        "Your positions count only the continuations that exist. Use positions in the whole array.": (
            lambda total, log_p, exists, width: [
                divmod(int(exists.ravel()[: row * log_p.shape[1] + code].sum()), log_p.shape[1])
                for row, code in _step(total, log_p, exists, width)
            ]
        ),
        "You return log-probabilities as well. Return only pairs (number of the beginning, code).": Sign(
            lambda mine, *case: (
                [tuple(int(part) for part in entry[1:]) for entry in mine] == _step(*case)
                or [tuple(int(part) for part in entry[:2]) for entry in mine if len(entry) == 3] == _step(*case)
            )
        ),
        "You return only the codes. Return pairs (number of the beginning, code).": lambda *case: [
            code for _, code in _step(*case)
        ],
    }
    judge(answer, cases, _step, mistakes, view=lambda mine, *case: [tuple(int(part) for part in pair) for pair in mine])


choice(
    "32.8",
    "O3",
    right="c",
    why_not={
        "a": "Then the list gets too short, because the ten most probable films often include some that the user "
        "has seen.",
        "b": "Unseen films can share this first code, and they are similar to the seen film. All of them would be "
        "lost.",
        "d": "What users have seen is all that the network can learn from. And it could still write the ids of "
        "seen films.",
    },
    done="Only the last code determines which film an id belongs to, so only there is it known whether the film "
    "was seen.",
)

trace(
    "32.9",
    "O4",
    4 * 256 * 64 / 1e6,
    {
        65.536: "This is the number in thousands. Give it in millions.",
        65536.0: "This is the number of weights itself. Divide it by a million.",
        6400.0: "This is the table of the dense network. Count the weights of four levels of 256 codes.",
        0.016384: "This counts only one level. There are four.",
        0.049152: "This counts only three levels. There are four.",
        0.001024: "This is the number of codes. Each of the 4 · 256 codes has 64 numbers.",
        256**4 * 64 / 1e6: "The four levels have 4 · 256 rows, not 256⁴: each level has its own 256.",
    },
    "Multiply four levels by 256 codes and by 64 numbers for each code, then divide by a million.",
    "The four levels have 65,536 weights, and the table of the dense network has 6.4 billion.",
    within=0.0004,
)

choice(
    "32.10",
    "O4",
    right="b",
    why_not={
        "a": "The number of GPUs matters for the cost. First ask whether the gain is real.",
        "c": "This is a detail of the new model. It says nothing about the baseline that it is compared with.",
        "d": "A beam that is too narrow makes the new model look worse, not better. Ask about the baseline.",
    },
    done="A weak baseline makes every new model look good. Lesson 12 showed how much the number of negatives alone "
    "can change.",
)


def _silu(z):
    return z / (1 + np.exp(-z))


def _attend(q, k, v, bias):
    length, out = len(q), np.zeros((len(q), v.shape[1]))
    for i in range(length):
        for j in range(i + 1):
            out[i] += _silu((q[i] * k[j]).sum() + bias[i - j]) / length * v[j]
    return out


def _attend_like(q, k, v, bias, how="silu", causal="causal", root=False, divide="length", biased="distance",
                 outside=False, inside=False, again=False):  # fmt: skip
    length = len(q)
    i, j = np.arange(length)[:, None], np.arange(length)
    may = {"causal": j <= i, "none": i >= -1 + 0 * j, "strict": j < i, "turned": j >= i}[causal]
    score = q @ k.T
    score = score / np.sqrt(q.shape[1]) if root else score
    by_distance = bias[np.abs(i - j)]
    added = {"distance": by_distance, "none": 0, "asked": bias[j + 0 * i], "asking": bias[i + 0 * j],
             "reversed": bias[::-1][np.abs(i - j)], "times": score * (by_distance - 1)}[biased]  # fmt: skip
    score = score if outside else score + added
    score = score / length if inside else score
    if how == "softmax":
        score = np.where(may, score, -np.inf)
        weights = np.exp(score - score.max(axis=1, keepdims=True))
        weights = weights / weights.sum(axis=1, keepdims=True)
        return weights @ v
    weights = {"silu": _silu, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: np.maximum(z, 0)}[how](score)
    weights = weights + added if outside else weights
    weights = np.where(may, weights, 0)
    by = {"length": length, "one": 1, "seen": i + 1, "sum": weights.sum(axis=1, keepdims=True), "size": q.shape[1],
          "values": v.shape[1]}[divide]  # fmt: skip
    return _silu((weights / by) @ v) if again else (weights / by) @ v


@exercise(
    "32.11",
    "O5",
    "code",
    done="With SiLU instead of a softmax, the weight of a film does not depend on the scores of the other films.",
)
def silu_attention(answer) -> None:
    rng = np.random.default_rng(11)
    cases = []
    for length, size, n_values in ((3, 2, 4), (5, 3, 2), (7, 4, 3)):
        cases.append((*(rng.normal(size=(length, n)) for n in (size, size, n_values)), rng.normal(size=length)))
    changes = {
        "Your films look at later films. Give j > i the weight 0.": {"causal": "none"},
        "Your films do not look at themselves. Use j ≤ i, which includes the film itself.": {"causal": "strict"},
        "The mask is the wrong way round: film i looks at the films j ≤ i.": {"causal": "turned"},
        "You divide the scores by √size. Leave them undivided here.": {"root": True},
        "You do not divide by the length. Divide the result of SiLU by it.": {"divide": "one"},
        "You divide by the number of films so far. Divide by the length, the same for all.": {"divide": "seen"},
        "You divide by the sum of the weights, as a softmax does. Divide by the length.": {"divide": "sum"},
        "You divide by the size of a query. Divide by the length, the number of films.": {"divide": "size"},
        "You divide by the number of values. Divide by the length, the number of films.": {"divide": "values"},
        "You divide the score by the length before SiLU. Divide the result of SiLU.": {"inside": True, "divide": "one"},
        "You apply SiLU to the sum of the values as well. Apply it only to the scores.": {"again": True},
        "The bias is missing: add `bias[i − j]` to the score.": {"biased": "none"},
        "You multiply the score by the bias. Add it.": {"biased": "times"},
        "Your bias is reversed: `bias[0]` belongs to distance 0, the film itself.": {"biased": "reversed"},
        "You index the bias by j. Index it by the distance i − j.": {"biased": "asked"},
        "You index the bias by i. Index it by the distance i − j.": {"biased": "asking"},
        "You add the bias to the weight. Add it to the score, before SiLU.": {"outside": True},
        "You use a softmax. Apply SiLU to each score on its own.": {"how": "softmax"},
        "You use a sigmoid. SiLU is z · sigmoid(z).": {"how": "sigmoid"},
        "You use ReLU. SiLU is z · sigmoid(z).": {"how": "relu"},
    }
    mistakes = variants(_attend_like, changes) | {
        "You hide later films with −∞ before SiLU, which gives NaN. Set their *weight* to 0.": Sign(
            lambda mine, *case: np.isnan(np.asarray(mine, float)).any()
        ),
        "Your films look at later films, because clipping the distance at 0 does not hide them. Give j > i the "
        "weight 0.": (
            lambda q, k, v, bias: (
                _silu(q @ k.T + bias[np.maximum(np.subtract.outer(np.arange(len(q)), np.arange(len(q))), 0)])
                / len(q)
                @ v
            )
        ),
        "You multiply the weight by the bias. Add the bias to the score, before SiLU.": lambda q, k, v, bias: (
            np.tril(_silu(q @ k.T) * bias[np.abs(np.subtract.outer(np.arange(len(q)), np.arange(len(q))))]) / len(q) @ v
        ),
        "You swapped query and key. In `q @ k.T`, row i belongs to the query and column j to the "
        "key.": lambda q, k, v, bias: _attend(k, q, v, bias),
        "You return the weights. Multiply them by the values.": lambda q, k, v, bias: _attend(
            q, k, np.eye(len(q)), bias
        ),
    }
    judge(answer, cases, _attend, mistakes, atol=1e-6)


def _by_mean_rank(ask, candidates, n_times, rng):
    answers = [list(ask(rng.permutation(candidates).tolist())) for _ in range(n_times)]
    return sorted(candidates, key=lambda film: sum(answer.index(film) for answer in answers))


def _ranked(ask, candidates, n_times, rng, prompt="random", by="rank", fresh=True):
    prompts = [rng.permutation(candidates).tolist() for _ in range(n_times)]
    if prompt == "same":
        prompts = [list(candidates)] * n_times
    elif prompt == "once":
        prompts = [prompts[0]] * n_times
    answers = [list(ask(list(given))) for given in prompts]
    if by == "wins":
        return sorted(candidates, key=lambda film: -sum(answer[0] == film for answer in answers))
    if by == "best":
        return sorted(candidates, key=lambda film: min(answer.index(film) for answer in answers))
    if by == "last":
        return answers[-1]
    if by == "median":
        return sorted(candidates, key=lambda film: np.median([answer.index(film) for answer in answers]))
    if by == "reciprocal":
        return sorted(candidates, key=lambda film: -sum(1 / (1 + answer.index(film)) for answer in answers))
    if by == "inverse":
        sums = np.sum([[candidates.index(film) for film in answer] for answer in answers], axis=0)
        return [candidates[at] for at in np.argsort(sums, kind="stable")]
    if by == "prompt":
        return sorted(candidates, key=lambda film: sum(given.index(film) for given in prompts))
    falling = by == "falling"
    return sorted(candidates, key=lambda film: (-1) ** falling * sum(answer.index(film) for answer in answers))


class _Asker:
    """A ranker with a taste for some films and for early positions; deterministic, so that answers can be compared."""

    def __init__(self, worth: dict[int, float], bias: float):
        self.worth, self.bias = worth, bias

    def __call__(self, prompt):
        value = {film: self.worth[film] - self.bias * at for at, film in enumerate(prompt)}
        return sorted(prompt, key=lambda film: -value[film])


@exercise(
    "32.12",
    "O6",
    "code",
    done="Over many random orders, each film appears at each position about equally "
    "often, so the position bias averages out.",
)
def mean_rank(answer) -> None:
    cases = []
    for seed, n, n_times, bias in ((1, 4, 3, 0.7), (2, 6, 5, 0.9), (3, 8, 4, 1.1), (4, 7, 9, 0.5)):
        rng = np.random.default_rng(seed)
        candidates = rng.choice(np.arange(10, 60), n, replace=False).tolist()
        worth = dict(zip(candidates, rng.normal(0, 2, n).tolist()))
        cases.append((_Asker(worth, bias), candidates, n_times, np.random.default_rng(100 + seed)))
    changes = {
        "You ask with the same order each time. Shuffle: `rng.permutation(candidates).tolist()`.": {"prompt": "same"},
        "You use one random order for all questions. Shuffle before every question, and average the ranks of all "
        "answers.": {"prompt": "once"},
        "You count how often each film is first. Average its ranks in all answers.": {"by": "wins"},
        "You take the best rank of each film. Average its ranks.": {"by": "best"},
        "You return the last answer alone. Average the ranks over all answers.": {"by": "last"},
        "You average the positions in the *prompts*. Average those in the answers.": {"by": "prompt"},
        "You put the worst film first. A small mean rank is good, so sort in ascending order.": {"by": "falling"},
        "You take the median of the ranks. Take their mean.": {"by": "median"},
        "You add up reciprocal ranks. Average the ranks themselves.": {"by": "reciprocal"},
        "You add up the positions in `candidates` of the films in an answer. Add up, for each film, its position "
        "in the answer.": {"by": "inverse"},
    }
    mistakes = variants(_ranked, changes, at_once=1) | {
        "You put the worst film first, because you reverse the order. A small mean rank is good.": lambda *case: (
            _by_mean_rank(*case)[::-1]
        ),
        "You return mean ranks. Return the candidates, in order of their mean ranks.": Sign(
            lambda mine, ask, candidates, *rest: (
                isinstance(mine, dict) or not set(np.ravel(list(mine)).tolist()) <= set(candidates)
            )
        ),
        "You ask once too often or not often enough. Ask exactly `n_times`.": Sign(
            lambda mine, ask, candidates, n_times, rng: (
                list(mine)
                in (
                    _by_mean_rank(
                        ask, candidates, n_times + 1, np.random.default_rng(rng.bit_generator.seed_seq.entropy)
                    ),
                    _by_mean_rank(
                        ask, candidates, n_times - 1, np.random.default_rng(rng.bit_generator.seed_seq.entropy)
                    ),
                )
            )
        ),
    }
    raised = {
        KeyError: "Begin with 0 for every candidate, `dict.fromkeys(candidates, 0)`, and ask with the candidates "
        "themselves, `rng.permutation(candidates).tolist()`."
    }
    judge(answer, cases, _by_mean_rank, mistakes, raised=raised)
