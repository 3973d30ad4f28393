"""A folder of files that is written at once, and read only if every byte is what was written.

Its manifest names every file with its size and SHA-256, and the folder is named after the manifest. Left out:
signatures. The checksums show damage and mix-ups; who may write the folder may also write another one like it.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

MIB = 2**20
MANIFEST, MANIFEST_LIMIT = "manifest.json", MIB
CHECKSUM = re.compile(r"[0-9a-f]{64}")


class BadBundle(ValueError):
    """A bundle that must not be used; the message says which file and why."""


def seal(contents: dict[str, bytes], about: dict, folder: Path) -> Path:
    """Write these files below `folder` and return their path; its name is their version, made from the content.

    `about`: what the manifest says besides, as JSON knows it. All files are on the disk before the folder gets its
    name, so a crash leaves no half of it. OSError if the disk is full, and then nothing is left either.
    """
    files = {name: {"sha256": _sha256(raw), "bytes": len(raw)} for name, raw in sorted(contents.items())}
    manifest = {**about, "files": files}
    version = version_of(manifest)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / version
    if path.exists():
        return path
    temporary = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name, raw in contents.items():
            write_durably(temporary / name, raw)
        write_durably(temporary / MANIFEST, manifest_text({"version": version, **manifest}))
        sync_folder(temporary)
        temporary.rename(path)
        sync_folder(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return path


def read_manifest(path: Path, file_format: int) -> dict:
    """What the manifest of a sealed folder says; BadBundle unless it has this format and is as it was written."""
    if not path.is_dir():
        raise BadBundle(f"There is no bundle {path.name!r}.")
    try:
        raw = read_at_most(path / MANIFEST, MANIFEST_LIMIT)
        manifest = json.loads(raw)
        if manifest["format"] != file_format:
            raise BadBundle(f"{MANIFEST} has format {manifest['format']!r}, this service reads {file_format}.")
        for name, stated in manifest["files"].items():
            if type(stated["bytes"]) is not int or not CHECKSUM.fullmatch(stated["sha256"]):
                raise BadBundle(f"{MANIFEST} states no size or no checksum of {name}.")
        version = manifest["version"]
        content = {name: value for name, value in manifest.items() if name != "version"}
        if version != path.name or version != version_of(content) or raw != manifest_text(manifest):
            raise BadBundle(f"{MANIFEST} was changed after it was written, or its folder was renamed.")
    except BadBundle:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadBundle(f"{MANIFEST} cannot be read: {type(error).__name__}.") from error
    return manifest


def format_of(path: Path) -> int | None:
    """The format that a manifest states, None if it cannot be read."""
    try:
        return json.loads(read_at_most(path / MANIFEST, MANIFEST_LIMIT))["format"]
    except (BadBundle, OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def read_sealed(path: Path, name: str, manifest: dict, limit: int) -> bytes:
    """The bytes of one file of a sealed folder, at most `limit`; BadBundle unless they are those that were written."""
    stated = manifest["files"][name]
    raw = read_at_most(path / name, min(limit, stated["bytes"]))
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
