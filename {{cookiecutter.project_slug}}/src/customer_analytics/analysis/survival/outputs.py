"""What is published of staying: numbers for metrics.json, and the tables behind the charts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.retention.result import as_date
from customer_analytics.analysis.survival.comparison import OTHERS
from customer_analytics.analysis.survival.estimate import Curve, restricted_mean
from customer_analytics.analysis.survival.reading import Effect, Mix
from customer_analytics.analysis.survival.result import StayingResult

MOST_ROWS = 400  # times of a curve in the table; a longer curve is thinned


def metrics(result: StayingResult | None) -> dict[str, float | None]:
    """Numbers of staying; null where not estimable.

    staying.silent_days, staying.people, staying.gone, staying.median_days, staying.year_mean_days (restricted to a
    year), staying.log_rank.<column> (Holm), cliff.month, cliff.change, mix.change, mix.part, release.change,
    release.effect, contracts.median.
    """
    if result is None:
        return {}
    curve, cliffs, mix = result.curve, result.cliffs, result.reading.mix
    first = cliffs.found[0] if cliffs.found else None
    numbers: dict[str, float | None] = {
        "staying.silent_days": None if result.silence is None else result.silence.days,
        "staying.people": None if result.judged is None else result.judged.people,
        "staying.gone": None if result.judged is None else result.judged.gone,
        "staying.median_days": None if curve is None else curve.median(),
        "staying.year_mean_days": None if curve is None or curve.time[-1] < 365 else restricted_mean(curve, 365).value,
        "cliff.month": None if first is None else first.month,
        "cliff.change": None if first is None else first.change,
        "mix.change": None if mix is None else mix.change,
        "mix.part": None if mix is None else mix.mix,
        "release.change": None if result.release is None else result.release.change,
        "release.effect": None if result.release is None else result.release.effect,
        "contracts.median": None if result.contracts is None else result.contracts.curve.median(),
    }
    for comparison in result.comparisons:
        numbers[f"staying.log_rank.{comparison.column}"] = _known(comparison.p_adjusted)
    return numbers


def tables(result: StayingResult | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """survival (group, time, at_risk, survival, low, high; group "all" and column=value), staying_groups,
    activity_by_age, activity_by_calendar, activity_by_intake, return_mix, contracts_survival: those that there are."""
    if result is None:
        return {}
    made: dict[str, pd.DataFrame] = {}
    curves = [] if result.curve is None else [_curve_table("all", result.curve, minimum_group)]
    for comparison in result.comparisons:
        curves += [
            _curve_table(f"{comparison.column}={_name(group)}", curve, minimum_group)
            for group, curve in comparison.curves.items()
        ]
    if curves:
        made["survival"] = pd.concat(curves, ignore_index=True)
    if result.comparisons:
        made["staying_groups"] = pd.concat(
            [
                comparison.groups.assign(
                    column=comparison.column, group=comparison.groups["group"].map(_name), limit_days=comparison.limit
                )
                for comparison in result.comparisons
            ],
            ignore_index=True,
        ).pipe(lambda table: table[["column", *[name for name in table.columns if name != "column"]]])
    if len(result.ages):
        made["activity_by_age"] = result.ages[result.ages["people"] >= max(minimum_group, 1)]
    for name, effect in (("calendar", result.reading.calendar), ("intake", result.reading.intake)):
        if effect is not None:
            made[f"activity_by_{name}"] = _effect_table(effect, minimum_group)
    if result.reading.mix is not None:
        made["return_mix"] = _mix_table(result.reading.mix, minimum_group)
    if result.contracts is not None:
        contracts = result.contracts
        made["contracts_survival"] = pd.concat(
            [
                _curve_table("all", contracts.curve, minimum_group),
                *[
                    _curve_table(f"{comparison.column}={_name(group)}", curve, minimum_group)
                    for comparison in contracts.comparisons
                    for group, curve in comparison.curves.items()
                ],
            ],
            ignore_index=True,
        )
    return made


def _name(group: str) -> str:
    return "others" if group == OTHERS else group


def _curve_table(name: str, curve: Curve, minimum_group: int) -> pd.DataFrame:
    """A curve as far as at least `minimum_group` people are under observation, thinned where it is long."""
    table = pd.DataFrame(
        {
            "group": name, "time": curve.time, "at_risk": curve.at_risk.astype(np.int64), "survival": curve.survival,
            "low": curve.low, "high": curve.high,
        }
    )  # fmt: skip
    table = table[table["at_risk"] >= max(minimum_group, 1)]
    if len(table) > MOST_ROWS:
        table = table.iloc[np.unique(np.linspace(0, len(table) - 1, MOST_ROWS).astype(int))]
    return table


def _effect_table(effect: Effect, minimum_group: int) -> pd.DataFrame:
    table = effect.table[effect.table["active"] >= max(minimum_group, 1)]
    return table.assign(start=[as_date(day).isoformat() for day in table["start"]])


def _mix_table(mix: Mix, minimum_group: int) -> pd.DataFrame:
    """The groups of the split; counts and rates of a group that is small on a side are empty."""
    table = mix.table.assign(group=mix.table["group"].map(_name))
    few = (table[["people_earlier", "people_lately"]] < minimum_group).any(axis=1)
    columns = [name for name in table.columns if name != "group"]
    return table.astype(dict.fromkeys(columns, float)).mask(few.to_numpy()[:, None] & (table.columns != "group"))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
