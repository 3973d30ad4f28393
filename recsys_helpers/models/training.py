"""One loop around Keras's `fit`: fresh examples each epoch, a ranking metric on valid, the best weights kept.

What it leaves out: the model, the loss and the optimiser, which each lesson shows.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import psutil
from tqdm import tqdm

from recsys_helpers.start import set_seed


@dataclass
class Training:
    """What a training did: loss of each epoch, metric of each look at valid, and its cost."""

    losses: list[float] = field(default_factory=list)
    valid: dict[int, float] = field(default_factory=dict)  # epoch → metric
    seconds: float = 0.0  # of fitting alone, without the looks at valid
    peak_mib: float = 0.0  # memory of the process, highest at the end of an epoch
    n_examples: int = 0
    interrupted: bool = False

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights the model holds: the best on valid, or the last if valid was not looked at."""
        return max(self.valid, key=self.valid.get) if self.valid else len(self.losses)


def fit(
    model,
    examples: Callable[[np.random.Generator], tuple],
    n_epochs: int,
    batch_size: int,
    metric: Callable[[], float] | None = None,
    every: int = 1,
    patience: int = 3,
    average: int = 1,
    seed: int = 42,
) -> Training:
    """Train a compiled Keras `model` for at most `n_epochs` and leave its best weights in it.

    `examples(rng)` returns what one epoch learns from: (x, y) or (x, y, sample_weight), arrays or lists of arrays.
    `metric()` (higher is better) is called after each `every` epochs; after `patience` calls without a new best the
    training stops. Without it all epochs run. With `average` > 1 the model is measured with, and in the end holds, the
    mean of the weights at the ends of the last `average` epochs, which calms a noisy training (Izmailov et al., UAI
    2018); training itself goes on from the last weights. Interrupting (Ctrl-C, ■) ends the training, not the program:
    the best weights so far stay, and what they are is printed. A loss or metric that is NaN raises an error.
    Same first weights, seed, machine and thread count: same result. Built in lesson 08.
    """
    if min(n_epochs, batch_size, every, patience, average) < 1:
        raise ValueError("n_epochs, batch_size, every, patience and average must each be at least 1.")
    set_seed(seed)  # Keras shuffles with the global seed
    rng, training, best, recent = np.random.default_rng(seed), Training(), None, deque(maxlen=average)
    try:
        for epoch in tqdm(range(1, n_epochs + 1), desc="epochs", leave=False):
            started = time.perf_counter()
            x, y, *weight = examples(rng)
            fitted = model.fit(x, y, sample_weight=weight[0] if weight else None, batch_size=batch_size, verbose=0)
            loss = float(fitted.history["loss"][0])
            training.seconds += time.perf_counter() - started
            if not np.isfinite(loss):
                raise FloatingPointError(f"The loss is {loss} after epoch {epoch}: try a smaller learning rate.")
            training.losses.append(loss)
            training.n_examples += len(y[0] if isinstance(y, list) else y)
            training.peak_mib = max(training.peak_mib, psutil.Process().memory_info().rss / 2**20)
            recent.append(model.get_weights())
            if metric is not None and (epoch % every == 0 or epoch == n_epochs):
                model.set_weights(_mean(recent))
                value = float(metric())
                if np.isnan(value):
                    raise ValueError(f"The metric is NaN after epoch {epoch}: does anybody have something to find?")
                training.valid[epoch] = value
                if training.best_epoch == epoch:
                    best = _mean(recent)
                model.set_weights(recent[-1])
                looks = list(training.valid)
                if len(looks) - 1 - looks.index(training.best_epoch) >= patience:
                    break
    except KeyboardInterrupt:
        training.interrupted = True
        holds = _what_it_holds(len(training.losses) if best is None else training.best_epoch, average)
        print(f"Interrupted after {len(training.losses)} epochs. The model is usable: it holds {holds}.")
    if recent:
        model.set_weights(_mean(recent) if best is None else best)
    return training


def _what_it_holds(epoch: int, average: int) -> str:
    """Which weights the model keeps after an interruption: those at the end of `epoch`, or a mean up to there."""
    if epoch == 0:
        return "the weights as they were when epoch 1 was cut off"
    first = max(1, epoch - average + 1)
    if first == epoch:
        return f"the weights of epoch {epoch}"
    return f"the mean of the weights of epochs {first} to {epoch}"


def _mean(recent: deque) -> list[np.ndarray]:
    """Mean of several lists of weights; weights that are no floats (seeds, counters) are taken from the last list."""
    newest = recent[-1]
    if len(recent) == 1:
        return newest
    return [np.mean(w, axis=0) if w[-1].dtype.kind == "f" else w[-1] for w in zip(*recent)]
