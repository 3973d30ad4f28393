"""The bundled baskets: what is in them, and that damaged copies are refused."""

import gzip
import hashlib
import shutil

import pandas as pd
import pytest

from recsys_helpers.data import movielens, online_retail
from recsys_helpers.data.online_retail import load_online_retail


@pytest.fixture(scope="module")
def loaded():
    return load_online_retail()


@pytest.fixture(scope="module")
def frame(loaded):
    return loaded[0]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder with a copy of the bundled files, which the loader reads instead."""
    shutil.copytree(movielens.BUNDLED / "online-retail", tmp_path / "online-retail")
    monkeypatch.setattr(movielens, "BUNDLED", tmp_path)
    return tmp_path / "online-retail"


def rewrite(copy, name, change, monkeypatch):
    """Change the text of one file, and let the loader believe that this is the right one."""
    raw = gzip.compress(change(gzip.decompress((copy / name).read_bytes()).decode()).encode(), mtime=0)
    (copy / name).write_bytes(raw)
    monkeypatch.setitem(online_retail.ONLINE_RETAIL, name, hashlib.sha256(raw).hexdigest())


def test_the_baskets_have_the_documented_sizes(frame, capsys):
    sizes = len(frame), *(frame[column].nunique() for column in ("basket_id", "user_id", "item_id"))
    assert sizes == (386_326, 18_402, 4_334, 3_659)
    assert frame["time"].min() == pd.Timestamp("2010-12-01 08:26")
    assert frame["time"].max() == pd.Timestamp("2011-12-09 12:50")
    load_online_retail()
    said = "Online Retail (bundled): 18,402 baskets, 386,326 lines, 4,334 customers, 3,659 items\n"
    assert capsys.readouterr().out == said


def test_no_value_is_missing_and_every_basket_holds_an_item_once(frame):
    assert not frame.isna().any(axis=None)
    assert not frame.duplicated(["basket_id", "item_id"]).any()
    assert frame["time"].is_monotonic_increasing
    of_basket = frame.groupby("basket_id")
    assert (of_basket["user_id"].nunique() == 1).all() and (of_basket["time"].nunique() == 1).all()


def test_there_are_only_purchases(frame):
    assert (frame["quantity"] > 0).all() and (frame["price"] > 0).all()
    assert frame["quantity"].nlargest(2).tolist() == [80_995, 74_215]


def test_item_ids_are_text_and_every_item_has_a_description(loaded):
    frame, descriptions = loaded
    assert frame["item_id"].str.fullmatch(r"\d{5}\w*").all()
    assert set(frame["item_id"]) == set(descriptions.index) and descriptions.index.is_unique
    assert descriptions["85123A"] == "WHITE HANGING HEART T-LIGHT HOLDER"


@pytest.mark.parametrize("name", online_retail.ONLINE_RETAIL)
def test_a_cut_file_and_a_missing_one_are_refused(copy, name):
    path = copy / name
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=f"{name} is not the file"):
        load_online_retail()
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} is missing"):
        load_online_retail()


def test_another_file_under_the_same_name_is_refused_by_its_checksum(copy):
    shutil.copy(copy / "items.csv.gz", copy / "lines.csv.gz")
    with pytest.raises(ValueError, match=r"lines\.csv\.gz is not the file"):
        load_online_retail()


def test_wrong_columns_are_named(copy, monkeypatch):
    rewrite(copy, "lines.csv.gz", lambda text: text.replace("quantity", "units", 1), monkeypatch)
    with pytest.raises(ValueError, match=r"columns basket_id, item_id, quantity, price; it has .*units"):
        load_online_retail()


def test_lines_without_a_basket_are_refused(copy, monkeypatch):
    rewrite(copy, "baskets.csv.gz", lambda text: "\n".join(text.split("\n")[:-2]) + "\n", monkeypatch)
    with pytest.raises(ValueError, match="belong to no basket"):
        load_online_retail()


def test_the_files_are_written_without_a_time_stamp_or_name():
    for name in online_retail.ONLINE_RETAIL:
        head = (movielens.BUNDLED / "online-retail" / name).read_bytes()[:10]
        assert head[3] == 0 and head[4:8] == bytes(4), name
