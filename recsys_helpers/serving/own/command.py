"""The options of the command line for data of your own, and what it says when something is wrong."""

import argparse
import hashlib
import re
import sys
from pathlib import Path

import platformdirs

from recsys_helpers.serving.bundle import load_bundle
from recsys_helpers.serving.own.source import Source
from recsys_helpers.serving.sealed import BadBundle
from recsys_helpers.serving.store import Store

ABOUT = """a text file of interactions with user_id, item_id and perhaps timestamp (seconds), rating, title: it is
checked, split and measured, and the model that the evidence favours is served; up to 1,000,000 interactions and 100,000
items; without timestamps no model that needs an order is offered"""
INTERRUPTED = (
    "Interrupted. Nothing was put into use; the finished steps are kept: the same command goes on from here. The step "
    "that was at hand, such as the training of the network, begins anew."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--data` and what belongs to it."""
    group = parser.add_argument_group("data of your own")
    group.add_argument("--data", metavar="FILE", help=ABOUT)
    names = "names of your columns, such as user_id=buyer item_id=sku timestamp=when title=name"
    group.add_argument("--columns", nargs="+", default=[], metavar="OURS=YOURS", help=names)
    group.add_argument("--sep", default=",", help=r"the separator; \t is a tab")
    group.add_argument("--names", nargs="+", metavar="NAME", help="the columns of a file without a header, in order")
    what = "such as cp1252; of several, each line is read with the first that fits; default: utf-8"
    group.add_argument("--encoding", nargs="+", default=["utf-8-sig"], help=what)
    what = "ratings outside it are reported as mistakes; default: 0.5 5"
    scale = {"type": float, "default": (0.5, 5.0), "metavar": ("LOWEST", "HIGHEST")}
    group.add_argument("--rating-range", nargs=2, **scale, help=what)
    which = "the row to keep where a user has an item more than once: the first or last in time; default: report them"
    group.add_argument("--duplicates", default="error", choices=["error", "first", "last"], help=which)
    what = "milliseconds since 1970, ISO8601, or a format of dates such as %%d/%%m/%%Y; default: seconds since 1970"
    group.add_argument("--times", default="seconds", metavar="FORMAT", help=what)
    what = "ids are text, also where all are whole numbers; then 0 is an id like any other"
    group.add_argument("--text-ids", action="store_true", help=what)
    group.add_argument("--titles", metavar="FILE", help="a file with item_id and title; any usual separator")
    names = "names of its columns, such as item_id=sku title=name"
    group.add_argument("--titles-columns", nargs="+", default=[], metavar="OURS=YOURS", help=names)


def source_of(arguments) -> Source:
    """What the command line says about the data; SystemExit with a sentence if it cannot be read."""
    for path in filter(None, (arguments.data, arguments.titles)):
        if not Path(path).is_file():
            sys.exit(f"There is no file {path}.")
    return Source(
        path=arguments.data,
        columns=_pairs(arguments.columns, "--columns"),
        sep=arguments.sep.replace("\\t", "\t"),
        names=tuple(arguments.names) if arguments.names else None,
        encoding=tuple(map(_encoding, arguments.encoding)),
        rating_range=tuple(arguments.rating_range),
        duplicates=arguments.duplicates,
        times=_times(arguments.times),
        text_ids=arguments.text_ids,
        titles=arguments.titles,
        titles_columns=_pairs(arguments.titles_columns, "--titles-columns"),
    )


def _pairs(words: list[str], option: str) -> dict[str, str | None]:
    if wrong := [word for word in words if "=" not in word]:
        sys.exit(f"{option} takes pairs such as user_id=buyer, not {wrong[0]!r}.")
    return {ours: theirs or None for ours, _, theirs in (word.partition("=") for word in words)}


def _encoding(name: str) -> str:
    try:
        "a".encode(name)
    except LookupError:
        known = "utf-8, utf-16, cp1252, latin-1, gb18030 and others"
        sys.exit(f"--encoding: there is no encoding {name!r} for text; there are {known}.")
    return name


def _times(form: str) -> str:
    if form not in ("seconds", "milliseconds", "ISO8601") and "%" not in form:
        sys.exit(f"--times takes seconds, milliseconds, ISO8601, or a format such as %d/%m/%Y, not {form!r}.")
    return form


def own_folders(path: str, cache: Path) -> tuple[Path, Path]:
    """Where bundles and events of a file lie that was named without `--folder`.

    The names are made of the file's place, so that a file exported anew goes on where it was, and another file of the
    same name, as `ratings.csv` is for many, does not get its events.
    """
    place = hashlib.sha256(str(Path(path).resolve()).encode()).hexdigest()[:8]
    name = f"{re.sub(r'[^A-Za-z0-9]+', '_', Path(path).stem)}-{place}"
    return cache / "serving-own" / name, Path(platformdirs.user_data_dir("recsys-course")) / "own" / f"{name}.sqlite3"


def is_ready(source: Source, store: Store, compress: bool = False) -> bool:
    """Whether the version in use came from just this file with these settings."""
    try:
        facts = load_bundle(store.path_of(store.current), only_popular=True).facts if store.current else {}
        own = facts.get("own", {})
        return own.get("digest") == source.digest() and own.get("compress", False) == compress
    except (BadBundle, OSError):
        return False


def build(arguments, store: Store) -> None:
    """Prepare the bundle, or say in one message why not; an interruption says how to go on."""
    try:
        from recsys_helpers.data.checks import DataProblems
        from recsys_helpers.serving.own.pipeline import prepare

        try:
            version = prepare(source_of(arguments), store, compress=arguments.compress)
        except DataProblems as error:
            sys.exit(f"{error}\nNothing was built. All options: python -m recsys_helpers.serving --help")
        except MemoryError as error:
            sys.exit(f"{error}\nNothing was put into use.")
    except KeyboardInterrupt:
        print(f"\n{INTERRUPTED}", file=sys.stderr)
        sys.exit(130)
    print(f"\nBundle {version} is in use.", flush=True)
