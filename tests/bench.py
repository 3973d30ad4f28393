"""How fast full-ranking evaluation is, beside three other ways, and how fast the data load; run by `make bench`.

Asserts nothing: figures depend on the machine, so read the ratios. All evaluators get the same scores, hide the same
seen items, rank all others, and measure NDCG, Recall, MRR and coverage of the top 10. On real scores they must agree,
and the table says how far they do. Wall time is perf_counter, CPU time is process_time (all threads). The ways take
turns, so that a busy moment of the machine hits all of them; a sample repeats the work for a tenth of a second or more,
and the best of 5 samples counts.
"""

import subprocess
import sys
import time
import tracemalloc
import warnings

import numpy as np
import pandas as pd
import scipy.sparse as sp

from recsys_helpers.data import IdMap, matrix, movielens, split_last_share
from recsys_helpers.evaluation import RANKING_METRICS, evaluate, metrics, top_k
from recsys_helpers.evaluation.ranking import CHUNK
from recsys_helpers.models import baselines

K = 10
REPEATS = 5
SHORTEST = 0.1  # seconds of one sample


def ours(scores, seen, relevant):
    """All seven metrics of the course."""
    result = evaluate(scores, seen, relevant, K)
    return result.mean("NDCG"), result.mean("Recall"), result.mean("MRR"), result.coverage


def plain_numpy(scores, seen, relevant):
    """The evaluator most people write: hide, argpartition, sort k, look hits up; ties as they fall."""
    discount = 1 / np.log2(np.arange(2, K + 2))
    ideal = np.concatenate([[1.0], np.cumsum(discount)])
    ndcg, recall, mrr, recommended = [], [], [], []
    for start in range(1, len(scores), CHUNK):
        block = scores[start : start + CHUNK].copy()
        block[:, 0] = -np.inf
        block[seen[start : start + CHUNK].nonzero()] = -np.inf
        part = np.argpartition(block, -K, axis=1)[:, -K:]
        order = np.argsort(-np.take_along_axis(block, part, axis=1), axis=1)
        top = np.take_along_axis(part, order, axis=1)
        truth = relevant[start : start + CHUNK].toarray() > 0
        hit, n_relevant = np.take_along_axis(truth, top, axis=1), truth.sum(axis=1)
        hit, n_relevant = hit[n_relevant > 0], n_relevant[n_relevant > 0]
        ndcg.append(hit @ discount / ideal[np.minimum(n_relevant, K)])
        recall.append(hit.sum(axis=1) / n_relevant)
        mrr.append(hit.any(axis=1) / (hit.argmax(axis=1) + 1))
        recommended.append(top)
        del block  # its memory serves the next one
    coverage = len(np.unique(np.concatenate(recommended))) / (scores.shape[1] - 1)
    return *(np.concatenate(part).mean() for part in (ndcg, recall, mrr)), coverage


def our_top(scores, seen):
    """The top 10 that is handed to those who do not make their own."""
    tops = []
    for start in range(1, len(scores), CHUNK):
        block = scores[start : start + CHUNK].copy()
        block[seen[start : start + CHUNK].nonzero()] = -np.inf
        tops.append(top_k(block, K))
        del block
    return np.concatenate(tops)


def our_metrics(top, relevant):
    """The second half of `ours`: all seven metrics of a given top 10."""
    is_hit, n_relevant = metrics.hit_matrix(top, relevant[1:])
    values = {name: metric(is_hit, n_relevant) for name, metric in RANKING_METRICS.items()}
    coverage = metrics.coverage_at_k(top, relevant.shape[1] - 1)
    return *(np.nanmean(values[name]) for name in ("NDCG", "Recall", "MRR")), coverage


def for_ranx(top, relevant):
    """What ranx takes, built from arrays by way of dictionaries."""
    import ranx

    items = [str(item) for item in range(relevant.shape[1])]
    truths = np.split(relevant.indices, relevant.indptr[1:-1])[1:]
    some = [user for user, truth in enumerate(truths) if len(truth)]
    qrels = ranx.Qrels({str(user): {items[i]: 1 for i in truths[user]} for user in some})
    return qrels, ranx.Run({str(user): {items[i]: K - rank for rank, i in enumerate(top[user])} for user in some})


def ranx_metrics(qrels, run, top, relevant):
    """ranx itself; it has no coverage, so ours stands in."""
    import ranx

    result = ranx.evaluate(qrels, run, [f"ndcg@{K}", f"recall@{K}", f"mrr@{K}"])
    return *result.values(), len(np.unique(top)) / (relevant.shape[1] - 1)


def with_ranx(top, relevant):
    """ranx from arrays, given the top 10."""
    return ranx_metrics(*for_ranx(top, relevant), top, relevant)


def with_pandas(top, relevant):
    """The way of long tables: merge recommendations with the truth, then group by user."""
    user, item = relevant.nonzero()
    truth = pd.DataFrame({"user": user, "item": item})
    lists = pd.DataFrame({"user": np.repeat(np.arange(1, len(top) + 1), K), "item": top.ravel()})
    lists["rank"] = lists.groupby("user").cumcount() + 1
    size = truth.groupby("user")["item"].count().rename("n_relevant").reset_index()
    hits = lists.merge(truth, on=["user", "item"])
    hits["gain"] = 1 / np.log2(hits["rank"] + 1)
    by_user = hits.groupby("user").agg(gain=("gain", "sum"), n_hits=("item", "count"), first=("rank", "min"))
    by_user = size.merge(by_user.reset_index(), on="user", how="left")
    ideal = np.concatenate([[1.0], np.cumsum(1 / np.log2(np.arange(2, K + 2)))])
    ndcg = by_user["gain"].fillna(0) / ideal[np.minimum(by_user["n_relevant"], K)]
    recall = by_user["n_hits"].fillna(0) / by_user["n_relevant"]
    mrr = (1 / by_user["first"]).fillna(0)
    return ndcg.mean(), recall.mean(), mrr.mean(), lists["item"].nunique() / (relevant.shape[1] - 1)


def movielens_small():
    """671 users, 9,066 films, scores of EASE under the course's split."""
    ratings, _ = movielens.load_movielens()
    split = split_last_share(ratings)
    users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
    seen = matrix.to_matrix(pd.concat([split.train, split.valid]), users, items)
    return seen @ baselines.ease(seen), seen, matrix.to_matrix(split.test, users, items)


def large(n_users=2_000, n_items=20_000, n_seen=100, n_relevant=20):
    """A slice of 2,000 users of a 20,000 × 20,000 world; float32 scores, popular items seen and relevant more often."""
    rng = np.random.default_rng(42)
    scores = rng.standard_normal((n_users + 1, n_items + 1), dtype=np.float32)
    chosen = (n_items * rng.random((n_users, n_seen + n_relevant)) ** 3).astype(int) + 1
    row = np.arange(1, n_users + 1)

    def to_matrix(items):
        rows = np.repeat(row, items.shape[1])
        matrix = sp.csr_array((np.ones(items.size, np.float32), (rows, items.ravel())), shape=scores.shape)
        matrix.sum_duplicates()
        return matrix

    seen, relevant = to_matrix(chosen[:, :n_seen]), to_matrix(chosen[:, n_seen:])
    relevant = sp.csr_array(relevant - relevant.multiply(seen))  # what was seen is hidden, and cannot be found
    relevant.eliminate_zeros()
    scores[relevant.nonzero()] += 1.5
    return scores, seen, relevant


def sample(work, arguments):
    """(wall seconds, CPU seconds) of one run of the work, as the mean over a sample long enough to be measured."""
    n_runs, started, started_cpu = 0, time.perf_counter(), time.process_time()
    while n_runs == 0 or time.perf_counter() - started < SHORTEST:
        work(*arguments)
        n_runs += 1
    return (time.perf_counter() - started) / n_runs, (time.process_time() - started_cpu) / n_runs


def compare(title, scores, seen, relevant):
    n_users, top = len(scores) - 1, our_top(scores, seen)
    ways = {
        f"ours, {len(RANKING_METRICS)} metrics": (ours, scores, seen, relevant),
        "plain NumPy argpartition, 3 metrics": (plain_numpy, scores, seen, relevant),
        "our top 10, then ranx, 3 metrics": (lambda: with_ranx(our_top(scores, seen), relevant),),
        "our top 10, then pandas, 3 metrics": (lambda: with_pandas(our_top(scores, seen), relevant),),
        "  top 10 given: ours, 7 metrics": (our_metrics, top, relevant),
        "  top 10 given: ranx from arrays": (with_ranx, top, relevant),
        "  top 10 given: ranx, Qrels and Run ready": (ranx_metrics, *for_ranx(top, relevant), top, relevant),
        "  top 10 given: pandas": (with_pandas, top, relevant),
        "  making the top 10 alone": (our_top, scores, seen),
    }
    results = {way: work(*arguments) for way, (work, *arguments) in ways.items()}  # the first run compiles and warms up
    samples = {way: [] for way in ways}
    for _ in range(REPEATS):
        for way, (work, *arguments) in ways.items():
            samples[way].append(sample(work, arguments))
    reference, rows = next(iter(results.values())), []
    for way, (work, *arguments) in ways.items():
        wall, cpu = np.min(samples[way], axis=0)
        row = {"evaluator": way, "users / s": n_users / wall, "users / CPU s": n_users / cpu}
        if isinstance(results[way], tuple):
            row["largest difference"] = f"{np.abs(np.subtract(results[way], reference)).max():.0e}"
        rows.append(row | {"extra MiB": extra_memory(work, *arguments)})
    table = pd.DataFrame(rows).set_index("evaluator")
    for column in ("users / s", "users / CPU s"):
        ratio = table[column] / table[column].iloc[0]
        table.insert(table.columns.get_loc(column) + 1, f"ours = 1 ({column[8:]})", ratio)
    print(f"\n{title}: {n_users:,} users × {scores.shape[1] - 1:,} items, top {K}")
    print(table.to_string(float_format=lambda x: f"{x:,.2f}" if x < 10 else f"{x:,.0f}", na_rep="–"))


def extra_memory(work, *arguments):
    """Peak of memory that Python and NumPy asked for beyond the inputs, MiB (tracemalloc, outside the timed runs)."""
    tracemalloc.start()
    work(*arguments)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def loading():
    """Seconds from a fresh Python to MovieLens in memory, best of 5."""
    code = "from recsys_helpers import data; movielens.load_movielens()"
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    print(f"\nFresh Python, import recsys_helpers.data, load MovieLens small: {min(seconds):.2f} s")


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="unsafe cast")  # numba, inside ranx
    loading()
    compare("MovieLens, EASE", *movielens_small())
    compare("Synthetic", *large())
