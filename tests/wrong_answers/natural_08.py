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
        (wrong_08_2_swapped, "In your hidden layer items stand before users:"),
        (wrong_08_2_no_relu, "The ReLU of the hidden layer is missing:"),
        (wrong_08_2_plus, "You added `p` and `q`. The product arm"),
        (wrong_08_2_axis0, "Shapes do not fit. Side by side is axis=1, and"),
        (wrong_08_2_dense_first, "The arms are swapped before the last layer:"),
        (wrong_08_2_dot, "You add the products up before `h`. They stay"),
        (wrong_08_2_no_b, "The bias `b` of the hidden layer is missing."),
        (wrong_08_2_tanh, "The nonlinearity is a ReLU, not tanh:"),
        (wrong_08_2_sigmoid, "You return probabilities. The score is asked"),
        (wrong_08_2_unsummed, "The last step multiplies with `h` *and* adds"),
        (wrong_08_2_keepdims, "The scores stand in shape (batch, 1); (batch,)"),
        (wrong_08_2_relu_end, "Your last layer has a ReLU. Scores may be"),
        (wrong_08_2_mlp_only, "That is the dense arm alone. The products"),
        (wrong_08_2_rs_product, "In the dense arm `r` and `s` stand side by side"),
        (wrong_08_2_h_split, "The arms are swapped before the last layer:"),
        (wrong_08_2_mean, "Yours is `len(h)` times too small: is it a mean"),
    ],
    "08.4": [
        (wrong_08_4_from_0, "Your rows begin at 0. Row 0 is for the unknown;"),
        (wrong_08_4_sorted, "You sorted the vocabulary. Its order is the"),
        (wrong_08_4_key, "The id np.int64(81) is not in the vocabulary;"),
        (wrong_08_4_none, "An unknown id gets None in yours. Give `get`"),
        (wrong_08_4_minus, "An unknown id gets −1 in yours, which NumPy"),
        (wrong_08_4_searchsorted, "`np.searchsorted` finds positions in a *sorted*"),
        (wrong_08_4_last, "Unknown ids get a row behind the last one in"),
        (wrong_08_4_dropped, "You left unknown ids out: the answers no longer"),
        (wrong_08_4_reverse_dict, "Your dictionary leads from row to id. Reverse"),
        (wrong_08_4_isin, "You return whether an id is known. Its *row* is"),
        (wrong_08_4_unknown_itself, "An unknown id is returned as it is. It gets row"),
        (wrong_08_4_from_2, "In yours 1 is the unknown and known ids begin"),
        (wrong_08_4_unique, "An id may stand twice in `ids`: return one row"),
        (wrong_08_4_codes, "You numbered the ids among themselves. The rows"),
        (wrong_08_4_floats, "Your rows are floats, and a float cannot index"),
    ],
    "08.7": [
        (wrong_08_7_rows, "Your loop does not end: a user has seen all"),
        (wrong_08_7_padding, "You draw item 0, which is padding. Begin at 1."),
        (wrong_08_7_last_missing, "Your loop does not end: a user has seen all"),
        (wrong_08_7_beyond, "With 4 users and 9 films you draw an item that"),
        (wrong_08_7_not_rejected, "Some of your negatives were seen by their user."),
        (wrong_08_7_once, "Some of your negatives were seen by their user."),
        (wrong_08_7_own_generator, "Another generator gives the same films in"),
        (wrong_08_7_from_2, "Your loop does not end: a user has seen all"),
        (wrong_08_7_first_line_only, "Your loop does not end: a user has seen all"),
        (wrong_08_7_one_item, "One item for each of 1200 entries is asked for;"),
        (wrong_08_7_mask, "You draw item 0, which is padding. Begin at 1."),
        (wrong_08_7_filtered, "One item for each of 1200 entries is asked for;"),
        (wrong_08_7_argmin, "Another generator gives the same films in"),
    ],
    "08.8": [
        (wrong_08_8_swapped, "The two numbers are the wrong way round: the"),
        (wrong_08_8_zero, "Your best epoch is one too small: counting"),
        (wrong_08_8_both_zero, "Your epochs begin at 0. The first epoch is"),
        (wrong_08_8_ge, "An equal value is no *new* best: the first of"),
        (wrong_08_8_late, "Yours stops one epoch late: after `patience`"),
        (wrong_08_8_lower, "Yours looks for the smallest value. NDCG is"),
        (wrong_08_8_value, "Your first number is the best value. Its"),
        (wrong_08_8_argmax, "Yours never stops early: it goes to the end of"),
        (wrong_08_8_best_of_all, "Your best epoch may lie behind the stop: it was"),
        (wrong_08_8_no_reset, "You never start counting anew: a new best gives"),
        (wrong_08_8_previous, "You compare with the epoch before. Compare with"),
        (wrong_08_8_best_zero, "Yours begins with a best value of 0, but a"),
        (wrong_08_8_last, "You return the last epoch as the best. Its"),
        (wrong_08_8_before, "You look at patience before the comparison: a"),
        (wrong_08_8_waited, "Your second number counts the epochs since the"),
    ],
}

RIGHT = {
    "08.2": [right_08_2_split, right_08_2_loop],
    "08.4": [right_08_4_list, right_08_4_matrix],
    "08.7": [right_08_7_choice, right_08_7_keys],
    "08.8": [right_08_8_plain, right_08_8_array],
}
