"""The funnel without a window, which is what retentioneering counts."""

from __future__ import annotations

from pathlib import Path

from contest import MILLION, Answer, Contest, Job

from contests import _funnel


def _engine(folder: Path) -> Answer:
    return _funnel.engine(folder, None)


def _by_hand(folder: Path) -> Answer:
    return _funnel.by_hand(folder, None)


def _retentioneering(folder: Path) -> Answer:
    """retentioneering 5: builds its stream, then the funnel."""
    import pandas as pd
    from retentioneering import Eventstream

    frame = pd.read_parquet(folder / _funnel.FILE, columns=["customer_id", "event", "occurred_at"])
    frame = frame[frame["occurred_at"] < _funnel.END]
    schema = {"path_cols": ["customer_id"], "event_col": "event", "timestamp_col": "occurred_at"}
    steps = Eventstream(frame, schema=schema).funnel_data(steps=list(_funnel.STEPS))["steps"]
    return _funnel.reached([step["unique_paths"] for step in steps])


CONTEST = Contest(
    name="funnel_without_window",
    title="Ordered funnel without a window",
    question="How many people ever reach each of four steps in their order.",
    unit="events",
    make=_funnel.make,
    jobs=(
        Job("the product", _engine, "ours"),
        Job("DuckDB SQL by hand", _by_hand, "sql"),
        Job(
            "retentioneering",
            _retentioneering,
            "peer",
            environment="retentioneering",
            largest=10 * MILLION,
            reason="it needs more memory than there is",
            rounds=1,
        ),
    ),
    sizes=(MILLION, 10 * MILLION),
)
