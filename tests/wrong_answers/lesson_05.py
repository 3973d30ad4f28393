"""Typical wrong answers of lesson 05; each must be refused, each with its own hint."""

import numpy as np


def relu(z):
    return np.maximum(z, 0)


def two_layers_without_c(x, W, b, V, c):
    return relu(x @ W + b) @ V


def two_layers_relu_at_the_end(x, W, b, V, c):
    return relu(relu(x @ W + b) @ V + c)


def two_layers_only_hidden(x, W, b, V, c):
    return relu(x @ W + b)


def two_layers_linear(x, W, b, V, c):
    return (x @ W + b) @ V + c


def forward_relu_everywhere(x, layers):
    for W, b in layers:
        x = relu(x @ W + b)
    return x


def forward_linear(x, layers):
    for W, b in layers:
        x = x @ W + b
    return x


def forward_without_biases(x, layers):
    for W, _ in layers[:-1]:
        x = relu(x @ W)
    return x @ layers[-1][0]


def forward_stops_early(x, layers):
    for W, b in layers[:-1]:
        x = relu(x @ W + b)
    return x


def forward_bias_after_relu(x, layers):
    for W, b in layers[:-1]:
        x = relu(x @ W) + b
    W, b = layers[-1]
    return x @ W + b


def forward_doubled(x, layers):
    return 2 * forward_bias_after_relu(x, layers)


def score_as_given(users, films):
    return np.tensordot(users, films, 2)


def score_all_with_all(users, films):
    return users @ films.T


def score_over_the_pairs(users, films):
    return (users * films).sum(axis=0)


def score_as_column(users, films):
    return (users * films).sum(axis=1, keepdims=True)


def score_not_summed(users, films):
    return users * films


def score_mean(users, films):
    return (users * films).mean(axis=1)


def softmax_naive(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def softmax_of_columns(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def softmax_of_everything(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def softmax_largest_of_the_batch(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


def softmax_smallest_taken_off(z):
    e = np.exp(z - z.min(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_mean_taken_off(z):
    e = np.exp(z - z.mean(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_divided_by_the_largest(z):
    e = np.exp(z)
    return e / e.max(axis=1, keepdims=True)


def softmax_without_exp(z):
    return z / z.sum(axis=1, keepdims=True)


def binary_naive(z, t):
    p = 1 / (1 + np.exp(-z))
    return (-t * np.log(p) - (1 - t) * np.log(1 - p)).mean()


def binary_clipped(z, t):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-12, 1 - 1e-12)
    return (-t * np.log(p) - (1 - t) * np.log(1 - p)).mean()


def binary_sum(z, t):
    return (np.logaddexp(0, z) - t * z).sum()


def binary_one_each(z, t):
    return np.logaddexp(0, z) - t * z


def binary_negative(z, t):
    return (t * z - np.logaddexp(0, z)).mean()


def binary_exchanged(z, t):
    return (np.logaddexp(0, z) - (1 - t) * z).mean()


def binary_without_target(z, t):
    return np.logaddexp(0, z).mean()


def binary_all_yes(z, t):
    return np.logaddexp(0, -z).mean()


def binary_only_yes(z, t):
    return (t * np.logaddexp(0, -z)).mean()


def binary_through_exp(z, t):
    return (np.log(1 + np.exp(z)) - t * z).mean()


def binary_of_probabilities(z, t):
    return (-t * np.log(z) - (1 - t) * np.log(1 - z)).mean()


def binary_base_two(z, t):
    return (np.logaddexp(0, z) - t * z).mean() / np.log(2)


WRONG = {
    "05.1": [(-0.6, "This is the sum of the"), (4.9, "not + 1.0"), (2.8, "0 decades old"), (3.5, "Multiply −1.0")],
    "05.2": [
        (1920, "two matrices"),
        (2004, "not to an input"),
        (94, "You counted inputs and"),
        (12800, "directly"),
        (1, "Add both layers"),
    ],
    "05.4": [
        (two_layers_without_c, "c, is missing"),
        (two_layers_relu_at_the_end, "You apply a ReLU after the"),
        (two_layers_only_hidden, "returned the hidden layer"),
        (two_layers_linear, "The ReLU of the hidden layer"),
    ],
    "05.5": [
        (forward_relu_everywhere, "You apply a ReLU after the"),
        (forward_linear, "There is no ReLU, so your"),
        (forward_without_biases, "biases are missing"),
        (forward_stops_early, "stop before the last"),
        (forward_bias_after_relu, "You add the bias after ReLU."),
        (forward_doubled, "entry [0, 0] should be"),
    ],
    "05.6": [
        (lambda *given: score_as_given(*given), "You return one number for all"),
        (score_all_with_all, "every user with every film"),
        (score_over_the_pairs, "axis 0"),
        (score_as_column, "keepdims"),
        (score_not_summed, "did not sum"),
        (score_mean, "a mean instead of a sum"),
    ],
    "05.7": [
        (binary_naive, "rounded to 0 or"),
        (binary_clipped, "cut off"),
        (binary_sum, "the sum over the batch"),
        (binary_one_each, "one loss for each pair"),
        (binary_negative, "sign"),
        (binary_exchanged, "swapped"),
        (binary_without_target, "You use the loss of a no,"),
        (binary_all_yes, "You use the loss of a yes for"),
        (binary_only_yes, "A no costs nothing"),
        (binary_through_exp, "e to the 1,000"),
        (binary_of_probabilities, "You treated the logits as"),
        (binary_base_two, "has base 2"),
    ],
    "05.8": [
        (softmax_naive, "near −2,000"),
        (softmax_of_columns, "columns sum to 1"),
        (softmax_of_everything, "whole batch"),
        (softmax_largest_of_the_batch, "own largest"),
        (softmax_smallest_taken_off, "not the smallest"),
        (softmax_mean_taken_off, "or the mean"),
        (softmax_divided_by_the_largest, "Your rows do not sum to 1."),
        (softmax_without_exp, "You divided the logits by"),
    ],
    "05.9": [
        ("DEAC", "Line E"),
        ("BDAC", "The largest logit must be"),
        ("DABC", "Line A uses `log_probability`,"),
        ("DBCA", "comes last"),
        ("DBA", "each of the letters"),
    ],
}
