"""Natural answers of lesson 32: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import heapq
from collections import Counter, defaultdict

import numpy as np
import pandas as pd


def wrong_32_3_no_subtract(vectors, books):
    return np.column_stack([np.linalg.norm(vectors[:, None] - book, axis=-1).argmin(axis=1) for book in books])


def wrong_32_3_subtract_from_start(vectors, books):
    codes, rest = [], vectors
    for book in books:
        nearest = np.array([np.linalg.norm(book - row, axis=1).argmin() for row in rest])
        codes.append(nearest)
        rest = vectors - book[nearest]
    return np.array(codes).T


def wrong_32_3_rows_are_levels(vectors, books):
    codes, rest = [], vectors.copy()
    for book in books:
        nearest = ((rest[:, None, :] - book[None]) ** 2).sum(-1).argmin(-1)
        codes.append(nearest)
        rest -= book[nearest]
    return np.array(codes)


def wrong_32_3_in_place(vectors, books):
    codes = []
    for book in books:
        nearest = ((vectors[:, None, :] - book[None]) ** 2).sum(-1).argmin(-1)
        codes.append(nearest)
        vectors -= book[nearest]
    return np.array(codes).T


def wrong_32_3_dot(vectors, books):
    codes, rest = [], vectors
    for book in books:
        codes.append((rest @ book.T).argmax(axis=1))
        rest = rest - book[codes[-1]]
    return np.column_stack(codes)


def wrong_32_3_manhattan(vectors, books):
    codes, rest = [], vectors
    for book in books:
        codes.append(np.abs(rest[:, None] - book).sum(axis=2).argmin(axis=1))
        rest = rest - book[codes[-1]]
    return np.column_stack(codes)


def wrong_32_3_signed(vectors, books):
    codes, rest = [], vectors
    for book in books:
        codes.append((rest[:, None] - book).sum(axis=2).argmin(axis=1))
        rest = rest - book[codes[-1]]
    return np.column_stack(codes)


def wrong_32_3_last(vectors, books):
    rest = vectors
    for book in books:
        code = ((rest[:, None] - book) ** 2).sum(axis=2).argmin(axis=1)
        rest = rest - book[code]
    return code


def wrong_32_3_residual(vectors, books):
    rest = vectors
    for book in books:
        rest = rest - book[((rest[:, None] - book) ** 2).sum(axis=2).argmin(axis=1)]
    return rest


def wrong_32_3_wrong_axis(vectors, books):
    codes, rest = [], vectors
    for book in books:
        codes.append(((rest[:, None] - book) ** 2).sum(axis=1).argmin(axis=1))
        rest = rest - book[codes[-1]]
    return np.column_stack(codes)


def wrong_32_3_cosine(vectors, books):
    codes, rest = [], vectors
    for book in books:
        unit = book / np.linalg.norm(book, axis=1, keepdims=True)
        codes.append((rest / np.linalg.norm(rest, axis=1, keepdims=True) @ unit.T).argmax(axis=1))
        rest = rest - book[codes[-1]]
    return np.column_stack(codes)


def wrong_32_3_no_sign(vectors, books):
    codes, rest = [], vectors
    for book in books:
        codes.append(((rest[:, None] - book) ** 2).sum(axis=2).argmin(axis=1))
        rest = abs(rest - book[codes[-1]])
    return np.column_stack(codes)


def wrong_32_3_words(vectors, books):
    words, rest = [], vectors
    for book in books:
        words.append(book[((rest[:, None] - book) ** 2).sum(axis=2).argmin(axis=1)])
        rest = rest - words[-1]
    return np.stack(words, axis=1)


def right_32_3_loop(vectors, books):
    result = []
    for vector in vectors:
        row = []
        for book in books:
            nearest = min(range(len(book)), key=lambda n: float(np.sum((vector - book[n]) ** 2)))
            row.append(nearest)
            vector = vector - book[nearest]
        result.append(row)
    return result


def right_32_3_products(vectors, books):
    left, codes = np.array(vectors, np.float64), pd.DataFrame()
    for level, book in enumerate(books):
        codes[level] = ((book**2).sum(axis=1) - 2 * left @ book.T).argmin(axis=1)
        left = left - book[codes[level]]
    return codes.to_numpy()


def wrong_32_4_by_row(codes, counts):
    met = defaultdict(int)
    numbers = []
    for row in codes:
        numbers.append(met[tuple(row)])
        met[tuple(row)] += 1
    return np.array(numbers)


def wrong_32_4_rising(codes, counts):
    met, numbers = Counter(), np.zeros(len(codes), int)
    for film in np.argsort(counts, kind="stable"):
        numbers[film] = met[tuple(codes[film])]
        met[tuple(codes[film])] += 1
    return numbers


def wrong_32_4_reversed(codes, counts):
    met, numbers = Counter(), np.zeros(len(codes), int)
    for film in np.argsort(counts, kind="stable")[::-1]:
        numbers[film] = met[tuple(codes[film])]
        met[tuple(codes[film])] += 1
    return numbers


def wrong_32_4_from_one(codes, counts):
    met, numbers = Counter(), np.zeros(len(codes), int)
    for film in np.argsort(-counts, kind="stable"):
        met[tuple(codes[film])] += 1
        numbers[film] = met[tuple(codes[film])]
    return numbers


def wrong_32_4_sorted_out(codes, counts):
    met, numbers = Counter(), []
    for film in np.argsort(-counts, kind="stable"):
        numbers.append(met[tuple(codes[film])])
        met[tuple(codes[film])] += 1
    return np.array(numbers)


def wrong_32_4_all_together(codes, counts):
    return pd.Series(-counts).rank(method="first").astype(int).to_numpy() - 1


def wrong_32_4_group_size(codes, counts):
    frame = pd.DataFrame(codes)
    return frame.groupby(list(frame.columns))[0].transform("size").to_numpy()


def wrong_32_4_unhashable(codes, counts):
    met, numbers = {}, np.zeros(len(codes), int)
    for film in np.argsort(-counts, kind="stable"):
        numbers[film] = met.get(codes[film], 0)
        met[codes[film]] = numbers[film] + 1
    return numbers


def wrong_32_4_first_code(codes, counts):
    return pd.Series(-counts).groupby(codes[:, 0]).rank(method="first").astype(int).to_numpy() - 1


def wrong_32_4_appended(codes, counts):
    return np.column_stack([codes, right_32_4_pandas(codes, counts)])


def ranked_in_groups(codes, counts, method):
    frame = pd.DataFrame(codes)
    grouped = pd.Series(counts).groupby([frame[column] for column in frame])
    return grouped.rank(method=method, ascending=False).astype(int).to_numpy() - 1


def wrong_32_4_shared(codes, counts):
    return ranked_in_groups(codes, counts, "min")


def wrong_32_4_dense(codes, counts):
    return ranked_in_groups(codes, counts, "dense")


def keyed(codes, counts, key, order=None):
    met, numbers = Counter(), np.zeros(len(codes), int)
    for film in np.argsort(-counts, kind="stable") if order is None else order:
        numbers[film] = met[key(codes[film])]
        met[key(codes[film])] += 1
    return numbers


def wrong_32_4_set(codes, counts):
    return keyed(codes, counts, lambda row: tuple(sorted(row)))


def wrong_32_4_sum(codes, counts):
    return keyed(codes, counts, lambda row: row.sum())


def wrong_32_4_turned_order(codes, counts):
    return keyed(codes, counts, tuple, np.argsort(counts)[::-1])


def wrong_32_4_only_twice(codes, counts):
    return np.minimum(keyed(codes, counts, tuple), 1)


def right_32_4_pandas(codes, counts):
    frame = pd.DataFrame(codes).assign(count=counts)
    ordered = frame.sort_values("count", ascending=False, kind="stable")
    return ordered.groupby(list(range(codes.shape[1]))).cumcount().sort_index()


def right_32_4_pairs(codes, counts):
    keys = [(tuple(row), -count, film) for film, (row, count) in enumerate(zip(codes.tolist(), counts))]
    return [sum(other[0] == key[0] and other < key for other in keys) for key in keys]


def wrong_32_7_code_only(total, log_p, exists, width):
    values = np.where(exists, log_p, -np.inf)
    order = np.argsort(values.ravel())[::-1][:width]
    return [(n // log_p.shape[1], n % log_p.shape[1]) for n in order if values.ravel()[n] > -np.inf]


def wrong_32_7_unmasked(total, log_p, exists, width):
    values = (total[:, None] + log_p).ravel()
    return [divmod(n, log_p.shape[1]) for n in np.argsort(-values)[:width]]


def wrong_32_7_zero(total, log_p, exists, width):
    values = ((total[:, None] + log_p) * exists).ravel()
    return [divmod(n, log_p.shape[1]) for n in np.argsort(-values)[:width]]


def wrong_32_7_smallest(total, log_p, exists, width):
    values = np.where(exists, total[:, None] + log_p, np.inf).ravel()
    return [divmod(n, log_p.shape[1]) for n in np.argsort(values)[:width] if values[n] < np.inf]


def wrong_32_7_keeps_infinite(total, log_p, exists, width):
    values = np.where(exists, total[:, None] + log_p, -np.inf).ravel()
    return [divmod(n, log_p.shape[1]) for n in np.argsort(-values)[:width]]


def wrong_32_7_each(total, log_p, exists, width):
    pairs = []
    for row in range(len(total)):
        values = np.where(exists[row], total[row] + log_p[row], -np.inf)
        pairs += [(row, code) for code in np.argsort(-values)[:width] if values[code] > -np.inf]
    return pairs


def wrong_32_7_flat(total, log_p, exists, width):
    values = np.where(exists, total[:, None] + log_p, -np.inf).ravel()
    return [n for n in np.argsort(-values)[:width] if values[n] > -np.inf]


def wrong_32_7_rows_as_size(total, log_p, exists, width):
    values = np.where(exists, total[:, None] + log_p, -np.inf).ravel()
    return [divmod(n, len(total)) for n in np.argsort(-values)[:width] if values[n] > -np.inf]


def wrong_32_7_swapped(total, log_p, exists, width):
    return [(code, row) for row, code in right_32_7_heap(total, log_p, exists, width)]


def wrong_32_7_product(total, log_p, exists, width):
    values = np.where(exists, total[:, None] * log_p, -np.inf).ravel()
    return [divmod(n, log_p.shape[1]) for n in np.argsort(-values)[:width] if values[n] > -np.inf]


def wrong_32_7_unsorted(total, log_p, exists, width):
    return sorted(right_32_7_heap(total, log_p, exists, width))


def wrong_32_7_with_score(total, log_p, exists, width):
    return [(row, code, total[row] + log_p[row, code]) for row, code in right_32_7_heap(total, log_p, exists, width)]


def top(values, width):
    best = [position for position in np.argsort(-values, axis=None)[:width] if values.flat[position] > -np.inf]
    return [divmod(int(position), values.shape[1]) for position in best]


def wrong_32_7_drops_late(total, log_p, exists, width):
    return [pair for pair in top(total[:, None] + log_p, width) if exists[pair]]


def wrong_32_7_best_beginning(total, log_p, exists, width):
    row = int(total.argmax())
    return [(row, code) for _, code in top(np.where(exists[row], log_p[row], -np.inf)[None], width)]


def wrong_32_7_times_exists(total, log_p, exists, width):
    return top(total[:, None] + log_p * exists, width)


def wrong_32_7_adds_probabilities(total, log_p, exists, width):
    return top(np.where(exists, np.exp(total)[:, None] + np.exp(log_p), -np.inf), width)


def wrong_32_7_subtracts(total, log_p, exists, width):
    return top(np.where(exists, log_p - total[:, None], -np.inf), width)


def wrong_32_7_renormalised(total, log_p, exists, width):
    p = np.where(exists, np.exp(log_p), 0)
    with np.errstate(divide="ignore"):
        return top(total[:, None] + np.log(p / p.sum(axis=1, keepdims=True)), width)


def wrong_32_7_existing_only(total, log_p, exists, width):
    values = (total[:, None] + log_p)[exists]
    return [divmod(int(position), log_p.shape[1]) for position in np.argsort(-values)[:width]]


def right_32_7_heap(total, log_p, exists, width):
    pairs = [(row, code) for row, code in np.argwhere(exists).tolist()]
    return heapq.nlargest(width, pairs, key=lambda pair: total[pair[0]] + log_p[pair])


def right_32_7_pandas(total, log_p, exists, width):
    values = pd.DataFrame(log_p).add(total, axis=0).where(exists).stack().dropna()
    return values.sort_values(ascending=False).index[:width].tolist()


def right_32_7_arrays(total, log_p, exists, width):
    values = np.where(exists, total.reshape(-1, 1) + log_p, -np.inf)
    rows, codes = np.unravel_index(np.argsort(values, axis=None)[::-1], values.shape)
    return np.column_stack([rows, codes])[: min(width, exists.sum())]


def silu(z):
    return z / (1 + np.exp(-z))


def attended(q, k, v, bias, weight, may=lambda i, j: j <= i, by=lambda i, n: n):
    out = np.zeros((len(q), v.shape[1]))
    for i in range(len(q)):
        for j in range(len(q)):
            if may(i, j):
                out[i] += weight(q[i] @ k[j], bias, i, j) / by(i, len(q)) * v[j]
    return out


def wrong_32_11_root(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s / np.sqrt(q.shape[1]) + b[i - j]))


def wrong_32_11_ahead(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s + b[abs(i - j)]), may=lambda i, j: True)


def wrong_32_11_ahead_clipped(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s + b[max(i - j, 0)]), may=lambda i, j: True)


def wrong_32_11_not_itself(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s + b[i - j]), may=lambda i, j: j < i)


def wrong_32_11_turned(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s + b[abs(i - j)]), may=lambda i, j: j >= i)


def wrong_32_11_not_divided(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s + b[i - j]), by=lambda i, n: 1)


def wrong_32_11_divided_by_seen(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s + b[i - j]), by=lambda i, n: i + 1)


def wrong_32_11_no_bias(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s))


def wrong_32_11_bias_of_asked(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s + b[j]))


def wrong_32_11_bias_outside(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s) + b[i - j])


def wrong_32_11_sigmoid(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: 1 / (1 + np.exp(-(s + b[i - j]))))


def wrong_32_11_infinite(q, k, v, bias):
    i, j = np.indices((len(q), len(q)))
    score = np.where(j <= i, q @ k.T + bias[abs(i - j)], -np.inf)
    with np.errstate(all="ignore"):
        return score * (1 / (1 + np.exp(-score))) / len(q) @ v


def wrong_32_11_softmax(q, k, v, bias):
    i, j = np.indices((len(q), len(q)))
    powers = np.exp(np.where(j <= i, q @ k.T + bias[abs(i - j)], -np.inf))
    return powers / powers.sum(axis=1, keepdims=True) @ v


def wrong_32_11_inside(q, k, v, bias):
    distance = np.abs(np.subtract.outer(np.arange(len(q)), np.arange(len(q))))
    return np.tril(silu((q @ k.T + bias[distance]) / len(q))) @ v


def with_bias(q, k, v, bias, divide=None):
    distance = np.abs(np.subtract.outer(np.arange(len(q)), np.arange(len(q))))
    return np.tril(silu(q @ k.T + bias[distance])) @ v / (divide or len(q))


def wrong_32_11_by_size(q, k, v, bias):
    return with_bias(q, k, v, bias, q.shape[1])


def wrong_32_11_by_values(q, k, v, bias):
    return with_bias(q, k, v, bias, v.shape[1])


def wrong_32_11_reversed(q, k, v, bias):
    return with_bias(q, k, v, bias[::-1])


def wrong_32_11_twice(q, k, v, bias):
    return silu(with_bias(q, k, v, bias))


def wrong_32_11_times(q, k, v, bias):
    distance = np.abs(np.subtract.outer(np.arange(len(q)), np.arange(len(q))))
    return np.tril(silu(q @ k.T) * bias[distance]) @ v / len(q)


def right_32_11_loops(q, k, v, bias):
    return attended(q, k, v, bias, lambda s, b, i, j: silu(s + b[i - j])).tolist()


def right_32_11_float32(q, k, v, bias):
    length = len(q)
    table = np.array([[bias[max(i - j, 0)] for j in range(length)] for i in range(length)])
    score = (q @ k.T + table).astype("float32")
    return np.tril(score * (1 / (1 + np.exp(-score)))) @ v.astype("float32") / length


def wrong_32_12_same_order(ask, candidates, n_times, rng):
    totals = Counter()
    for _ in range(n_times):
        for rank, film in enumerate(ask(candidates)):
            totals[film] += rank
    return sorted(candidates, key=totals.get)


def wrong_32_12_once(ask, candidates, n_times, rng):
    prompt, totals = rng.permutation(candidates).tolist(), Counter()
    for _ in range(n_times):
        for rank, film in enumerate(ask(prompt)):
            totals[film] += rank
    return sorted(candidates, key=lambda film: totals[film])


def wrong_32_12_wins(ask, candidates, n_times, rng):
    wins = Counter(ask(rng.permutation(candidates).tolist())[0] for _ in range(n_times))
    return sorted(candidates, key=lambda film: -wins[film])


def wrong_32_12_last(ask, candidates, n_times, rng):
    for _ in range(n_times):
        answer = ask(rng.permutation(candidates).tolist())
    return answer


def wrong_32_12_first(ask, candidates, n_times, rng):
    return ask(rng.permutation(candidates).tolist())


def wrong_32_12_prompts(ask, candidates, n_times, rng):
    totals = Counter()
    for _ in range(n_times):
        prompt = rng.permutation(candidates).tolist()
        ask(prompt)
        for rank, film in enumerate(prompt):
            totals[film] += rank
    return sorted(candidates, key=lambda film: totals[film])


def wrong_32_12_falling(ask, candidates, n_times, rng):
    return right_32_12_pandas(ask, candidates, n_times, rng)[::-1]


def wrong_32_12_best(ask, candidates, n_times, rng):
    best = dict.fromkeys(candidates, len(candidates))
    for _ in range(n_times):
        for rank, film in enumerate(ask(rng.permutation(candidates).tolist())):
            best[film] = min(best[film], rank)
    return sorted(candidates, key=lambda film: best[film])


def wrong_32_12_means(ask, candidates, n_times, rng):
    answers = [ask(rng.permutation(candidates).tolist()) for _ in range(n_times)]
    return [np.mean([answer.index(film) for answer in answers]) for film in candidates]


def ranks_of(ask, candidates, n_times, rng):
    answers = [ask(rng.permutation(candidates).tolist()) for _ in range(n_times)]
    return {film: [answer.index(film) for answer in answers] for film in candidates}


def wrong_32_12_median(ask, candidates, n_times, rng):
    ranks = ranks_of(ask, candidates, n_times, rng)
    return sorted(candidates, key=lambda film: np.median(ranks[film]))


def wrong_32_12_reciprocal(ask, candidates, n_times, rng):
    ranks = ranks_of(ask, candidates, n_times, rng)
    return sorted(candidates, key=lambda film: sum(1 / (rank + 1) for rank in ranks[film]), reverse=True)


def wrong_32_12_dictionary(ask, candidates, n_times, rng):
    return {film: sum(ranks) / n_times for film, ranks in ranks_of(ask, candidates, n_times, rng).items()}


def wrong_32_12_places_of_candidates(ask, candidates, n_times, rng):
    total = np.zeros(len(candidates))
    for _ in range(n_times):
        total += [candidates.index(film) for film in ask(rng.permutation(candidates).tolist())]
    return [candidates[at] for at in np.argsort(total, kind="stable")]


def wrong_32_12_empty(ask, candidates, n_times, rng):
    total = {}
    for _ in range(n_times):
        for rank, film in enumerate(ask(rng.permutation(candidates).tolist())):
            total[film] += rank
    return sorted(candidates, key=total.get)


def right_32_12_pandas(ask, candidates, n_times, rng):
    ranks = pd.DataFrame(0.0, index=range(n_times), columns=candidates)
    for row in range(n_times):
        answer = ask(rng.permutation(candidates).tolist())
        ranks.loc[row, answer] = np.arange(len(answer))
    return ranks.mean().sort_values(kind="stable").index.tolist()


def right_32_12_arrays(ask, candidates, n_times, rng):
    total = np.zeros(len(candidates))
    for _ in range(n_times):
        answer = ask([int(film) for film in rng.permutation(candidates)])
        total += [answer.index(film) for film in candidates]
    return np.array(candidates)[np.argsort(total, kind="stable")]


NATURAL = {
    "32.3": [
        (wrong_32_3_no_subtract, "You code the vectors themselves on"),
        (wrong_32_3_subtract_from_start, "third level"),
        (wrong_32_3_rows_are_levels, "You return one row for each"),
        (wrong_32_3_in_place, "changes `vectors`"),
        (wrong_32_3_dot, "largest dot product"),
        (wrong_32_3_manhattan, "absolute differences"),
        (wrong_32_3_signed, "without squaring"),
        (wrong_32_3_last, "You return only the codes of the last"),
        (wrong_32_3_residual, "left over in the end"),
        (wrong_32_3_wrong_axis, None),
        (wrong_32_3_cosine, "largest cosine"),
        (wrong_32_3_no_sign, "drop the sign"),
        (wrong_32_3_words, "code words of all levels"),
    ],
    "32.4": [
        (wrong_32_4_by_row, "You number the films in the"),
        (wrong_32_4_rising, "You give 0 to the film"),
        (wrong_32_4_reversed, "earlier row comes first"),
        (wrong_32_4_from_one, "Your numbers begin at 1. The"),
        (wrong_32_4_sorted_out, "Your numbers are in the order"),
        (wrong_32_4_all_together, "number all films together"),
        (wrong_32_4_group_size, "number of films in each group"),
        (wrong_32_4_unhashable, "key of a dictionary"),
        (wrong_32_4_first_code, "first code only"),
        (wrong_32_4_appended, "last column"),
        (wrong_32_4_shared, "You give the same number to"),
        (wrong_32_4_dense, "You give one number to all"),
        (wrong_32_4_set, "ignore the order"),
        (wrong_32_4_sum, "add the codes up"),
        (wrong_32_4_turned_order, "earlier row comes first"),
        (wrong_32_4_only_twice, "You return no number above 1."),
    ],
    "32.7": [
        (wrong_32_7_code_only, "newest code alone"),
        (wrong_32_7_unmasked, "do not exist"),
        (
            wrong_32_7_zero,
            "You give 0 to continuations that do not exist, and 0 is above every log-probability. Use −∞.",
        ),
        (wrong_32_7_smallest, "least probable"),
        (wrong_32_7_keeps_infinite, "return fewer"),
        (wrong_32_7_each, "continuations of each"),
        (wrong_32_7_flat, "flattened array"),
        (wrong_32_7_rows_as_size, "number of beginnings"),
        (wrong_32_7_swapped, "Your pairs are the wrong way"),
        (wrong_32_7_product, "multiply log-probabilities"),
        (wrong_32_7_unsorted, "You return the right pairs in the"),
        (wrong_32_7_with_score, "You return log-probabilities as well. Return"),
        (wrong_32_7_drops_late, "You take the best `width` first"),
        (wrong_32_7_best_beginning, "You continue only the best beginning."),
        (wrong_32_7_times_exists, "You give the log-probability 0, a"),
        (wrong_32_7_adds_probabilities, "add probabilities"),
        (wrong_32_7_subtracts, "subtract `total`"),
        (wrong_32_7_renormalised, "You renormalise over the continuations that"),
        (wrong_32_7_existing_only, "Your positions count only the continuations"),
    ],
    "32.11": [
        (wrong_32_11_root, "You divide the scores by √size."),
        (wrong_32_11_ahead, "Your films look at later films."),
        (wrong_32_11_ahead_clipped, "Your films look at later films"),
        (wrong_32_11_not_itself, "itself"),
        (wrong_32_11_turned, "wrong way round"),
        (wrong_32_11_not_divided, "You do not divide by the"),
        (wrong_32_11_divided_by_seen, "so far"),
        (wrong_32_11_no_bias, "bias is missing"),
        (wrong_32_11_bias_of_asked, "You index the bias by j."),
        (wrong_32_11_bias_outside, "You add the bias to the"),
        (wrong_32_11_sigmoid, "You use a sigmoid. SiLU is"),
        (wrong_32_11_infinite, "before SiLU"),
        (wrong_32_11_softmax, "You use a softmax. Apply SiLU"),
        (wrong_32_11_inside, "You divide the score by the"),
        (wrong_32_11_by_size, "size of a query"),
        (wrong_32_11_by_values, "number of values"),
        (wrong_32_11_reversed, "bias is reversed"),
        (wrong_32_11_twice, "You apply SiLU to the sum"),
        (wrong_32_11_times, "multiply the weight by the bias"),
    ],
    "32.12": [
        (wrong_32_12_same_order, "same order each time"),
        (wrong_32_12_once, "one random order"),
        (wrong_32_12_wins, "You count how often each film"),
        (wrong_32_12_last, "last answer alone"),
        (wrong_32_12_first, "one random order"),
        (wrong_32_12_prompts, "positions in the *prompts*"),
        (wrong_32_12_falling, "You put the worst film first"),
        (wrong_32_12_best, "best rank"),
        (wrong_32_12_means, "return mean ranks"),
        (wrong_32_12_median, "the median"),
        (wrong_32_12_reciprocal, "You add up reciprocal ranks. Average"),
        (wrong_32_12_dictionary, "return mean ranks"),
        (wrong_32_12_places_of_candidates, "You add up the positions in"),
        (wrong_32_12_empty, "Begin with 0"),
    ],
}
RIGHT = {
    "32.3": [right_32_3_loop, right_32_3_products],
    "32.4": [right_32_4_pandas, right_32_4_pairs],
    "32.7": [right_32_7_heap, right_32_7_pandas, right_32_7_arrays],
    "32.11": [right_32_11_loops, right_32_11_float32],
    "32.12": [right_32_12_pandas, right_32_12_arrays],
}
