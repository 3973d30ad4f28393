"""A bundle as files: JSON, npy without objects, ONNX. Nothing in it is code, and nothing is unpacked.

`parts` says what a bundle holds in memory, `sealed` writes the folder at once and verifies every byte of it.
"""

import io
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from recsys_helpers.serving.linear_part import Ages, DenseLinear, Linear, SparseLinear
from recsys_helpers.serving.parts import Bundle, Item, Stages, check_parts
from recsys_helpers.serving.sealed import MANIFEST, MIB, BadBundle, format_of, read_manifest, read_sealed, seal

FORMAT = 3  # 2 knew no linear part; 1 no probes
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
    "linear_codes.npy": 512 * MIB,
    "linear_scales.npy": 16 * MIB,
    "linear_items.npy": 16 * MIB,
    "linear_values.npy": 512 * MIB,
    "linear_targets.npy": 512 * MIB,
    "linear_starts.npy": 16 * MIB,
}
DENSE, INT8 = {"linear.npy", "linear_items.npy"}, {"linear_codes.npy", "linear_scales.npy", "linear_items.npy"}
SPARSE = {"linear_values.npy", "linear_targets.npy", "linear_starts.npy"}
# Each of these may be absent, but a model or a linear part there must be.
OPTIONAL = {"model.onnx", "vectors.npy", "users.json", *DENSE, *INT8, *SPARSE}
MOST_DENSE = 11_000  # items: their matrix of weights is just below the limit of linear.npy


def save_bundle(bundle: Bundle, folder: Path) -> Path:
    """Write a bundle below `folder` as `seal` does and return its path; BadBundle if its parts do not fit together."""
    check_parts(bundle)
    arrays = {
        "neighbours.npy": bundle.neighbours.astype("<i4"),
        "weights.npy": bundle.weights.astype("<f4"),
        "popularity.npy": bundle.popularity.astype("<f4"),
        "histories.npy": bundle.histories.astype("<i8"),
    }
    if bundle.vectors is not None:
        arrays["vectors.npy"] = bundle.vectors.astype("<f4")
    if isinstance(bundle.linear, DenseLinear):
        if bundle.linear.scales is None:
            arrays["linear.npy"] = bundle.linear.weights.astype("<f4", copy=False)
        else:
            arrays["linear_codes.npy"] = bundle.linear.weights.astype("|i1", copy=False)
            arrays["linear_scales.npy"] = bundle.linear.scales.astype("<f4", copy=False)
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
    about = {"format": FORMAT, "stages": asdict(bundle.stages), "facts": bundle.facts}
    if bundle.linear is not None:
        about["linear"] = asdict(bundle.linear.ages)
    return seal(contents, about, Path(folder))


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
    manifest = read_manifest(path, FORMAT)
    _check_files(manifest)
    wanted = list(manifest["files"])
    if only_popular:
        wanted = [n for n in ("items.json", "popularity.npy", "histories.npy", "users.json") if n in wanted]
    if not only_popular and (extra := {entry.name for entry in path.iterdir()} - {MANIFEST, *LIMITS}):
        raise BadBundle(f"{sorted(extra)[0]!r} does not belong into a bundle.")
    raw = {name: read_sealed(path, name, manifest, LIMITS[name]) for name in wanted}
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
    check_parts(bundle)
    return bundle


def _check_files(manifest: dict) -> None:
    """Raise BadBundle unless the manifest names the files of a bundle: all that must be, and one way to score."""
    files = set(manifest["files"])
    if not LIMITS.keys() - OPTIONAL <= files <= LIMITS.keys():
        raise BadBundle(f"{MANIFEST} names {sorted(files)}, but a bundle has {sorted(LIMITS)}.")
    linear = files & (DENSE | INT8 | SPARSE)
    if linear not in (set(), DENSE, INT8, SPARSE) or not (linear or "model.onnx" in files):
        raise BadBundle(f"{MANIFEST} names no model, half a linear part, or two: {sorted(files)}.")
    if not isinstance(manifest.get("facts"), dict) or not isinstance(manifest.get("stages"), dict):
        raise BadBundle(f"{MANIFEST} is not built like one.")


def _linear(raw: dict[str, bytes], manifest: dict, n_rows: int) -> Linear | None:
    """The linear part of the files, checked before anything is computed with it."""
    if not (DENSE | INT8 | SPARSE) & raw.keys():
        return None
    ages = Ages(**manifest["linear"])
    if not all(type(value) in (int, float) and np.isfinite(value) for value in asdict(ages).values()):
        raise BadBundle(f"{MANIFEST} states ages that are no numbers.")
    if not (ages.decay > 0 and 0 <= ages.floor <= 1):
        raise BadBundle(f"{MANIFEST} states ages that cannot be: {ages}.")
    if "linear_items.npy" in raw:
        items, scales = _from_npy(raw["linear_items.npy"], "linear_items.npy", "<i4", 1), None
        if "linear.npy" in raw:
            weights = _from_npy(raw["linear.npy"], "linear.npy", "<f4", 2)
        else:
            weights = _from_npy(raw["linear_codes.npy"], "linear_codes.npy", "|i1", 2)
            scales = _from_npy(raw["linear_scales.npy"], "linear_scales.npy", "<f4", 1)
            if scales.shape != items.shape or not (np.isfinite(scales) & (scales > 0)).all():
                raise BadBundle("linear_scales.npy does not hold one positive number for each row.")
        is_whole = weights.shape == (len(items), len(items)) and (np.diff(items, prepend=0) > 0).all()
        if not is_whole or items[-1:].max(initial=0) >= n_rows or not np.isfinite(weights).all():
            raise BadBundle("The weights and linear_items.npy do not fit together, or hold no numbers.")
        return DenseLinear(weights, items, n_rows, ages, scales)
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
    found = format_of(Path(path))
    return isinstance(found, int) and found < FORMAT


def _items(raw: bytes) -> list[Item]:
    try:
        rows = json.loads(raw)
        items = [Item(item_id, title, year, tuple(genres)) for item_id, title, year, genres in rows]
    except (ValueError, TypeError, RecursionError) as error:
        raise BadBundle(f"items.json cannot be read: {type(error).__name__}.") from error
    return items


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
