"""What the user says about a file, the limits, and the digest that finished steps and bundles are named after."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

from recsys_helpers.serving.bundle import FORMAT

MOST_INTERACTIONS, MOST_ITEMS = 1_000_000, 100_000
GIB = 2**30
MOST_BYTES = 2 * GIB  # of the file: to be read it needs up to 16 times its size in memory
FEWEST_INTERACTIONS, FEWEST_USERS, FEWEST_ITEMS = 100, 20, 10
EDITION = 2  # raise it when the same file and settings would give another bundle


@dataclass(frozen=True)
class Source:
    """A file of interactions, read with the options of `data.load_csv`, and perhaps a file of titles.

    `columns` may also name the column of a `title` in the same file; `titles_columns` names `item_id` and `title` in
    the file `titles`. `times`: "seconds" or "milliseconds" since 1970, or the format of dates, "ISO8601" or such as
    "%d/%m/%Y"; times without a zone are taken as UTC. `text_ids`: ids are text, also where all are whole numbers.
    `seed`: of the split, where there are no times, and of the network.
    """

    path: str
    columns: dict[str, str | None] = field(default_factory=dict)
    sep: str = ","
    names: tuple[str, ...] | None = None
    encoding: tuple[str, ...] = ("utf-8-sig",)
    rating_range: tuple[float, float] = (0.5, 5.0)
    duplicates: str = "error"
    times: str = "seconds"
    text_ids: bool = False
    titles: str | None = None
    titles_columns: dict[str, str] = field(default_factory=dict)
    seed: int = 42

    @property
    def name(self) -> str:
        """Name of the file without its folder."""
        return Path(self.path).name

    def settings(self) -> dict:
        """The settings without the places of the files, as a bundle's manifest keeps them."""
        kept = {name: value for name, value in asdict(self).items() if name not in ("path", "titles")}
        return json.loads(json.dumps(kept))

    @cached_property
    def _checksums(self) -> tuple[str, str | None]:
        """Of the file and of the titles, read once: what is built belongs to the content that it began with."""
        return _sha256(self.path), _sha256(self.titles) if self.titles else None

    def checksum(self) -> str:
        """SHA-256 of the file, as it was when this was first asked."""
        return self._checksums[0]

    def digest(self) -> str:
        """16 hexadecimal digits made of both files' content and of the settings; other content, another digest."""
        content = [EDITION, FORMAT, *self._checksums, self.settings()]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def has_changed(self) -> bool:
        """Whether the files hold something else than when the digest was made."""
        return replace(self).digest() != self.digest()


def _sha256(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
