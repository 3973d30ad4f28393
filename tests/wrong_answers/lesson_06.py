"""Typical wrong answers of lesson 06; each must be refused, each with its own hint."""

import numpy as np


def slope_one_sided(f, value, i, h=1e-5):
    kept = value[i]
    here = f()
    value[i] = kept + h
    up = f()
    value[i] = kept
    return (up - here) / h


def slope_down_from_the_nudged(f, value, i, h=1e-5):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] -= h
    down = f()
    value[i] = kept
    return (up - down) / (2 * h)


def slope_over_h(f, value, i, h=1e-5):
    return 2 * slope_right(f, value, i, h)


def slope_right(f, value, i, h=1e-5):
    kept = value[i]
    value[i] = kept + h
    up = f()
    value[i] = kept - h
    down = f()
    value[i] = kept
    return (up - down) / (2 * h)


def slope_turned_round(f, value, i, h=1e-5):
    return -slope_right(f, value, i, h)


def slope_without_brackets(f, value, i, h=1e-5):
    return slope_right(f, value, i, h) * 2 * h / 2 * h


def slope_not_divided(f, value, i, h=1e-5):
    return 2 * h * slope_right(f, value, i, h)


def slope_not_put_back(f, value, i, h=1e-5):
    slope = slope_right(f, value, i, h)
    value[i] -= h
    return slope


def dense_mean_of_b(x, W, grad):
    return grad @ W.T, x.T @ grad, grad.mean(axis=0)


def dense_mean_of_W(x, W, grad):
    return grad @ W.T, x.T @ grad / len(x), grad.sum(axis=0)


def dense_without_transpose(x, W, grad):
    return grad @ W, x.T @ grad, grad.sum(axis=0)


def dense_b_not_summed(x, W, grad):
    return grad @ W.T, x.T @ grad, grad


def dense_b_over_the_outputs(x, W, grad):
    return grad @ W.T, x.T @ grad, grad.sum(axis=1)


def dense_other_order(x, W, grad):
    return x.T @ grad, grad.sum(axis=0), grad @ W.T


def dense_negative(x, W, grad):
    return -grad @ W.T, x.T @ grad, grad.sum(axis=0)


def dense_first_row(x, W, grad):
    return grad @ W.T, x.T @ grad, grad[0]


def dense_only_W(x, W, grad):
    return x.T @ grad


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def slope(x):
    return sigmoid(x) * (1 - sigmoid(x))


def sigmoid_over_the_batch(x, grad):
    return (grad * slope(x)).sum(axis=0)


def sigmoid_two_and_a_half(x, grad):
    return 2.5 * grad * slope(x)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_without_mean(z, target):
    return softmax(z) - target


def cross_mean_of_entries(z, target):
    return (softmax(z) - target) / z.size


def cross_turned_round(z, target):
    return (target - softmax(z)) / len(z)


def cross_with_slope(z, target):
    p = softmax(z)
    return (p - target) * p * (1 - p) / len(z)


def cross_only_chances(z, target):
    return softmax(z) / len(z)


def cross_of_logits(z, target):
    return (z - target) / len(z)


def cross_whole_batch(z, target):
    e = np.exp(z - z.max())
    return (e / e.sum() - target) / len(z)


def cross_of_probabilities(z, target):
    return -target / softmax(z) / len(z)


def cross_through_the_chances(z, target):
    p = softmax(z)
    d = -target / p / len(z)
    return p * (d - (d * p).sum(axis=1, keepdims=True))


def cross_that_overflows(z, target):
    e = np.exp(z)
    return (e / e.sum(axis=1, keepdims=True) - target) / len(z)


def adam_uncorrected(value, grad, m, v, rate, t):
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    return value - rate * m / (np.sqrt(v) + 1e-7), m, v


def adam_m_uncorrected(value, grad, m, v, rate, t):
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    return value - rate * m / (np.sqrt(v / (1 - 0.999**t)) + 1e-7), m, v


def adam_v_uncorrected(value, grad, m, v, rate, t):
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    return value - rate * m / (1 - 0.9**t) / (np.sqrt(v) + 1e-7), m, v


def adam_without_root(value, grad, m, v, rate, t):
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    return value - rate * m / (1 - 0.9**t) / (v / (1 - 0.999**t) + 1e-7), m, v


def adam_uphill(value, grad, m, v, rate, t):
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    return value + rate * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7), m, v


def adam_keeps_the_corrected(value, grad, m, v, rate, t):
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    m, v = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return value - rate * m / (np.sqrt(v) + 1e-7), m, v


def adam_with_the_gradient(value, grad, m, v, rate, t):
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    return value - rate * grad / (np.sqrt(v / (1 - 0.999**t)) + 1e-7), m, v


def adam_constants_exchanged(value, grad, m, v, rate, t):
    m, v = 0.999 * m + 0.001 * grad, 0.9 * v + 0.1 * grad**2
    return value - rate * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7), m, v


def adam_with(keep_m=0.9, keep_v=0.999, power=2, eps=1e-7, corrected=lambda t: t):
    def adam(value, grad, m, v, rate, t):
        m, v = keep_m * m + (1 - keep_m) * grad, keep_v * v + (1 - keep_v) * grad**power
        m_hat, v_hat = m / (1 - 0.9 ** corrected(t)), v / (1 - 0.999 ** corrected(t))
        return value - rate * m_hat / (np.sqrt(v_hat) + eps), m, v

    return adam


def adam_moves_first(value, grad, m, v, rate, t):
    value = value - rate * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
    return value, 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2


def adam_only_value(value, grad, m, v, rate, t):
    return value - rate * grad


def stop_as_given(weights, train_epoch, train_loss, valid_loss, n_epochs, patience):
    best, waited = np.inf, 0
    for _ in range(n_epochs):
        train_epoch()
        loss = train_loss()
        if loss < best:
            best, best_weights, waited = loss, weights, 0
        else:
            waited += 1
        if waited == patience:
            break
    return best_weights


def stop_without_copy(weights, train_epoch, train_loss, valid_loss, n_epochs, patience):
    return stop_as_given(weights, train_epoch, valid_loss, valid_loss, n_epochs, patience)


def stop_too_late(weights, train_epoch, train_loss, valid_loss, n_epochs, patience):
    return stop_right(weights, train_epoch, valid_loss, n_epochs, patience + 1)


def stop_never_reset(weights, train_epoch, train_loss, valid_loss, n_epochs, patience):
    best, waited = np.inf, 0
    for _ in range(n_epochs):
        train_epoch()
        loss = valid_loss()
        if loss < best:
            best, best_weights = loss, weights.copy()
        else:
            waited += 1
        if waited == patience:
            break
    return best_weights


def stop_right(weights, train_epoch, valid_loss, n_epochs, patience):
    best, waited = np.inf, 0
    for _ in range(n_epochs):
        train_epoch()
        loss = valid_loss()
        if loss < best:
            best, best_weights, waited = loss, weights.copy(), 0
        else:
            waited += 1
        if waited == patience:
            break
    return best_weights


def stop_at_the_first_weights(weights, train_epoch, train_loss, valid_loss, n_epochs, patience):
    first = weights.copy()
    stop_right(weights, train_epoch, valid_loss, n_epochs, patience)
    return first


def _errors(predict, x, y, batch_size):
    parts = [slice(start, start + batch_size) for start in range(0, len(x), batch_size)]
    return [predict(x[part]) - y[part] for part in parts]


def rmse_mean_of_means(*case):
    return np.sqrt(np.mean([(errors**2).mean() for errors in _errors(*case)]))


def rmse_weighted_roots(predict, x, y, batch_size):
    total = sum(len(e) * np.sqrt((e**2).mean()) for e in _errors(predict, x, y, batch_size))
    return total / len(x)


def rmse_without_root(predict, x, y, batch_size):
    return sum((errors**2).sum() for errors in _errors(predict, x, y, batch_size)) / len(x)


def rmse_of_sums(*case):
    return np.sqrt(sum((errors**2).sum() for errors in _errors(*case)))


def rmse_of_the_last_batch(*case):
    return np.sqrt((_errors(*case)[-1] ** 2).mean())


def rmse_of_the_first_batch(*case):
    return np.sqrt((_errors(*case)[0] ** 2).mean())


WRONG = {
    "06.1": [
        (18, "The size is right, but the"),
        (-6, "slope of b"),
        (-9, "2 e, not e"),
        (9, "the loss"),
        (5, "Forward first"),
    ],
    "06.3": [
        (slope_one_sided, "upward nudge with the value"),
        (slope_down_from_the_nudged, "from `kept`"),
        (slope_over_h, "twice too large"),
        (slope_turned_round, "reversed"),
        (slope_without_brackets, "Python divides by 2 and then"),
        (slope_not_divided, "This is a difference. Divide"),
        (slope_not_put_back, "put `kept` back"),
    ],
    "06.4": [
        (dense_mean_of_b, "grad_b is a mean"),
        (dense_mean_of_W, "grad_W is a mean"),
        (dense_without_transpose, "shapes do not fit"),
        (dense_b_not_summed, "grad_b has shape"),
        (dense_other_order, "another order"),
        (dense_negative, "wrong sign"),
        (dense_first_row, "first row"),
        (dense_only_W, "Return three arrays: grad_x"),
    ],
    "06.5": [
        (lambda x, grad: slope(x), "slope alone"),
        (lambda x, grad: grad, "You returned `grad`"),
        (lambda x, grad: grad * sigmoid(x), "multiplied by y"),
        (lambda x, grad: grad * (1 - sigmoid(x)), "1 − y only"),
        (lambda x, grad: grad * (1 - sigmoid(x) ** 2), "slope of tanh"),
        (lambda x, grad: grad * x * (1 - x), "x where y belongs"),
        (lambda x, grad: grad * slope(sigmoid(x)), "You applied the sigmoid"),
        (lambda x, grad: -grad * slope(x), "reversed"),
        (sigmoid_over_the_batch, "summed over the batch"),
        (lambda x, grad: grad * slope(x) / len(x), "mean over the batch"),
        (lambda x, grad: grad + slope(x), "You added the slope to"),
        (lambda x, grad: grad / slope(x), "You divided `grad` by the"),
        (sigmoid_two_and_a_half, "2.5 times"),
    ],
    "06.6": [
        (cross_without_mean, "mean is missing"),
        (cross_mean_of_entries, "all entries"),
        (cross_turned_round, "reversed"),
        (cross_with_slope, "cancelled out"),
        (cross_only_chances, "You did not subtract the"),
        (cross_of_logits, "You subtracted the target"),
        (cross_whole_batch, "whole batch"),
        (cross_of_probabilities, "respect to the probabilities"),
        (cross_that_overflows, "before exp"),
        (cross_through_the_chances, "rounded to 0"),
    ],
    "06.7": [
        ("DFEBA", "Line B"),
        ("FDECA", "Everything happens for each"),
        ("DFEAC", "The step uses the gradients."),
        ("DEFCA", "needs `output`"),
        ("DFCEA", "needs `grad`"),
        ("DFE", "each of the letters"),
    ],
    "06.8": [
        (adam_uncorrected, "The corrections by 1 − 0.9ᵗ"),
        (adam_m_uncorrected, "m is not corrected"),
        (adam_v_uncorrected, "v is not corrected"),
        (adam_without_root, "square root"),
        (adam_uphill, "Your step goes uphill."),
        (adam_keeps_the_corrected, "uncorrected; the correction"),
        (adam_with_the_gradient, "moved by the gradient"),
        (adam_constants_exchanged, "swapped"),
        (adam_only_value, "Return three arrays: value"),
        (adam_with(eps=0.0), "0 / 0"),
        (adam_with(power=1), "v is the running mean of the"),
        (adam_with(corrected=lambda t: 1), "power t is missing"),
        (adam_with(corrected=lambda t: t + 1), "counts from 1"),
        (adam_with(keep_m=0.1, keep_v=0.001), "You swapped old and new in both"),
        (adam_with(keep_m=0.1), "You swapped old and new in m:"),
        (adam_with(keep_v=0.001), "You swapped old and new in v:"),
        (adam_moves_first, "You take the step before m"),
    ],
    "06.9": [(1e-12, "power of ten alone: -12"), (0.001, "power of ten alone: -3")],
    "06.10": [
        (rmse_mean_of_means, "a mean of means"),
        (rmse_weighted_roots, "Each batch now counts by its"),
        (rmse_without_root, "mean squared error"),
        (rmse_of_sums, "divided by the number of rows"),
        (rmse_of_the_last_batch, "the last batch"),
        (rmse_of_the_first_batch, "inside the loop"),
        (lambda predict, x, y, n: np.abs(predict(x) - y).mean(), "absolute errors"),
    ],
}
