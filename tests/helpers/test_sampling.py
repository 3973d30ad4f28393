"""Negatives: never seen, all alike, the same as in the lesson; and a user who has seen everything."""

import ast
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from recsys_helpers.models import sampling

LESSON = Path(__file__).parents[2] / "notebooks" / "src" / "08_build_an_mlp.py"


def of_the_lesson():
    """The solution of exercise 08.7: the second function of this name in the lesson, the first holds the slip."""
    nodes = ast.parse(LESSON.read_text(encoding="utf-8")).body
    _, solution = (node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == "my_negatives")
    names = {"np": np}
    exec(compile(ast.Module([solution], []), str(LESSON), "exec"), names)
    return names["my_negatives"]


@pytest.fixture(params=["helper", "lesson"])
def draw_negatives(request):
    return sampling.draw_negatives if request.param == "helper" else of_the_lesson()


def some_seen(seed, shape=(6, 12)):
    is_seen = np.random.default_rng(seed).random(shape) < 0.6
    is_seen[0], is_seen[:, 0], is_seen[:, 5] = False, False, False
    return is_seen


def test_a_negative_was_never_seen_and_every_such_item_is_drawn_alike(draw_negatives):
    is_seen = some_seen(1)
    user = np.repeat([1, 3], 4000)
    item = draw_negatives(np.random.default_rng(2), user, is_seen)
    assert item.shape == user.shape and not is_seen[user, item].any()
    for one in (1, 3):
        counts = np.bincount(item[user == one], minlength=12)
        free = np.flatnonzero(~is_seen[one, 1:]) + 1
        assert set(np.flatnonzero(counts)) == set(free)
        assert scipy.stats.chisquare(counts[free]).pvalue > 0.001


def test_a_user_who_has_seen_every_item_is_refused_instead_of_drawing_for_ever():
    is_seen = some_seen(1)
    is_seen[4, 1:] = True
    with pytest.raises(ValueError, match="seen every"):
        sampling.draw_negatives(np.random.default_rng(2), np.array([1, 4, 4]), is_seen)
    assert len(sampling.draw_negatives(np.random.default_rng(2), np.array([1, 2]), is_seen)) == 2  # user 4 is not asked for


def test_the_helper_names_these_users():
    is_seen = np.ones((9, 4), bool)
    is_seen[:, 0], is_seen[7, 2] = False, False
    with pytest.raises(ValueError, match=r"Users \[2, 5\] have seen every item"):
        sampling.draw_negatives(np.random.default_rng(1), np.array([5, 7, 2, 5]), is_seen)


def test_helper_and_lesson_draw_the_same():
    is_seen, user = some_seen(3), np.arange(1, 6).repeat(50)
    ours, theirs = (
        draw(np.random.default_rng(4), user, is_seen) for draw in (sampling.draw_negatives, of_the_lesson())
    )
    assert (ours == theirs).all()
