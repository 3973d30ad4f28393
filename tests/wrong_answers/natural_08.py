"""Natural answers of lesson 08: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np


def N(
    p,
    q,
    r,
    s,
    W,
    b,
    h,
    cat=lambda r, s: np.concatenate([r, s], axis=1),
    act=lambda z: np.maximum(z, 0),
    prod=lambda p, q: p * q,
    last=lambda x, d: np.concatenate([x, d], axis=1),
):
    return last(prod(p, q), act(cat(r, s) @ W + b)) @ h


def wrong_08_2_swapped(p, q, r, s, W, b, h):
    return N(p, q, s, r, W, b, h)


def wrong_08_2_no_relu(p, q, r, s, W, b, h):
    return N(p, q, r, s, W, b, h, act=lambda z: z)


def wrong_08_2_plus(p, q, r, s, W, b, h):
    return N(p, q, r, s, W, b, h, prod=lambda p, q: p + q)


def wrong_08_2_axis0(p, q, r, s, W, b, h):
    return N(p, q, r, s, W, b, h, cat=lambda r, s: np.concatenate([r, s]))


def wrong_08_2_dense_first(p, q, r, s, W, b, h):
    return N(p, q, r, s, W, b, h, last=lambda x, d: np.concatenate([d, x], axis=1))


def wrong_08_2_dot(p, q, r, s, W, b, h):
    return (p * q).sum(axis=1) + np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0) @ h[p.shape[1] :]


def wrong_08_2_no_b(p, q, r, s, W, b, h):
    return N(p, q, r, s, W, 0 * b, h)


def wrong_08_2_tanh(p, q, r, s, W, b, h):
    return N(p, q, r, s, W, b, h, act=np.tanh)


def wrong_08_2_sigmoid(p, q, r, s, W, b, h):
    return 1 / (1 + np.exp(-N(p, q, r, s, W, b, h)))


def wrong_08_2_unsummed(p, q, r, s, W, b, h):
    return np.concatenate([p * q, np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0)], axis=1) * h


def wrong_08_2_keepdims(p, q, r, s, W, b, h):
    return N(p, q, r, s, W, b, h)[:, None]


def wrong_08_2_relu_end(p, q, r, s, W, b, h):
    return np.maximum(N(p, q, r, s, W, b, h), 0)


def wrong_08_2_mlp_only(p, q, r, s, W, b, h):
    return np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0) @ h[p.shape[1] :]


def wrong_08_2_rs_product(p, q, r, s, W, b, h):
    return N(p, q, r * s, r * s, W, b, h)


def wrong_08_2_h_split(p, q, r, s, W, b, h):
    return (p * q) @ h[-p.shape[1] :] + np.maximum(np.concatenate([r, s], axis=1) @ W + b, 0) @ h[: len(b)]


def wrong_08_2_mean(p, q, r, s, W, b, h):
    return N(p, q, r, s, W, b, h) / len(h)


def right_08_2_split(p, q, r, s, W, b, h):
    k = r.shape[1]
    return (p * q) @ h[: p.shape[1]] + np.maximum(r @ W[:k] + s @ W[k:] + b, 0) @ h[p.shape[1] :]


def right_08_2_loop(p, q, r, s, W, b, h):
    return [float(np.append(a * c, np.maximum(np.append(d, e) @ W + b, 0)) @ h) for a, c, d, e in zip(p, q, r, s)]


def wrong_08_4_from_0(vocabulary, ids):
    d = {v: k for k, v in enumerate(vocabulary)}
    return np.array([d.get(i, 0) for i in ids])


def wrong_08_4_sorted(vocabulary, ids):
    d = {v: k for k, v in enumerate(sorted(vocabulary), 1)}
    return np.array([d.get(i, 0) for i in ids])


def wrong_08_4_key(vocabulary, ids):
    d = {v: k for k, v in enumerate(vocabulary, 1)}
    return np.array([d[i] for i in ids])


def wrong_08_4_none(vocabulary, ids):
    d = {v: k for k, v in enumerate(vocabulary, 1)}
    return np.array([d.get(i) for i in ids])


def wrong_08_4_minus(vocabulary, ids):
    d = {v: k for k, v in enumerate(vocabulary, 1)}
    return np.array([d.get(i, -1) for i in ids])


def wrong_08_4_searchsorted(vocabulary, ids):
    return np.searchsorted(np.sort(vocabulary), ids) + 1


def wrong_08_4_last(vocabulary, ids):
    d = {v: k for k, v in enumerate(vocabulary, 1)}
    return np.array([d.get(i, len(d) + 1) for i in ids])


def wrong_08_4_dropped(vocabulary, ids):
    return np.array([vocabulary.index(i) + 1 for i in ids if i in vocabulary])


def wrong_08_4_reverse_dict(vocabulary, ids):
    d = dict(enumerate(vocabulary, 1))
    return np.array([d.get(i, 0) for i in ids])


def wrong_08_4_isin(vocabulary, ids):
    return np.isin(ids, vocabulary).astype(int)


def wrong_08_4_unknown_itself(vocabulary, ids):
    d = {v: k for k, v in enumerate(vocabulary, 1)}
    return np.array([d.get(i, i) for i in ids])


def wrong_08_4_from_2(vocabulary, ids):
    d = {v: k for k, v in enumerate(vocabulary, 2)}
    return np.array([d.get(i, 1) for i in ids])


def wrong_08_4_unique(vocabulary, ids):
    d = {v: k for k, v in enumerate(vocabulary, 1)}
    return np.array([d.get(i, 0) for i in np.unique(ids)])


def wrong_08_4_codes(vocabulary, ids):
    return np.unique(ids, return_inverse=True)[1]


def wrong_08_4_floats(vocabulary, ids):
    return np.array([vocabulary.index(i) + 1.0 if i in vocabulary else 0.0 for i in ids])


def right_08_4_list(vocabulary, ids):
    return [vocabulary.index(i) + 1 if i in vocabulary else 0 for i in ids.tolist()]


def right_08_4_matrix(vocabulary, ids):
    return (ids[:, None] == np.array(vocabulary)) @ np.arange(1, len(vocabulary) + 1)


def neg(low=1, high=None, reject=True, once=False, gen=None, redraw_low=None):
    def f(rng, user, is_seen):
        rng = gen() if gen else rng
        top = high(is_seen) if high else is_seen.shape[1]
        item = rng.integers(low, top, len(user))
        while reject and (w := is_seen[user, item]).any():
            item[w] = rng.integers(low, top, w.sum())
            if once:
                break
        return item

    return f


wrong_08_7_rows = neg(high=lambda s: s.shape[0])
wrong_08_7_padding = neg(low=0)
wrong_08_7_last_missing = neg(high=lambda s: s.shape[1] - 1)
wrong_08_7_beyond = neg(high=lambda s: s.shape[1] + 1)
wrong_08_7_not_rejected = neg(reject=False)
wrong_08_7_once = neg(once=True)
wrong_08_7_own_generator = neg(gen=lambda: np.random.default_rng(0))
wrong_08_7_from_2 = neg(low=2)


def wrong_08_7_first_line_only(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[1], len(user))
    while (w := is_seen[user, item]).any():
        item[w] = rng.integers(1, is_seen.shape[0], w.sum())
    return item


def wrong_08_7_one_item(rng, user, is_seen):
    return neg()(rng, user[:1], is_seen)


def wrong_08_7_mask(rng, user, is_seen):
    return ~is_seen[user, rng.integers(1, is_seen.shape[1], len(user))]


def wrong_08_7_filtered(rng, user, is_seen):
    i = rng.integers(1, is_seen.shape[1], len(user))
    return i[~is_seen[user, i]]


def wrong_08_7_argmin(rng, user, is_seen):
    return np.asarray(is_seen)[user, 1:].argmin(axis=1) + 1


def right_08_7_choice(rng, user, is_seen):
    return np.array([rng.choice(np.flatnonzero(~np.asarray(is_seen)[u, 1:]) + 1) for u in user])


def right_08_7_keys(rng, user, is_seen):
    k = rng.random((len(user), is_seen.shape[1]))
    k[np.asarray(is_seen)[user]] = -1
    k[:, 0] = -1
    return k.argmax(axis=1)


def wrong_08_8_swapped(valid, patience):
    return right_08_8_plain(valid, patience)[::-1]


def wrong_08_8_zero(valid, patience):
    b, e = right_08_8_plain(valid, patience)
    return b - 1, e


def wrong_08_8_both_zero(valid, patience):
    b, e = right_08_8_plain(valid, patience)
    return b - 1, e - 1


def wrong_08_8_ge(valid, patience):
    best, be = -np.inf, 0
    for e, v in enumerate(valid, 1):
        if v >= best:
            best, be = v, e
        if e - be >= patience:
            break
    return be, e


def wrong_08_8_late(valid, patience):
    best, be = -np.inf, 0
    for e, v in enumerate(valid, 1):
        if v > best:
            best, be = v, e
        if e - be > patience:
            break
    return be, e


def wrong_08_8_lower(valid, patience):
    best, be = np.inf, 0
    for e, v in enumerate(valid, 1):
        if v < best:
            best, be = v, e
        if e - be >= patience:
            break
    return be, e


def wrong_08_8_value(valid, patience):
    b, e = right_08_8_plain(valid, patience)
    return valid[b - 1], e


def wrong_08_8_argmax(valid, patience):
    return int(np.argmax(valid)) + 1, len(valid)


def wrong_08_8_best_of_all(valid, patience):
    return int(np.argmax(valid)) + 1, right_08_8_plain(valid, patience)[1]


def wrong_08_8_no_reset(valid, patience):
    best, be, w = -np.inf, 0, 0
    for e, v in enumerate(valid, 1):
        if v > best:
            best, be = v, e
        else:
            w += 1
        if w >= patience:
            break
    return be, e


def wrong_08_8_previous(valid, patience):
    w = 0
    for e, v in enumerate(valid, 1):
        w = w + 1 if e > 1 and v <= valid[e - 2] else 0
        if w >= patience:
            break
    return int(np.argmax(valid[:e])) + 1, e


def wrong_08_8_best_zero(valid, patience):
    best, be = 0, 0
    for e, v in enumerate(valid, 1):
        if v > best:
            best, be = v, e
        if e - be >= patience:
            break
    return be, e


def wrong_08_8_last(valid, patience):
    e = right_08_8_plain(valid, patience)[1]
    return e, e


def wrong_08_8_before(valid, patience):
    best, be = -np.inf, 0
    for e, v in enumerate(valid, 1):
        if e - be >= patience:
            break
        if v > best:
            best, be = v, e
    return be, e


def wrong_08_8_waited(valid, patience):
    b, e = right_08_8_plain(valid, patience)
    return b, e - b


def right_08_8_plain(valid, patience):
    for e in range(1, len(valid) + 1):
        b = valid.index(max(valid[:e])) + 1
        if e - b >= patience:
            break
    return b, e


def right_08_8_array(valid, patience):
    c = np.maximum.accumulate(valid)
    b = np.array([int(np.argmax(np.array(valid) == x)) for x in c])
    stop = [e for e in range(len(valid)) if e - b[e] >= patience]
    e = stop[0] if stop else len(valid) - 1
    return np.array([b[e] + 1, e + 1])


NATURAL = {
    "08.2": [
        (wrong_08_2_swapped, "Your hidden layer reads items before users."),
        (wrong_08_2_no_relu, "The ReLU of the hidden layer is missing."),
        (wrong_08_2_plus, "You added `p` and `q`. The product arm"),
        (wrong_08_2_axis0, "Shapes do not fit. Concatenate with axis=1:"),
        (wrong_08_2_dense_first, "The arms are swapped before the last layer:"),
        (wrong_08_2_dot, "You add up the products before `h`. Keep all"),
        (wrong_08_2_no_b, "The bias `b` of the hidden layer is missing."),
        (wrong_08_2_tanh, "The nonlinearity is a ReLU, not tanh:"),
        (wrong_08_2_sigmoid, "You return probabilities. Return the scores,"),
        (wrong_08_2_unsummed, "The last step multiplies by `h` *and* adds"),
        (wrong_08_2_keepdims, "Your scores have shape (batch, 1). Return"),
        (wrong_08_2_relu_end, "Your last layer has a ReLU. Scores may be"),
        (wrong_08_2_mlp_only, "This is the dense arm alone. Concatenate the"),
        (wrong_08_2_rs_product, "You multiplied `r` by `s`. The dense arm"),
        (wrong_08_2_h_split, "The arms are swapped before the last layer:"),
        (wrong_08_2_mean, "Your result is `len(h)` times too small: do you return a mean"),
    ],
    "08.4": [
        (wrong_08_4_from_0, "Your rows begin at 0. Row 0 is for unknown"),
        (wrong_08_4_sorted, "You sorted the vocabulary. Keep its order,"),
        (wrong_08_4_key, "The id np.int64(81) is not in the vocabulary;"),
        (wrong_08_4_none, "Your function gives None to an unknown id."),
        (wrong_08_4_minus, "You give −1 to unknown ids, which NumPy"),
        (wrong_08_4_searchsorted, "`np.searchsorted` needs a *sorted* list, and"),
        (wrong_08_4_last, "You give unknown ids a row after the last"),
        (wrong_08_4_dropped, "You left out unknown ids, so the rows no"),
        (wrong_08_4_reverse_dict, "Your dictionary maps rows to ids. Reverse"),
        (wrong_08_4_isin, "You return whether an id is known. Return"),
        (wrong_08_4_unknown_itself, "You return an unknown id unchanged. Give it"),
        (wrong_08_4_from_2, "You use the rows of a layer with a mask"),
        (wrong_08_4_unique, "An id may occur twice in `ids`. Return one"),
        (wrong_08_4_codes, "You numbered the ids by their own order. The"),
        (wrong_08_4_floats, "Your rows are floats, and a float cannot index"),
    ],
    "08.7": [
        (wrong_08_7_rows, "Your loop does not end: some user has seen"),
        (wrong_08_7_padding, "You draw item 0, which is padding. Begin at 1."),
        (wrong_08_7_last_missing, "Your loop does not end: some user has seen"),
        (wrong_08_7_beyond, "With 4 users and 9 films you draw an item that"),
        (wrong_08_7_not_rejected, "Some of your negatives were seen by their user."),
        (wrong_08_7_once, "Some of your negatives were seen by their user."),
        (wrong_08_7_own_generator, "Another generator gives the same films. Draw"),
        (wrong_08_7_from_2, "Your loop does not end: some user has seen"),
        (wrong_08_7_first_line_only, "Your loop does not end: some user has seen"),
        (wrong_08_7_one_item, "Return one item for each of the 1200 entries"),
        (wrong_08_7_mask, "Your items are of type bool"),
        (wrong_08_7_filtered, "Return one item for each of the 1200 entries"),
        (wrong_08_7_argmin, "Another generator gives the same films. Draw"),
    ],
    "08.8": [
        (wrong_08_8_swapped, "The two numbers are the wrong way round: the"),
        (wrong_08_8_zero, "Your best epoch is one too small: counting"),
        (wrong_08_8_both_zero, "Your epochs begin at 0. The first epoch is"),
        (wrong_08_8_ge, "An equal value is not a *new* best: in a"),
        (wrong_08_8_late, "Your function stops one epoch late. Stop as"),
        (wrong_08_8_lower, "You look for the smallest value. A larger"),
        (wrong_08_8_value, "Your first number is the best value. Return"),
        (wrong_08_8_argmax, "Your function never stops early. Stop when"),
        (wrong_08_8_best_of_all, "Your best epoch may come after the stop."),
        (wrong_08_8_no_reset, "You never reset the count. After a new best,"),
        (wrong_08_8_previous, "You compare with the previous epoch. Compare"),
        (wrong_08_8_best_zero, "Your best value starts at 0, but a metric"),
        (wrong_08_8_last, "You return the last epoch as the best."),
        (wrong_08_8_before, "You check the patience before the"),
        (wrong_08_8_waited, "Your second number counts the epochs since the"),
    ],
}

RIGHT = {
    "08.2": [right_08_2_split, right_08_2_loop],
    "08.4": [right_08_4_list, right_08_4_matrix],
    "08.7": [right_08_7_choice, right_08_7_keys],
    "08.8": [right_08_8_plain, right_08_8_array],
}

# More answers, as people write them


def print_nothing(result):
    """In the place of print, so that the message of the check stands alone."""


def relu_of(z):
    return np.maximum(z, 0)


def side_by_side(*a):
    return np.concatenate(a, axis=1)


def sampler(first=1, hi1=0, hi2=0, s1=1, s2=1):
    def f(rng, user, is_seen):
        item = rng.integers(first, is_seen.shape[s1] + hi1, len(user))
        while (bad := is_seen[user, item]).any():
            item[bad] = rng.integers(first, is_seen.shape[s2] + hi2, bad.sum())
        return item

    return f


def more_08_2_max_not_maximum(p, q, r, s, W, b, h):
    return side_by_side(p * q, np.max(side_by_side(r, s) @ W + b, 0)) @ h


def more_08_2_max_axis1(p, q, r, s, W, b, h):
    return side_by_side(p * q, np.max(side_by_side(r, s) @ W + b, axis=1, keepdims=True)) @ h


def more_08_2_outer_pq(p, q, r, s, W, b, h):
    return side_by_side(p @ q.T, relu_of(side_by_side(r, s) @ W + b)) @ h


def more_08_2_dense_unweighted(p, q, r, s, W, b, h):
    return (p * q) @ h[: p.shape[1]] + relu_of(side_by_side(r, s) @ W + b).sum(axis=1)


def more_08_2_products_unweighted(p, q, r, s, W, b, h):
    return (p * q).sum(axis=1) + relu_of(side_by_side(r, s) @ W + b) @ h[-W.shape[1] :]


def more_08_2_sigmoid_hidden(p, q, r, s, W, b, h):
    return side_by_side(p * q, 1 / (1 + np.exp(-(side_by_side(r, s) @ W + b)))) @ h


def more_08_2_leaky(p, q, r, s, W, b, h):
    z = side_by_side(r, s) @ W + b
    return side_by_side(p * q, np.where(z > 0, z, 0.01 * z)) @ h


def more_08_2_absolute(p, q, r, s, W, b, h):
    return side_by_side(p * q, abs(side_by_side(r, s) @ W + b)) @ h


def more_08_2_minimum(p, q, r, s, W, b, h):
    return side_by_side(p * q, np.minimum(side_by_side(r, s) @ W + b, 0)) @ h


def more_08_2_stacked(p, q, r, s, W, b, h):
    return side_by_side(p * q, relu_of(np.stack([r, s], axis=1) @ W + b)) @ h


def more_08_2_vstacked(p, q, r, s, W, b, h):
    return np.vstack([p * q, relu_of(np.hstack([r, s]) @ W + b)]) @ h


def more_08_2_added_rs(p, q, r, s, W, b, h):
    return side_by_side(p * q, relu_of((r + s) @ W + b)) @ h


def more_08_2_mean_not_sum(p, q, r, s, W, b, h):
    return (side_by_side(p * q, relu_of(side_by_side(r, s) @ W + b)) * h).mean(axis=1)


def more_08_2_return_in_loop(p, q, r, s, W, b, h):
    for i in range(len(p)):
        return np.append(p[i] * q[i], relu_of(np.append(r[i], s[i]) @ W + b)) @ h


def more_08_2_summed_batch(p, q, r, s, W, b, h):
    return (side_by_side(p * q, relu_of(side_by_side(r, s) @ W + b)) @ h).sum()


def more_08_2_printed(p, q, r, s, W, b, h):
    print_nothing(side_by_side(p * q, relu_of(side_by_side(r, s) @ W + b)) @ h)


def more_08_2_bias_minus(p, q, r, s, W, b, h):
    return side_by_side(p * q, relu_of(side_by_side(r, s) @ W - b)) @ h


def more_08_2_product_in_hidden(p, q, r, s, W, b, h):
    return relu_of(side_by_side(r, s) @ W + b) @ h[: W.shape[1]] + (p * q) @ h[W.shape[1] :]


def more_08_2_pq_minus(p, q, r, s, W, b, h):
    return side_by_side(p - q, relu_of(side_by_side(r, s) @ W + b)) @ h


def more_08_2_arms_exchanged(p, q, r, s, W, b, h):
    return side_by_side(r * s, relu_of(side_by_side(p, q) @ W + b)) @ h


def more_08_2_normalised_pq(p, q, r, s, W, b, h):
    def n(x):
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    return side_by_side(n(p) * n(q), relu_of(side_by_side(r, s) @ W + b)) @ h


def more_08_2_hidden_twice_b(p, q, r, s, W, b, h):
    return side_by_side(p * q, relu_of(relu_of(side_by_side(r, s) @ W + b) + b)) @ h


def more_08_2_no_relu_no_bias(p, q, r, s, W, b, h):
    return side_by_side(p * q, side_by_side(r, s) @ W) @ h


def more_08_2_swapped_and_order(p, q, r, s, W, b, h):
    return side_by_side(relu_of(side_by_side(s, r) @ W + b), p * q) @ h


def more_08_4_list_index(vocabulary, ids):
    return np.array([vocabulary.index(i) + 1 for i in ids])


def more_08_4_get_array(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary, start=1)}
    return row_of.get(ids, 0)


def more_08_4_vocab_sorted_inplace(vocabulary, ids):
    vocabulary.sort()
    return np.array([vocabulary.index(i) + 1 if i in vocabulary else 0 for i in ids])


def more_08_4_returns_dict(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary, start=1)}
    return {i: row_of.get(i, 0) for i in ids.tolist()}


def more_08_4_first_only(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary, start=1)}
    for i in ids:
        return row_of.get(i, 0)


def more_08_4_nan_unknown(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary, start=1)}
    return np.array([row_of.get(i, np.nan) for i in ids])


def more_08_4_as_strings(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary, start=1)}
    return np.array([str(row_of.get(i, 0)) for i in ids])


def more_08_4_start_two(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary, start=2)}
    return np.array([row_of.get(i, 0) for i in ids])


def more_08_4_from_back(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary[::-1], start=1)}
    return np.array([row_of.get(i, 0) for i in ids])


def more_08_4_one_hot(vocabulary, ids):
    return (ids[:, None] == np.array(vocabulary)).astype(int)


def more_08_4_argmax_noun(vocabulary, ids):
    return (ids[:, None] == np.array(vocabulary)).argmax(axis=1)


def more_08_4_argmax_plus1(vocabulary, ids):
    return (ids[:, None] == np.array(vocabulary)).argmax(axis=1) + 1


def more_08_4_drop_last(vocabulary, ids):
    row_of = {raw: row for row, raw in enumerate(vocabulary[:-1], start=1)}
    return np.array([row_of.get(i, 0) for i in ids])


def more_08_4_inserted(vocabulary, ids):
    vocabulary.insert(0, -1)
    return np.array([vocabulary.index(i) if i in vocabulary else 0 for i in ids])


more_08_7_first_line_only = sampler(s2=0)

more_08_7_second_line_only = sampler(s1=0)

more_08_7_plus1 = sampler(hi1=1, hi2=1)

more_08_7_minus1 = sampler(hi1=-1, hi2=-1)

more_08_7_from0 = sampler(first=0)


def more_08_7_if_once(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[1], len(user))
    bad = is_seen[user, item]
    item[bad] = rng.integers(1, is_seen.shape[1], bad.sum())
    return item


def more_08_7_redraw_all(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[1], len(user))
    while is_seen[user, item].any():
        item = rng.integers(1, is_seen.shape[1], len(user))
    return item


def more_08_7_index_swapped(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[1], len(user))
    while (bad := is_seen[item, user]).any():
        item[bad] = rng.integers(1, is_seen.shape[1], bad.sum())
    return item


def more_08_7_max_user(rng, user, is_seen):
    item = rng.integers(1, max(user), len(user))
    while (bad := is_seen[user, item]).any():
        item[bad] = rng.integers(1, max(user), bad.sum())
    return item


def more_08_7_step_on(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[1], len(user))
    while (bad := is_seen[user, item]).any():
        item[bad] += 1
    return item


def more_08_7_seen_drawn(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[1], len(user))
    while (bad := ~is_seen[user, item]).any():
        item[bad] = rng.integers(1, is_seen.shape[1], bad.sum())
    return item


def more_08_7_own_rng(rng, user, is_seen):
    return sampler()(np.random.default_rng(0), user, is_seen)


def more_08_7_one_scalar(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[1], len(user))
    while (bad := is_seen[user, item]).any():
        item[bad] = rng.integers(1, is_seen.shape[1])
    return item


def more_08_7_dropped_wrong(rng, user, is_seen):
    item = rng.integers(1, is_seen.shape[1], len(user))
    return item[~is_seen[user, item]]


def more_08_7_one_per_user(rng, user, is_seen):
    pick = {u: rng.choice(np.flatnonzero(~is_seen[u, 1:]) + 1) for u in set(user.tolist())}
    return np.array([pick[u] for u in user.tolist()])


def more_08_7_floats(rng, user, is_seen):
    return sampler()(rng, user, is_seen).astype(float)


def more_08_7_returns_none(rng, user, is_seen):
    sampler()(rng, user, is_seen)


def more_08_7_choose_with_pad(rng, user, is_seen):
    return np.array([rng.choice(np.flatnonzero(~is_seen[u])) for u in user])


def more_08_7_changes_seen(rng, user, is_seen):
    item = sampler()(rng, user, is_seen)
    is_seen[user, item] = True
    return item


def more_08_8_uncapped(valid, patience):
    b = int(np.argmax(valid)) + 1
    return b, b + patience


def more_08_8_reach(valid, patience):
    best, be = -np.inf, 0
    for e, v in enumerate(valid, 1):
        if v > best:
            best, be = v, e
        if e - be >= patience:
            break
    return be, be + patience


def more_08_8_no_break(valid, patience):
    best, be, bad = -np.inf, 0, 0
    for e, v in enumerate(valid, 1):
        if v > best:
            best, be, bad = v, e, 0
        else:
            bad += 1
        if bad == patience:
            pass
    return be, e


def more_08_8_only_best(valid, patience):
    best, be = -np.inf, 0
    for e, v in enumerate(valid, 1):
        if v > best:
            best, be = v, e
        if e - be >= patience:
            break
    return be


def more_08_8_min_delta(valid, patience):
    best, be = -np.inf, 0
    for e, v in enumerate(valid, 1):
        if v > best + 0.15:
            best, be = v, e
        if e - be >= patience:
            break
    return be, e


def more_08_8_best_not_updated(valid, patience):
    best, be = valid[0], 1
    for e, v in enumerate(valid, 1):
        if v > best:
            be = e
        if e - be >= patience:
            break
    return be, e


def more_08_8_else_missing_zero(valid, patience):
    best, be, bad = -np.inf, 0, 0
    for e, v in enumerate(valid):
        if v > best:
            best, be, bad = v, e, 0
        else:
            bad += 1
            if bad >= patience:
                break
    return be, e


def more_08_8_return_none_at_end(valid, patience):
    best, be = -np.inf, 0
    for e, v in enumerate(valid, 1):
        if v > best:
            best, be = v, e
        if e - be >= patience:
            return be, e


def more_08_8_bad_else_only_returns_value(valid, patience):
    best, be = -np.inf, 0
    for e, v in enumerate(valid, 1):
        if v > best:
            best, be = v, e
        if e - be >= patience:
            break
    return best, be


def more_08_8_patience_total(valid, patience):
    return int(np.argmax(valid[:patience])) + 1, min(patience, len(valid))


def more_08_8_patience_plus1_total(valid, patience):
    return int(np.argmax(valid[: patience + 1])) + 1, min(patience + 1, len(valid))


def more_08_8_drops_only(valid, patience):  # strict falls in a row, ties tolerated
    bad = 0
    e = 1
    for e in range(1, len(valid) + 1):
        bad = bad + 1 if e > 1 and valid[e - 1] < valid[e - 2] else 0
        if bad >= patience:
            break
    return int(np.argmax(valid[:e])) + 1, e


def more_08_8_ties_reset(valid, patience):
    best, be, bad = -np.inf, 0, 0
    for e, v in enumerate(valid, 1):
        if v >= best:
            if v > best:
                be = e
            best, bad = v, 0
        else:
            bad += 1
        if bad >= patience:
            break
    return be, e


def more_08_8_sorts(valid, patience):
    valid.sort()
    return len(valid), len(valid)


def more_08_8_last_best(valid, patience):
    n = len(valid)
    b = n - int(np.argmax(valid[::-1]))
    return b, n


def more_08_2_loops(p, q, r, s, W, b, h):
    out = []
    for i in range(len(p)):
        v = list(p[i] * q[i])
        x = list(r[i]) + list(s[i])
        for u in range(W.shape[1]):
            v.append(max(0.0, sum(x[k] * W[k, u] for k in range(len(x))) + b[u]))
        out.append(sum(a * c for a, c in zip(v, h)))
    return out


def more_08_2_einsum(p, q, r, s, W, b, h):
    d = p.shape[1]
    return np.einsum("bi,bi,i->b", p, q, h[:d]) + np.einsum(
        "bj,j->b", np.clip(np.einsum("bk,kj->bj", np.hstack([r, s]), W) + b, 0, None), h[d:]
    )


def more_08_2_kops(p, q, r, s, W, b, h):
    from keras import ops

    p, q, r, s, W, b, h = (ops.convert_to_tensor(x, "float32") for x in (p, q, r, s, W, b, h))
    return ops.matmul(ops.concatenate([p * q, ops.relu(ops.matmul(ops.concatenate([r, s], 1), W) + b)], 1), h)


def more_08_2_f32(p, q, r, s, W, b, h):
    p, q, r, s, W, b, h = (x.astype("float32") for x in (p, q, r, s, W, b, h))
    z = np.c_[r, s] @ W + b
    return np.c_[p * q, z * (z > 0)] @ h


def more_08_2_splitW(p, q, r, s, W, b, h):
    k = r.shape[1]
    return (np.column_stack([p * q, np.where((z := r @ W[:k] + s @ W[k:] + b) > 0, z, 0)]) @ h.reshape(-1, 1)).ravel()


def more_08_4_pd_map(vocabulary, ids):
    import pandas as pd

    return pd.Series(ids).map({v: k + 1 for k, v in enumerate(vocabulary)}).fillna(0).astype(int)


def more_08_4_bcast(vocabulary, ids):
    m = ids[:, None] == np.array(vocabulary)
    return np.where(m.any(1), m.argmax(1) + 1, 0).astype("int32")


def more_08_4_keras_layer(vocabulary, ids):
    from keras import layers

    return layers.IntegerLookup(vocabulary=np.array(vocabulary))(ids)


def more_08_4_lst(vocabulary, ids):
    return [vocabulary.index(i) + 1 if i in vocabulary else 0 for i in ids.tolist()]


def more_08_7_per_user(rng, user, is_seen):
    return np.array([rng.choice(np.flatnonzero(~is_seen[u, 1:]) + 1) for u in user])


def more_08_7_byweights(rng, user, is_seen):
    x = rng.random((len(user), is_seen.shape[1]))
    x[:, 0] = -1
    x[is_seen[user]] = -1
    return x.argmax(1)


def more_08_7_lists(rng, user, is_seen):
    out = []
    for u in user:
        i = int(rng.integers(1, is_seen.shape[1]))
        while is_seen[u, i]:
            i = int(rng.integers(1, is_seen.shape[1]))
        out.append(i)
    return out


def more_08_8_recursive(valid, patience):
    for n in range(1, len(valid) + 1):
        b = valid.index(max(valid[:n])) + 1
        if n - b >= patience:
            break
    return np.array([b, n])


def more_08_8_vec(valid, patience):
    v = np.array(valid)
    np.maximum.accumulate(v)
    first = np.array([np.argmax(v[: i + 1]) + 1 for i in range(len(v))])
    stop = np.flatnonzero(np.arange(1, len(v) + 1) - first >= patience)
    n = stop[0] + 1 if len(stop) else len(v)
    return [int(first[n - 1]), int(n)]


def more_08_8_counter(valid, patience):
    best = None
    bad = 0
    for i, v in enumerate(valid):
        if best is None or v > valid[best]:
            best = i
            bad = 0
        else:
            bad += 1
        if bad == patience:
            break
    return best + 1, i + 1


for id, answers in {
    "08.2": [
        (more_08_2_max_not_maximum, "Both arms need the shape (batch, …) before"),
        (more_08_2_max_axis1, "Shapes do not fit. Concatenate with axis=1:"),
        (more_08_2_outer_pq, "Shapes do not fit. Concatenate with axis=1:"),
        (more_08_2_dense_unweighted, "You add up the units of the dense arm"),
        (more_08_2_products_unweighted, "You add up the products before `h`. Keep all"),
        (more_08_2_sigmoid_hidden, "The nonlinearity is a ReLU, not a sigmoid: np."),
        (more_08_2_leaky, "Your ReLU lets part of the negative numbers"),
        (more_08_2_absolute, "Your hidden layer takes absolute values. A ReL"),
        (more_08_2_minimum, "Your hidden layer keeps the negative numbers."),
        (more_08_2_stacked, "Shapes do not fit. Concatenate with axis=1:"),
        (more_08_2_vstacked, "Shapes do not fit. Concatenate with axis=1:"),
        (more_08_2_added_rs, "Shapes do not fit. Concatenate with axis=1:"),
        (more_08_2_mean_not_sum, "Your result is `len(h)` times too small: do you return a mean"),
        (more_08_2_return_in_loop, "You return only the first entry along axis 0."),
        (more_08_2_summed_batch, "You took the sum over axis 0, which should sta"),
        (more_08_2_printed, "Your function returned None for one of the inp"),
        (more_08_2_bias_minus, "You subtract the bias `b`. Add it."),
        (more_08_2_product_in_hidden, "The arms are swapped before the last layer:"),
        (more_08_2_pq_minus, "You subtracted `q` from `p`. The product arm m"),
        (more_08_2_arms_exchanged, "Shapes do not fit. Concatenate with axis=1:"),
        (more_08_2_normalised_pq, "You divide the rows `p` and `q` by their"),
        (more_08_2_hidden_twice_b, None),
        (more_08_2_no_relu_no_bias, "Two mistakes. The ReLU of the hidden layer is"),
        (more_08_2_swapped_and_order, "Two mistakes. Your hidden layer reads items"),
    ],
    "08.4": [
        (more_08_4_list_index, "`index` fails for an id that is not in the lis"),
        (more_08_4_get_array, "A dictionary looks up one id at a time, not"),
        (more_08_4_vocab_sorted_inplace, "You sorted the vocabulary. Keep its order,"),
        (more_08_4_returns_dict, "You return a dictionary. Return one row for ea"),
        (more_08_4_first_only, "You return only the first entry along axis 0."),
        (more_08_4_nan_unknown, "Your rows are floats, and a float cannot index"),
        (more_08_4_as_strings, "Your rows are text, and text cannot index a ta"),
        (more_08_4_start_two, "Your known ids begin at row 2. The first one"),
        (more_08_4_from_back, "You count the rows from the end of the"),
        (more_08_4_one_hot, "You return a table that compares each id with"),
        (more_08_4_argmax_noun, "Your rows begin at 0. Row 0 is for unknown"),
        (more_08_4_argmax_plus1, "You give row 1 to unknown ids, but it"),
        (more_08_4_drop_last, "You give row 0 to the last id of the"),
        (more_08_4_inserted, "The result is right, but your function changes"),
    ],
    "08.7": [
        (more_08_7_first_line_only, "Your loop does not end: some user has seen"),
        (more_08_7_second_line_only, "Films [5, 6, 8] of 9 are never drawn for some"),
        (more_08_7_plus1, "With 4 users and 9 films you draw an item that"),
        (more_08_7_minus1, "Your loop does not end: some user has seen"),
        (more_08_7_from0, "You draw item 0, which is padding. Begin at 1."),
        (more_08_7_if_once, "Some of your negatives were seen by their user"),
        (more_08_7_redraw_all, "You draw every film again in each round,"),
        (more_08_7_index_swapped, "You index `is_seen[item, user]`, but its"),
        (more_08_7_max_user, "Your loop does not end: some user has seen"),
        (more_08_7_step_on, "With 4 users and 9 films you draw an item that"),
        (more_08_7_seen_drawn, "Some of your negatives were seen by their user"),
        (more_08_7_own_rng, "Another generator gives the same films. Draw"),
        (more_08_7_one_scalar, "A user has 5 unseen films, and film 5 is 54% o"),
        (more_08_7_dropped_wrong, "Return one item for each of the 1200 entries"),
        (more_08_7_one_per_user, "Films [1, 2, 3, 4, 5, 6, 8] of 9 are never dra"),
        (more_08_7_floats, "Your items are of type float64, which cannot i"),
        (more_08_7_returns_none, "Your function returned None for one of the inp"),
        (more_08_7_choose_with_pad, "You draw item 0, which is padding. Begin at 1."),
        (more_08_7_changes_seen, "Your function changes `user` or `is_seen`, whi"),
    ],
    "08.8": [
        (more_08_8_uncapped, None),
        (more_08_8_reach, "Your second number is best epoch + patience, w"),
        (more_08_8_no_break, "Your function never stops early. Stop when"),
        (more_08_8_only_best, "Return two numbers, the best epoch and the"),
        (more_08_8_min_delta, None),
        (more_08_8_best_not_updated, "You compare each value with the first one."),
        (more_08_8_else_missing_zero, "Your epochs begin at 0. The first epoch is epo"),
        (more_08_8_return_none_at_end, "Your function returned None for one of the inp"),
        (more_08_8_bad_else_only_returns_value, "You return the best value and its epoch. Retur"),
        (more_08_8_patience_total, "`patience` counts from the last new best, not"),
        (more_08_8_patience_plus1_total, "`patience` counts from the last new best, not"),
        (more_08_8_drops_only, "You compare with the previous epoch, and an"),
        (more_08_8_ties_reset, "You restart the count at an equal value. It"),
        (more_08_8_sorts, "Your function changes `valid` itself, which it"),
        (more_08_8_last_best, "Your function goes to the end of the list"),
    ],
}.items():
    NATURAL[id] = [*NATURAL.get(id, []), *answers]

for id, answers in {
    "08.2": [more_08_2_loops, more_08_2_einsum, more_08_2_kops, more_08_2_f32, more_08_2_splitW],
    "08.4": [more_08_4_pd_map, more_08_4_bcast, more_08_4_keras_layer, more_08_4_lst],
    "08.7": [more_08_7_per_user, more_08_7_byweights, more_08_7_lists],
    "08.8": [more_08_8_recursive, more_08_8_vec, more_08_8_counter],
}.items():
    RIGHT[id] = [*RIGHT.get(id, []), *answers]
