"""Natural answers of lesson 05: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

# ruff: noqa: E731, B007 - this is how learners write

import numpy as np

R = lambda z: np.maximum(z, 0)


def wrong_05_4_no_bias(x, W, b, V, c):
    return R(x @ W + b) @ V


def wrong_05_4_relu_end(x, W, b, V, c):
    return R(R(x @ W + b) @ V + c)


def wrong_05_4_no_relu(x, W, b, V, c):
    return (x @ W + b) @ V + c


def wrong_05_4_hidden(x, W, b, V, c):
    return R(x @ W + b)


def wrong_05_4_bias_inside(x, W, b, V, c):
    return R(x @ W) @ V + c


def wrong_05_4_VT(x, W, b, V, c):
    return R(x @ W + b) @ V.T + c


def wrong_05_4_minus_c(x, W, b, V, c):
    return R(x @ W + b) @ V - c


def wrong_05_4_bias_twice(x, W, b, V, c):
    return R(x @ W + b) @ V + 2 * c


def wrong_05_4_sigmoid(x, W, b, V, c):
    return 1 / (1 + np.exp(-(R(x @ W + b) @ V + c)))


def wrong_05_4_mean(x, W, b, V, c):
    return (R(x @ W + b) @ V + c).mean(axis=0)


def wrong_05_4_late(x, W, b, V, c):
    return (R(x @ W) + b) @ V + c


def right_05_4_loop(x, W, b, V, c):
    return [[float(R(r @ W + b) @ V[:, j] + c[j]) for j in range(len(c))] for r in x]


def right_05_4_float32(x, W, b, V, c):
    return R(x.astype("float32") @ W.astype("float32") + b.astype("float32")) @ V.astype("float32") + c.astype(
        "float32"
    )


def wrong_05_5_relu_all(x, layers):
    for W, b in layers:
        x = R(x @ W + b)
    return x


def wrong_05_5_no_relu(x, layers):
    for W, b in layers:
        x = x @ W + b
    return x


def wrong_05_5_first_only(x, layers):
    W, b = layers[0]
    return x @ W + b


def wrong_05_5_not_last(x, layers):
    for W, b in layers[:-1]:
        x = R(x @ W + b)
    return x


def wrong_05_5_no_bias(x, layers):
    for W, b in layers[:-1]:
        x = R(x @ W)
    return x @ layers[-1][0]


def wrong_05_5_relu_before(x, layers):
    for n, (W, b) in enumerate(layers):
        x = (R(x) if n else x) @ W + b if n < len(layers) - 1 else x @ W + b
    return x


def wrong_05_5_last_bias_missing(x, layers):
    for W, b in layers[:-1]:
        x = R(x @ W + b)
    return x @ layers[-1][0]


def wrong_05_5_input_each_time(x, layers):
    for W, b in layers:
        try:
            y = R(x @ W + b)
        except ValueError:
            pass
    return y


def wrong_05_5_return_in_loop(x, layers):
    for W, b in layers:
        x = R(x @ W + b)
        return x


def wrong_05_5_sigmoid_end(x, layers):
    for W, b in layers[:-1]:
        x = R(x @ W + b)
    W, b = layers[-1]
    return 1 / (1 + np.exp(-(x @ W + b)))


def wrong_05_5_tanh(x, layers):
    for W, b in layers[:-1]:
        x = np.tanh(x @ W + b)
    W, b = layers[-1]
    return x @ W + b


def wrong_05_5_relu_after_bias(x, layers):
    for W, b in layers[:-1]:
        x = R(x @ W) + b
    W, b = layers[-1]
    return x @ W + b


def wrong_05_5_abs(x, layers):
    for W, b in layers[:-1]:
        x = np.abs(x @ W + b)
    W, b = layers[-1]
    return x @ W + b


def wrong_05_5_relu_even(x, layers):
    for n, (W, b) in enumerate(layers):
        x = x @ W + b
        if n < len(layers):
            x = R(x)
    return x


def right_05_5_recursive(x, layers):
    (W, b), *rest = layers
    x = x @ W + b
    return right_05_5_recursive(R(x), rest) if rest else x


def right_05_5_index(x, layers):
    for n in range(len(layers)):
        z = np.dot(x, layers[n][0]) + layers[n][1]
        x = z * (z > 0) if n != len(layers) - 1 else z
    return x.tolist()


def wrong_05_6_all(users, films):
    return users @ films.T


def wrong_05_6_tensordot1(users, films):
    return np.tensordot(users, films.T, 1)


def wrong_05_6_axis0(users, films):
    return (users * films).sum(axis=0)


def wrong_05_6_one(users, films):
    return (users * films).sum()


def wrong_05_6_keepdims(users, films):
    return (users * films).sum(axis=1, keepdims=True)


def wrong_05_6_unsummed(users, films):
    return users * films


def wrong_05_6_mean(users, films):
    return (users * films).mean(axis=1)


def wrong_05_6_plus(users, films):
    return (users + films).sum(axis=1)


def wrong_05_6_cosine(users, films):
    return (users * films).sum(axis=1) / np.linalg.norm(users, axis=1) / np.linalg.norm(films, axis=1)


def wrong_05_6_first(users, films):
    return np.array([users[0] @ f for f in films])


def wrong_05_6_vdot(users, films):
    return np.vdot(users, films)


def wrong_05_6_max(users, films):
    return (users * films).max(axis=1)


def right_05_6_einsum(users, films):
    return np.einsum("nd,nd->n", users, films)


def right_05_6_diag(users, films):
    return np.diag(users @ films.T)


def right_05_6_list(users, films):
    return [sum(a * b for a, b in zip(u, f)) for u, f in zip(users, films)]


S = lambda z: 1 / (1 + np.exp(-z))


def wrong_05_7_naive(z, t):
    p = S(z)
    return np.mean(-t * np.log(p) - (1 - t) * np.log(1 - p))


def wrong_05_7_sum(z, t):
    return np.sum(np.logaddexp(0, z) - t * z)


def wrong_05_7_vector(z, t):
    return np.logaddexp(0, z) - t * z


def wrong_05_7_sign(z, t):
    return np.mean(t * z - np.logaddexp(0, z))


def wrong_05_7_no_only(z, t):
    return np.mean(np.logaddexp(0, z))


def wrong_05_7_yes_only(z, t):
    return np.mean(np.logaddexp(0, -z))


def wrong_05_7_swapped(z, t):
    return np.mean(np.logaddexp(0, -z) + t * z)


def wrong_05_7_plus_tz(z, t):
    return np.mean(np.logaddexp(0, z) + t * z)


def wrong_05_7_clip(z, t):
    p = np.clip(S(z), 1e-7, 1 - 1e-7)
    return np.mean(-t * np.log(p) - (1 - t) * np.log(1 - p))


def wrong_05_7_clip_z(z, t):
    z = np.clip(z, -30, 30)
    return np.mean(np.logaddexp(0, z) - t * z)


def wrong_05_7_mean_rows(z, t):
    return (np.logaddexp(0, z) - t * z).mean(axis=0)


def wrong_05_7_mean_rows1(z, t):
    return (np.logaddexp(0, z) - t * z).sum(axis=1).mean()


def wrong_05_7_log1pexp(z, t):
    return np.mean(np.log(1 + np.exp(z)) - t * z)


def wrong_05_7_yes_part(z, t):
    return np.mean(t * np.logaddexp(0, -z))


def wrong_05_7_squared(z, t):
    return np.mean((S(z) - t) ** 2)


def wrong_05_7_logits_as_p(z, t):
    return np.mean(-t * np.log(z) - (1 - t) * np.log(1 - z))


def right_05_7_where(z, t):
    return np.where(t == 1, np.logaddexp(0, -z), np.logaddexp(0, z)).mean()


def right_05_7_max(z, t):
    return float(np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))))


def wrong_05_8_axis0(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def wrong_05_8_whole(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def wrong_05_8_whole_max(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


def wrong_05_8_no_shift(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def wrong_05_8_max(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.max(axis=1, keepdims=True)


def wrong_05_8_no_exp(z):
    return z / z.sum(axis=1, keepdims=True)


def wrong_05_8_log(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def wrong_05_8_keepdims(z):
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1)


def wrong_05_8_min(z):
    e = np.exp(z - z.min(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def wrong_05_8_sigmoid(z):
    return 1 / (1 + np.exp(-z))


def wrong_05_8_argmax(z):
    return np.eye(z.shape[1])[z.argmax(axis=1)]


def wrong_05_8_minus(z):
    e = np.exp(-(z - z.min(axis=1, keepdims=True)))
    return e / e.sum(axis=1, keepdims=True)


def wrong_05_8_no_div(z):
    return np.exp(z - z.max(axis=1, keepdims=True))


def right_05_8_loop(z):
    out = []
    for r in z:
        e = np.exp(r - max(r))
        out.append((e / e.sum()).tolist())
    return out


def right_05_8_logaddexp(z):
    return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))


NATURAL = {
    "05.4": [
        (wrong_05_4_no_bias, "The bias of the last layer, c, is missing."),
        (wrong_05_4_relu_end, "You apply a ReLU after the last layer. Leave"),
        (wrong_05_4_no_relu, "The ReLU of the hidden layer is missing: use"),
        (wrong_05_4_hidden, "You returned the hidden layer. Multiply it by V"),
        (wrong_05_4_bias_inside, "The bias of the hidden layer, b, is missing:"),
        (wrong_05_4_VT, "Shapes do not fit in one of your steps: is an"),
        (wrong_05_4_minus_c, "You subtract the bias c. Add it."),
        (wrong_05_4_bias_twice, "You add the bias c twice. Add it once."),
        (wrong_05_4_sigmoid, "You apply a sigmoid after the last layer."),
        (wrong_05_4_mean, "You took the mean over axis 0, which should"),
        (wrong_05_4_late, "You add b after the ReLU. It belongs inside:"),
    ],
    "05.5": [
        (wrong_05_5_relu_all, "You apply a ReLU after the last layer, too."),
        (wrong_05_5_no_relu, "There is no ReLU, so your layers collapse"),
        (wrong_05_5_first_only, "Only the first layer is used. Pass the"),
        (wrong_05_5_not_last, "You stop before the last layer."),
        (wrong_05_5_no_bias, "The biases are missing: add b in each layer."),
        (wrong_05_5_relu_before, "ReLU is missing between the last two layers."),
        (wrong_05_5_last_bias_missing, "The bias of the last layer is missing."),
        (wrong_05_5_input_each_time, "You stop after the first layer: is your"),
        (wrong_05_5_return_in_loop, "You stop after the first layer: is your"),
        (wrong_05_5_sigmoid_end, "You apply a sigmoid after the last layer."),
        (wrong_05_5_tanh, "You use tanh. Use ReLU instead:"),
        (wrong_05_5_relu_after_bias, "You add the bias after ReLU. Add it before."),
        (wrong_05_5_abs, "You take absolute values. ReLU replaces"),
        (wrong_05_5_relu_even, "You apply a ReLU after the last layer, too."),
    ],
    "05.6": [
        (wrong_05_6_all, "You scored every user with every film, shape"),
        (wrong_05_6_tensordot1, "You scored every user with every film, shape"),
        (wrong_05_6_axis0, "You summed over the pairs (axis 0). Sum over"),
        (wrong_05_6_one, "You return one number for all pairs"),
        (wrong_05_6_keepdims, "The numbers are right, but the shape is (n,"),
        (wrong_05_6_unsummed, "You multiplied, but did not sum. Sum over"),
        (wrong_05_6_mean, "Your result is `users.shape[1]` times too small: do you return a mean"),
        (wrong_05_6_plus, "You add the rows of user and film. Multiply"),
        (wrong_05_6_cosine, "You divide by the lengths, which gives a"),
        (wrong_05_6_first, "You scored every film with the first user."),
        (wrong_05_6_vdot, "You return one number for all pairs"),
        (wrong_05_6_max, "You took the largest product. A score is the"),
    ],
    "05.7": [
        (wrong_05_7_naive, "For z = 40 and t = 0 your loss is inf. Do"),
        (wrong_05_7_sum, "This is the sum over the batch. Take the"),
        (wrong_05_7_vector, "You returned one loss for each pair. Take the"),
        (wrong_05_7_sign, "The sign is reversed: a loss is never negative"),
        (wrong_05_7_no_only, "You use the loss of a no, log(1 + eᶻ), for"),
        (wrong_05_7_yes_only, "You use the loss of a yes for every pair."),
        (wrong_05_7_swapped, "Yes and no are swapped: a large z must be"),
        (wrong_05_7_plus_tz, "You add t z. Subtract it: log(1 + eᶻ) − t z."),
        (wrong_05_7_clip, "For z = 40 and t = 0 the loss is cut off: it"),
        (wrong_05_7_clip_z, "For z = 40 and t = 0 the loss is cut off: it"),
        (wrong_05_7_mean_rows, "One step is missing: take the mean over axis 0."),
        (wrong_05_7_mean_rows1, "You sum over each row before the mean. Take"),
        (wrong_05_7_log1pexp, "For z = 1000 and t = 0 your loss is inf. e"),
        (wrong_05_7_yes_part, "A no costs nothing in your loss: the term"),
        (wrong_05_7_squared, "This is the mean squared error of the"),
        (wrong_05_7_logits_as_p, "You treated the logits as probabilities. z"),
    ],
    "05.8": [
        (wrong_05_8_axis0, "Your columns sum to 1. A row is one visitor:"),
        (wrong_05_8_whole, "The whole batch sums to 1. Sum each row by"),
        (wrong_05_8_whole_max, "One row has logits near −2,000, another near"),
        (wrong_05_8_no_shift, "For logits near −2,000 every exponential is 0,"),
        (wrong_05_8_max, "Your rows do not sum to 1. Divide each row"),
        (wrong_05_8_no_exp, "You divided the logits by their sum. Take"),
        (wrong_05_8_log, "This is the logarithm of softmax. Apply exp"),
        (wrong_05_8_keepdims, "A maximum or a sum for each row needs"),
        (wrong_05_8_min, "The row 0, 2,000, −2,000 gives nan. Subtract"),
        (wrong_05_8_sigmoid, "This is a sigmoid of each logit. Softmax"),
        (wrong_05_8_argmax, "You put all the probability on the largest"),
        (wrong_05_8_minus, "The *lowest* logit gets the highest"),
        (wrong_05_8_no_div, "Your rows do not sum to 1. Divide each row"),
    ],
}

RIGHT = {
    "05.4": [right_05_4_loop, right_05_4_float32],
    "05.5": [right_05_5_recursive, right_05_5_index],
    "05.6": [right_05_6_einsum, right_05_6_diag, right_05_6_list],
    "05.7": [right_05_7_where, right_05_7_max],
    "05.8": [right_05_8_loop, right_05_8_logaddexp],
}
