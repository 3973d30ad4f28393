"""Times of any form as seconds since 1970."""

import pandas as pd

NUMBERS = ("seconds", "milliseconds")


def as_numbers(values: pd.Series) -> pd.Series:
    """Values as float64, NaN for what is no number; a date is none."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.Series(float("nan"), index=values.index)
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    if not pd.api.types.is_numeric_dtype(values):  # pandas 2 reads the last digit of some numbers wrongly
        is_read = numbers.notna()
        numbers[is_read] = values[is_read].astype("float64")
    return numbers


def in_seconds(values: pd.Series, times: str = "seconds") -> pd.Series:
    """Times as seconds since 1970 in float64, NaN for what has another form.

    `times`: "seconds" or "milliseconds" since 1970, or the format of dates: "ISO8601", or such as "%d/%m/%Y"; dates
    without a zone are taken as UTC. Milliseconds and dates give whole seconds, rounded down.

    >>> in_seconds(pd.Series(["1970-01-02", "1970-01-01T00:01:30.5Z", "soon", "7"]), "ISO8601").tolist()
    [86400.0, 90.0, nan, nan]
    >>> in_seconds(pd.Series(["90500", "2 h"]), "milliseconds").tolist()
    [90.0, nan]
    """
    if times == "seconds":
        return as_numbers(values)
    if times == "milliseconds":
        return as_numbers(values) // 1000
    dates = pd.to_datetime(values, format=times, utc=True, errors="coerce")
    return dates.dt.as_unit("s").astype("int64").where(dates.notna()).astype("float64")
