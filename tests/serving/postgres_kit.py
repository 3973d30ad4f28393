"""For tests: a real PostgreSQL server on a free port of 127.0.0.1, in a folder of its own, gone afterwards."""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import pytest

ADMIN = "postgres"


def program(name: str) -> str | None:
    """Where a program of PostgreSQL lies; Debian keeps them apart from the others."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def postgres_server():
    """A running server; skips the test where PostgreSQL or psycopg is missing."""
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed: pip install .[postgres]")
    if program("postgres") is None or program("initdb") is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        import pwd

        try:
            user = pwd.getpwnam(ADMIN)
        except KeyError:
            pytest.skip("root cannot run PostgreSQL, and there is no user postgres")
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:  # tmp_path would be closed to the other user
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        server = PostgresServer(Path(folder), user)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class PostgresServer:
    """`start`, `kill` and `hanging`; `new_database` gives the address of an empty one."""

    def __init__(self, folder: Path, user):
        self.data, self.port, self.process, self.n_databases = folder / "data", free_port(), None, 0
        self.log = folder / "log"
        self.as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        password = folder / "password"
        password.write_text("secret")
        password.chmod(0o644)  # a folder that nobody else can enter, and a password of nothing
        command = [program("initdb"), "-D", self.data, "-U", "recsys", "-A", "scram-sha-256", "--pwfile", password]
        self.run_program([*command, "--no-sync", "-E", "UTF8", "--locale=C"])

    def run_program(self, command: list) -> None:
        subprocess.run(command, check=True, capture_output=True, timeout=60, cwd="/", **self.as_user)

    def address(self, database: str) -> str:
        return f"postgresql://recsys:secret@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server, after a kill with all that it had acknowledged."""
        import psycopg

        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [program("postgres"), "-D", self.data, "-p", str(self.port), *options],
                stdout=log, stderr=log, cwd="/", **self.as_user,
            )  # fmt: skip
        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < until and self.process.poll() is None, self.log.read_text()
                time.sleep(0.05)

    def run(self, statement: str) -> None:
        """Run one statement as the administrator."""
        import psycopg

        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def new_database(self) -> str:
        self.n_databases += 1
        self.run(f"CREATE DATABASE events_{self.n_databases}")
        return self.address(f"events_{self.n_databases}")

    def _all(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def kill(self) -> None:
        """SIGKILL to the server and all its processes."""
        everybody = self._all()
        for one in everybody:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        self.process.wait(10)
        psutil.wait_procs(everybody[1:], 10)

    @contextlib.contextmanager
    def hanging(self):
        """All its processes stand still: connections stay open, and nothing answers."""
        everybody = self._all()
        for one in everybody:
            one.suspend()
        try:
            yield
        finally:
            for one in everybody:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.resume()

    def stop(self) -> None:
        """Stop it within ten seconds, politely or not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
