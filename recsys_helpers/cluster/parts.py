"""A log that lies in many Parquet files: counted, and turned into histories with negatives, by Ray Data.

    python -m recsys_helpers.cluster.parts --rows 20_000_000

generates such a log, does both, compares a sample with pandas, and prints seconds and the peak memory. Taught in
lesson 20. Nothing here ever holds more than a few parts in one process.
"""

import argparse
import logging
import tempfile
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_helpers.cluster.ray_settings import prepare_ray

N_USERS, N_ITEMS, DAYS_OF_A_PART = 200_000, 9_066, 7


def generate_part(number: int, n_rows: int, n_users: int = N_USERS, n_items: int = N_ITEMS, seed: int = 0):
    """One part of a synthetic log as a frame with user_id, item_id and timestamp, in time order.

    Popular films have small numbers. Each part covers one week, and two parts never draw the same random numbers.

    >>> generate_part(3, 2, seed=1).columns.tolist()
    ['user_id', 'item_id', 'timestamp']
    """
    rng = np.random.default_rng([seed, number])
    share = np.cumsum(1 / np.arange(1, n_items + 1) ** 0.9)
    week = DAYS_OF_A_PART * 86_400
    return pd.DataFrame(
        {
            "user_id": (n_users * rng.random(n_rows) ** 2).astype(np.int32) + 1,
            "item_id": np.searchsorted(share, rng.random(n_rows) * share[-1]).astype(np.int32) + 1,
            "timestamp": np.sort(rng.integers(number * week, (number + 1) * week, n_rows)).astype(np.int32),
        }
    )


def write_log(folder: str | Path, n_rows: int, n_parts: int = 8, **options) -> list[Path]:
    """Write a synthetic log as `n_parts` Parquet files, one at a time; returns their paths in time order."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    paths = [Path(folder) / f"week-{number:03}.parquet" for number in range(n_parts)]
    for number, path in enumerate(paths):
        size = n_rows // n_parts + (number < n_rows % n_parts)
        generate_part(number, size, **options).to_parquet(path, index=False)
    return paths


def count_items(batch: dict) -> dict:
    """How often each item occurs in one batch of rows: arrays item_id and n, without the zeros.

    >>> count_items({"item_id": np.array([7, 2, 7])})
    {'item_id': array([2, 7]), 'n': array([1, 2])}
    """
    item_id, n = np.unique(batch["item_id"], return_counts=True)
    return {"item_id": item_id, "n": n}


def history_table(rows: pd.DataFrame, longest: int = 50) -> pd.DataFrame:
    """The last `longest` items of each user, oldest first; one row per user. Equal seconds: by item.

    >>> rows = pd.DataFrame({"user_id": [2, 1, 2], "item_id": [5, 6, 7], "timestamp": [9, 1, 3]})
    >>> history_table(rows)["history"].tolist()
    [[6], [7, 5]]
    """
    rows = rows.sort_values(["user_id", "timestamp", "item_id"]).groupby("user_id").tail(longest)
    user_id = rows["user_id"].to_numpy()
    ends = np.flatnonzero(np.diff(user_id)) + 1
    return pd.DataFrame(
        {
            "user_id": user_id[np.r_[0, ends]] if len(rows) else user_id,
            "history": [part.tolist() for part in np.split(rows["item_id"].to_numpy(), ends) if len(part)],
        }
    )


def add_negatives(table: pd.DataFrame, n_items: int, seed: int) -> pd.DataFrame:
    """The table of one bucket with as many random items as each history has; none of them is in the history.

    `seed` must differ from bucket to bucket, or every bucket gets the same negatives.
    """
    rng = np.random.default_rng(seed)
    negatives = []
    for history in table["history"]:
        drawn = rng.integers(1, n_items + 1, len(history))
        while (is_seen := np.isin(drawn, history)).any():
            drawn[is_seen] = rng.integers(1, n_items + 1, is_seen.sum())
        negatives.append(drawn.tolist())
    return table.assign(negatives=negatives)


def quiet_ray():
    """Import Ray without its notes on stderr, prepared by `prepare_ray`; returns the module."""
    prepare_ray()
    before = logging.root.manager.disable
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="IProgress not found")
        logging.disable(logging.WARNING)
        try:
            import ray
            import ray.data
        finally:
            logging.disable(before)
    return ray


def start_ray(n_cpus: int, memory: int = 500_000_000) -> None:
    """Start Ray on this machine alone: no dashboard, no network, few words. `memory`: of its object store, in bytes."""
    ray = quiet_ray()
    ray.init(
        address="local",
        num_cpus=n_cpus,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        object_store_memory=memory,
    )
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False


def popularity(folder: str | Path, n_items: int = N_ITEMS) -> np.ndarray:
    """How often each item occurs in all parts, shape (n_items + 1,). Ray Data; `start_ray` comes first.

    Each batch of rows is counted where it is read; only the counts travel.
    """
    import ray

    total = np.zeros(n_items + 1, np.int64)
    counted = ray.data.read_parquet(str(folder)).map_batches(count_items, batch_size=None)
    for batch in counted.iter_batches(batch_size=None):
        np.add.at(total, batch["item_id"], batch["n"])
    return total


def write_histories(folder: str | Path, to: str | Path, n_buckets: int = 8, seed: int = 0, n_items: int = N_ITEMS):
    """Write the histories of all users, with negatives, as Parquet files in the folder `to`. Ray Data.

    This needs a shuffle: all rows of a user must come together. Users are cut into `n_buckets` by user_id mod n.
    """
    import ray

    def with_bucket(batch: dict) -> dict:
        return batch | {"bucket": batch["user_id"] % n_buckets}

    def of_bucket(rows: pd.DataFrame) -> pd.DataFrame:
        return add_negatives(history_table(rows), n_items, [seed, int(rows["bucket"].iloc[0])])

    rows = ray.data.read_parquet(str(folder)).map_batches(with_bucket, batch_size=None)
    grouped = rows.groupby("bucket", num_partitions=n_buckets)
    grouped.map_groups(of_bucket, batch_format="pandas").write_parquet(str(to))


class PeakMemory(threading.Thread):
    """The most memory that this process and its children have held together, in bytes; shared pages count once."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.done = 0, threading.Event()

    def run(self):
        import psutil

        me = psutil.Process()
        while not self.done.wait(0.5):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    memory = process.memory_full_info()
                    total += getattr(memory, "pss", memory.rss)
                except psutil.Error:  # it has just ended
                    continue
            self.most = max(self.most, total)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.done.set()
        self.join()


def main(arguments: list[str] | None = None) -> None:
    """Generate a log, count it, make the histories, compare a sample with pandas, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m recsys_helpers.cluster.parts", description=main.__doc__)
    parser.add_argument("--rows", type=lambda text: int(text.replace("_", "")), default=20_000_000)
    parser.add_argument("--parts", type=int, default=40)
    parser.add_argument("--buckets", type=int, default=16)
    parser.add_argument("--cpus", type=int, default=2)
    chosen = parser.parse_args(arguments)
    ray = quiet_ray()

    def done(what: str) -> None:
        nonlocal began
        print(f"{what}: {time.perf_counter() - began:.0f} s, peak so far {peak.most / 1e9:.2f} GB", flush=True)
        began = time.perf_counter()

    with tempfile.TemporaryDirectory() as folder, PeakMemory() as peak:
        log, made, began = Path(folder) / "log", Path(folder) / "histories", time.perf_counter()
        paths = write_log(log, chosen.rows, chosen.parts)
        size = sum(path.stat().st_size for path in paths)
        done(f"{chosen.rows:,} rows written in {len(paths)} parts, {size / 1e6:.0f} MB")
        start_ray(chosen.cpus)
        try:
            done("Ray started")
            counts = popularity(log)
            done(f"counted: {counts.sum():,} rows, {np.count_nonzero(counts):,} items")
            write_histories(log, made, chosen.buckets)
            done("histories and negatives written")
        finally:
            ray.shutdown()
        sample = range(1, N_USERS, N_USERS // 50)
        rows = pd.concat(pd.read_parquet(path, filters=[("user_id", "in", list(sample))]) for path in paths)
        table = pd.concat(pd.read_parquet(path) for path in sorted(made.glob("*.parquet")))
        got = table[table["user_id"].isin(sample)].sort_values("user_id")["history"].map(list).tolist()
        is_same = got == history_table(rows)["history"].tolist()
        done(f"{len(table):,} users; {len(got)} of them compared with pandas: {'equal' if is_same else 'DIFFERENT'}")
        if not is_same or counts.sum() != chosen.rows:
            raise SystemExit("The parts and pandas disagree.")


if __name__ == "__main__":
    main()
