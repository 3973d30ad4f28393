"""Points for models and figures, computed from the tables of a project and not from what its card says of them.

A check returns "" if its point is earned, else what is missing and what to do.
"""

import numpy as np

from recsys_helpers.capstone.project import Project
from recsys_helpers.evaluation.intervals import paired_bootstrap

FEWEST_SEEDS, FEWEST_TRIALS, FEWEST_IN_GROUP = 3, 2, 20
CLAIMED = "as one word: better, worse or open"


def baselines(project: Project) -> str:
    """Popularity and another simple model were measured for the same users."""
    results = project.results()
    project.per_user(results, "bar")
    if "popularity" not in results:
        return "results.csv has no model 'popularity'. Measure the list that everybody gets, for the same users."
    if project.said("models", "bar") in ("popularity", project.said("models", "model")):
        return "The bar is popularity, or your model itself. Name the best simple model that reads a history."
    return ""


def equal_budget(project: Project) -> str:
    """The bar had at least as many trials as the model."""
    counts = project.read("trials.csv").drop_duplicates(["model", "setting"])["model"].value_counts()
    names = [project.said("models", role) for role in ("bar", "model")]
    for name in names:
        if counts.get(name, 0) < FEWEST_TRIALS:
            what = f"trials.csv has {counts.get(name, 0)} settings of {name!r}."
            return f"{what} Write down all that were tried, at least {FEWEST_TRIALS}."
    bar, model = (int(counts[name]) for name in names)
    if model > bar:
        return f"The model had {model} trials and the bar {bar}. Give the bar as many."
    return ""


def ablation(project: Project) -> str:
    """The ablation was measured with as many seeds as the model, and differs from it."""
    results = project.results()
    model, ablation = (project.per_user(results, role) for role in ("model", "ablation"))
    if np.array_equal(model, ablation):
        return "Model and ablation have the same value for every user. Was the part really removed?"
    one, other = (results[project.said("models", role)].shape[1] for role in ("model", "ablation"))
    if other < one:
        return f"The ablation has {other} seeds, the model {one}. Train both with the same seeds."
    return ""


def seeds(project: Project) -> str:
    """The model was trained with enough seeds, and they differ."""
    results = project.results()
    project.per_user(results, "model")
    values = results[project.said("models", "model")]
    if values.shape[1] < FEWEST_SEEDS:
        return f"The model was trained with {values.shape[1]} seeds. Train it with {FEWEST_SEEDS}."
    if len(values.T.drop_duplicates()) < values.shape[1]:
        return "Two seeds have the same value for every user. Does the seed reach the first weights and the shuffling?"
    return ""


def gap(project: Project) -> tuple[float, float, float]:
    """Mean of model − bar over users, and its paired 95 % interval, computed from results.csv."""
    results = project.results()
    return paired_bootstrap(project.per_user(results, "model"), project.per_user(results, "bar"))


def verdict_of(low: float, high: float) -> str:
    return "better" if low > 0 else "worse" if high < 0 else "open"


def claim(project: Project) -> str:
    """The card's claim is what the paired interval says."""
    mean, low, high = gap(project)
    claim, right = project.said("models", "claim", CLAIMED).lower().rstrip("."), verdict_of(low, high)
    if claim not in ("better", "worse", "open"):
        return f"card.toml has the claim {claim[:60]!r}. Write it {CLAIMED}."
    if claim != right:
        interval = f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
        return f"The card claims {claim!r}; the paired interval of model - bar is {interval}, so the word is {right!r}."
    return ""


def served(project: Project) -> str:
    """The model in use is the one that the interval chooses, and popularity is not better."""
    _, low, _ = gap(project)
    expected = project.said("models", "model" if low > 0 else "bar")
    served = project.said("models", "served")
    in_bundle = project.bundle().facts.get("choice", {}).get("model")
    if in_bundle != served:
        return f"The card says that {served!r} is served, the bundle in use says {in_bundle!r}. Bring them together."
    if served != expected:
        what = f"By the interval, {expected!r} should be served, not {served!r}."
        return f"{what} A model replaces the bar only if it is better."
    results = project.results()
    if "popularity" in results:
        means = (values.mean(axis=1).to_numpy() for values in (results["popularity"], results[served]))
        mean, low, high = paired_bootstrap(*means)
        if low > 0:
            what = (
                f"popularity is better than {served!r}: {mean:+.4f} [{low:+.4f}, {high:+.4f}]. One list for everybody"
            )
            return f"{what} serves these users better. Search wider settings, or keep items with more users."
    return ""


def groups(project: Project) -> str:
    """Every test user has a group, and each group is large enough."""
    table = project.read("groups.csv").drop_duplicates("user_id").set_index("user_id")["group"]
    users = next(iter(project.results().values())).index
    if missing := len(users.difference(table.index)):
        return f"groups.csv lacks {missing:,} of the {len(users):,} test users. Give each a group."
    sizes = table.loc[users].value_counts()
    if len(sizes) < 2 or sizes.min() < FEWEST_IN_GROUP:
        return f"groups.csv needs two groups or more, each with {FEWEST_IN_GROUP} test users; it has {dict(sizes)}."
    return ""
