"""Checks of lesson 28, recommend in a social feed."""

from functools import partial

import numpy as np

from recsys_helpers.exercises import Sign, choice, exercise, judge, predict, trace

predict(
    "28.1",
    "O1",
    truth=0.544,
    within=0.03,
    between=(0, 1),
    low="It is slightly higher: about 0.54, a little better than a random order, which has 0.5.",
    high="It is lower: about 0.54. The unseen videos were easy to recognise for another reason: the app shows some "
    "videos to almost nobody.",
    done="The AUC is about 0.54, hardly better than a random order: the model has learned which videos the app shows.",
)


trace(
    "28.2",
    "O2",
    truth=0.2,
    mistakes={
        0.5: "This is the rate without forgetting. Six days are two half-lives, so the old impressions and clicks "
        "count a quarter each.",
        1 / 8: "You weighted the old clicks but not the old impressions. Both have the same weight.",
        1 / 4: "You divided by today's four impressions only. The four old impressions count as well, 0.25 each.",
        1 / 3: "You halved the weight only once. Six days are two half-lives of three days.",
        4 / 64 / (4 / 64 + 4): "You halved the weight once per day. The half-life is three days, so six days make "
        "two halvings.",
        0.8: "This is the share of impressions without a click. Divide the weighted clicks by the weighted "
        "impressions.",
        1: "This is the weighted number of clicks. Divide it by the weighted number of impressions.",
        20: "Write the rate as a number between 0 and 1, not as a percentage.",
        0: "The old clicks have lost weight, but they do not vanish: each still counts 0.25.",
        1 / 5.5: "Today's four impressions count 1 each and the four old ones 0.25 each, which makes five impressions.",
        2 / 3: "You gave the smaller weight to today's impressions, or left some impressions out. Each old one "
        "counts 0.25, each of today's counts 1.",
    },
    otherwise="Six days are two half-lives, so each old impression and each old click counts 0.25. Today's "
    "impressions count 1 each.",
    done="The four old clicks count as one click, and the eight impressions count as five, so the rate is 1/5.",
)


choice(
    "28.3",
    "O3",
    right="d",
    why_not={
        "a": "The rate comes from the days before day 8 only, so it contains none of the labels that it is "
        "evaluated on.",
        "b": "The rate is one number per screen, the same for all users. It knows nothing about any user's "
        "preferences.",
        "c": "With thousands of users, the interval reaches only about 0.01 to each side, and 0.57 is far from 0.5.",
    },
    done="The per-user AUC also compares videos of different screens: a video on a screen with a high click rate "
    "ranks above one on another screen, whatever the videos are.",
)


def _given_28_4(score, clicked):
    yes, no = score[clicked == 1][:, None], score[clicked == 0]
    return (yes >= no).mean()


def _auc(score, clicked, tie=0.5, better=np.greater, total=lambda right, wrong, ties: right + wrong + ties):
    right = wrong = ties = 0.0
    for one, is_yes in zip(score, clicked):
        for other, is_other in zip(score, clicked):
            if is_yes == 1 and is_other == 0:
                right, wrong, ties = right + better(one, other), wrong + better(other, one), ties + (one == other)
    return (right + tie * ties) / total(right, wrong, ties)


@exercise(
    "28.4",
    "O3",
    "debug",
    done="Each tied pair now counts one half, so a ranker that gives all videos the same score gets 0.5.",
    given=_given_28_4,
)
def auc_with_ties(answer) -> None:
    rng = np.random.default_rng(4)
    cases = []
    for n, levels in ((6, 3), (9, 4), (14, 5), (20, 6)):
        clicked = rng.permutation((np.arange(n) < n // 3 + 1).astype(int))
        score = rng.integers(0, levels, n) / 10
        score[np.flatnonzero(clicked == 1)[0]] = score[np.flatnonzero(clicked == 0)[0]]  # at least one tie
        cases.append((score, clicked))
    cases.append((np.full(7, 0.3), np.array([1, 0, 0, 1, 0, 1, 0])))
    mistakes = {
        "Ties still count in full, so a ranker that gives all videos the same score gets 1. Count each tie one "
        "half.": _given_28_4,
        "Ties now count nothing, so a ranker that gives all videos the same score gets 0. Count each "
        "tie one half.": partial(_auc, tie=0),
        "You leave the tied pairs out of the mean. Keep them, and count each one half.": partial(
            _auc, tie=0, total=lambda right, wrong, ties: max(right + wrong, 1e-300)
        ),
        "You leave the tied pairs out of the mean, which is NaN if all pairs are tied. Keep them, and count each "
        "one half.": Sign(
            lambda mine, score, clicked: (
                np.isnan(mine)
                if len(set(score)) == 1
                else np.isclose(mine, _auc(score, clicked, tie=0, total=lambda right, wrong, ties: right + wrong))
            )
        ),
        "You add half of the ties to `>=`, which already includes them, so a tie counts one and a half. Start from "
        "`>`.": partial(_auc, tie=1.5),
        "You add half of the mean of `>=`, so a pair in the right order counts one and a half. Add half of the "
        "ties only: `==`.": (lambda score, clicked: 1.5 * _auc(score, clicked, tie=1 / 3)),
        "You subtract a fixed 0.5. Subtract one half for each tied pair only.": lambda score, clicked: (
            _auc(score, clicked, tie=1) - 0.5
        ),
        "You halve the whole mean. Only a tied pair counts one half; a pair in the right order counts in full.": (
            lambda score, clicked: 0.5 * _given_28_4(score, clicked)
        ),
        "You count the pairs in which the video without a click has the higher score. Count those in which the "
        "clicked video has it.": partial(_auc, better=np.less),
        "You return the number of pairs. Divide it by the number of all pairs: use `.mean()`, not `.sum()`.": partial(
            _auc, total=lambda right, wrong, ties: 1
        ),
        "You add one half of a comparison that is always true, such as `score == score`. Compare `yes` with `no` "
        "instead.": Sign(
            lambda mine, score, clicked: (
                len(set(score)) > 1 and np.isclose(mine, _auc(score, clicked, tie=0) + 0.5 * (score == score).mean())
            )
        ),
        "You add a fixed 0.5. Add one half for each tied pair only.": lambda score, clicked: (
            _auc(score, clicked, tie=0) + 0.5
        ),
        "You subtract the share of pairs in the wrong order. AUC is the share of pairs in the right order, with "
        "each tie counting one half.": (lambda score, clicked: 2 * _auc(score, clicked) - 1),
        "You repair only the case in which all scores are equal, and other ties still count in full. Count every "
        "tied pair one half.": (lambda score, clicked: 0.5 if len(set(score)) == 1 else _given_28_4(score, clicked)),
        "You repair only the case in which all scores are equal, and other ties count nothing. Count every tied "
        "pair one half.": (lambda score, clicked: 0.5 if len(set(score)) == 1 else _auc(score, clicked, tie=0)),
        "You return one value for each pair. Return the mean over all pairs.": Sign(
            lambda mine, score, clicked: np.size(mine) == clicked.sum() * (1 - clicked).sum() > 1
        ),
        "You return one value for each click. Return the mean over all pairs.": Sign(
            lambda mine, score, clicked: np.size(mine) == clicked.sum() > 1
        ),
    }
    judge(answer, cases, _auc, mistakes)


predict(
    "28.5",
    "O5",
    truth=0.005,
    within=0.01,
    between=(-0.3, 0.3),
    low="The network is not behind: the click rate of the video is one of its features. Within a user's screen, it "
    "is ahead by almost nothing.",
    high="The lead is smaller. In section 5, logistic regression lost its lead in the same way once only videos of "
    "one user's screen were compared.",
    done="Within a user's screen, almost no lead is left. The lead over all rows came from knowing which people "
    "click more, and on which screens.",
)


def _page(score, tag, m, k, order=None, refill=True, consecutive=False):
    page = []
    rows = (np.argsort(-score, kind="stable") if order is None else order(score)).tolist()
    for row in rows if refill else rows[:k]:
        recent = page[-m:] if consecutive else page
        held = sum(tag[other] == tag[row] for other in recent)
        if len(page) < k and held < m:
            page.append(row)
    return page


@exercise(
    "28.6",
    "O5",
    "code",
    done="The page holds the best k videos that the rule allows: when a video is skipped, the next best one is taken.",
)
def page_with_rule(answer) -> None:
    rng = np.random.default_rng(6)
    cases = []
    for n, n_tags, m, k in ((8, 3, 1, 4), (9, 3, 1, 3), (12, 3, 2, 5), (16, 4, 2, 7), (20, 3, 3, 8), (24, 5, 2, 9)):
        tag = np.minimum(rng.geometric(0.55, n), n_tags) - 1
        score = rng.permutation(n) / n + np.where(tag == 0, 0.4, 0) + 0.001 * np.arange(n) / n
        cases.append((score, np.array(["a", "b", "c", "d", "e"])[tag], m, k))
    score = rng.permutation(10) / 10  # at the top, the tags take turns
    cases.append((score, np.array(list("abcabaabcd"))[np.argsort(np.argsort(-score))], 2, 6))
    mistakes = {
        "You return the best k videos without the rule. Skip a video if the page already holds m videos with its "
        "tag.": lambda score, tag, m, k: np.argsort(-score)[:k].tolist(),
        "You apply the rule only to the best k videos, so the page gets too short. Go on down the ranking until k "
        "are taken.": partial(_page, refill=False),
        "Your page has one video too many of a tag. Take a video only if the page holds fewer than m of its tag "
        "(<, not <=).": (lambda score, tag, m, k: _page(score, tag, m + 1, k)),
        "Your page has one video too few of a tag. It may hold up to m of them.": lambda score, tag, m, k: _page(
            score, tag, m - 1, k
        ),
        "You stop at the first video that the rule forbids. Skip it and go on with the next one.": _until_forbidden,
        "You fill up the page with videos that the rule forbids. Return fewer than k if no more are "
        "allowed.": _filled_up,
        "You leave out all videos of a tag that has more than m. Keep the best m of them.": _rare_tags,
        "You compare only with the last m videos on the page. Count the tag among all videos on the page.": partial(
            _page, consecutive=True
        ),
        "You start with the lowest score: sort by minus the score.": partial(_page, order=lambda s: np.argsort(s)),
        "You go through the rows as they come. Start with the highest score.": partial(
            _page, order=lambda s: np.arange(len(s))
        ),
        "Your page is too long: stop when k are taken.": Sign(
            lambda mine, score, tag, m, k: len(mine) > k and list(mine) == _page(score, tag, m, len(score))
        ),
        "Your page is one too long: stop when k are taken.": lambda score, tag, m, k: _page(score, tag, m, k + 1),
        "One video is missing: stop when the page holds k, not before.": (
            lambda score, tag, m, k: _page(score, tag, m, k - 1)
        ),
        "You return tags. Return row numbers.": lambda score, tag, m, k: [tag[r] for r in _page(score, tag, m, k)],
        "You return scores. Return row numbers.": (
            lambda score, tag, m, k: [score[r] for r in _page(score, tag, m, k)]
        ),
        "The rows are right, but their order is not. Put the highest score first.": Sign(
            lambda mine, *case: sorted(np.ravel(mine).tolist()) == sorted(_page(*case))
        ),
        "You allow only one video of each tag. Allow up to m.": lambda score, tag, m, k: _page(score, tag, 1, k),
        "You take the best m videos of each tag, tag by tag. Go through all videos by score, whatever their tag.": Sign(
            lambda mine, score, tag, m, k: (
                list(mine)
                in (
                    _by_tag(score, tag, m, k, dict.fromkeys(tag.tolist())),
                    _by_tag(score, tag, m, k, sorted(set(tag.tolist()))),
                    _by_tag(score, tag, m, k, dict.fromkeys(tag[np.argsort(-score)].tolist())),
                )
            )
        ),
        "You exchanged m and k: m limits the videos of one tag, k the videos on the page.": (
            lambda score, tag, m, k: _page(score, tag, k, m)
        ),
        "The last video of the page is missing: go on until the page holds k videos.": (
            lambda score, tag, m, k: _page(score, tag, m, k)[: k - 1]
        ),
        "You return Boolean values. Return row numbers, best first.": Sign(
            lambda mine, score, tag, m, k: np.asarray(mine).dtype == bool
        ),
    }
    judge(answer, cases, _page, mistakes, view=lambda page, *case: np.ravel(page).tolist() if len(page) else [])


def _until_forbidden(score, tag, m, k):
    page = []
    for row in np.argsort(-score).tolist():
        if sum(tag[other] == tag[row] for other in page) >= m:
            break
        page.append(row)
    return page[:k]


def _filled_up(score, tag, m, k):
    page = _page(score, tag, m, k)
    return (page + [row for row in np.argsort(-score).tolist() if row not in page])[:k]


def _rare_tags(score, tag, m, k):
    return [row for row in np.argsort(-score).tolist() if (tag == tag[row]).sum() <= m][:k]


def _by_tag(score, tag, m, k, tags):
    order = np.argsort(-score)
    return [int(row) for name in tags for row in order[tag[order] == name][:m]][:k]


def _examined_rate(item, position, click, examined, n_items, top=lambda click, weight: click, bottom=None):
    rate = np.zeros(n_items)
    for number in range(n_items):
        own = item == number
        weight = examined[position[own]]
        below = weight.sum() if bottom is None else bottom(click[own], weight)
        rate[number] = top(click[own], weight).sum() / below
    return rate


def _summed_by_position(item, position, click, examined, n_items):
    below = np.bincount(position, examined[position], minlength=n_items)
    return np.bincount(item, click, minlength=n_items) / below[:n_items]


@exercise(
    "28.7",
    "O4",
    "faded",
    done="Each impression counts with the probability that its position is examined, "
    "so positions that few people look at hardly lower an item's rate.",
)
def examined_rates(answer) -> None:
    rng = np.random.default_rng(7)
    cases = []
    for n, n_items, n_positions in ((14, 3, 2), (24, 4, 3), (40, 5, 4), (60, 6, 5)):
        item = rng.permutation(
            np.r_[np.arange(n_items), np.arange(n_items), rng.integers(0, n_items - 1, n - 2 * n_items)]
        )
        examined = 1 / np.arange(1, n_positions + 1) ** 1.3
        position = rng.integers(0, n_positions, n)
        click = (rng.random(n) < 0.6).astype(float)
        for number in range(n_items):  # every item is clicked at least once
            click[np.flatnonzero(item == number)[0]] = 1
        cases.append((item, position, click, examined, n_items))
    mistakes = {
        "This is the plain click rate, in which every impression counts in full. Weight each impression by "
        "`examined[position]`.": partial(_examined_rate, bottom=lambda click, weight: len(weight)),
        "You weight the clicks as well. Weight only the impressions; clicks count in full.": partial(
            _examined_rate, top=lambda click, weight: click * weight
        ),
        "You weight the clicks instead of the impressions. Weight only the impressions; clicks count in full.": partial(
            _examined_rate, top=lambda click, weight: click * weight, bottom=lambda click, weight: len(weight)
        ),
        "You divide each click by its probability and then by all impressions (inverse propensity scoring, IPS). "
        "Here, add up the examined impressions first, and divide the clicks by their sum.": partial(
            _examined_rate, top=lambda click, weight: click / weight, bottom=lambda click, weight: len(weight)
        ),
        "You correct twice: you divide the clicks by their probability and also weight the impressions. Weight "
        "only the impressions.": partial(_examined_rate, top=lambda click, weight: click / weight),
        "You weight by 1 − examined, the probability that nobody looked at the position. Weight by "
        "`examined`.": partial(_examined_rate, bottom=lambda click, weight: (1 - weight).sum()),
        "You divide by the weights of the clicked impressions only. Add up the weights of all impressions of the "
        "item.": partial(_examined_rate, bottom=lambda click, weight: (click * weight).sum()),
        "You divide by the mean weight of the item's impressions. Divide by the sum of the weights.": partial(
            _examined_rate, bottom=lambda click, weight: weight.mean()
        ),
        "You divide each impression by its probability, so rarely examined ones count more. Multiply by the "
        "probability.": partial(_examined_rate, bottom=lambda click, weight: (1 / weight).sum()),
        "You return the examined impressions of each item. Divide the clicks by them.": (
            lambda item, position, click, examined, n_items: np.bincount(item, examined[position], minlength=n_items)
        ),
        "Your fraction is upside down: divide the clicks by the examined impressions.": (
            lambda item, position, click, examined, n_items: (
                1 / _examined_rate(item, position, click, examined, n_items)
            )
        ),
        "You add up the weights by `position`. Add up the examined impressions of each item: `np.bincount(item, "
        "...)`.": (_summed_by_position),
        "You weight by the position itself. Weight by the probability that it is examined, `examined[position]`.": (
            lambda item, position, click, examined, n_items: (
                np.bincount(item, click, minlength=n_items) / np.bincount(item, position, minlength=n_items)
            )
        ),
        "You weight by the position plus one. Weight by the probability that it is examined, `examined[position]`.": (
            lambda item, position, click, examined, n_items: (
                np.bincount(item, click, minlength=n_items) / np.bincount(item, position + 1, minlength=n_items)
            )
        ),
        "You give all impressions the same weight, the mean of `examined`. Give each its own weight, "
        "`examined[position]`.": (
            lambda item, position, click, examined, n_items: (
                np.bincount(item, click, minlength=n_items) / np.bincount(item, minlength=n_items) / examined.mean()
            )
        ),
        "You divide by the examined impressions of all items. Divide the clicks of each item by its own.": (
            lambda item, position, click, examined, n_items: (
                np.bincount(item, click, minlength=n_items) / examined[position].sum()
            )
        ),
        "You return one number for all items. Return one for each item.": Sign(
            lambda mine, item, position, click, examined, n_items: np.size(mine) == 1
        ),
        "You return one value for each impression. Return one for each item: `np.bincount` adds up per item.": Sign(
            lambda mine, item, *rest: np.size(mine) == len(item)
        ),
    }
    judge(
        answer,
        cases,
        _examined_rate,
        mistakes,
        raised={IndexError: "`examined` has one entry for each position, so its index is `position`, not `item`."},
    )
