"""Typical wrong answers of lesson 30; each must be refused, each with its own hint."""

import numpy as np

WRONG = {
    "30.3": [
        (lambda values, left_out: values.mean(), "must go first"),
        (lambda values, left_out: np.delete(values, left_out).sum() / len(values), "divided by the number"),
        (lambda values, left_out: values[left_out], "should be left out"),
    ],
    "30.4": [
        (lambda truth, model, baseline: np.abs(truth - model).mean() - np.abs(truth - baseline).mean(), "sign"),
        (lambda truth, model, baseline: np.abs(truth - baseline).mean(), "baseline alone"),
        (lambda truth, model, baseline: np.abs(truth - model).mean(), "model alone"),
    ],
    "30.5": [
        (lambda table: table / table.sum(axis=0, keepdims=True), "columns sum to 1"),
        (lambda table: table / table.sum(), "Everything together"),
        (lambda table: table / table.max(axis=1, keepdims=True), "largest value"),
    ],
}
