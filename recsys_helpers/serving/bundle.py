"""One folder that holds all a service needs, written at once and read only if every byte is what was written.

Plain formats alone: JSON, npy without objects, ONNX. Nothing in a bundle is code, nothing is unpacked, and a file is
measured before it is read and hashed before it is parsed. Left out: signatures. The checksums show damage and mix-ups;
who may write the folder may also write a bundle.
"""

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from recsys_helpers.serving.linear_part import Ages, DenseLinear, Linear, SparseLinear

FORMAT = 3  # 2 knew no linear part; 1 no probes
MIB = 2**20
LIMITS = {  # the files of a bundle, and the most bytes each may have
    "model.onnx": 512 * MIB,
    "vectors.npy": 512 * MIB,
    "neighbours.npy": 512 * MIB,
    "weights.npy": 512 * MIB,
    "popularity.npy": 16 * MIB,
    "histories.npy": 512 * MIB,
    "items.json": 64 * MIB,
    "users.json": 512 * MIB,
    "linear.npy": 512 * MIB,
    "linear_items.npy": 16 * MIB,
    "linear_values.npy": 512 * MIB,
    "linear_targets.npy": 512 * MIB,
    "linear_starts.npy": 16 * MIB,
}
DENSE = {"linear.npy", "linear_items.npy"}
SPARSE = {"linear_values.npy", "linear_targets.npy", "linear_starts.npy"}
OPTIONAL = {"model.onnx", "vectors.npy", "users.json", *DENSE, *SPARSE}  # but a model or a linear part there must be
MOST_DENSE = 11_000  # items: their matrix of weights is just below the limit of linear.npy
MANIFEST, MANIFEST_LIMIT = "manifest.json", MIB
CHECKSUM = re.compile(r"[0-9a-f]{64}")
LARGEST_ID = 2**63 - 1
LONGEST_ID = 200  # characters of an id that is text


class BadBundle(ValueError):
    """A bundle that must not be used; the message says which file and why."""


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


def save_bundle(bundle: Bundle, folder: Path) -> Path:
    """Write a bundle below `folder` and return its path; its name is its version, made from its content.

    All files are on the disk before the folder gets its name, so a crash leaves no half bundle. Raises BadBundle if
    the parts do not fit together, OSError if the disk is full (and then leaves nothing).
    """
    _check_parts(bundle)
    arrays = {
        "neighbours.npy": bundle.neighbours.astype("<i4"),
        "weights.npy": bundle.weights.astype("<f4"),
        "popularity.npy": bundle.popularity.astype("<f4"),
        "histories.npy": bundle.histories.astype("<i8"),
    }
    if bundle.vectors is not None:
        arrays["vectors.npy"] = bundle.vectors.astype("<f4")
    if isinstance(bundle.linear, DenseLinear):
        arrays["linear.npy"] = bundle.linear.weights.astype("<f4", copy=False)
        arrays["linear_items.npy"] = bundle.linear.items.astype("<i4")
    elif bundle.linear is not None:
        arrays["linear_values.npy"] = bundle.linear.values.astype("<f4", copy=False)
        arrays["linear_targets.npy"] = bundle.linear.targets.astype("<i4", copy=False)
        arrays["linear_starts.npy"] = bundle.linear.starts.astype("<i8")
    contents = {name: _to_npy(array) for name, array in arrays.items()}
    if bundle.model is not None:
        contents["model.onnx"] = bundle.model
    if bundle.user_ids is not None:
        contents["users.json"] = json.dumps(bundle.user_ids, ensure_ascii=False).encode()
    rows = [[item.item_id, item.title, item.year, list(item.genres)] for item in bundle.items]
    contents["items.json"] = json.dumps(rows, ensure_ascii=False).encode()
    files = {name: {"sha256": _sha256(raw), "bytes": len(raw)} for name, raw in sorted(contents.items())}
    manifest = {"format": FORMAT, "files": files, "stages": asdict(bundle.stages), "facts": bundle.facts}
    if bundle.linear is not None:
        manifest["linear"] = asdict(bundle.linear.ages)
    version = version_of(manifest)
    contents[MANIFEST] = manifest_text({"version": version, **manifest})

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / version
    if path.exists():
        return path
    temporary = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name, raw in contents.items():
            write_durably(temporary / name, raw)
        sync_folder(temporary)
        temporary.rename(path)
        sync_folder(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return path


def load_bundle(path: Path, only_popular: bool = False) -> Bundle:
    """Read a bundle from its folder; BadBundle if anything about it is not as it was written.

    `only_popular`: take the item table, popularity and histories alone, for a service whose model is damaged.
    """
    try:
        return _load(Path(path), only_popular)
    except (BadBundle, MemoryError):
        raise
    except Exception as error:  # a bundle comes from outside: whatever is wrong with it is the bundle's fault
        raise BadBundle(f"The bundle cannot be read: {type(error).__name__}: {error}.") from error


def _load(path: Path, only_popular: bool) -> Bundle:
    manifest = _read_manifest(path)
    wanted = list(manifest["files"])
    if only_popular:
        wanted = [n for n in ("items.json", "popularity.npy", "histories.npy", "users.json") if n in wanted]
    if not only_popular and (extra := {entry.name for entry in path.iterdir()} - {MANIFEST, *LIMITS}):
        raise BadBundle(f"{sorted(extra)[0]!r} does not belong into a bundle.")
    raw = {name: _read_checked(path, name, manifest["files"][name]) for name in wanted}
    bundle = Bundle(
        items=_items(raw["items.json"]),
        popularity=_from_npy(raw["popularity.npy"], "popularity.npy", "<f4", 1),
        histories=_from_npy(raw["histories.npy"], "histories.npy", "<i8", 2),
        stages=Stages(**manifest["stages"]),
        facts=manifest["facts"],
        version=manifest["version"],
    )
    if "users.json" in raw:
        bundle.user_ids = json.loads(raw["users.json"])
    if not only_popular:
        bundle.model = raw.get("model.onnx")
        bundle.linear = _linear(raw, manifest, bundle.n_rows)
        if "vectors.npy" in raw:
            bundle.vectors = _from_npy(raw["vectors.npy"], "vectors.npy", "<f4", 2)
        bundle.neighbours = _from_npy(raw["neighbours.npy"], "neighbours.npy", "<i4", 2)
        bundle.weights = _from_npy(raw["weights.npy"], "weights.npy", "<f4", 2)
    _check_parts(bundle)
    return bundle


def _linear(raw: dict[str, bytes], manifest: dict, n_rows: int) -> Linear | None:
    """The linear part of the files, checked before anything is computed with it."""
    if not (DENSE | SPARSE) & raw.keys():
        return None
    ages = Ages(**manifest["linear"])
    if not all(type(value) in (int, float) and np.isfinite(value) for value in asdict(ages).values()):
        raise BadBundle(f"{MANIFEST} states ages that are no numbers.")
    if not (ages.decay > 0 and 0 <= ages.floor <= 1):
        raise BadBundle(f"{MANIFEST} states ages that cannot be: {ages}.")
    if "linear.npy" in raw:
        items = _from_npy(raw["linear_items.npy"], "linear_items.npy", "<i4", 1)
        weights = _from_npy(raw["linear.npy"], "linear.npy", "<f4", 2)
        is_whole = weights.shape == (len(items), len(items)) and (np.diff(items, prepend=0) > 0).all()
        if not is_whole or items[-1:].max(initial=0) >= n_rows or not np.isfinite(weights).all():
            raise BadBundle("linear.npy and linear_items.npy do not fit together, or hold no numbers.")
        return DenseLinear(weights, items, n_rows, ages)
    values = _from_npy(raw["linear_values.npy"], "linear_values.npy", "<f4", 1)
    targets = _from_npy(raw["linear_targets.npy"], "linear_targets.npy", "<i4", 1)
    starts = _from_npy(raw["linear_starts.npy"], "linear_starts.npy", "<i8", 1)
    is_whole = len(starts) == n_rows + 1 and starts[0] == 0 and starts[-1] == len(targets) == len(values)
    if not is_whole or (np.diff(starts) < 0).any() or not np.isfinite(values).all():
        raise BadBundle("The files of the linear part do not fit together, or hold no numbers.")
    if len(targets) and (targets.min() < 1 or targets.max() >= n_rows):
        raise BadBundle("An index points outside the item table.")
    return SparseLinear(values, targets, starts, ages)


def is_outdated(path: Path) -> bool:
    """Whether a bundle was written in an earlier format, which this service does not read; False if it is damaged."""
    try:
        return json.loads(read_at_most(Path(path) / MANIFEST, MANIFEST_LIMIT))["format"] < FORMAT
    except (BadBundle, OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _read_manifest(path: Path) -> dict:
    if not path.is_dir():
        raise BadBundle(f"There is no bundle {path.name!r}.")
    try:
        raw = read_at_most(path / MANIFEST, MANIFEST_LIMIT)
        manifest = json.loads(raw)
        files, version = manifest["files"], manifest["version"]
        if manifest["format"] != FORMAT:
            raise BadBundle(f"{MANIFEST} has format {manifest['format']!r}, this service reads {FORMAT}.")
        if not LIMITS.keys() - OPTIONAL <= set(files) <= LIMITS.keys():
            raise BadBundle(f"{MANIFEST} names {sorted(files)}, but a bundle has {sorted(LIMITS)}.")
        parts = [part for part in ({"model.onnx"}, DENSE, SPARSE) if part & set(files)]
        if not parts or not all(part <= set(files) for part in parts) or (DENSE | SPARSE) <= set(files):
            raise BadBundle(f"{MANIFEST} names no model, half a linear part, or two: {sorted(files)}.")
        if not isinstance(manifest["facts"], dict) or not isinstance(manifest["stages"], dict):
            raise BadBundle(f"{MANIFEST} is not built like one.")
        for name, stated in files.items():
            if type(stated["bytes"]) is not int or not CHECKSUM.fullmatch(stated["sha256"]):
                raise BadBundle(f"{MANIFEST} states no size or no checksum of {name}.")
        content = {name: value for name, value in manifest.items() if name != "version"}
        if version != path.name or version != version_of(content) or raw != manifest_text(manifest):
            raise BadBundle(f"{MANIFEST} was changed after it was written, or its folder was renamed.")
    except BadBundle:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadBundle(f"{MANIFEST} cannot be read: {type(error).__name__}.") from error
    return manifest


def _read_checked(path: Path, name: str, stated: dict) -> bytes:
    raw = read_at_most(path / name, min(LIMITS[name], stated["bytes"]))
    if len(raw) != stated["bytes"] or _sha256(raw) != stated["sha256"]:
        raise BadBundle(f"{name} is not the file that was written: its size or checksum differs.")
    return raw


def read_at_most(path: Path, limit: int) -> bytes:
    """The bytes of a plain file; a link, a pipe or more than `limit` bytes are refused before reading."""
    if path.is_symlink() or not path.is_file():
        raise BadBundle(f"{path.name} is missing, or is not a plain file.")
    size = path.stat().st_size
    if size > limit:
        raise BadBundle(f"{path.name} has {size:,} bytes, {limit:,} are allowed.")
    with path.open("rb") as file:
        return file.read(limit + 1)


def _items(raw: bytes) -> list[Item]:
    try:
        rows = json.loads(raw)
        items = [Item(item_id, title, year, tuple(genres)) for item_id, title, year, genres in rows]
    except (ValueError, TypeError, RecursionError) as error:
        raise BadBundle(f"items.json cannot be read: {type(error).__name__}.") from error
    return items


def _check_parts(bundle: Bundle) -> None:
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


def _to_npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def _from_npy(raw: bytes, name: str, dtype: str, n_axes: int) -> np.ndarray:
    """The array in the bytes of an npy file, without a copy: only this dtype, and only the size its header claims."""
    stream = io.BytesIO(raw)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise BadBundle(f"{name} is an npy file of another version.")
        shape, by_columns, found = np.lib.format.read_array_header_1_0(stream)
    except ValueError as error:
        raise BadBundle(f"{name} is no npy file.") from error
    if found != np.dtype(dtype) or by_columns or len(shape) != n_axes:
        raise BadBundle(f"{name} holds {found} of shape {shape}, expected {np.dtype(dtype)} with {n_axes} axes.")
    size = found.itemsize
    for length in shape:
        size *= length
    if size != len(raw) - stream.tell():
        raise BadBundle(f"{name} claims {size:,} bytes and has {len(raw) - stream.tell():,}.")
    return np.frombuffer(raw, found, offset=stream.tell()).reshape(shape)


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def version_of(content: dict) -> str:
    """Name of a bundle with this manifest (without its version): the same content, the same name."""
    return _sha256(json.dumps(content, sort_keys=True).encode())[:16]


def manifest_text(manifest: dict) -> bytes:
    """The one way to write a manifest."""
    return json.dumps(manifest, indent=1, ensure_ascii=False).encode()


def write_durably(path: Path, raw: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder; Windows has no such call and needs none."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
