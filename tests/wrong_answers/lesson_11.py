"""Typical wrong answers of lesson 11; each must be refused, each with its own hint."""

import numpy as np


def _sigmoid(v):
    return 1 / (1 + np.exp(-v))


def _rnn(x, W, U, b, activation=np.tanh, start=np.zeros):
    state, states = start((len(x), len(b))), []
    for t in range(x.shape[1]):
        state = activation(x[:, t] @ W + state @ U + b)
        states.append(state)
    return np.stack(states, axis=1)


def rnn_newest_only(x, W, U, b):
    return _rnn(x, W, U, b)[:, -1]


def rnn_without_activation(x, W, U, b):
    return _rnn(x, W, U, b, activation=lambda v: v)


def rnn_without_bias(x, W, U, b):
    return _rnn(x, W, U, np.zeros_like(b))


def rnn_bias_behind(x, W, U, b):
    state, states = np.zeros((len(x), len(b))), []
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W + state @ U) + b
        states.append(state)
    return np.stack(states, axis=1)


def rnn_without_memory(x, W, U, b):
    return np.tanh(x @ W + b)


def rnn_transposed(x, W, U, b):
    return _rnn(x, W, U.T, b)


def rnn_from_one(x, W, U, b):
    return _rnn(x, W, U, b, start=np.ones)


def rnn_backwards(x, W, U, b):
    return _rnn(x[:, ::-1], W, U, b)[:, ::-1]


def rnn_length_first(x, W, U, b):
    return np.stack(list(_rnn(x, W, U, b).transpose(1, 0, 2)))


def rnn_list_forgotten(x, W, U, b):
    return _rnn(x[:, :1], W, U, b)


def rnn_sigmoid(x, W, U, b):
    return _rnn(x, W, U, b, activation=_sigmoid)


def rnn_memory_outside(x, W, U, b):
    state, states = np.zeros((len(x), len(b))), []
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W + b) + state @ U
        states.append(state)
    return np.stack(states, axis=1)


def rnn_stored_before(x, W, U, b):
    state, states = np.zeros((len(x), len(b))), []
    for t in range(x.shape[1]):
        states.append(state)
        state = np.tanh(x[:, t] @ W + state @ U + b)
    return np.stack(states, axis=1)


def rnn_same_array(x, W, U, b):
    state, states = np.zeros((len(x), len(b))), []
    for t in range(x.shape[1]):
        state[:] = np.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
    return np.stack(states, axis=1)


def _parts(x, h, W, U, b):
    return np.split(x @ W + b[0], 3, axis=1), np.split(h @ U + b[1], 3, axis=1)


def gru_shares_swapped(x, h, W, U, b):
    (x_z, x_r, x_c), (h_z, h_r, h_c) = _parts(x, h, W, U, b)
    z, r = _sigmoid(x_z + h_z), _sigmoid(x_r + h_r)
    return (1 - z) * h + z * np.tanh(x_c + r * h_c)


def gru_reset_before(x, h, W, U, b):
    dim = h.shape[1]
    (x_z, x_r, x_c), (h_z, h_r, _) = _parts(x, h, W, U, b)
    z, r = _sigmoid(x_z + h_z), _sigmoid(x_r + h_r)
    return z * h + (1 - z) * np.tanh(x_c + (r * h) @ U[:, 2 * dim :] + b[1, 2 * dim :])


def gru_gates_swapped(x, h, W, U, b):
    (x_r, x_z, x_c), (h_r, h_z, h_c) = _parts(x, h, W, U, b)
    z, r = _sigmoid(x_z + h_z), _sigmoid(x_r + h_r)
    return z * h + (1 - z) * np.tanh(x_c + r * h_c)


def gru_one_bias(x, h, W, U, b):
    return gru_right(x, h, W, U, np.stack([b[0], 0 * b[1]]))


def gru_right(x, h, W, U, b, activation=np.tanh, gate=_sigmoid):
    (x_z, x_r, x_c), (h_z, h_r, h_c) = _parts(x, h, W, U, b)
    z, r = gate(x_z + h_z), gate(x_r + h_r)
    return z * h + (1 - z) * activation(x_c + r * h_c)


def gru_biases_summed(x, h, W, U, b):
    return gru_right(x, h, W, U, np.stack([b[0] + b[1], 0 * b[1]]))


def gru_no_activation(x, h, W, U, b):
    return gru_right(x, h, W, U, b, activation=lambda v: v)


def gru_sigmoid_candidate(x, h, W, U, b):
    return gru_right(x, h, W, U, b, activation=_sigmoid)


def gru_gates_without_sigmoid(x, h, W, U, b):
    return gru_right(x, h, W, U, b, gate=lambda v: v)


def gru_never_resets(x, h, W, U, b):
    (x_z, _, x_c), (h_z, _, h_c) = _parts(x, h, W, U, b)
    z = _sigmoid(x_z + h_z)
    return z * h + (1 - z) * np.tanh(x_c + h_c)


def gru_candidate(x, h, W, U, b):
    (_, x_r, x_c), (_, h_r, h_c) = _parts(x, h, W, U, b)
    return np.tanh(x_c + _sigmoid(x_r + h_r) * h_c)


def gru_reset_all(x, h, W, U, b):
    (x_z, x_r, x_c), (h_z, h_r, h_c) = _parts(x, h, W, U, b)
    z, r = _sigmoid(x_z + h_z), _sigmoid(x_r + h_r)
    return z * h + (1 - z) * np.tanh(r * (x_c + h_c))


def gru_full_candidate(x, h, W, U, b):
    z = _sigmoid(sum(_parts(x, h, W, U, b)[side][0] for side in (0, 1)))
    return z * h + gru_candidate(x, h, W, U, b)


def gru_forgets_all(x, h, W, U, b):
    z = _sigmoid(sum(_parts(x, h, W, U, b)[side][0] for side in (0, 1)))
    return (1 - z) * gru_candidate(x, h, W, U, b)


def gru_no_bias(x, h, W, U, b):
    return gru_right(x, h, W, U, np.zeros_like(b))


def gru_one_row(x, h, W, U, b):
    return gru_right(x, h, W, U, b)[0]


def newest_by_number(states, history):
    return states[np.arange(len(states)), np.count_nonzero(history, axis=1) - 1]


def newest_last_place(states, history):
    return states[:, -1]


def newest_inverted(states, history):
    return states[np.arange(len(history)), (history == 0).sum(axis=1) - 1]


def newest_oldest(states, history):
    return states[np.arange(len(history)), (history > 0).argmax(axis=1)]


def newest_one_early(states, history):
    places = (history > 0) * np.arange(history.shape[1])
    return states[np.arange(len(history)), places.max(axis=1) - 1]


def newest_outside(states, history):
    places = (history > 0) * np.arange(1, history.shape[1] + 1)
    return states[np.arange(len(history)), places.max(axis=1)]


def newest_highest(states, history):
    return states[np.arange(len(history)), history.argmax(axis=1)]


def newest_mean(states, history):
    is_real = (history > 0)[:, :, None]
    return (states * is_real).sum(axis=1) / is_real.sum(axis=1)


def newest_all_rows(states, history):
    return states[:, (history > 0).sum(axis=1) - 1]


def newest_unpaired(states, history):
    return states[:, ((history > 0) * np.arange(history.shape[1])).max(axis=1)]


def newest_before_pad(states, history):
    return states[np.arange(len(history)), (history == 0).argmax(axis=1) - 1]


def _longer(history, n=10):
    return np.pad(history, ((0, 0), (0, n)))


def judged_in_front(model, history):
    return bool(np.abs(model(np.pad(history, ((0, 0), (10, 0)))) - model(history)).max() < 1e-5)


def judged_to_the_bit(model, history):
    return bool((model(_longer(history)) == model(history)).all())


def judged_four_users(model, history):
    return bool(np.abs(model(_longer(history))[:4] - model(history)[:4]).max() < 1e-5)


def judged_nearly_to_the_bit(model, history):
    return np.allclose(model(_longer(history)), model(history))


def judged_by_mean(model, history):
    return bool(np.abs(model(_longer(history)) - model(history)).mean() < 1e-5)


def judged_loosely(model, history):
    return bool(np.abs(model(_longer(history)) - model(history)).max() < 1e-3)


def judged_without_abs(model, history):
    return bool((model(_longer(history)) - model(history)).max() < 1e-5)


def judged_order(model, history):
    return bool((np.argsort(model(_longer(history))) == np.argsort(model(history))).all())


def judged_best_scores(model, history):
    one, two = np.sort(model(_longer(history)))[:, -5:], np.sort(model(history))[:, -5:]
    return bool(np.abs(one - two).max() < 1e-5)


def judged_turned_round(model, history):
    return bool(np.abs(model(_longer(history)) - model(history)).max() > 1e-5)


def judged_same_twice(model, history):
    return bool(np.abs(model(history) - model(history.copy())).max() < 1e-5)


def judged_shapes(model, history):
    return model(_longer(history)).shape == model(history).shape


def judged_array(model, history):
    return np.abs(model(_longer(history)) - model(history)) < 1e-5


def judged_in_place(model, history):
    before = model(history)
    after = model(_longer(history))
    history[:, -1] = 0
    return bool(np.abs(after - before).max() < 1e-5)


def judged_floats(model, history):
    longer = np.hstack([history, np.zeros((len(history), 10))])
    return bool(np.abs(model(longer) - model(history)).max() < 1e-5)


def judged_user_by_user(model, history):
    return all(np.abs(model(_longer(row[None])[0]) - model(row[None])).max() < 1e-5 for row in history)


WRONG = {
    "11.1": [
        (0.5, "film alone"),
        (0.86, "the whole memory"),
        (0.59, "That is the number after tanh."),
        (0.91, "funny number"),
        (0.18, "memory alone"),
        (0.43, "halved the film"),
        (1.18, "only half scary"),
        (2.0, "Add 0.5 from the film and half"),
    ],
    "11.2": [
        (rnn_newest_only, "You return only the last state."),
        (rnn_without_activation, "nonlinearity is missing"),
        (rnn_without_bias, "bias is missing"),
        (rnn_bias_behind, "You add the bias after tanh."),
        (rnn_without_memory, "no memory"),
        (rnn_transposed, "You use U transposed. Write `state"),
        (rnn_from_one, "Begin with zeros"),
        (rnn_backwards, "from its end"),
        (rnn_length_first, "(length, batch, dim)"),
        (rnn_list_forgotten, "Your loop ends after the first"),
        (rnn_sigmoid, "not a sigmoid"),
        (rnn_memory_outside, "Apply tanh to the whole sum"),
        (rnn_stored_before, "*before* each film"),
        (rnn_same_array, "same array"),
    ],
    "11.3": [
        (0.064, "its own position"),
        (0.0128, "three steps through U, not four"),
        (0.0256, "W is 1"),
        (0.512, "left out the nonlinearities"),
        (0.0625, "left out U"),
        (0.256, "four times, not once"),
        (0.08, "Count again"),
        (3, "Start at the fourth state"),
    ],
    "11.5": [
        (gru_shares_swapped, "shares are swapped"),
        (gru_reset_before, "reset before the product"),
        (gru_gates_swapped, "wrong way round"),
        (gru_one_bias, "second row of the bias is missing"),
        (gru_biases_summed, "The second row of the bias is outside"),
        (gru_no_activation, "no nonlinearity"),
        (gru_sigmoid_candidate, "You apply a sigmoid to the candidate."),
        (gru_gates_without_sigmoid, "not between 0 and 1"),
        (gru_never_resets, "Nothing is reset"),
        (gru_candidate, "You return the candidate"),
        (gru_reset_all, "You reset the film's part as"),
        (gru_full_candidate, "counts fully"),
        (gru_forgets_all, "Nothing of the old state"),
        (gru_no_bias, "Both rows"),
        (gru_one_row, "Your result has shape"),
    ],
    "11.7": [
        (newest_by_number, "You still read at the number"),
        (newest_last_place, "You read the last position, which"),
        (newest_inverted, "You count the pads. Find the"),
        (newest_oldest, "oldest film"),
        (newest_one_early, "You read one position too early:"),
        (newest_outside, "Use one position for each row,"),
        (newest_highest, "highest id"),
        (newest_mean, "You average several states. Return"),
        (newest_all_rows, "Your result has shape"),
        (newest_unpaired, "Pair them"),
        (newest_before_pad, "on both sides"),
    ],
    "11.8": [
        (judged_in_front, "You put padding in front. The"),
        (judged_to_the_bit, "last bit"),
        (judged_nearly_to_the_bit, "atol=1e-5"),
        (judged_by_mean, "not a mean"),
        (judged_loosely, "changes by 0.0005"),
        (judged_four_users, "one user only"),
        (judged_without_abs, "scores that fall"),
        (judged_order, "order of the items"),
        (judged_best_scores, "only the best items"),
        (judged_turned_round, "reversed"),
        (judged_same_twice, "True for every model"),
        (judged_array, "True or False, for the whole batch"),
        (judged_in_place, "Work on a copy"),
        (judged_floats, "not whole"),
        (judged_user_by_user, "a whole batch"),
    ],
    "11.10": [
        ("FBECD", "Line D"),
        ("FBEC", "each of the letters"),
        ("BFECA", "Line F makes an empty list. Inside"),
        ("FBCEA", "at the *end* of an epoch"),
        ("FABEC", "comes last"),
        ("FEBCA", "opens the loop"),
    ],
}
