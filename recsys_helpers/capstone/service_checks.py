"""Points for the service and its reasons.

A check returns "" if its point is earned, else what is missing and what to do.
"""

from recsys_helpers.capstone.project import Incomplete, Project
from recsys_helpers.capstone.reasons import fidelity
from recsys_helpers.evaluation.intervals import paired_bootstrap
from recsys_helpers.serving.recommender import Recommender
from recsys_helpers.serving.sealed import BadBundle

FEWEST_REASONS, MOST_REASONS = 30, 200


def faithful(project: Project) -> str:
    """Scores fall further without their reason than without another item."""
    reasons = project.read("explanations.csv")
    if len(reasons) > MOST_REASONS:
        reasons = reasons.sample(MOST_REASONS, random_state=0)
    fall = fidelity(Recommender(project.bundle(), check=False), reasons)
    if len(fall) < FEWEST_REASONS:
        return f"explanations.csv has {len(fall)} reasons that can be tested. Write down {FEWEST_REASONS} or more."
    mean, low, high = paired_bootstrap(fall["reason"], fall["other"])
    if low <= 0:
        interval = f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
        what = f"Without its reason a score falls no further than without another item ({interval})."
        return f"{what} These reasons are not the model's."
    return ""


def verifies(project: Project) -> str:
    """The bundle in use passes its golden questions."""
    try:
        Recommender(project.bundle())
    except BadBundle as error:
        return f"The bundle in use is refused: {error} Build it again."
    return ""


def roll_back(project: Project) -> str:
    """The version before the one in use can be served."""
    try:
        before = project.store.previous
    except BadBundle as error:
        return f"{error}"
    if before is None:
        return "There is no earlier version to go back to. Serve a simple model first, then yours."
    try:
        Recommender(project.bundle(before))
    except (BadBundle, Incomplete) as error:
        return f"The version before cannot be used: {error}"
    return ""
