"""Titles as people read and type them: "Matrix, The" becomes "The Matrix", and "spiderman" finds "Spider-Man".

Search runs in SQLite's full-text index (FTS5), in memory. Films are stored in the order of popularity, so the first
hits of the index are the answer and nothing has to be sorted.
"""

import re
import sqlite3
import threading
import unicodedata
from itertools import pairwise

ARTICLES = (
    "The A An Le La Les L' L’ Un Une Des El Los Las Una Il Lo I Gli Uno Der Die Das Den Det De Het Een Ein Eine En Ett "
    "O Os As Um Uma"
)
AT_THE_END = re.compile(rf"^(a\.k\.a\. )?(.+), ({'|'.join(map(re.escape, ARTICLES.split()))})$")
IN_BRACKETS = re.compile(r"\(([^()]*)\)")
APOSTROPHES = re.compile(r"['’‘`´ʼ＇]")
LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"}
)
# The tokenizer "ascii" splits at signs of ASCII only, so that each word of `words_of` is one token in any alphabet.
TABLE = """CREATE VIRTUAL TABLE titles
    USING fts5(words, content='', prefix='1 2 3', detail=none, tokenize='ascii')"""
FIRST = (
    "If your script imports TensorFlow, write `import sqlite3` before it: TensorFlow brings a SQLite without the index."
)
MOST_WORDS = 8  # a longer question is cut: the words that remain say enough


def reading_title(title: str) -> str:
    """A title with its article where people read it, also inside brackets.

    >>> reading_title("Matrix, The"), reading_title("Misérables, Les")
    ('The Matrix', 'Les Misérables')
    >>> reading_title("City of Lost Children, The (Cité des enfants perdus, La)")
    'The City of Lost Children (La Cité des enfants perdus)'
    >>> reading_title("Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il)")
    'The Good, the Bad and the Ugly (Il Buono, il brutto, il cattivo)'
    >>> reading_title("Me, Myself & Irene"), reading_title("Seven (a.k.a. Sins, The)")
    ('Me, Myself & Irene', 'Seven (a.k.a. The Sins)')
    """
    outside, *inside = re.split(r"(?= \()", title, maxsplit=1)
    return _turned(outside) + "".join(IN_BRACKETS.sub(lambda found: f"({_turned(found[1])})", part) for part in inside)


def _turned(text: str) -> str:
    found = AT_THE_END.match(text)
    if not found:
        return text
    also, words, article = found.groups(default="")
    return also + article + ("" if article[-1] in "'’" else " ") + words


def words_of(text: str) -> list[str]:
    """Words without case, accents, apostrophes and signs, as both titles and questions are compared.

    >>> words_of("Schindler’s  LIST"), words_of("Amélie"), words_of("Wall·E & I")
    (['schindlers', 'list'], ['amelie'], ['wall', 'e', 'i'])
    """
    text = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text)).translate(LETTERS).casefold()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", text)


class TitleIndex:
    """Finds titles by the beginnings of their words; safe to call from any thread.

    `titles` and `years` in the order in which hits should come. A question's words may be written apart or together
    ("star wars", "starwars", "spider man", "spiderman"), and one may be the year.

    >>> index = TitleIndex(["Spider-Man", "Les Misérables", "The Matrix"], [2002, 1998, 1999])
    >>> [index.find(text, 5) for text in ("spiderman", "miserab", "the matrix 1999", "matrix 2")]
    [[0], [1], [2], []]
    """

    def __init__(self, titles: list[str], years: list[int | None]):
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        try:
            self._database.execute(TABLE)
        except sqlite3.OperationalError as error:
            raise RuntimeError(f"There is no search without SQLite's full-text index ({error}). {FIRST}") from None
        rows = (
            (row, " ".join([*_with_joined(words_of(title)), str(year or "")]))
            for row, (title, year) in enumerate(zip(titles, years), start=1)
        )
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO titles (rowid, words) VALUES (?, ?)", rows)
        self._database.execute("COMMIT")
        self._database.execute("INSERT INTO titles (titles) VALUES ('optimize')")

    def find(self, text: str, n: int) -> list[int]:
        """Positions of the first `n` titles that hold a word beginning with each word of `text`; [] if it has none."""
        words = list(dict.fromkeys(words_of(text)))[:MOST_WORDS]
        if not words:
            return []
        question = " AND ".join(f'"{word}" *' for word in words)
        with self._lock:
            found = self._database.execute(
                "SELECT rowid FROM titles WHERE titles MATCH ? ORDER BY rowid LIMIT ?", (question, n)
            ).fetchall()
        return [row - 1 for (row,) in found]


def _with_joined(words: list[str]) -> list[str]:
    """The words, and every two or three neighbours written together."""
    pairs = [a + b for a, b in pairwise(words)]
    return [*words, *pairs, *(a + b + c for a, b, c in zip(words, words[1:], words[2:]))]
