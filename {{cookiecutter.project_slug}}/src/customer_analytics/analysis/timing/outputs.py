"""What the course of effects leaves in files: metrics and tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.timing.result import ALL_MOVED, PARTLY_MOVED

if TYPE_CHECKING:
    from customer_analytics.analysis.timing.result import Timing

Metrics = dict[str, float | int | None]


def metrics(result: Timing | None) -> Metrics:
    """Name -> number, None where not estimable: effects on orders a unit after the window, share moved, half of the
    effect in days; by campaign and arm."""
    made: Metrics = {"pull_forward.found": None, "pull_forward.looked_at": None}
    if result is None or result.reason:
        return made
    rows = result.moved[(result.moved["measure"] == "orders") & result.moved["sound"].astype(bool)]
    made["pull_forward.found"] = int(rows["verdict"].isin((ALL_MOVED, PARTLY_MOVED)).sum())
    made["pull_forward.looked_at"] = int((rows["after_days"] > 0).sum())
    for row in result.moved[result.moved["measure"] == "orders"].to_dict("records"):
        own = f"{row['campaign']}.{row['arm']}"
        for name, column in (
            ("after", "after"),
            ("after_low", "after_low"),
            ("after_high", "after_high"),
            ("share", "share_moved"),
            ("share_low", "share_low"),
            ("share_high", "share_high"),
        ):
            made[f"pull_forward.{name}.{own}"] = _finite(row[column])
    for row in result.course.to_dict("records"):
        made[f"half_days.{row['campaign']}.{row['arm']}"] = _finite(row["half_days"])
    return made  # fmt: skip


def tables(result: Timing | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table; campaigns that share fewer than `minimum_group` units are left out."""
    if result is None:
        return {}
    made = {
        "effect_by_day": result.daily, "effect_course": result.course, "pull_forward": result.moved,
        "campaign_categories": result.categories,
        "campaign_overlap": result.overlaps[result.overlaps["shared"] >= minimum_group].reset_index(drop=True),
    }  # fmt: skip
    return {name: table for name, table in made.items() if len(table)}


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None
