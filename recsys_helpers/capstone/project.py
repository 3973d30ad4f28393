"""The folder of a project: which files it has, what stands in them, and one clear sentence where one is wrong.

`card.toml` what only a person can say · `parts/` train, valid and test · `trials.csv` every setting that was tried ·
`results.csv` NDCG@10 of every test user · `groups.csv` the group of every test user · `explanations.csv` reasons that
were given · `service/` the bundles. Left out: the code of the project, which may be written in any way.
"""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_helpers.serving.store import Store

PARTS = ("train", "valid", "test")
TABLES = {  # file → its columns, and one line on what it holds
    "parts/train.csv": (("user_id", "item_id", "timestamp"), "the interactions that models learn from"),
    "parts/valid.csv": (("user_id", "item_id", "timestamp"), "the interactions that settings are chosen on"),
    "parts/test.csv": (("user_id", "item_id", "timestamp"), "the interactions that are looked at once"),
    "trials.csv": (("model", "setting", "valid"), "every setting that was tried, with its value on valid"),
    "results.csv": (("model", "seed", "user_id", "ndcg"), "NDCG@10 on test, for each model, seed and user"),
    "groups.csv": (("user_id", "group"), "the group of each test user, to see who gets less"),
    "explanations.csv": (("user_id", "item_id", "reason"), "recommended item, and the item of the history that is why"),
}
NUMBERS = {"timestamp", "valid", "ndcg"}
TODO = "TODO"
NAMED = "with the name that the model has in results.csv"
CARD = """\
# What only you can say. Replace every TODO; a sentence each is enough.

[question]
user = "TODO: who gets the list, where, and at which moment"
question = "TODO: what the list should contain, and which decision depends on the figure"

[data]
origin = "TODO: where the file comes from: a name, an address, a date"
licence = "TODO: the licence, or who gave permission, and what it permits"
sha256 = "{sha256}"  # of the file

[split]
rule = "whole moments: what a user did at one time stays on one side; each user's newest fifth of times is test"
reason = "TODO: why this cut asks the question above, and what it still leaks"

[models]
bar = "{bar}"  # the best simple model
model = "{model}"  # the model that you built
ablation = "{ablation}"  # the same without one of its parts
claim = "TODO: better, worse or open: one word, what the paired interval of model - bar says"
served = "{served}"

[harm]
who = "TODO: who could be worse off because of this service, and how you looked"

[service]
load = "TODO: answers per second and p99, on which machine, and what happens above that"

[again]
command = "{command}"
"""


class Incomplete(Exception):
    """Something in the folder is missing or cannot be read; the message says what to do."""


class Project:
    """The folder of a project. Reading raises Incomplete with a sentence; writing makes the folders that it needs."""

    def __init__(self, folder: Path | str):
        self.folder = Path(folder)
        self.store = Store(self.folder / "service")

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Write one of `TABLES`, with just its columns; KeyError if one of them is not there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        table[list(TABLES[name][0])].to_csv(path, index=False)

    def write_parts(self, split) -> None:
        """Write train, valid and test of a split (three frames with user_id, item_id and timestamp)."""
        for part, frame in zip(PARTS, split, strict=True):
            self.write(f"parts/{part}.csv", frame)

    def read(self, name: str) -> pd.DataFrame:
        """One of `TABLES`: ids, models and settings as text, the rest as numbers; Incomplete if that cannot be."""
        path, (columns, what) = self.folder / name, TABLES[name]
        if not path.is_file():
            raise Incomplete(f"There is no {name}: {what}. It needs the columns {', '.join(columns)}.")
        try:
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
        except (ValueError, OSError) as error:
            raise Incomplete(f"{name} cannot be read as CSV ({str(error)[:80]}). Write it again.") from None
        if missing := [column for column in columns if column not in table]:
            found = ", ".join(table.columns)
            raise Incomplete(f"{name} lacks the column {missing[0]}; it has {found}. It holds {what}.")
        if not len(table):
            raise Incomplete(f"{name} has no rows. It holds {what}.")
        for column in NUMBERS.intersection(columns):
            table[column] = pd.to_numeric(table[column], errors="coerce")
            if (is_bad := ~np.isfinite(table[column])).any():
                raise Incomplete(
                    f"{name}: {column} is no number in {is_bad.sum():,} rows, first in line {is_bad.argmax() + 2}."
                )
        return table[list(columns)]

    def bundle(self, version: str | None = None):
        """A version of the service, if not the one in use; Incomplete if there is none, or if it is damaged."""
        from recsys_helpers.serving.bundle import load_bundle
        from recsys_helpers.serving.sealed import BadBundle

        try:
            version = version or self.store.current
            if version is None:
                raise Incomplete("There is no bundle in use in service/. Build one, and put it into use.")
            return load_bundle(self.store.path_of(version))
        except BadBundle as error:
            raise Incomplete(f"The bundle in service/ is refused: {error}") from None

    def recommender(self, check: bool = True):
        """The recommender of the bundle in use; BadBundle if it fails its probes (`check`)."""
        from recsys_helpers.serving.recommender import Recommender

        return Recommender(self.bundle(), check=check)

    def parts(self) -> dict[str, pd.DataFrame]:
        """Train, valid and test by name; ids are text."""
        ids = {"user_id": object, "item_id": object}
        return {part: self.read(f"parts/{part}.csv").astype(ids) for part in PARTS}

    def results(self) -> dict[str, pd.DataFrame]:
        """Model → NDCG@10, one row for each test user and one column for each seed; Incomplete if a value is missing.

        All models must have the same users, and each seed all of them.
        """
        table, found = self.read("results.csv"), {}
        if (twice := table.duplicated(["model", "seed", "user_id"])).any():
            raise Incomplete(
                f"results.csv has a model, seed and user twice, in line {twice.argmax() + 2}. Write it again."
            )
        for model, rows in table.groupby("model", sort=False):
            found[model] = rows.pivot(index="user_id", columns="seed", values="ndcg")
            if found[model].isna().any(axis=None):
                raise Incomplete(f"results.csv: not every seed of {model!r} has all users. Measure all of them.")
        first = next(iter(found.values())).index
        for model, values in found.items():
            if not values.index.equals(first):
                raise Incomplete(f"results.csv: {model!r} was measured for other users than {next(iter(found))!r}.")
        return found

    def per_user(self, results: dict[str, pd.DataFrame], role: str) -> np.ndarray:
        """Mean over seeds for each user, of the model that the card names in a role: bar, model, ablation or served."""
        name = self.said("models", role, NAMED)
        if name not in results:
            known = ", ".join(results)
            raise Incomplete(
                f"card.toml names {name!r} as {role}, but results.csv has only {known}. Use the same name."
            )
        return results[name].mean(axis=1).to_numpy()

    def card(self) -> dict:
        """What `card.toml` says."""
        path = self.folder / "card.toml"
        if not path.is_file():
            raise Incomplete("There is no card.toml. `python -m recsys_helpers.capstone make` writes a draft of it.")
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Incomplete(f"card.toml cannot be read: {error}.") from None

    def said(self, section: str, name: str, form: str = "in a sentence") -> str:
        """One entry of the card; Incomplete while it is missing, empty or still a TODO. `form`: how it is written."""
        table = self.card().get(section)
        value = table.get(name) if isinstance(table, dict) else None
        if not isinstance(value, str) or not value.strip() or TODO in value:
            raise Incomplete(f"card.toml does not say [{section}] {name} yet. Write it, {form}.")
        return value.strip()

    def say(self, section: str, **words: str) -> None:
        """Write entries of one section of the card in place of the old ones; KeyError if there is no such entry."""
        path = self.folder / "card.toml"
        head, found, rest = path.read_text(encoding="utf-8").partition(f"[{section}]\n")
        own, following, rest = rest.partition("\n[")
        for name, value in words.items():
            line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
            own, n = re.subn(rf'^{name} = "(?:[^"\\]|\\.)*"', lambda _, line=line: line, own, flags=re.MULTILINE)
            if not found or not n:
                raise KeyError(f"card.toml has no entry [{section}] {name}.")
        path.write_text(head + found + own + following + rest, encoding="utf-8")

    def write_card(self, **words: str) -> Path:
        """Write a draft of the card, unless there is one: nobody's sentences are lost."""
        path = self.folder / "card.toml"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(CARD.format(**words), encoding="utf-8")
        return path
