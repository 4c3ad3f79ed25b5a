"""The funnel with a window of seven days from entry."""

from __future__ import annotations

from pathlib import Path

from contest import MILLION, Answer, Contest, Job

from contests import _funnel

DAYS = 7


def _engine(folder: Path) -> Answer:
    return _funnel.engine(folder, DAYS)


def _whole(folder: Path) -> Answer:
    """Everything that the report asks of the funnel: curves, sensitivity, reconciliation."""
    from customer_analytics.analysis.funnel import analyse
    from customer_analytics.engagement.parameters import FunnelParameters

    result = analyse(_funnel.tables_of(folder), FunnelParameters(steps=_funnel.STEPS, window_days=DAYS))
    return _funnel.reached(result.steps["reached"])


def _by_hand(folder: Path) -> Answer:
    return _funnel.by_hand(folder, DAYS)


def _pandas(folder: Path) -> Answer:
    return _funnel.pandas(folder, DAYS)


def _polars(folder: Path) -> Answer:
    return _funnel.polars(folder, DAYS)


CONTEST = Contest(
    name="funnel",
    title="Ordered funnel",
    question="How many people reach each of four steps in their order, within seven days of entering.",
    unit="events",
    make=_funnel.make,
    jobs=(
        Job("the product", _engine, "ours"),
        Job("the product, whole analysis", _whole, "ours", rounds=1, note="all that the report shows of the funnel"),
        Job("DuckDB SQL by hand", _by_hand, "sql"),
        Job("pandas", _pandas, "peer"),
        Job("Polars", _polars, "peer", environment="polars"),
    ),
    memory={10 * MILLION: 1_000_000_000, 50 * MILLION: 2_000_000_000},
)
