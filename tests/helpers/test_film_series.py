"""The rule for film series finds what its lesson says, on titles made for it and on the real ones."""

import pandas as pd
import pytest

from recsys_helpers.data import IdMap, load_movielens
from recsys_helpers.data.film_series import plain_title, previous_part, series_name

WRONG = {"Apollo 13", "District 9", "Mission: Impossible", "Robin Hood: Men in Tights"}  # read by hand
MISSED = {
    "Addams Family Values", "Aliens", "Alien³", "Army of Darkness", "Batman & Robin", "Batman Forever",
    "Batman Returns", "Bourne Supremacy", "Bourne Ultimatum", "Clear and Present Danger", "Dark Knight",
    "Dark Knight Rises", "Grumpier Old Men", "Indiana Jones and the Temple of Doom", "Lost World: Jurassic Park",
    "Matrix Reloaded", "Matrix Revolutions", "Naked Gun 33 1/3: The Final Insult", "Patriot Games", "X2: X-Men United",
}  # fmt: skip


@pytest.fixture(scope="module")
def films():
    ratings, movies = load_movielens()
    items = IdMap(ratings["item_id"])
    return ratings, movies.set_index("item_id")["title"], items, previous_part(movies, items)


def made(*films):
    movies = pd.DataFrame(films, columns=["title", "year"]).assign(item_id=range(1, len(films) + 1))
    return previous_part(movies, IdMap(movies["item_id"])).tolist()[1:]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Star Wars: Episode V - The Empire Strikes Back", "star wars"),
        ("Lord of the Rings: The Two Towers, The", "lord of the rings"),
        ("Harry Potter and the Goblet of Fire", "harry potter"),
        ("Mission: Impossible - Ghost Protocol", "mission"),
        ("Rocky II", "rocky"),
        ("Toy Story 3", "toy story"),
        ("Terminator 2: Judgment Day", "terminator"),
        ("Hangover Part II, The", "hangover"),
        ("Kill Bill: Vol. 2", "kill bill"),
        ("12 Angry Men", "12 angry men"),
        ("10 Things I Hate About You", "10 things i hate about you"),
        ("Men in Black III (M.III.B.) (M.I.B.³)", "men in black"),
    ],
)
def test_the_name_of_a_series_is_the_beginning_of_a_title(title, name):
    assert series_name(title) == name


def test_articles_and_brackets_go():
    assert plain_title("Fly, The (Légy, A)") == plain_title("The Fly") == "Fly"


def test_parts_follow_each_other_by_year_and_not_by_id():
    assert made(("Saw II", 2005), ("Saw", 2004), ("Saw III", 2006)) == [2, 0, 1]


def test_a_remake_is_no_next_part_but_the_film_after_it_is():
    assert made(("Fly, The", 1958), ("Fly, The", 1975), ("Fly II, The", 1989)) == [0, 0, 2]


def test_more_than_twenty_years_end_a_series():
    assert made(("Psycho", 1960), ("Psycho II", 1980), ("Psycho III", 2001)) == [0, 1, 0]


def test_films_without_a_title_or_a_year_have_no_part_before_them():
    assert made(("Jaws", 1975), ("Jaws 2", None), (None, 1980)) == [0, 0, 0]


def test_the_real_films_give_the_figures_of_the_lesson(films):
    ratings, titles, items, before = films
    most_rated = ratings["item_id"].value_counts().index[:500]
    found = titles[most_rated[before[items.to_idx(most_rated)] > 0]]
    assert ((before > 0).sum(), len(found)) == (535, 43)
    assert set(found) >= WRONG
    assert len(MISSED) == 20 and MISSED <= set(titles[most_rated].dropna().map(plain_title))
    assert not MISSED & set(found.map(plain_title))


def test_the_part_before_is_never_the_film_itself_and_never_younger(films):
    _, _, items, before = films
    movies = load_movielens()[1].set_index("item_id")["year"]
    later = (before > 0).nonzero()[0]
    assert (before[later] != later).all()
    assert (movies[items.to_id(before[later])].to_numpy() <= movies[items.to_id(later)].to_numpy()).all()
