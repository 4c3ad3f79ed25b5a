"""A result of the funnel analysis, built by hand: 2,000 entries, five steps, the counts of web_events."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd

from customer_analytics.analysis.funnel import Definition, FunnelResult, Rate, Silent, Step
from customer_analytics.analysis.scorecard import MEASURES, Measure, ScorecardResult
from customer_analytics.language import Language
from customer_analytics.narrative.funnel import View
from customer_analytics.statistics import Interval, newcombe, wilson

HOSTILE = "<script>alert(1)</script> {0} `*_x_*` =1+1"
NAMES = ("view_item", "add_to_cart", "begin_checkout", "add_shipping_info", "purchase")
COUNTS = (2000, 1925, 1048, 719, 536)
AS_OF = dt.date(2025, 6, 30)
DAY = 86_400


def definition(names: tuple[str, ...] = NAMES, **other: Any) -> Definition:
    plain: dict[str, Any] = {"window_seconds": 7.0 * DAY, "origin": "known", "window_given": False}
    return Definition(tuple(Step(k, name, name, (name,)) for k, name in enumerate(names, 1)), **(plain | other))


def steps(counts: tuple[int, ...], names: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for k, (name, count) in enumerate(zip(names, counts, strict=True), 1):
        before = counts[k - 2] if k > 1 else 0
        low, high = wilson(count, before) if k > 1 else (math.nan, math.nan)
        rate = count / before if before else math.nan
        overall = count / counts[0] if counts[0] else math.nan
        rows.append((k, name, count, rate, low, high, overall, before - count if k > 1 else 0))
    return pd.DataFrame(rows, columns=["step", "name", "reached", "rate", "rate_low", "rate_high", "overall", "lost"])


def trend(counts: tuple[int, ...], weeks: int = 8) -> pd.DataFrame:
    rows = []
    for week in range(weeks):
        for k, count in enumerate(counts, 1):
            entered, reached = counts[0] // weeks, count // weeks
            rate = reached / entered if entered else math.nan
            monday = pd.Timestamp("2025-05-05") + pd.Timedelta(weeks=week)
            rows.append((monday, k, entered, reached, rate, *wilson(reached, entered), 0))
    columns = ["week", "step", "entered", "reached", "rate", "low", "high", "immature"]
    return pd.DataFrame(rows, columns=columns)


def times(counts: tuple[int, ...], names: tuple[str, ...]) -> pd.DataFrame:
    last = len(names)
    rows = [(k, k - 1, names[k - 1], counts[k - 1], 60.0 * k, 300.0 * k, 3_600.0 * k, 0.5 * DAY * k)
            for k in range(2, last + 1)]  # fmt: skip
    rows.append((last, 1, names[-1], counts[-1], 3_600.0, 0.5 * DAY, 2.0 * DAY, 5.0 * DAY))
    return pd.DataFrame(rows, columns=["step", "from_step", "name", "converters", "p25", "p50", "p75", "p90"])


def curve(final: float, left: float = 0.3) -> pd.DataFrame:
    rows = []
    for day in range(8):
        at = final * (1 - 0.5**day) / (1 - 0.5**7)
        rows.append((float(day), at, max(at - 0.02, 0), at + 0.02, 2000 - 200 * day, at * 0.99, left * day / 7))
    columns = ["days", "converted", "low", "high", "at_risk", "converted_first", "left"]
    return pd.DataFrame(rows, columns=columns)


def sensitivity(low: float = 0.22, high: float = 0.31) -> pd.DataFrame:
    rows = [
        (
            "window",
            f"{days:g}",
            days * DAY,
            2000,
            round(2000 * rate),
            rate,
            *wilson(round(2000 * rate), 2000),
            days == 7,
        )
        for days, rate in ((1.0, low), (7.0, 0.268), (30.0, high))
    ]
    rows.append(("order", "strict", math.nan, 2000, 100, 0.05, *wilson(100, 2000), False))
    columns = ["rule", "value", "seconds", "entered", "converted", "rate", "low", "high", "chosen"]
    return pd.DataFrame(rows, columns=columns)


def result(counts: tuple[int, ...] = COUNTS, names: tuple[str, ...] = NAMES, **other: Any) -> FunnelResult:
    converted = counts[-1] if counts else 0
    entered = counts[0]
    rate = Rate(converted, entered, converted / entered if entered else math.nan, wilson(converted, entered))
    moved = pd.DataFrame(
        {
            "step": range(1, len(names) + 1),
            "entered_here": [entered] + [0] * (len(names) - 1),
            "went_on": [0, *counts[1:]],
            "reached_so_far": [150 - 20 * k for k in range(len(names))],
        }
    )
    plain: dict[str, Any] = {
        "definition": definition(names),
        "first_day": dt.date(2025, 5, 5),
        "last_day": dt.date(2025, 6, 23),
        "entered": entered,
        "immature": 150,
        "conversion": rate,
        "steps": steps(counts, names),
        "moved": moved,
        "ever": pd.DataFrame({"step": range(1, len(names) + 1), "name": names, "units": counts}),
        "trend": trend(counts),
        "times": times(counts, names),
        "curve": curve(rate.value if entered else 0.0),
        "left_after_days": 30.0,
        "median_days": math.nan,
        "sensitivity": sensitivity(),
        "tools": pd.DataFrame(columns=["tool", "place", "rule", "value", "entered", "converted", "rate", "change"]),
        "parts": pd.DataFrame(
            columns=["part", "from_step", "to_step", "entered", "reached", "rate", "low", "high", "p50"]
        ),
        "silent": Silent(3000, 2150, 2400, 600),
        "unknown_rows": 12,
        "no_window": False,
        "watched_days": 7.0,
        "minimum_base": 30,
        "attempts": None,
        "tables": SimpleNamespace(as_of=AS_OF, has=lambda name, *columns: name == "events"),
    }
    return FunnelResult(**(plain | other))


def card(**changed: Measure) -> ScorecardResult:
    """Every measure known, none of them moved; `changed` replaces some."""
    measures = {name: share(name, 300, 1000, 300, 1000) for name in MEASURES}
    measures["new_people"] = Measure("new_people", "count", 500.0, 500, 490.0, 490, change=10.0,
                                     change_interval=Interval(-50.0, 70.0))  # fmt: skip
    measures |= changed
    return ScorecardResult(
        28, AS_OF - dt.timedelta(days=27), AS_OF, True, "signed_up", False, True, "purchase", 30, ("referral",),
        ("share",), 0.0, tuple(measures[name] for name in MEASURES),
    )  # fmt: skip


def share(name: str, count: int, n: int, count_before: int, n_before: int) -> Measure:
    now, before = count / n, count_before / n_before
    difference = newcombe(count, n, count_before, n_before)
    return Measure(name, "share", now, n, before, n_before, wilson(count, n), now - before, difference)


def view(found: FunnelResult | None = None, code: str = "en", **other: Any) -> View:
    plain: dict[str, Any] = {"minimum_group": 10, "time_zone": "Europe/Berlin", "card": card()}
    return View(found or result(), Language(code, "EUR"), **(plain | other))


def renamed(found: FunnelResult, name: str) -> FunnelResult:
    """The same funnel with one step of another name."""
    names = (*NAMES[:-1], name)
    return replace(found, definition=definition(names), steps=steps(COUNTS, names))
