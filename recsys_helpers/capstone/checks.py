"""The fifteen points that a program can give; each is computed from the files again, and none is taken on trust.

A check returns "" if its point is earned, else one sentence: what is missing, and what to do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_helpers.capstone.project import Incomplete, Project
from recsys_helpers.data.leaks import find_leaks
from recsys_helpers.evaluation.intervals import paired_bootstrap
from recsys_helpers.serving.bundle import load_bundle
from recsys_helpers.serving.recommender import Recommender
from recsys_helpers.serving.scored import score_all
from recsys_helpers.serving.sealed import BadBundle

FEWEST_SEEDS, FEWEST_TRIALS, FEWEST_IN_GROUP, FEWEST_REASONS, MOST_REASONS = 3, 2, 20, 30, 200
SAME_MEAN, SAME_ANSWERS = 0.001, 0.9  # trained networks differ a little between machines; near ties change places

CLAIMED = "as one word: better, worse or open"


@dataclass(frozen=True)
class Verdict:
    """One point: the criterion it belongs to, what was checked, whether it is earned, and what to do if it is not."""

    criterion: str
    point: str
    is_met: bool
    says: str


def _origin_and_licence(project: Project) -> str:
    missing = []
    for name in ("origin", "licence"):
        try:
            project.said("data", name)
        except Incomplete as error:
            missing.append(str(error))
    return " ".join(missing)


def _same_file(project: Project) -> str:
    on_card = project.said("data", "sha256", "as `make` does: the SHA-256 of the file")
    in_bundle = _bundle(project).facts.get("data", {}).get("sha256")
    if on_card != in_bundle:
        what = "The SHA-256 on the card is not that of the file that the service was built from."
        return f"{what} Build again from the file that the card describes, or describe the other one."
    return ""


def _no_leak(project: Project) -> str:
    try:
        leaks = [finding for finding in find_leaks(**project.parts()) if finding.is_leak]
    except (KeyError, ValueError) as error:
        raise Incomplete(f"The parts cannot be compared: {error.args[0]}") from None
    return f"{leaks[0].what} {leaks[0].advice}" if leaks else ""


def _whole_moments(project: Project) -> str:
    parts = project.parts()
    moments = {name: frame[["user_id", "timestamp"]].drop_duplicates() for name, frame in parts.items()}
    learned = pd.concat([moments["train"], moments["valid"]]).drop_duplicates()
    n_users = learned.merge(moments["test"])["user_id"].nunique()
    n_users = n_users or moments["train"].merge(moments["valid"])["user_id"].nunique()
    if n_users:
        what = f"{n_users:,} users have rows of one moment on both sides of a cut: half an order tells the other half."
        return f"{what} Keep whole moments together."
    return ""


def _baselines(project: Project) -> str:
    results = project.results()
    project.per_user(results, "bar")
    if "popularity" not in results:
        return "results.csv has no model 'popularity'. Measure the list that everybody gets, for the same users."
    if project.said("models", "bar") in ("popularity", project.said("models", "model")):
        return "The bar is popularity, or your model itself. Name the best simple model that reads a history."
    return ""


def _equal_budget(project: Project) -> str:
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


def _ablation(project: Project) -> str:
    results = project.results()
    model, ablation = (project.per_user(results, role) for role in ("model", "ablation"))
    if np.array_equal(model, ablation):
        return "Model and ablation have the same value for every user. Was the part really removed?"
    one, other = (results[project.said("models", role)].shape[1] for role in ("model", "ablation"))
    if other < one:
        return f"The ablation has {other} seeds, the model {one}. Train both with the same seeds."
    return ""


def _seeds(project: Project) -> str:
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


def _verdict_of(low: float, high: float) -> str:
    return "better" if low > 0 else "worse" if high < 0 else "open"


def _claim(project: Project) -> str:
    mean, low, high = gap(project)
    claim, right = project.said("models", "claim", CLAIMED).lower().rstrip("."), _verdict_of(low, high)
    if claim not in ("better", "worse", "open"):
        return f"card.toml has the claim {claim[:60]!r}. Write it {CLAIMED}."
    if claim != right:
        interval = f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
        return f"The card claims {claim!r}; the paired interval of model - bar is {interval}, so the word is {right!r}."
    return ""


def _served(project: Project) -> str:
    _, low, _ = gap(project)
    expected = project.said("models", "model" if low > 0 else "bar")
    served = project.said("models", "served")
    in_bundle = _bundle(project).facts.get("choice", {}).get("model")
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


def _groups(project: Project) -> str:
    table = project.read("groups.csv").drop_duplicates("user_id").set_index("user_id")["group"]
    users = next(iter(project.results().values())).index
    if missing := len(users.difference(table.index)):
        return f"groups.csv lacks {missing:,} of the {len(users):,} test users. Give each a group."
    sizes = table.loc[users].value_counts()
    if len(sizes) < 2 or sizes.min() < FEWEST_IN_GROUP:
        return f"groups.csv needs two groups or more, each with {FEWEST_IN_GROUP} test users; it has {dict(sizes)}."
    return ""


def fidelity(recommender: Recommender, reasons: pd.DataFrame, seed: int = 42) -> pd.DataFrame:
    """How far the score of an item falls without its reason, and without another item of the same history.

    `reasons`: user_id, item_id, reason, as text; one row of the answer for each row that can be asked: columns `reason`
    and `other`. A row is left out if the user has fewer than two items. Raises Incomplete if an id is not known or the
    reason does not stand in the history.
    """
    bundle, rng, rows = recommender.bundle, np.random.default_rng(seed), []
    by_text = {str(item.item_id): row for row, item in enumerate(bundle.items, start=1)}
    for user_id, item_id, reason in reasons[["user_id", "item_id", "reason"]].astype(str).itertuples(index=False):
        try:
            history = recommender.history_of(recommender.user_type(user_id))
        except ValueError:
            history = None
        if history is None or item_id not in by_text or by_text.get(reason) not in history:
            what = f"explanations.csv: user {user_id}, item {item_id}, reason {reason}: the bundle does not know one"
            raise Incomplete(
                f"{what}, or the reason is not in the user's history. Write the reasons that the service gave."
            )
        history = history[-bundle.stages.length :]
        others = history[history != by_text[reason]]
        if not len(others) or len(others) == len(history):
            continue
        without = [history[history != gone] for gone in (by_text[reason], rng.choice(others))]
        with np.errstate(all="ignore"):
            scores = score_all(bundle, recommender.model, [history, *without], np.zeros(bundle.n_rows))
        whole, without_reason, without_other = scores[:, by_text[item_id]].tolist()
        rows.append((whole - without_reason, whole - without_other))
    return pd.DataFrame(rows, columns=["reason", "other"])


def _faithful(project: Project) -> str:
    reasons = project.read("explanations.csv")
    if len(reasons) > MOST_REASONS:
        reasons = reasons.sample(MOST_REASONS, random_state=0)
    fall = fidelity(Recommender(_bundle(project), check=False), reasons)
    if len(fall) < FEWEST_REASONS:
        return f"explanations.csv has {len(fall)} reasons that can be tested. Write down {FEWEST_REASONS} or more."
    mean, low, high = paired_bootstrap(fall["reason"], fall["other"])
    if low <= 0:
        interval = f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
        what = f"Without its reason a score falls no further than without another item ({interval})."
        return f"{what} These reasons are not the model's."
    return ""


def _bundle(project: Project, version: str | None = None):
    try:
        version = version or project.store.current
        if version is None:
            raise Incomplete("There is no bundle in use in service/. Build one, and put it into use.")
        return load_bundle(project.store.path_of(version))
    except BadBundle as error:
        raise Incomplete(f"The bundle in service/ is refused: {error}") from None


def _verifies(project: Project) -> str:
    try:
        Recommender(_bundle(project))
    except BadBundle as error:
        return f"The bundle in use is refused: {error} Build it again."
    return ""


def _roll_back(project: Project) -> str:
    try:
        before = project.store.previous
    except BadBundle as error:
        return f"{error}"
    if before is None:
        return "There is no earlier version to go back to. Serve a simple model first, then yours."
    try:
        Recommender(_bundle(project, before))
    except (BadBundle, Incomplete) as error:
        return f"The version before cannot be used: {error}"
    return ""


def _again(project: Project, other: Project) -> str:
    project.said("again", "command")
    for name, part in project.parts().items():
        if not part.equals(other.parts()[name]):
            return f"parts/{name}.csv differs in the second folder. Is there a draw without a seed before the split?"
    one, two = project.results(), other.results()
    if list(one) != list(two):
        return "The second folder measured other models. Run the same command."
    for name, values in one.items():
        difference = abs(float(values.to_numpy().mean()) - float(two[name].to_numpy().mean()))
        if difference > SAME_MEAN:
            return f"{name} differs by {difference:.4f} in the second run. Seed it, and use one thread."
    asked, answers = _bundle(project), Recommender(_bundle(other), check=False)
    same = []
    for question in asked.facts["golden"]:
        found = set(answers.top_ids(question["likes"], len(question["top"])))
        same.append(len(found & set(question["top"])) / max(len(question["top"]), 1))
    if np.mean(same) < SAME_ANSWERS:
        return f"The second service gives {np.mean(same):.0%} of the same answers to the golden questions."
    return ""


CHECKS: tuple[tuple[str, str, Callable[[Project], str]], ...] = (
    ("data card and licence", "origin and licence are named", _origin_and_licence),
    ("data card and licence", "the service was built from the file on the card", _same_file),
    ("split with a reason", "the leak checker finds no leak", _no_leak),
    ("split with a reason", "no moment of a user is on both sides", _whole_moments),
    ("baselines", "popularity and a bar, for the same users", _baselines),
    ("baselines", "the bar had as many trials as the model", _equal_budget),
    ("model and ablation", "the ablation was measured like the model", _ablation),
    ("interval and seeds", "three seeds that differ", _seeds),
    ("interval and seeds", "the claim is what the interval carries", _claim),
    ("interval and seeds", "what is served follows from the interval", _served),
    ("beyond accuracy, and one harm", "every test user has a group", _groups),
    ("explanation", "scores fall without their reasons", _faithful),
    ("service", "the bundle verifies and answers its golden questions", _verifies),
    ("service", "there is a version to roll back to", _roll_back),
)
AGAIN = ("run again", "a second run gives the same parts, figures and answers")


def check_project(folder: Path | str, again: Path | str | None = None) -> list[Verdict]:
    """Fifteen verdicts on the project in `folder`; `again`: the folder of a second run of the same command."""
    project, found = Project(folder), []
    for criterion, point, check in CHECKS:
        found.append(_asked(criterion, point, lambda check=check: check(project)))
    if again is None:
        what = "Run your command once more, into another folder, and name it here with --again."
        found.append(Verdict(*AGAIN, False, what))
    elif Path(again).resolve() == Path(folder).resolve():
        found.append(Verdict(*AGAIN, False, "Both folders are the same one. Name the folder of a second run."))
    else:
        found.append(_asked(*AGAIN, lambda: _again(project, Project(again))))
    return found


def _asked(criterion: str, point: str, check: Callable[[], str]) -> Verdict:
    try:
        says = check()
    except Incomplete as error:
        says = str(error)
    return Verdict(criterion, point, not says, says)
