"""Explanations of a model's score.

Offered here, without TensorFlow: `leave_out`, which only asks a model again with something left out. Imported by name,
because they look inside a Keras model: `gradient_based` gradients and integrated gradients · `layerwise` relevance
handed down layer by layer · `lookups` a model cut behind its embeddings.
"""

from recsys_helpers.explain.leave_out import (
    Counterfactual,
    counterfactual,
    deletion_curves,
    reasons,
    replaced,
    shapley_values,
)

__all__ = ["Counterfactual", "counterfactual", "deletion_curves", "reasons", "replaced", "shapley_values"]
