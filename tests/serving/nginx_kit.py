"""For tests and benchmarks: a real nginx with the file deploy/nginx.conf, other paths and ports, gone afterwards."""

import contextlib
import shutil
import signal
import subprocess
import time
from pathlib import Path

import httpx
from postgres_kit import free_port

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def nginx_conf(changes: dict[str, str]) -> str:
    """The file deploy/nginx.conf with other paths and ports; every text that is replaced must be there."""
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def proxy(folder: Path, ports: list[int], changes: dict[str, str] | None = None):
    """nginx before the services on these ports; gives the ports of HTTPS and HTTP, and the certificate."""
    https, http = free_port(), free_port()
    key, certificate = folder / "tls.key", folder / "tls.crt"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    more = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*command.split(), *more], check=True, capture_output=True, timeout=30)
    options = " max_fails=1 fail_timeout=2s;"
    conf = nginx_conf({
        "/tmp/": f"{folder}/nginx-",  # first: the other new paths may lie there, too
        f"server service:8000{options}": " ".join(f"server 127.0.0.1:{port}{options}" for port in ports),
        "listen 8443": f"listen 127.0.0.1:{https}",
        "listen 8080": f"listen 127.0.0.1:{http}",
        "/run/secrets/tls_certificate": str(certificate),
        "/run/secrets/tls_key": str(key),
        "/dev/stderr": f"{folder}/nginx-errors",
        "/dev/stdout": f"{folder}/nginx-access",
        "worker_processes auto": "worker_processes 1",
        **(changes or {}),
    })  # fmt: skip
    (folder / "nginx.conf").write_text(conf)
    command = [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"]
    with (folder / "nginx-said").open("w") as said:
        process = subprocess.Popen(command, stderr=said)
    try:
        until = time.monotonic() + 10
        while not _listens(https):
            assert time.monotonic() < until and process.poll() is None, (folder / "nginx-said").read_text()
            time.sleep(0.02)
        yield https, http, certificate
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _listens(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/").status_code == 400  # plain HTTP at a port for TLS
    return False
