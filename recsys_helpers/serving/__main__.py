"""Start the service, or look after its bundles and events. The usual way in is `make serve`.

    python -m recsys_helpers.serving                   # build a bundle if there is none, then serve
    python -m recsys_helpers.serving build             # train again; put the result into use unless it is worse
    python -m recsys_helpers.serving versions          # what there is
    python -m recsys_helpers.serving swap VERSION      # put another version into use, also while the service runs
    python -m recsys_helpers.serving rollback          # go back to the last good version
    python -m recsys_helpers.serving prune             # delete old versions
    python -m recsys_helpers.serving export FILE.csv   # the likes that visitors sent, for the next training

The same with a file of your own: it is checked, split, measured under several models, and the one that the evidence
favours is served. An interrupted run goes on where it was; the same file is served again at once.

    python -m recsys_helpers.serving --data my.csv
    python -m recsys_helpers.serving build --data my.csv --columns user_id=buyer item_id=sku --titles names.csv
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

from recsys_helpers.serving.bundle import is_outdated, load_bundle
from recsys_helpers.serving.events import EventStore, NotRead
from recsys_helpers.serving.own import command as own
from recsys_helpers.serving.sealed import BadBundle
from recsys_helpers.serving.settings import VARIABLE, Settings
from recsys_helpers.serving.store import Store

COMMANDS = "serve build versions swap rollback prune export".split()
HERE = ("127.0.0.1", "localhost", "::1")
OTHER_FILES = 64  # files that a worker holds besides its connections


def folders(chosen: str | None, data: str | None = None) -> tuple[Path, Path]:
    """Where bundles and events lie: a cache and a data folder of this user, or both in the chosen one.

    `data`: a file of the user's own, which gets folders of its own.
    """
    if chosen:
        return Path(chosen), Path(chosen) / "events.sqlite3"
    cache = Path(os.environ.get("RECSYS_DATA_DIR") or platformdirs.user_cache_dir("recsys-course")).expanduser()
    if data:
        return own.own_folders(data, cache)
    return cache / "serving", Path(platformdirs.user_data_dir("recsys-course")) / "events.sqlite3"


def event_store(where: Path | str) -> EventStore:
    """The store of events; a sentence for people if there cannot be one. It connects when it is first used."""
    try:
        return EventStore(where)
    except ValueError as error:
        sys.exit(f"Refused: {error}")


def listen(host: str, port: int) -> socket.socket:
    """A socket on the address; a sentence for people if it is taken."""
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if os.name != "nt":
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        sys.exit(f"Port {port} of {host} cannot be used ({error.strerror}). Choose another: --port {port + 1}")
    taken.listen(1024)
    taken.set_inheritable(True)
    return taken


def connections_allowed(wanted: int) -> int:
    """At most `wanted` connections, and fewer than the operating system lets this process have files."""
    try:
        import resource
    except ImportError:  # Windows
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > soft:
        soft = wanted + OTHER_FILES if hard == resource.RLIM_INFINITY else min(hard, max(soft, wanted + OTHER_FILES))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(wanted, max(soft - OTHER_FILES, 8))


def serve(arguments) -> None:
    """Run one worker under a parent that keeps the socket and starts the worker again if it dies."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    is_open = arguments.host not in HERE
    hosts = [name.lower() for name in arguments.allow_host]
    if is_open and not hosts:
        hosts = ["*"]
    event_store(arguments.events)
    settings = Settings(
        folder=str(arguments.folder),
        events=str(arguments.events),
        deadline=arguments.deadline,
        max_in_flight=arguments.max_in_flight,
        max_connections=connections_allowed(arguments.max_connections),
        seconds_to_send=arguments.seconds_to_send,
        seconds_idle=arguments.seconds_idle,
        approximate=arguments.approximate,
        hosts=tuple(hosts),
        token=os.environ.get("RECSYS_TOKEN", ""),
        access_log=arguments.access_log,
    )
    if is_open:
        warn_about(settings)
    os.environ[VARIABLE] = settings.to_json()
    taken = listen(arguments.host, arguments.port)
    host, port = taken.getsockname()[:2]
    config = uvicorn.Config(
        "recsys_helpers.serving.app:make_app_from_environment",
        factory=True,
        http="recsys_helpers.serving.connection:Connection",
        ws="none",
        workers=1,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=int(settings.seconds_idle) + 1,
        timeout_graceful_shutdown=5,
    )
    print(f"Recommendations at http://{host}:{port}   (Ctrl-C stops the service)", flush=True)
    Multiprocess(config, sockets=[taken]).run()


def warn_about(settings: Settings) -> None:
    """What somebody should know who lets other computers in."""
    lines = ["Other computers can reach this service, and it speaks plain HTTP: put a proxy with TLS before it."]
    if not settings.token:
        lines.append("Anybody can read /metrics and every user's recommendations: set RECSYS_TOKEN to protect both.")
    if "*" in settings.hosts:
        lines.append("It answers under every Host name: say --allow-host NAME to answer under one.")
    print("\n".join(f"Warning: {line}" for line in lines), file=sys.stderr, flush=True)


def ask_service(arguments, path: str, body: dict) -> str | None:
    """Tell the running service to change its version; what it answers, or None if none runs."""
    try:
        token = (arguments.folder / "admin_token").read_text().strip()
        request = urllib.request.Request(
            f"http://127.0.0.1:{arguments.port}/admin/{path}",
            json.dumps(body).encode(),
            {"x-admin-token": token, "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)["version"]
    except urllib.error.HTTPError as error:
        sys.exit(f"Refused: {json.load(error)['detail']}")
    except (OSError, ValueError, KeyError):
        return None


def change_version(arguments, store: Store) -> None:
    """Swap or roll back: through the running service, else in the pointer, where the next start finds it."""
    is_swap = arguments.command == "swap"
    body = {"version": arguments.what, "force": arguments.force} if is_swap else {}
    version = ask_service(arguments, arguments.command, body)
    if version is None:
        from recsys_helpers.serving.recommender import Recommender

        chosen = arguments.what if is_swap else store.pointer().roll_back().current
        Recommender(load_bundle(store.path_of(chosen)))  # a bad bundle is refused here, too
        store.use(chosen) if is_swap else store.roll_back()
        print(f"No service answers on port {arguments.port}; the next one that starts in this folder uses the version.")
    print(f"In use: {version or store.current}")


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        prog="python -m recsys_helpers.serving",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", nargs="?", default="serve", choices=COMMANDS)
    parser.add_argument("what", nargs="?", help="the VERSION for swap, the FILE for export")
    parser.add_argument("--folder", help="where bundles and events lie; default: this user's cache and data folders")
    parser.add_argument(
        "--events",
        metavar="WHERE",
        default=os.environ.get("RECSYS_EVENTS"),
        help="a file, or postgresql://user@host/database; default: RECSYS_EVENTS, else a file (see --folder)",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on; default: %(default)s, this computer alone"
    )
    parser.add_argument("--port", type=int, default=8000, help="default: %(default)s; 0: any that is free")
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME", help="a Host name to answer under")
    parser.add_argument("--epochs", type=int, help="for build; default: those that were chosen for the model")
    parser.add_argument("--compress", action="store_true", help="for build: int8 rows, unless they are measured worse")
    parser.add_argument("--force", action="store_true", help="for build and swap: also if the version is worse")
    parser.add_argument(
        "--keep", type=int, default=3, help="for prune: versions to keep besides the one in use; default: %(default)s"
    )
    parser.add_argument(
        "--deadline",
        type=float,
        default=0.05,
        help="seconds that a request may wait for the model; default: %(default)s",
    )
    parser.add_argument("--max-in-flight", type=int, default=32, help="requests handled at once; default: %(default)s")
    parser.add_argument("--max-connections", type=int, default=1000, help="open at once; default: %(default)s")
    parser.add_argument(
        "--seconds-to-send",
        type=float,
        default=5.0,
        help="for the headers, and again for the body; default: %(default)s",
    )
    parser.add_argument(
        "--seconds-idle",
        type=float,
        default=10.0,
        help="that a connection may stay open without a request; default: %(default)s",
    )
    parser.add_argument("--approximate", action="store_true", help="retrieve with the approximate index")
    parser.add_argument("--access-log", action="store_true", help="a line of the log for each request")
    own.add_options(parser)
    arguments = parser.parse_args()
    if arguments.command in ("swap", "export") and not arguments.what:
        parser.error(f"{arguments.command} what? See --help.")
    arguments.folder, file_of_events = folders(arguments.folder, arguments.data)
    arguments.events = arguments.events or file_of_events
    try:
        run(arguments, Store(arguments.folder))
    except (BadBundle, NotRead) as error:
        sys.exit(f"Refused: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def run(arguments, store: Store) -> None:
    """Do what the command line says."""
    if arguments.command == "versions":
        pointer = store.pointer()
        for version in store.versions():
            words = ["in use"] if version == pointer.current else []
            words += ["rolled back"] if version in pointer.bad else []
            words += ["used before"] if version in pointer.earlier else []
            print(version, ", ".join(words))
    elif arguments.command in ("swap", "rollback"):
        change_version(arguments, store)
    elif arguments.command == "prune":
        print(f"Deleted: {', '.join(store.prune(arguments.keep)) or 'nothing'}")
    elif arguments.command == "export":
        print(f"{event_store(arguments.events).export(arguments.what):,} likes in {arguments.what}")
    elif arguments.command == "build" and arguments.data:
        own.build(arguments, store)
    elif arguments.command == "build":
        build(store, arguments.epochs, arguments.force, arguments.compress)
    elif arguments.data:
        prepare_own(arguments, store)
        serve(arguments)
    else:
        if all(is_outdated(store.path_of(version)) for version in store.versions()):
            again = [sys.executable, "-m", "recsys_helpers.serving", "build", "--force"]
            options = ["--folder", str(arguments.folder)]
            options += ["--compress"] if arguments.compress else []
            options += [] if arguments.epochs is None else ["--epochs", str(arguments.epochs)]
            if subprocess.call([*again, *options]):  # in its own process: TensorFlow should not stay in memory
                sys.exit("No bundle was built; the message above says why.")
        serve(arguments)


def prepare_own(arguments, store: Store) -> None:
    """Make the bundle of the user's file, unless just this one is in use; then start anew, without what it loaded.

    The same process goes on, so whoever stops it stops the training. Windows has no such way: a process of its own.
    """
    if own.is_ready(own.source_of(arguments), store, arguments.compress):
        return
    if os.name == "nt":
        options = [word for word in sys.argv[1:] if word != "serve"]
        if status := subprocess.call([sys.executable, "-m", "recsys_helpers.serving", "build", *options]):
            sys.exit(status)
        return
    own.build(arguments, store)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "recsys_helpers.serving", *sys.argv[1:]])


def build(store: Store, n_epochs: int | None, force: bool, compress: bool) -> None:
    """Train and pack a bundle, put it into use unless it is worse, and print what it is worth."""
    started = time.perf_counter()
    try:
        from recsys_helpers.serving import best
        from recsys_helpers.serving import build as packing

        version = best.pack(store, n_epochs, compress=compress)
    except ModuleNotFoundError as error:
        sys.exit(
            f"There is no bundle in {store.bundles}, and none can be trained here, as {error.name} is not installed. "
            "Run `python -m recsys_helpers.serving build --folder …` where the whole course is installed, and start "
            "the service with that folder."
        )
    facts = load_bundle(store.path_of(version)).facts
    of_service, of_popular = (facts["metrics"][name] for name in ("service", "popular"))
    print(f"Bundle {version} after {time.perf_counter() - started:.0f} s. NDCG@10 of its answers on test: "
          f"{of_service['NDCG@10']}; of the popular films: {of_popular['NDCG@10']}.", flush=True)  # fmt: skip
    if compress:
        print(facts["compression"], flush=True)
    packing.put_into_use(store, version, force)
    print("It is in use; a running service takes it within a few seconds.", flush=True)


if __name__ == "__main__":
    main()
