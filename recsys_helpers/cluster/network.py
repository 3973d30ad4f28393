"""What every worker builds by itself, equal to the last bit: the examples, their order, and the network.

Nothing here knows how many workers there are. That is why any number of them does the same mathematics.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from recsys_helpers.cluster.faults import ClusterError
from recsys_helpers.data import IdMap, histories, load_movielens, split_last_share, windows
from recsys_helpers.models.sampling import negative_probabilities


@dataclass(frozen=True)
class Settings:
    """What decides the result of a training; workers and epochs are not among it.

    batch_size: windows of one step, of all workers together (the global batch). length: items of a window. dim: width
    of the network. n_negatives: drawn for each window. rate: learning rate.
    """

    batch_size: int = 256
    seed: int = 0
    length: int = 10
    dim: int = 32
    n_negatives: int = 4
    rate: float = 0.01


class Examples:
    """Windows of MovieLens's training part, in an order that depends on the seed and the epoch alone.

    `steps`: number of steps of an epoch. Windows that do not fill a last batch wait for the next epoch's order.
    """

    def __init__(self, settings: Settings):
        ratings, _ = load_movielens()
        train = split_last_share(ratings).train
        users, items = IdMap(train["user_id"]), IdMap(train["item_id"])
        lists = histories(train, users, items)
        self.settings = settings
        self.counts = np.bincount(np.concatenate(lists), minlength=items.n_rows)
        self.probabilities = negative_probabilities(self.counts)
        self.inputs, self.targets = windows(lists, settings.length, np.random.default_rng(settings.seed))
        self.steps = len(self.inputs) // settings.batch_size
        if not self.steps:
            raise ClusterError(
                f"A batch of {settings.batch_size} windows cannot be filled: there are {len(self.inputs)}. Take fewer."
            )

    def batch(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The global batch of a step, counted from 0 over all epochs: inputs, targets, negatives.

        Shapes (batch_size, length), (batch_size, length), (batch_size, n_negatives).
        """
        size, (epoch, nth) = self.settings.batch_size, divmod(step, self.steps)
        order = np.random.default_rng([self.settings.seed, epoch]).permutation(len(self.inputs))
        rows = order[nth * size : (nth + 1) * size]
        rng = np.random.default_rng([self.settings.seed, epoch, nth])
        negatives = rng.choice(len(self.counts), (size, self.settings.n_negatives), p=self.probabilities)
        return self.inputs[rows], self.targets[rows], negatives.astype(np.int32)


def make_trainer(examples: Examples):
    """The course's next-item network around a small GRU (lesson 11), compiled; a Keras model.

    Call it after `KERAS_BACKEND` is set. Its inputs are those of `models.next_item.next_item_model`.
    """
    import keras

    from recsys_helpers.models.bodies import gru_body
    from recsys_helpers.models.next_item import next_item_model

    settings = examples.settings
    keras.utils.set_random_seed(settings.seed)
    trainer, _ = next_item_model(
        gru_body(settings.dim),
        examples.counts,
        examples.probabilities,
        settings.length,
        settings.dim,
        dropout=0.1,
        n_negatives=settings.n_negatives,
        seed=settings.seed,
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trainer.compile(keras.optimizers.AdamW(settings.rate, weight_decay=0.01), loss)
    trainer.optimizer.build(trainer.trainable_variables)
    return trainer


def digest(arrays: list[np.ndarray]) -> str:
    """SHA-256 of arrays, bit by bit: equal digests mean equal weights.

    >>> digest([np.zeros(2)]) == digest([np.zeros(2)]), digest([np.zeros(2)]) == digest([np.ones(2)])
    (True, False)
    """
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(f"{array.dtype}{array.shape}".encode())
        sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()
