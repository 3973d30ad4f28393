"""Look at the page in a real browser: `pytest tests/serving/look_at_page.py`. Needs Chromium, so it is no part of
`make test`. Pictures are kept in the folder that PICTURES names, if it is set.

The browser is driven through its debugging port, so the page runs as it is, with its own policy.
"""

import base64
import json
import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from serving_kit import HOSTILE, RealService, filled_store

from recsys_helpers.serving.bundle import load_bundle, save_bundle
from recsys_helpers.serving.parts import Item
from recsys_helpers.serving.probe import add_probes
from recsys_helpers.serving.recommender import Recommender

websocket = pytest.importorskip("websocket")  # comes with JupyterLab
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this computer")
PORT = 9333


class Browser:
    """A page in headless Chromium."""

    def __init__(self, folder, width=1200, height=900):
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}"]
        debugging = [f"--remote-debugging-port={PORT}", "--remote-allow-origins=*"]
        self.process = subprocess.Popen(
            [CHROMIUM, *options, *debugging, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 20
        while True:
            try:
                pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{PORT}/json", timeout=2))
                break
            except OSError:
                assert time.monotonic() < until, "the browser did not start"
                time.sleep(0.1)
        target = next(page for page in pages if page["type"] == "page")
        self.line = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=20)
        self.number = 0
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.do("Emulation.setDeviceMetricsOverride", **size)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.line.close()
        self.process.terminate()
        self.process.wait(10)

    def do(self, method, **parameters):
        self.number += 1
        self.line.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.line.recv())
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def see(self, script):
        """The value of a JavaScript expression in the page."""
        result = self.do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, script, seconds=5):
        end = time.monotonic() + seconds
        while not self.see(script):
            assert time.monotonic() < end, script
            time.sleep(0.05)

    def open(self, url):
        self.do("Page.navigate", url=url)
        self.until("document.querySelectorAll('#next li').length > 0")

    def type(self, text):
        self.do("Input.insertText", text=text)

    def press(self, key):
        code = {"Enter": 13, "ArrowDown": 40, "ArrowUp": 38, "Escape": 27, "Tab": 9}[key]
        more = {"text": "\r"} if key == "Enter" else {}
        self.do("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **more)
        self.do("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def picture(self, name):
        if folder := os.environ.get("PICTURES"):
            raw = base64.b64decode(self.do("Page.captureScreenshot", captureBeyondViewport=False)["data"])
            (Path(folder) / f"{name}.png").write_bytes(raw)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Sixty films; the one with the hostile title is the most popular, and two are Alien and Aliens."""
    folder = tmp_path_factory.mktemp("service")
    store, _ = filled_store(folder)
    bundle = load_bundle(store.path_of(store.current))
    bundle.popularity = bundle.popularity.copy()
    bundle.popularity[1] = 1000
    for row, title in ((5, "Alien"), (6, "Aliens")):
        bundle.items[row - 1] = Item(10 * row, title, 1979, ("Sci-Fi",))
    add_probes(Recommender(bundle, check=False))
    store.use(save_bundle(bundle, store.bundles).name)
    with RealService(folder) as running:
        yield running


@pytest.fixture
def browser(service, tmp_path):
    with Browser(tmp_path / "profile") as one:
        one.open(service.url)
        yield one


LIKED = "[...document.querySelectorAll('#liked button')].map(one => one.textContent)"
TEXT = "document.querySelector('{}').textContent"


def test_the_page_lists_ten_popular_films_and_a_hostile_title_stays_text(browser):
    assert browser.see(TEXT.format("#status")) == "10 films most people watched."
    assert browser.see("document.querySelector('#next li span:not(.number)').textContent") == f"{HOSTILE} (1951)"
    assert browser.see("document.querySelectorAll('main script, main img, main iframe').length") == 0
    genres = browser.see("[...document.querySelectorAll('#genre option')].map(one => one.textContent)")
    assert genres == ["all", "Comedy", "Drama", "Sci-Fi"]


def test_enter_searches_and_likes_nothing_unseen_and_arrow_and_enter_like(browser):
    browser.see("document.getElementById('find').focus()")
    browser.type("alien")
    browser.press("Enter")
    browser.until("document.querySelectorAll('#found li').length === 2")
    assert browser.see(LIKED) == [] and browser.see(TEXT.format("#hits")) == "2 films for “alien”."
    browser.press("ArrowDown")
    browser.press("Enter")
    browser.until(f"({LIKED}).length === 1")
    assert browser.see(TEXT.format("#hits")).startswith("Liked: Alien")
    assert browser.see("document.activeElement.id") == "find"
    browser.until("document.getElementById('status').textContent.includes('for your 1 like')")
    assert browser.see("document.querySelector('#next .why').textContent").startswith("because you liked Alien")


def test_enter_while_an_input_method_composes_does_nothing(browser):
    browser.see("document.getElementById('find').focus()")
    browser.see(
        "document.getElementById('find').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true}))"
    )
    browser.see("document.getElementById('find').value = 'alien'")
    browser.see("document.getElementById('find').dispatchEvent(new InputEvent('input', {isComposing: true}))")
    time.sleep(0.5)
    assert browser.see("document.querySelectorAll('#found li').length") == 0
    browser.see("document.getElementById('find').dispatchEvent(new CompositionEvent('compositionend'))")
    browser.until("document.querySelectorAll('#found li').length === 2")


def test_likes_and_hidden_films_outlive_a_reload_and_a_spoilt_memory_does_no_harm(browser, service):
    names = "[...document.querySelectorAll('#next li span:not(.number)')].map(e => e.textContent)"
    first = browser.see(names)[0]
    browser.see("document.querySelectorAll('#next li button')[0].click()")
    browser.until(f"({LIKED}).length === 1")
    browser.until("document.getElementById('status').textContent.includes('for your 1 like')")
    hidden = browser.see(names)[0]
    browser.see("document.querySelectorAll('#next li button')[1].click()")
    browser.until(f"!({names}).includes({json.dumps(hidden)})")
    browser.open(service.url)
    assert len(browser.see(LIKED)) == 1 and hidden not in browser.see(names) and first not in browser.see(names)
    for spoilt in ("{", "null", '{"likes": 5}', '{"likes": [[1, {}]], "hidden": [], "visitor": 1}'):
        browser.see(f"localStorage.setItem('what-to-watch-next', {json.dumps(spoilt)})")
        browser.open(service.url)
        assert browser.see(LIKED) == []


def test_with_ten_likes_the_recommendations_are_on_the_first_screens_of_a_phone(service, tmp_path):
    with Browser(tmp_path / "profile", 390, 844) as phone:
        phone.open(service.url)
        for _ in range(10):
            n = len(phone.see(LIKED))
            phone.see("document.querySelectorAll('#next li button')[0].click()")
            phone.until(f"({LIKED}).length === {n + 1}")
            phone.until(f"document.getElementById('status').textContent.includes('your {n + 1} like')")
        top = phone.see("document.getElementById('next').getBoundingClientRect().top + scrollY")
        wide = phone.see("document.documentElement.scrollWidth")
        phone.picture("phone")
        assert top < 844 and wide <= 390


def test_what_can_be_operated_has_a_name_and_a_border_that_can_be_seen(browser):
    nameless = (
        "[...document.querySelectorAll('button, input, select')].filter(e => !(e.getAttribute('aria-label') "
        "|| e.labels?.length || e.textContent.trim())).length"
    )
    assert browser.see(nameless) == 0
    luminance = """(text => { const c = text.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
      return .2126 * c[0] + .7152 * c[1] + .0722 * c[2] })"""
    for scheme in ("light", "dark"):
        browser.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        style = "getComputedStyle(document.querySelector('{}')).{}"
        ground = browser.see(f"{luminance}({style.format('body', 'backgroundColor')})")
        for what, kind, least in (
            ("#find", "borderTopColor", 3), ("#next button", "borderTopColor", 3), ("#next .why", "color", 4.5),
            (".quiet", "color", 4.5), ("small", "color", 4.5),
        ):  # fmt: skip
            one = browser.see(f"{luminance}({style.format(what, kind)})")
            assert (max(one, ground) + 0.05) / (min(one, ground) + 0.05) >= least, (scheme, what, kind)
        browser.picture(scheme)
