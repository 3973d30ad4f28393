"""Three public files as a stranger has them, in small: transactions of a shop, clicks on videos, ratings with titles.

Each goes from the file to an answer over HTTP; the table of models is compared with one written again, naively.
"""

import json
import math

import numpy as np
import pandas as pd
import pytest
from serving_kit import InProcess

from recsys_helpers.data import movielens, splits
from recsys_helpers.data.checks import DataProblems
from recsys_helpers.data.moments import split_whole_moments
from recsys_helpers.data.movielens import load_movielens
from recsys_helpers.data.online_retail import load_online_retail
from recsys_helpers.serving.bundle import load_bundle
from recsys_helpers.serving.own import network, pipeline, reading
from recsys_helpers.serving.own.source import Source
from recsys_helpers.serving.store import Store


def in_small(frame, user, item, n_items, n_users, seed=0):
    """Of the most common items and of users who have some of them, so that a few seconds are enough."""
    frame = frame[frame[item].isin(frame[item].value_counts().index[:n_items])]
    users = frame[user].value_counts().loc[lambda counts: counts >= 8].index.sort_values()
    return frame[frame[user].isin(np.random.default_rng(seed).choice(users, n_users, replace=False))]


def shop(folder):
    """Text ids, an item bought again and again, dates of the shop's till, descriptions with commas."""
    lines, names = load_online_retail()
    lines = in_small(lines, "user_id", "item_id", 90, 110)
    table = pd.DataFrame(
        {"InvoiceNo": lines["basket_id"], "StockCode": lines["item_id"], "Description": lines["item_id"].map(names),
         "Quantity": lines["quantity"], "InvoiceDate": lines["time"].dt.strftime("%d/%m/%Y %H:%M"),
         "CustomerID": lines["user_id"]}
    )  # fmt: skip
    table.to_csv(folder / "shop.csv", index=False)
    columns = {"user_id": "CustomerID", "item_id": "StockCode", "timestamp": "InvoiceDate", "title": "Description"}
    options = {"columns": columns, "times": "%d/%m/%Y %H:%M", "duplicates": "first"}
    told = ["timestamp is not a number", "--times '%d/%m/%Y %H:%M'", "repeats an earlier one"]
    return Source(str(folder / "shop.csv"), **options), told, names.to_dict()


def clicks(folder):
    """No ratings, no titles, times in milliseconds, a few clicks twice."""
    clicked = pd.read_csv(movielens.BUNDLED / "kuairand-pure" / "impressions.csv.gz").query("is_click == 1")
    clicked = in_small(clicked, "user_id", "video_id", 120, 110)[["user_id", "video_id", "time_ms"]]
    pd.concat([clicked, clicked.tail(3)]).to_csv(folder / "clicks.csv", index=False)
    columns = {"item_id": "video_id", "timestamp": "time_ms"}
    source = Source(str(folder / "clicks.csv"), columns=columns, times="milliseconds", duplicates="first")
    return source, ["too large for seconds", "--times milliseconds"], {}


def stars(folder):
    """Ratings with a title on each line, and names of columns that are nearly ours."""
    ratings, films = load_movielens()
    ratings = in_small(ratings, "user_id", "item_id", 120, 110).merge(films[["item_id", "title"]], on="item_id")
    ratings.rename(columns={"user_id": "userId", "item_id": "movieId"}).to_csv(folder / "stars.csv", index=False)
    source = Source(str(folder / "stars.csv"), columns={"user_id": "userId", "item_id": "movieId"})
    return source, [], ratings.set_index("item_id")["title"].to_dict()


@pytest.fixture(scope="module", params=[shop, clicks, stars], ids=lambda shape: shape.__name__)
def run(request, tmp_path_factory):
    """Source, store, what the first try without options is told, titles, and what the run said."""
    from recsys_helpers.start import quiet_tensorflow

    quiet_tensorflow()
    from recsys_helpers.models.wide_deep import NextItemConfig

    folder = tmp_path_factory.mktemp(request.param.__name__)
    source, told, titles = request.param(folder)
    tiny = NextItemConfig(
        length=12, dim=8, hidden=8, n_positions=4, n_negatives=32, batch_size=32, n_epochs=2, average=1
    )
    store = Store(folder / "service")
    pipeline.prepare(source, store, tiny)
    return source, store, told, titles


def naive_ndcg(scores_of, known, hidden):
    """NDCG@10 of each user who has both a past and something to find, item by item; ties count as they come.

    `scores_of(list of item ids)` → {item_id: score}.
    """
    found, wanted_of = {}, hidden.groupby("user_id")["item_id"].agg(set)
    for user, past in known.groupby("user_id")["item_id"].agg(list).items():
        wanted = wanted_of.get(user, set())
        if wanted:
            scores = {item: score for item, score in scores_of(past).items() if item not in past}
            best = sorted(scores, key=lambda item: -scores[item])[:10]
            gained = sum(1 / math.log2(place + 2) for place, item in enumerate(best) if item in wanted)
            found[user] = gained / sum(1 / math.log2(place + 2) for place in range(min(len(wanted), 10)))
    return found


def naive_knn(known, shrink):
    """Cosine with shrinkage over sets of users; at most 200 neighbours, which is more than these files have items."""
    fans = known.groupby("item_id")["user_id"].agg(set).to_dict()

    def scores_of(past):
        return {
            item: sum(
                len(fans[item] & fans[other]) / (math.sqrt(len(fans[item]) * len(fans[other])) + shrink)
                for other in past
                if other != item
            )
            for item in fans
        }

    return scores_of


def test_the_first_try_is_told_everything_that_is_needed(run):
    source, _, told, _ = run
    bare = {ours: theirs for ours, theirs in source.columns.items()}
    if not told:
        reading.read(Source(source.path, columns=bare))
        return
    with pytest.raises(DataProblems) as caught:
        reading.read(Source(source.path, columns=bare))
    assert all(words in "\n".join(caught.value.problems) for words in told), caught.value.problems
    assert "frame[" not in "\n".join(caught.value.problems)  # the command line has an option for it


def test_the_table_is_that_of_a_naive_measurement_on_the_newest_fifth_with_nothing_seen_beforehand(run):
    source, store, *_ = run
    frame = reading.read(source).frame
    assert len(frame) == len(frame[["user_id", "item_id"]].drop_duplicates())
    train, valid, test = split_whole_moments(frame)
    learn = pd.concat([train, valid])
    facts = load_bundle(store.path_of(store.current)).facts
    kept = {path.stem: path for path in (store.folder / "steps" / source.digest()).iterdir()}
    for shrink in (10, 100):  # the settings are tried on valid, from train alone
        naive = naive_ndcg(naive_knn(train, shrink), train, valid)
        valid_ndcg = json.loads(kept[f"valid-item-kNN-shrink-{shrink}"].read_text())["ndcg"]
        assert valid_ndcg == pytest.approx(np.mean(list(naive.values())), abs=4e-3)
    counts = learn["item_id"].value_counts().to_dict()
    shrink = float(facts["table"]["item-kNN"][0].removeprefix("shrink "))
    for name, scores_of in (("popularity", lambda past: counts), ("item-kNN", naive_knn(learn, shrink))):
        naive = naive_ndcg(scores_of, learn, test)
        with np.load(kept[f"test-{name}"]) as file:
            per_user = file["ndcg"]
        assert len(per_user) == len(naive)
        is_same = np.isclose(per_user, [naive[user] for user in sorted(naive)], atol=1e-5)
        assert is_same.mean() > (0.9 if name == "item-kNN" else 0.7)  # the others: equal scores around rank 10
        assert facts["table"][name][1] == pytest.approx(np.mean(list(naive.values())), abs=8e-3)


def test_the_choice_follows_the_rule_from_the_results_that_were_kept(run):
    source, store, *_ = run
    facts = load_bundle(store.path_of(store.current)).facts
    folder = store.folder / "steps" / source.digest()
    valid = {}
    for path in folder.glob("valid-*.json"):
        name = next(name for name in ("item-kNN", "EASE", "linear-next-item") if path.stem.startswith(f"valid-{name}"))
        valid[name] = max(valid.get(name, 0), json.loads(path.read_text())["ndcg"])
    linear = max(valid, key=valid.get)
    per_user = {name: np.load(folder / f"test-{name}.npz")["ndcg"] for name in (linear, "wide-and-deep")}
    difference = per_user["wide-and-deep"] - per_user[linear]
    rng = np.random.default_rng(7)
    draws = [difference[rng.integers(0, len(difference), len(difference))].mean() for _ in range(2000)]
    expected = network.NAME if np.quantile(draws, 0.025) > 0 else linear.replace("linear-next", "linear next")
    assert facts["choice"]["model"] == expected
    assert facts["choice"]["why"].count(". ") == 1 and f"{per_user[linear].mean():.3f}" in facts["choice"]["why"]


def test_an_answer_has_the_ids_and_titles_of_the_file_and_nothing_that_the_user_has(run):
    source, store, _, titles = run
    frame = reading.read(source).frame
    user = frame["user_id"].iloc[0].item()
    of_user = set(frame.loc[frame["user_id"] == user, "item_id"])
    id_type = str if frame["item_id"].dtype == object else int
    with InProcess(store.folder) as service:
        answer = service.ask(f"/recommend/{user}?k=10").json()
        ids = [found["item_id"] for found in answer["items"]]
        assert len(ids) == 10 and not answer["degraded"] and not of_user & set(ids)
        assert {type(item_id) for item_id in ids} == {id_type}
        for found in answer["items"]:
            title = titles.get(found["item_id"])
            assert found["title"] == (title if isinstance(title, str) else str(found["item_id"]))
        verb = "rated" if "rating" in frame else "chose"
        assert answer["items"][0]["reason"].startswith((f"because you {verb} ", "close to ", "popular "))
        word = answer["items"][0]["title"].split()[0]
        assert answer["items"][0]["item_id"] in [hit["item_id"] for hit in service.ask(f"/items?k=50&q={word}").json()]
        assert service.ask("/recommend/nobody-with-this-id").status_code in (404, 422)


def test_the_bundle_holds_what_the_file_says_and_answers_as_well_as_the_table_says(run):
    source, store, *_ = run
    frame = reading.read(source).frame
    train, valid, _ = split_whole_moments(frame)
    bundle = load_bundle(store.path_of(store.current))
    raw = {row: item.item_id for row, item in enumerate(bundle.items, start=1)}
    found = {}
    for user, row in bundle.histories.tolist():
        found.setdefault(user if bundle.user_ids is None else bundle.user_ids[user - 1], []).append(raw[row])
    in_time = splits.order_in_time(frame)
    assert found == in_time.groupby("user_id")["item_id"].agg(list).to_dict()  # with the test part: it is known by now
    counts = pd.concat([train, valid])["item_id"].value_counts()
    assert {raw[row]: int(n) for row, n in enumerate(bundle.popularity) if n} == counts.to_dict()
    facts = bundle.facts
    assert facts["schema"] == {"n_items": frame["item_id"].nunique(), "n_users": frame["user_id"].nunique()}
    assert facts["data"]["n_interactions"] == len(frame) and facts["metrics"]["n_users"] <= 110
    in_table = facts["table"][facts["choice"]["model"]][1]
    assert facts["metrics"]["service"]["NDCG@10"] == pytest.approx(in_table, abs=3e-3)
    neighbours, weights = bundle.neighbours[1:], bundle.weights[1:]
    assert (np.diff(weights, axis=1) <= 0).all() and (neighbours[weights > 0] > 0).all()


def test_the_report_counts_what_the_file_has_and_calls_no_column_unused_that_it_uses(run):
    source, _, _, titles = run
    data = reading.read(source)
    n_users, n_items = data.frame["user_id"].nunique(), data.frame["item_id"].nunique()
    first = data.report[0]
    assert f"{len(data.frame):,} interactions, {n_users:,} users, {n_items:,} items" in first
    assert "not checked" not in first and "Description" not in first and "title'" not in first
    said = "\n".join(data.report)
    assert ("only the first row counts" in said) == (source.duplicates == "first")
    assert ("No titles" in said) == (not titles) and ("Ratings are not used" in said) == ("rating" in data.frame)
