"""Natural answers of lesson 06: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E731 - this is how learners write

import numpy as np
import pandas as pd

S = lambda z: 1 / (1 + np.exp(-z))


def slope(body):
    def slope_at(f, value, i, h=1e-5):
        kept = value[i]
        value[i] = kept + h
        up = f()
        r = body(f, value, i, h, kept, up)
        value[i] = kept
        return r

    return slope_at


def down_(f, value, i, h, kept, up):
    value[i] = kept - h
    return f()


wrong_06_3_h = slope(lambda f, v, i, h, k, up: (up - down_(f, v, i, h, k, up)) / h)
wrong_06_3_reversed = slope(lambda f, v, i, h, k, up: (down_(f, v, i, h, k, up) - up) / (2 * h))
wrong_06_3_brackets = slope(lambda f, v, i, h, k, up: (up - down_(f, v, i, h, k, up)) / 2 * h)
wrong_06_3_diff = slope(lambda f, v, i, h, k, up: up - down_(f, v, i, h, k, up))
wrong_06_3_precedence = slope(lambda f, v, i, h, k, up: up - down_(f, v, i, h, k, up) / (2 * h))
wrong_06_3_mean = slope(lambda f, v, i, h, k, up: (up + down_(f, v, i, h, k, up)) / 2)


def wrong_06_3_one_sided(f, value, i, h=1e-5):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = kept
    return (up - f()) / h


def wrong_06_3_minus_equals(f, value, i, h=1e-5):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] -= h
    down = f()
    value[i] = kept
    return (up - down) / (2 * h)


def wrong_06_3_not_restored(f, value, i, h=1e-5):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = kept - h
    return (up - f()) / (2 * h)


def wrong_06_3_plus_h_back(f, value, i, h=1e-5):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = kept - h
    down = f()
    value[i] += 2 * h
    return (up - down) / (2 * h)


def wrong_06_3_argument(f, value, i, h=1e-5):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = kept - h
    down = f(value)
    value[i] = kept
    return (up - down) / (2 * h)


def right_06_3_copy(f, value, i, h=1e-5):
    kept = value.copy()
    value[i] += h
    up = f()
    value[...] = kept
    value[i] -= h
    down = f()
    value[...] = kept
    return (up - down) / (h + h)


def right_06_3_array(f, value, i, h=1e-5):
    kept = value[i]
    s = 0
    for k in (1, -1):
        value[i] = kept + k * h
        s += k * f()
    value[i] = kept
    return np.array(s / 2 / h)


def wrong_06_4_no_T(x, W, grad):
    return grad @ W, x @ grad, grad.sum(axis=0)


def wrong_06_4_mean(x, W, grad):
    return grad @ W.T, x.T @ grad / len(x), grad.mean(axis=0)


def wrong_06_4_order(x, W, grad):
    return x.T @ grad, grad @ W.T, grad.sum(axis=0)


def wrong_06_4_b_total(x, W, grad):
    return grad @ W.T, x.T @ grad, grad.sum()


def wrong_06_4_b_axis1(x, W, grad):
    return grad @ W.T, x.T @ grad, grad.sum(axis=1)


def wrong_06_4_b_keepdims(x, W, grad):
    return grad @ W.T, x.T @ grad, grad.sum(axis=0, keepdims=True)


def wrong_06_4_b_grad(x, W, grad):
    return grad @ W.T, x.T @ grad, grad


def wrong_06_4_W_T(x, W, grad):
    return grad @ W.T, grad.T @ x, grad.sum(axis=0)


def wrong_06_4_two(x, W, grad):
    return grad @ W.T, x.T @ grad


def wrong_06_4_minus(x, W, grad):
    return -grad @ W.T, -x.T @ grad, -grad.sum(axis=0)


def wrong_06_4_b_ones(x, W, grad):
    return grad @ W.T, x.T @ grad, np.ones(grad.shape[1])


def wrong_06_4_b_mean_only(x, W, grad):
    return grad @ W.T, x.T @ grad, grad.mean(axis=0)


def wrong_06_4_dict(x, W, grad):
    return {"x": grad @ W.T, "W": x.T @ grad, "b": grad.sum(axis=0)}


def right_06_4_einsum(x, W, grad):
    return [np.einsum("bo,io->bi", grad, W), np.einsum("bi,bo->io", x, grad), np.einsum("bo->o", grad)]


def right_06_4_ones(x, W, grad):
    return (W @ grad.T).T, (grad.T @ x).T, np.ones(len(grad)) @ grad


def wrong_06_5_slope(x, grad):
    return S(x) * (1 - S(x))


def wrong_06_5_y(x, grad):
    return grad * S(x)


def wrong_06_5_tanh(x, grad):
    return grad * (1 - S(x) ** 2)


def wrong_06_5_x(x, grad):
    return grad * x * (1 - x)


def wrong_06_5_twice(x, grad):
    y = S(S(x))
    return grad * y * (1 - y)


def wrong_06_5_plus(x, grad):
    return grad + S(x) * (1 - S(x))


def wrong_06_5_brackets(x, grad):
    return grad * S(x) * 1 - S(x)


def wrong_06_5_minus(x, grad):
    return -grad * S(x) * (1 - S(x))


def wrong_06_5_matmul(x, grad):
    return grad @ (S(x) * (1 - S(x)))


def wrong_06_5_relu(x, grad):
    return grad * (x > 0)


def wrong_06_5_div(x, grad):
    return grad / (S(x) * (1 - S(x)))


def wrong_06_5_exp(x, grad):
    return grad * np.exp(-x)


def wrong_06_5_forward(x, grad):
    return S(x)


def wrong_06_5_grad_slope(x, grad):
    return S(grad) * (1 - S(grad))


def wrong_06_5_mean(x, grad):
    return grad * S(x) * (1 - S(x)) / len(x)


def right_06_5_exp(x, grad):
    return (grad * np.exp(-x) / (1 + np.exp(-x)) ** 2).tolist()


def right_06_5_tanh_half(x, grad):
    return (grad * (1 - np.tanh(x / 2) ** 2) / 4).astype("float32")


def sm(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def wrong_06_6_no_mean(z, target):
    return sm(z) - target


def wrong_06_6_size(z, target):
    return (sm(z) - target) / z.size


def wrong_06_6_columns(z, target):
    return (sm(z) - target) / z.shape[1]


def wrong_06_6_reversed(z, target):
    return (target - sm(z)) / len(z)


def wrong_06_6_logits(z, target):
    return (z - target) / len(z)


def wrong_06_6_chances(z, target):
    return -target / sm(z) / len(z)


def wrong_06_6_sigmoid(z, target):
    return (S(z) - target) / len(z)


def wrong_06_6_jac(z, target):
    p = sm(z)
    return (p - target) * p * (1 - p) / len(z)


def wrong_06_6_only_right(z, target):
    return (sm(z) - target) * target / len(z)


def wrong_06_6_loss(z, target):
    return -(target * np.log(sm(z))).sum(axis=1).mean()


def wrong_06_6_axis0(z, target):
    e = np.exp(z - z.max(axis=0))
    return (e / e.sum(axis=0) - target) / len(z)


def wrong_06_6_overflow(z, target):
    e = np.exp(z)
    return (e / e.sum(axis=1, keepdims=True) - target) / len(z)


def wrong_06_6_log_p(z, target):
    return (np.log(sm(z)) - target) / len(z)


def wrong_06_6_mean_rows(z, target):
    return (sm(z) - target).mean(axis=0)


def right_06_6_loop(z, target):
    out = np.zeros(z.shape)
    for r in range(len(z)):
        e = np.exp(z[r] - max(z[r]))
        out[r] = (e / sum(e) - target[r]) / len(z)
    return out.tolist()


def right_06_6_logsumexp(z, target):
    return (np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None]) - target) * (1 / z.shape[0])


def adam(b1=0.9, b2=0.999, eps=1e-7, cm=True, cv=True, sqrt=True, sign=-1, inside=False, after=False):
    def f(value, grad, m, v, rate, t):
        m = b1 * m + (1 - b1) * grad
        v = b2 * v + (1 - b2) * grad**2
        mh = m / (1 - b1**t) if cm else m
        vh = v / (1 - b2**t) if cv else v
        d = np.sqrt(vh + eps) if inside else (np.sqrt(vh) if sqrt else vh) + eps
        return value + sign * rate * mh / d, m, v

    return f


wrong_06_8_uncorrected = adam(cm=False, cv=False)
wrong_06_8_m_only = adam(cv=False)
wrong_06_8_v_only = adam(cm=False)
wrong_06_8_no_sqrt = adam(sqrt=False)
wrong_06_8_uphill = adam(sign=1)
wrong_06_8_inside = adam(inside=True)
wrong_06_8_eps8 = adam(eps=1e-2)
wrong_06_8_no_eps = adam(eps=0)
wrong_06_8_b_swapped = adam(b1=0.999, b2=0.9)
wrong_06_8_b2_99 = adam(b2=0.99)


def wrong_06_8_t0(value, grad, m, v, rate, t):
    return adam()(value, grad, m, v, rate, t + 1)


def wrong_06_8_two(value, grad, m, v, rate, t):
    return adam()(value, grad, m, v, rate, t)[:2]


def wrong_06_8_value_only(value, grad, m, v, rate, t):
    return adam()(value, grad, m, v, rate, t)[0]


def wrong_06_8_grad_not_squared(value, grad, m, v, rate, t):
    m = 0.9 * m + 0.1 * grad
    v = 0.999 * v + 0.001 * np.abs(grad)
    return value - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7), m, v


def wrong_06_8_returns_hats(value, grad, m, v, rate, t):
    m = 0.9 * m + 0.1 * grad
    v = 0.999 * v + 0.001 * grad**2
    m = m / (1 - 0.9**t)
    v = v / (1 - 0.999**t)
    return value - rate * m / (np.sqrt(v) + 1e-7), m, v


def wrong_06_8_sum(value, grad, m, v, rate, t):
    m = 0.9 * m + grad
    v = 0.999 * v + grad**2
    return value - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7), m, v


def wrong_06_8_step_returned(value, grad, m, v, rate, t):
    a, m, v = adam()(value, grad, m, v, rate, t)
    return a - value, m, v


def right_06_8_lerp(value, grad, m, v, rate, t):
    m = m + (grad - m) * 0.1
    v = v + (grad * grad - v) * 0.001
    return [value - rate * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-7), m, v]


def right_06_8_paper(value, grad, m, v, rate, t):
    m = 0.9 * m + 0.1 * grad
    v = 0.999 * v + 0.001 * grad**2
    c = np.sqrt(1 - 0.999**t)
    return np.stack([value - rate * c / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7 * c), m, v])


def wrong_06_10_sqrt_mean(predict, x, y, batch_size):
    e = [((predict(x[s : s + batch_size]) - y[s : s + batch_size]) ** 2).mean() for s in range(0, len(x), batch_size)]
    return np.sqrt(np.mean(e))


def wrong_06_10_median(predict, x, y, batch_size):
    e = [
        np.sqrt(((predict(x[s : s + batch_size]) - y[s : s + batch_size]) ** 2).mean())
        for s in range(0, len(x), batch_size)
    ]
    return np.median(e)


def wrong_06_10_sum_roots(predict, x, y, batch_size):
    e = [
        np.sqrt(((predict(x[s : s + batch_size]) - y[s : s + batch_size]) ** 2).mean())
        for s in range(0, len(x), batch_size)
    ]
    return np.sum(e)


def wrong_06_10_weighted(predict, x, y, batch_size):
    t = 0
    for s in range(0, len(x), batch_size):
        p = slice(s, s + batch_size)
        t += np.sqrt(((predict(x[p]) - y[p]) ** 2).mean()) * len(y[p])
    return t / len(y)


def wrong_06_10_n_batches(predict, x, y, batch_size):
    q = sum(((predict(x[s : s + batch_size]) - y[s : s + batch_size]) ** 2).sum() for s in range(0, len(x), batch_size))
    return np.sqrt(q / (len(x) // batch_size or 1))


def wrong_06_10_drop_last(predict, x, y, batch_size):
    q = n = 0
    for s in range(0, len(x) - batch_size + 1, batch_size):
        q += ((predict(x[s : s + batch_size]) - y[s : s + batch_size]) ** 2).sum()
        n += batch_size
    return np.sqrt(q / max(n, 1))


def wrong_06_10_mse(predict, x, y, batch_size):
    return ((predict(x) - y) ** 2).mean()


def wrong_06_10_batch_size(predict, x, y, batch_size):
    q = sum(((predict(x[s : s + batch_size]) - y[s : s + batch_size]) ** 2).sum() for s in range(0, len(x), batch_size))
    return np.sqrt(q / batch_size)


def wrong_06_10_root_of_sum_over_n(predict, x, y, batch_size):
    q = sum(((predict(x[s : s + batch_size]) - y[s : s + batch_size]) ** 2).sum() for s in range(0, len(x), batch_size))
    return np.sqrt(q) / len(x)


def right_06_10_concatenate(predict, x, y, batch_size):
    e = np.concatenate([predict(x[s : s + batch_size]) - y[s : s + batch_size] for s in range(0, len(x), batch_size)])
    return np.linalg.norm(e) / np.sqrt(len(e))


def right_06_10_weighted_squares(predict, x, y, batch_size):
    t = 0
    for s in range(0, len(x), batch_size):
        p = slice(s, s + batch_size)
        t += ((predict(x[p]) - y[p]) ** 2).mean() * len(y[p]) / len(y)
    return float(t) ** 0.5


def softmax_of(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def starts(x, n):
    return range(0, len(x), n)


def wrong_06_3_also_h2(f, value, i, h):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = kept - h
    down = f()
    value[i] = kept
    return (up - down) / h**2


def wrong_06_3_also_half(f, value, i, h):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = kept - h
    down = f()
    value[i] = kept
    return (up - down) / 2


def wrong_06_3_also_2h_step(f, value, i, h):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = kept - 2 * h
    down = f()
    value[i] = kept
    return (up - down) / (2 * h)


def wrong_06_3_also_copy(f, value, i, h):
    kept = value[i]
    value[i] = kept + h
    up = f()
    v = value.copy()
    v[i] = kept - h
    down = f()
    value[i] = kept
    return (up - down) / (2 * h)


def wrong_06_3_also_neg(f, value, i, h):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = -h
    down = f()
    value[i] = kept
    return (up - down) / (2 * h)


def wrong_06_3_also_down_from_value(f, value, i, h):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = value[i] - 2 * h
    down = f()
    return (up - down) / (2 * h)


def right_06_3_also_try(f, value, i, h):
    kept = value[i]
    try:
        value[i] = kept + h
        up = f()
        value[i] = kept - h
        return np.float64((up - f()) / 2 / h)
    finally:
        value[i] = kept


def wrong_06_4_also_x_is(x, W, grad):
    return (x, x.T @ grad, grad.sum(0))


def wrong_06_4_also_batch1(x, W, grad):
    return (grad @ W.T, np.outer(x[0], grad[0]), grad.sum(0))


def wrong_06_4_also_lastw(x, W, grad):
    for a, g in zip(x, grad):
        gW = np.outer(a, g)
    return (grad @ W.T, gW, grad.sum(0))


def wrong_06_4_also_sumx(x, W, grad):
    return (grad @ W.T, np.outer(x.sum(0), grad.sum(0)), grad.sum(0))


def wrong_06_4_also_wmeanx(x, W, grad):
    return (grad @ W.T, np.outer(x.mean(0), grad.mean(0)), grad.sum(0))


def wrong_06_4_also_forward(x, W, grad):
    return (grad @ W.T, x.T @ (x @ W), grad.sum(0))


def wrong_06_4_also_plus(x, W, grad):
    return (grad @ W.T, W + x.T @ grad, grad.sum(0))


def wrong_06_4_also_absb(x, W, grad):
    return (grad @ W.T, np.abs(x.T @ grad), grad.sum(0))


def wrong_06_4_also_bones(x, W, grad):
    return (grad @ W.T, x.T @ grad, np.ones(W.shape[1]))


def wrong_06_4_also_blast(x, W, grad):
    return (grad @ W.T, x.T @ grad, grad[-1])


def wrong_06_4_also_keepdims(x, W, grad):
    return (grad @ W.T, x.T @ grad, grad.sum(0, keepdims=True))


def wrong_06_4_also_bsum_axis1(x, W, grad):
    return (grad @ W.T, x.T @ grad, grad.sum(axis=1))


def right_06_4_also_f32(x, W, grad):
    x, W, grad = (a.astype("float32") for a in (x, W, grad))
    return (grad @ W.T, x.T @ grad, grad.sum(0))


def right_06_4_also_outer(x, W, grad):
    return (np.array([W @ g for g in grad]), sum((np.outer(a, g) for a, g in zip(x, grad))), pd.DataFrame(grad).sum())


def wrong_06_5_also_y2(x, grad):
    y = S(x)
    return grad * y**2


def wrong_06_5_also_1y2(x, grad):
    y = S(x)
    return grad * (1 - y) ** 2


def wrong_06_5_also_025(x, grad):
    return grad * 0.25


def wrong_06_5_also_forward_grad(x, grad):
    return S(grad)


def wrong_06_5_also_yxgrad(x, grad):
    y = S(x)
    return y * (grad - y)


def right_06_5_also_tanh(x, grad):
    return grad * (1 - np.tanh(x / 2) ** 2) / 4


def right_06_5_also_cosh(x, grad):
    return pd.DataFrame(grad / (4 * np.cosh(x / 2) ** 2))


def wrong_06_6_also_par(z, t):
    return softmax_of(z) - t / len(z)


def wrong_06_6_also_onlylog(z, t):
    return -t * np.log(softmax_of(z)) / len(z)


def wrong_06_6_also_sq(z, t):
    return (softmax_of(z) - t) ** 2 / len(z)


def wrong_06_6_also_exp(z, t):
    return (np.exp(z - z.max(1, keepdims=True)) - t) / len(z)


def wrong_06_6_also_norm(z, t):
    return (z / z.sum(1, keepdims=True) - t) / len(z)


def wrong_06_6_also_maxsub_once(z, t):
    z = z - z.max(1, keepdims=True)
    return (z - t) / len(z)


def wrong_06_6_also_argmax(z, t):
    return (np.eye(z.shape[1])[z.argmax(1)] - t) / len(z)


def wrong_06_6_also_mean0(z, t):
    return (softmax_of(z) - t).mean(axis=0)


def right_06_6_also_df(z, t):
    return pd.DataFrame(softmax_of(z) - t) / z.shape[0]


def right_06_6_also_loop(z, t):
    return [[(float(p) - y) / len(z) for p, y in zip(a, b)] for a, b in zip(softmax_of(z), t)]


def wrong_06_8_also_mult(value, grad, m, v, rate, t):
    m = 0.9 * m + 0.1 * grad
    v = 0.999 * v + 0.001 * grad**2
    return (value - rate * (m * (1 - 0.9**t)) / (np.sqrt(v * (1 - 0.999**t)) + 1e-07), m, v)


def wrong_06_8_also_corr_swap(value, grad, m, v, rate, t):
    m = 0.9 * m + 0.1 * grad
    v = 0.999 * v + 0.001 * grad**2
    return (value - rate * (m / (1 - 0.999**t)) / (np.sqrt(v / (1 - 0.9**t)) + 1e-07), m, v)


def wrong_06_8_also_norate(value, grad, m, v, rate, t):
    m = 0.9 * m + 0.1 * grad
    v = 0.999 * v + 0.001 * grad**2
    return (value - m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-07), m, v)


def right_06_8_also_loop(value, grad, m, v, rate, t):
    o = []
    for a, g, b, c in zip(value, grad, m, v):
        b = b + (g - b) * 0.1
        c = c + (g * g - c) * 0.001
        o.append((a - rate * b / (1 - 0.9**t) / ((c / (1 - 0.999**t)) ** 0.5 + 1e-07), b, c))
    return [list(r) for r in zip(*o)]


def right_06_8_also_inplace(value, grad, m, v, rate, t):
    m *= 0.9
    m += 0.1 * grad
    v *= 0.999
    v += 0.001 * grad * grad
    value -= rate * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-07)
    return (value, m, v)


def wrong_06_10_also_signed(predict, x, y, n):
    e = []
    for a in starts(x, n):
        e.append((predict(x[a : a + n]) - y[a : a + n]).mean())
    return np.sqrt(np.mean(np.array(e) ** 2))


def wrong_06_10_also_sumsq(predict, x, y, n):
    s = 0
    for a in starts(x, n):
        s += (predict(x[a : a + n]) - y[a : a + n]).sum() ** 2
    return np.sqrt(s / len(x))


def wrong_06_10_also_mean_sum(predict, x, y, n):
    s = 0
    for a in starts(x, n):
        s += ((predict(x[a : a + n]) - y[a : a + n]) ** 2).mean()
    return np.sqrt(s / len(x))


def wrong_06_10_also_rootsum(predict, x, y, n):
    s = 0
    for a in starts(x, n):
        s += np.sqrt(((predict(x[a : a + n]) - y[a : a + n]) ** 2).sum())
    return s / len(x)


def wrong_06_10_also_std(predict, x, y, n):
    e = np.concatenate([predict(x[a : a + n]) - y[a : a + n] for a in starts(x, n)])
    return e.std()


def wrong_06_10_also_noroot(predict, x, y, n):
    e = np.concatenate([predict(x[a : a + n]) - y[a : a + n] for a in starts(x, n)])
    return (e**2).sum()


def wrong_06_10_also_max(predict, x, y, n):
    return max(np.sqrt(((predict(x[a : a + n]) - y[a : a + n]) ** 2).mean()) for a in starts(x, n))


def wrong_06_10_also_n1(predict, x, y, n):
    e = np.concatenate([predict(x[a : a + n]) - y[a : a + n] for a in starts(x, n)])
    return np.sqrt((e**2).sum() / (len(e) - 1))


def wrong_06_10_also_part_last(predict, x, y, n):
    s = c = 0
    for a in starts(x, n):
        s += ((predict(x[a : a + n]) - y[a : a + n]) ** 2).sum()
        c += n
    return np.sqrt(s / c)


def right_06_10_also_avg(predict, x, y, n):
    return (
        np.average(
            [((predict(x[a : a + n]) - y[a : a + n]) ** 2).mean() for a in starts(x, n)],
            weights=[len(x[a : a + n]) for a in starts(x, n)],
        )
        ** 0.5
    )


def right_06_10_also_hypot(predict, x, y, n):
    import math
    from functools import reduce

    return (
        reduce(math.hypot, [float(np.sqrt(((predict(x[a : a + n]) - y[a : a + n]) ** 2).sum())) for a in starts(x, n)])
        / len(x) ** 0.5
    )


NATURAL = {
    "06.3": [
        (wrong_06_3_also_h2, "You divide by h². The distance from down to"),
        (wrong_06_3_also_half, "You divided by 2, but not by h. Divide by"),
        (wrong_06_3_also_2h_step, "You went down by 2 h from `kept`. Go down by h, so t"),
        (wrong_06_3_also_copy, "Up and down are equal: `f` reads `value`, so change"),
        (wrong_06_3_also_neg, "You set the downward value to −h. It should"),
        (wrong_06_3_also_down_from_value, "The slope is right, but `value` has changed:"),
        (wrong_06_3_h, "The distance from down to up is 2 h, not h,"),
        (wrong_06_3_reversed, "The sign is reversed: subtract down from up."),
        (wrong_06_3_brackets, "Python divides by 2 and then multiplies by h."),
        (wrong_06_3_diff, "This is a difference. Divide it by the"),
        (wrong_06_3_precedence, "For h=0.01 it should be 1.384081, yours is"),
        (wrong_06_3_mean, "For h=0.01 it should be 1.384081, yours is"),
        (wrong_06_3_one_sided, "Your difference is one-sided: it compares"),
        (wrong_06_3_minus_equals, "Nudge down from `kept`: subtracting h from"),
        (wrong_06_3_not_restored, "The slope is right, but `value` has changed:"),
        (wrong_06_3_plus_h_back, "The slope is right, but `value` has changed:"),
        (wrong_06_3_argument, "`f` takes no arguments: it reads `value`."),
    ],
    "06.4": [
        (wrong_06_4_also_x_is, "grad_x is `x` itself. The gradient comes from the ne"),
        (wrong_06_4_also_batch1, "grad_W holds the first row only. Every row uses W: s"),
        (wrong_06_4_also_lastw, "grad_W holds the last row only. Every row uses W: su"),
        (wrong_06_4_also_sumx, "grad_W is a product of two sums. Multiply row by row"),
        (wrong_06_4_also_wmeanx, "grad_W is a product of two means. Multiply row by ro"),
        (wrong_06_4_also_forward, "grad_W uses the forward pass, x @ W. Use the"),
        (wrong_06_4_also_plus, "W is added to grad_W. Return the gradient alone; the"),
        (wrong_06_4_also_absb, "grad_W has lost its signs. A gradient may be negativ"),
        (wrong_06_4_also_bones, "grad_b is 1 everywhere. That is the slope of the bia"),
        (wrong_06_4_also_blast, "grad_b holds the last row only. Every row uses the b"),
        (wrong_06_4_also_keepdims, "grad_b has one axis too many: sum with axis=0, witho"),
        (wrong_06_4_also_bsum_axis1, "grad_b is summed over the neurons. Sum over the batc"),
        (wrong_06_4_no_T, "The shapes do not fit: matmul: Input operand 1"),
        (wrong_06_4_mean, "grad_W is a mean over the batch. Take the"),
        (wrong_06_4_order, "The shapes are right, but in another order:"),
        (wrong_06_4_b_total, "grad_b has shape (); it needs that of the"),
        (wrong_06_4_b_axis1, "grad_b is summed over the neurons."),
        (wrong_06_4_b_keepdims, "grad_b has one axis too many"),
        (wrong_06_4_b_grad, "grad_b has shape (3, 6); it needs that of"),
        (wrong_06_4_W_T, "grad_W has shape (6, 2); it needs that of"),
        (wrong_06_4_two, "Return three arrays: grad_x, grad_W, grad_b."),
        (wrong_06_4_minus, "grad_x has the wrong sign. The minus comes"),
        (wrong_06_4_b_ones, "grad_b is 1 everywhere."),
        (wrong_06_4_b_mean_only, "grad_b is a mean over the batch. Take the"),
        (wrong_06_4_dict, "Return three arrays: grad_x, grad_W, grad_b."),
    ],
    "06.5": [
        (wrong_06_5_also_y2, "You squared y. The slope is y (1 − y), which is 0 at"),
        (wrong_06_5_also_1y2, "You squared 1 − y. The slope is y (1 − y), which is"),
        (wrong_06_5_also_025, "0.25 is the slope in the middle only. Elsewhere it i"),
        (wrong_06_5_also_forward_grad, "This is the sigmoid of `grad`. Multiply"),
        (wrong_06_5_also_yxgrad, "Parentheses: the slope is y * (1 − y). Multiply all"),
        (wrong_06_5_slope, "This is the slope alone. Multiply `grad`,"),
        (wrong_06_5_y, "You multiplied by y, which is the value, not"),
        (wrong_06_5_tanh, "1 − y² is the slope of tanh. The slope of"),
        (wrong_06_5_x, "You used x where y belongs: the slope is"),
        (wrong_06_5_twice, "You applied the sigmoid twice: `y` is"),
        (wrong_06_5_plus, "You added the slope to `grad`. The chain"),
        (wrong_06_5_brackets, "Parentheses: `grad * y * 1 - y` subtracts y at"),
        (wrong_06_5_minus, "The sign is reversed: a sigmoid only rises, so"),
        (wrong_06_5_matmul, "Shapes do not fit in one of your steps: is an"),
        (wrong_06_5_relu, "This is the slope of a ReLU. The slope of"),
        (wrong_06_5_div, "You divided `grad` by the slope. The chain"),
        (wrong_06_5_exp, "You multiplied by e⁻ˣ, which is only a part"),
        (wrong_06_5_forward, "This is y, the result of the forward pass."),
        (wrong_06_5_grad_slope, "You put `grad` into the sigmoid. Take the"),
        (wrong_06_5_mean, "You took a mean over the batch. The loss has"),
    ],
    "06.6": [
        (wrong_06_6_also_par, "Only the target is divided by the number of"),
        (wrong_06_6_also_onlylog, "This is the loss, entry by entry. Its"),
        (wrong_06_6_also_sq, "You squared p − t. The gradient is p − t itself, wit"),
        (wrong_06_6_also_exp, "exp alone does not give probabilities."),
        (wrong_06_6_also_norm, "You divide the logits by their sum. Take exp of them"),
        (wrong_06_6_also_maxsub_once, "You subtracted the largest logit, but exp"),
        (wrong_06_6_also_argmax, "You took the winning class (argmax). Use the probabi"),
        (wrong_06_6_also_mean0, "You took the sum over axis 0, which should stay as i"),
        (wrong_06_6_no_mean, "The mean is missing: the loss is a mean over"),
        (wrong_06_6_size, "You divided by all entries. The loss is a mean"),
        (wrong_06_6_columns, "You divided by the number of columns. The loss"),
        (wrong_06_6_reversed, "The sign is reversed: subtract the target"),
        (wrong_06_6_logits, "You subtracted the target from the logits."),
        (wrong_06_6_chances, "This is the gradient with respect to the"),
        (wrong_06_6_sigmoid, "You used a sigmoid for each logit. The"),
        (wrong_06_6_jac, "You multiplied by p (1 − p). With logits"),
        (wrong_06_6_only_right, "You return a gradient for the right class"),
        (wrong_06_6_loss, "This is the loss. Return its gradient, one"),
        (wrong_06_6_axis0, "Your columns sum to 1. Each row has its own"),
        (wrong_06_6_overflow, "A logit of 1,000 gives nan: subtract the"),
        (wrong_06_6_log_p, "You took the logarithm of the probabilities."),
        (wrong_06_6_mean_rows, "You took the sum over axis 0, which should stay"),
    ],
    "06.8": [
        (wrong_06_8_also_mult, "The corrections divide: m / (1 − 0.9ᵗ) and v / (1 −"),
        (wrong_06_8_also_corr_swap, "The corrections are swapped: 1 − 0.9ᵗ belongs to m,"),
        (wrong_06_8_also_norate, "`rate` is missing: the step is rate · m̂ / (√v̂ + ε)"),
        (wrong_06_8_uncorrected, "The corrections by 1 − 0.9ᵗ and 1 − 0.999ᵗ"),
        (wrong_06_8_m_only, "v is not corrected: divide it by 1 − 0.999ᵗ."),
        (wrong_06_8_v_only, "m is not corrected: divide it by 1 − 0.9ᵗ."),
        (wrong_06_8_no_sqrt, "Divide by the square root of v, not by v itself."),
        (wrong_06_8_uphill, "Your step goes uphill. Subtract it, so that"),
        (wrong_06_8_inside, "You add ε inside the root, where it shortens"),
        (wrong_06_8_eps8, "Your ε is far too large. It is 1e-7, which"),
        (wrong_06_8_no_eps, "A gradient of 0 gives 0 / 0, which is nan."),
        (wrong_06_8_b_swapped, "The constants are swapped: 0.9 belongs to m"),
        (wrong_06_8_b2_99, "After step 1 with gradient 2 (m and v were 0,"),
        (wrong_06_8_t0, "t counts from 1, so the power is t, not t + 1."),
        (wrong_06_8_two, "Return three arrays: value, m, v."),
        (wrong_06_8_value_only, "Return three arrays: value, m, v."),
        (wrong_06_8_grad_not_squared, "v is the running mean of the *squared*"),
        (wrong_06_8_returns_hats, "You return the corrected m and v. The memory"),
        (wrong_06_8_sum, "You add the new gradient and its square in"),
        (wrong_06_8_step_returned, "You return the step. Return the new value:"),
    ],
    "06.10": [
        (wrong_06_10_also_signed, "You squared the mean error of each batch. Square eac"),
        (wrong_06_10_also_sumsq, "You add up the errors of a batch and then"),
        (wrong_06_10_also_mean_sum, "You add means and divide by rows. Add up the *sums*"),
        (wrong_06_10_also_rootsum, "You took a root in each batch. Add up *squares* over"),
        (wrong_06_10_also_std, "The standard deviation subtracts the mean"),
        (wrong_06_10_also_noroot, "This is the sum of squares. Divide it by the"),
        (wrong_06_10_also_max, "You return the error of the worst batch. Add"),
        (wrong_06_10_also_n1, "You divide by the number of rows minus 1. RMSE divid"),
        (wrong_06_10_also_part_last, "The last batch may be smaller than batch_size: count"),
        (wrong_06_10_sqrt_mean, "One root at the end is right. But the last"),
        (wrong_06_10_median, "A median of roots is not the RMSE over all"),
        (wrong_06_10_sum_roots, "You add up the roots of the batches. Add up"),
        (wrong_06_10_weighted, "Each batch now counts by its size, but this"),
        (wrong_06_10_n_batches, "You divide by the number of whole batches."),
        (wrong_06_10_drop_last, "You leave out the last, smaller batch. Use"),
        (wrong_06_10_mse, "This is the mean squared error. Take its"),
        (wrong_06_10_batch_size, "You divide by the size of one batch. Divide the"),
        (wrong_06_10_root_of_sum_over_n, "You take the root too early. Divide the sum"),
    ],
}

RIGHT = {
    "06.3": [right_06_3_also_try, right_06_3_copy, right_06_3_array],
    "06.4": [right_06_4_also_f32, right_06_4_also_outer, right_06_4_einsum, right_06_4_ones],
    "06.5": [right_06_5_also_tanh, right_06_5_also_cosh, right_06_5_exp, right_06_5_tanh_half],
    "06.6": [right_06_6_also_df, right_06_6_also_loop, right_06_6_loop, right_06_6_logsumexp],
    "06.8": [right_06_8_also_loop, right_06_8_also_inplace, right_06_8_lerp, right_06_8_paper],
    "06.10": [right_06_10_also_avg, right_06_10_also_hypot, right_06_10_concatenate, right_06_10_weighted_squares],
}
