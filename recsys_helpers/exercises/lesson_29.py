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
    low="It is a little higher: 1.33 %. But the direction is right: these videos are not liked more than others.",
    high="It is lower: 1.33 %. The videos that are watched longest are mainly long videos, and they are not liked "
    "more than others.",
    done="The top tenth is watched for twice as long, but only 1.33 % of its impressions are liked, against 1.60 % "
    "overall.",
)


trace(
    "29.2",
    "O2",
    truth=5 / 8,
    mistakes={
        4 / 8: "You counted only the shorter views. The two views of exactly 8 seconds count one half each.",
        6 / 8: "You counted both views of 8 seconds in full. Views that lasted exactly as long count one half each.",
        5: "Five is the right count. Divide it by the number of views in the bucket.",
        4.5 / 8: "There are two views of 8 seconds, and both count one half, the view itself included.",
        4.5 / 7: "You left out the view itself. It counts one half, and the bucket has eight views, not seven.",
        4 / 7: "Each of the two views of 8 seconds counts one half, and the bucket has eight views, not seven.",
        5.5 / 8: "This is the mean rank divided by n, which is half a view too much. Subtract one half from the "
        "rank first.",
        3 / 8: "You counted from the other end: the longer views and half of the equal ones. Count the shorter "
        "views instead of the longer ones.",
        2 / 8: "You counted the longer views. Count the shorter ones, and one half for each view of exactly 8 seconds.",
        8 / 60: "You divided the view by the longest one. A quantile counts the views that were shorter.",
        62.5: "Write the quantile as a number between 0 and 1, not as a percentage.",
    },
    otherwise="Count the views shorter than 8 seconds, add one half for each of exactly 8, and divide by all eight.",
    done="Four views are shorter, and the two of exactly 8 seconds count one half each: 5 of 8.",
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


@exercise("29.3", "O2", "code", done="Each view is compared only with views of videos of about the same length.")
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
        "You divide the mean rank by n, which is half a view too much. Subtract 0.5 from the rank before you divide.": (
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
        "You return counts. Divide them by the number of views in the bucket.": partial(
            _quantiles, bottom=lambda same, everything: 1
        ),
        "You divide by n − 1. The view itself is one of the n views of its bucket.": partial(
            _quantiles, bottom=lambda same, everything: len(same) - 1
        ),
        "You count the longer views. Count the shorter ones.": partial(_quantiles, less=np.greater),
        "You divide each view by the longest one in its bucket. A quantile counts views, not seconds.": (
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
        "You return one number for each bucket. Return one for each view, in the order of `seconds`.": Sign(
            lambda mine, seconds, bucket: len(mine) == len(np.unique(bucket)) != len(seconds)
        ),
        "A single `argsort` returns the sorting order, not the rank of each view. Count the shorter views, or use "
        "a rank.": (
            lambda seconds, bucket: _per_bucket(seconds, bucket, lambda same: (np.argsort(same) + 0.5) / len(same))
        ),
        "`argsort` gives equally long views different ranks. They must get the same quantile.": Sign(
            lambda mine, seconds, bucket: any(
                len(set(np.asarray(mine)[(bucket == b) & (seconds == s)])) > 1 for b, s in zip(bucket, seconds)
            )
        ),
        "You return the results bucket by bucket. Return them in the order of `seconds`.": Sign(
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
        "a": "Short videos are liked more often here, but likes do not enter the share. It is computed from "
        "seconds and length only.",
        "c": "Loops would raise the share further, but here it is clipped at 1: `clip(upper=1)`.",
        "d": "Every scored video has at least ten impressions, and noise can raise the mean of a long video as "
        "well as that of a short one.",
    },
    done="Watching for ten seconds is all of a ten-second video but a small part of a long one. So the share has a "
    "length bias, too.",
)


def _given_29_5(seconds, length):
    return seconds >= 18


@exercise(
    "29.5",
    "O3",
    "debug",
    done="The threshold is 18 seconds or the length of the video, whichever is smaller. Nearly all of the "
    "published labels follow this rule.",
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
        "You still use one threshold for all videos. A view of a 15-second video that reaches its "
        "end must count.": _given_29_5,
        "A view that lasts exactly as long as the threshold counts. Compare with >=, not with >.": partial(
            label, reached=np.greater
        ),
        "You take the larger of 18 and the length, so long videos must be watched to their end. Take "
        "the smaller.": partial(label, bar=np.maximum),
        "You require that every video is watched to its end. A view of at least 18 seconds counts, however long "
        "the video is.": (lambda seconds, length: seconds >= length),
        "You require 18 seconds *and* the end of the video. One of the two is enough.": (
            lambda seconds, length: (seconds >= 18) & (seconds >= length)
        ),
        "You count every view of a video shorter than 18 seconds. Count it only if the video was watched to its end.": (
            lambda seconds, length: (length < 18) | (seconds >= 18)
        ),
        "You count every view of a video of up to 18 seconds. Count it only if the video was watched to its end.": (
            lambda seconds, length: (length <= 18) | (seconds >= 18)
        ),
        "You count no view of a short video. Count it if the video was watched to its end.": (
            lambda seconds, length: (length >= 18) & (seconds >= 18)
        ),
        "You test only the length of the video. Test how long the view lasted.": lambda seconds, length: length >= 18,
        "You test whether half of the video was played. The label requires 18 seconds, or the end of a shorter "
        "video.": Sign(
            lambda mine, seconds, length: any(
                np.array_equal(mine, reached(seconds, length / 2)) for reached in (np.greater_equal, np.greater)
            )
        ),
        "A view can run past the end of the video, and it counts, too. Compare with >=, not with ==.": (
            lambda seconds, length: (seconds >= 18) | (seconds == length)
        ),
        "You return the threshold. Compare `seconds` with it.": lambda seconds, length: np.minimum(18, length),
        "`min` over all videos gives one threshold for all. Compute one for each view: `np.minimum`.": (
            lambda seconds, length: seconds >= min(18, length.min())
        ),
        "You limit `seconds` to 18. Limit the length instead: the threshold is the smaller of 18 and the length.": (
            lambda seconds, length: np.minimum(18, seconds) >= length
        ),
        "You lowered the threshold for all videos. Lower it only for videos shorter than 18 seconds.": (
            lambda seconds, length: seconds >= 15
        ),
        "You return row numbers. Return one True or False for each view.": (
            lambda seconds, length: np.flatnonzero(label(seconds, length))
        ),
        "You return the number of long views. Return one True or False for each view.": (
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
    low="It is a little higher: if the next play is a new track, hiding the known tracks moves it up the list.",
    high="It is much lower: six of ten plays are repeats, and hiding known tracks loses all of them.",
    done="Hiding known tracks loses all repeats and gains only some new tracks.",
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


@exercise(
    "29.7",
    "O4",
    "faded",
    done="Familiar and new tracks have slots of their own, and no track appears in the list twice.",
)
def mixed_list(answer) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for n, n_known, m, k in ((12, 5, 2, 4), (14, 5, 1, 5), (18, 7, 3, 7), (24, 9, 5, 9), (30, 12, 4, 11)):
        is_known = rng.permutation(np.arange(n) < n_known)
        new = rng.normal(-3 if n < 20 else 0, 1, n) + 1.5 * is_known  # known tracks come first in it
        cases.append((rng.uniform(0, 1, n), new, is_known, m, k))
    mistakes = {
        "There are known tracks among your new ones. Hide them with minus infinity before you sort.": partial(
            _list, second=lambda familiar, new, is_known: new
        ),
        "Your second part holds only known tracks, because `np.where` hides the unknown ones. Hide the known "
        "tracks instead.": partial(_list, second=lambda familiar, new, is_known: np.where(is_known, new, -np.inf)),
        "You hide known tracks with 0, but all scores in `new` may be negative. Hide them with minus "
        "infinity.": _second_part(lambda familiar, new, is_known: np.where(is_known, 0, new)),
        "You rank the unknown tracks by `familiar`. They have no plays; rank them by `new`.": partial(
            _list, second=lambda familiar, new, is_known: np.where(is_known, -np.inf, familiar)
        ),
        "Your list is too long: m slots are taken, so k − m are left for new tracks.": Sign(
            lambda mine, familiar, new, is_known, m, k: len(mine) > k
        ),
        "You take m new tracks. k − m slots are left for them.": partial(_list, how_many=lambda m, k: m),
        "One new track is missing: k − m slots are left.": partial(_list, how_many=lambda m, k: k - m - 1),
        "Your second part begins with the hidden tracks, because `argsort` sorts in ascending order. Sort by minus "
        "the score.": _second_part(lambda familiar, new, is_known: np.where(is_known, np.inf, -new)),
        "Your new ones are the worst of the unknown tracks: sort by minus the score.": _second_part(
            lambda familiar, new, is_known: np.where(is_known, -np.inf, -new)
        ),
        "Your list begins with the new tracks. Put the familiar ones first.": partial(_list, swapped=True),
        "You sort only the unknown tracks, so `argsort` numbers them from 0. Keep all tracks in the array, and "
        "hide the known ones.": (
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
        "You rank all tracks in one list, but the two scores are not comparable. Rank known and unknown tracks "
        "separately.": (
            lambda familiar, new, is_known, m, k: np.argsort(-np.where(is_known, familiar, new), kind="stable")[:k]
        ),
        "You exchanged the numbers of slots: m are for the familiar tracks and k − m for the new ones.": (
            lambda familiar, new, is_known, m, k: _list(familiar, new, is_known, k - m, k)
        ),
        "You return only the familiar tracks. Append the new ones: `np.concatenate`.": (
            lambda familiar, new, is_known, m, k: _list(familiar, new, is_known, m, k)[:m]
        ),
        "You return only the new tracks. Put the familiar ones before them.": (
            lambda familiar, new, is_known, m, k: _list(familiar, new, is_known, m, k)[m:]
        ),
        "You skip the m best new tracks. Start with the best one: `[: k - m]`.": (
            lambda familiar, new, is_known, m, k: np.concatenate(
                [
                    _list(familiar, new, is_known, m, k)[:m],
                    np.argsort(-np.where(is_known, -np.inf, new), kind="stable")[m:k],
                ]
            )
        ),
        "You return two lists. Join them into one list of k tracks: `np.concatenate`.": Sign(
            lambda mine, familiar, new, is_known, m, k: len(mine) == 2 != k and len(mine[0]) == m
        ),
        "You return scores. Return track numbers.": Sign(
            lambda mine, *case: np.asarray(mine).dtype.kind == "f" and not np.allclose(mine, np.round(mine))
        ),
        "The tracks are right, but their order is not: put familiar tracks before new ones, each "
        "part best first.": Sign(lambda mine, *case: sorted(np.ravel(mine).tolist()) == sorted(_list(*case).tolist())),
    }
    judge(answer, cases, _list, mistakes)
