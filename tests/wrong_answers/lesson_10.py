"""Typical wrong answers of lesson 10; each must be refused, each with its own hint."""

import numpy as np


def window_swapped(history, length):
    return window(history, length)[::-1]


def window(history, length):
    inputs, targets = history[:-1][-length:], history[1:][-length:]
    behind = (0, length - len(inputs))
    return np.pad(inputs, behind), np.pad(targets, behind)


def window_without_shift(history, length):
    inputs = history[:-1][-length:]
    row = np.pad(inputs, (0, length - len(inputs)))
    return row, row


def window_padded_in_front(history, length):
    inputs, targets = history[:-1][-length:], history[1:][-length:]
    front = (length - len(inputs), 0)
    return np.pad(inputs, front), np.pad(targets, front)


def window_of_the_oldest(history, length):
    inputs, targets = history[:-1][:length], history[1:][:length]
    behind = (0, length - len(inputs))
    return np.pad(inputs, behind), np.pad(targets, behind)


def window_not_padded(history, length):
    return history[:-1][-length:], history[1:][-length:]


def window_cut_first(history, length):
    newest = history[-length:]
    behind = (0, length - len(newest) + 1)
    return np.pad(newest[:-1], behind), np.pad(newest[1:], behind)


def window_with_the_newest_as_input(history, length):
    newest = history[-length:]
    targets = np.append(newest[1:], 0)
    behind = (0, length - len(newest))
    return np.pad(newest, behind), np.pad(targets, behind)


def window_only_inputs(history, length):
    return window(history, length)[0]


def window_one_zero_too_few(history, length):
    behind = (0, max(0, length - len(history)))
    return np.pad(history[:-1][-length:], behind), np.pad(history[1:][-length:], behind)


def window_padded_on_both_sides(history, length):
    inputs, targets = history[:-1][-length:], history[1:][-length:]
    return np.pad(inputs, length - len(inputs)), np.pad(targets, length - len(targets))


def window_rolled(history, length):
    inputs = history[:-1][-length:]
    return np.pad(inputs, (0, length - len(inputs))), np.pad(inputs[1:], (0, length - len(inputs) + 1))


def window_not_cut(history, length):
    return np.pad(history[:-1], (0, length - len(history) + 1)), np.pad(history[1:], (0, length - len(history) + 1))


def window_of_two_lengths(history, length):
    return window(history, length)[0], history[1:]


def conv(zeros, flip=False, use_dilation=True):
    def layer(x, kernel, dilation):
        size, step = len(kernel), dilation if use_dilation else 1
        front, back = zeros(size, step)
        padded = np.pad(x, ((front, back), (0, 0)))
        n_out = len(padded) - step * (size - 1)
        kernel = kernel[::-1] if flip else kernel
        return sum(padded[k * step : k * step + n_out] @ kernel[k] for k in range(size))[: len(x)]

    return layer


def in_front(size, step):
    return step * (size - 1), 0


def conv_zeros_for_dilation_one(x, kernel, dilation):
    size = len(kernel)
    padded = np.pad(x, ((size - 1, dilation * size), (0, 0)))
    return sum(padded[k * dilation : k * dilation + len(x)] @ kernel[k] for k in range(size))


def conv_slices_without_dilation(x, kernel, dilation):
    padded = np.pad(x, ((dilation * (len(kernel) - 1), 0), (0, 0)))
    return sum(padded[k : k + len(x)] @ kernel[k] for k in range(len(kernel)))


def conv_wrapped(x, kernel, dilation):
    out = np.zeros((len(x), kernel.shape[2]))
    for t in range(len(x)):
        for k in range(len(kernel)):
            out[t] += x[t - (len(kernel) - 1 - k) * dilation] @ kernel[k]
    return out


def conv_not_summed(x, kernel, dilation):
    padded = np.pad(x, ((dilation * (len(kernel) - 1), 0), (0, 0)))
    for k in range(len(kernel)):
        out = padded[k * dilation : k * dilation + len(x)] @ kernel[k]
    return out


def newest_still_inverted(states, history):
    n_pads = np.count_nonzero(history == 0, axis=1)
    return np.stack([state[n - 1] for state, n in zip(states, n_pads)])


def newest_is_the_last_place(states, history):
    return states[:, -1]


def newest_of_empty_is_the_last_place(states, history):
    return states[np.arange(len(states)), (history > 0).sum(axis=1) - 1]


def newest_of_empty_is_the_first_place(states, history):
    return states[np.arange(len(states)), np.maximum((history > 0).sum(axis=1) - 1, 0)]


def newest_is_the_sum(states, history):
    return (states * (history != 0)[:, :, None]).sum(axis=1)


def newest_one_too_far(states, history):
    n_real = (history > 0).sum(axis=1)
    picked = states[np.arange(len(states)), np.minimum(n_real, history.shape[1] - 1)]
    return picked * (n_real > 0)[:, None]


def newest_is_the_oldest(states, history):
    return states[:, 0] * (history[:, :1] > 0)


def newest_is_the_mean(states, history):
    is_real = (history > 0)[:, :, None]
    return (states * is_real).sum(axis=1) / np.maximum(is_real.sum(axis=1), 1)


def pool_all_places(x, is_real):
    return x.max(axis=1)


def pool_with_zero(x, is_real):
    return (x * is_real[:, :, None]).max(axis=1)


def pool_with(fill):
    return lambda x, is_real: np.where(is_real[:, :, None], x, fill).max(axis=1)


def pool_upside_down(x, is_real):
    return np.where(is_real[:, :, None], -np.inf, x).max(axis=1)


def pool_over_numbers(x, is_real):
    return np.where(is_real[:, :, None], x, -np.inf).max(axis=2)


def pool_mean(x, is_real):
    kept = is_real[:, :, None]
    return (x * kept).sum(axis=1) / kept.sum(axis=1)


WRONG = {
    "10.1": [
        ([4, 8, 2, 6], "Those are the inputs"),
        ([9, 4, 8, 2], "oldest part"),
        ([2, 6, 5, 0], "Your targets are one position"),
        ([4, 8, 2, 6, 5], "Keep the newest four of these"),
        ([9, 4, 8, 2, 6], "all the inputs"),
        ([8, 2, 6, 5, 0], "A window has four positions,"),
        ([5, 6, 2, 8], "from old to new"),
        (5, "Write a list of four films, such"),
        ([1, 2, 3, 4], "Write the inputs"),
    ],
    "10.2": [
        (window_swapped, "wrong way round"),
        (window_without_shift, "the inputs themselves"),
        (window_padded_in_front, "Your zeros are in front. They"),
        (window_of_the_oldest, "oldest part"),
        (window_not_padded, "Fill it up with zeros"),
        (window_cut_first, "lose one input"),
        (window_with_the_newest_as_input, "The newest film is among your"),
        (window_one_zero_too_few, "One zero is missing"),
        (window_padded_on_both_sides, "on both sides"),
        (window_rolled, "last target is missing"),
        (window_not_cut, "negative number"),
        (window_of_two_lengths, "second result has shape (1,)"),
        (window_only_inputs, "Return 2 results, `return one, another`"),
        (3, "the function itself"),
    ],
    "10.3": [
        (conv(lambda size, step: (step * (size - 1) // 2, step * size)), "both sides"),
        (conv(lambda size, step: (0, step * size)), "Your zeros are at the end, so"),
        (conv(in_front, flip=True), "reversed"),
        (conv(in_front, use_dilation=False), "You left out the dilation: the"),
        (conv(lambda size, step: (0, 0)), "first positions are lost"),
        (conv(lambda size, step: (step * (size - 1) + 1, 0)), "You have one row of zeros too"),
        (conv(lambda size, step: (step * size, 0)), "dilation · size rows"),
        (conv_slices_without_dilation, "The number of zeros is right,"),
        (conv_wrapped, "negative index"),
        (conv_not_summed, "You use only the last matrix"),
        (conv_zeros_for_dilation_one, "Your number of zeros is right"),
    ],
    "10.5": [
        (7, "without dilation"),
        (14, "You left out the position itself."),
        (9, "layer 3 alone"),
        (13, "That is the result of layers"),
        (27, "3 · 3 · 3 counts the paths through"),
        (21, "counts the position itself in each layer"),
        (22, "reaches only 2 steps"),
        (16, "You counted one film too many."),
        (5, "reaches back 8 positions"),
    ],
    "10.7": [
        (newest_still_inverted, "still count the zeros"),
        (newest_is_the_last_place, "The last position of the row"),
        (newest_of_empty_is_the_last_place, "must give zeros"),
        (newest_one_too_far, "where the padding begins"),
        (newest_is_the_oldest, "the oldest film"),
        (newest_of_empty_is_the_first_place, "the state at position 0"),
        (newest_is_the_sum, "added up"),
        (newest_is_the_mean, "the mean over"),
    ],
    "10.10": [
        (pool_all_places, "still takes part"),
        (pool_with_zero, "0 beats every negative"),
        (pool_with(np.inf), "wins every maximum"),
        (pool_with(np.nan), "is NaN"),
        (pool_upside_down, "Your mask is inverted: you kept"),
        (pool_over_numbers, "last axis"),
        (pool_mean, "mean over the real positions"),
    ],
}
