"""Points for the data and the split.

A check returns "" if its point is earned, else what is missing and what to do.
"""

import pandas as pd

from recsys_helpers.capstone.project import Incomplete, Project
from recsys_helpers.data.leaks import find_leaks


def origin_and_licence(project: Project) -> str:
    """The card names where the file comes from and what its licence permits."""
    missing = []
    for name in ("origin", "licence"):
        try:
            project.said("data", name)
        except Incomplete as error:
            missing.append(str(error))
    return " ".join(missing)


def same_file(project: Project) -> str:
    """The checksum on the card is that of the file that the service was built from."""
    on_card = project.said("data", "sha256", "as `make` does: the SHA-256 of the file")
    in_bundle = project.bundle().facts.get("data", {}).get("sha256")
    if on_card != in_bundle:
        what = "The SHA-256 on the card is not that of the file that the service was built from."
        return f"{what} Build again from the file that the card describes, or describe the other one."
    return ""


def no_leak(project: Project) -> str:
    """The leak checker of lesson 17 finds no leak in the parts."""
    try:
        leaks = [finding for finding in find_leaks(**project.parts()) if finding.is_leak]
    except (KeyError, ValueError) as error:
        raise Incomplete(f"The parts cannot be compared: {error.args[0]}") from None
    return f"{leaks[0].what} {leaks[0].advice}" if leaks else ""


def whole_moments(project: Project) -> str:
    """No user has rows of one time on both sides of a cut."""
    parts = project.parts()
    moments = {name: frame[["user_id", "timestamp"]].drop_duplicates() for name, frame in parts.items()}
    learned = pd.concat([moments["train"], moments["valid"]]).drop_duplicates()
    n_users = learned.merge(moments["test"])["user_id"].nunique()
    n_users = n_users or moments["train"].merge(moments["valid"])["user_id"].nunique()
    if n_users:
        what = f"{n_users:,} users have rows of one moment on both sides of a cut: half an order tells the other half."
        return f"{what} Keep whole moments together."
    return ""
