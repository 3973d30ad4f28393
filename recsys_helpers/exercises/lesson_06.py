"""Checks of lesson 06, propagate backward."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import (
    NotYet,
    agree,
    as_number,
    as_power_of_ten,
    choice,
    exercise,
    judge,
    must_be_function,
    parsons,
    trace,
    variants,
)

trace(
    "06.1",
    "O1",
    -18,
    {
        18: "The size is right, but the sign is wrong: the error h − t is 2 − 5 = −3.",
        -6: "This is the slope of b, and of a. The weight is multiplied by x = 3, so d_w has that factor, too.",
        -9: "The slope of e² is 2 e, not e.",
        9: "This is the loss. Find its slope with respect to w: walk backwards.",
        -3: "This is the error e alone. Its square has the slope 2 e, which is then multiplied by x = 3.",
        0: "The ReLU is open here: z = 2 is positive, so its slope is 1.",
    },
    "Forward first: a = 3, z = 2, h = 2, e = −3. Then d_w = 2 e · 1 · 1 · x.",
    "d_w = 2 · (−3) from the square, times 1 from the open ReLU, times x = 3, is −18.",
)


choice(
    "06.2",
    "O2",
    right="c",
    why_not={
        "a": "x + 1e-300 is rounded to x itself, so both values are equal and the slope comes out as 0.",
        "b": "The two values agree in almost all of their 16 digits; about four digits are left after the subtraction.",
        "d": "The function is curved within 0.1 to each side: two or three digits are right. A smaller h is "
        "better, up to a point.",
    },
    done="1e-5 is small enough that the curve is nearly a line, and large enough that the subtraction keeps "
    "enough digits.",
)


def _loss_that_reads(value, weights):
    return lambda: float((weights * np.exp(value)).sum())


@exercise(
    "06.3",
    "O2",
    "faded",
    done="The centred difference nudges one entry up and down, puts it back, and divides by the distance, 2 h.",
)
def slope_at(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(1)
    for _ in range(20):
        shape = (int(rng.integers(2, 4)), int(rng.integers(4, 6)))
        value, weights = rng.normal(size=shape), rng.uniform(0.5, 2, size=shape)
        i = (int(rng.integers(shape[0])), int(rng.integers(shape[1])))
        h = float(rng.choice([1e-2, 1e-3]))
        before = value.copy()
        f = _loss_that_reads(value, weights)
        up, here, down = (float(weights[i] * np.exp(before[i] + step)) for step in (h, 0, -h))
        try:
            got = as_number(answer(f, value, i, h))
        except TypeError as error:
            if "positional argument" in str(error):
                raise NotYet("`f` takes no arguments: it reads `value`. Change value[i] and call f().") from error
            raise
        known = {
            "Your difference is one-sided: it compares the upward nudge with the value itself. Nudge down as well.": (
                up - here
            )
            / h,
            "Nudge down from `kept`: subtracting h from the nudged value only brings you back to the start.": (
                up - here
            )
            / (2 * h),
            "The distance from down to up is 2 h, not h, so your slope is twice too large.": (up - down) / h,
            "The sign is reversed: subtract down from up.": (down - up) / (2 * h),
            "Python divides by 2 and then multiplies by h. Add parentheses: / (2 * h).": (up - down) / 2 * h,
            "You divide only the second value. Add parentheses: (up − down) / (2 * h).": up - down / (2 * h),
            "This is a mean. A slope is a *difference*, divided by the distance, 2 h.": (up + down) / 2,
            "This is a difference. Divide it by the distance, 2 h, to get a slope.": up - down,
            "You divide by h². The distance from down to up is 2 h: divide the difference by 2 * h.": (up - down)
            / h**2,
            "You divided by 2, but not by h. Divide by the distance, (2 * h).": (up - down) / 2,
            "You went down by 2 h from `kept`. Go down by h, so that up and down are equally far.": (
                float(weights[i]) * (np.exp(before[i] + h) - np.exp(before[i] - 2 * h)) / (2 * h)
            ),
            "Up and down are equal: `f` reads `value`, so change value[i] itself, not a copy.": 0.0,
            "You set the downward value to −h. It should be kept − h.": (
                float(weights[i]) * (np.exp(before[i] + h) - np.exp(-h)) / (2 * h)
            ),
            "Your difference is one-sided: it compares the value itself with the downward nudge. Use both nudges.": (
                here - down
            )
            / h,
        }
        if not np.isclose(got, (up - down) / (2 * h), rtol=1e-7):
            for hint, wrong in known.items():
                if np.isclose(got, wrong, rtol=1e-7):
                    raise NotYet(hint)
            raise NotYet(f"For h={h} it should be {(up - down) / (2 * h):.6f}, yours is {got:.6f}.")
        if not np.array_equal(value, before):
            raise NotYet("The slope is right, but `value` has changed: put `kept` back, exactly.")


def _dense_backward(x, W, grad):
    return grad @ W.T, x.T @ grad, grad.sum(axis=0)


_DENSE_MISTAKES = {
    "grad_x": {
        "grad_x is `x` itself. The gradient comes from the next layer: multiply `grad` by W.T.": lambda x, W, grad: x,
    },
    "grad_W": {
        "grad_W holds the first row only. Every row uses W: sum over the batch, x.T @ grad.": (
            lambda x, W, grad: np.outer(x[0], grad[0])
        ),
        "grad_W holds the last row only. Every row uses W: sum over the batch, x.T @ grad.": (
            lambda x, W, grad: np.outer(x[-1], grad[-1])
        ),
        "grad_W is a product of two sums. Multiply row by row first, then sum: x.T @ grad.": (
            lambda x, W, grad: np.outer(x.sum(axis=0), grad.sum(axis=0))
        ),
        "grad_W is a product of two means. Multiply row by row first, then sum: x.T @ grad.": (
            lambda x, W, grad: np.outer(x.mean(axis=0), grad.mean(axis=0))
        ),
        "grad_W uses the forward pass, x @ W. Use the incoming gradient: x.T @ grad.": lambda x, W, grad: x.T @ (x @ W),
        "W is added to grad_W. Return the gradient alone; the step comes later.": lambda x, W, grad: W + x.T @ grad,
        "grad_W has lost its signs. A gradient may be negative.": lambda x, W, grad: np.abs(x.T @ grad),
    },
    "grad_b": {
        "grad_b is 1 everywhere. That is the slope of the bias alone; multiply by `grad`, and sum over the batch.": (
            lambda x, W, grad: np.ones(W.shape[1])
        ),
        "grad_b holds the last row only. Every row uses the bias: sum over the batch.": lambda x, W, grad: grad[-1],
    },
}


@exercise("06.4", "O2", "code", done="Two matrix products and one sum replace the three nested loops.")
def dense_backward(answer) -> None:
    must_be_function(answer)
    rng = np.random.default_rng(2)
    names = ("grad_x", "grad_W", "grad_b")
    for _ in range(20):
        batch, n_in, n_out = (int(n) for n in rng.choice(np.arange(2, 9), 3, replace=False))
        x, W, grad = rng.normal(size=(batch, n_in)), rng.normal(size=(n_in, n_out)), rng.normal(size=(batch, n_out))
        try:
            got = answer(x.copy(), W.copy(), grad.copy())
        except ValueError as error:
            raise NotYet(
                f"The shapes do not fit: {error}. Each gradient has the shape of the array that it belongs "
                "to; transpose until it does."
            ) from None
        if not isinstance(got, tuple | list) or len(got) != 3:
            raise NotYet("Return three arrays: grad_x, grad_W, grad_b.")
        right = _dense_backward(x, W, grad)
        shapes = [np.shape(part) for part in got]
        if shapes != [part.shape for part in right]:
            if sorted(shapes) == sorted(part.shape for part in right):
                raise NotYet("The shapes are right, but in another order: return grad_x, grad_W, grad_b.")
            if shapes[2] == (1, n_out):
                raise NotYet("grad_b has one axis too many: sum with axis=0, without keepdims.")
            if shapes[2] == (batch,):
                raise NotYet("grad_b is summed over the neurons. Sum over the batch: axis=0.")
            for name, mine, part in zip(names, shapes, right):
                if mine != part.shape:
                    raise NotYet(f"{name} has shape {mine}; it needs that of the array it belongs to, {part.shape}.")
        for name, mine, part in zip(names, got, right):
            if agree(mine, part):
                continue
            for hint, mistaken in _DENSE_MISTAKES[name].items():
                if agree(mine, mistaken(x, W, grad)):
                    raise NotYet(hint)
            if np.allclose(mine, part / batch):
                raise NotYet(
                    f"{name} is a mean over the batch. Take the sum: the loss has already put the mean into `grad`."
                )
            if np.allclose(mine, -part):
                raise NotYet(f"{name} has the wrong sign. The minus comes later, with the step.")
            if name == "grad_b" and np.allclose(mine, grad[0]):
                raise NotYet("grad_b holds the first row only. Every row uses the bias: sum over the batch.")
            raise NotYet(f"{name} has the right shape, but its numbers differ from those of the slow version.")


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


@exercise(
    "06.5",
    "O2",
    "faded",
    done="The incoming gradient is multiplied by the slope, so far from the middle hardly any of it passes.",
)
def sigmoid_backward(answer) -> None:
    rng = np.random.default_rng(6)
    shapes = [(int(rng.integers(2, 5)), int(rng.integers(5, 8))) for _ in range(20)]
    cases = [(2 * rng.normal(size=shape), rng.normal(size=shape)) for shape in shapes]

    def truth(x, grad):
        return np.array([[g * _sigmoid(z) * _sigmoid(-z) for z, g in zip(*row)] for row in zip(x, grad)])

    slope = lambda x: _sigmoid(x) * _sigmoid(-x)  # noqa: E731
    mistakes = {
        "This is the slope alone. Multiply `grad`, the gradient from the next layer, by it.": lambda x, grad: slope(x),
        "Parentheses: `grad * y * 1 - y` subtracts y at the end. Write grad * y * (1 - y).": (
            lambda x, grad: grad * _sigmoid(x) - _sigmoid(x)
        ),
        "This is the slope of a ReLU. The slope of the sigmoid is y (1 − y).": lambda x, grad: grad * (x > 0),
        "This is y, the result of the forward pass. Return `grad` times the slope y (1 − y).": lambda x, grad: _sigmoid(
            x
        ),
        "You put `grad` into the sigmoid. Take the slope at x, and multiply `grad` by it.": (
            lambda x, grad: slope(grad)
        ),
        "You multiplied by e⁻ˣ, which is only a part of the formula. The sigmoid's slope is y (1 − y).": (
            lambda x, grad: grad * np.exp(-x)
        ),
        "You returned `grad` unchanged. Multiply it by the slope of the sigmoid.": lambda x, grad: grad,
        "You multiplied by y, which is the value, not the slope. The slope is 0 at both ends.": (
            lambda x, grad: grad * _sigmoid(x)
        ),
        "You multiplied by 1 − y only. The slope is 0 at both ends, also where y is near 0.": (
            lambda x, grad: grad * _sigmoid(-x)
        ),
        "1 − y² is the slope of tanh. The slope of the sigmoid is 0 where y is 0, too.": (
            lambda x, grad: grad * (1 - _sigmoid(x) ** 2)
        ),
        "You squared y. The slope is y (1 − y), which is 0 at both ends.": lambda x, grad: grad * _sigmoid(x) ** 2,
        "You squared 1 − y. The slope is y (1 − y), which is 0 at both ends.": lambda x, grad: grad * _sigmoid(-x) ** 2,
        "0.25 is the slope in the middle only. Elsewhere it is y (1 − y).": lambda x, grad: grad / 4,
        "This is the sigmoid of `grad`. Multiply `grad` by the slope at x, y (1 − y).": lambda x, grad: _sigmoid(grad),
        "Parentheses: the slope is y * (1 − y). Multiply all of it by `grad`.": (
            lambda x, grad: _sigmoid(x) * (grad - _sigmoid(x))
        ),
        "You used x where y belongs: the slope is computed from the output.": lambda x, grad: grad * x * (1 - x),
        "You applied the sigmoid twice: `y` is already its output.": lambda x, grad: grad * slope(_sigmoid(x)),
        "The sign is reversed: a sigmoid only rises, so its slope is never negative.": (
            lambda x, grad: -grad * slope(x)
        ),
        "You summed over the batch. Each number of `x` has its own gradient.": (
            lambda x, grad: (grad * slope(x)).sum(axis=0)
        ),
        "You took a mean over the batch. The loss has already put the mean into `grad`.": (
            lambda x, grad: grad * slope(x) / len(x)
        ),
        "You added the slope to `grad`. The chain rule multiplies.": lambda x, grad: grad + slope(x),
        "You divided `grad` by the slope. The chain rule multiplies.": lambda x, grad: grad / slope(x),
    }
    judge(answer, cases, truth, mistakes)


def _gradient(z, target, rows=len, sign=1.0, extra=lambda p: 1.0):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return sign * (p - target) * extra(p) / rows(z)


@exercise(
    "06.6",
    "O2",
    "code",
    done="The gradient of the logits is the probabilities minus the target, divided by the number of rows.",
)
def cross_entropy_gradient(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for _ in range(20):
        batch, n = int(rng.integers(2, 5)), int(rng.integers(5, 9))
        cases.append((2 * rng.normal(size=(batch, n)), np.eye(n)[rng.integers(0, n, batch)]))

    def whole_batch(z, target):
        e = np.exp(z - z.max())
        return (e / e.sum() - target) / len(z)

    mistakes = {
        "The mean is missing: the loss is a mean over rows, so divide by the number of rows.": partial(
            _gradient, rows=lambda z: 1
        ),
        "You divided by all entries. The loss is a mean over rows: divide by the number of rows.": partial(
            _gradient, rows=np.size
        ),
        "You divided by the number of columns. The loss is a mean over *rows*.": partial(
            _gradient, rows=lambda z: z.shape[1]
        ),
        "You used a sigmoid for each logit. The probabilities of a row come from one softmax.": (
            lambda z, target: (1 / (1 + np.exp(-z)) - target) / len(z)
        ),
        "You return a gradient for the right class only. The other logits have one as well: p / rows.": (
            lambda z, target: _gradient(z, target) * target
        ),
        "This is the loss. Return its gradient, one number for each logit: (p − t) / rows.": (
            lambda z, target: -np.log((_gradient(z, 0 * target, rows=lambda z: 1) * target).sum(axis=1)).mean()
        ),
        "Your columns sum to 1. Each row has its own softmax: axis=1.": (
            lambda z, target: (_gradient(z.T, 0 * z.T, rows=lambda z: 1).T - target) / len(z)
        ),
        "You took the logarithm of the probabilities. The gradient is p − t, without it.": (
            lambda z, target: (np.log(_gradient(z, 0 * target, rows=lambda z: 1)) - target) / len(z)
        ),
        "The sign is reversed: subtract the target from the probabilities.": partial(_gradient, sign=-1.0),
        "You multiplied by p (1 − p). With logits this factor has cancelled out: the slope is p − t.": partial(
            _gradient, extra=lambda p: p * (1 - p)
        ),
        "You did not subtract the target: the gradient is (p − t) / rows.": lambda z, target: _gradient(z, 0 * target),
        "You subtracted the target from the logits. Turn them into probabilities first: softmax.": lambda z, target: (
            (z - target) / len(z)
        ),
        "Only the target is divided by the number of rows. Add parentheses: (p − t) / rows.": (
            lambda z, target: _gradient(z, 0 * target, rows=lambda z: 1) - target / len(z)
        ),
        "This is the loss, entry by entry. Its gradient with respect to the logits is (p − t) / rows.": (
            lambda z, target: -target * np.log(_gradient(z, 0 * target, rows=lambda z: 1)) / len(z)
        ),
        "You squared p − t. The gradient is p − t itself, with its sign.": (
            lambda z, target: _gradient(z, target, rows=lambda z: 1) ** 2 / len(z)
        ),
        "exp alone does not give probabilities. Divide each row by its sum: softmax.": (
            lambda z, target: (np.exp(z - z.max(axis=1, keepdims=True)) - target) / len(z)
        ),
        "exp alone does not give probabilities. Divide each row by its sum, for a softmax.": (
            lambda z, target: (np.exp(z) - target) / len(z)
        ),
        "You divide the logits by their sum. Take exp of them first: softmax.": (
            lambda z, target: (z / z.sum(axis=1, keepdims=True) - target) / len(z)
        ),
        "You subtracted the largest logit, but exp and the division are missing: softmax first, then minus target.": (
            lambda z, target: (z - z.max(axis=1, keepdims=True) - target) / len(z)
        ),
        "You took the winning class (argmax). Use the probabilities: softmax.": (
            lambda z, target: (np.eye(z.shape[1])[z.argmax(axis=1)] - target) / len(z)
        ),
        "You multiplied the probabilities by the target. Subtract it: p − t.": (
            lambda z, target: _gradient(z, 0 * target) * target
        ),
        "Your probabilities sum to 1 over the whole batch. Each row has its own softmax.": whole_batch,
        "This is the gradient with respect to the probabilities, −t / p. Go one step further, to the logits: p − t.": (
            lambda z, target: -target / _gradient(z, 0 * target, rows=lambda z: 1) / len(z)
        ),
    }
    judge(answer, cases, _gradient, mistakes)
    with np.errstate(all="ignore"):
        if not np.isfinite(np.asarray(answer(np.array([[1000.0, 1000.0], [0.0, 1.0]]), np.eye(2)))).all():
            raise NotYet("A logit of 1,000 gives nan: subtract the largest logit of each row before exp.")
        if not np.isfinite(np.asarray(answer(np.array([[1000.0, 0.0], [0.0, 1.0]]), np.eye(2)))).all():
            raise NotYet(
                "Logits of 1,000 and 0 give nan: you subtract the largest too late, or you divide by a "
                "probability that is rounded to 0. The gradient p − t needs no such division."
            )


parsons(
    "06.7",
    "O3",
    right="DFECA",
    not_used={
        "B": "Line B passes the value of the loss backwards. Its gradient must be passed instead. Leave line B out.",
    },
    before={
        "DF": "Everything happens for each batch, so the loop comes first.",
        "DE": "Everything happens for each batch, so the loop comes first.",
        "DC": "Everything happens for each batch, so the loop comes first.",
        "DA": "Everything happens for each batch, so the loop comes first.",
        "CA": "The step uses the gradients. Before `backward` they are still those of the previous batch.",
        "FE": "The loss needs `output`, so forward comes before it.",
        "EC": "Backward needs `grad`, so the loss comes before it.",
    },
    done="Forward, loss, backward, step: every training loop repeats these four steps for each batch.",
)


def _adam(value, grad, m, v, rate, t, correct_m=True, correct_v=True, root=True, sign=-1.0, **how):
    m_before, v_before = m, v
    keep_m, keep_v = how.get("keep_m", 0.9), how.get("keep_v", 0.999)
    m = keep_m * m + how.get("new_m", 1 - keep_m) * grad
    v = keep_v * v + how.get("new_v", 1 - keep_v) * how.get("square", np.square)(grad)
    m_used, v_used = (m_before, v_before) if how.get("too_early") else (m, v)
    power = how.get("correct_power", lambda t: t)(t)
    old_m, old_v = (0.999, 0.9) if how.get("swapped_corrections") else (0.9, 0.999)
    by_m, by_v = 1 - old_m**power, 1 - old_v**power
    by_m, by_v = (1 / by_m, 1 / by_v) if how.get("multiplied") else (by_m, by_v)
    m_hat = m_used / by_m if correct_m else m_used
    v_hat = v_used / by_v if correct_v else v_used
    scale = np.sqrt(v_hat) if root else v_hat
    kept = (m_hat, v_hat) if how.get("keep_corrected") else (m, v)
    step = how.get("fixed_rate", rate) * (grad if how.get("raw") else m_hat) / (scale + how.get("eps", 1e-7))
    return how.get("keep_value", 1.0) * value + sign * step, *kept


@exercise("06.8", "O3", "code", done="This is Adam, the rule that trains most of today's networks, in four lines.")
def adam(answer) -> None:
    must_be_function(answer)

    def steps(rule, grads, rate):
        value, m, v = np.linspace(-1, 1, len(grads[0])), np.zeros(len(grads[0])), np.zeros(len(grads[0]))
        path = []
        for t, grad in enumerate(grads, start=1):
            result = rule(value.copy(), grad.copy(), m.copy(), v.copy(), rate, t)
            if not isinstance(result, tuple | list | np.ndarray) or np.shape(result) != (3, len(value)):
                raise NotYet("Return three arrays: value, m, v.")
            value, m, v = (np.asarray(part, dtype=float) for part in result)
            path.append(np.stack([value, m, v]))
        return np.array(path)

    def first_step(got) -> None:
        """What should be there after one step with gradient g: easier to check by hand than four steps."""
        grad = 2.0
        value, m, v = (float(part[0]) for part in answer(*np.array([[1.0], [grad], [0.0], [0.0]]), 0.1, 1))
        told = f"After step 1 with gradient {grad:g} (m and v were 0, rate 0.1, value 1)"
        for name, mine, right in (("m", m, 0.1 * grad), ("v", v, 0.001 * grad**2)):
            if not np.isclose(mine, right):
                rule = {"m": "0.1 · g", "v": "0.001 · g²"}[name]
                raise NotYet(f"{told}, {name} should be {rule} = {right:g}; yours is {mine:g}.")
        if not np.isclose(value, 0.9, atol=1e-5):
            raise NotYet(f"{told}, the new value should be 0.9, one whole `rate` lower; yours is {value:g}.")

    mistakes = {
        "The corrections by 1 − 0.9ᵗ and 1 − 0.999ᵗ are missing. m and v start at 0, so the first steps "
        "are wrong.": dict(correct_m=False, correct_v=False),
        "m is not corrected: divide it by 1 − 0.9ᵗ.": dict(correct_m=False),
        "v is not corrected: divide it by 1 − 0.999ᵗ.": dict(correct_v=False),
        "Divide by the square root of v, not by v itself.": dict(root=False),
        "Your step goes uphill. Subtract it, so that it goes against the gradient.": dict(sign=1.0),
        "v is the running mean of the squared gradient. You did not square it.": dict(square=lambda g: g),
        "v is the running mean of the *squared* gradient. You took absolute values.": dict(square=np.abs),
        "You moved by the gradient. Adam moves by its running mean, m.": dict(raw=True),
        "You return the corrected m and v. The memory stays uncorrected; the correction is for this step only.": dict(
            keep_corrected=True
        ),
        "The constants are swapped: 0.9 belongs to m, 0.999 to v.": dict(keep_m=0.999, keep_v=0.9),
        "A gradient of 0 gives 0 / 0, which is nan. Add ε = 1e-7 to the root of v.": dict(eps=0.0),
        "You divide by 1 − 0.9 and 1 − 0.999 in every step. The power t is missing.": dict(correct_power=lambda t: 1),
        "The corrections divide: m / (1 − 0.9ᵗ) and v / (1 − 0.999ᵗ). You multiply by them.": dict(multiplied=True),
        "The corrections are swapped: 1 − 0.9ᵗ belongs to m, 1 − 0.999ᵗ to v.": dict(swapped_corrections=True),
        "t counts from 1, so the power is t, not t + 1.": dict(correct_power=lambda t: t + 1),
        "You swapped old and new in both memories: use 0.9 old + 0.1 new, and 0.999 old + 0.001 new.": dict(
            keep_m=0.1, keep_v=0.001
        ),
        "You swapped old and new in m: use 0.9 old + 0.1 new.": dict(keep_m=0.1),
        "You swapped old and new in v: use 0.999 old + 0.001 new.": dict(keep_v=0.001),
        "You add the new gradient and its square in full. They have the weights 0.1 and 0.001.": dict(
            new_m=1.0, new_v=1.0
        ),
        "Your v forgets too fast: it is 0.999 old + 0.001 new.": dict(keep_v=0.99),
        "Your ε is far too large. It is 1e-7, which only prevents a division by 0.": dict(eps=1e-2),
        "You return the step. Return the new value: value minus the step.": dict(keep_value=0.0),
        "`rate` is missing: the step is rate · m̂ / (√v̂ + ε).": dict(fixed_rate=1.0),
        "You take the step before m and v are updated, so it ignores the new gradient. Update them first.": dict(
            too_early=True
        ),
    }
    rng = np.random.default_rng(4)
    cases = []
    for _ in range(10):
        n = int(rng.integers(2, 5))
        sizes = rng.uniform(0.5, 2, (4, n)) * 10.0 ** rng.integers(0, 2, n)  # none is so small that ε's place matters
        sizes[:, 0] *= len(cases) % 2  # in every other case one gradient is 0 in all steps
        cases.append((list(sizes * rng.choice([-1, 1], (4, n))), 0.1))
    with np.errstate(all="ignore"):
        judge(
            lambda grads, rate: steps(answer, grads, rate),
            cases,
            lambda grads, rate: steps(_adam, grads, rate),
            variants(lambda grads, rate, **how: steps(partial(_adam, **how), grads, rate), mistakes),
            atol=1e-5,
            otherwise=first_step,
        )
        small = answer(*np.array([[0.0], [0.003], [0.0], [0.0]]), 0.1, 1)[0]
    if np.abs(small) < 0.0997:
        raise NotYet(
            "You add ε inside the root, where it shortens the steps of small gradients. Take the root "
            "first, then add 1e-7."
        )


@exercise(
    "06.9",
    "O4",
    "predict",
    done="Each layer multiplies the size by about 0.07, so about 1e-12 is left: the signal has vanished.",
)
def power_of_ten(answer) -> str | None:
    guess = as_power_of_ten(answer)
    if guess < -12.8:
        return "The output is not quite so small: a factor of about 0.07 for each layer, ten times, is about 1e-12."
    if guess > -10.4:
        return "The output is smaller: a factor of about 0.07 for each layer, ten times, is about 1e-12."
    return None


def _batches(predict, x, y, batch_size):
    """The errors of each batch."""
    parts = [slice(start, start + batch_size) for start in range(0, len(x), batch_size)]
    return [predict(x[part]) - y[part] for part in parts]


def _given_06_10(predict, x, y, batch_size):
    errors = []
    for start in range(0, len(x), batch_size):
        part = slice(start, start + batch_size)
        errors.append(np.sqrt(((predict(x[part]) - y[part]) ** 2).mean()))
    return np.mean(errors)


def _root_of_mean(errors) -> float:
    return float(np.sqrt((np.concatenate(errors) ** 2).mean()))


@exercise(
    "06.10",
    "O5",
    "debug",
    done="Add up squares and rows over the batches, and take the root once. Now both RMSEs are comparable.",
    given=_given_06_10,
)
def rmse_over_all_rows(answer) -> None:
    rng = np.random.default_rng(5)
    cases = []
    for n, batch_size in ((5, 2), (7, 3), (12, 5), (9, 4), (6, 6), (10, 16)):
        weights = rng.normal(size=3)
        cases.append(
            (lambda x, weights=weights: x @ weights, rng.normal(size=(n, 3)), 2 * rng.normal(size=n), batch_size)
        )

    def by_batch(of_all):
        return lambda *case: of_all(_batches(*case))

    mistakes = {
        "This is still a mean of roots. It is smaller than the root of the mean, so the network looks "
        "better than it is.": (_given_06_10),
        "Each batch now counts by its size, but this is still a mean of roots. Add up *squares*, and take "
        "one root at the end.": (
            by_batch(lambda errors: sum(len(e) * np.sqrt((e**2).mean()) for e in errors) / sum(map(len, errors)))
        ),
        "One root at the end is right. But the last batch may be smaller, and a mean of means counts it "
        "like the others.": (by_batch(lambda errors: np.sqrt(np.mean([(e**2).mean() for e in errors])))),
        "You add up the roots of the batches. Add up *squares*, and take one root at the end.": by_batch(
            lambda errors: sum(np.sqrt((e**2).mean()) for e in errors)
        ),
        "A median of roots is not the RMSE over all rows. Add up squares, and take one root at the end.": by_batch(
            lambda errors: np.median([np.sqrt((e**2).mean()) for e in errors])
        ),
        "You divide by the size of one batch. Divide the sum of squares by the number of *all* rows.": (
            lambda predict, x, y, size: np.sqrt(((predict(x) - y) ** 2).sum() / size)
        ),
        "You divide by the number of whole batches. Divide the sum of squares by the number of *rows*.": (
            lambda predict, x, y, size: np.sqrt(((predict(x) - y) ** 2).sum() / max(len(x) // size, 1))
        ),
        "You take the root too early. Divide the sum of squares by the number of rows, then take the root.": (
            lambda predict, x, y, size: np.sqrt(((predict(x) - y) ** 2).sum()) / len(x)
        ),
        "This is the mean squared error. Take its root at the end.": by_batch(
            lambda errors: _root_of_mean(errors) ** 2
        ),
        "The sum of squares must be divided by the number of rows before the root.": by_batch(
            lambda errors: np.sqrt((np.concatenate(errors) ** 2).sum())
        ),
        "You divide by the number of batches. Divide the sum of squares by the number of *rows*.": by_batch(
            lambda errors: np.sqrt((np.concatenate(errors) ** 2).sum() / len(errors))
        ),
        "You leave out the last, smaller batch. Use all rows.": (
            lambda predict, x, y, size: _root_of_mean(
                [e for e in _batches(predict, x, y, size) if len(e) == size] or [np.zeros(1)]
            )
        ),
        "You squared the mean error of each batch. Square each error first, then add up.": by_batch(
            lambda errors: np.sqrt(np.mean([e.mean() ** 2 for e in errors]))
        ),
        "You add up the errors of a batch and then square the sum. Square each error first.": by_batch(
            lambda errors: np.sqrt(sum(e.sum() ** 2 for e in errors) / sum(map(len, errors)))
        ),
        "You add means and divide by rows. Add up the *sums* of squares: .sum() in each batch.": by_batch(
            lambda errors: np.sqrt(sum((e**2).mean() for e in errors) / sum(map(len, errors)))
        ),
        "You took a root in each batch. Add up *squares* over all batches, and take one root at the end.": by_batch(
            lambda errors: sum(np.sqrt((e**2).sum()) for e in errors) / sum(map(len, errors))
        ),
        "The standard deviation subtracts the mean error first. RMSE does not: square, take the mean, take "
        "the root.": by_batch(lambda errors: np.concatenate(errors).std()),
        "This is the sum of squares. Divide it by the number of rows, and take the root.": by_batch(
            lambda errors: (np.concatenate(errors) ** 2).sum()
        ),
        "You return the error of the worst batch. Add up squares over all batches, and take one root at "
        "the end.": by_batch(lambda errors: max(np.sqrt((e**2).mean()) for e in errors)),
        "You divide by the number of rows minus 1. RMSE divides by the number of rows.": by_batch(
            lambda errors: np.sqrt((np.concatenate(errors) ** 2).sum() / (sum(map(len, errors)) - 1))
        ),
        "The last batch may be smaller than batch_size: count the rows it has, len(x[part]).": (
            lambda predict, x, y, size: np.sqrt(((predict(x) - y) ** 2).sum() / (-(-len(x) // size) * size))
        ),
        "You took absolute errors. RMSE adds up their squares.": by_batch(
            lambda errors: np.abs(np.concatenate(errors)).mean()
        ),
        "You return the error of the last batch. Add up squares over all batches.": by_batch(
            lambda errors: _root_of_mean(errors[-1:])
        ),
        "You return the error of the first batch: is your `return` inside the loop?": by_batch(
            lambda errors: _root_of_mean(errors[:1])
        ),
    }
    judge(answer, cases, by_batch(_root_of_mean), mistakes)


choice(
    "06.11",
    "O5",
    right="a",
    why_not={
        "b": "The same network does better once each row's own rating is taken out, so its size is not the problem.",
        "c": "The features contain nothing of valid: they are computed on train. Look at how a train row "
        "counts itself.",
        "d": "The other candidates use the same learning rate. The only difference is the row's own rating.",
    },
    done="The target leaks into its own features: in train, the mean of a film with one rating is that rating.",
)
