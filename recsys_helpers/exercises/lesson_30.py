"""Checks of lesson 30, recommend films and series."""

from functools import partial
from itertools import pairwise

import numpy as np

from recsys_helpers.evaluation.pages import fill_page
from recsys_helpers.exercises import Sign, choice, exercise, judge, parsons, predict, trace

predict(
    "30.1",
    "O1",
    truth=23.8,
    within=8,
    between=(0, 100),
    low="It is more, but still a minority: about a quarter.",
    high="It is much less: about a quarter. Most ratings of cold films are of films that are years or decades old.",
    done="About a quarter of these ratings are of new films. The others are of older films that hardly anybody has "
    "rated.",
)


choice(
    "30.2",
    "O1",
    right="b",
    why_not={
        "a": "The map knows the release year as one of its features. But what it learns about a year is not the "
        'rule "released this year".',
        "c": "Both rankings would surprise their users. Compare the films that the two rankings choose from.",
        "d": "The map scores cold films as well: it needs only their genres and their year, not ratings.",
    },
    done="The row restricts the candidates to about 132 films, and every film to find is among them. Such a rule "
    "can be worth more than a model that has to learn it.",
)


def _offer(parts, seen):
    positions = [position for position, film in enumerate(parts) if film in seen]
    return parts[positions[-1] + 1] if positions and positions[-1] + 1 < len(parts) else 0


def _first_unseen(parts, seen):
    return next((film for film in parts if film not in seen), 0)


def _first_unseen_of_a_started_series(parts, seen):
    return _first_unseen(parts, seen) if set(parts) & set(seen) else 0


def _after_the_first_seen(parts, seen):
    positions = [position for position, film in enumerate(parts) if film in seen]
    later = parts[positions[0] + 1 :] if positions else []
    return next((film for film in later if film not in seen), 0)


def _number_of_seen(parts, seen):
    n = len(set(parts) & set(seen))
    return parts[n] if 0 < n < len(parts) else 0


def _position(parts, seen):
    film = _offer(parts, seen)
    return list(parts).index(film) if film else 0


def _last_seen(parts, seen):
    positions = [position for position, film in enumerate(parts) if film in seen]
    return parts[positions[-1]] if positions else 0


def _first_if_none(parts, seen):
    return parts[0] if not set(parts) & set(seen) else _offer(parts, seen)


def _wraps(parts, seen):
    if not set(parts) & set(seen):
        return 0
    last = max(position for position, film in enumerate(parts) if film in seen)
    return parts[(last + 1) % len(parts)]


def _last_again(parts, seen):
    if parts[-1] in seen:
        return parts[-1]
    return _offer(parts, seen)


def _falls_back(parts, seen):
    film = _offer(parts, seen)
    return _first_unseen_of_a_started_series(parts, seen) if not film else film


def _by_number(parts, seen):
    own = set(parts) & set(seen)
    return next((film for film in parts if film > max(own)), 0) if own else 0


def _all_after(parts, seen):
    film = _offer(parts, seen)
    return [] if not film else list(parts)[list(parts).index(film) :]


@exercise(
    "30.3",
    "O2",
    "code",
    done="Each series offers one part, the one after the last that was seen, and none if there is nothing to continue.",
)
def next_part(answer) -> None:
    cases = [
        ([7, 3, 9, 5], {7, 9}),  # a gap: goes on after 9
        ([7, 3, 9, 5], {7}),
        ([4, 8, 2], set()),
        ([4, 8, 2], {11, 1}),
        ([4, 8, 2], {8, 2}),  # the last part is seen, the first is not
        ([6, 1, 12, 3, 10], {6, 12, 40, 3}),
        ([5, 4], {4, 5}),
        ([9, 2, 6, 1, 3], {2, 50}),
        ([20, 11, 13, 17], {20, 11, 30}),
    ]
    mistakes = {
        "You offer the first unseen part of a series. Somebody who has seen parts 1 and 3 continues with 4, not "
        "with 2.": (_first_unseen_of_a_started_series),
        "You offer the first unseen part, even to somebody who has seen none of the series. Return the part after "
        "the last one that was seen, or 0.": (_first_unseen),
        "You look for an unseen part after the *first* one that was seen. Start after the last one.": (
            _after_the_first_seen
        ),
        "You use the number of parts that were seen. With gaps, this is not the position of the last one that was "
        "seen.": _number_of_seen,
        "You return a position. Return the film at this position.": _position,
        "You return the last part that was seen. Return the part after it.": _last_seen,
        "You offer the first part to somebody who has seen none of the series. Return 0, because there is nothing "
        "to continue.": _first_if_none,
        "If the last part was seen, you start again with the first part. Return 0, because nothing is left.": _wraps,
        "If the last part was seen, you return it again. Return 0, because nothing is left.": _last_again,
        "If the last part was seen, you go back to a part that was skipped. Return 0, because nothing comes after "
        "the last part.": _falls_back,
        "You take the seen part with the largest film number as the last one. The parts are ordered as in the list "
        "`parts`, not by number.": _by_number,
        "You take the largest film number in `seen` as the last part. The parts are ordered as in the list "
        "`parts`, not by number.": (
            lambda parts, seen: next((film for film in parts if film > max(seen)), 0) if seen else 0
        ),
        "You go on after the *first* part that was seen, even if the next one was seen, too. Start after the last.": (
            lambda parts, seen: next((after for film, after in pairwise(parts) if film in seen), 0)
        ),
        "You count all films in `seen`, also those of other series. Look for the position of the last part of this "
        "series.": (lambda parts, seen: parts[len(seen)] if 0 < len(seen) < len(parts) else 0),
        "You return all parts that are left. Return only the next one, or 0.": _all_after,
        "You return a list. Return one film, or 0.": Sign(
            lambda mine, *case: isinstance(mine, list) and (mine in ([], [0], [_offer(*case)]))
        ),
        "You return −1 if there is nothing to offer. Return 0.": Sign(
            lambda mine, *case: mine == _offer(*case) or (_offer(*case) == 0 and mine == -1)
        ),
    }
    raised = {
        IndexError: "There may be no part after the last one that was seen. Test for this before you use the position.",
        StopIteration: "`next` found no film. Give it the default 0 as its second argument.",
        ValueError: "If none of the parts was seen, there is no largest position. Test for this case first.",
    }
    judge(answer, cases, _offer, mistakes, raised=raised, keeps_input=True)


def _shown(n_films, film, start, end, day, left=np.less_equal, right=np.less, how=None):
    is_open = left(start, day) & right(day, end)
    return np.array([bool(is_open[film == number].any()) for number in range(n_films)])


def _one_window(n_films, film, start, end, day, which=-1, otherwise=False):
    is_open, result = (start <= day) & (day < end), []
    for number in range(n_films):
        own = is_open[film == number]
        result.append(bool(own[which]) if len(own) else otherwise)
    return np.array(result)


def _all_windows(n_films, film, start, end, day):
    is_open = (start <= day) & (day < end)
    return np.array([bool(is_open[film == number].all()) and (film == number).any() for number in range(n_films)])


def _span(n_films, film, start, end, day):
    own = [film == number for number in range(n_films)]
    return np.array([bool(of.any() and start[of].min() <= day < end[of].max()) for of in own])


def _without_a_window(n_films, film, start, end, day):
    return _shown(n_films, film, start, end, day) | ~np.isin(np.arange(n_films), film)


@exercise("30.4", "O3", "code", done="A film with two windows may be shown in both, but not in the gap between them.")
def licence(answer) -> None:
    rng = np.random.default_rng(4)
    cases = [
        (4, np.array([0, 2, 0, 2]), np.array([1, 5, 8, 1]), np.array([4, 9, 12, 3]), 5),
        (4, np.array([0, 2, 0, 1]), np.array([1, 5, 8, 0]), np.array([4, 9, 12, 9]), 9),
    ]
    for n_films, n_windows, day in ((6, 9, 10), (8, 12, 7), (10, 18, 12)):
        film = rng.integers(0, n_films - 1, n_windows)
        start = rng.integers(0, 14, n_windows)
        end = start + rng.integers(1, 8, n_windows)
        start[:2], end[2:4] = day, day
        end[:2], start[2:4] = day + 3, day - 3
        cases.append((n_films, film, start, end, day))
    mistakes = {
        "`end` is the first day after the window, so the film may no longer be shown on that day (day < end).": partial(
            _shown, right=np.less_equal
        ),
        "`start` belongs to the window: on this day the film may be shown (start <= day).": partial(
            _shown, left=np.less
        ),
        "Both comparisons are wrong: the day `start` belongs to the window, the day `end` does not.": partial(
            _shown, left=np.less, right=np.less_equal
        ),
        "You test whether the window has begun *or* is not over. Both must hold at once: `&`.": (
            lambda n_films, film, start, end, day: np.isin(np.arange(n_films), film[(start <= day) | (day < end)])
        ),
        "You look at the last window of each film only. One open window of several is enough.": _one_window,
        "You look at the first window of each film only. One open window of several is enough.": partial(
            _one_window, which=0
        ),
        "You require all windows of a film to be open. One open window is enough.": _all_windows,
        "You merge the windows of a film into one. In the gap between two windows, the film may not be shown.": _span,
        "You return True for a film without any window. It has no licence, so it may not be shown.": _without_a_window,
        "You test only whether the window has begun. It must also not be over yet.": partial(
            _shown, right=lambda day, end: np.ones(len(end), bool)
        ),
        "You test only whether the window is over. It must also have begun.": partial(
            _shown, left=lambda start, day: np.ones(len(start), bool)
        ),
        "You return one True or False for each window. Return one for each film 0 … n_films − 1.": (
            lambda n_films, film, start, end, day: (start <= day) & (day < end)
        ),
        "You return film numbers. Return one True or False for each film.": Sign(
            lambda mine, *case: (
                (len(mine) != case[0] or max(mine) > 1)
                and set(np.ravel(mine).tolist()) == set(np.flatnonzero(_shown(*case)).tolist())
            )
        ),
        "You return the number of open windows of each film. Return whether there is at least one: True or False.": (
            lambda n_films, film, start, end, day: np.bincount(film[(start <= day) & (day < end)], minlength=n_films)
        ),
        "Your result has the films in the order in which they appear in the table. Index it by film number.": (
            lambda n_films, film, start, end, day: np.array(
                [bool(((start <= day) & (day < end))[film == number].any()) for number in dict.fromkeys(film.tolist())]
            )
        ),
        "You leave out the films without a window. Return one True or False for each of the `n_films` films.": (
            lambda n_films, film, start, end, day: np.array(
                [bool(((start <= day) & (day < end))[film == number].any()) for number in np.unique(film)]
            )
        ),
        "You look at window number i for film i. The array `film` says which film a window belongs to.": (
            lambda n_films, film, start, end, day: ((start <= day) & (day < end))[:n_films]
        ),
    }
    judge(answer, cases, _shown, mistakes)


trace(
    "30.5",
    "O4",
    truth=(0.85 + 0.7 * 0.85) / 1.85,
    mistakes={
        (0.85 + 0.7 + 0.595) / 1.85: "B appears on the page twice. It counts once, at the position with more "
        "attention: 0.85.",
        (0.7 + 0.595) / 1.85: "B counts at the position with more attention. That is the one in the first row: 0.85.",
        0.85 + 0.595: "This is the total attention on B and D. Divide it by the largest total that two relevant "
        "films could reach.",
        (0.85 + 0.595)
        / 2: "Two relevant films can reach at most 1 + 0.85, not 2, because only one of them can be in the first "
        "position.",
        (0.85 + 0.595) / 1.7: "Of all positions on the page, the two with the most attention have 1 and 0.85. "
        "Divide by their sum.",
        (0.85 + 0.595) / (1 + 0.85 + 0.7225 + 0.7 + 0.595 + 0.50575): "Two films cannot fill six positions. Divide "
        "by the attention of the two best positions.",
        (0.85 + 0.595) / (1 + 0.85 + 0.7225): "Two relevant films fill only two positions. Divide by the attention "
        "of the two best, not of the whole first row.",
        0.85 / 1.85: "D is relevant as well. It is in the second position of the second row.",
        (0.85 + 0.506) / 1.85: "D is in the second position of its row, not in the third.",
        (0.85 + 0.7) / 1.85: "D is in the second position of its row, not in the first.",
        100 * (0.85 + 0.595) / 1.85: "Write the value as a number between 0 and 1, not as a percentage.",
        0.85 + 0.7 + 0.595: "B counts only once, at the position with more attention. Then divide by the largest "
        "total that two relevant films could reach.",
    },
    otherwise="Add the attention of B in the first row and of D in the second, then divide by the sum of the two "
    "largest attentions on the page.",
    done="The page reaches 1.445 of the 1.85 that two relevant films could reach.",
    within=0.003,
)


def _given_best(worth, k):
    return [int(film) for film in np.argsort(-worth, kind="stable")[:k] if worth[film] > -np.inf]


def _page(values, similarity, strength, k, against="all", reduce=np.max, repeats=False, sign=-1, keeps_first=True,
          hide=-np.inf, drops_empty=True, scale=True):  # fmt: skip
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row if scale else of_row.copy()
        above = {"all": used, "last row": rows[-1] if rows else [], "first row": rows[0] if rows else [],
                 "last film": used[-1:]}[against]  # fmt: skip
        if above:
            worth = worth + sign * strength * reduce(similarity[above], axis=0)
        if used and not repeats:
            worth[used] = hide
        rows.append([int(f) for f in np.argsort(-worth, kind="stable")[:k] if worth[f] > -np.inf or not drops_empty])
        used += rows[-1]
    return rows


def _greedy_inside(values, similarity, strength, k):
    """Compares with the films of the same row as well."""
    rows, used = [], []
    for of_row in values:
        row = []
        for _ in range(k):
            worth = (1 - strength) * of_row
            if used:
                worth = worth - strength * similarity[used].max(axis=0)
                worth[used] = -np.inf
            if worth.max() == -np.inf:
                break
            row.append(int(worth.argmax()))
            used.append(row[-1])
        rows.append(row)
    return rows


def _drops_afterwards(values, similarity, strength, k):
    """Takes the best k first, and drops what is shown already then."""
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth = worth - strength * similarity[used].max(axis=0)
        rows.append([film for film in _given_best(worth, k) if film not in used])
        used += rows[-1]
    return rows


def _new_films(rows):
    """How long each row is, and which films in it are not in the rows above."""
    above = [{film for row in rows[:n] for film in row} for n in range(len(rows))]
    return [(len(row), [film for film in row if film not in seen]) for row, seen in zip(rows, above)]


def _full_penalty(values, similarity, strength, k):
    """Subtracts the similarity without the factor `strength`."""
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth = worth - similarity[used].max(axis=0)
            worth[used] = -np.inf
        rows.append(_given_best(worth, k))
        used += rows[-1]
    return rows


def _same_row_only(values, similarity, strength, k):
    """Hides only the films of the row directly above."""
    rows, used = [], []
    for of_row in values:
        worth = (1 - strength) * of_row
        if used:
            worth = worth - strength * similarity[used].max(axis=0)
            worth[rows[-1]] = -np.inf
        rows.append(_given_best(worth, k))
        used += rows[-1]
    return rows


@exercise(
    "30.6",
    "O4",
    "faded",
    done="No film appears on the page twice, and a film that resembles those in the rows above is penalised.",
)
def page(answer) -> None:
    rng = np.random.default_rng(6)
    cases = [
        (np.array([[1.0, 0.9, -np.inf, 0.1], [0.8, 0.6, 0.5, 0.55]]),
         np.array([[1.0, 0.2, 0.1, 0.9], [0.2, 1, 0.3, 0], [0.1, 0.3, 1, 0], [0.9, 0, 0, 1]]), 0.5, 1),
    ]  # fmt: skip
    for n_rows, n_films, strength, k in (
        (2, 7, 0.0, 2),
        (3, 12, 0.4, 2),
        (3, 14, 0.6, 3),
        (4, 15, 0.3, 4),
        (3, 9, 0.5, 3),
    ):
        values = rng.random((n_rows, n_films)) + rng.random(n_films)
        values[rng.random(values.shape) < 0.25] = -np.inf
        traits = rng.random((n_films, 4)) ** 3
        traits /= np.linalg.norm(traits, axis=1, keepdims=True)
        cases.append((values, traits @ traits.T, strength, k))

    mistakes = {
        "A film appears on the page twice. Hide the films of all rows above before you choose the best k.": partial(
            _page, repeats=True
        ),
        "Each row ignores the rows above: hide the films in `used`, subtract the penalty, and add the films of each "
        "row to `used`.": partial(_page, repeats=True, sign=0),
        "You hide only the films of the row directly above. Hide the films of all rows above.": _same_row_only,
        "You take the best k first and then drop the films that are already on the page. Hide them before you take "
        "the best k.": _drops_afterwards,
        "You compare only with the row directly above. Compare with the films of all rows above.": partial(
            _page, against="last row"
        ),
        "You compare only with the first row. Compare with the films of all rows above.": partial(
            _page, against="first row"
        ),
        "You compare only with the last film in `used`. Compare with all films of all rows above.": partial(
            _page, against="last film"
        ),
        "You subtract the mean similarity. Subtract that of the most similar film in the rows above: `max`.": partial(
            _page, reduce=np.mean
        ),
        "You subtract the sum of the similarities. Subtract that of the most similar film in the "
        "rows above: `max`.": partial(_page, reduce=np.sum),
        "You subtract the smallest similarity. Subtract that of the most similar film in the rows "
        "above: `max`.": partial(_page, reduce=np.min),
        "You add the similarity, so the rows become more alike. Subtract it.": partial(_page, sign=1),
        "You subtract no penalty for similarity, or the same one for all films. The penalty of a film is its "
        "largest similarity to the films in `used`.": partial(_page, sign=0),
        "You subtract the similarity without the factor `strength`. Multiply it by `strength` first.": _full_penalty,
        "You compare with the films of the same row as well. The penalty takes only the rows above "
        "into account.": _greedy_inside,
        "You hide used films with 0, but a worth may be below 0. Hide them with minus infinity.": Sign(
            lambda mine, *case: _new_films(mine) == _new_films(_page(*case, hide=0.0))  # equal worths in any order
        ),
        "A row contains films that do not belong in it. If fewer than k films are left, make the row shorter.": partial(
            _page, drops_empty=False
        ),
        "You return one list for the whole page. Return one list for each row.": Sign(
            lambda mine, *case: list(mine) == [film for row in fill_page(*case) for film in row]
        ),
        "Your rows hold the films in another order. Put the film with the largest worth first.": Sign(
            lambda mine, *case: [sorted(row) for row in mine] == [sorted(row) for row in fill_page(*case)]
        ),
        "Your page is empty: append each row to `rows`.": Sign(lambda mine, *case: len(mine) == 0),
        "Your rows hold the films with the smallest worth: sort by minus the worth.": Sign(
            lambda mine, values, *rest: (
                list(mine[0])
                == [int(f) for f in np.argsort(values[0], kind="stable") if values[0][f] > -np.inf][: len(mine[0])]
                and len(mine[0]) > 0
            )
        ),
        "Your rows hold worths. Return film numbers.": Sign(
            lambda mine, *case: any(float(entry) != int(entry) for entry in mine[0])
        ),
    }
    raised = {
        ValueError: "There are two usual reasons. In the first row, `used` is empty and has no maximum, so guard "
        "with `if used:`. Or the maximum is taken along the wrong axis: it runs over the films in "
        "`used` and leaves one value for each film."
    }
    judge(answer, cases, fill_page, mistakes, raised=raised, keeps_input=True)


parsons(
    "30.7",
    "O4",
    right="CEADF",
    not_used={
        "B": "B comes too late: the page would have gaps. Hide films without a licence before the rows are filled."
    },
    before={
        "CE": "Hide films after scoring, or the scores would overwrite what you have hidden: C before E.",
        "EA": "Hide seen films and films without a licence before you take the best candidates: E before A.",
        "AD": "The rows are filled from the candidates, so these are needed first: A before D.",
        "DF": "Only a finished page can be logged: D before F.",
        "CA": "Without scores there are no best candidates: C before A.",
    },
    done="Films that may not be shown are hidden before any film is chosen, so the page has no gaps.",
)
