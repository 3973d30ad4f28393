"""The folder deploy/, as far as it runs without containers: its nginx.conf with a real nginx, PostgreSQL, two replicas.

Images are not built here. What the Dockerfile installs is compared with what the service imports, and compose.yml with
the paths and names of the other files.
"""

import contextlib
import itertools
import os
import shutil
import ssl
import subprocess
import sys
import threading
import time
import uuid
from importlib.metadata import PackageNotFoundError, requires

import httpx
import psutil
import pytest
import yaml
from nginx_kit import DEPLOY, NGINX, ROOT, proxy
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from postgres_kit import postgres_server
from serving_kit import RealService, filled_store


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    """Two replicas with one folder and one PostgreSQL, behind nginx."""
    if NGINX is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed (Debian: apt install nginx openssl)")
    folder = tmp_path_factory.mktemp("deployment")
    store, versions = filled_store(folder, seeds=(0, 1))
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(postgres_server()).new_database()
        replicas = [stack.enter_context(RealService(folder, "--events", address)) for _ in range(2)]
        https, http, certificate = stack.enter_context(proxy(folder, [replica.port for replica in replicas]))
        yield Deployment(replicas, store, versions, https, http, certificate)


class Deployment:
    """Where everything is; `client` speaks to the proxy from an address of its own, because limits are per address."""

    def __init__(self, replicas, store, versions, https, http, certificate):
        self.replicas, self.store, self.versions, self.http = replicas, store, versions, http
        self.url, self.certificate, self.hosts = f"https://127.0.0.1:{https}", certificate, itertools.count(2)

    def client(self) -> httpx.Client:
        context = ssl.create_default_context(cafile=self.certificate)
        transport = httpx.HTTPTransport(verify=context, local_address=f"127.0.0.{next(self.hosts)}")
        return httpx.Client(transport=transport, base_url=self.url, timeout=20)


def seconds_until(is_true, most: float = 10.0) -> float:
    """How long it takes until `is_true()`."""
    began = time.monotonic()
    while not is_true():
        assert time.monotonic() - began < most
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.alone
def test_the_proxy_speaks_tls_and_keeps_what_is_for_those_inside(deployment):
    with deployment.client() as client:
        page = client.get("/")
        assert page.status_code == 200 and "<title>" in page.text
        assert "max-age" in page.headers["strict-transport-security"]
        for path in ("/admin/swap", "//admin/swap", "/%61dmin/swap", "/x/../admin/swap", "/metrics", "/health/ready"):
            assert client.post(path).status_code == 404 and client.get(path).status_code == 404, path
        assert (
            client.get("/recommend/3", headers={"host": "evil.example"}).status_code == 400
        )  # the service's own check
        assert len(client.get("/recommend/3").headers["x-request-id"]) == 32
    plain = httpx.get(f"http://127.0.0.1:{deployment.http}/items?q=film")
    assert plain.status_code == 308 and plain.headers["location"] == "https://127.0.0.1/items?q=film"
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(deployment.url)


@pytest.mark.alone
def test_an_event_for_one_replica_counts_in_the_other_within_seconds(deployment):
    one, two = deployment.replicas

    def ids(url):
        return [film["item_id"] for film in httpx.get(f"{url}/recommend/5?k=50").json()["items"]]

    first = ids(one.url)[0]
    event = {"user_id": 5, "item_id": first, "kind": "hide"}
    assert httpx.post(one.url + "/events", json=event).status_code == 201
    assert first not in ids(one.url)
    took = seconds_until(lambda: first not in ids(two.url))
    print(f"an event reached the other replica after {took:.2f} s")
    assert took < 3


@pytest.mark.alone
def test_another_version_reaches_both_replicas(deployment):
    old, new = deployment.store.current, deployment.versions[0]
    assert old != new
    deployment.store.use(new)
    took = [
        seconds_until(lambda url=one.url: httpx.get(url + "/version").json()["version"] == new)
        for one in deployment.replicas
    ]
    print(f"the version reached the replicas after {took[0]:.2f} s and {sum(took):.2f} s")
    assert sum(took) < 6


@pytest.mark.alone
def test_large_bodies_and_headers_end_at_the_proxy(deployment):
    with deployment.client() as client:
        large = client.post("/recommend", content=b"x" * 70_000)
        assert large.status_code == 413 and "nginx" in large.text
        assert client.post("/recommend", json={"likes": [10] * 100, "k": 5}).status_code == 200
        for headers in ({"x-large": "x" * 8_000}, {f"x-{n}": "x" * 1000 for n in range(16)}):
            refused = client.get("/recommend/3", headers=headers)
            assert refused.status_code == 400 and "nginx" in refused.text


@pytest.mark.alone
def test_one_address_that_asks_too_much_is_refused_and_another_is_served(deployment):
    with deployment.client() as greedy, deployment.client() as other:
        statuses = [greedy.get("/recommend/3").status_code for _ in range(120)]
        assert statuses[0] == 200 and set(statuses) == {200, 429}
        assert [other.get("/recommend/3").status_code for _ in range(5)] == [200] * 5


@pytest.mark.alone
def test_a_replica_is_killed_under_load_and_nobody_who_asks_notices(deployment):
    """Twelve visitors from twelve addresses; questions are asked again elsewhere, events by their sender."""
    statuses, kept, is_over = [], [], threading.Event()

    def visit(number):
        with deployment.client() as client:
            while not is_over.is_set():
                statuses.append(client.get(f"/recommend/{1 + number % 7}").status_code)
                statuses.append(client.post("/recommend", json={"likes": [10, 20]}).status_code)
                event = {"event_id": str(uuid.uuid4()), "user_id": 1, "item_id": 10, "kind": "view"}
                for _ in range(3):
                    if client.post("/events", json=event).status_code == 201:
                        kept.append(event["event_id"])
                        break
                time.sleep(0.2)

    visitors = [threading.Thread(target=visit, args=(number,)) for number in range(12)]
    for visitor in visitors:
        visitor.start()
    time.sleep(2)
    n_before, parent = len(statuses), psutil.Process(deployment.replicas[1].parent.pid)
    for process in (parent, *parent.children(recursive=True)):  # the parent first: nobody starts the worker again
        process.kill()
    time.sleep(4)
    is_over.set()
    for visitor in visitors:
        visitor.join()
    print(
        f"{n_before} questions before, {len(statuses) - n_before} after a replica was killed; {len(kept)} events kept"
    )
    assert n_before > 50 and len(statuses) - n_before > 50
    assert set(statuses) == {200}
    assert len(kept) > 0.98 * len(statuses) / 2


# What the files say about each other.


def test_the_image_holds_what_the_service_imports_in_the_versions_of_the_lock():
    """The service is imported where only the packages of serving.txt, and what they need, can be found."""
    wanted, locked = (path.read_text().splitlines()[1:] for path in (DEPLOY / "serving.txt", ROOT / "requirements.txt"))
    pinned = {line.split("==")[0] for line in locked if "==" in line}
    assert {one for one in wanted if "==" not in one} <= pinned
    code = """
import sys
from importlib.metadata import packages_distributions
allowed, of = set(sys.argv[1].split()), packages_distributions()
class Only:
    def find_spec(self, name, path=None, target=None):
        dists = of.get(name.split(".")[0], [])
        if dists and not {one.lower().replace("_", "-") for one in dists} & allowed:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)
sys.meta_path.insert(0, Only())
import recsys_helpers.serving.__main__, recsys_helpers.serving.app, recsys_helpers.serving.connection
from recsys_helpers.serving.model import Model
import onnxruntime
print("imported", "tensorflow" in sys.modules)
"""
    allowed, waiting = {"recsys-helpers"}, [Requirement(line) for line in wanted]
    while waiting:
        name = canonicalize_name(waiting.pop().name)
        if name not in allowed:
            allowed.add(name)
            with contextlib.suppress(PackageNotFoundError):  # psycopg, an optional package
                needed = [Requirement(line) for line in requires(name) or ()]
                waiting += [one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    done = subprocess.run([sys.executable, "-c", code, " ".join(allowed)], capture_output=True, text=True, cwd=ROOT,
                          env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert done.stdout.split() == ["imported", "False"], done.stderr


def test_compose_names_what_nginx_and_the_image_expect():
    compose, conf = yaml.safe_load((DEPLOY / "compose.yml").read_text()), (DEPLOY / "nginx.conf").read_text()
    services, dockerfile = compose["services"], (DEPLOY / "Dockerfile").read_text()
    assert "server service:8000" in conf and "EXPOSE 8000" in dockerfile and '"/bundles"' in dockerfile
    assert services["service"]["volumes"] == ["${BUNDLES:?}:/bundles:ro"] and "USER 10001" in dockerfile
    for mapping in services["proxy"]["ports"]:
        assert f"listen {mapping.split(':')[1]}" in conf
    for name, secret in compose["secrets"].items():
        assert f"/run/secrets/{name};" in conf and secret["file"].startswith("./secrets/")
    assert all("healthcheck" in one or "HEALTHCHECK" in dockerfile for one in services.values())
    assert "ports" not in services["service"] and "ports" not in services["postgres"]
    assert compose["networks"]["back"] == {"internal": True} and services["postgres"]["networks"] == ["back"]
    ignored = (DEPLOY / ".gitignore").read_text().split()
    assert ignored == ["/.env", "/secrets/"]
