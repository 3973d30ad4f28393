"""Download MovieLens 1m, 20m, 25m or 32m into a cache folder, and read it from there, checksum first.

The folder is the system's cache folder, or the one named by the environment variable RECSYS_DATA_DIR.
Left out: resuming. A download that breaks is thrown away and starts again.
"""

import csv
import io
import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd
import pooch

PAGE = "https://grouplens.org/datasets/movielens/"
CHUNK = 2**16  # bytes written at a time
TERMS = (
    "Terms (GroupLens, University of Minnesota): for research; no commercial use without permission; do not suggest "
    "their endorsement; acknowledge Harper & Konstan 2015, https://doi.org/10.1145/2827872; "
)
MAY_NOT = TERMS + "you may NOT pass the data on without separate permission."
MAY = TERMS + "you may pass the data on under these same terms."


@dataclass(frozen=True)
class Edition:
    """One line of the manifest: where the zip is, and what it must be. Sizes in bytes; `unpacked` is an upper limit."""

    url: str
    size: int
    sha256: str
    unpacked: int
    terms: str


# Sizes and checksums: tensorflow-datasets 4.9.10 (1m, 20m, 25m), two independent public projects (32m).
# Terms: the README in each zip.
EDITIONS = {
    "1m": Edition(
        url="https://files.grouplens.org/datasets/movielens/ml-1m.zip",
        size=5_917_549,
        sha256="a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
        unpacked=30_000_000,
        terms=MAY_NOT,
    ),
    "20m": Edition(
        url="https://files.grouplens.org/datasets/movielens/ml-20m.zip",
        size=198_702_078,
        sha256="96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3",
        unpacked=1_000_000_000,
        terms=MAY_NOT,
    ),
    "25m": Edition(
        url="https://files.grouplens.org/datasets/movielens/ml-25m.zip",
        size=261_978_986,
        sha256="8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa",
        unpacked=1_300_000_000,
        terms=MAY_NOT,
    ),
    "32m": Edition(
        url="https://files.grouplens.org/datasets/movielens/ml-32m.zip",
        size=238_950_008,
        sha256="e4a68655d7386b8f95f2f2424b2ff975dfdd15ffd59e0d864a14dca43e99d6ee",
        unpacked=1_100_000_000,
        terms=MAY,
    ),
}


class DownloadError(OSError):
    """A download or a cached file that must not be used; the message says why and what to do."""


def cache_path(edition: str) -> Path:
    """Where the zip of an edition lies or would lie; ValueError if there is no such edition.

    >>> cache_path("1m").name
    'ml-1m.zip'
    """
    if edition not in EDITIONS:
        raise ValueError(f"MovieLens edition {edition!r} cannot be downloaded: choose one of {', '.join(EDITIONS)}.")
    return Path(os.environ.get("RECSYS_DATA_DIR") or pooch.os_cache("recsys-course")).expanduser() / f"ml-{edition}.zip"


def download_movielens(edition: str, timeout: float = 30.0) -> Path:
    """Fetch one edition into the cache unless it is there already; returns the path of the zip.

    `timeout`: seconds without a byte after which the download is given up. Prints size and terms before it starts.
    The file takes its final name only when size and checksum are right. Raises DownloadError otherwise.
    """
    import requests  # half the time of importing this module, and reading does not need it

    path, known = cache_path(edition), EDITIONS[edition]
    if path.exists() and pooch.file_hash(str(path)) == known.sha256:
        print(f"MovieLens {edition} is in the cache already; its checksum is right.")
        return path
    print(f"MovieLens {edition}: {known.size / 1e6:,.1f} MB from {known.url}\n{known.terms}")
    by_hand = f"Or get the file another way ({PAGE}) and save it as {path}: it is checked before it is read."

    def fetch(url, output_file, _pooch):
        pooch.HTTPDownloader(progressbar=True, chunk_size=CHUNK, timeout=timeout)(url, output_file, _pooch)
        got = os.path.getsize(output_file)
        if got != known.size:
            raise DownloadError(
                f"What came from {url} has {got:,} bytes instead of {known.size:,}; it was thrown away. The connection "
                f"broke, or a proxy or login page answered instead. Open {url} in a browser to see, then call "
                f"download_movielens({edition!r}) again. {by_hand}"
            )

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < known.size:
            raise DownloadError(f"No room for {known.size:,} bytes in {path.parent}. Free some or set RECSYS_DATA_DIR.")
        path.unlink(missing_ok=True)  # a file is here whose checksum is wrong: no one may read it
        pooch.get_logger().setLevel("WARNING")
        pooch.retrieve(known.url, known.sha256, fname=path.name, path=path.parent, downloader=fetch)
    except requests.HTTPError as error:
        raise DownloadError(f"The server refused: {error}. The file may have moved: see {PAGE}. {by_hand}") from error
    except requests.RequestException as error:
        raise DownloadError(
            f"The download of MovieLens {edition} broke off and the part that came was thrown away: {error}. Check the "
            f"connection, then call download_movielens({edition!r}) again, perhaps with a timeout above {timeout:g} "
            f"seconds. {by_hand}"
        ) from error
    except ValueError as error:  # pooch: the checksum differs
        raise DownloadError(
            f"What came from {known.url} has the right size but the wrong checksum; it was thrown away. Call "
            f"download_movielens({edition!r}) again; if that ends the same way, the file was replaced: do not use it. "
            f"{by_hand}"
        ) from error
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(f"Cannot write to {path.parent}: {error}. Set RECSYS_DATA_DIR to another one.") from error
    return path


def read_movielens(edition: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ratings (user_id, item_id, rating, timestamp) and movies (item_id, title, year, genres) from the cached zip.

    Types as in the bundled set: a rating takes 32 bytes of memory, so 32m needs 1 GB and twice that while it is read.
    The year comes from "Title (1995)"; where there is none, the title stays whole and the year is missing.
    Raises FileNotFoundError if the edition was not downloaded, DownloadError if the file is not the right one.
    """
    path, known = cache_path(edition), EDITIONS[edition]
    call = f'recsys_helpers.data.download.download_movielens("{edition}")'
    if not path.exists():
        size = f"{known.size / 1e6:,.1f} MB"
        raise FileNotFoundError(f"MovieLens {edition} is not in {path.parent}. Call {call} first ({size}).")
    if pooch.file_hash(str(path)) != known.sha256:
        raise DownloadError(f"{path} is not the published file: its checksum is wrong. Call {call} to replace it.")
    with zipfile.ZipFile(path) as archive:
        _refuse_unsafe(archive, path, known.unpacked)
        ending = "dat" if edition == "1m" else "csv"
        ratings = _read_table(archive, f"ml-{edition}/ratings.{ending}", ["user_id", "item_id", "rating", "timestamp"])
        movies = _read_table(archive, f"ml-{edition}/movies.{ending}", ["item_id", "title", "genres"])
    parts = movies["title"].str.extract(r"^(?P<title>.*?)\s*\((?P<year>\d{4})\)\s*$")
    title = parts["title"].fillna(movies["title"]).replace("", pd.NA)
    movies = pd.DataFrame(
        {"item_id": movies["item_id"], "title": title, "year": pd.to_numeric(parts["year"]).astype("Int64")}
    ).assign(genres=movies["genres"])
    return ratings.astype({"rating": float}), movies


def _refuse_unsafe(archive: zipfile.ZipFile, path: Path, limit: int) -> None:
    """DownloadError if a member's name leaves the archive's folder, or if the members unpack to more than `limit`."""
    danger = None
    for name in archive.namelist():
        member = PurePosixPath(name.replace("\\", "/"))
        if member.is_absolute() or ".." in member.parts or ":" in name:
            danger = f"holds {name!r}, which points outside its own folder"
    total = sum(info.file_size for info in archive.infolist())
    if total > limit:
        danger = f"would unpack to {total:,} bytes, more than the {limit:,} expected"
    if danger:
        raise DownloadError(f"{path} {danger}. Nothing was read. Delete the file and do not unpack it.")


def _read_table(archive: zipfile.ZipFile, member: str, names: list[str]) -> pd.DataFrame:
    """One table straight from the zip: `.csv` is UTF-8 with a header, `.dat` is Latin-1, split by "::", without one."""
    options = {"names": names, "keep_default_na": False}  # a film may be called "NA"
    with archive.open(member) as file:
        if member.endswith(".csv"):
            return pd.read_csv(file, header=0, encoding="utf-8", **options)
        text = file.read().decode("latin-1").replace("::", "\t")  # one character: pandas' fast parser can split it
        return pd.read_csv(io.StringIO(text), sep="\t", quoting=csv.QUOTE_NONE, **options)
