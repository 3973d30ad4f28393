"""Whether a version is good enough to replace the one in use, by what both were measured at when they were built."""

WORSE = 0.95  # a version must reach this share of the quality of the one in use


def check_quality(new: dict, old: dict) -> None:
    """ValueError if the facts of a new bundle state a worse NDCG@10 than those of the one in use, or none at all.

    >>> check_quality({"metrics": {"service": {"NDCG@10": 0.1}}}, {"metrics": {"service": {"NDCG@10": 0.15}}})
    Traceback (most recent call last):
    ...
    ValueError: NDCG@10 of this version is 0.1, of the version in use 0.15. To use it all the same: --force.
    """
    before, after = (facts.get("metrics", {}).get("service", {}).get("NDCG@10") for facts in (old, new))
    if before is None:
        return
    if after is None:
        raise ValueError(f"The version in use was measured (NDCG@10 {before}), this one was not.")
    if not after >= WORSE * before:
        raise ValueError(
            f"NDCG@10 of this version is {after}, of the version in use {before}. To use it all the same: --force."
        )
