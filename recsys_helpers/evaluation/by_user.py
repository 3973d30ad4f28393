"""A ranker's figures one user at a time, so that intervals can be taken over users."""

import numpy as np
import pandas as pd


def auc_by_user(p: np.ndarray, happened: np.ndarray, user: np.ndarray) -> pd.Series:
    """AUC within each user whose rows hold both labels, by user; a tie counts one half. All arguments have shape (n,).

    From ranks: (sum of the positives' ranks − n₊(n₊ + 1)/2) / (n₊ n₋) (Mann & Whitney, 1947).

    >>> auc_by_user(np.array([0.1, 0.9, 0.5]), np.array([0, 1, 1]), np.array([7, 7, 8])).to_dict()
    {7: 1.0}
    """
    rows = pd.DataFrame({"user": np.asarray(user), "happened": np.asarray(happened), "p": np.asarray(p)})
    rows["rank"] = rows.groupby("user")["p"].rank()
    of_user = rows.groupby("user")["happened"].agg(n="size", positives="sum")
    of_user["ranks"] = rows[rows["happened"] == 1].groupby("user")["rank"].sum()
    both = of_user[(of_user["positives"] > 0) & (of_user["positives"] < of_user["n"])]
    n = both["positives"]
    return (both["ranks"] - n * (n + 1) / 2) / (n * (both["n"] - n))


def log_loss_by_user(p: np.ndarray, happened: np.ndarray, user: np.ndarray) -> pd.Series:
    """Sum of each user's log losses, scaled so that the mean over users is the log loss of all rows; by user.

    >>> log_loss_by_user(np.array([0.5, 0.5, 0.5]), np.array([0, 1, 1]), np.array([7, 7, 8])).round(3).to_dict()
    {7: 0.924, 8: 0.462}
    """
    losses = pd.Series(-np.log(np.where(np.asarray(happened) == 1, p, 1 - np.asarray(p))))
    sums = losses.groupby(np.asarray(user)).sum()
    return sums * len(sums) / len(losses)
