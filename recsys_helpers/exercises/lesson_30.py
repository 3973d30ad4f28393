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
    low="More, but still a minority: about a quarter.",
    high="Far fewer: about a quarter. Most cold ratings are of films that are years or decades old.",
    done="About a quarter. The others are films that nobody got round to.",
)


choice(
    "30.2",
    "O1",
    right="b",
    why_not={
        "a": 'It knows the year, as one of its features. But a taste for a year is not the rule "released this year".',
        "c": "A random order surprises in both rankings. Which films does it choose from?",
        "d": "It scores cold films as well: it needs their genres and their year, and no ratings.",
    },
    done="A hard rule on the candidates can be worth more than a model that has to learn it.",
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


@exercise("30.3", "O2", "code", done="One part of each series, and always the one that comes next.")
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
        "You offer the first part that is unseen. Somebody who has seen parts 1 and 3 goes on with 4, not with 2.": (
            _first_unseen_of_a_started_series
        ),
        "You offer a part also to those who have seen none of the series, and you start at the first unseen part.": (
            _first_unseen
        ),
        "You look for an unseen part after the *first* one that was seen. Start after the last one.": (
            _after_the_first_seen
        ),
        "You count how many were seen. With gaps, this is not the position of the last one.": _number_of_seen,
        "You return a position. The film at this position is asked for.": _position,
        "That is the last part that was seen. The one after it is asked for.": _last_seen,
        "Who has seen none of the series gets 0: there is nothing to go on with.": _first_if_none,
        "After the last part there is nothing left: 0. Yours starts again from the top.": _wraps,
        "After the last part there is nothing left: 0. Yours returns the last part again.": _last_again,
        "After the last part there is nothing left: 0. Yours goes back to a gap.": _falls_back,
        "You take the largest film number as the last part. The order is that of the list `parts`.": _by_number,
        "You take the largest film number in `seen` as the last part. The order is that of the list `parts`.": (
            lambda parts, seen: next((film for film in parts if film > max(seen)), 0) if seen else 0
        ),
        "You go on after the *first* part that was seen, even if the next one was seen, too. Start after the last.": (
            lambda parts, seen: next((after for film, after in pairwise(parts) if film in seen), 0)
        ),
        "You count all films in `seen`. Films that are not of this series do not count.": (
            lambda parts, seen: parts[len(seen)] if 0 < len(seen) < len(parts) else 0
        ),
        "You return all parts that are left. One film is asked for, or 0.": _all_after,
        "You return a list. One film is asked for, or 0.": Sign(
            lambda mine, *case: isinstance(mine, list) and (mine in ([], [0], [_offer(*case)]))
        ),
        "0 is asked for where there is nothing to offer, not −1.": Sign(
            lambda mine, *case: mine == _offer(*case) or (_offer(*case) == 0 and mine == -1)
        ),
    }
    raised = {
        IndexError: "There may be no position after the last one: test for it before you look there.",
        StopIteration: "`next` found nothing. Give it 0 as its second argument.",
        ValueError: "If none of the parts was seen, there is no largest position. Test for it first.",
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


@exercise("30.4", "O3", "code", done="A film with two windows is open in both, and closed in the gap between them.")
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
        "`end` is the first day after the window: on this day the film is gone already (day < end).": partial(
            _shown, right=np.less_equal
        ),
        "`start` belongs to the window: on this day the film may be shown (start <= day).": partial(
            _shown, left=np.less
        ),
        "Both borders are shifted: `start` belongs to the window, `end` does not.": partial(
            _shown, left=np.less, right=np.less_equal
        ),
        "You ask whether the window has begun *or* is not over. Both must hold at once: `&`.": (
            lambda n_films, film, start, end, day: np.isin(np.arange(n_films), film[(start <= day) | (day < end)])
        ),
        "You look at the last window of each film only. One open window of several is enough.": _one_window,
        "You look at the first window of each film only. One open window of several is enough.": partial(
            _one_window, which=0
        ),
        "You ask for all windows of a film to be open. One is enough.": _all_windows,
        "You join the windows of a film to one. In the gap between two windows it may not be shown.": _span,
        "A film without any window may not be shown.": _without_a_window,
        "You test whether the window has begun. It must not be over, either.": partial(
            _shown, right=lambda day, end: np.ones(len(end), bool)
        ),
        "You test whether the window is over. It must have begun as well.": partial(
            _shown, left=lambda start, day: np.ones(len(start), bool)
        ),
        "One True or False for each window. One for each film 0 … n_films − 1 is asked for.": (
            lambda n_films, film, start, end, day: (start <= day) & (day < end)
        ),
        "You return film numbers. One True or False for each film is asked for.": Sign(
            lambda mine, *case: (
                (len(mine) != case[0] or max(mine) > 1)
                and set(np.ravel(mine).tolist()) == set(np.flatnonzero(_shown(*case)).tolist())
            )
        ),
        "You count open windows. True or False is asked for: is there at least one?": (
            lambda n_films, film, start, end, day: np.bincount(film[(start <= day) & (day < end)], minlength=n_films)
        ),
        "The films with a window come out in order of the table. Index the result by film number.": (
            lambda n_films, film, start, end, day: np.array(
                [bool(((start <= day) & (day < end))[film == number].any()) for number in dict.fromkeys(film.tolist())]
            )
        ),
        "You leave out the films without a window: one True or False for each of `n_films` is asked for.": (
            lambda n_films, film, start, end, day: np.array(
                [bool(((start <= day) & (day < end))[film == number].any()) for number in np.unique(film)]
            )
        ),
        "You always look at window number i for film i. Which film a window belongs to stands in `film`.": (
            lambda n_films, film, start, end, day: ((start <= day) & (day < end))[:n_films]
        ),
    }
    judge(answer, cases, _shown, mistakes)


trace(
    "30.5",
    "O4",
    truth=(0.85 + 0.7 * 0.85) / 1.85,
    mistakes={
        (0.85 + 0.7 + 0.595) / 1.85: "B stands on the page twice. It counts once, where it gets more attention: 0.85.",
        (0.7 + 0.595) / 1.85: "B counts where it gets more attention: in the first row, 0.85.",
        0.85 + 0.595: "That is the attention collected. Divide it by the most that a page could collect.",
        (0.85 + 0.595)
        / 2: "Two relevant films can collect 1 + 0.85 at most, not 2: only one stands in the first position.",
        (0.85 + 0.595) / 1.7: "The two best positions are 1 and 0.85, of all positions on the page.",
        (0.85 + 0.595) / (1 + 0.85 + 0.7225 + 0.7 + 0.595 + 0.50575): "Two films cannot fill six positions. "
        "Divide by the attention of the two best.",
        (0.85 + 0.595) / (1 + 0.85 + 0.7225): "Two relevant films fill two positions: divide by the two best.",
        0.85 / 1.85: "D counts as well: second position of the second row.",
        (0.85 + 0.506) / 1.85: "D stands in the second position of its row, not in the third.",
        (0.85 + 0.7) / 1.85: "D stands in the second position of its row, not in the first.",
        100 * (0.85 + 0.595) / 1.85: "As a share between 0 and 1, please.",
        0.85 + 0.7 + 0.595: "B counts once, where it gets more attention. Then divide by the most that a page could "
        "collect.",
    },
    otherwise="Add the attention of B in the first row and of D in the second, then divide by the two largest "
    "attentions of the page.",
    done="1.445 of 1.85 that two films could collect.",
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


@exercise("30.6", "O4", "faded", done="The page has k times n_rows different films, as long as enough of them fit.")
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
        "A film stands on the page twice: films of the rows above must not be taken again.": partial(
            _page, repeats=True
        ),
        "Each row ignores the rows above: hide the films in `used`, subtract the penalty, and add the films of each "
        "row to `used`.": partial(_page, repeats=True, sign=0),
        "You hide the films of the row directly above only. No film of any row above may come again.": _same_row_only,
        "You take the best k first and drop the films that are shown already. Hide them before.": _drops_afterwards,
        "You compare with the row directly above only. All rows above count.": partial(_page, against="last row"),
        "You compare with the first row only. All rows above count.": partial(_page, against="first row"),
        "You compare with the last film only. All films of all rows above count.": partial(_page, against="last film"),
        "You subtract the mean similarity. The most similar film of the rows above counts: `max`.": partial(
            _page, reduce=np.mean
        ),
        "You subtract the sum of the similarities. The most similar film of the rows above counts: `max`.": partial(
            _page, reduce=np.sum
        ),
        "You subtract the smallest similarity. The most similar film of the rows above counts: `max`.": partial(
            _page, reduce=np.min
        ),
        "You add the similarity, so rows become alike. Subtract it.": partial(_page, sign=1),
        "There is no penalty for similarity in yours, or it is the same for all films. Each film has its own: its "
        "largest similarity to the films in `used`.": partial(_page, sign=0),
        "You forgot the factor `strength` in front of the similarity.": _full_penalty,
        "You compare with the films of the same row, too. The penalty looks at the rows above only.": _greedy_inside,
        "You hide used films with 0, but a worth may be below 0. Hide them with minus infinity.": Sign(
            lambda mine, *case: _new_films(mine) == _new_films(_page(*case, hide=0.0))  # equal worths in any order
        ),
        "Films that do not belong into a row stand in it. If fewer than k are left, the row is shorter.": partial(
            _page, drops_empty=False
        ),
        "You return one list for the whole page. A list for each row is asked for.": Sign(
            lambda mine, *case: list(mine) == [film for row in fill_page(*case) for film in row]
        ),
        "Your rows hold films in another order. The largest worth comes first.": Sign(
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
        "Your rows hold worths. Film numbers are asked for.": Sign(
            lambda mine, *case: any(float(entry) != int(entry) for entry in mine[0])
        ),
    }
    raised = {
        ValueError: "Two usual reasons: in the first row `used` is empty and has no maximum, so guard with `if used:`; "
        "or the maximum runs over the wrong axis. It runs over the films in `used`, and every film gets one."
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
        "CE": "Hide after scoring, or the scores would fill in what is hidden: C before E.",
        "EA": "Hide seen films and films without a licence before the best candidates are taken: E before A.",
        "AD": "The rows are filled from candidates: A before D.",
        "DF": "Only a finished page can be logged: D before F.",
        "CA": "Without scores there are no best candidates: C before A.",
    },
    done="Whatever may not be shown is gone before the first film is chosen.",
)
