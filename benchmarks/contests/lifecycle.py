"""The lifecycle by month."""

from __future__ import annotations

from pathlib import Path

from contest import MILLION, Answer, Contest, Job

from contests import _stays


def _engine(folder: Path) -> Answer:
    return _stays.lifecycle(_stays.steps_of(_stays.tables_of(folder), "month"))


def _by_hand(folder: Path) -> Answer:
    return _stays.by_hand(folder, _stays.LIFECYCLE, _stays.STATES, keys=1)


def _pandas(folder: Path) -> Answer:
    """States from the distinct months of people."""
    import pandas as pd

    events = pd.read_parquet(folder / _stays.FILE, columns=["customer_id", "occurred_at"])
    events["month"] = events["occurred_at"].dt.month - 1
    months = events[["customer_id", "month"]].drop_duplicates().sort_values(["customer_id", "month"])
    before = months.groupby("customer_id")["month"].shift()
    first, again = before.isna(), before == months["month"] - 1
    followed = months.groupby("customer_id")["month"].shift(-1) == months["month"] + 1
    lost = months.assign(month=months["month"] + 1)[~followed & (months["month"] < 11)]
    states = {
        "active": months, "new": months[first], "returning": months[again], "resurrecting": months[~first & ~again],
        "dormant": lost,
    }  # fmt: skip
    counted = {name: rows["month"].value_counts() for name, rows in states.items()}
    return {f"{month} {name}": int(own.get(month, 0)) for name, own in counted.items() for month in range(12)}


CONTEST = Contest(
    name="lifecycle",
    title="Lifecycle by month",
    question="How many people are new, returning, back again or dormant in each month.",
    unit="events",
    make=_stays.make,
    jobs=(
        Job("the product", _engine, "ours"),
        Job("DuckDB SQL by hand", _by_hand, "sql", note="one bit mask a person"),
        Job("pandas", _pandas, "peer"),
    ),
    memory={10 * MILLION: 600_000_000, 50 * MILLION: 1_500_000_000},
)
