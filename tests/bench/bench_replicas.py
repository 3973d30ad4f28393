"""Measure one service against two behind nginx, with wrk: goodput, latency, memory, and a roll-out under load.

    python tests/bench/bench_replicas.py --folder FOLDER [--seconds 8] [--rounds 3]

Needs nginx and wrk (Debian: `apt install nginx wrk`), and a folder with a bundle. nginx runs with deploy/nginx.conf,
but without its limits for one address, because one address makes all the load. wrk works in a closed loop: each
connection sends its next request when it has its answer. **Goodput** is the number of answers by the model per second,
degraded ones left out. The three ways take turns in each round; medians are printed. wrk and nginx share the cores of
this computer with the services, so a second service gains less here than on a computer of its own. Nothing is asserted.
"""

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "serving"))
from nginx_kit import proxy
from serving_kit import RealService

NO_LIMITS = {
    "limit_req zone=requests burst=40 nodelay;": "limit_req zone=requests burst=60000 nodelay;",
    "rate=20r/s": "rate=60000r/s",
    "limit_conn connections 40;": "limit_conn connections 1000;",
}
REQUESTS = """
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", "/recommend/" .. (n % 600 + 1) .. "?k=10")
end
"""
IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def counts(services) -> np.ndarray:
    """Answers of the model, degraded answers and refusals so far, summed over the services."""
    kinds = (r'recsys_requests_total{.*"/recommend/.*"200"}', "recsys_degraded_total{.*}", "recsys_refused_total{.*}")
    found = np.zeros(len(kinds))
    for service in services:
        text = httpx.get(service.url + "/metrics").text
        found += [sum(map(float, re.findall(rf"^{kind} (\S+)$", text, re.MULTILINE))) for kind in kinds]
    return found


def milliseconds(said: str, share: str) -> float:
    """One line of wrk's table of latencies."""
    number, unit = re.search(rf"^ +{share} +([\d.]+)(us|ms|s)$", said, re.M).groups()
    return float(number) * IN_MS[unit]


def load(url: str, services, script: Path, n_clients: int, seconds: float) -> list[float]:
    """Goodput, p50, p99 (ms), degraded and refused requests per second."""
    before, began = counts(services), time.perf_counter()
    command = ["wrk", "-t1", f"-c{n_clients}", f"-d{seconds:g}s", "--latency", "-s", str(script), url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    took = time.perf_counter() - began
    answered, degraded, refused = (counts(services) - before) / took
    return [answered - degraded, milliseconds(said, "50%"), milliseconds(said, "99%"), degraded, refused]


def memory(service: RealService) -> float:
    """Proportional memory in MiB of a service with its processes: shared pages count once."""
    parent = psutil.Process(service.parent.pid)
    infos = [process.memory_full_info() for process in (parent, *parent.children(recursive=True))]
    return sum(getattr(info, "pss", info.rss) for info in infos) / 2**20


def roll_out(folder: str, url: str, services, script: Path) -> None:
    """Put another version into use while wrk asks: what fails, and how long until every replica answers from it."""
    from recsys_helpers.serving.store import Store

    store = Store(folder)
    others = [path.name for path in sorted(store.bundles.iterdir()) if path.name != store.current]
    if not others:
        print("roll-out: not measured, the folder holds one version only")
        return
    before, old = counts(services), store.current
    command = ["wrk", "-t1", "-c8", "-d6s", "--latency", "-s", str(script), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asking:
        time.sleep(2)
        store.use(others[0])
        began = time.perf_counter()
        while any(httpx.get(one.url + "/version").json()["version"] == old for one in services):
            time.sleep(0.02)
        took = time.perf_counter() - began
        said = asking.communicate()[0]
    store.use(old)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    errors = re.search(r"Socket errors: .*", said)
    answered, degraded, _ = counts(services) - before
    print(f"roll-out under load: every replica after {took:.1f} s; {answered:,.0f} answers, {degraded:.0f} degraded, "
          f"{failed[1] if failed else 0} failed, {errors[0] if errors else 'no socket errors'}")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed (Debian: apt install wrk).")
    os.environ["OMP_NUM_THREADS"] = "1"
    with contextlib.ExitStack() as stack:
        at = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (script := at / "requests.lua").write_text(REQUESTS)
        options = ("--events", str(at / "events.sqlite3"))
        first, second = (stack.enter_context(RealService(chosen.folder, *options)) for _ in range(2))
        (at / "one").mkdir(), (at / "two").mkdir()
        one = stack.enter_context(proxy(at / "one", [first.port], NO_LIMITS))[0]
        two = stack.enter_context(proxy(at / "two", [first.port, second.port], NO_LIMITS))[0]
        ways = {
            "one service, asked directly": (first.url, [first]),
            "one service behind nginx": (f"https://127.0.0.1:{one}", [first]),
            "two services behind nginx": (f"https://127.0.0.1:{two}", [first, second]),
        }
        for url, services in ways.values():
            load(url, services, script, 4, 1)
        for n_clients in (2, 8, 32):
            found = {name: [] for name in ways}
            for _ in range(chosen.rounds):
                for name, (url, services) in ways.items():
                    found[name].append(load(url, services, script, n_clients, chosen.seconds))
            print(f"{n_clients} connections")
            for name, rows in found.items():
                good, p50, p99, degraded, refused = np.median(rows, axis=0)
                print(f"  {name:28} goodput {good:6.0f}/s  p50 {p50:6.1f}  p99 {p99:6.1f} ms  "
                      f"degraded {degraded:4.0f}/s  refused {refused:4.0f}/s", flush=True)  # fmt: skip
            alone, together = (np.array(found[name])[:, 0] for name in list(ways)[1:])
            print(f"  two against one behind nginx: {np.median(together / alone):.2f} times the goodput", flush=True)
        print(f"memory: {memory(first):.0f} and {memory(second):.0f} MiB")
        roll_out(chosen.folder, ways["two services behind nginx"][0], [first, second], script)


if __name__ == "__main__":
    main()
