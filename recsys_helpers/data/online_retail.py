"""Load the bundled baskets of Online Retail: who bought what, when, how many and at which price.

What it leaves out: purchases without a known customer, fees, and returns, which the bundled files do not have.
"""

import pandas as pd

from recsys_helpers.data import movielens

ONLINE_RETAIL = {
    "baskets.csv.gz": "05c1ecb50f66e061b6fd5050d926f01b1da2b5bffc1869b0470dd0110b72ad90",
    "lines.csv.gz": "7a99665a06b430cb42e7ba5d3e0b81c0083b7fcf45aac875c6fb919658bd003b",
    "items.csv.gz": "e3d5c61a5021b5618f586d9868a9e71aa7baa92f4f5358c08effb9e1e26bc9e6",
}


def load_online_retail() -> tuple[pd.DataFrame, pd.Series]:
    """Purchases, one row for each item of each basket, in order of time; and the items' descriptions.

    Purchases: `user_id` (customer), `item_id` (stock code, text), `basket_id`, `time` (the shop's clock), `quantity`
    (units), `price` (pounds per unit), `country`. Descriptions: text, by `item_id`. Baskets of the same minute stand in
    the order of their ids, which means nothing. Source: Chen, Sain & Guo, 2012, UCI data set 352; terms (CC0 and CC BY
    4.0), and what was dropped, in data/online-retail/README.md. Raises as `load_movielens` for a damaged file.
    """
    folder = movielens.BUNDLED / "online-retail"
    for name, sha256 in ONLINE_RETAIL.items():
        movielens._verify(folder / name, sha256)
    return _read(folder)


def _read(folder) -> tuple[pd.DataFrame, pd.Series]:
    baskets, lines, items = (
        _table(folder / f"{name}.csv.gz", columns)
        for name, columns in (
            ("baskets", ["basket_id", "customer_id", "time", "country"]),
            ("lines", ["basket_id", "item_id", "quantity", "price"]),
            ("items", ["item_id", "description"]),
        )
    )
    baskets["time"] = pd.to_datetime(baskets["time"], format="%Y-%m-%d %H:%M")
    frame = lines.merge(baskets, on="basket_id", how="left", validate="many_to_one")
    if frame["customer_id"].isna().any():
        raise ValueError(f"{folder}: some lines belong to no basket of baskets.csv.gz.")
    frame = frame.rename(columns={"customer_id": "user_id"})
    frame = frame.sort_values(["time", "basket_id", "item_id"], ignore_index=True)
    frame = frame[["user_id", "item_id", "basket_id", "time", "quantity", "price", "country"]]
    print(
        f"Online Retail (bundled): {frame['basket_id'].nunique():,} baskets, {len(frame):,} lines, "
        f"{frame['user_id'].nunique():,} customers, {frame['item_id'].nunique():,} items"
    )
    return frame, items.set_index("item_id")["description"]


def _table(path, columns: list[str]) -> pd.DataFrame:
    table = pd.read_csv(path, dtype={"item_id": str})
    if list(table.columns) != columns:
        raise ValueError(f"{path} should have the columns {', '.join(columns)}; it has {', '.join(table.columns)}.")
    return table
