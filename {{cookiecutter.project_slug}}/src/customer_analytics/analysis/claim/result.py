"""What is left of a change that somebody claims for an action."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field

import pandas as pd

# From the claim to what is left. Taken off are "mix": other customers than before (new ones, or another mixture of
# states); "regression": what customers in that state do next anyway; "season": what those not contacted did as well.
STEPS = ("claimed", "not_in_data", "before_after", "mix", "regression", "season", "left")
PARTS = ("step", "value", "low", "high", "relative", "relative_low", "relative_high")


@dataclass(frozen=True)
class Claim:
    """An audit of one claim.

    reason: "" or why there is none: no_orders, no_day (no campaign and no claim_day), too_early (the data do not reach
        back so far), not_over (the days after are not complete), few (fewer people than the minimum base).
    whom: "contacted" (the customers of `campaign`, before and after) or "everybody".
    metric: converted, orders or revenue, a head, in `days` days from `day` on and before it.
    before, after: the metric; n: people after; n_before: of them known before (contacted), or people before.
    n_reference: people not contacted that the contacted are held against; people a year ago for everybody.
    parts: PARTS: value in units of the metric, relative to `before`: the steps from the claim to what is left, each
        with the sign of its correction, so that before_after + mix + regression + season = left. Intervals by bootstrap
        of blocks of people. NaN: not separable.
    claimed: the claim as a share (.35), NaN where none is stated.
    season_from: "not_contacted", "year_ago" or "" (nothing to tell the season from: it is still in what is left).
    trial: where the campaign held an arm out, the difference of the arms after, with its interval; else NaN.
    """

    reason: str
    whom: str = ""
    campaign: str = ""
    day: dt.date | None = None
    days: int = 0
    metric: str = "converted"
    before: float = float("nan")
    after: float = float("nan")
    n: int = 0
    n_before: int = 0
    n_reference: int = 0
    claimed: float = float("nan")
    season_from: str = ""
    parts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PARTS)))
    trial: float = float("nan")
    trial_low: float = float("nan")
    trial_high: float = float("nan")
    trial_n: int = 0

    def part(self, step: str) -> pd.Series | None:
        """The row of a step; None where it is not part of the audit."""
        rows = self.parts[self.parts["step"] == step]
        return rows.iloc[0] if len(rows) else None

    @property
    def verdict(self) -> str:
        """holds (what is left is above 0), gone (its interval holds 0), reversed (below 0) or "" (not known)."""
        left = self.part("left")
        if left is None or math.isnan(left["low"]):
            return ""
        if left["low"] > 0:
            return "holds"
        return "reversed" if left["high"] < 0 else "gone"
