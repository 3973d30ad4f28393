"""Checks of lesson 29, recommend music and video."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, predict, trace

predict(
    "29.1",
    "O1",
    truth=1.33,
    within=0.2,
    between=(0, 100),
    low="Not quite so few, but the direction is right: they are not liked more than other videos.",
    high="Fewer. The videos that are watched longest are above all long, and they are not liked more than others.",
    done="Twice the seconds, and no more likes than elsewhere.",
)


trace(
    "29.2",
    "O2",
    truth=5 / 8,
    mistakes={
        4 / 8: "That counts the shorter views only. The two views of exactly 8 seconds count one half each.",
        6 / 8: "You count both views of 8 seconds in full. Equal ones count one half each.",
        5: "Five is the count. Divide it by the number of views in the bucket.",
        4.5 / 8: "There are two views of 8 seconds, and both count one half, the view itself included.",
        4.5 / 7: "The view itself stays in: it counts one half, and the bucket has eight views, not seven.",
        4 / 7: "The view itself counts one half, and the bucket has eight views, not seven.",
        5.5 / 8: "That is the mean rank over n. Half a view too much: the two equal ones count one half each.",
        3 / 8: "That is the share from the other end. Count the views that were shorter.",
        2 / 8: "You count the longer views. Count the shorter ones.",
        8 / 60: "That is the share of the longest view. A quantile counts the views that were shorter.",
        0.4: "That counts distinct values. Two views of 8 seconds are two views.",
        62.5: "As a share between 0 and 1, please.",
    },
    otherwise="Count the views shorter than 8 seconds, add one half for each of exactly 8, and divide by all eight.",
    done="Four shorter ones and two halves, out of eight.",
)


def _quantiles(seconds, bucket, equal=0.5, without_self=0, less=np.less, bottom=lambda same, all_of_them: len(same)):
    quantiles = []
    for own, number in zip(seconds, bucket):
        same = seconds[bucket == number]
        count = less(same, own).sum() + equal * ((same == own).sum() - without_self)
        quantiles.append(count / bottom(same, seconds))
    return np.array(quantiles)


def _per_bucket(seconds, bucket, function):
    result = np.zeros(len(seconds))
    for number in np.unique(bucket):
        result[bucket == number] = function(seconds[bucket == number])
    return result


@exercise(
    "29.3", "O2", "code", done="Each view is compared with views of videos of its own length, and with no others."
)
def quantiles(answer) -> None:
    rng = np.random.default_rng(1)
    cases = [
        (rng.integers(0, most, n).astype(float), rng.integers(0, n_buckets, n))
        for n, n_buckets, most in ((6, 2, 5), (9, 3, 6), (14, 2, 9), (25, 4, 8))
    ]
    mistakes = {
        "You compare with all views. Only those of the same bucket count.": (
            lambda seconds, bucket: _quantiles(seconds, np.zeros(len(seconds)))
        ),
        "You count the shorter views only. Each view that lasted exactly as long counts one half.": partial(
            _quantiles, equal=0
        ),
        "You count views that lasted exactly as long in full (≤). They count one half each.": partial(
            _quantiles, equal=1
        ),
        "That is the mean rank over n, half a view too much. Subtract 0.5 from the rank before you divide.": (
            lambda seconds, bucket: (
                _quantiles(seconds, bucket)
                + _quantiles(np.zeros(len(seconds)), bucket, equal=0.5)
                / np.array([(bucket == number).sum() for number in bucket])
            )
        ),
        "You left the view itself out of the equal ones. It counts one half, too.": partial(_quantiles, without_self=1),
        "You left the view itself out. It counts one half, and it is one of the views you divide by.": partial(
            _quantiles, without_self=1, bottom=lambda same, _: len(same) - 1
        ),
        "You divide by the number of all views. Divide by those of the bucket.": partial(
            _quantiles, bottom=lambda same, everything: len(everything)
        ),
        "Those are counts. Divide by the number of views in the bucket.": partial(
            _quantiles, bottom=lambda same, everything: 1
        ),
        "You divide by n − 1. The view itself is one of the n views of its bucket.": partial(
            _quantiles, bottom=lambda same, everything: len(same) - 1
        ),
        "Upside down: you count the longer views. Count the shorter ones.": partial(_quantiles, less=np.greater),
        "That is the view's share of the longest in its bucket. A quantile counts views, not seconds.": (
            lambda seconds, bucket: _per_bucket(seconds, bucket, lambda same: same / same.max())
        ),
        "You divide by the mean of the bucket. A quantile counts the views that were shorter.": (
            lambda seconds, bucket: _per_bucket(seconds, bucket, lambda same: same / same.mean())
        ),
        "You scale between the smallest and the largest view. A quantile counts the views that were shorter.": (
            lambda seconds, bucket: _per_bucket(
                seconds, bucket, lambda same: (same - same.min()) / (same.max() - same.min())
            )
        ),
        "You standardise inside the bucket. A quantile counts the views that were shorter.": (
            lambda seconds, bucket: _per_bucket(seconds, bucket, lambda same: (same - same.mean()) / same.std())
        ),
        "One number for each bucket. One for each view is asked for, in the order of `seconds`.": Sign(
            lambda mine, seconds, bucket: len(mine) == len(np.unique(bucket)) != len(seconds)
        ),
        "One `argsort` gives the order, not the rank of each view. Count the shorter views, or use a rank.": (
            lambda seconds, bucket: _per_bucket(seconds, bucket, lambda same: (np.argsort(same) + 0.5) / len(same))
        ),
        "`argsort` alone orders each bucket but breaks ties. Equally long views need the same quantile.": Sign(
            lambda mine, seconds, bucket: any(
                len(set(np.asarray(mine)[(bucket == b) & (seconds == s)])) > 1 for b, s in zip(bucket, seconds)
            )
        ),
        "Your results come bucket by bucket. They belong in the order of `seconds`.": Sign(
            lambda mine, seconds, bucket: (
                len(mine) == len(seconds) and np.allclose(np.sort(mine), np.sort(_quantiles(seconds, bucket)))
            )
        ),
    }
    judge(answer, cases, _quantiles, mistakes)


choice(
    "29.4",
    "O1",
    right="b",
    why_not={
        "a": "They are liked more often here, but likes do not enter the share. It knows seconds and length alone.",
        "c": "That would raise it further, but here the share is cut at 1: `clip(upper=1)`.",
        "d": "Every video has at least ten impressions, and noise lifts short and long videos alike.",
    },
    done="Ten interested seconds are all of a short video and little of a long one. The share has a length bias, too.",
)


def _given_29_5(seconds, length):
    return seconds >= 18


@exercise(
    "29.5",
    "O3",
    "debug",
    done="18 seconds, or the end: the rule behind nearly all of the published labels.",
    given=_given_29_5,
)
def long_views(answer) -> None:
    rng = np.random.default_rng(2)
    cases = [(np.array([18.0, 9, 8, 20, 17, 40]), np.array([60.0, 9, 10, 15, 60, 40]))]
    for n in (9, 15, 20):
        length = rng.choice([8.0, 12, 15, 18, 25, 60, 200], n)
        seconds = np.where(rng.random(n) < 0.4, np.minimum(length, 18), np.round(length * rng.uniform(0, 1.3, n), 1))
        cases.append((seconds, length))
    right = {"bar": np.minimum}

    def label(seconds, length, reached=np.greater_equal, bar=right["bar"], number=18):
        return reached(seconds, bar(number, length))

    mistakes = {
        "Still one bar for all: a video of 15 seconds that is watched to its end must count.": _given_29_5,
        "The bar must be reached, not passed: exactly 18 seconds, or exactly the end, count (>=).": partial(
            label, reached=np.greater
        ),
        "You take the larger of the two, so long videos must be watched to the end. Take the smaller.": partial(
            label, bar=np.maximum
        ),
        "Now every video must be watched to its end. From 18 seconds on, a view of any video is long.": (
            lambda seconds, length: seconds >= length
        ),
        "Both at once is too much: 18 seconds *or* the end.": (
            lambda seconds, length: (seconds >= 18) & (seconds >= length)
        ),
        "Every view of a short video counts in yours. It must be watched to its end.": (
            lambda seconds, length: (length < 18) | (seconds >= 18)
        ),
        "Every view of a video of up to 18 seconds counts in yours. It must be watched to its end.": (
            lambda seconds, length: (length <= 18) | (seconds >= 18)
        ),
        "Short videos never count in yours. Watched to the end, they do.": (
            lambda seconds, length: (length >= 18) & (seconds >= 18)
        ),
        "You look at the length alone. The view must be long.": lambda seconds, length: length >= 18,
        "That is a share. The label asks for 18 seconds, or the end.": Sign(
            lambda mine, seconds, length: any(
                np.array_equal(mine, reached(seconds, length / 2)) for reached in (np.greater_equal, np.greater)
            )
        ),
        "A view can run past the end, and it counts: compare with >=, not with ==.": (
            lambda seconds, length: (seconds >= 18) | (seconds == length)
        ),
        "You return the bar itself. Compare `seconds` with it.": lambda seconds, length: np.minimum(18, length),
        "`min` over all videos gives one bar for all. Each view has a bar of its own: `np.minimum`.": (
            lambda seconds, length: seconds >= min(18, length.min())
        ),
        "You compare the wrong two: `seconds` is cut at 18, and the length is left as it is.": (
            lambda seconds, length: np.minimum(18, seconds) >= length
        ),
        "You lowered the bar for all. Only videos shorter than 18 seconds have a lower one.": (
            lambda seconds, length: seconds >= 15
        ),
        "You return row numbers. One True or False for each view is asked for.": (
            lambda seconds, length: np.flatnonzero(label(seconds, length))
        ),
        "You return how many. One True or False for each view is asked for.": (
            lambda seconds, length: int(label(seconds, length).sum())
        ),
    }
    judge(answer, cases, label, mistakes)


predict(
    "29.6",
    "O4",
    truth=14.5,
    within=5,
    between=(0, 100),
    low="A little more: when the next play is new, hiding the known tracks clears the way for it.",
    high="Far fewer: six of ten plays are repeats, and every one of them is hidden.",
    done="Hiding known tracks loses all repeats, and wins back only some new ones.",
)


def _list(familiar, new, is_known, m, k, second=None, how_many=None, swapped=False):
    old_ones = np.argsort(-np.where(is_known, familiar, -np.inf), kind="stable")[:m]
    second = np.where(is_known, -np.inf, new) if second is None else second(familiar, new, is_known)
    new_ones = np.argsort(-second, kind="stable")[: k - m if how_many is None else how_many(m, k)]
    return np.concatenate([new_ones, old_ones] if swapped else [old_ones, new_ones])


def _second_part(values):
    """The sign of new tracks that are ranked by other values, with ties in any order."""

    def test(mine, familiar, new, is_known, m, k) -> bool:
        value, rows = values(familiar, new, is_known), np.asarray(mine)
        first = _list(familiar, new, is_known, m, k)[:m]
        best = np.sort(value)[::-1][: k - m]
        return len(rows) == k and np.array_equal(rows[:m], first) and np.array_equal(value[rows[m:]], best)

    return Sign(test)


@exercise("29.7", "O4", "faded", done="Both tasks have slots of their own, and no track stands in the list twice.")
def mixed_list(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for n, n_known, m, k in ((12, 5, 2, 4), (14, 5, 1, 5), (18, 7, 3, 7), (24, 9, 5, 9), (30, 12, 4, 11)):
        is_known = rng.permutation(np.arange(n) < n_known)
        new = rng.normal(-3 if n < 20 else 0, 1, n) + 1.5 * is_known  # known tracks come first in it
        cases.append((rng.uniform(0, 1, n), new, is_known, m, k))
    mistakes = {
        "Known tracks stand among your new ones: hide them with minus infinity before you sort.": partial(
            _list, second=lambda familiar, new, is_known: new
        ),
        "Your second part holds known tracks only: `np.where` puts minus infinity where the *unknown* stand.": partial(
            _list, second=lambda familiar, new, is_known: np.where(is_known, new, -np.inf)
        ),
        "You hide with 0, but all scores of `new` may be negative. Hide with minus infinity.": _second_part(
            lambda familiar, new, is_known: np.where(is_known, 0, new)
        ),
        "You rank the unknown tracks by `familiar`. They have no plays; rank them by `new`.": partial(
            _list, second=lambda familiar, new, is_known: np.where(is_known, -np.inf, familiar)
        ),
        "Your list is too long: m slots are taken, so k − m are left for new tracks.": Sign(
            lambda mine, familiar, new, is_known, m, k: len(mine) > k
        ),
        "You take m new tracks. k − m slots are left for them.": partial(_list, how_many=lambda m, k: m),
        "One new track is missing: k − m slots are left.": partial(_list, how_many=lambda m, k: k - m - 1),
        "This is the wrong end, the hidden tracks: `argsort` is ascending. Sort by minus the score.": _second_part(
            lambda familiar, new, is_known: np.where(is_known, np.inf, -new)
        ),
        "Your new ones are the worst of the unknown tracks: sort by minus the score.": _second_part(
            lambda familiar, new, is_known: np.where(is_known, -np.inf, -new)
        ),
        "Yours begins with the new tracks. The familiar ones come first.": partial(_list, swapped=True),
        "You sort only the unknown tracks, so `argsort` numbers them from 0. Keep all tracks, and hide the known.": (
            lambda familiar, new, is_known, m, k: np.concatenate(
                [_list(familiar, new, is_known, m, k)[:m], np.argsort(-new[~is_known], kind="stable")[: k - m]]
            )
        ),
        "You leave out only the tracks that are in the list already. Hide all known tracks.": (
            lambda familiar, new, is_known, m, k: _list(
                familiar,
                new,
                is_known,
                m,
                k,
                second=lambda *_: np.where(
                    np.isin(np.arange(len(new)), _list(familiar, new, is_known, m, k)[:m]), -np.inf, new
                ),
            )
        ),
        "One sorting for both mixes two scores that cannot be compared. Sort each on its own.": (
            lambda familiar, new, is_known, m, k: np.argsort(-np.where(is_known, familiar, new), kind="stable")[:k]
        ),
        "The slots are exchanged: m for the familiar tracks, k − m for the new ones.": (
            lambda familiar, new, is_known, m, k: _list(familiar, new, is_known, k - m, k)
        ),
        "You return the familiar ones alone. Append the new ones: `np.concatenate`.": (
            lambda familiar, new, is_known, m, k: _list(familiar, new, is_known, m, k)[:m]
        ),
        "You return the new ones alone. The familiar ones come first.": (
            lambda familiar, new, is_known, m, k: _list(familiar, new, is_known, m, k)[m:]
        ),
        "You take the m-th to the k-th best of the new tracks. Their best come first: `[: k - m]`.": (
            lambda familiar, new, is_known, m, k: np.concatenate(
                [
                    _list(familiar, new, is_known, m, k)[:m],
                    np.argsort(-np.where(is_known, -np.inf, new), kind="stable")[m:k],
                ]
            )
        ),
        "You return two lists. One list of k tracks is asked for: `np.concatenate`.": Sign(
            lambda mine, familiar, new, is_known, m, k: len(mine) == 2 != k and len(mine[0]) == m
        ),
        "You return scores. Track numbers are asked for.": Sign(
            lambda mine, *case: np.asarray(mine).dtype.kind == "f" and not np.allclose(mine, np.round(mine))
        ),
        "The tracks are right, their order is not: best first, familiar ones before new ones.": Sign(
            lambda mine, *case: sorted(np.ravel(mine).tolist()) == sorted(_list(*case).tolist())
        ),
    }
    judge(answer, cases, _list, mistakes)
