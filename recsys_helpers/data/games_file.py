"""Read your own table of games: who got which game when, and for how many hours it was played."""

import re
from pathlib import Path

import pandas as pd

from recsys_helpers.data.checks import DataProblems
from recsys_helpers.data.own_data import load_csv

NAMES = {"user_id": "player", "item_id": "game", "rating": "hours", "timestamp": "bought_at"}
MOST_HOURS = 20 * 365 * 24  # twenty years without a break


def load_games(path: str | Path, **options) -> pd.DataFrame:
    """A text file as a frame: player, game, hours, bought_at (seconds since 1970); one row for each player and game.

    Hours of 0 mean that the game is owned and was never started. If your columns have other names, pass
    `columns={"hours": "playtime", …}`; `sep`, `names`, `encoding`, `times`, `text_ids` and `duplicates` are those of
    `load_csv`.
    Raises DataProblems with line numbers for a missing column, empty or negative hours, hours beyond twenty years, a
    pair that occurs twice, and whatever else `load_csv` refuses. Used in lesson 31.
    """
    theirs = options.pop("columns", {})
    if unknown := set(theirs) - set(NAMES.values()):
        raise ValueError(f"columns maps player, game, hours and bought_at to the file's names, not {sorted(unknown)}.")
    columns = {ours: theirs.get(name, name) for ours, name in NAMES.items()}
    try:
        frame = load_csv(path, columns=columns, rating_range=(0, MOST_HOURS), **options)
    except DataProblems as error:
        raise DataProblems(Path(path).name, [_about_games(problem) for problem in error.problems]) from None
    return frame.rename(columns=NAMES)


def _about_games(problem: str) -> str:
    """A problem of `load_csv` in the words of this file: hours are no rating here."""
    if problem.startswith("rating lies outside"):
        problem = re.sub(r"\. Correct it, or pass .*", ". Hours are at least 0. Are these minutes?", problem)
        problem = problem.replace("rating lies", "hours lie")
    problem = re.sub(r"columns=\{.*?\}", "columns={'hours': '…'}, in the same way for the other columns", problem)
    for ours, name in NAMES.items():
        problem = re.sub(rf"\b{ours}\b", name, problem)
    return problem
