"""Scores of films from their genres and release year: the linear map and the two towers of lesson 13, ready to use.

What it leaves out: title words, and the search for settings; those of lesson 13 are the defaults.
"""

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.data import IdMap
from recsys_helpers.evaluation.beyond import genre_matrix
from recsys_helpers.models.two_towers import draw_users, year_features

KNOTS = [1920, 1940, 1960, 1970, 1980, 1990, 1995, 2000, 2005, 2010, 2013, 2016]
DIM, HIDDEN, N_TARGETS, N_HISTORY = 32, 64, 8, 20


def film_features(movies: pd.DataFrame, items: IdMap) -> np.ndarray:
    """Genres as 0 and 1, then the release year shared between its neighbours of `KNOTS`; row 0 (padding) is zero.

    Shape (n_items + 1, n_genres + 12), float32. A film whose year is missing gets the median year.

    >>> movies = pd.DataFrame({"item_id": [7, 9], "year": [1990, 2020], "genres": ["Drama|War", "War"]})
    >>> film_features(movies, IdMap(movies["item_id"]))[:, [0, 1, 7, 13]]
    array([[0., 0., 0., 0.],
           [1., 1., 1., 0.],
           [0., 1., 0., 1.]], dtype=float32)
    """
    year = movies.set_index("item_id")["year"].astype(float).loc[items.to_id(np.arange(1, items.n_rows))]
    years = np.pad(year_features(year.fillna(year.median()).to_numpy(), KNOTS), ((1, 0), (0, 0)))
    return np.hstack([genre_matrix(movies, items), years]).astype("float32")


def linear_map(features: np.ndarray, interactions: sp.csr_array, regularisation: float = 30.0) -> np.ndarray:
    """Scores (n_users + 1, n_items + 1) of a ridge regression from features to what each user has.

    One regression for each user, learned from the items that anybody has; it scores all others as well. `features`:
    (n_items + 1, n_features); an intercept is added, and it is penalised like the weights. Built in lesson 13.

    >>> interactions = sp.csr_array(np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]))
    >>> features = np.array([[0, 0], [1, 0], [0, 1], [1, 0.0]])  # nobody has item 3, which is like item 1
    >>> abs(linear_map(features, interactions, 0.01)[1:, 3]).round(1)
    array([1., 0.])
    """
    if not regularisation > 0:
        raise ValueError(f"The regularisation must be positive, not {regularisation}.")
    F = np.pad(features, ((0, 0), (0, 1)), constant_values=1)  # one more column: the intercept
    x = interactions.toarray()
    is_known = x.any(axis=0)
    left = F[is_known].T @ F[is_known] + regularisation * np.eye(F.shape[1], dtype=F.dtype)
    return np.linalg.solve(left, F[is_known].T @ x.T[is_known]).T @ F.T


def tower_scores(
    features: np.ndarray,
    interactions: sp.csr_array,
    newest: np.ndarray,
    seeds: tuple[int, ...] = (1, 2, 3),
    id_dropout: float = 0.5,
    n_epochs: int = 4,
) -> dict[int, np.ndarray]:
    """Scores (n_users + 1, n_items + 1) of the two towers of lesson 13, for each seed.

    `features`: (n_items + 1, n_features), row 0 zero. `interactions`: (n_users + 1, n_items + 1), each user with
    8 items or more. `newest`: items that the user tower reads, (n_users + 1, length), 0 for padding. An item that
    nobody has gets no id vector, only what its features say. `id_dropout`: how often an item of the training gets none.

    Source: Yi et al., RecSys 2019 (in-batch softmax with logQ); Volkovs et al., NeurIPS 2017 (id dropout).
    """
    from recsys_helpers.models import training  # here, so that the module loads without TensorFlow

    counts = np.asarray((interactions != 0).sum(axis=0)).ravel()
    film, scores = np.arange(len(counts)), {}

    def examples(rng):
        history, target = draw_users(interactions, rng, N_HISTORY, N_TARGETS)
        known = np.where(rng.random(target.shape) < id_dropout, 0, target)
        return [history, target, known], np.zeros(target.shape, "float32")

    for seed in seeds:
        trainer, users_net, items_net = two_towers(features, counts, seed)
        training.fit(trainer, examples, n_epochs, 128, average=2, seed=seed)
        known = np.where(counts > 0, film, 0)
        U, V = np.asarray(users_net(newest)), np.asarray(items_net([film, known]))
        scores[seed] = U @ V.T
    return scores


def two_towers(features: np.ndarray, counts: np.ndarray, seed: int) -> tuple:
    """Three Keras models that share their weights: the trainer, the user tower and the item tower. Built in lesson 13.

    `counts`: interactions of each item, (n_items + 1,). The trainer reads histories, items to find, and those whose id
    may be used; its loss is the in-batch softmax, corrected for popularity, without accidental hits.
    """
    import keras
    from keras import layers, ops

    from recsys_helpers.start import set_seed

    set_seed(seed)
    n_rows = len(features)

    def frozen(table, name):
        return layers.Embedding(*table.shape, weights=table, trainable=False, name=name)

    history = keras.Input((None,), dtype="int32", name="history")
    is_real = ops.expand_dims(ops.cast(history > 0, "float32"), -1)
    n_real = ops.maximum(ops.sum(is_real, axis=1), 1.0)
    seen = ops.sum(layers.Embedding(n_rows, DIM, name="seen")(history) * is_real, axis=1) / n_real
    taste = ops.sum(frozen(features, "user_features")(history), axis=1) / n_real  # row 0 is zero: no mask needed
    x = layers.Dense(HIDDEN, activation="tanh")(ops.concatenate([seen, taste], axis=-1))
    users_net = keras.Model(history, layers.Dense(DIM)(x), name="user_tower")

    film, known = (keras.Input((), dtype="int32", name=name) for name in ("film", "known"))
    x = layers.Dense(HIDDEN, activation="tanh")(frozen(features, "item_features")(film))
    is_known = ops.expand_dims(ops.cast(known > 0, "float32"), -1)
    id_vector = layers.Embedding(n_rows, DIM, name="ids")(known) * is_known
    items_net = keras.Model([film, known], layers.Dense(DIM)(x) + id_vector, name="item_tower")

    log_q = frozen(np.log(np.maximum(counts / counts.sum(), 1e-9))[:, None].astype("float32"), "log_q")
    history = keras.Input((None,), dtype="int32", name="read")
    target, known = (keras.Input((N_TARGETS,), dtype="int32", name=name) for name in ("target", "id_known"))
    film = ops.reshape(target, (-1,))  # all items of the batch
    U, V = users_net(history), items_net([film, ops.reshape(known, (-1,))])
    right = ops.sum(ops.expand_dims(U, 1) * ops.reshape(V, (-1, N_TARGETS, DIM)), axis=-1) - log_q(target)[..., 0]
    wrong = ops.matmul(U, ops.transpose(V)) - ops.transpose(log_q(film))
    is_own = ops.any(ops.equal(ops.expand_dims(target, 2), ops.reshape(film, (1, 1, -1))), axis=1)
    negatives = ops.logsumexp(ops.where(is_own, -1e9, wrong), axis=1, keepdims=True)
    trainer = keras.Model([history, target, known], negatives - right)

    def mean_softplus(_, z):
        return ops.mean(ops.softplus(z), axis=-1)

    trainer.compile(keras.optimizers.AdamW(0.008, weight_decay=0.01), mean_softplus, jit_compile=False)
    return trainer, users_net, items_net
