"""Natural answers of lesson 11: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E731, F841, RUF059 - this is how learners write

import numpy as np
from keras import layers, ops


def sg(v):
    return 1 / (1 + np.exp(-v))


def ten_more(history):
    return np.pad(history, ((0, 0), (0, 10)))


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


def products(x, h, W, U, b):
    return np.split(x @ W + b[0], 3, axis=1), np.split(h @ U + b[1], 3, axis=1)


def wrong_11_5_bias_rows_swapped(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = products(x, h, W, U, b[::-1])
    z, r = sg(xz + hz), sg(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + r * hc)


def wrong_11_5_tanh_gates(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = products(x, h, W, U, b)
    z, r = np.tanh(xz + hz), np.tanh(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + r * hc)


def wrong_11_5_order_rzc_and_swap(x, h, W, U, b):
    (xr, xz, xc), (hr, hz, hc) = products(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    return (1 - z) * h + z * np.tanh(xc + r * hc)


def wrong_11_5_r_on_h_elementwise(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, _) = products(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    d = h.shape[1]
    return z * h + (1 - z) * np.tanh(xc + (r * h) @ U[:, 2 * d :] + b[1, 2 * d :])


def wrong_11_5_r_on_h_no_bias(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, _) = products(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    d = h.shape[1]
    return z * h + (1 - z) * np.tanh(xc + (r * h) @ U[:, 2 * d :])


def wrong_11_5_candidate_uses_z(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = products(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + z * hc)


def wrong_11_5_mix_with_r(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = products(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    return r * h + (1 - r) * np.tanh(xc + r * hc)


def wrong_11_5_no_hidden_in_gates(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = products(x, h, W, U, b)
    z, r = sg(xz), sg(xr)
    return z * h + (1 - z) * np.tanh(xc + r * hc)


def wrong_11_5_h_in_candidate_plain(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = products(x, h, W, U, b)
    z, r = sg(xz + hz), sg(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + r * h)


def wrong_11_5_sum_bias_first_row(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = products(x, h, W, U, np.stack([b[0], b[0]]))
    z, r = sg(xz + hz), sg(xr + hr)
    return z * h + (1 - z) * np.tanh(xc + r * hc)


def wrong_11_5_one_gate_for_both(x, h, W, U, b):
    (xz, xr, xc), (hz, hr, hc) = products(x, h, W, U, b)
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
    (xz, xr, xc), (hz, hr, hc) = products(x, h, W, U, b)
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


def wrong_11_2_return_in_loop(x, W, U, b):
    state = np.zeros((len(x), len(b)))
    states = []
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
        return np.stack(states, axis=1)


def wrong_11_2_half_hardcoded(x, W, U, b):
    state = np.zeros((len(x), len(b)))
    states = []
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W + 0.5 * state + b)
        states.append(state)
    return np.stack(states, axis=1)


def wrong_11_2_skip_first(x, W, U, b):
    state = np.zeros((len(x), len(b)))
    states = [state]
    for t in range(1, x.shape[1]):
        state = np.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
    return np.stack(states, axis=1)


def wrong_11_2_first_state_one_film(x, W, U, b):
    state = np.tanh(x[:, 0] @ W + b)
    states = [state]
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
    return np.stack(states, axis=1)


def wrong_11_2_first_state_one_film2(x, W, U, b):
    state = np.tanh(x[:, 0] @ W + b)
    states = []
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
    return np.stack(states, axis=1)


def wrong_11_2_x_t_axis(x, W, U, b):
    state = np.zeros((len(x), len(b)))
    states = []
    for t in range(x.shape[1]):
        state = np.tanh(x[t] @ W + state @ U + b)
        states.append(state)
    return np.stack(states, axis=1)


def wrong_11_2_double_tanh(x, W, U, b):
    state = np.zeros((len(x), len(b)))
    states = []
    for t in range(x.shape[1]):
        total = x[:, t] @ W + state @ U + b
        state = total
        states.append(np.tanh(total))
    return np.stack(states, axis=1)


def wrong_11_2_printed(x, W, U, b):
    state = np.zeros((len(x), len(b)))
    states = []
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
    np.stack(states, axis=1)


def wrong_11_2_concat(x, W, U, b):
    state = np.zeros((len(x), len(b)))
    states = []
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
    return np.concatenate(states, axis=1)


def wrong_11_5_split_axis0(x, h, W, U, b):
    xs = np.split(x @ W + b[0], 3)
    hs = np.split(h @ U + b[1], 3)
    z = sg(xs[0] + hs[0])
    r = sg(xs[1] + hs[1])
    c = np.tanh(xs[2] + r * hs[2])
    return z * h + (1 - z) * c


def wrong_11_5_slice_dim(x, h, W, U, b):
    d = x.shape[1]
    a = x @ W + b[0]
    q = h @ U + b[1]
    z = sg(a[:, :d] + q[:, :d])
    r = sg(a[:, d : 2 * d] + q[:, d : 2 * d])
    c = np.tanh(a[:, 2 * d : 3 * d] + r * q[:, 2 * d : 3 * d])
    return z * h + (1 - z) * c


def wrong_11_5_tuple_ret(x, h, W, U, b):
    xs, hs = products(x, h, W, U, b)
    z = sg(xs[0] + hs[0])
    r = sg(xs[1] + hs[1])
    c = np.tanh(xs[2] + r * hs[2])
    return (z * h + (1 - z) * c, z)


def wrong_11_5_r_minus(x, h, W, U, b):
    xs, hs = products(x, h, W, U, b)
    z = sg(xs[0] + hs[0])
    r = sg(xs[1] + hs[1])
    c = np.tanh(xs[2] + (1 - r) * hs[2])
    return z * h + (1 - z) * c


def wrong_11_5_order_zcr(x, h, W, U, b):
    xs, hs = products(x, h, W, U, b)
    z = sg(xs[0] + hs[0])
    r = sg(xs[2] + hs[2])
    c = np.tanh(xs[1] + r * hs[1])
    return z * h + (1 - z) * c


def wrong_11_5_sigmoid_separate(x, h, W, U, b):
    xs, hs = products(x, h, W, U, b)
    z = sg(xs[0]) + sg(hs[0])
    r = sg(xs[1]) + sg(hs[1])
    c = np.tanh(xs[2] + r * hs[2])
    return z * h + (1 - z) * c


def wrong_11_5_paper_gate_b1(x, h, W, U, b):
    Wz, Wr, Wc = np.split(W, 3, axis=1)
    Uz, Ur, Uc = np.split(U, 3, axis=1)
    xs, hs = products(x, h, W, U, b)
    z = sg(xs[0] + hs[0])
    r = sg(xs[1] + hs[1])
    c = np.tanh(xs[2] + r * h @ Uc)
    return z * h + (1 - z) * c


def wrong_11_5_double_reset(x, h, W, U, b):
    xs = np.split(x @ W + b[0], 3, axis=1)
    hs = np.split(h @ U + b[1], 3, axis=1)
    z = sg(xs[0] + hs[0])
    r = sg(xs[1] + hs[1])
    hs2 = np.split(r * h @ U + b[1], 3, axis=1)
    c = np.tanh(xs[2] + r * hs2[2])
    return z * h + (1 - z) * c


def wrong_11_5_tanh_both(x, h, W, U, b):
    xs, hs = products(x, h, W, U, b)
    z = sg(xs[0] + hs[0])
    r = sg(xs[1] + hs[1])
    c = np.tanh(xs[2] + r * hs[2])
    return np.tanh(z * h + (1 - z) * c)


def wrong_11_5_tanh_end(x, h, W, U, b):
    xs, hs = products(x, h, W, U, b)
    z = sg(xs[0] + hs[0])
    r = sg(xs[1] + hs[1])
    c = xs[2] + r * hs[2]
    return np.tanh(z * h + (1 - z) * c)


def wrong_11_5_biasboth(x, h, W, U, b):
    bb = b.sum(axis=0)
    xs = np.split(x @ W + bb, 3, axis=1)
    hs = np.split(h @ U + bb, 3, axis=1)
    z = sg(xs[0] + hs[0])
    r = sg(xs[1] + hs[1])
    c = np.tanh(xs[2] + r * hs[2])
    return z * h + (1 - z) * c


def wrong_11_7_flatten_nz(states, history):
    pos = np.nonzero(history)[1]
    return states[np.arange(len(history)), pos]


def wrong_11_7_maxid(states, history):
    return states[np.arange(len(history)), history.max(axis=1)]


def wrong_11_7_max_axis0(states, history):
    pos = ((history > 0) * np.arange(history.shape[1])).max(axis=0)
    return states[np.arange(len(history)), pos]


def wrong_11_7_masked_lastrow(states, history):
    return (states * (history > 0)[..., None])[:, -1]


def wrong_11_7_idx_times_id(states, history):
    pos = (history * np.arange(history.shape[1])).argmax(axis=1)
    return states[np.arange(len(history)), pos]


def wrong_11_7_colonpos(states, history):
    pos = ((history > 0) * np.arange(history.shape[1])).max(axis=1)
    return states[:, pos]


def wrong_11_8_padint(model, history):
    return np.allclose(model(np.pad(history, (0, 10))), model(history), atol=1e-05)


def wrong_11_8_both(model, history):
    return np.abs(model(np.pad(history, 10)) - model(history)).max() < 1e-05


def wrong_11_8_minusones(model, history):
    return np.abs(model(np.pad(history, ((0, 0), (0, 10)), constant_values=-1)) - model(history)).max() < 1e-05


def wrong_11_8_edge(model, history):
    return np.abs(model(np.pad(history, ((0, 0), (0, 10)), mode="edge")) - model(history)).max() < 1e-05


def wrong_11_8_diff_number(model, history):
    return np.abs(model(ten_more(history)) - model(history)).max()


def wrong_11_8_string8(model, history):
    return "True" if np.abs(model(ten_more(history)) - model(history)).max() < 1e-05 else "False"


def wrong_11_8_sumdiff(model, history):
    return abs((model(ten_more(history)) - model(history)).sum()) < 1e-05


def right_11_2_H(x, W, U, b):
    H = np.zeros((x.shape[0], x.shape[1], len(b)))
    for t in range(x.shape[1]):
        H[:, t] = np.tanh(x[:, t] @ W + H[:, t - 1] @ U + b)
    return H


def right_11_2_keras(x, W, U, b):
    layer = layers.SimpleRNN(len(b), return_sequences=True)
    layer.build(x.shape)
    layer.set_weights([W, U, b])
    return layer(x.astype("float32"))


def right_11_2_einsum(x, W, U, b):
    s = np.zeros((x.shape[0], U.shape[0]))
    out = []
    for t in range(x.shape[1]):
        s = np.tanh(np.einsum("bi,id->bd", x[:, t], W) + np.einsum("bd,de->be", s, U) + b)
        out.append(s)
    return np.array(out).transpose(1, 0, 2)


def right_11_2_ops(x, W, U, b):
    x, W, U, b = (ops.convert_to_tensor(v.astype("float32")) for v in (x, W, U, b))
    s = ops.zeros((x.shape[0], U.shape[0]))
    out = []
    for t in range(x.shape[1]):
        s = ops.tanh(ops.matmul(x[:, t], W) + ops.matmul(s, U) + b)
        out.append(s)
    return ops.stack(out, axis=1)


def right_11_5_keras(x, h, W, U, b):
    d = h.shape[1]
    cell = layers.GRUCell(d)
    cell.build((None, x.shape[1]))
    cell.set_weights([W, U, b])
    return cell(x.astype("float32"), h.astype("float32"))[0].numpy()


def right_11_5_ops(x, h, W, U, b):
    a = ops.split(ops.matmul(x, W) + b[0], 3, axis=1)
    q = ops.split(ops.matmul(h, U) + b[1], 3, axis=1)
    z = ops.sigmoid(a[0] + q[0])
    r = ops.sigmoid(a[1] + q[1])
    c = ops.tanh(a[2] + r * q[2])
    return c + z * (h - c)


def right_11_5_loop(x, h, W, U, b):
    out = np.zeros_like(h)
    d = h.shape[1]
    for n in range(len(x)):
        p = x[n] @ W + b[0]
        q = h[n] @ U + b[1]
        for j in range(d):
            z = sg(p[j] + q[j])
            rr = sg(p[d + j] + q[d + j])
            c = np.tanh(p[2 * d + j] + rr * q[2 * d + j])
            out[n, j] = z * h[n, j] + (1 - z) * c
    return out


def right_11_7_cum(states, history):
    pos = np.argmax(np.cumsum(history > 0, axis=1), axis=1)
    return np.take_along_axis(states, pos[:, None, None], axis=1)[:, 0]


def right_11_7_ops(states, history):
    pos = ops.max(ops.where(history > 0, ops.arange(history.shape[1]), 0), axis=1)
    return ops.take_along_axis(states, pos[:, None, None], axis=1)[:, 0]


def right_11_7_while(states, history):
    out = np.empty((len(states), states.shape[2]))
    for i, row in enumerate(history):
        t = len(row) - 1
        while row[t] == 0:
            t -= 1
        out[i] = states[i, t]
    return out


def right_11_8_ops(model, history):
    longer = ops.convert_to_numpy(ops.pad(history, ((0, 0), (0, 10))))
    return bool(ops.max(ops.abs(model(longer) - model(history))) <= 1e-05)


def right_11_8_tensor(model, history):
    return ops.max(ops.abs(model(ten_more(history)) - model(history))) <= 1e-05


NATURAL = {
    "11.2": [
        (wrong_11_2_shared_state, "The state is carried from one user to the next."),
        (wrong_11_2_state_reset_each_step, "There is no memory: the old state"),
        (wrong_11_2_stack0, "Your axes are (length, batch,"),
        (wrong_11_2_includes_start, "The zeros of the start are among your states."),
        (wrong_11_2_relu, "The nonlinearity is tanh, not a ReLU."),
        (wrong_11_2_adds_state, "You add the old state once more,"),
        (wrong_11_2_bias_twice, "You add the bias twice. Add it"),
        (wrong_11_2_tanh_apart, "You apply tanh to film and memory"),
        (wrong_11_2_last, "You return only the last state."),
        (wrong_11_2_memory_is_input_sum, "You add up the films and apply"),
        (wrong_11_2_return_in_loop, "Your loop ends after the first"),
        (wrong_11_2_half_hardcoded, "You keep half of the old state,"),
        (wrong_11_2_skip_first, "You do not read the first film"),
        (wrong_11_2_first_state_one_film, "You read the first film twice,"),
        (wrong_11_2_first_state_one_film2, "You read the first film twice."),
        (wrong_11_2_x_t_axis, "Do you read `x[t]`?"),
        (wrong_11_2_double_tanh, "You pass the sum on to the next"),
        (wrong_11_2_printed, "Is a `return` missing?"),
        (wrong_11_2_concat, "The numbers are right, but the shape is not."),
    ],
    "11.5": [
        (wrong_11_5_bias_rows_swapped, "The rows of the bias are swapped: the first"),
        (wrong_11_5_tanh_gates, "You apply tanh to the gates."),
        (wrong_11_5_order_rzc_and_swap, "Two mistakes. The two shares are swapped: in"),
        (wrong_11_5_r_on_h_elementwise, "You reset before the product, as in the paper."),
        (wrong_11_5_r_on_h_no_bias, None),
        (wrong_11_5_candidate_uses_z, "You reset with z. The reset gate is r, the"),
        (wrong_11_5_mix_with_r, "You mix with r. The shares are z and 1 − z."),
        (wrong_11_5_no_hidden_in_gates, "The gates do not see the old"),
        (wrong_11_5_h_in_candidate_plain, None),
        (wrong_11_5_sum_bias_first_row, "You add the first row of the bias twice. The"),
        (wrong_11_5_one_gate_for_both, None),
        (wrong_11_5_split_axis0, "Cut the *columns* (axis=1)"),
        (wrong_11_5_slice_dim, "of `h.shape[1]` columns each"),
        (wrong_11_5_tuple_ret, "You return several results."),
        (wrong_11_5_r_minus, "You reset with 1 − r."),
        (wrong_11_5_order_zcr, "Your parts are in the order z, c, r."),
        (wrong_11_5_sigmoid_separate, "Your gates apply a sigmoid to"),
        (wrong_11_5_paper_gate_b1, "You reset the state before the product."),
        (wrong_11_5_double_reset, "You reset twice"),
        (wrong_11_5_tanh_both, "You apply tanh to the new state"),
        (wrong_11_5_tanh_end, "You apply tanh after the mix."),
        (wrong_11_5_biasboth, "You add both rows of the bias"),
    ],
    "11.7": [
        (wrong_11_7_last, "You read the last position, which"),
        (wrong_11_7_argmax_bool, "You read the oldest film: np.argmax finds the"),
        (wrong_11_7_flip_forgot, "You reversed the row, and its"),
        (wrong_11_7_flip_off, "You read one position too early:"),
        (wrong_11_7_flip_len, "You read one position too late,"),
        (wrong_11_7_side_by_first, "You read the position before"),
        (wrong_11_7_side_by_last, "You decide by the last cell of the row. With"),
        (wrong_11_7_n_real, "That is the number of films."),
        (wrong_11_7_places_returned, "You return the position. Return"),
        (wrong_11_7_sum, "You added up several states."),
        (wrong_11_7_flatten_nz, "Use one position for each row,"),
        (wrong_11_7_maxid, "Use one position for each row,"),
        (wrong_11_7_max_axis0, "Use one position for each row,"),
        (wrong_11_7_masked_lastrow, "You set the states at pads to zero"),
        (wrong_11_7_idx_times_id, "You multiply positions by ids"),
        (wrong_11_7_colonpos, "`states[:, positions]` reads"),
    ],
    "11.8": [
        (wrong_11_8_one_column, "Your test misses a model that changes"),
        (wrong_11_8_front, "You put padding in front. The"),
        (wrong_11_8_both_sides, "You put padding in front. The"),
        (wrong_11_8_rows, "You append rows"),
        (wrong_11_8_equal, "Your test asks for equality (nearly)"),
        (wrong_11_8_any, "misses a model that is wrong for one user"),
        (wrong_11_8_mean, "Your test misses one score that"),
        (wrong_11_8_min, "Your test misses scores that"),
        (wrong_11_8_first_user, "misses a model that is wrong for one user"),
        (wrong_11_8_argsort, "Your test compares only the order"),
        (wrong_11_8_changed_true, "Your answers are reversed: True means that"),
        (wrong_11_8_ones, "The columns that you append are"),
        (wrong_11_8_floats, "The model received numbers that"),
        (wrong_11_8_padint, "You append rows"),
        (wrong_11_8_both, "You append rows"),
        (wrong_11_8_minusones, "The columns that you append are"),
        (wrong_11_8_edge, "The columns that you append are"),
        (wrong_11_8_diff_number, "You return a number."),
        (wrong_11_8_string8, "Return True or False, not str."),
        (wrong_11_8_sumdiff, "Your test misses changes that"),
    ],
}

RIGHT = {
    "11.2": [
        right_11_2_per_user,
        right_11_2_float32,
        right_11_2_H,
        right_11_2_keras,
        right_11_2_einsum,
        right_11_2_ops,
    ],
    "11.5": [right_11_5_slices, right_11_5_tanh_sigmoid_float32, right_11_5_keras, right_11_5_ops, right_11_5_loop],
    "11.7": [right_11_7_loop, right_11_7_flip, right_11_7_float32, right_11_7_cum, right_11_7_ops, right_11_7_while],
    "11.8": [right_11_8_allclose, right_11_8_loop, right_11_8_ops, right_11_8_tensor],
}
