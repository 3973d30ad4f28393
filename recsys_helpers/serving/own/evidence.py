"""The table of all models on the user's own test part, with intervals, and what to serve by it."""

from dataclasses import dataclass

import numpy as np

from recsys_helpers.evaluation.intervals import mean_interval, paired_bootstrap
from recsys_helpers.serving.own.network import NAME


@dataclass
class Result:
    """One model: its chosen setting, NDCG@10 on valid (NaN: not used to choose), and NDCG@10 of each test user."""

    name: str
    setting: str
    valid: float
    per_user: np.ndarray


@dataclass
class Choice:
    """The name of the model to serve, and why, in two sentences; `warning`: what the user should know besides."""

    name: str
    why: str
    warning: str = ""


def choose(results: list[Result], has_times: bool, why_no_network: str = "") -> Choice:
    """The linear model that is best on valid, unless the paired interval of the network over it lies above zero.

    `results`: popularity, the linear models, perhaps the network; the same users in the same order.
    """
    by_name = {result.name: result for result in results}
    popular, network = by_name["popularity"], by_name.get(NAME)
    linear = max((one for one in results if one not in (popular, network)), key=lambda one: one.valid)
    mean, half = mean_interval(linear.per_user)
    quality = f"an NDCG@10 of {mean:.3f} ± {half:.3f} on test"
    first = f"Of the linear models {linear.name} is the best on the validation part, with {quality}."
    chosen = linear
    if network is not None:
        gain, low, high = paired_bootstrap(network.per_user, linear.per_user)
        interval = f"({gain:+.3f}, 95 % interval {low:+.3f} to {high:+.3f})"
        if low > 0:
            chosen = network
            second = f"The network, {NAME}, is better than it for the same users {interval}, so the network is served."
        elif high < 0:
            second = f"The network, {NAME}, is worse for the same users {interval}, so {linear.name} is served."
        else:
            second = f"The network, {NAME}, is not distinguishable from it: the paired interval includes zero "
            second += f"{interval}, so the simpler {linear.name} is served."
    elif not has_times:
        second = f"The file has no times, so no model that needs an order was offered, and {linear.name} is served."
    else:
        second = f"{why_no_network}, so {linear.name} is served."
    gain, low, high = paired_bootstrap(chosen.per_user, popular.per_user)
    warning = ""
    if low <= 0:
        interval = f"({gain:+.3f}, 95 % interval {low:+.3f} to {high:+.3f})"
        warning = f"Warning: this is not proven to be better than recommending the popular items {interval}. "
        warning += "Collect more data before you rely on it."
    return Choice(chosen.name, f"{first} {second}", warning)


def table(results: list[Result]) -> str:
    """One line for each model: NDCG@10 on valid and on test with its 95 % interval, and the chosen setting."""
    lines = [f"{'model':18} {'valid':>6}  {'test NDCG@10':>15}   setting, chosen on valid"]
    for result in results:
        mean, half = mean_interval(result.per_user)
        valid = f"{result.valid:6.3f}" if np.isfinite(result.valid) else f"{'–':>6}"
        lines.append(f"{result.name:18} {valid}  {mean:7.3f} ± {half:5.3f}   {result.setting}".rstrip())
    return "\n".join(lines)
