"""Typical wrong answers of lesson 07; each must be refused, each with its own hint."""

import numpy as np


def scatter_with_plus(ids, grad, n_rows):
    total = np.zeros((n_rows, grad.shape[1]))
    total[ids] += grad
    return total


def scatter_mean(ids, grad, n_rows):
    total = np.zeros((n_rows, grad.shape[1]))
    np.add.at(total, ids, grad)
    return total / np.maximum(np.bincount(ids, minlength=n_rows), 1)[:, None]


def scatter_up_to_the_highest_id(ids, grad, n_rows):
    total = np.zeros((ids.max() + 1, grad.shape[1]))
    np.add.at(total, ids, grad)
    return total


def scatter_like_the_batch(ids, grad, n_rows):
    return grad


def scatter_ones(ids, grad, n_rows):
    total = np.zeros((n_rows, grad.shape[1]))
    np.add.at(total, ids, 1)
    return total


def rows_swapped(p, q, grad):
    return grad * p, grad * q


def rows_without_grad(p, q, grad):
    return q, p


def rows_summed(p, q, grad):
    return (grad * q).sum(axis=0), (grad * p).sum(axis=0)


def rows_of_the_product(p, q, grad):
    return grad * p * q, grad * p * q


def rows_only_one(p, q, grad):
    return grad * q


def dots_of_the_whole_batch(p, q):
    return (p * q).sum()


def dots_of_all_with_all(p, q):
    return p @ q.T


def dots_as_row(p, q):
    return (p * q).sum(axis=1)


def dots_not_summed(p, q):
    return p * q


def dots_over_the_batch(p, q):
    return (p * q).sum(axis=0)


def dots_of_the_first_factor(p, q):
    return p[:, :1] * q[:, :1]


def _gradients(P, Q, user, item, target, l2, factor=2.0, n=None, decay=2.0):
    grad = factor * ((P[user] * Q[item]).sum(axis=1) - target)[:, None] / (n or len(target))
    P_grad, Q_grad = decay * l2 * P, decay * l2 * Q
    np.add.at(P_grad, user, grad * Q[item])
    np.add.at(Q_grad, item, grad * P[user])
    return P_grad, Q_grad


def _moved(P, Q, rate, gradients):
    return P - rate * gradients[0], Q - rate * gradients[1]


def step_swapped(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, rate, _gradients(P, Q, user, item, target, l2))[::-1]


def step_in_place(P, Q, user, item, target, rate, l2):
    P_grad, Q_grad = _gradients(P, Q, user, item, target, l2)
    P -= rate * P_grad
    Q -= rate * Q_grad
    return P, Q


def step_on_rows(P, Q, user, item, target, rate, l2):
    P, Q = P.copy(), Q.copy()
    grad = 2 * ((P[user] * Q[item]).sum(axis=1) - target)[:, None] / len(target)
    P_rows, Q_rows = grad * Q[item] + 2 * l2 * P[user], grad * P[user] + 2 * l2 * Q[item]
    P[user] -= rate * P_rows
    Q[item] -= rate * Q_rows
    return P, Q


def step_on_rows_in_turn(P, Q, user, item, target, rate, l2):
    grad = 2 * ((P[user] * Q[item]).sum(axis=1) - target)[:, None] / len(target)
    P[user] -= rate * (grad * Q[item] + 2 * l2 * P[user])
    Q[item] -= rate * (grad * P[user] + 2 * l2 * Q[item])
    return P, Q


def step_on_rows_one_after_the_other(P, Q, user, item, target, rate, l2):
    P_new, Q_new = P - rate * 2 * l2 * P, Q - rate * 2 * l2 * Q
    grad = 2 * ((P[user] * Q[item]).sum(axis=1) - target)[:, None] / len(target)
    P_new[user] -= rate * grad * Q[item]
    Q_new[item] -= rate * grad * P_new[user]
    return P_new, Q_new


def step_q_first(P, Q, user, item, target, rate, l2):
    return step_one_after_the_other(Q, P, item, user, target, rate, l2)[::-1]


def step_without_any_two(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, rate, _gradients(P, Q, user, item, target, l2, factor=1.0, decay=1.0))


def step_error_turned_round(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, rate, _gradients(P, Q, user, item, target, l2, factor=-2.0))


def step_penalty_grows(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, rate, _gradients(P, Q, user, item, target, l2, decay=-2.0))


def step_penalty_in_the_mean(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, rate, _gradients(P, Q, user, item, target, l2 / len(target)))


def step_penalty_on_rows(P, Q, user, item, target, rate, l2):
    P_grad, Q_grad = _gradients(P, Q, user, item, target, 0.0)
    P_rows, Q_rows = np.unique(user), np.unique(item)
    P_grad[P_rows] += 2 * l2 * P[P_rows]
    Q_grad[Q_rows] += 2 * l2 * Q[Q_rows]
    return _moved(P, Q, rate, (P_grad, Q_grad))


def step_too_long(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, 10 * rate, _gradients(P, Q, user, item, target, l2))


def step_careless(P, Q, user, item, target, rate, l2):
    grad = 2 * ((P[user] * Q[item]).sum(axis=1) - target)[:, None] / len(target)
    P_grad, Q_grad = np.zeros_like(P), np.zeros_like(Q)
    P_grad[user] += grad * Q[item]
    Q_grad[item] += grad * P[user]
    return P - rate * (P_grad + 2 * l2 * P), Q - rate * (Q_grad + 2 * l2 * Q)


def step_one_after_the_other(P, Q, user, item, target, rate, l2):
    grad = 2 * ((P[user] * Q[item]).sum(axis=1) - target)[:, None] / len(target)
    P_grad = 2 * l2 * P
    np.add.at(P_grad, user, grad * Q[item])
    P = P - rate * P_grad
    Q_grad = 2 * l2 * Q
    np.add.at(Q_grad, item, grad * P[user])
    return P, Q - rate * Q_grad


def step_without_penalty(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, rate, _gradients(P, Q, user, item, target, 0.0))


def step_half_a_penalty(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, rate, _gradients(P, Q, user, item, target, l2, decay=1.0))


def step_of_the_sum(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, rate, _gradients(P, Q, user, item, target, l2, n=1))


def step_without_two(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, rate, _gradients(P, Q, user, item, target, l2, factor=1.0))


def step_uphill(P, Q, user, item, target, rate, l2):
    return _moved(P, Q, -rate, _gradients(P, Q, user, item, target, l2))


def step_penalty_on_the_batch(P, Q, user, item, target, rate, l2):
    grad = 2 * ((P[user] * Q[item]).sum(axis=1) - target)[:, None] / len(target)
    P_grad, Q_grad = np.zeros_like(P), np.zeros_like(Q)
    np.add.at(P_grad, user, grad * Q[item] + 2 * l2 * P[user])
    np.add.at(Q_grad, item, grad * P[user] + 2 * l2 * Q[item])
    return _moved(P, Q, rate, (P_grad, Q_grad))


def step_only_p(P, Q, user, item, target, rate, l2):
    return P - rate * _gradients(P, Q, user, item, target, l2)[0]


def _cosines(vectors, j):
    direction = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return direction @ direction[j]


def _first(values, j, is_candidate, k):
    values = np.where(is_candidate, values, -np.inf)
    values[j] = -np.inf
    return np.argsort(-values)[:k]


def nearest_by_dot_product(vectors, j, is_candidate, k):
    return _first(vectors @ vectors[j], j, is_candidate, k)


def nearest_by_distance(vectors, j, is_candidate, k):
    return _first(-np.linalg.norm(vectors - vectors[j], axis=1), j, is_candidate, k)


def nearest_upside_down(vectors, j, is_candidate, k):
    return _first(-_cosines(vectors, j), j, is_candidate, k)


def nearest_with_itself(vectors, j, is_candidate, k):
    values = np.where(is_candidate, _cosines(vectors, j), -np.inf)
    values[j] = 1
    return np.argsort(-values)[:k]


def nearest_of_everything(vectors, j, is_candidate, k):
    return _first(_cosines(vectors, j), j, np.ones_like(is_candidate), k)


def nearest_upwards(vectors, j, is_candidate, k):
    values = np.where(is_candidate, _cosines(vectors, j), -np.inf)
    values[j] = -np.inf
    return np.argsort(values)[:k]


def nearest_hidden_by_zero(vectors, j, is_candidate, k):
    values = _cosines(vectors, j) * is_candidate
    values[j] = 0
    return np.argsort(-values)[:k]


def nearest_others_hidden_by_zero(vectors, j, is_candidate, k):
    values = _cosines(vectors, j) * is_candidate
    values[j] = -np.inf
    return np.argsort(-values)[:k]


def nearest_as_places(vectors, j, is_candidate, k):
    values = _cosines(vectors, j)
    values[j] = -np.inf
    return np.argsort(-values[is_candidate])[:k]


def nearest_as_places_without_j(vectors, j, is_candidate, k):
    is_candidate[j] = False
    return np.argsort(-_cosines(vectors, j)[is_candidate])[:k]


def nearest_behind_the_first(vectors, j, is_candidate, k):
    return np.argsort(-np.where(is_candidate, _cosines(vectors, j), -np.inf))[1 : k + 1]


def nearest_of_candidates(vectors, j, is_candidate, k):
    return np.argsort(-np.where(is_candidate, _cosines(vectors, j), -np.inf))[:k]


def nearest_not_sorted(vectors, j, is_candidate, k):
    return np.sort(_first(_cosines(vectors, j), j, is_candidate, k))


def nearest_by_number(vectors, j, is_candidate, k):
    return [i for i in range(len(vectors)) if is_candidate[i] and i != j][:k]


def nearest_of_all(vectors, j, is_candidate, k):
    return np.argsort(-vectors[:, 0])[:k]


def nearest_of_all_but_j(vectors, j, is_candidate, k):
    return [i for i in np.argsort(-vectors[:, 0]) if i != j][:k]


def nearest_counted_from_one(vectors, j, is_candidate, k):
    return _first(_cosines(vectors, j), j, is_candidate, k) + 1


def nearest_worst_first(vectors, j, is_candidate, k):
    return _first(_cosines(vectors, j), j, is_candidate, k)[::-1]


def nearest_as_cosines(vectors, j, is_candidate, k):
    return _cosines(vectors, j)[_first(_cosines(vectors, j), j, is_candidate, k)]


def shuffled_each_apart(user, item, rating, rng):
    orders = [rng.permutation(len(user)) for _ in range(3)]
    return user[orders[0]], item[orders[1]], rating[orders[2]]


def shuffled_pairs_only(user, item, rating, rng):
    order = rng.permutation(len(user))
    return user[order], item[order], rng.permutation(rating)


def shuffled_with_replacement(user, item, rating, rng):
    order = rng.integers(0, len(user), len(user))
    return user[order], item[order], rating[order]


def shuffled_not_at_all(user, item, rating, rng):
    return user, item, rating


def shuffled_backwards(user, item, rating, rng):
    return user[::-1], item[::-1], rating[::-1]


def shuffled_by_its_own_seed(user, item, rating, rng):
    order = np.random.default_rng(0).permutation(len(user))
    return user[order], item[order], rating[order]


def shuffled_in_place(user, item, rating, rng):
    rng.shuffle(user)
    rng.shuffle(item)
    rng.shuffle(rating)
    return user, item, rating


def shuffled_as_one_table(user, item, rating, rng):
    return rng.permutation(np.stack([user, item, rating], axis=1))


WRONG = {
    "07.1": [
        (scatter_with_plus, "When an id repeats, only its"),
        (scatter_mean, "averaged"),
        (scatter_up_to_the_highest_id, "ends at the highest id"),
        (scatter_like_the_batch, "You returned one row for each"),
        (scatter_ones, "counted the ids"),
    ],
    "07.2": [
        ("BDAF", "Line F"),
        ("BDAE", "each of the letters"),
        ("DBAEC", "`rows` is defined by the"),
        ("BADEC", "Line A uses `predicted`, so"),
        ("BDEAC", "Line E scatters"),
        ("BDACE", "Line C needs `table_grad`, so"),
    ],
    "07.3": [
        (rows_swapped, "wrong way round"),
        (rows_without_grad, "slopes alone"),
        (rows_summed, "summed over the batch"),
        (rows_of_the_product, "You multiplied p by q. The"),
        (rows_only_one, "Return 2 results, `return one, another`"),
    ],
    "07.4": [
        (shuffled_each_apart, "You shuffled each array in"),
        (shuffled_pairs_only, "Only user and film"),
        (shuffled_with_replacement, "Some ratings occur twice and"),
        (shuffled_not_at_all, "Nothing was shuffled"),
        (shuffled_backwards, "not random"),
        (shuffled_by_its_own_seed, "same in every epoch"),
        (shuffled_in_place, "Your function changed its"),
        (shuffled_as_one_table, "Return three arrays: user,"),
    ],
    "07.6": [
        (step_swapped, "return the new P first"),
        (step_careless, "yet. An id that repeats counts"),
        (step_on_rows, "Two mistakes. An id that repeats"),
        (step_on_rows_in_turn, "Three mistakes."),
        (step_on_rows_one_after_the_other, "`-=` on rows. The gradient of Q used the new P"),
        (step_one_after_the_other, "yet. The gradient of Q used the new P"),
        (step_q_first, "used the new Q"),
        (step_without_any_two, "missing twice"),
        (step_without_two, "The factor 2 is missing in"),
        (step_half_a_penalty, "2 of the penalty"),
        (step_without_penalty, "penalty is missing"),
        (step_of_the_sum, "sum over the batch"),
        (step_uphill, "uphill"),
        (step_error_turned_round, "target − prediction"),
        (step_penalty_grows, "away from zero"),
        (step_penalty_in_the_mean, "divided the penalty"),
        (step_penalty_on_rows, "only the rows of the batch"),
        (step_penalty_on_the_batch, "once for each of its ratings"),
        (step_in_place, "changes `P` itself"),
        (step_only_p, "Return 2 results, `return one, another`"),
        (step_too_long, "should be"),
    ],
    "07.8": [
        (nearest_by_dot_product, "You sorted by dot product,"),
        (nearest_by_distance, "You sorted by distance. The"),
        (nearest_upside_down, "reversed"),
        (nearest_upwards, "np.argsort sorts in ascending"),
        (nearest_hidden_by_zero, "You set hidden rows to 0. A"),
        (nearest_others_hidden_by_zero, "You set rows that are not"),
        (nearest_as_places, "positions among the candidates, not"),
        (nearest_as_places_without_j, "candidates without row j"),
        (nearest_behind_the_first, "skip the first position"),
        (nearest_with_itself, "Every row is its own nearest"),
        (nearest_of_candidates, "often a candidate"),
        (nearest_of_everything, "You return rows that are not"),
        (nearest_worst_first, "worst first"),
        (nearest_not_sorted, "does not sort"),
        (nearest_by_number, "should be"),
        (nearest_of_all_but_j, "For some inputs you return a"),
        (nearest_of_all, "For some inputs you return row"),
        (nearest_counted_from_one, "There are rows 0"),
        (nearest_as_cosines, "Return k ="),
    ],
}
