"""Effects by day: when they come, whether they fade, and whether the days after the window pay for them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.timing.blocks import Arm, effects, resampled
from customer_analytics.analysis.timing.days import BEFORE_DAYS, Days
from customer_analytics.analysis.timing.result import (
    ALL_MOVED,
    COURSE,
    DAILY,
    KEPT,
    MOVED,
    NO_GAIN,
    NOT_OVER,
    PARTLY_MOVED,
    UNCLEAR,
)
from customer_analytics.statistics import benjamini_hochberg

Floats = npt.NDArray[np.float64]
DRAWS = 1_000
FALSE_DISCOVERY = 0.05
MOST_MOVED = 0.5  # share of a gain that may at most have been moved where it is called kept


def daily(days: Days, contrast: dict[str, Any], measure: str) -> pd.DataFrame:
    """Columns DAILY of one arm."""
    contact, control = _arms(days, contrast, measure)
    each = effects(contact, control)
    after = effects(*(Arm(arm.n, np.cumsum(arm.sums[:, BEFORE_DAYS:], axis=1)) for arm in (contact, control)))
    gap = np.full(BEFORE_DAYS, np.nan)
    number = np.arange(len(each.value)) - BEFORE_DAYS
    kept = number >= 0 if measure == "converted" else np.full(len(number), True)
    made = pd.DataFrame(
        {
            "day": number, "effect": each.value, "low": each.low, "high": each.high,
            "cumulative": np.concatenate((gap, after.value)), "cumulative_low": np.concatenate((gap, after.low)),
            "cumulative_high": np.concatenate((gap, after.high)),
        }
    )[kept]  # fmt: skip
    named = {name: contrast[name] for name in ("campaign", "arm", "control")}
    return made.assign(**named, measure=measure, n=int(contact.size), n_control=int(control.size))[list(DAILY)]


def course(days: Days, contrast: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """One row of COURSE without q_value: the course of the effect on orders."""
    contact, control = _arms(days, contrast, "orders")
    window = days.windows[contrast["code"]]
    half = max(1, window // 2)
    inside = slice(BEFORE_DAYS, BEFORE_DAYS + window)
    parts = [
        (slice(0, BEFORE_DAYS), 1), (inside, 1), (slice(BEFORE_DAYS, BEFORE_DAYS + half), half),
        (slice(BEFORE_DAYS + half, BEFORE_DAYS + window), max(1, window - half)),
    ]  # fmt: skip
    pooled = [Arm(a.n, np.stack([a.sums[:, s].sum(axis=1) / d for s, d in parts], axis=1)) for a in (contact, control)]
    found = effects(*pooled)
    faded = effects(*(Arm(a.n, a.sums[:, [2]] - a.sums[:, [3]]) for a in pooled))
    has_gain = bool(found.low[1] > 0) and window > 1
    halves: tuple[float, ...] = (math.nan, math.nan, math.nan)
    if has_gain:
        at = Arm(contact.n, np.cumsum(contact.sums[:, inside], axis=1))
        drawn = resampled(at, Arm(control.n, np.cumsum(control.sums[:, inside], axis=1)), DRAWS, rng)
        reached = np.array([half_reached(one) for one in drawn if one[-1] > 0])
        own = half_reached(effects(at, Arm(control.n, np.cumsum(control.sums[:, inside], axis=1))).value)
        halves = (own, *(float(np.quantile(reached, q)) for q in (0.025, 0.975)))
    return {
        **{name: contrast[name] for name in ("campaign", "arm", "control", "sound")}, "measure": "orders",
        "n": int(contact.size), "n_control": int(control.size), "window_days": window,
        "before": found.value[0], "before_low": found.low[0], "before_high": found.high[0],
        "effect": found.value[1], "low": found.low[1], "high": found.high[1],
        "half_days": halves[0], "half_low": halves[1], "half_high": halves[2],
        "early": found.value[2], "late": found.value[3], "fading": faded.value[0], "fading_low": faded.low[0],
        "fading_high": faded.high[0], "p_value": faded.p[0] if has_gain else math.nan,
        "course": "" if has_gain else NO_GAIN,
    }  # fmt: skip


def half_reached(cumulative: Floats) -> float:
    """Days until a cumulative effect, one value a day, first reaches half of its last value; between two days by the
    straight line, the effect starting from 0."""
    level = cumulative[-1] / 2
    place = int(np.argmax(cumulative >= level))
    before = cumulative[place - 1] if place else 0.0
    rise = float(cumulative[place] - before)
    return place + (float(level - before) / rise if rise > 0 else 0.0)


def moved(days: Days, contrast: dict[str, Any], measure: str, rng: np.random.Generator) -> dict[str, Any]:
    """One row of MOVED without q_value and verdict: effect within the window, after it, and in both."""
    contact, control = _arms(days, contrast, measure)
    window, after = days.windows[contrast["code"]], days.after_days(contrast["code"])
    spans = (slice(BEFORE_DAYS, BEFORE_DAYS + window), slice(BEFORE_DAYS + window, None), slice(BEFORE_DAYS, None))
    pooled = [Arm(a.n, np.stack([a.sums[:, span].sum(axis=1) for span in spans], axis=1)) for a in (contact, control)]
    found = effects(*pooled)
    share: tuple[float, ...] = (math.nan, math.nan, math.nan)
    if after and found.low[0] > 0:
        drawn = resampled(pooled[0], pooled[1], DRAWS, rng)
        ratios = -drawn[:, 1] / drawn[:, 0]
        kept = drawn[:, 0] > 0
        share = (-found.value[1] / found.value[0], *(float(np.quantile(ratios[kept], q)) for q in (0.025, 0.975)))
    nothing = np.full(3, np.nan)
    later = np.array([found.value[1], found.low[1], found.high[1]]) if after else nothing
    both = np.array([found.value[2], found.low[2], found.high[2]]) if after else nothing
    return {
        **{name: contrast[name] for name in ("campaign", "arm", "control", "sound")}, "measure": measure,
        "n": int(contact.size), "n_control": int(control.size), "window_days": window, "after_days": after,
        "effect": found.value[0], "low": found.low[0], "high": found.high[0],
        "after": later[0], "after_low": later[1], "after_high": later[2],
        "total": both[0], "total_low": both[1], "total_high": both[2],
        "share_moved": share[0], "share_low": share[1], "share_high": share[2],
        "p_value": found.p[1] if after else math.nan,
    }  # fmt: skip


def courses(lines: list[dict[str, Any]]) -> pd.DataFrame:
    """COURSE, with the false discovery rate over all arms with a gain and the word for each course."""
    table = _with_q(pd.DataFrame(lines, columns=list(COURSE)))
    beyond, open_ = table["q_value"] <= FALSE_DISCOVERY, table["course"] != NO_GAIN
    table.loc[open_, "course"] = "even"
    table.loc[open_ & beyond, "course"] = np.where(table.loc[open_ & beyond, "fading"] > 0, "fades", "grows")
    return table


def verdicts(lines: list[dict[str, Any]]) -> pd.DataFrame:
    """MOVED, with the false discovery rate over the arms of a measure and the verdict."""
    parts = [
        _with_q(own.reset_index(drop=True))
        for _, own in pd.DataFrame(lines, columns=list(MOVED)).groupby("measure", sort=False)
    ]
    if not parts:
        return pd.DataFrame(columns=list(MOVED))
    table = pd.concat(parts, ignore_index=True)
    table["verdict"] = [_verdict(row) for row in table.itertuples()]
    return table


def _verdict(row: Any) -> str:
    if not row.after_days:
        return NOT_OVER
    if not row.low > 0:
        return NO_GAIN
    if row.q_value <= FALSE_DISCOVERY and row.after < 0:
        return ALL_MOVED if row.total_low <= 0 else PARTLY_MOVED
    return KEPT if row.share_high <= MOST_MOVED else UNCLEAR


def _with_q(table: pd.DataFrame) -> pd.DataFrame:
    tested = table["p_value"].notna()
    table["q_value"] = math.nan
    if tested.any():
        table.loc[tested, "q_value"] = benjamini_hochberg(table.loc[tested, "p_value"].to_numpy(np.float64))
    return table


def _arms(days: Days, contrast: dict[str, Any], measure: str) -> tuple[Arm, Arm]:
    return days.arm(contrast["code"], contrast["number"], measure), days.arm(contrast["code"], 0, measure)
