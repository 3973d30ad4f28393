"""Train the course's next-item network in several processes of this machine. The usual way in is `make cluster`.

    python -m recsys_helpers.cluster                        # two workers, two epochs
    python -m recsys_helpers.cluster --workers 1            # one worker: the same computation
    python -m recsys_helpers.cluster --folder my_training   # checkpoints go there
    python -m recsys_helpers.cluster --fresh                # delete the checkpoints, start again

Ctrl-C stops it. The same command then continues from the newest checkpoint, as it does after a crash; with more
`--epochs` it continues a training that was finished.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

import platformdirs
from tqdm import tqdm

from recsys_helpers.cluster.checkpoints import forget, newest_step
from recsys_helpers.cluster.faults import ClusterError
from recsys_helpers.cluster.training import train_in_processes


def default_folder() -> Path:
    """A folder in this user's cache."""
    cache = os.environ.get("RECSYS_DATA_DIR") or platformdirs.user_cache_dir("recsys-course")
    return Path(cache).expanduser() / "cluster"


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(
        prog="python -m recsys_helpers.cluster",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--workers", type=int, default=2, help="number of processes; default: %(default)s")
    epochs = "in total, including those of earlier runs; default: %(default)s"
    parser.add_argument("--epochs", type=int, default=2, help=epochs)
    size = "windows per step, over all workers; default: %(default)s"
    parser.add_argument("--batch-size", type=int, default=256, help=size)
    parser.add_argument("--seed", type=int, default=0, help="random seed; default: %(default)s")
    parser.add_argument(
        "--folder", type=Path, default=default_folder(), help="where checkpoints are kept; default: %(default)s"
    )
    parser.add_argument("--fresh", action="store_true", help="delete the checkpoints of the folder first")
    parser.add_argument("--every", type=int, default=10, help="steps between two checkpoints; default: %(default)s")
    parser.add_argument(
        "--engine", default="ray", choices=["ray", "processes"], help="what starts the workers; default: ray"
    )
    parser.add_argument("--restarts", type=int, default=1, help="how often workers that died are started again")
    parser.add_argument("--port", type=int, help="where the workers connect; default: any that is free")
    arguments = parser.parse_args()
    options = vars(arguments) | {"folder": arguments.folder.expanduser().resolve()}
    if options.pop("fresh"):
        forget(options["folder"])
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `kill` stops it as Ctrl-C does
    try:
        run(options)
    except ClusterError as error:
        sys.exit(f"Stopped: {error}")


class Bar:
    """A progress bar that appears with the first step."""

    def __init__(self):
        self.bar, self.pids = None, None

    def show(self, step: int, n_steps: int, loss: float, pids: list[int]) -> None:
        """One more step, with its loss."""
        if self.bar is None:
            self.bar, self.pids = tqdm(desc="steps", unit="step", initial=step - 1, total=n_steps), pids
        if pids != self.pids:
            self.bar.write("A worker had ended; all were started again from the newest checkpoint.")
            self.pids = pids
        self.bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
        self.bar.update(step - self.bar.n)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self.bar is not None:
            self.bar.close()


def run(options: dict) -> None:
    """Train with a progress bar, and say what came of it."""
    folder, workers = options.pop("folder"), options["workers"]
    if workers > (cores := os.cpu_count() or 1):
        print(
            f"{workers} workers share {cores} cores: this works, but is slower than {cores} workers.", file=sys.stderr
        )
    print(f"Starting {workers} worker{'s' * (workers > 1)}; they need some seconds for their imports.", flush=True)
    bar = Bar()
    try:
        report = train_in_processes(folder, watch=bar.show, **options)
    except KeyboardInterrupt:
        bar.close()
        kept = newest_step(folder)
        where = f"The checkpoint of step {kept} is in {folder}" if kept else "There is no checkpoint yet"
        print(f"Stopped. {where}: the same command {'goes on from there' if kept else 'starts again'}.", flush=True)
        sys.exit(130)
    finally:
        bar.close()
    if report.resumed_from == len(report.losses):
        print(f"All {len(report.losses)} steps were done before; more --epochs would go on.", flush=True)
        return
    since = f", since step {report.resumed_from}" if report.resumed_from else ""
    print(f"{len(report.losses)} steps{since}; loss {report.losses[0]:.4f} → {report.losses[-1]:.4f}; "
          f"{report.seconds:.0f} s with imports.", flush=True)  # fmt: skip
    if workers > 1:
        equal = "are equal, bit by bit" if len(set(report.digests)) == 1 else "DIFFER"
        all_of = "both" if workers == 2 else f"all {workers}"
        print(f"The weights of {all_of} workers {equal}: digest {report.digests[0][:16]}.", flush=True)


if __name__ == "__main__":
    main()
