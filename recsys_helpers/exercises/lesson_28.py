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
    low="A little better than a random order, which has 0.5, though not by much.",
    high="It is lower. The unseen videos were easy for another reason: the app shows some videos to nearly nobody.",
    done="Hardly better than a random order. What it learned is what the app shows.",
)


trace(
    "28.2",
    "O2",
    truth=0.2,
    mistakes={
        0.5: "That is the rate without forgetting. Six days are two half-lives, so the old ones count a quarter each.",
        1 / 8: "The clicks have faded, the old impressions have not. Both carry the same weight.",
        1 / 4: "Four clicks of weight 0.25 are one click. Of how many impressions? The old ones count, too.",
        1 / 3: "You halved once. Six days are two half-lives of three days.",
        4 / 64 / (4 / 64 + 4): "You halved once a day. The half-life is three days: two halvings.",
        0.8: "That is the share without a click. The four of today count in full, and they are not clicked.",
        1: "That is the weighted number of clicks. Divide it by the weighted number of impressions.",
        20: "As a share between 0 and 1, please.",
        0: "The old clicks have faded, but not to nothing: each still counts 0.25.",
        1 / 5.5: "The four impressions of today count 1 each, the four old ones 0.25 each: five in all.",
        2 / 3: "You halved the wrong ones, or divided by too few. Old ones count 0.25 each, those of today 1 each.",
    },
    otherwise="Six days are two half-lives: each old impression and each old click counts 0.25, each of today 1.",
    done="One click's worth of evidence in five impressions' worth.",
)


choice(
    "28.3",
    "O3",
    right="d",
    why_not={
        "a": "It comes from the days before day 8 alone, so no label of the later days is in it.",
        "b": "It is one number for each screen, the same for all users. It knows nothing about a user's preference.",
        "c": "With thousands of users the interval is about 0.01 wide on each side, and 0.57 is far from 0.5.",
    },
    done="A video on a screen where much is clicked beats one on another screen, whatever the videos are.",
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
    done="A ranker that cannot decide now gets 0.5, as it should.",
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
        "Ties still count in full, so a ranker that cannot decide looks perfect.": _given_28_4,
        "Now ties count nothing, and a ranker that cannot decide gets 0. A tie counts one half.": partial(_auc, tie=0),
        "You leave the ties out of the mean. They stay, and each counts one half.": partial(
            _auc, tie=0, total=lambda right, wrong, ties: max(right + wrong, 1e-300)
        ),
        "You leave the ties out of the mean. They stay, and each counts one half. ": Sign(
            lambda mine, score, clicked: (
                np.isnan(mine)
                if len(set(score)) == 1
                else np.isclose(mine, _auc(score, clicked, tie=0, total=lambda right, wrong, ties: right + wrong))
            )
        ),
        "You add half of the ties to `>=`, which holds them already: ties now count one and a half.": partial(
            _auc, tie=1.5
        ),
        "You add half of `>=`, which counts the wins again. Only ties get one half: `==`.": (
            lambda score, clicked: 1.5 * _auc(score, clicked, tie=1 / 3)
        ),
        "A fixed 0.5 is taken off, not one half for each tie.": lambda score, clicked: (
            _auc(score, clicked, tie=1) - 0.5
        ),
        "You take half of everything. Only the ties count one half; a pair in the right order counts in full.": (
            lambda score, clicked: 0.5 * _given_28_4(score, clicked)
        ),
        "Upside down: you count the pairs in which the video without a click leads.": partial(_auc, better=np.less),
        "You count pairs. Divide by their number: `.mean()`, not `.sum()`.": partial(
            _auc, total=lambda right, wrong, ties: 1
        ),
        "The ties get one half of a mean over something else. Both means run over the same pairs.": Sign(
            lambda mine, score, clicked: (
                len(set(score)) > 1 and np.isclose(mine, _auc(score, clicked, tie=0) + 0.5 * (score == score).mean())
            )
        ),
        "A fixed 0.5 is added, not one half for each tie.": lambda score, clicked: _auc(score, clicked, tie=0) + 0.5,
        "That is the difference of wins and losses. AUC is the share of wins, ties counting one half.": (
            lambda score, clicked: 2 * _auc(score, clicked) - 1
        ),
        "That only repairs the ranker whose scores are all the same. Every tied pair counts one half.": (
            lambda score, clicked: 0.5 if len(set(score)) == 1 else _given_28_4(score, clicked)
        ),
        "That only repairs the ranker whose scores are all the same. Every tied pair counts one half. ": (
            lambda score, clicked: 0.5 if len(set(score)) == 1 else _auc(score, clicked, tie=0)
        ),
        "You return one value for each pair. The mean over all pairs is asked for.": Sign(
            lambda mine, score, clicked: np.size(mine) == clicked.sum() * (1 - clicked).sum() > 1
        ),
        "You return one value for each click. The mean over all pairs is asked for.": Sign(
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
    low="Not behind either: the network knows the click rate of the video, it is one of its features.",
    high="It is less. Remember where the AUC of logistic regression went in section 5.",
    done="Next to nothing. The lead over all rows was about people and screens.",
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


@exercise("28.6", "O5", "code", done="The best k under the rule: a video that is skipped makes room for the next one.")
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
        "These are the best k without any rule.": lambda score, tag, m, k: np.argsort(-score)[:k].tolist(),
        "You apply the rule to the best k, so the page gets short. Go on down until k are taken.": partial(
            _page, refill=False
        ),
        "One too many of a tag: take a video while the page holds fewer than m of its tag (<, not <=).": (
            lambda score, tag, m, k: _page(score, tag, m + 1, k)
        ),
        "One too few of a tag: m of them may stay.": lambda score, tag, m, k: _page(score, tag, m - 1, k),
        "You stop at the first video that the rule forbids. Skip it and go on down.": _until_forbidden,
        "You fill up the page with videos that the rule forbids. It may hold fewer than k.": _filled_up,
        "You leave out all videos of a tag that has more than m. The best m of them may stay.": _rare_tags,
        "You look at the last m videos only. All videos of the page count.": partial(_page, consecutive=True),
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
        "You return tags. Row numbers are asked for.": lambda score, tag, m, k: [
            tag[r] for r in _page(score, tag, m, k)
        ],
        "You return scores. Row numbers are asked for.": (
            lambda score, tag, m, k: [score[r] for r in _page(score, tag, m, k)]
        ),
        "The rows are right, their order is not: best first.": Sign(
            lambda mine, *case: sorted(np.ravel(mine).tolist()) == sorted(_page(*case))
        ),
        "You allow one of each tag, whatever m is.": lambda score, tag, m, k: _page(score, tag, 1, k),
        "You take the best m of each tag, tag by tag. Go down all videos by score, whatever their tag.": Sign(
            lambda mine, score, tag, m, k: (
                list(mine)
                in (
                    _by_tag(score, tag, m, k, dict.fromkeys(tag.tolist())),
                    _by_tag(score, tag, m, k, sorted(set(tag.tolist()))),
                    _by_tag(score, tag, m, k, dict.fromkeys(tag[np.argsort(-score)].tolist())),
                )
            )
        ),
        "m limits the videos of one tag, k those of the page. You exchanged them.": (
            lambda score, tag, m, k: _page(score, tag, k, m)
        ),
        "You count all videos of a tag that you have passed. Only those on the page count.": (
            lambda score, tag, m, k: _page(score, tag, m, k)[: k - 1]
        ),
        "You return a page of True and False, or a mask. Row numbers are asked for, best first.": Sign(
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


@exercise("28.7", "O4", "faded", done="Impressions that hardly anybody saw no longer speak against an item.")
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
        "That is the plain click rate: every impression counts in full.": partial(
            _examined_rate, bottom=lambda click, weight: len(weight)
        ),
        "You weigh the clicks as well. They keep their full weight.": partial(
            _examined_rate, top=lambda click, weight: click * weight
        ),
        "You weigh the clicks, not the impressions. It is the impressions that count less.": partial(
            _examined_rate, top=lambda click, weight: click * weight, bottom=lambda click, weight: len(weight)
        ),
        "You divide each click by its probability and then by all impressions (IPS). Here, add up the examined "
        "impressions first, and divide once.": partial(
            _examined_rate, top=lambda click, weight: click / weight, bottom=lambda click, weight: len(weight)
        ),
        "You correct twice: clicks divided by their probability, and impressions weighted as well.": partial(
            _examined_rate, top=lambda click, weight: click / weight
        ),
        "You weigh with 1 − examined: those that nobody saw. Weigh with `examined`.": partial(
            _examined_rate, bottom=lambda click, weight: (1 - weight).sum()
        ),
        "You divide by the weights of the clicked impressions only. All impressions count.": partial(
            _examined_rate, bottom=lambda click, weight: (click * weight).sum()
        ),
        "You divide by the mean weight. Add the weights up.": partial(
            _examined_rate, bottom=lambda click, weight: weight.mean()
        ),
        "You divide impressions by their probability, so that unseen ones count more. Weigh them with it.": partial(
            _examined_rate, bottom=lambda click, weight: (1 / weight).sum()
        ),
        "Those are the examined impressions. Divide the clicks by them.": (
            lambda item, position, click, examined, n_items: np.bincount(item, examined[position], minlength=n_items)
        ),
        "Upside down: clicks divided by examined impressions.": (
            lambda item, position, click, examined, n_items: (
                1 / _examined_rate(item, position, click, examined, n_items)
            )
        ),
        "You add up by `position`. The examined impressions are those of each item: `np.bincount(item, ...)`.": (
            _summed_by_position
        ),
        "You weigh with the position itself. Its probability is `examined[position]`.": (
            lambda item, position, click, examined, n_items: (
                np.bincount(item, click, minlength=n_items) / np.bincount(item, position, minlength=n_items)
            )
        ),
        "You weigh with the position plus one. Its probability is `examined[position]`.": (
            lambda item, position, click, examined, n_items: (
                np.bincount(item, click, minlength=n_items) / np.bincount(item, position + 1, minlength=n_items)
            )
        ),
        "You weigh all impressions alike, by the mean of `examined`. Each has its own: `examined[position]`.": (
            lambda item, position, click, examined, n_items: (
                np.bincount(item, click, minlength=n_items) / np.bincount(item, minlength=n_items) / examined.mean()
            )
        ),
        "You divide by the examined impressions of all items. Each item has its own.": (
            lambda item, position, click, examined, n_items: (
                np.bincount(item, click, minlength=n_items) / examined[position].sum()
            )
        ),
        "That is one number for all items. One for each item is asked for.": Sign(
            lambda mine, item, position, click, examined, n_items: np.size(mine) == 1
        ),
        "That is one value for each impression. One for each item is asked for: `np.bincount`.": Sign(
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
