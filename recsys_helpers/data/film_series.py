"""Film series found by a rule from titles: which film comes before which.

What it leaves out: sequels with a title of their own ("Aliens", "The Dark Knight"), and films that only sound alike.
"""

import re

import numpy as np
import pandas as pd

from recsys_helpers.data.ids import IdMap

ARTICLES = re.compile(r"^The |, (?:The|A|An)\b")
NUMBER = r"(?<=\w) (?=(?:\d+|[IVX]+)\b(?! \w))"  # a space before a last number: "Toy Story 2", "Rocky II: …"
END_OF_NAME = re.compile(rf":| - | and the | Part | Vol\.|{NUMBER}")


def plain_title(title: str) -> str:
    """A title without its articles and without what stands in brackets.

    >>> plain_title("Matrix, The"), plain_title("Men in Black II (a.k.a. MIIB)")
    ('Matrix', 'Men in Black II')
    """
    return ARTICLES.sub("", title.split(" (")[0])


def series_name(title: str) -> str:
    """The beginning of a title, up to a colon, a dash, "and the", "Part", "Vol." or a number at the end; small letters.

    >>> [series_name(title) for title in ("Toy Story 2", "Godfather: Part II, The", "Rocky II", "Kill Bill: Vol. 1")]
    ['toy story', 'godfather', 'rocky', 'kill bill']
    """
    return END_OF_NAME.split(plain_title(title))[0].strip().lower()


def previous_part(movies: pd.DataFrame, items: IdMap, most_years: int = 20) -> np.ndarray:
    """For each film the index of the film before it in its series, 0 if there is none; shape (n_items + 1,).

    Films of `movies` (item_id, title, year) with the same `series_name` are ordered by year. A film continues the one
    before it if at most `most_years` lie between them and their plain titles differ: the same title is a remake.

    >>> movies = pd.DataFrame({"item_id": [5, 6, 7], "title": ["Jaws", "Jaws 2", "Jaws"], "year": [1975, 1978, 1990]})
    >>> previous_part(movies, IdMap(movies["item_id"])).tolist()
    [0, 0, 1, 2]
    """
    films = movies[movies["item_id"].isin(items.ids)].dropna(subset=["title", "year"])
    films = pd.DataFrame({"series": films["title"].map(series_name), "year": films["year"].astype(int),
                          "plain": films["title"].map(plain_title).str.lower(),
                          "index": items.to_idx(films["item_id"])})  # fmt: skip
    films = films.sort_values(["series", "year", "index"])
    earlier = films.groupby("series").shift()
    continues = (films["year"] - earlier["year"] <= most_years) & (films["plain"] != earlier["plain"])
    before = np.zeros(items.n_rows, np.int64)
    before[films["index"][continues]] = earlier["index"][continues].astype(int)
    return before
