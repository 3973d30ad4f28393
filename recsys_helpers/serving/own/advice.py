"""The advice of `data.load_csv`, given as options of the command line, in backticks, that can be copied."""

import ast
import re
import shlex
from collections.abc import Callable

TEXT = r"'[^']*'|\"[^\"]*\""
LITERALS: list[tuple[str, Callable]] = [  # what Python calls it, with its value in group 1 → the option
    (r"sep=(" + TEXT + ")", lambda value: f"--sep {_words(value.replace(chr(9), chr(92) + 't'))}"),
    (r"encoding=(" + TEXT + r"|\[[^\]…]*\])", lambda value: f"--encoding {_words(value)}"),
    (r"names=(\[[^\]…]*\])", lambda value: f"--names {_words(value)}"),
    (r"duplicates=(" + TEXT + ")", lambda value: f"--duplicates {value}"),
]  # fmt: skip
PHRASES = {
    "duplicates='last' or 'first'": "pass `--duplicates last`, or `--duplicates first`",
    "Or count them, if they are plays or purchases.": "Each pair counts once here, also plays and purchases.",
    "names=[…]": "`--names …`",
    "columns maps our names, [": "`--columns` maps our names, ['title', ",
    "rating_range=(lowest, highest)": "`--rating-range LOWEST HIGHEST`",
    "rating_range is a pair, the lowest": "`--rating-range` takes two numbers, the lowest",
    "Leave names out, and say with columns which": "Leave `--names` out, and say with `--columns` which",
    "Give names one name": "Give `--names` one name",
    "of names (rows": "of `--names` (rows",
    "0 is kept for padding: number the ids from 1, or put a letter before each: u0.": (
        "Pass `--text-ids`: then every id is text, and 0 is an id like any other."
    ),
    "Are these seconds? ": (
        "Are these seconds? Years: pass `--times %Y`; days such as 20240531: pass `--times %Y%m%d`. "
    ),
    "Read it with pd.read_parquet, and pass the frame to check_interactions.": (
        "Save it as CSV: pd.read_parquet(path).to_csv(other_path, index=False)."
    ),
}
STATEMENTS = {
    r"Give both one spelling: `[^`]*`": "Give both one spelling in the file",
    r"Make a frame of it, and check that: `[^`]*`": "Write one object on each line, without the brackets around all",
}


def as_options(text: str, title: str | None = None) -> str:
    """A problem or note with options of the command line in place of arguments of `load_csv` and lines of pandas.

    `title`: the column of titles that was named, which advice about columns repeats.

    >>> as_options("The separator seems to be ';'. Pass sep=';'.")
    "The separator seems to be ';'. Pass `--sep ';'`."
    >>> as_options("Then say so: columns={'user_id': 'buyer no', 'rating': None}.", title="name")
    "Then say so: `--columns 'user_id=buyer no' rating= title=name`."
    >>> as_options("timestamp is too large for seconds (rows: 9). Divide milliseconds by 1000, microseconds by 1e6.")
    'timestamp is too large for seconds (rows: 9). Are they milliseconds? Then pass `--times milliseconds`.'
    """
    if text.startswith("timestamp is too large for seconds"):
        return text.partition(" Divide ")[0] + " Are they milliseconds? Then pass `--times milliseconds`."
    text = _dates(text)
    for phrase, option in PHRASES.items():
        text = text.replace(phrase, option)
    for pattern, instead in STATEMENTS.items():
        text = re.sub(pattern, instead, text)
    for pattern, option in LITERALS:
        text = re.sub(rf"\b{pattern}", lambda found, option=option: _option(found, option), text)
    more = {} if title is None else {"title": title}
    pattern = r"\bcolumns=(\{(?:'[^']*'|\"[^\"]*\"|[^{}'\"])*\})"
    return re.sub(pattern, lambda found: _option(found, lambda value: f"--columns {_pairs(value | more)}"), text)


def _option(found: re.Match, option: Callable) -> str:
    try:
        return f"`{option(ast.literal_eval(found[1]))}`"
    except (ValueError, SyntaxError):  # not what it looks like: leave it as it was written
        return found[0]


def _pairs(columns: dict[str, str | None]) -> str:
    return _words(f"{ours}={theirs or ''}" for ours, theirs in columns.items())


def _words(values) -> str:
    """One text or several as words of a shell; "…" stands for what nobody knows."""
    values = [values] if isinstance(values, str) else values
    return " ".join(value if "…" in value else shlex.quote(value) for value in values)


def _dates(text: str) -> str:
    """The form of dates, as the option; with all forms that are possible, where there are several."""
    head, found, python = text.partition(" Convert the dates to seconds")
    form = re.search(r'to_datetime\(frame\["timestamp"\], format="([^"]+)"', python)
    if not found or not form:
        return text
    which = re.search(r", with the format that is meant (\(.+?\)): `", python)
    advice = f"pass the format that is meant {which[1]}, such as" if which else "pass"
    return f"{head} They are dates: {advice} `--times {_words(form[1])}`."
