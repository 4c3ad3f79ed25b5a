"""Weekly cohorts over a year."""

from __future__ import annotations

from pathlib import Path

from contest import MILLION, Answer, Contest, Job

from contests import _stays


def _engine(folder: Path) -> Answer:
    return _stays.cohorts(_stays.steps_of(_stays.tables_of(folder), "week"))


def _by_hand(folder: Path) -> Answer:
    return _stays.by_hand(folder, _stays.WEEKS, _stays.MEASURES, keys=2)


def _pandas(folder: Path) -> Answer:
    return _stays.pandas_cohorts(folder, 7)


def _polars(folder: Path) -> Answer:
    return _stays.polars_cohorts(folder, 7)


def _bounded(key: str) -> bool:
    return key.endswith(" active")


CONTEST = Contest(
    name="cohorts_by_week",
    title="Weekly cohorts",
    question="How many of each week's new people are active in each later week: in it, from it on, until it, running.",
    unit="events",
    make=_stays.make,
    jobs=(
        Job("the product", _engine, "ours"),
        Job("DuckDB SQL by hand", _by_hand, "sql", note="one bit mask a person"),
        Job("pandas", _pandas, "peer", part=_bounded, note="one of the four measures"),
        Job("Polars", _polars, "peer", environment="polars", part=_bounded, note="one of the four measures"),
    ),
    memory={10 * MILLION: 600_000_000, 50 * MILLION: 1_500_000_000},
)
