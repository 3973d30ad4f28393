"""The fifteen points that a program can give; each is computed from the files again, and none is taken on trust.

`data_checks`, `model_checks` and `service_checks` hold the checks. The last point compares two runs and stands here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recsys_helpers.capstone import data_checks, model_checks, service_checks
from recsys_helpers.capstone.project import Incomplete, Project
from recsys_helpers.serving.recommender import Recommender

SAME_MEAN, SAME_ANSWERS = 0.001, 0.9  # trained networks differ a little between machines; near ties change places


@dataclass(frozen=True)
class Verdict:
    """One point: the criterion it belongs to, what was checked, whether it is earned, and what to do if it is not."""

    criterion: str
    point: str
    is_met: bool
    says: str


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
    asked, answers = project.bundle(), Recommender(other.bundle(), check=False)
    same = []
    for question in asked.facts["golden"]:
        found = set(answers.top_ids(question["likes"], len(question["top"])))
        same.append(len(found & set(question["top"])) / max(len(question["top"]), 1))
    if np.mean(same) < SAME_ANSWERS:
        return f"The second service gives {np.mean(same):.0%} of the same answers to the golden questions."
    return ""


CHECKS: tuple[tuple[str, str, Callable[[Project], str]], ...] = (
    ("data card and licence", "origin and licence are named", data_checks.origin_and_licence),
    ("data card and licence", "the service was built from the file on the card", data_checks.same_file),
    ("split with a reason", "the leak checker finds no leak", data_checks.no_leak),
    ("split with a reason", "no moment of a user is on both sides", data_checks.whole_moments),
    ("baselines", "popularity and a bar, for the same users", model_checks.baselines),
    ("baselines", "the bar had as many trials as the model", model_checks.equal_budget),
    ("model and ablation", "the ablation was measured like the model", model_checks.ablation),
    ("interval and seeds", "three seeds that differ", model_checks.seeds),
    ("interval and seeds", "the claim is what the interval carries", model_checks.claim),
    ("interval and seeds", "what is served follows from the interval", model_checks.served),
    ("beyond accuracy, and one harm", "every test user has a group", model_checks.groups),
    ("explanation", "scores fall without their reasons", service_checks.faithful),
    ("service", "the bundle verifies and answers its golden questions", service_checks.verifies),
    ("service", "there is a version to roll back to", service_checks.roll_back),
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
