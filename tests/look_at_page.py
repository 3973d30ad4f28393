"""Look at the page in a real browser: `pytest tests/look_at_page.py`. Needs Chromium, so it is no part of `make test`.

The browser runs the page's script and hands back what it made of it.
"""

import shutil
import subprocess
from html.parser import HTMLParser

import pytest
from serving_kit import HOSTILE, RealService, filled_store

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this computer")


class Films(HTMLParser):
    """Text of the recommended films, and every tag inside the page's main part."""

    def __init__(self, html):
        super().__init__()
        self.text, self.tags, self.inside = [], set(), False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.inside = self.inside or tag == "main"
        if self.inside:
            self.tags.add(tag)

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "main"

    def handle_data(self, data):
        if self.inside:
            self.text.append(data)


def page_of(folder, tmp_path):
    """The page after its script has run, as the browser has it."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    with RealService(folder) as service:
        command = [CHROMIUM, *options, "--virtual-time-budget=5000", "--dump-dom", service.url]
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


def test_the_page_lists_ten_popular_films_and_a_hostile_title_stays_text(tmp_path):
    folder = tmp_path / "service"
    store, _ = filled_store(folder)
    from recsys_helpers.serving.bundle import load_bundle, save_bundle

    bundle = load_bundle(store.path_of(store.current))
    bundle.popularity = bundle.popularity.copy()
    bundle.popularity[1] = 1000  # the film with the hostile title comes first
    store.use(save_bundle(bundle, store.bundles).name)
    films = Films(page_of(folder, tmp_path))
    assert "10 films most people watched." in films.text
    assert f"{HOSTILE} (1951)" in films.text
    assert films.text.count("popular with everybody") == 10
    assert not films.tags & {"script", "img", "iframe"}
    assert {"Drama", "Comedy", "Sci-Fi"} <= set(films.text)  # the genres to choose from
