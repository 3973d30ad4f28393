"""Natural answers of lesson 10: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np


def pad(row, n):
    return np.pad(row, (0, max(0, n - len(row))))


def wrong_10_2_minus_l_minus_1(history, length):
    inputs, targets = history[-length - 1 : -1], history[-length:]
    return pad(inputs, length), pad(targets, length)


def wrong_10_2_front_slices(history, length):
    inputs = history[:length]
    targets = history[1 : length + 1]
    return pad(inputs, length), pad(targets, length)


def wrong_10_2_pad_front(history, length):
    inputs, targets = history[:-1][-length:], history[1:][-length:]
    out = np.zeros(length, int)
    out2 = np.zeros(length, int)
    out[-len(inputs) :] = inputs
    out2[-len(targets) :] = targets
    return out, out2


def wrong_10_2_targets_by_two(history, length):
    inputs, targets = history[:-2][-length:], history[2:][-length:]
    return pad(inputs, length), pad(targets, length)


def wrong_10_2_only_last_target(history, length):
    inputs = history[:-1][-length:]
    return pad(inputs, length), np.array([history[-1]])


def wrong_10_2_targets_include_first(history, length):
    inputs, targets = history[:-1][-length:], history[-length:]
    return pad(inputs, length), pad(targets, length)


def wrong_10_2_reversed(history, length):
    newest = history[::-1]
    return pad(newest[1:][:length], length), pad(newest[:-1][:length], length)


def wrong_10_2_resize(history, length):
    return np.resize(history[:-1][-length:], length), np.resize(history[1:][-length:], length)


def wrong_10_2_pad_ones(history, length):
    i, t = history[:-1][-length:], history[1:][-length:]
    return np.pad(i, (0, length - len(i)), constant_values=-1), np.pad(t, (0, length - len(t)), constant_values=-1)


def right_10_2_lists(history, length):
    h = list(history)
    i = h[max(0, len(h) - 1 - length) : -1]
    t = h[max(1, len(h) - length) :]
    return i + [0] * (length - len(i)), t + [0] * (length - len(t))


def right_10_2_stack(history, length):
    out = np.zeros((2, length))
    n = min(length, len(history) - 1)
    out[0, :n] = history[-n - 1 : -1]
    out[1, :n] = history[-n:]
    return out


def right_10_2_tuple_of_int32(history, length):
    w = np.lib.stride_tricks.sliding_window_view(history, 2)[-length:].astype("int32")
    return [np.concatenate([w[:, k], np.zeros(length - len(w), "int32")]) for k in (0, 1)]


def wrong_10_3_no_dilation_in_pad(x, kernel, dilation):
    size = len(kernel)
    p = np.pad(x, ((size - 1, 0), (0, 0)))
    out = np.zeros((len(x), kernel.shape[2]))
    for t in range(len(x)):
        for k in range(size):
            if t + k * dilation < len(p):
                out[t] += p[t + k * dilation] @ kernel[k]
    return out


def wrong_10_3_future(x, kernel, dilation):
    size = len(kernel)
    p = np.pad(x, ((0, dilation * (size - 1)), (0, 0)))
    return sum(p[k * dilation : k * dilation + len(x)] @ kernel[k] for k in range(size))


def wrong_10_3_minus(x, kernel, dilation):
    out = np.zeros((len(x), kernel.shape[2]))
    for t in range(len(x)):
        for k in range(len(kernel)):
            if t - k * dilation >= 0:
                out[t] += x[t - k * dilation] @ kernel[k]
    return out


def wrong_10_3_transposed_kernel(x, kernel, dilation):
    size = len(kernel)
    p = np.pad(x, ((dilation * (size - 1), 0), (0, 0)))
    return sum(p[k * dilation : k * dilation + len(x)] @ kernel[k].T for k in range(size))


def wrong_10_3_mean(x, kernel, dilation):
    size = len(kernel)
    p = np.pad(x, ((dilation * (size - 1), 0), (0, 0)))
    return np.mean([p[k * dilation : k * dilation + len(x)] @ kernel[k] for k in range(size)], axis=0)


def wrong_10_3_edge(x, kernel, dilation):
    size = len(kernel)
    p = np.pad(x, ((dilation * (size - 1), 0), (0, 0)), mode="edge")
    return sum(p[k * dilation : k * dilation + len(x)] @ kernel[k] for k in range(size))


def wrong_10_3_without_itself(x, kernel, dilation):
    size = len(kernel)
    p = np.pad(x, ((dilation * (size - 1), 0), (0, 0)))
    return sum(p[k * dilation : k * dilation + len(x)] @ kernel[k] for k in range(size - 1)) + np.zeros(
        (len(x), kernel.shape[2])
    )


def wrong_10_3_relu(x, kernel, dilation):
    size = len(kernel)
    p = np.pad(x, ((dilation * (size - 1), 0), (0, 0)))
    return np.maximum(sum(p[k * dilation : k * dilation + len(x)] @ kernel[k] for k in range(size)), 0)


def wrong_10_3_too_long(x, kernel, dilation):
    size = len(kernel)
    n = dilation * (size - 1)
    p = np.pad(x, ((n, n), (0, 0)))
    return sum(p[k * dilation : k * dilation + len(x) + n] @ kernel[k] for k in range(size))


def right_10_3_loops(x, kernel, dilation):
    out = []
    for t in range(len(x)):
        s = [0.0] * kernel.shape[2]
        for back, m in enumerate(kernel[::-1]):
            if t - back * dilation >= 0:
                s = [a + b for a, b in zip(s, x[t - back * dilation] @ m)]
        out.append(s)
    return out


def right_10_3_float32(x, kernel, dilation):
    x = x.astype("float32")
    size = len(kernel)
    p = np.pad(x, ((dilation * (size - 1), 0), (0, 0)))
    s = np.stack([p[k * dilation : k * dilation + len(x)] for k in range(size)])
    return np.einsum("kti,kio->to", s, kernel.astype("float32"))


def wrong_10_7_argmin_minus_1(states, history):
    return states[np.arange(len(states)), (history == 0).argmax(axis=1) - 1]


def wrong_10_7_argmin(states, history):
    return states[np.arange(len(states)), history.argmin(axis=1) - 1]


def wrong_10_7_no_minus(states, history):
    n = (history > 0).sum(axis=1)
    return states[np.arange(len(states)), n % history.shape[1]]


def wrong_10_7_no_zero(states, history):
    n = (history > 0).sum(axis=1)
    return states[np.arange(len(states)), n - 1]


def wrong_10_7_axis0(states, history):
    n = (history > 0).sum(axis=0)
    return states[np.arange(len(states)), n[: len(states)] - 1]


def wrong_10_7_all_pairs(states, history):
    n = (history > 0).sum(axis=1)
    return states[:, n - 1]


def wrong_10_7_multiplied_wrongly(states, history):
    n = (history > 0).sum(axis=1)
    return states[np.arange(len(states)), n - 1] * (history[:, -1] > 0)[:, None]


def wrong_10_7_nan_for_empty(states, history):
    n = (history > 0).sum(axis=1)
    out = states[np.arange(len(states)), n - 1].copy()
    out[n == 0] = np.nan
    return out


def wrong_10_7_max_id(states, history):
    return states[np.arange(len(states)), history.argmax(axis=1)] * (history.max(axis=1) > 0)[:, None]


def wrong_10_7_drops_empty(states, history):
    n = (history > 0).sum(axis=1)
    k = n > 0
    return states[k][np.arange(k.sum()), n[k] - 1]


def right_10_7_loop(states, history):
    out = []
    for s, h in zip(states, history):
        real = [i for i, f in enumerate(h) if f != 0]
        out.append(list(s[real[-1]]) if real else [0] * s.shape[1])
    return out


def right_10_7_where(states, history):
    n = np.count_nonzero(history, axis=1)
    newest = np.take_along_axis(states, np.maximum(n - 1, 0)[:, None, None], axis=1)[:, 0]
    return np.where((n > 0)[:, None], newest, 0).astype("float32")


def wrong_10_10_zero(x, is_real):
    return np.where(is_real[:, :, None], x, 0).max(axis=1)


def wrong_10_10_minus_one(x, is_real):
    return np.where(is_real[:, :, None], x, -1).max(axis=1)


def wrong_10_10_abs(x, is_real):
    return np.abs(np.where(is_real[:, :, None], x, 0)).max(axis=1)


def wrong_10_10_keepdims(x, is_real):
    return np.where(is_real[:, :, None], x, -np.inf).max(axis=1, keepdims=True)


def wrong_10_10_min(x, is_real):
    return np.where(is_real[:, :, None], x, np.inf).min(axis=1)


def wrong_10_10_all(x, is_real):
    return np.where(is_real[:, :, None], x, -np.inf).max()


def wrong_10_10_sum(x, is_real):
    return (x * is_real[:, :, None]).sum(axis=1)


def wrong_10_10_last(x, is_real):
    return x[np.arange(len(x)), is_real.sum(axis=1) - 1]


def wrong_10_10_unmasked(x, is_real):
    return np.max(x, axis=1)


def wrong_10_10_argmax(x, is_real):
    return np.where(is_real[:, :, None], x, -np.inf).argmax(axis=1)


def wrong_10_10_batch(x, is_real):
    return np.where(is_real[:, :, None], x, -np.inf).max(axis=0)


def right_10_10_big_negative(x, is_real):
    return np.where(is_real[:, :, None], x, -1e9).max(axis=1)


def right_10_10_loop(x, is_real):
    return [r[m].max(axis=0).tolist() for r, m in zip(x, is_real)]


def right_10_10_masked(x, is_real):
    return np.ma.array(x, mask=np.broadcast_to(~is_real[:, :, None], x.shape)).max(axis=1)


NATURAL = {
    "10.2": [
        (wrong_10_2_minus_l_minus_1, "`history[-length:]` gives the"),
        (wrong_10_2_front_slices, "That is the beginning of the history, with the"),
        (wrong_10_2_pad_front, "Your zeros are in front. They"),
        (wrong_10_2_targets_by_two, "Your targets come two films after"),
        (wrong_10_2_only_last_target, "You have one target per window,"),
        (wrong_10_2_targets_include_first, "`history[-length:]` gives the"),
        (wrong_10_2_reversed, "Your window runs from the newest film to the"),
        (wrong_10_2_resize, "You repeat a short history (`np.resize`)."),
        (wrong_10_2_pad_ones, "You fill up the end with −1."),
    ],
    "10.3": [
        (wrong_10_3_no_dilation_in_pad, "Your number of zeros is right"),
        (wrong_10_3_future, "Your zeros are at the end, so"),
        (wrong_10_3_minus, "Your kernel is reversed: its"),
        (wrong_10_3_transposed_kernel, "Shapes do not fit in one of your steps: is an"),
        (wrong_10_3_mean, "Your result is `len(kernel)` times too small: do you return a mean"),
        (wrong_10_3_edge, "You repeat the first film in"),
        (wrong_10_3_without_itself, "The last matrix of the kernel is left out: your"),
        (wrong_10_3_relu, "You apply a ReLU at the end."),
        (wrong_10_3_too_long, "Your result has too many rows:"),
    ],
    "10.7": [
        (wrong_10_7_argmin_minus_1, "An empty history must give zeros. Index −1"),
        (wrong_10_7_argmin, "`argmin` finds the padding only"),
        (wrong_10_7_no_minus, "You read index n, which is past"),
        (wrong_10_7_no_zero, "An empty history must give zeros. Index −1"),
        (wrong_10_7_axis0, "Shapes do not fit in one of your steps: is an"),
        (wrong_10_7_all_pairs, "`states[:, n - 1]` reads every row at the"),
        (wrong_10_7_multiplied_wrongly, "You set every history that is"),
        (wrong_10_7_nan_for_empty, "Entry [3, 0] is NaN: is something divided by"),
        (wrong_10_7_max_id, "That is the position of the *highest id*. The"),
        (wrong_10_7_drops_empty, "The empty history is missing:"),
    ],
    "10.10": [
        (wrong_10_10_zero, "You fill hidden positions with 0,"),
        (wrong_10_10_minus_one, "You fill hidden positions with −1,"),
        (wrong_10_10_abs, "You took absolute values. Return"),
        (wrong_10_10_keepdims, "The numbers are right, but the shape is not."),
        (wrong_10_10_min, "That is the smallest number."),
        (wrong_10_10_all, "You took the largest over all entries, which"),
        (wrong_10_10_sum, "You added up the positions. Return"),
        (wrong_10_10_last, "That is the last word of each"),
        (wrong_10_10_unmasked, "Padding still takes part in the maximum: hide"),
        (wrong_10_10_argmax, "You return the position of the"),
        (wrong_10_10_batch, "You pooled over the batch, axis 0, and mixed"),
    ],
}

RIGHT = {
    "10.2": [right_10_2_lists, right_10_2_stack, right_10_2_tuple_of_int32],
    "10.3": [right_10_3_loops, right_10_3_float32],
    "10.7": [right_10_7_loop, right_10_7_where],
    "10.10": [right_10_10_big_negative, right_10_10_loop, right_10_10_masked],
}
