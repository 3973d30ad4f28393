"""The downloader against a server on this machine that behaves well, and against one that behaves badly."""

import dataclasses
import hashlib
import http.server
import io
import socket
import threading
import zipfile

import pandas as pd
import pytest

from recsys_helpers.data import download, movielens

RATINGS_DAT = "1::1193::5::978300760\n1::661::3::978302109\n2::1193::4::978298413\n"
MOVIES_DAT = (
    "661::James and the Giant Peach (1996)::Animation|Children's|Musical\n"
    "1193::Misérables, Les (1995)::Drama|Musical\n"
    '3000::"Great Day" in Harlem, A (1994)::Documentary\n'
)
RATINGS_CSV = "userId,movieId,rating,timestamp\n1,296,5.0,1147880044\n1,306,3.5,1147868817\n2,296,0.5,1147868828\n"
MOVIES_CSV = (
    "movieId,title,genres\n"
    '296,"Misérables, Les (1995)",Drama|War\n'
    "306,Babylon 5,Sci-Fi\n"
    "307,NA,(no genres listed)\n"
    "308,(1997),Drama\n"
    "309,Fawlty Towers (1975-1979),Comedy\n"
    "310,1984 (Nineteen Eighty-Four) (1984) ,Drama\n"
)


def zipped(members: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


ML_1M = zipped({"ml-1m/ratings.dat": RATINGS_DAT, "ml-1m/movies.dat": MOVIES_DAT.encode("latin-1")})
ML_25M = zipped({"ml-25m/ratings.csv": RATINGS_CSV, "ml-25m/movies.csv": MOVIES_CSV, "ml-25m/tags.csv": "unused"})


class Server(http.server.ThreadingHTTPServer):
    """Answers every request with `body`, in the manner named by `behaviour`; counts the requests."""

    body, behaviour, n_requests = b"", "good", 0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.stop_stalling = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.n_requests += 1
        if server.behaviour == "missing":
            return self.send_error(404)
        self.send_response(200)
        if server.behaviour != "truncated, length not given":
            self.send_header("Content-Length", str(len(server.body)))
        self.end_headers()
        self.wfile.write(server.body if server.behaviour == "good" else server.body[:100])
        if server.behaviour == "stalling":
            self.wfile.flush()
            server.stop_stalling.wait(5)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.stop_stalling.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def publish(server, monkeypatch, tmp_path):
    """A function that puts a zip on the server and its size and checksum in the manifest."""
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def publish(edition: str, body: bytes, **changes):
        server.body, server.behaviour = body, "good"
        url = f"http://127.0.0.1:{server.server_port}/ml-{edition}.zip"
        facts = {"url": url, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()} | changes
        monkeypatch.setitem(download.EDITIONS, edition, dataclasses.replace(download.EDITIONS[edition], **facts))

    return publish


def assert_nothing_is_left():
    folder = download.cache_path("1m").parent
    assert not folder.exists() or list(folder.iterdir()) == []


def test_1m_is_read_with_double_colons_and_latin_1(publish):
    publish("1m", ML_1M)
    assert download.download_movielens("1m") == download.cache_path("1m")
    ratings, movies = download.read_movielens("1m")
    expected = pd.DataFrame(
        {
            "user_id": [1, 1, 2],
            "item_id": [1193, 661, 1193],
            "rating": [5.0, 3.0, 4.0],
            "timestamp": [978300760, 978302109, 978298413],
        }
    )
    pd.testing.assert_frame_equal(ratings, expected)
    assert movies["title"].tolist() == ["James and the Giant Peach", "Misérables, Les", '"Great Day" in Harlem, A']
    assert movies["year"].tolist() == [1996, 1995, 1994] and movies["year"].dtype == "Int64"
    assert movies["genres"].tolist() == ["Animation|Children's|Musical", "Drama|Musical", "Documentary"]


def test_25m_is_read_as_utf_8_csv_with_titles_that_have_commas_no_year_or_no_text(publish):
    publish("25m", ML_25M)
    download.download_movielens("25m")
    ratings, movies = download.read_movielens("25m")
    assert ratings["rating"].tolist() == [5.0, 3.5, 0.5] and ratings["timestamp"].dtype == "int64"
    assert movies["item_id"].tolist() == [296, 306, 307, 308, 309, 310]
    titles = ["Misérables, Les", "Babylon 5", "NA", None, "Fawlty Towers (1975-1979)", "1984 (Nineteen Eighty-Four)"]
    assert movies["title"].astype(object).where(movies["title"].notna(), None).tolist() == titles
    assert movies["year"].fillna(0).tolist() == [1995, 0, 0, 1997, 0, 1984]


def test_load_movielens_returns_the_same_columns_and_types_for_a_download_as_for_the_bundled_set(publish):
    publish("25m", ML_25M)
    download.download_movielens("25m")
    for small, large in zip(movielens.load_movielens("small"), movielens.load_movielens("25m"), strict=True):
        assert large.dtypes.to_dict() == small.dtypes.to_dict()


def test_terms_and_size_are_printed_before_the_first_request(publish, monkeypatch, capsys):
    publish("1m", ML_1M, size=5_917_549)
    printed_before = []
    monkeypatch.setattr(download.pooch, "retrieve", lambda *a, **k: printed_before.append(capsys.readouterr().out))
    download.download_movielens("1m")
    for words in ("5.9 MB", "no commercial use", "may NOT pass the data on"):
        assert words in printed_before[0]


def test_an_edition_in_the_cache_is_used_without_a_connection(publish, server, monkeypatch, capsys):
    publish("1m", ML_1M)
    download.download_movielens("1m")

    def no_network(*args, **kwargs):
        raise AssertionError("a cached edition must not need the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    download.download_movielens("1m")
    assert len(download.read_movielens("1m")[0]) == 3
    assert server.n_requests == 1 and "in the cache already" in capsys.readouterr().out


def test_reading_before_downloading_says_which_function_to_call(publish):
    publish("1m", ML_1M)
    with pytest.raises(FileNotFoundError, match=r'download_movielens\("1m"\) first'):
        movielens.load_movielens("1m")


def test_an_unknown_edition_names_the_known_ones():
    with pytest.raises(ValueError, match=r"'10m'.*1m, 20m, 25m, 32m"):
        download.download_movielens("10m")


BAD_ANSWERS = {
    "truncated": "broke off and the part that came was thrown away.*download_movielens",
    "truncated, length not given": "has 100 bytes instead of.*thrown away.*download_movielens",
    "stalling": "broke off.*timed out.*timeout above 0.1 seconds",
    "missing": "404.*may have moved: see https://grouplens.org",
}


@pytest.mark.parametrize("behaviour", BAD_ANSWERS)
def test_a_bad_answer_is_refused_leaves_no_file_and_the_next_run_works(publish, server, behaviour):
    publish("1m", ML_1M)
    server.behaviour = behaviour
    with pytest.raises(download.DownloadError, match=BAD_ANSWERS[behaviour]) as caught:
        download.download_movielens("1m", timeout=0.1)
    assert "save it as" in str(caught.value)
    assert_nothing_is_left()
    server.behaviour = "good"
    download.download_movielens("1m")
    assert len(download.read_movielens("1m")[0]) == 3


def test_bytes_of_the_right_size_with_the_wrong_checksum_are_refused_and_the_next_run_works(publish, server):
    publish("1m", ML_1M)
    server.body = ML_1M[:-1] + bytes([ML_1M[-1] ^ 1])
    with pytest.raises(download.DownloadError, match="wrong checksum; it was thrown away"):
        download.download_movielens("1m")
    assert_nothing_is_left()
    server.body = ML_1M
    download.download_movielens("1m")


def test_a_server_that_does_not_answer_is_reported_with_what_to_do(publish, server):
    publish("1m", ML_1M, url="http://127.0.0.1:1/ml-1m.zip")
    with pytest.raises(download.DownloadError, match=r"broke off.*Check the connection"):
        download.download_movielens("1m")
    assert_nothing_is_left()


def test_while_bytes_arrive_the_final_name_does_not_exist(publish, monkeypatch):
    publish("1m", ML_1M)
    seen = []
    file_hash = download.pooch.hashes.file_hash

    def spy(name, alg="sha256"):  # called when the last byte has been written and nothing is checked yet
        seen.append(download.cache_path("1m").exists())
        return file_hash(name, alg)

    monkeypatch.setattr(download.pooch.hashes, "file_hash", spy)
    path = download.download_movielens("1m")
    assert seen == [False] and path.exists() and list(path.parent.iterdir()) == [path]


def test_a_stop_by_the_learner_leaves_no_file(publish, monkeypatch):
    publish("1m", ML_1M)

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(download.pooch.hashes, "file_hash", interrupt)
    with pytest.raises(KeyboardInterrupt):
        download.download_movielens("1m")
    assert_nothing_is_left()


def test_a_cached_file_changed_later_is_refused_and_replaced_by_the_next_download(publish, server):
    publish("1m", ML_1M)
    path = download.download_movielens("1m")
    path.write_bytes(ML_1M[:-1] + bytes([ML_1M[-1] ^ 1]))
    with pytest.raises(download.DownloadError, match=r'is wrong. Call .*download_movielens\("1m"\) to replace'):
        download.read_movielens("1m")
    server.behaviour = "missing"
    with pytest.raises(download.DownloadError, match="404"):
        download.download_movielens("1m")
    assert_nothing_is_left()
    server.behaviour = "good"
    download.download_movielens("1m")
    assert path.read_bytes() == ML_1M


def test_a_cache_folder_that_cannot_be_written_is_named(publish, monkeypatch, tmp_path):
    publish("1m", ML_1M)
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path / "file" / "cache"))
    with pytest.raises(download.DownloadError, match=r"Cannot write to .*Set RECSYS_DATA_DIR"):
        download.download_movielens("1m")


def test_a_disk_without_room_is_noticed_before_the_first_request(publish, server):
    publish("1m", ML_1M, size=10**18)
    with pytest.raises(download.DownloadError, match="No room for 1,000,000,000,000,000,000 bytes"):
        download.download_movielens("1m")
    assert server.n_requests == 0


@pytest.mark.parametrize("name", ["../evil.txt", "ml-1m/../../evil.txt", "/evil.txt", "..\\evil.txt", "C:\\evil.txt"])
def test_a_zip_with_a_member_outside_its_folder_is_refused(publish, name):
    publish("1m", zipped({"ml-1m/ratings.dat": RATINGS_DAT, "ml-1m/movies.dat": MOVIES_DAT, name: "evil"}))
    path = download.download_movielens("1m")
    with pytest.raises(download.DownloadError, match=r"points outside its own folder\. Nothing was read"):
        download.read_movielens("1m")
    assert list(path.parent.iterdir()) == [path]


def test_a_zip_that_unpacks_to_far_more_than_expected_is_refused_before_it_is_read(publish, monkeypatch):
    publish("1m", zipped({"ml-1m/ratings.dat": bytes(2_000_000), "ml-1m/movies.dat": MOVIES_DAT}), unpacked=1_000_000)
    download.download_movielens("1m")
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(download.DownloadError, match=r"would unpack to 2,000,\d+ bytes, more than the 1,000,000"):
        download.read_movielens("1m")


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_declares(publish):
    bomb = zipped({"ml-1m/ratings.dat": RATINGS_DAT * 20_000, "ml-1m/movies.dat": MOVIES_DAT})
    true_size = (len(RATINGS_DAT) * 20_000).to_bytes(4, "little")
    publish("1m", bomb.replace(true_size, (1_000).to_bytes(4, "little")))
    download.download_movielens("1m")
    with pytest.raises(zipfile.BadZipFile):
        download.read_movielens("1m")


def test_the_manifest_is_complete_and_uses_https():
    for edition, known in download.EDITIONS.items():
        assert known.url == f"https://files.grouplens.org/datasets/movielens/ml-{edition}.zip"
        assert len(known.sha256) == 64 and int(known.sha256, 16)
        assert known.size < known.unpacked and "no commercial use" in known.terms
