"""What a bundle holds in memory, and whether its parts fit together."""

from dataclasses import asdict, dataclass, field

import numpy as np

from recsys_helpers.serving.linear_part import Linear
from recsys_helpers.serving.sealed import BadBundle

LARGEST_ID = 2**63 - 1
LONGEST_ID = 200  # characters of an id that is text


@dataclass(frozen=True)
class Item:
    """A film, or what else is recommended, as people know it; `item_id` is the raw id, a whole number or text."""

    item_id: int | str
    title: str
    year: int | None
    genres: tuple[str, ...]


@dataclass(frozen=True)
class Stages:
    """How the two stages work with this model. Chosen when the bundle is built, and kept in its manifest.

    `length`: items of a history that the model reads, the newest. `n_candidates`: items that the first stage hands
    over. `fusion`: constant of the rank fusion. `bias_columns`: columns at the end of `vectors` that hold an item's
    popularity and not its nature.
    """

    length: int = 50
    n_candidates: int = 200
    fusion: int = 60
    bias_columns: int = 1

    def __post_init__(self):
        if not all(type(value) is int and 0 <= value <= 10_000 for value in asdict(self).values()) or not self.length:
            raise BadBundle(f"stages holds something else than whole numbers from 0 to 10,000: {self}.")


@dataclass
class Bundle:
    """What a service needs, in memory. Row 0 of every array is padding; n_rows = number of items + 1.

    `model`: ONNX, `history` (batch, length) → `query` (batch, dim) or `scores` (batch, n_rows); None if only the
    popular films are served. `vectors` (n_rows, dim): score of an item = query · vector; None if the model gives
    scores. `neighbours`, `weights` (n_rows, m): the items whose presence in a history speaks most for an item, and how
    much. `linear`: added to the scores of the model, or alone if there is none; then the order is that of the sum.
    `popularity` (n_rows,): number of users of an item. `histories` (n, 2): user_id and item_idx, oldest first
    within a user. `user_ids`: if they are text, those of the users that `histories` numbers from 1. `items`: row 1
    onwards. `facts`: origin of the data, metrics, and the probes that `probe` makes.
    """

    items: list[Item]
    popularity: np.ndarray
    histories: np.ndarray
    vectors: np.ndarray | None = None
    neighbours: np.ndarray | None = None
    weights: np.ndarray | None = None
    model: bytes | None = None
    linear: Linear | None = None
    user_ids: list[str] | None = None
    stages: Stages = field(default_factory=Stages)
    facts: dict = field(default_factory=dict)
    version: str = ""

    @property
    def n_rows(self) -> int:
        """Number of rows of every table: the items and row 0."""
        return len(self.items) + 1

    @property
    def has_model(self) -> bool:
        """Whether anything but the popular items can be served."""
        return self.model is not None or self.linear is not None


def check_parts(bundle: Bundle) -> None:
    """Raise BadBundle unless all parts have the right types and shapes and point only at items that exist."""
    n_rows = bundle.n_rows
    id_type = type(bundle.items[0].item_id) if bundle.items else int
    for item in bundle.items:
        is_id = type(item.item_id) is id_type and is_sound_id(item.item_id)
        is_year = item.year is None or type(item.year) is int
        if not (is_id and is_year and isinstance(item.title, str) and isinstance(item.genres, tuple)):
            raise BadBundle(f"The item table holds something that is not an item: {item}.")
        if not all(isinstance(genre, str) for genre in item.genres):
            raise BadBundle(f"The item table holds a genre that is no text: {item}.")
    if n_rows < 2 or len({item.item_id for item in bundle.items}) != n_rows - 1:
        raise BadBundle("The item table is empty or names an item twice.")
    shapes = {"popularity": (bundle.popularity, (n_rows,)), "histories": (bundle.histories, (len(bundle.histories), 2))}
    if bundle.has_model:
        if bundle.neighbours.ndim != 2 or bundle.neighbours.shape[1] == 0:
            raise BadBundle(f"neighbours has shape {bundle.neighbours.shape}: every item needs at least one.")
        shapes["neighbours"] = (bundle.neighbours, (n_rows, bundle.neighbours.shape[1]))
        shapes["weights"] = (bundle.weights, bundle.neighbours.shape)
        if bundle.vectors is not None:
            shapes["vectors"] = (bundle.vectors, (n_rows, *bundle.vectors.shape[1:]))
    for name, (array, shape) in shapes.items():
        if array.shape != shape:
            raise BadBundle(f"{name} has shape {array.shape} instead of {shape}.")
        if not np.isfinite(array).all():
            raise BadBundle(f"{name} holds a value that is not a number.")
    limits = [(bundle.histories[:, 1], 1)] + ([(bundle.neighbours, 0)] if bundle.has_model else [])
    if any(part.size and (part.min() < lowest or part.max() >= n_rows) for part, lowest in limits):
        raise BadBundle("An index points outside the item table.")
    if (np.diff(bundle.histories[:, 0]) < 0).any():
        raise BadBundle("The histories are not sorted by user.")
    if bundle.user_ids is not None:
        are_sound = isinstance(bundle.user_ids, list) and all(map(_is_text_id, bundle.user_ids))
        if not are_sound:
            raise BadBundle("users.json holds something that is no id.")
        named, numbers = len(bundle.user_ids), bundle.histories[:, 0]
        if len(set(bundle.user_ids)) != named or (len(numbers) and not 1 <= numbers.min() <= numbers.max() <= named):
            raise BadBundle("users.json does not name the users of the histories.")


def is_sound_id(raw_id: int | str) -> bool:
    """Whether a raw id is a whole number of 64 bits, or text that is neither empty nor long."""
    return 0 < len(raw_id) <= LONGEST_ID if isinstance(raw_id, str) else abs(raw_id) <= LARGEST_ID


def _is_text_id(raw_id) -> bool:
    return isinstance(raw_id, str) and is_sound_id(raw_id)
