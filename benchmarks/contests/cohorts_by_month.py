"""Monthly cohorts, which openretailscience counts, too."""

from __future__ import annotations

from pathlib import Path

from contest import Answer, Contest, Job

from contests import _stays


def _engine(folder: Path) -> Answer:
    return _stays.cohorts(_stays.steps_of(_stays.tables_of(folder), "month"), ["active"])


def _by_hand(folder: Path) -> Answer:
    return _stays.by_hand(folder, _stays.MONTHS, ("active",), keys=2)


def _openretailscience(folder: Path) -> Answer:
    """openretailscience's cohort table: people by first month and age in months."""
    import ibis
    from openretailscience.analysis.cohort import CohortAnalysis

    events = ibis.duckdb.connect().read_parquet(folder / _stays.FILE)
    events = events.filter(events.occurred_at < _stays.LAST_MONTH)
    events = events.select("customer_id", transaction_date="occurred_at", person="customer_id")
    table = CohortAnalysis(events, aggregation_column="person", agg_func="nunique", period="month").df
    return {
        f"{start.month - 1} {age} active": int(people)
        for start, row in table.iterrows()
        for age, people in row.items()
        if people
    }


CONTEST = Contest(
    name="cohorts_by_month",
    title="Monthly cohorts",
    question="How many of each month's new people are active in each later month.",
    unit="events",
    make=_stays.make,
    jobs=(
        Job("the product", _engine, "ours"),
        Job("DuckDB SQL by hand", _by_hand, "sql"),
        Job("openretailscience", _openretailscience, "peer", environment="openretailscience"),
    ),
)  # fmt: skip
