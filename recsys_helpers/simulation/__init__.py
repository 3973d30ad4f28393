"""Simulation: a laboratory in which the truth is known, for tests of tests and for estimates from logs.

`world` users with a known taste, items, positions, and how clicks come about · `policies` what is shown with which
probability, and the log that it leaves · `estimators` what another policy would have earned · `ab` buckets, intervals,
power and looks of an A/B test · `loop` a recommender that learns from its own clicks. Everything here is synthetic.
"""

from recsys_helpers.simulation.ab import bucket, difference, false_alarms_of_looks, n_per_group, power
from recsys_helpers.simulation.estimators import (
    direct_method,
    doubly_robust,
    effective_sample_size,
    ips,
    naive_mean,
    snips,
)
from recsys_helpers.simulation.loop import Round, feedback_loop, mean_overlap
from recsys_helpers.simulation.policies import (
    Log,
    draw,
    epsilon_greedy,
    logged,
    policy_value,
    softmax_policy,
    thompson_scores,
)
from recsys_helpers.simulation.world import ClickWorld, click_world

__all__ = [
    "ClickWorld",
    "Log",
    "Round",
    "bucket",
    "click_world",
    "difference",
    "direct_method",
    "doubly_robust",
    "draw",
    "effective_sample_size",
    "epsilon_greedy",
    "false_alarms_of_looks",
    "feedback_loop",
    "ips",
    "logged",
    "mean_overlap",
    "n_per_group",
    "naive_mean",
    "policy_value",
    "power",
    "snips",
    "softmax_policy",
    "thompson_scores",
]
