"""Models: baselines, the NumPy network, Keras builders, and the training loop.

Offered here, without TensorFlow: `baselines` popularity, item-kNN, EASE, iALS · `fusion` several lists into one ·
`sampling` how negatives are drawn. Imported by name: `scratch` the network in NumPy, a folder to be read ·
`bias_baseline` the bar for predicted stars; and what needs Keras:
`pair_models` matrix factorisation, MLP, NeuMF · `bodies` GRU, CNN, self-attention · `next_item` a recommender around
such a body · `training` the loop around `fit`.
"""

from recsys_helpers.models.baselines import ease, ials, item_knn, popularity
from recsys_helpers.models.fusion import rank_fusion
from recsys_helpers.models.sampling import negative_probabilities

__all__ = ["ease", "ials", "item_knn", "negative_probabilities", "popularity", "rank_fusion"]
