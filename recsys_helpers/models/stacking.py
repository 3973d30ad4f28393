"""Stack recommenders: one scale for the scores of all, and rows for a model that learns how much to trust each.

What stays out: the meta-learner itself (any regression of scikit-learn), and the cut in time, which the caller makes.
"""

import numpy as np
import scipy.sparse as sp


def standardise(scores: np.ndarray) -> np.ndarray:
    """Scores with mean 0 and standard deviation 1 in each row, float32; a row of equal scores becomes zeros.

    `scores`: (n_users, n_items). A row's order stays as it is. Built in lesson 16.

    >>> standardise(np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]])).round(2)
    array([[-1.22,  0.  ,  1.22],
           [ 0.  ,  0.  ,  0.  ]], dtype=float32)
    """
    scores = np.asarray(scores, dtype=np.float32)
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    return centred / np.where(spread > 0, spread, 1)


def stacking_rows(
    scores: list[np.ndarray], seen: sp.csr_array, hidden: sp.csr_array, top: int = 100
) -> tuple[np.ndarray, np.ndarray]:
    """What a meta-learner learns from: one row per candidate, one column per model; and whether it was hidden.

    `scores`: arrays (n_users, n_items) of models that learned from `seen` alone, on one scale; `seen` and `hidden`:
    sparse matrices of that shape, row and column 0 are padding. Candidates of a user are the `top` best unseen items of
    each model. Returns X (n_rows, n_models) and y (n_rows,), 0 or 1, both minus their mean over the user's rows: only
    the order within a user counts, and users differ in how much they have to find. Raises ValueError if a hidden pair
    is also in `seen`: its scores would be in-sample.
    Source: Wolpert, Neural Networks 5, 1992; Breiman, Machine Learning 24, 1996. Built in lesson 16.

    >>> seen, hidden = sp.csr_array(np.array([[0, 0, 0], [0, 0, 0]])), sp.csr_array(np.array([[0, 0, 0], [0, 0, 1]]))
    >>> X, y = stacking_rows([np.array([[0, 0, 0], [0, 1.0, 3.0]])], seen, hidden)
    >>> X.ravel(), y
    (array([-1.,  1.]), array([-0.5,  0.5]))
    """
    if any(one.shape != seen.shape for one in (*scores, hidden)):
        raise ValueError(f"Scores and hidden must have the shape of seen, {seen.shape}.")
    n_both = sp.csr_array(seen.multiply(hidden)).count_nonzero()
    if n_both:
        raise ValueError(f"{n_both:,} hidden pairs are also in seen: the models learned from them (in-sample scores).")
    is_candidate, is_out = np.zeros(seen.shape, bool), seen.toarray() > 0
    is_out[0], is_out[:, 0] = True, True
    n_best = min(top, seen.shape[1])
    for one in scores:
        best = np.argpartition(np.where(is_out, np.inf, -one), n_best - 1, axis=1)[:, :n_best]
        np.put_along_axis(is_candidate, best, True, axis=1)
    user, item = np.nonzero(is_candidate & ~is_out)
    n_rows = np.maximum(np.bincount(user), 1)

    def centred(column):
        return column - (np.bincount(user, column) / n_rows)[user]

    X = np.column_stack([centred(one[user, item].astype(float)) for one in scores])
    return X, centred((hidden.toarray() > 0)[user, item].astype(float))
