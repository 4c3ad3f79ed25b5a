"""The result type of timing: plain tables, and why there are none."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

ALL_MOVED, PARTLY_MOVED, KEPT, UNCLEAR = "all_moved", "partly_moved", "kept", "unclear"
NO_GAIN, NOT_OVER = "no_gain", "not_over"
DAILY = (
    "campaign", "arm", "control", "measure", "day", "effect", "low", "high", "cumulative", "cumulative_low",
    "cumulative_high", "n", "n_control",
)  # fmt: skip
COURSE = (
    "campaign", "arm", "control", "measure", "sound", "n", "n_control", "window_days", "before", "before_low",
    "before_high", "effect", "low", "high", "half_days", "half_low", "half_high", "early", "late", "fading",
    "fading_low", "fading_high", "p_value", "q_value", "course",
)  # fmt: skip
MOVED = (
    "campaign", "arm", "control", "measure", "sound", "n", "n_control", "window_days", "after_days", "effect", "low",
    "high", "after", "after_low", "after_high", "total", "total_low", "total_high", "share_moved", "share_low",
    "share_high", "p_value", "q_value", "verdict",
)  # fmt: skip
CATEGORIES = (
    "campaign", "arm", "control", "sound", "category", "mean", "mean_control", "effect", "low", "high", "p_value",
    "q_value", "verdict",
)  # fmt: skip
OVERLAPS = ("campaign", "other", "shared", "share", "share_control", "share_contact", "p_value", "uneven")


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True)
class Timing:
    """The course of effects. `reason`: "" or "no_orders", "no_campaigns" (none with arms, days and a whole window).

    Money is in the engagement's currency a unit, orders are a unit; intervals are 95 %.

    daily: DAILY. Effect on the measure (orders, revenue, converted) in each day since the assignment, day 0 the first
        24 hours, and cumulated from day 0; days below 0 lie before it and should show nothing. `converted` is the
        first order since the assignment.
    course: COURSE, one row an arm, of orders. `half_days`: days after which half of the window's effect had come,
        NaN where the effect is not beyond chance; `fading`: effect a day in the first half of the window less that in
        the second; `course`: "fades", "grows", "even" (no difference seen), "no_gain".
    moved: MOVED, one row an arm and measure. `after`: effect in the `after_days` after the window; `total`: both
        together; `share_moved`: -after/effect. `verdict`: "all_moved" (a dip beyond chance, and the interval of the
        total reaches 0), "partly_moved", "kept" (no dip, and at most half can have been moved), "unclear", "no_gain",
        "not_over" (fewer than 15 days are known after the window). `q_value`: Benjamini and Hochberg over all arms
        of a measure.
    categories: CATEGORIES, money of each category a unit within the window; `verdict`: "gained", "lost" or "".
    overlaps: OVERLAPS, campaigns whose windows meet: `shared` units of the campaign were in the other one less than a
        window apart, `share` of its units; `uneven`: more of the contacted than of the control were in the other one
        (q <= .05).
    """

    reason: str
    daily: pd.DataFrame = field(default_factory=lambda: _empty(DAILY))
    course: pd.DataFrame = field(default_factory=lambda: _empty(COURSE))
    moved: pd.DataFrame = field(default_factory=lambda: _empty(MOVED))
    categories: pd.DataFrame = field(default_factory=lambda: _empty(CATEGORIES))
    overlaps: pd.DataFrame = field(default_factory=lambda: _empty(OVERLAPS))

    @property
    def moved_away(self) -> frozenset[tuple[str, str]]:
        """(campaign, arm) of the sound ones whose gain in orders was taken from the days after the window."""
        rows = self.moved[(self.moved["measure"] == "orders") & (self.moved["verdict"] == ALL_MOVED)]
        rows = rows[rows["sound"].astype(bool)]
        return frozenset(zip(rows["campaign"], rows["arm"], strict=True))

    def verdict(self, campaign: str, arm: str, measure: str = "orders") -> str:
        """What became of the gain of one arm after the window; "" where nothing is known."""
        rows = self.moved
        found = rows[(rows["campaign"] == campaign) & (rows["arm"] == arm) & (rows["measure"] == measure)]
        return str(found["verdict"].iloc[0]) if len(found) else ""
