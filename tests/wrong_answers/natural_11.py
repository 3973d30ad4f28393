"""Natural answers of lesson 11: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E731, F841, RUF059 - this is how learners write

import numpy as np


def sg(v):
    return 1 / (1 + np.exp(-v))


def wrong_11_2_shared_state(x, W, U, b):
    B, L, _ = x.shape
    state = np.zeros(len(b))
    out = np.zeros((B, L, len(b)))
    for i in range(B):
        for t in range(L):
            state = np.tanh(x[i, t] @ W + state @ U + b)
            out[i, t] = state
    return out


def wrong_11_2_state_reset_each_step(x, W, U, b):
    B, L, _ = x.shape
    out = []
    for t in range(L):
        state = np.zeros((B, len(b)))
        state = np.tanh(x[:, t] @ W + state @ U + b)
        out.append(state)
    return np.stack(out, axis=1)


def wrong_11_2_stack0(x, W, U, b):
    B, L, _ = x.shape
    s = np.zeros((B, len(b)))
    out = []
    for t in range(L):
        s = np.tanh(x[:, t] @ W + s @ U + b)
        out.append(s)
    return np.array(out)


def wrong_11_2_includes_start(x, W, U, b):
    B, L, _ = x.shape
    s = np.zeros((B, len(b)))
    out = [s]
    for t in range(L):
        s = np.tanh(x[:, t] @ W + s @ U + b)
        out.append(s)
    return np.stack(out, axis=1)


def wrong_11_2_relu(x, W, U, b):
    B, L, _ = x.shape
    s = np.zeros((B, len(b)))
    out = []
    for t in range(L):
        s = np.maximum(x[:, t] @ W + s @ U + b, 0)
        out.append(s)
    return np.stack(out, axis=1)


def wrong_11_2_adds_state(x, W, U, b):
    B, L, _ = x.shape
    s = np.zeros((B, len(b)))
    out = []
    for t in range(L):
        s = s + np.tanh(x[:, t] @ W + s @ U + b)
        out.append(s)
    return np.stack(out, axis=1)


def wrong_11_2_bias_twice(x, W, U, b):
    B, L, _ = x.shape
    s = np.zeros((B, len(b)))
    out = []
    for t in range(L):
        s = np.tanh(x[:, t] @ W + b + s @ U + b)
        out.append(s)
    return np.stack(out, axis=1)


def wrong_11_2_tanh_apart(x, W, U, b):
    B, L, _ = x.shape
    s = np.zeros((B, len(b)))
    out = []
    for t in range(L):
        s = np.tanh(x[:, t] @ W + b) + np.tanh(s @ U)
        out.append(s)
    return np.stack(out, axis=1)


def wrong_11_2_last(x, W, U, b):
    s = np.zeros((len(x), len(b)))
    for t in range(x.shape[1]):
        s = np.tanh(x[:, t] @ W + s @ U + b)
    return s


def wrong_11_2_memory_is_input_sum(x, W, U, b):
    return np.tanh(np.cumsum(x @ W, axis=1) + b)


def right_11_2_per_user(x, W, U, b):
    out = []
    for h in x:
        s = np.zeros(U.shape[0])
        r = []
        for f in h:
            s = np.tanh(b + f @ W + s @ U)
            r.append(s.tolist())
        out.append(r)
    return out


def right_11_2_float32(x, W, U, b):
    x, W, U, b = (a.astype("float32") for a in (x, W, U, b))
    o = np.zeros((*x.shape[:2], len(b)), "float32")
    s = o[:, 0] * 0
    for t in range(x.shape[1]):
        o[:, t] = s = np.tanh(x[:, t] @ W + s @ U + b)
    return o


def P(x, h, W, U, b):
    return np.split(x @ W + b[0], 3, axis=1), np.split(h @ U + b[1], 3, axis=1)


def wrong_11_5_bias_rows_swapped(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = P(x, h, W, U, b[::-1])
    z, r = sg(xz + hz), sg(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + r * hc)


def wrong_11_5_tanh_gates(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = P(x, h, W, U, b)
    z, r = np.tanh(xz + hz), np.tanh(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + r * hc)


def wrong_11_5_order_rzc_and_swap(x, h, W, U, b):
    (xr, xz, xc), (hr, hz, hc) = P(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    return (1 - z) * h + z * np.tanh(xc + r * hc)


def wrong_11_5_r_on_h_elementwise(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, _) = P(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    d = h.shape[1]
    return z * h + (1 - z) * np.tanh(xc + (r * h) @ U[:, 2 * d :] + b[1, 2 * d :])


def wrong_11_5_r_on_h_no_bias(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, _) = P(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    d = h.shape[1]
    return z * h + (1 - z) * np.tanh(xc + (r * h) @ U[:, 2 * d :])


def wrong_11_5_candidate_uses_z(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = P(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + z * hc)


def wrong_11_5_mix_with_r(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = P(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    return r * h + (1 - r) * np.tanh(xc + r * hc)


def wrong_11_5_no_hidden_in_gates(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = P(x, h, W, U, b)
    z, r = sg(xz), sg(xr)
    return z * h + (1 - z) * np.tanh(xc + r * hc)


def wrong_11_5_h_in_candidate_plain(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = P(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + r * h)


def wrong_11_5_sum_bias_first_row(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = P(x, h, W, U, np.stack([b[0], b[0]]))
    z, r = sg(xz + hz), sg(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + r * hc)


def wrong_11_5_one_gate_for_both(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = P(x, h, W, U, b)
    z = sg(xz + hz)
    return z * h + (1 - z) * np.tanh(xc + hc * (1 - z))


def right_11_5_slices(x, h, W, U, b):
    d = h.shape[1]
    a = x @ W + b[0]
    c = h @ U + b[1]
    z = sg(a[:, :d] + c[:, :d])
    r = sg((a + c)[:, d : 2 * d])
    return h + (1 - z) * (np.tanh(a[:, 2 * d :] + r * c[:, 2 * d :]) - h)


def right_11_5_tanh_sigmoid_float32(x, h, W, U, b):
    x, h, W, U, b = (v.astype("float32") for v in (x, h, W, U, b))
    (xz, xr, xc), (hz, hr, hc) = P(x, h, W, U, b)
    g = lambda v: (1 + np.tanh(v / 2)) / 2
    z, r = g(xz + hz), g(xr + hr)
    return [list(row) for row in z * h + (1 - z) * np.tanh(xc + r * hc)]


def wrong_11_7_last(states, history):
    return states[:, -1]


def wrong_11_7_argmax_bool(states, history):
    return states[np.arange(len(states)), (history > 0).argmax(axis=1)]


def wrong_11_7_flip_forgot(states, history):
    return states[np.arange(len(states)), (history[:, ::-1] > 0).argmax(axis=1)]


def wrong_11_7_flip_off(states, history):
    return states[np.arange(len(states)), history.shape[1] - (history[:, ::-1] > 0).argmax(axis=1) - 2]


def wrong_11_7_flip_len(states, history):
    return states[
        np.arange(len(states)),
        np.minimum(history.shape[1] - (history[:, ::-1] > 0).argmax(axis=1), history.shape[1] - 1),
    ]


def wrong_11_7_side_by_first(states, history):
    n = (history > 0).sum(axis=1)
    return states[np.arange(len(states)), np.where(history[:, 0] == 0, history.shape[1] - 1, n - 1)]


def wrong_11_7_side_by_last(states, history):
    n = (history > 0).sum(axis=1)
    return states[np.arange(len(states)), np.where(history[:, -1] > 0, history.shape[1] - 1, n - 1)]


def wrong_11_7_n_real(states, history):
    n = (history > 0).sum(axis=1)
    return states[np.arange(len(states)), np.minimum(n, history.shape[1] - 1)]


def wrong_11_7_places_returned(states, history):
    return ((history > 0) * np.arange(history.shape[1])).max(axis=1)


def wrong_11_7_sum(states, history):
    return (states * (history > 0)[:, :, None]).sum(axis=1)


def right_11_7_loop(states, history):
    return [s[[i for i, f in enumerate(h) if f][-1]].tolist() for s, h in zip(states, history)]


def right_11_7_flip(states, history):
    back = (history[:, ::-1] != 0).argmax(axis=1)
    return states[np.arange(len(states)), -1 - back]


def right_11_7_float32(states, history):
    pl = np.where(history > 0, np.arange(history.shape[1]), -1).max(axis=1)
    return np.take_along_axis(states.astype("float32"), pl[:, None, None], 1)[:, 0]


def wrong_11_8_one_column(model, history):
    longer = np.pad(history, ((0, 0), (0, 1)))
    return bool(np.abs(model(longer) - model(history)).max() <= 1e-5)


def wrong_11_8_front(model, history):
    return bool(np.allclose(model(np.pad(history, ((0, 0), (10, 0)))), model(history), atol=1e-5))


def wrong_11_8_both_sides(model, history):
    return bool(np.allclose(model(np.pad(history, ((0, 0), (10, 10)))), model(history), atol=1e-5))


def wrong_11_8_rows(model, history):
    longer = np.pad(history, ((0, 10), (0, 0)))
    return bool(np.abs(model(longer)[: len(history)] - model(history)).max() <= 1e-5)


def wrong_11_8_equal(model, history):
    return bool((model(np.pad(history, ((0, 0), (0, 10)))) == model(history)).all())


def wrong_11_8_any(model, history):
    return bool((np.abs(model(np.pad(history, ((0, 0), (0, 10)))) - model(history)) <= 1e-5).any())


def wrong_11_8_mean(model, history):
    return bool(np.abs(model(np.pad(history, ((0, 0), (0, 10)))) - model(history)).mean() <= 1e-5)


def wrong_11_8_min(model, history):
    return bool((model(np.pad(history, ((0, 0), (0, 10)))) - model(history)).max() <= 1e-5)


def wrong_11_8_first_user(model, history):
    return bool(np.abs(model(np.pad(history[:1], ((0, 0), (0, 10)))) - model(history[:1])).max() <= 1e-5)


def wrong_11_8_argsort(model, history):
    return bool((model(np.pad(history, ((0, 0), (0, 10)))).argsort(axis=1) == model(history).argsort(axis=1)).all())


def wrong_11_8_changed_true(model, history):
    return bool(np.abs(model(np.pad(history, ((0, 0), (0, 10)))) - model(history)).max() > 1e-5)


def wrong_11_8_ones(model, history):
    return bool(
        np.abs(model(np.concatenate([history, np.ones((len(history), 10), int)], axis=1)) - model(history)).max()
        <= 1e-5
    )


def wrong_11_8_floats(model, history):
    return bool(np.abs(model(np.hstack([history, np.zeros((len(history), 10))])) - model(history)).max() <= 1e-5)


def right_11_8_allclose(model, history):
    return np.allclose(
        model(np.hstack([history, np.zeros((len(history), 10), history.dtype)])), model(history), rtol=0, atol=1e-5
    )


def right_11_8_loop(model, history):
    a = model(history)
    b = model(np.pad(history, ((0, 0), (0, 10))))
    for r, s in zip(a, b):
        for u, v in zip(r, s):
            if abs(u - v) > 1e-5:
                return False
    return True


NATURAL = {
    "11.2": [
        (wrong_11_2_shared_state, "The state is carried from one user to the next."),
        (wrong_11_2_state_reset_each_step, "There is no memory in yours: the old state"),
        (wrong_11_2_stack0, "The axes are (length, batch, dim) in yours."),
        (wrong_11_2_includes_start, "The zeros of the start are among your states."),
        (wrong_11_2_relu, "The nonlinearity is tanh, not a ReLU."),
        (wrong_11_2_adds_state, "The old state is added once more, outside of"),
        (wrong_11_2_bias_twice, "The bias counts twice in yours. It is added"),
        (wrong_11_2_tanh_apart, "Film and memory have a tanh each in yours. Add"),
        (wrong_11_2_last, "You return the last state only. The state after"),
        (wrong_11_2_memory_is_input_sum, "You add the films up and take one tanh. The"),
    ],
    "11.5": [
        (wrong_11_5_bias_rows_swapped, "The rows of the bias are swapped: the first"),
        (wrong_11_5_tanh_gates, "The gates go through tanh in yours. A gate lies"),
        (wrong_11_5_order_rzc_and_swap, "Two mistakes. The two shares are swapped: in"),
        (wrong_11_5_r_on_h_elementwise, "You reset before the product, as in the paper."),
        (wrong_11_5_r_on_h_no_bias, None),
        (wrong_11_5_candidate_uses_z, "You reset with z. The reset gate is r, the"),
        (wrong_11_5_mix_with_r, "You mix with r. The shares are z and 1 − z."),
        (wrong_11_5_no_hidden_in_gates, "The gates do not see the old state in yours:"),
        (wrong_11_5_h_in_candidate_plain, None),
        (wrong_11_5_sum_bias_first_row, "You add the first row of the bias twice. The"),
        (wrong_11_5_one_gate_for_both, None),
    ],
    "11.7": [
        (wrong_11_7_last, "It reads the last position, which is right for"),
        (wrong_11_7_argmax_bool, "You read the oldest film: np.argmax finds the"),
        (wrong_11_7_flip_forgot, "After the row was reversed, position k is"),
        (wrong_11_7_flip_off, "One position too early: the largest position"),
        (wrong_11_7_flip_len, "One position too late: behind the newest film"),
        (wrong_11_7_side_by_first, "It reads the position before the first pad,"),
        (wrong_11_7_side_by_last, "You decide by the last cell of the row. With"),
        (wrong_11_7_n_real, "That is the number of films, and as an index it"),
        (wrong_11_7_places_returned, "You return the position. The state that stands"),
        (wrong_11_7_sum, "You added several states up. The state of the"),
    ],
    "11.8": [
        (wrong_11_8_one_column, "It misses a model that changes only after"),
        (wrong_11_8_front, "It accuses a right model. Pads belong *behind*"),
        (wrong_11_8_both_sides, "It accuses a right model. Pads belong *behind*"),
        (wrong_11_8_rows, "It lets an inverted mask pass: compare every"),
        (wrong_11_8_equal, "It asks for equality (nearly) to the last bit."),
        (wrong_11_8_any, "It misses a model that is wrong for one user"),
        (wrong_11_8_mean, "It misses one score that moves by 0.0005. Take"),
        (wrong_11_8_min, "It misses scores that fall. Take absolute"),
        (wrong_11_8_first_user, "It misses a model that is wrong for one user"),
        (wrong_11_8_argsort, "It compares the order of the items. The scores"),
        (wrong_11_8_changed_true, "Your answers are reversed: True means that"),
        (wrong_11_8_ones, "It accuses a right model. Pads belong *behind*"),
        (wrong_11_8_floats, "The model got numbers that are not whole: keep"),
    ],
}

RIGHT = {
    "11.2": [right_11_2_per_user, right_11_2_float32],
    "11.5": [right_11_5_slices, right_11_5_tanh_sigmoid_float32],
    "11.7": [right_11_7_loop, right_11_7_flip, right_11_7_float32],
    "11.8": [right_11_8_allclose, right_11_8_loop],
}
