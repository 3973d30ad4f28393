"""Checks of lesson 13, retrieve with two towers."""

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, trace, variants

predict(
    "13.1",
    "O1",
    truth=0,
    within=0.5,
    low="Run the next cell to see the number.",
    high="Most people expect at least a few. Run the next cell: it finds none, and it cannot find a single one.",
    done="Right: none. Can you see from the formula of EASE why it cannot find any? Run the next cell.",
    between=(0, 1502),
)


def _year_features(years, knots):
    """One year at a time, shared between the knot below it and the knot above it."""
    out = np.zeros((len(years), len(knots)))
    for row, year in enumerate(years):
        if year <= knots[0]:
            out[row, 0] = 1
        elif year >= knots[-1]:
            out[row, -1] = 1
        else:
            above = next(j for j, knot in enumerate(knots) if knot >= year)
            share = (year - knots[above - 1]) / (knots[above] - knots[above - 1])
            out[row, above - 1], out[row, above] = 1 - share, share
    return out


def _nearest(years, knots):
    return np.eye(len(knots))[np.abs(np.subtract.outer(years, knots)).argmin(axis=1)]


def _below(years, knots):
    return np.eye(len(knots))[np.clip(np.searchsorted(knots, years, side="right") - 1, 0, None)]


def _swapped_shares(years, knots):
    right = _year_features(years, knots)
    out = np.zeros_like(right)
    for row in range(len(right)):
        held = np.flatnonzero(right[row])
        out[row, held] = right[row, held[::-1]]
    return out


def _zero_outside(years, knots):
    out = _year_features(years, knots)
    out[(np.asarray(years) < knots[0]) | (np.asarray(years) > knots[-1])] = 0
    return out


def _extrapolated(years, knots):
    above = np.clip(np.searchsorted(knots, years), 1, len(knots) - 1)
    share = (years - knots[above - 1]) / (knots[above] - knots[above - 1])
    out = np.zeros((len(years), len(knots)))
    out[np.arange(len(years)), above - 1], out[np.arange(len(years)), above] = 1 - share, share
    return out


def _zero_on_a_knot(years, knots):
    return _year_features(years, knots) * ~np.isin(years, knots)[:, None]


def _inverse_distances(years, knots):
    nearness = 1 / (np.abs(np.subtract.outer(years, knots)) + 1e-9)
    return nearness / nearness.sum(axis=1, keepdims=True)


@exercise("13.2", "O1", "code", done="Each row sums to 1, and neighbouring years have similar rows.")
def year_features(answer) -> None:
    rng = np.random.default_rng(2)
    cases = []
    for n, m in ((3, 2), (7, 5), (9, 4), (6, 3)):
        knots = np.cumsum(rng.integers(2, 9, m)).astype(float) + 1900
        years = rng.integers(int(knots[0]) - 4, int(knots[-1]) + 5, n).astype(float)
        years[:2] = knots[0] - 2, knots[-1] + 3  # outside on both sides
        years[-1] = knots[0] + 1
        if n > 3:
            years[2] = knots[1]  # exactly on a knot
        cases.append((years, knots))
    mistakes = {
        "You put all the weight on the nearest knot. Share it between the knot below and the knot above.": _nearest,
        "You put all the weight on the knot below. Share it between the knot below and the knot above.": _below,
        "The two shares are swapped: the nearer knot should get the larger one.": _swapped_shares,
        "Years outside the knots get rows of zeros. They should get weight 1 for the first or the last knot.": (
            _zero_outside
        ),
        "Years outside the knots get shares below 0 or above 1. They should get weight 1 for the first or the "
        "last knot.": (_extrapolated),
        "A year that is itself a knot gets a row of zeros. It should get weight 1 for that knot: did you write "
        "`<` where `<=` is needed?": (_zero_on_a_knot),
        "Every knot gets a share. Only the knot below a year and the knot above it should; all others get 0.": (
            _inverse_distances
        ),
        "Rows and columns are swapped: return one row for each year and one column for each knot.": (
            lambda years, knots: _year_features(years, knots).T
        ),
        "You return one number for each year, its position among the knots. Return one column for each knot.": (
            lambda years, knots: np.interp(years, knots, np.arange(len(knots)))
        ),
        "Each of your columns stays at 1 beyond its knot. It should fall back to 0 at the next knot, so that a "
        "row has at most two entries that are not zero.": (
            lambda years, knots: np.column_stack(
                [np.interp(years, knots, np.cumsum(np.eye(len(knots))[j])) for j in range(len(knots))]
            )
        ),
        "These are distances to the knots. A nearer knot should get a larger weight, and at most two knots get any.": (
            lambda years, knots: np.abs(np.subtract.outer(years, knots))
        ),
        "You return the positions from `np.searchsorted`. Turn them into shares of the two neighbouring knots.": (
            lambda years, knots: np.searchsorted(knots, years)
        ),
    }
    rows = "If you use `np.interp(years, knots, heights)`, pass one row of heights at a time, as long as `knots`."
    judge(answer, cases, _year_features, mistakes, raised={ValueError: rows})


trace(
    "13.3",
    "O2",
    1.5,
    {
        3.0: "You added the two tastes. Cem's taste is the *mean* of the features of his films: (0.5, 0.5).",
        2.0: "That is Ann's score. Cem saw Alien too, so his taste is (0.5, 0.5).",
        1.0: "That is Ben's score, or the score without W_item. Cem's taste is (0.5, 0.5), and the film's vector "
        "is (2, 1).",
        2.5: "That is Ann's score for Airplane. The new film's vector is (2, 1), and Cem's taste is (0.5, 0.5).",
        0.75: "You halved twice: Cem's taste, (0.5, 0.5), is already a mean. Do not divide again.",
    },
    "Cem's taste is the mean of (1, 0) and (0, 1); the vector of the new film is (1, 1) @ W_item. Multiply and add.",
    "(0.5, 0.5) · (2, 1) = 1.5. Cem gets a score from his history, without any training on his ratings.",
)


def _taste(history, features):
    out = np.zeros((len(history), features.shape[1]))
    for row, films in enumerate(history):
        real = [film for film in films if film > 0]
        if real:
            out[row] = sum(features[film] for film in real) / len(real)
    return out


def _taste_like(history, features, divide="real", mask=True, empty="zero", axis=1):
    is_real = (history > 0)[:, :, None] if mask else np.ones((*history.shape, 1), bool)
    total = (features[history] * is_real).sum(axis=axis)
    if axis == 2:
        return total
    n_real = (history > 0).sum(axis=1, keepdims=True)
    n = {
        "real": np.maximum(n_real, 1) if empty == "zero" else n_real,
        "length": history.shape[1],
        "sum": 1,
        "root": np.sqrt(np.maximum(n_real, 1)),
        "plus": n_real + 1,
        "batch": len(history),
        "all": max(int(n_real.sum()), 1),
        "epsilon": n_real + 1e-9,
    }[divide]
    with np.errstate(all="ignore"):
        return total / n


@exercise(
    "13.4",
    "O2",
    "code",
    done="All real films have the same weight, padding is ignored, and an empty history gives zeros.",
)
def taste_of_batch(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for batch, length, n_films, n_features in ((2, 3, 4, 2), (4, 6, 9, 3), (5, 7, 8, 4), (3, 2, 6, 5)):
        history = rng.integers(1, n_films + 1, (batch, length))
        n_real = rng.integers(1, length + 1, batch)
        n_real[0], n_real[-1] = 0, max(1, length - 1)
        history[np.arange(length) >= n_real[:, None]] = 0
        cases.append((history, rng.normal(size=(n_films + 1, n_features))))
    changes = {
        "You divide by the length of the row, padding included. Divide by the number of real films.": {
            "divide": "length"
        },
        "That is the sum. Divide it by the number of real films.": {"divide": "sum"},
        "You divide by the square root of the number of films. The mean divides by the number itself.": {
            "divide": "root"
        },
        "You divide by one more than the number of films. Use `np.maximum(n_real, 1)`, which changes only empty "
        "rows.": {"divide": "plus"},
        "You divide by the number of users. Divide each row by its own number of real films.": {"divide": "batch"},
        "You divide by the number of real films of all users together. Divide each row by its own number.": {
            "divide": "all"
        },
        "Your sum includes padding: row 0 of `features` need not be zero. Multiply by `is_real` first.": {
            "mask": False
        },
        "An empty history gives 0 / 0, which is NaN. Divide by `np.maximum(n_real, 1)`.": {"empty": "nan"},
        "You sum over the features, axis 2. Sum over the films, axis 1.": {"axis": 2},
    }
    mistakes = {
        "Your mean includes padding: row 0 of `features` need not be zero, and it is not a film.": (
            lambda history, features: features[history].mean(axis=1)
        ),
        "Padding is included in the sum but not in the number of films. Multiply by `is_real` before you sum.": (
            lambda history, features: _taste_like(history, features, mask=False)
        ),
        "You took only the last entry of each row, which may be padding. Take the mean over all real films.": (
            lambda history, features: features[history[:, -1]]
        ),
        "You took only the first film of each row. Take the mean over all real films.": (
            lambda history, features: features[history[:, 0]]
        ),
        "You count each film once, even if it occurs twice in a history. Every real position should count.": (
            lambda history, features: np.array(
                [
                    features[np.unique(row[row > 0])].mean(axis=0) if (row > 0).any() else np.zeros(features.shape[1])
                    for row in history
                ]
            )
        ),
        "You divide by the sum of the film indices. Divide by the number of real films: `(history > 0).sum(...)`.": (
            lambda history, features: (
                (features[history] * (history > 0)[:, :, None]).sum(axis=1)
                / np.maximum(history.sum(axis=1, keepdims=True), 1)
            )
        ),
        "You shift the indices by one. The numbers in `history` are row numbers of `features`: 3 means row 3.": (
            lambda history, features: _taste(history, np.roll(features, 1, axis=0))
        ),
        "For an empty history you divide the sum over padding by 0, and `nan_to_num` turns infinity into a huge "
        "number. Multiply by `is_real` before you sum.": (
            lambda history, features: np.nan_to_num(
                features[history].sum(axis=1) / (history > 0).sum(axis=1, keepdims=True)
            )
        ),
        "That is the maximum over the films. Take the mean.": (
            lambda history, features: np.where(
                (history > 0).any(axis=1, keepdims=True),
                np.where((history > 0)[:, :, None], features[history], -np.inf).max(axis=1),
                0,
            )
        ),
    } | variants(_taste_like, changes)
    judge(answer, cases, _taste, mistakes)


def _in_batch(scores, film, log_probability):
    logits = np.zeros(scores.shape)
    for row, column in np.ndindex(scores.shape):
        is_hit = row != column and film[row] == film[column]
        logits[row, column] = -1e9 if is_hit else scores[row, column] - log_probability[film[column]]
    return logits


def _in_batch_like(scores, film, log_probability, sign=-1, where="columns", diagonal=True, masked=True, hide=-1e9):
    correction = {
        "columns": lambda: log_probability[film][None, :],
        "rows": lambda: log_probability[film][:, None],
        "none": lambda: 0.0,
        "positions": lambda: log_probability[: len(film)][None, :],
        "negatives": lambda: np.where(np.eye(len(film), dtype=bool), 0, log_probability[film][None, :]),
        "positives": lambda: np.where(np.eye(len(film), dtype=bool), log_probability[film][None, :], 0),
        "probability": lambda: np.exp(log_probability)[film][None, :],
        "log of log": lambda: np.log(np.maximum(np.abs(log_probability[film]), 1e-300))[None, :],
    }[where]()
    is_hit = film[:, None] == film
    if diagonal:
        is_hit = is_hit & ~np.eye(len(film), dtype=bool)
    if not masked:
        is_hit = is_hit & False
    return np.where(is_hit, hide, scores + sign * correction)


def _one_triangle(answer, scores, film, log_probability) -> bool:
    corrected = scores - log_probability[film]
    one, other = (
        np.where(triangle(film[:, None] == film, side), -1e9, corrected)
        for triangle, side in ((np.triu, 1), (np.tril, -1))
    )
    return np.allclose(answer, one) or np.allclose(answer, other)


@exercise(
    "13.5",
    "O3",
    "code",
    done="In-batch logits need one matrix product for the scores, one subtraction for logQ and one mask for "
    "accidental hits.",
)
def in_batch_logits(answer) -> None:
    rng = np.random.default_rng(5)
    cases = []
    for batch, n_films in ((3, 4), (6, 5), (8, 12), (5, 3)):
        film = rng.integers(1, n_films + 1, batch)
        film[1] = film[-1]  # at least one accidental hit
        probability = rng.dirichlet(np.ones(n_films))
        log_probability = np.log(np.append(1e-9, probability))
        cases.append((rng.normal(size=(batch, batch)), film, log_probability))
    changes = {
        "The sign of the logQ correction is wrong: subtract log π instead of adding it.": {"sign": 1},
        "You correct by row. Subtract log π of the *column's* film: `scores - log_probability[film]`.": {
            "where": "rows"
        },
        "The logQ correction is missing: subtract `log_probability[film]` from every column.": {"where": "none"},
        "You correct by position in the batch. `log_probability` is indexed by film: `log_probability[film]`.": {
            "where": "positions"
        },
        "You correct the negatives only. The usual recipe subtracts log π from every column, including the diagonal.": {
            "where": "negatives"
        },
        "You correct the diagonal only. Subtract log π from every column.": {"where": "positives"},
        "You subtract the probability itself. Subtract its logarithm, which is `log_probability`.": {
            "where": "probability"
        },
        "You take the logarithm of a logarithm. `log_probability` already holds logarithms.": {"where": "log of log"},
        "The diagonal is masked as well, but it holds the right films. Mask only *other* columns with the same film.": {
            "diagonal": False
        },
        "Accidental hits still count as negatives: mask the other columns that hold the row's own film.": {
            "masked": False
        },
        "You set accidental hits to 0, but 0 is a score like any other. Set them to −1e9.": {"hide": 0.0},
        "You set accidental hits to minus infinity. That works here, but −1e9 was asked for because it keeps "
        "gradients finite.": {"hide": -np.inf},
        "You set accidental hits to +1e9, which makes them the highest logits. Set them to −1e9.": {"hide": 1e9},
    }
    mistakes = variants(_in_batch_like, changes) | {
        "These are probabilities: you have taken a softmax. Return the logits.": (
            lambda *case: (
                np.exp(_in_batch(*case) - _in_batch(*case).max(axis=1, keepdims=True))
                / np.exp(_in_batch(*case) - _in_batch(*case).max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)
            )
        ),
        "That is the loss of each row. Return the logits, of shape (batch, batch).": (
            lambda *case: np.log(np.exp(_in_batch(*case)).sum(axis=1)) - np.diag(_in_batch(*case))
        ),
        "Rows and columns are swapped: each row should be a user and each column a film.": (
            lambda *case: _in_batch(*case).T
        ),
        "These are log-probabilities: you have taken the log of a softmax. Return the logits.": (
            lambda *case: _in_batch(*case) - np.log(np.exp(_in_batch(*case)).sum(axis=1, keepdims=True))
        ),
        "You mask the *other* films, which are the real negatives. Mask where `film[:, None] == film`, except on "
        "the diagonal.": (lambda scores, film, log_p: np.where(film[:, None] != film, -1e9, scores - log_p[film])),
        "You mask above or below the diagonal only. If rows 1 and 4 share a film, each is an accidental hit for "
        "the other.": Sign(_one_triangle),
        "You mask a repeated film for *all* users. It is an accidental hit only for rows that hold the same film.": (
            lambda scores, film, log_p: np.where(
                [np.flatnonzero(film == one)[0] < column for column, one in enumerate(film)],
                -1e9,
                scores - log_p[film],
            )
        ),
        "You compare film indices with row numbers. Compare the film of each row, `film[:, None]`, with `film`.": (
            lambda scores, film, log_p: np.where(film == np.arange(len(film))[:, None], -1e9, scores - log_p[film])
        ),
        "You subtract log π twice, by column and by row. Subtract only log π of the column's film.": (
            lambda scores, film, log_p: np.where(
                _in_batch(scores, film, log_p) == -1e9, -1e9, scores - log_p[film] - log_p[film][:, None]
            )
        ),
        "You divide by the probability. Logits are on a logarithmic scale, so subtract `log_probability` instead.": (
            lambda scores, film, log_p: np.where(
                _in_batch(scores, film, log_p) == -1e9, -1e9, scores / np.exp(log_p[film])
            )
        ),
    }
    judge(answer, cases, _in_batch, mistakes, atol=1e-6)


trace(
    "13.6",
    "O3",
    1 / (1 + np.exp(-2)),
    {
        0.55: "That is the result for τ = 1. Divide the cosines by 0.1 first, which gives 8 and 6.",
        0.505: "You multiplied by τ. Divide instead: 0.8 / 0.1 = 8.",
        0.571: "That is 0.8 / (0.8 + 0.6), without a softmax. Divide both cosines by 0.1 and take their "
        "exponentials first.",
        0.12: "That is the probability of the second film.",
        88.0: "That is right as a percentage. Give a probability between 0 and 1.",
        8.0: "That is the first cosine divided by τ. Now take the softmax: e⁸ / (e⁸ + e⁶).",
        2.0: "That is the difference of 8 and 6. Now take the softmax: e⁸ / (e⁸ + e⁶).",
        7.39: "That is e⁸ / e⁶, the ratio of the two probabilities. Divide e⁸ by the *sum* of both.",
        0.12 / 0.88: "That is the second probability divided by the first. Give the probability of the first film.",
    },
    "Divide both cosines by 0.1, take the exponential of each, and divide the first by the sum.",
    "e⁸ / (e⁸ + e⁶) = 0.88. A small τ turns a difference of 0.2 into a clear preference.",
)


def _add_everywhere(content, id_vectors, counts):
    return content + id_vectors


def _vectors(content, id_vectors, counts):
    return np.array([c + (i if n > 0 else 0 * i) for c, i, n in zip(content, id_vectors, counts)])


def _vectors_like(content, id_vectors, counts, use=lambda counts: counts > 0, content_for=lambda known: 1.0):
    known = use(counts)
    return content * np.asarray(content_for(known), float).reshape(-1, 1) + id_vectors * known[:, None]


@exercise(
    "13.7",
    "O4",
    "debug",
    done="The vector of a cold film now consists of its content vector alone.",
    given=_add_everywhere,
)
def item_vectors(answer) -> None:
    rng = np.random.default_rng(7)
    cases = []
    for n_films, dim in ((3, 2), (6, 3), (9, 4), (5, 5)):
        counts = rng.integers(2, 6, n_films + 1)
        counts[0] = counts[-1] = 0
        counts[1] = 1
        cases.append((rng.normal(size=(n_films + 1, dim)), rng.normal(size=(n_films + 1, dim)), counts))
    changes = {
        "It is the wrong way round: the cold films get an id vector and the known ones get none.": {
            "use": lambda n: n == 0
        },
        "A film with one rating took part in training, so its id vector has been trained: use `counts > 0`.": {
            "use": lambda n: n > 1
        },
        "`counts >= 0` is true for every film, including the cold ones. Use `counts > 0`.": {"use": lambda n: n >= 0},
        "You multiply by the counts. They should only decide *whether* a film gets its id vector: use `counts > 0`.": {
            "use": lambda n: n
        },
        "You scale the id vectors by the number of ratings. A film that was in training should get its whole id "
        "vector.": {"use": lambda n: n / n.max()},
        "You weight the id vectors by n / (n + 1). That may be a good idea, but training used the whole id vector.": {
            "use": lambda n: n / (n + 1)
        },
    }
    mistakes = {
        "Cold films still get the random initial values of their id vectors, which were never trained.": (
            _add_everywhere
        ),
        "The id vectors are gone for all films. Known films need theirs.": lambda content, ids, counts: content,
        "The content is gone, and cold films have nothing else. Leave out only the id vectors of cold films.": (
            lambda content, ids, counts: ids * (counts > 0)[:, None]
        ),
        "Known films lost their content: they need the sum of content and id vector.": (
            lambda content, ids, counts: np.where((counts > 0)[:, None], ids, content)
        ),
        "Cold films became zero. They should keep their content; leave out only the id vector.": (
            lambda content, ids, counts: (content + ids) * (counts > 0)[:, None]
        ),
        "Known films get the mean of content and id vector. Add the two, because training used the sum.": (
            lambda content, ids, counts: np.where((counts > 0)[:, None], (content + ids) / 2, content)
        ),
        "Only padding lost its id vector. Leave it out for every film without ratings: look at `counts`.": (
            lambda content, ids, counts: content + np.vstack([0 * ids[:1], ids[1:]])
        ),
        "All films are right, but row 0, padding, became zero. Here it keeps its content, like a film without "
        "ratings.": (
            lambda content, ids, counts: _vectors(content, ids, counts) * (np.arange(len(counts)) > 0)[:, None]
        ),
        "You give cold films the mean content of the known films. Each should keep its own content.": (
            lambda content, ids, counts: np.where(
                (counts > 0)[:, None], content + ids, content[counts > 0].mean(axis=0)
            )
        ),
        "Cold films are left out of the result. Keep their rows, with their content.": (
            lambda content, ids, counts: (content + ids)[counts > 0]
        ),
        "You give cold films the mean id vector. In training, a hidden id vector counted as zero, so use zero here.": (
            lambda content, ids, counts: content + np.where((counts > 0)[:, None], ids, ids[counts > 0].mean(axis=0))
        ),
        "Cold films get the id vector of padding, row 0, which was not trained either. Leave it out.": (
            lambda content, ids, counts: content + ids[np.where(counts > 0, np.arange(len(counts)), 0)]
        ),
    } | variants(_vectors_like, changes, at_once=1)
    judge(answer, cases, _vectors, mistakes)


choice(
    "13.8",
    "O4",
    right="b",
    why_not={
        "a": "A larger table only gives the ids more capacity. The question is whether ids contribute to the "
        "result on cold items at all.",
        "c": "EASE scores all cold items exactly 0, which says nothing about why the network improved.",
        "d": "That belongs in the paper too, but it does not show whether a network without ids would have "
        "improved as much.",
    },
    done="If the content-only model reaches 0.030 too, id dropout has only taught the network to ignore the ids.",
)


def _slots(warm, cold, slots, k):
    out, w, c = [], 0, 0
    for position in range(1, k + 1):
        if position in slots:
            out.append(cold[c])
            c += 1
        else:
            out.append(warm[w])
            w += 1
    return out


def _slots_like(warm, cold, slots, k, first=1, skip=False, same=False, n=0):
    out, w, c = [], 0, 0
    for index in range(k + n):
        if index + first in slots:
            out.append(cold[0 if same else c])
            c, w = c + 1, w + skip
        else:
            out.append(warm[w])
            w += 1
    return out


def _inserted(warm, cold, slots, k):
    out = list(warm[:k])
    for film, slot in zip(cold, sorted(slots)):
        out.insert(slot - 1, film)
    return out


@exercise(
    "13.9",
    "O5",
    "code",
    done="Each slot moves the warm films after it down by one, so only the last ones drop out of the list.",
)
def reserved_slots(answer) -> None:
    rng = np.random.default_rng(9)
    cases = []
    for k, slots in ((3, (2,)), (6, (2, 5)), (8, (1, 4, 8)), (10, (5, 10)), (5, ())):
        films = rng.permutation(np.arange(1, 60)).tolist()
        cases.append((films[:14], films[20:30], slots, k))
    changes = {
        "You count positions from 0. The first position is 1.": {"first": 0},
        "A warm film is lost at each slot: the next warm film should move down by one.": {"skip": True},
        "Every slot holds the same cold film. The second slot should get the second-best one.": {"same": True},
        "Your list has one film too many: return k films.": {"n": 1},
        "Your list has one film too few: return k films.": {"n": -1},
    }
    mistakes = {
        "No cold film is in your list. Put the best cold films at the positions in `slots`.": (
            lambda warm, cold, slots, k: warm[:k]
        ),
        "The cold films are at the end of your list. They belong at the positions in `slots`.": (
            lambda warm, cold, slots, k: warm[: k - len(slots)] + cold[: len(slots)]
        ),
        "The cold films are at the start of your list. They belong at the positions in `slots`.": (
            lambda warm, cold, slots, k: cold[: len(slots)] + warm[: k - len(slots)]
        ),
        "You append the cold films after k warm ones, where nobody sees them. The list should have k films in all.": (
            lambda warm, cold, slots, k: warm[:k] + cold[: len(slots)]
        ),
        "The cold films are in the right positions, but the list grew longer than k. Cut it after k films.": _inserted,
        "It is the wrong way round: the cold films are everywhere except in the slots.": (
            lambda warm, cold, slots, k: _slots(cold + cold, warm, slots, k)
        ),
        "You choose the cold film by its position in the list. The first slot should get the best cold film, "
        "wherever it is.": (
            lambda warm, cold, slots, k: [
                cold[p - 1] if p in slots else warm[p - 1 - sum(s < p for s in slots)] for p in range(1, k + 1)
            ]
        ),
        "You read both lists at the position itself, so both lose films. Use a separate pointer for each list.": (
            lambda warm, cold, slots, k: [cold[p - 1] if p in slots else warm[p - 1] for p in range(1, k + 1)]
        ),
        "The same film is repeated: create the two iterators once, before the loop.": (
            lambda warm, cold, slots, k: [cold[0] if p in slots else warm[0] for p in range(1, k + 1)]
        ),
        "`pop()` takes the last film, but the best one is first: use `pop(0)`.": (
            lambda warm, cold, slots, k: _slots(warm[::-1], cold[::-1], slots, k)
        ),
        "The cold films are in the right positions, but the list grew longer than k. Cut it after k films, `[:k]`.": (
            lambda warm, cold, slots, k: _inserted(warm, cold, slots, len(warm))
        ),
        "Only the first slot is filled. Every position in `slots` should get a cold film.": (
            lambda warm, cold, slots, k: _slots(warm, cold, slots[:1], k)
        ),
        "The cold films are in reverse order: the best one belongs in the first slot.": (
            lambda warm, cold, slots, k: _slots(warm, cold[: len(slots)][::-1], slots, k)
        ),
    } | variants(_slots_like, changes)
    judge(answer, cases, _slots, mistakes)


choice(
    "13.10",
    "O5",
    right="c",
    why_not={
        "a": "The model sees only three films as *input*. But which ratings were its film vectors learned from?",
        "b": "Having few films is the point of the test: a new user has no more.",
        "d": "Test ratings are what the user really chose, early or late. The fault is in the training.",
    },
    done="New users must be left out of training altogether, not only out of the input.",
)

parsons(
    "13.11",
    "O6",
    "CAEBF",
    not_used={
        "D": "With D, old film vectors are combined with vectors from the new towers. The two vector spaces do "
        "not match.",
    },
    before={
        "CA": "Film vectors can only be computed by a trained tower.",
        "AE": "The index is built from the new film vectors, so compute them first.",
        "EB": "The recall of the new index can only be measured once it is built.",
        "BF": "Switch last, once the measurements are good, and switch the user tower and the index together.",
    },
    done="Both towers and the index form one version: they are built, tested and switched together.",
)
