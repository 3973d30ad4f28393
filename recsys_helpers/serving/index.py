"""Find the items whose vectors have the largest dot product with a query: exactly, or nearly and much faster.

Both classes have the same `search`.
"""

import numpy as np

NO_ITEMS = np.array([], int)


def best_of(scores: np.ndarray, n: int, hidden: list[np.ndarray] | None = None) -> list[np.ndarray]:
    """Indices of the `n` largest scores of each row (batch, n_rows), best first; fewer if fewer are left.

    `hidden`: for each row the item indices that must not come. Column 0 is padding and never comes. Writes into
    `scores`.

    >>> best_of(np.array([[9.0, 1, 3, 2]]), n=2, hidden=[np.array([3])])
    [array([2, 1])]
    """
    scores[:, 0] = -np.inf
    found = []
    for row, scores_of_row in enumerate(scores):
        if hidden is not None:
            scores_of_row[hidden[row]] = -np.inf
        best = np.arange(len(scores_of_row))
        if n < len(best):
            best = np.argpartition(scores_of_row, -n)[-n:]
        best = best[np.argsort(-scores_of_row[best], kind="stable")]
        found.append(best[scores_of_row[best] > -np.inf])
    return found


class ExactIndex:
    """Brute force: every dot product, then the best n. Right by definition; time grows with the catalogue.

    >>> index = ExactIndex(np.array([[0, 0], [1, 0], [0, 1], [2, 2]]))
    >>> index.search(np.array([[1.0, 0.5]]), n=2)[0]
    array([3, 1])
    >>> index.search(np.array([[1.0, 0.5]]), n=2, hidden=[np.array([3])])[0]
    array([1, 2])
    """

    def __init__(self, vectors: np.ndarray):
        self.vectors = np.ascontiguousarray(vectors, np.float32)  # (n_rows, dim); row 0 is padding

    def search(self, queries: np.ndarray, n: int, hidden: list[np.ndarray] | None = None) -> list[np.ndarray]:
        """Indices of the best `n` items of each query, best first; fewer if fewer are left.

        `queries` (batch, dim); `hidden`: for each query the item indices that must not come. Row 0 never comes.
        """
        return best_of(np.asarray(queries, np.float32) @ self.vectors.T, n, hidden)


class ApproximateIndex:
    """The vectors sorted into clusters by k-means; a search opens only the clusters nearest to its query (IVF, faiss).

    It may miss an item whose cluster stays closed. `n_clusters`: √n if not given; `effort`: clusters a search opens;
    more find more and take longer. Source: Sivic & Zisserman, ICCV 2003 (inverted file).
    """

    def __init__(self, vectors: np.ndarray, n_clusters: int | None = None, effort: int = 32):
        import faiss  # only services that ask for it pay for it

        self.exact = ExactIndex(vectors)
        items = self.exact.vectors[1:]
        n_clusters = n_clusters or max(1, int(len(items) ** 0.5))
        dim, by_dot_product = items.shape[1], faiss.METRIC_INNER_PRODUCT
        self.clusters = faiss.IndexIVFFlat(faiss.IndexFlatIP(dim), dim, n_clusters, by_dot_product)
        self.clusters.cp.niter, self.clusters.cp.max_points_per_centroid = 10, 64  # k-means on a sample is enough
        self.clusters.cp.min_points_per_centroid = 1
        self.clusters.train(items)
        self.clusters.add(items)
        self.effort = effort

    def search(self, queries: np.ndarray, n: int, hidden: list[np.ndarray] | None = None) -> list[np.ndarray]:
        """As `ExactIndex.search`; where the opened clusters hold too few items, the exact search answers.

        Hidden items are fetched too and then left out, so a long history costs a wider search.
        """
        import faiss

        queries = np.ascontiguousarray(queries, np.float32)
        hidden = hidden or [NO_ITEMS] * len(queries)
        settings = faiss.SearchParametersIVF(nprobe=self.effort)
        found = []
        for query, out in zip(queries, hidden):
            wanted = min(n + len(out), self.clusters.ntotal)
            _, places = self.clusters.search(query[None], wanted, params=settings)
            rows = places[0][places[0] >= 0] + 1
            rows = rows[~np.isin(rows, out)][:n] if len(out) else rows
            found += [rows] if len(rows) == n else self.exact.search(query[None], n, [out])
        return found
