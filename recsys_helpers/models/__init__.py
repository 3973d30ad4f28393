"""Models: baselines, the NumPy network, Keras builders, and the training loop.

Offered here, without TensorFlow: `baselines` popularity, item-kNN, EASE, iALS · `linear` recommenders that know the
order · `fusion` several lists into one · `sampling` how negatives are drawn. Imported by name: `scratch` the network in
NumPy; and what needs Keras: `pair_models` matrix factorisation, MLP, NeuMF · `bodies` GRU, CNN, self-attention ·
`next_item` a recommender around such a body · `wide_deep` a network over sums with several memories, and the linear
model beside it · `training` the loop around `fit`.
"""

from recsys_helpers.models.baselines import ease, ials, item_knn, popularity
from recsys_helpers.models.fusion import rank_fusion
from recsys_helpers.models.linear import aged, linear_next_item
from recsys_helpers.models.sampling import negative_probabilities

__all__ = [
    "aged",
    "ease",
    "ials",
    "item_knn",
    "linear_next_item",
    "negative_probabilities",
    "popularity",
    "rank_fusion",
]
