"""The service in one process: its parts against slow twins, its answers, its contract under hostile requests."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from serving_kit import DIM, GENRES, HOSTILE, N_ITEMS, InProcess, filled_store, tiny_bundle

from recsys_helpers.serving.app import PAGE
from recsys_helpers.serving.build import neighbours_of
from recsys_helpers.serving.bundle import save_bundle
from recsys_helpers.serving.index import ApproximateIndex, ExactIndex
from recsys_helpers.serving.recommender import Question, Recommender

FUSION, N_CANDIDATES = 60, 200  # what the tiny bundle's manifest says


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    filled_store(folder)
    with InProcess(folder) as running:
        yield running


@pytest.fixture(scope="module")
def recommender():
    return Recommender(tiny_bundle())


# The two stages against slow, obvious twins.


def gru_by_hand(bundle, history):
    """The query of one history, step by step in float64, from the weights in the ONNX file."""
    import onnx
    from onnx import numpy_helper

    weights = {
        w.name: numpy_helper.to_array(w).astype(float) for w in onnx.load_from_string(bundle.model).graph.initializer
    }
    kernel, recurrent, (b_in, b_state) = weights["W"][0].T, weights["R"][0].T, weights["B"].reshape(2, -1)
    n = len(recurrent)
    state = np.zeros(n)
    for row in history:
        x, s = weights["table"][row] @ kernel + b_in, state @ recurrent + b_state
        z, r = 1 / (1 + np.exp(-(x + s)[:n])), 1 / (1 + np.exp(-(x + s)[n : 2 * n]))
        state = z * state + (1 - z) * np.tanh(x[2 * n :] + r * s[2 * n :])
    return np.append(state @ weights["read_out"], 1)


def answer_by_hand(bundle, history, k):
    """Scores of all unseen films, the best 200, two ranks, their fusion; loops only. Returns item indices."""
    scores = bundle.vectors.astype(float) @ gru_by_hand(bundle, history[-50:])
    rows = sorted((row for row in range(1, N_ITEMS + 1) if row not in history), key=lambda row: -scores[row])
    rows = rows[:N_CANDIDATES]
    support = {
        row: sum(w for source, w in zip(bundle.neighbours[row], bundle.weights[row]) if source in history)
        for row in rows
    }
    by_support = sorted(rows, key=lambda row: -support[row])
    fused = {row: 1 / (FUSION + 1 + rows.index(row)) + 1 / (FUSION + 1 + by_support.index(row)) for row in rows}
    return sorted(rows, key=lambda row: -fused[row])[:k]


def test_answers_are_those_of_a_slow_twin_alone_and_in_company(recommender):
    rng = np.random.default_rng(4)
    questions = [Question(rng.permutation(N_ITEMS)[:n] + 1, k=7) for n in (1, 2, 5, 20, 50, 54)]
    together = recommender.recommend(questions)
    for question, picks in zip(questions, together):
        found = [recommender.by_id[pick.item.item_id] for pick in picks]
        assert found == answer_by_hand(recommender.bundle, question.history.tolist(), 7)[: len(found)]
        assert [pick.item for pick in recommender.recommend([question])[0]] == [pick.item for pick in picks]
        assert len(found) == min(7, N_ITEMS - len(question.history))


def test_the_approximate_index_agrees_with_the_exact_one_and_hides_what_it_must():
    rng = np.random.default_rng(0)
    vectors, queries = rng.normal(size=(3001, 16)), rng.normal(size=(40, 16))
    exact, near = ExactIndex(vectors), ApproximateIndex(vectors, effort=40)
    hidden = [rng.integers(1, 3001, n) for n in rng.integers(0, 30, 40)]
    hidden[7] = np.arange(1, 2900)  # nearly everything: only the exact search can answer
    one, two = exact.search(queries, 10, hidden), near.search(queries, 10, hidden)
    assert all(len(a) == len(b) == 10 for a, b in zip(one, two))
    assert all(not set(rows) & {0, *out} for rows, out in zip(two, hidden))
    assert one[7].tolist() == two[7].tolist()
    assert np.mean([len(set(a) & set(b)) / 10 for a, b in zip(one, two)]) > 0.97


def test_all_clusters_open_find_what_brute_force_finds_and_more_clusters_find_more():
    rng = np.random.default_rng(2)
    vectors, queries = rng.normal(size=(2001, 12)), rng.normal(size=(50, 12))
    exact, near = ExactIndex(vectors).search(queries, 10), ApproximateIndex(vectors, n_clusters=40)
    recall = {}
    for effort in (1, 8, 40):
        near.effort = effort
        found = near.search(queries, 10)
        recall[effort] = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact, found)])
    assert recall[1] < recall[8] < recall[40] == 1
    assert [rows.tolist() for rows in found] == [rows.tolist() for rows in exact]  # best first, as well
    near.exact = None  # hidden items alone are no reason to search everything
    assert near.search(queries[:1], 9, [exact[0][:1]])[0].tolist() == exact[0][1:].tolist()


def test_where_the_open_clusters_hold_too_few_the_exact_search_answers():
    vectors = np.random.default_rng(3).normal(size=(401, 5))
    near = ApproximateIndex(vectors, n_clusters=20, effort=1)
    assert near.search(vectors[:1] + 1, 300)[0].tolist() == near.exact.search(vectors[:1] + 1, 300)[0].tolist()


def test_the_exact_index_sorts_all_dot_products():
    rng = np.random.default_rng(1)
    vectors, queries = rng.normal(size=(31, 4)), rng.normal(size=(5, 4))
    for query, found in zip(queries, ExactIndex(vectors).search(queries, 30)):
        assert found.tolist() == sorted(range(1, 31), key=lambda row: -(vectors[row] @ query))


def test_neighbours_are_the_largest_weights_of_each_column():
    weights = np.array([[0, 0, 0, 0], [0, 0, 5, -7], [0, 1, 0, 2], [0, 3, -4, 0]], float)
    rows, values = neighbours_of(weights, n=1)
    assert rows[1:].ravel().tolist() == [3, 1, 1] and values[1:].ravel().tolist() == [3, 5, -7]


@pytest.mark.parametrize("approximate", [False, True])
def test_rules_hold_no_film_of_the_history_and_only_the_genre(approximate):
    recommender, rng = Recommender(tiny_bundle(), approximate), np.random.default_rng(5)
    for n in (0, 1, 9, 40):
        history = rng.permutation(N_ITEMS)[:n] + 1
        for genre in (None, *GENRES):
            question = Question(history, 30, genre)
            for picks in (recommender.recommend([question])[0], recommender.popular(question)):
                rows = [recommender.by_id[pick.item.item_id] for pick in picks]
                assert not set(rows) & set(history) and len(set(rows)) == len(rows)
                assert genre is None or all(pick.item.genres == (genre,) for pick in picks)
                assert all(a.score >= b.score for a, b in pairwise(picks))
                left = [i for i in range(1, N_ITEMS + 1) if i not in history and genre in (None, GENRES[i % 3])]
                assert len(rows) == min(30, len(left))


def test_a_reason_names_a_film_of_the_history_the_one_that_speaks_most_for_the_answer(recommender):
    bundle, history = recommender.bundle, np.array([3, 8, 21])
    for pick in recommender.recommend([Question(history, 20)])[0]:
        row, source = recommender.by_id[pick.item.item_id], recommender.by_id[pick.because]
        assert source in history and pick.reason == f"because you liked {bundle.items[source - 1].title}"
        says = {s: w for s, w in zip(bundle.neighbours[row], bundle.weights[row]) if s in history and w > 0}
        assert not says or source == max(says, key=says.get)


def test_popular_films_come_in_the_order_of_popularity(recommender):
    order = np.argsort(-recommender.bundle.popularity[1:]) + 1
    assert [recommender.by_id[p.item.item_id] for p in recommender.popular(Question([], 60))] == order.tolist()


# The answers over HTTP.


def test_a_known_user_and_a_visitor_with_the_same_history_get_the_same_films(service):
    one = service.ask("/recommend/5?k=6").json()
    likes = [10 * row for row in service.service.recommender.history_of(5).tolist()]
    two = service.ask("/recommend", "POST", json={"likes": likes, "k": 6}).json()
    assert [film["item_id"] for film in one["items"]] == [film["item_id"] for film in two["items"]]
    assert len(one["items"]) == 6 and not one["degraded"] and not two["degraded"]
    assert one["version"] == service.service.store.current
    assert {"item_id", "title", "year", "genres", "score", "reason", "because"} == set(one["items"][0])


def test_a_newcomer_gets_what_is_popular_and_unknown_likes_are_named(service):
    empty = service.ask("/recommend", "POST", json={"likes": []}).json()
    strange = service.ask("/recommend", "POST", json={"likes": [7, 10**12]}).json()
    assert empty["items"] == strange["items"] and strange["ignored"] == [7, 10**12] and not empty["degraded"]
    assert {film["reason"] for film in empty["items"]} == {"popular with everybody"}


def test_every_answer_fits_its_schema(service):
    spec = service.ask("/openapi.json").json()
    import jsonschema

    def check(response, path, method, status="200"):
        schema = spec["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
        jsonschema.validate(response.json(), {**schema, "components": spec["components"]})

    check(service.ask("/recommend/3"), "/recommend/{user_id}", "get")
    check(service.ask("/recommend", "POST", json={"likes": [10]}), "/recommend", "post")
    check(service.ask("/similar/10"), "/similar/{item_id}", "get")
    check(service.ask("/items?q=film"), "/items", "get")
    check(service.ask("/version"), "/version", "get")
    check(service.ask("/health/ready"), "/health/ready", "get")
    event = {"user_id": 1, "item_id": 10, "kind": "like"}
    check(service.ask("/events", "POST", json=event), "/events", "post", "201")
    check(service.ask("/recommend/99"), "/recommend/{user_id}", "get", "404")
    check(service.ask("/recommend/3?k=x"), "/recommend/{user_id}", "get", "422")


def test_search_finds_every_word_in_any_case_and_the_popular_first(service):
    found = service.ask("/items", params={"q": "éMILE film", "k": 100}).json()
    assert len(found) == N_ITEMS - 1
    popularity = service.service.recommender.bundle.popularity
    counts = [popularity[film["item_id"] // 10] for film in found]
    assert counts == sorted(counts, reverse=True)
    assert service.ask("/items", params={"q": "no such film"}).json() == []


def test_similar_films_are_the_strongest_neighbours(service):
    bundle = service.service.recommender.bundle
    found = [film["item_id"] // 10 for film in service.ask("/similar/70").json()["items"]]
    order = sorted(range(5), key=lambda place: -bundle.weights[7, place])
    assert found == [bundle.neighbours[7, place] for place in order if bundle.weights[7, place] > 0]


def test_metrics_count_the_answers_by_route_and_status(service):
    def count():
        line = r'recsys_requests_total{method="GET",route="/similar/{item_id}",status="404"} (\d+)'
        return float(re.search(line, service.ask("/metrics").text)[1])

    service.ask("/similar/5")
    before = count()
    service.ask("/similar/5")
    assert count() == before + 1


def test_an_event_is_kept_once_however_often_it_is_sent(service):
    event = {"event_id": "0b8e5c0e-3e0f-4a63-9b5f-0d3b8b1f2a10", "user_id": 1, "item_id": 10, "kind": "like"}
    before = service.service.events.count()
    answers = [service.ask("/events", "POST", json=event) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert [answer.json()["is_new"] for answer in answers] == [True, False, False]
    assert service.service.events.count() == before + 1


# The contract under hostile requests.

ODD = [
    "",
    "0",
    "-1",
    "1e3",
    "NaN",
    "inf",
    "null",
    "true",
    "[]",
    "{}",
    "%00",
    "../..",
    "💥",
    "٣",
    "\u202e",
    "' OR 1=1 --",
]
ODD += ["9" * 30, "-" + "9" * 30, "9" * 5000, "<script>", "%ff", "1.5", " 1", "1;2", "a" * 300]
HEALTH = list(HealthCheck)
JSON = {"content-type": "application/json"}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)


def fitting(schema, components):
    """Values that a JSON schema of this service allows."""
    if "$ref" in schema:
        return fitting(components["schemas"][schema["$ref"].rsplit("/", 1)[1]], components)
    if "anyOf" in schema:
        return st.one_of([fitting(one, components) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("format") == "uuid":
        return st.uuids().map(str)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    kind = schema.get("type")
    if kind == "object":
        parts = {name: fitting(one, components) for name, one in schema["properties"].items()}
        must = schema.get("required", [])
        return st.fixed_dictionaries(
            {name: parts[name] for name in must}, optional={name: s for name, s in parts.items() if name not in must}
        )
    if kind == "array":
        return st.lists(fitting(schema["items"], components) | st.sampled_from([10, 20, 600]), max_size=8)
    if kind == "integer":
        known = st.sampled_from([1, 3, 7, 10, 20, 50])  # users and films of the tiny bundle, and good values of k
        return known | known | st.integers(schema.get("minimum", -(2**63)), schema.get("maximum", 2**63))
    if kind == "string":
        return st.text(max_size=schema.get("maxLength", 50)) | st.sampled_from(["", *GENRES])
    return {"null": st.none(), "boolean": st.booleans(), "number": st.floats()}[kind]


def requests_of(spec):
    """A strategy for requests to every operation of an OpenAPI description, half of them wrong on purpose."""
    operations = [(path, method, one) for path, methods in spec["paths"].items() for method, one in methods.items()]

    @st.composite
    def request(draw):
        path, method, one = draw(st.sampled_from(operations))
        query, headers = {}, {}
        for parameter in one.get("parameters", []):
            odd = st.sampled_from(ODD) | st.text(max_size=30)
            value = draw(st.one_of(fitting(parameter["schema"], spec["components"]), odd))
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", _quoted(value))
            elif value is not None and (parameter["required"] or draw(st.booleans())):
                where = query if parameter["in"] == "query" else headers
                where[parameter["name"]] = value if where is query else str(value).encode("utf-8", "replace")
        body = None
        if "requestBody" in one:
            schema = one["requestBody"]["content"]["application/json"]["schema"]
            good = fitting(schema, spec["components"])
            spoilt = st.tuples(good, st.text(max_size=6) | st.sampled_from(["likes", "k", "kind"]), anything).map(
                lambda parts: {**parts[0], parts[1]: parts[2]}
            )
            value = draw(good | spoilt | anything)
            body = draw(st.just(json.dumps(value).encode()) | st.binary(max_size=40) | st.just(b"[" * 5000))
            headers["content-type"] = draw(
                st.sampled_from(["application/json"] * 4 + ["text/plain", "", "multipart/x"])
            )
        odd_method = st.sampled_from(["get", "post", "put", "delete", "patch", "options", "head", "trace", "BREW"])
        method = draw(st.just(method) | st.just(method) | st.just(method) | odd_method)
        return method.upper(), path, query, headers, body

    return request()


def _quoted(value):
    from urllib.parse import quote

    return quote(str(value).encode("utf-8", "surrogatepass"), safe="%/") or "-"


def complaint(response):
    """What is wrong with an answer by the contract; empty if nothing is."""
    if response.status_code >= 500:
        return f"{response.status_code}: {response.text[:200]}"
    if response.status_code >= 400 and response.request.method != "HEAD":
        if response.headers["content-type"] != "application/json":
            return "a refusal that is no JSON"
        if len(str(response.json().get("detail", ""))) < 9:
            return "a refusal without a reason"
    return ""


GOOD_EVENT = json.dumps({"user_id": 1, "item_id": 10, "kind": "like"}).encode()


def test_no_request_makes_the_service_fail_and_every_refusal_says_why(service):
    spec = service.ask("/openapi.json").json()
    seen = Counter()

    @settings(
        max_examples=1200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(requests_of(spec))
    @example(("POST", "/events", {}, {"content-type": "application/json"}, GOOD_EVENT))  # rarely found by accident
    def check(request):
        method, path, query, headers, body = request
        query = {name: str(value).encode("utf-8", "surrogatepass") for name, value in query.items()}
        answer = service.ask(path, method, params=query, headers=headers, content=body)
        seen[answer.status_code] += 1
        assert complaint(answer) == "", f"{request}"

    check()
    assert sum(seen.values()) >= 1000, seen
    assert seen[200] > 50 and {201, 400, 404, 405, 422, 403} <= set(seen), seen  # it got past the front door


@pytest.mark.parametrize(
    "method, path, more, status",
    [
        ("GET", "/recommend/1?k=1000000000", {}, 422),
        ("GET", "/recommend/1?k=NaN", {}, 422),
        ("GET", "/recommend/notanumber", {}, 422),
        ("GET", "/recommend/123456", {}, 404),
        ("GET", "/recommend/" + "9" * 400, {}, 422),
        ("GET", "/recommend/1?genre=Nonsense", {}, 422),
        ("GET", "/similar/11", {}, 404),
        ("GET", "/nowhere", {}, 404),
        ("DELETE", "/recommend/1", {}, 405),
        ("GET", "/events", {}, 405),
        ("POST", "/recommend", {"content": b'{"likes": [NaN]}', "headers": JSON}, 422),
        ("POST", "/recommend", {"content": b'{"likes": [1e999]}', "headers": JSON}, 422),
        ("POST", "/recommend", {"content": b'{"likes": ["\\ud800"]}', "headers": JSON}, 422),
        ("POST", "/recommend", {"json": {"likes": [10] * 201}}, 422),
        ("POST", "/recommend", {"content": b"x" * 2**20}, 413),
        ("POST", "/events", {"content": (b"x" * 2**16 for _ in range(16))}, 413),  # no Content-Length to look at
        ("POST", "/events", {"json": {"user_id": 1, "item_id": 2, "kind": "💥"}}, 422),
        ("POST", "/admin/swap", {"json": {"version": "../../etc/passwd"}}, 422),
        ("POST", "/admin/swap", {"json": {"version": "0" * 16}}, 403),
        ("POST", "/admin/rollback", {"headers": {"x-admin-token": "guess"}}, 403),
    ],
)  # fmt: skip
def test_each_famous_bad_request_gets_its_status_and_a_reason(service, method, path, more, status):
    if "content" in more and not isinstance(more["content"], bytes):

        async def pieces():
            for _ in range(16):
                yield b"x" * 2**16

        more = {"content": pieces()}
    answer = service.ask(path, method, **more)
    assert answer.status_code == status and complaint(answer) == ""


def test_a_refusal_never_repeats_what_was_sent(service):
    for path in ("/recommend/<script>", "/recommend/1?genre=<script>", "/items?q=" + "<script>" * 40, "/<script>"):
        answer = service.ask(path)
        assert answer.status_code >= 400 and "<script>" not in answer.text


# The page, and titles that try to be code.


def test_a_hostile_title_travels_as_json_that_no_browser_runs(service):
    answer = service.ask("/items", params={"q": "script alert"})
    assert [film["title"] for film in answer.json()] == [HOSTILE]
    for one in (answer, service.ask("/similar/10"), service.ask("/recommend/3")):
        assert one.headers["content-type"] == "application/json" and one.headers["x-content-type-options"] == "nosniff"


def test_the_page_runs_only_its_own_script_and_asks_only_this_service(service):
    answer = service.ask("/")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy) and "sha256-" in policy["script-src"] and "sha256-" in policy["style-src"]
    assert not re.search(r"https?://(?!127\.0\.0\.1)", answer.text.replace("http://www.w3.org/2000/svg", ""))


def test_the_page_writes_text_never_markup_and_has_no_handlers_in_attributes():
    html = PAGE.read_text(encoding="utf-8")
    for way_in in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc"):
        assert way_in not in html
    attributes = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            attributes.extend(name for name, _ in attrs)

    Reader().feed(html)
    assert not [name for name in attributes if name.startswith("on") or name == "style"]


# What the service must not load.


def test_the_service_imports_no_deep_learning_library_and_no_pandas():
    code = "import sys, recsys_helpers.serving.app, recsys_helpers.serving.__main__; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert {"tensorflow", "keras", "torch", "jax", "pandas", "scipy", "faiss", "onnx"} & set(loaded) == set()


def test_nobody_is_told_that_the_service_runs(tmp_path):
    """onnxruntime would put an identifier of this computer into the cache folder and report to its maker."""
    filled_store(tmp_path / "service")
    code = """if True:
        import sys
        from pathlib import Path
        from recsys_helpers.serving.bundle import load_bundle
        from recsys_helpers.serving.recommender import Question, Recommender
        from recsys_helpers.serving.store import Store
        store = Store(Path(sys.argv[1]))
        recommender = Recommender(load_bundle(store.path_of(store.current)))
        assert len(recommender.recommend([Question(recommender.history_of(3))])[0]) == 10"""
    home = {name: str(tmp_path / "home") for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "USERPROFILE")}
    (tmp_path / "home").mkdir()
    command = [sys.executable, "-c", code, str(tmp_path / "service")]
    environment = {name: value for name, value in os.environ.items() if name not in ("ORT_DISABLE_TELEMETRY", "CI")}
    subprocess.run(command, check=True, env=environment | home)
    assert list((tmp_path / "home").rglob("*")) == []


def test_a_keras_recommender_and_its_graph_agree_and_a_graph_with_other_weights_is_refused():
    from recsys_helpers.start import quiet_tensorflow

    quiet_tensorflow()
    from recsys_helpers.models import bodies, next_item
    from recsys_helpers.serving import graph as graphs
    from recsys_helpers.serving.model import Model

    counts = np.arange(N_ITEMS + 1.0)
    _, model = next_item.next_item_model(bodies.gru_body(DIM), counts, counts / counts.sum(), 12, DIM, 0.0)
    graph = graphs.graph_of(model)
    history = np.zeros((1, 12), np.int32)
    history[0, :3] = [4, 9, 2]
    query = Model(graph)([np.array([4, 9, 2])])
    table = model.get_layer("items").get_weights()[0]
    np.testing.assert_allclose(query @ table.T, model(history).numpy(), atol=1e-5)
    right = graphs.gru_graph
    graphs.gru_graph = lambda table, kernel, *rest: right(table, kernel + 0.01, *rest)
    try:
        with pytest.raises(ValueError, match="differs from the Keras model"):
            graphs.graph_of(model)
    finally:
        graphs.gru_graph = right


def test_the_same_content_has_the_same_version_and_other_content_another(tmp_path):
    one, again, other = (save_bundle(tiny_bundle(seed), tmp_path).name for seed in (0, 0, 1))
    assert one == again != other
