"""Optimisers: four rules that move weights against their gradient, and what holds their memory from step to step.

A rule is a function that changes `value` in place, given its gradient `grad`, the learning rate `rate` and the number
`t` of the step (1, 2, …). If it asks for `m` or `v`, it gets arrays of the shape of `value` that are 0 at first and
that it may change: its memory. Anything with such a signature can be a rule.
"""

from functools import partial
from inspect import signature

import numpy as np

from recsys_helpers.models.scratch.layers import Parameter


class Optimiser:
    """Moves parameters against their gradients by a rule, one `step` after each `backward`. Built in lesson 06.

    The gradient of the penalty l2 · Σ value² is added to that of the loss, so `rmsprop` and `adam` rescale it too.
    AdamW shrinks the weights apart from the gradient: another rule (Loshchilov & Hutter, ICLR 2019).
    """

    def __init__(self, parameters: list[Parameter], rule, learning_rate: float = 0.001):
        if not 0 < learning_rate < np.inf:
            raise ValueError(f"The learning rate must be above 0 and finite, not {learning_rate}.")
        self.parameters, self.rule, self.learning_rate, self.n_steps = list(parameters), rule, learning_rate, 0
        names = [name for name in ("m", "v") if name in signature(rule).parameters]
        self.memory = [{name: np.zeros_like(p.value) for name in names} for p in self.parameters]

    def step(self) -> None:
        """Move every parameter once."""
        self.n_steps += 1
        rule = partial(self.rule, rate=self.learning_rate, t=self.n_steps)
        for p, memory in zip(self.parameters, self.memory):
            p.move(rule, memory)


def sgd(value, grad, rate, t):
    """value −= rate · grad (Robbins & Monro 1951)."""
    value -= rate * grad


def momentum(value, grad, m, rate, t, beta=0.9):
    """m = beta · m − rate · grad; value += m (Polyak 1964).

    Torch keeps the rate out of m, which is the same as long as the rate is constant.
    """
    m *= beta
    m -= rate * grad
    value += m


def rmsprop(value, grad, v, rate, t, rho=0.9, epsilon=1e-7):
    """v = rho · v + (1 − rho) · grad²; value −= rate · grad / √(v + epsilon) (Hinton 2012).

    Torch adds epsilon to √v instead.
    """
    v += (1 - rho) * (grad**2 - v)
    value -= rate * grad / np.sqrt(v + epsilon)


def adam(value, grad, m, v, rate, t, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Running means m of grad and v of grad², corrected for their start at 0 (Kingma & Ba 2015, end of section 2).

    Torch follows Algorithm 1 of the paper: epsilon, there 1e-8, is added after √v is corrected.
    """
    m += (1 - beta_1) * (grad - m)
    v += (1 - beta_2) * (grad**2 - v)
    rate *= (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    value -= rate * m / (np.sqrt(v) + epsilon)
