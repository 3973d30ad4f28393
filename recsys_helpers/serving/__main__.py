"""Start the service, or look after its bundles. The usual way in is `make serve`.

    python -m recsys_helpers.serving                   # build a bundle if there is none, then serve
    python -m recsys_helpers.serving build             # train again and put the result into use
    python -m recsys_helpers.serving versions          # what there is
    python -m recsys_helpers.serving swap VERSION      # put another version into use while the service runs
    python -m recsys_helpers.serving rollback          # go back to the version before
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import platformdirs


def folders(chosen: str | None) -> tuple[Path, Path]:
    """Where bundles and events lie: a cache and a data folder of this user, or both in the chosen one."""
    if chosen:
        return Path(chosen), Path(chosen) / "events.sqlite3"
    cache = Path(os.environ.get("RECSYS_DATA_DIR") or platformdirs.user_cache_dir("recsys-course")).expanduser()
    return cache / "serving", Path(platformdirs.user_data_dir("recsys-course")) / "events.sqlite3"


def listen(host: str, port: int) -> socket.socket:
    """A socket on the address; a sentence for people if it is taken."""
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if os.name != "nt":
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        sys.exit(f"Port {port} of {host} cannot be used ({error.strerror}). Choose another: --port {port + 1}")
    taken.listen(128)
    taken.set_inheritable(True)
    return taken


def serve(arguments) -> None:
    """Run one worker under a parent that keeps the socket and starts the worker again if it dies."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    settings = {
        "folder": str(arguments.folder),
        "events": str(arguments.events),
        "deadline": arguments.deadline,
        "max_in_flight": arguments.max_in_flight,
        "approximate": arguments.approximate,
    }
    os.environ["RECSYS_SERVING"] = json.dumps(settings)
    taken = listen(arguments.host, arguments.port)
    host, port = taken.getsockname()[:2]
    config = uvicorn.Config(
        "recsys_helpers.serving.app:make_app_from_environment",
        factory=True,
        workers=1,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    print(f"Recommendations at http://{host}:{port}   (Ctrl-C stops the service)", flush=True)
    Multiprocess(config, sockets=[taken]).run()


def ask_service(arguments, path: str, body: dict) -> None:
    """Tell the running service to change its version, and print what it answers."""
    try:
        token = (arguments.folder / "admin_token").read_text()
        request = urllib.request.Request(
            f"http://127.0.0.1:{arguments.port}/admin/{path}",
            json.dumps(body).encode(),
            {"x-admin-token": token, "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            print(f"In use: {json.load(response)['version']}")
    except urllib.error.HTTPError as error:
        sys.exit(f"Refused: {json.load(error)['detail']}")
    except OSError:
        sys.exit(f"No service answers on port {arguments.port}. Start it with `make serve`, or name its --port.")


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", default="serve", choices="serve build versions swap rollback".split())
    parser.add_argument("version", nargs="?", help="for swap")
    parser.add_argument("--folder", help="where bundles and events lie; default: this user's cache and data folders")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000, help="0: any that is free")
    parser.add_argument("--epochs", type=int, default=12, help="for build")
    parser.add_argument("--deadline", type=float, default=0.05, help="seconds an answer may wait for the model")
    parser.add_argument("--max-in-flight", type=int, default=32, help="requests at once; more are turned away")
    parser.add_argument("--approximate", action="store_true", help="retrieve with the approximate index")
    arguments = parser.parse_args()
    arguments.folder, arguments.events = folders(arguments.folder)
    from recsys_helpers.serving.bundle import Store

    store = Store(arguments.folder)
    if arguments.command == "versions":
        for version in store.versions():
            print(version, {store.current: "in use", store.previous: "the one before"}.get(version, ""))
    elif arguments.command == "swap":
        ask_service(arguments, "swap", {"version": arguments.version or parser.error("swap which VERSION?")})
    elif arguments.command == "rollback":
        ask_service(arguments, "rollback", {})
    else:
        if arguments.command == "build":
            return build(store, arguments.epochs)
        if store.current is None:  # in its own process: TensorFlow shall not stay in memory
            again = [sys.executable, "-m", "recsys_helpers.serving", "build", "--epochs", str(arguments.epochs)]
            if subprocess.call([*again, "--folder", str(arguments.folder)]):
                sys.exit("No bundle was built; the message above says why.")
        serve(arguments)


def build(store, n_epochs: int) -> None:
    """Train and pack a bundle, put it into use, and print what it is worth."""
    from recsys_helpers.serving import build as packing
    from recsys_helpers.serving.bundle import load_bundle

    print("Training the model of lesson 11 and packing it into a bundle: about a minute, once.", flush=True)
    started = time.perf_counter()
    version = packing.build(store, n_epochs)
    of_service, of_popular = (load_bundle(store.path_of(version)).facts["metrics"][n] for n in ("service", "popular"))
    print(f"Bundle {version} after {time.perf_counter() - started:.0f} s. NDCG@10 of its answers on test: "
          f"{of_service['NDCG@10']}; of the popular films: {of_popular['NDCG@10']}.", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
