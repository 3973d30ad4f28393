"""Features that are known before a play, and models that see nothing of the later rows but them."""

import numpy as np
import pandas as pd
import pytest

from recsys_helpers.models.watch_time import auc_of_targets, before_play, mean_table, predict_targets

TARGETS = ["seconds", "long_view"]


def impressions(n, seed):
    rng = np.random.default_rng(seed)
    length = rng.uniform(5, 200, n)
    seconds = length * rng.random(n)
    return pd.DataFrame(
        {"user_id": rng.integers(0, 20, n), "item_id": rng.integers(0, 30, n), "tag": rng.choice(["a", "b"], n),
         "tab": rng.integers(0, 5, n), "hour": rng.integers(0, 24, n), "length": length, "seconds": seconds,
         "quantile": rng.random(n), "long_view": (seconds >= np.minimum(18, length)).astype(int)}
    )  # fmt: skip


learn, rows = impressions(400, 1), impressions(150, 2)


def test_nothing_that_happened_in_the_later_rows_reaches_a_feature():
    changed = rows.assign(seconds=999.0, quantile=0.0, long_view=1)
    for one, other in zip(before_play(learn, rows, ["seconds"]), before_play(learn, changed, ["seconds"])):
        np.testing.assert_array_equal(one, other)


def test_a_row_does_not_see_its_own_label():
    alone = learn.assign(user_id=np.arange(len(learn)))  # each user has one row: the past mean must be the overall one
    X, _ = before_play(alone, rows, ["seconds"])
    assert np.ptp(X[:, 0]) < 1e-9


def test_features_are_standardised_on_the_rows_to_learn_from():
    X, X_later = before_play(learn, rows, ["seconds", "quantile"])
    assert X.shape == (400, 12) and X_later.shape == (150, 12)
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(X.std(axis=0), 1)


def test_every_model_predicts_every_target_and_learns_that_long_videos_are_watched_longer():
    said = predict_targets(learn, rows, TARGETS, seeds=(1,))
    assert list(said) == ["ridge", "boosted trees", "MLP"]
    for model, tables in said.items():
        assert [table.shape for table in tables] == [(150, 2)], model
        assert np.corrcoef(tables[0][:, 0], rows["length"])[0, 1] > (0.2 if model == "MLP" else 0.5), model


def test_auc_is_one_for_the_label_itself_and_seeds_are_averaged():
    truth = np.column_stack([rows["long_view"]] * 2).astype(float)
    aucs = auc_of_targets({"oracle": [truth], "half": [truth, -truth]}, rows, TARGETS, ["long_view"])
    assert (aucs["oracle", "seconds", "long_view"] == 1).all()
    assert aucs["half", "seconds", "long_view"] == pytest.approx(0.5)
    table = mean_table(aucs)
    assert list(table.index) == ["oracle", "half", "shortest first"]
    assert table.loc["oracle", ("long_view", "seconds")] == 1
