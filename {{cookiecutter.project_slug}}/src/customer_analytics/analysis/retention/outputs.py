"""What the retention analysis leaves for machines: metrics, tables behind the charts, a list of people's states."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.retention import periods
from customer_analytics.analysis.retention.daily import MAU_DAYS
from customer_analytics.analysis.retention.lifecycle import DORMANT, KINDS
from customer_analytics.analysis.retention.result import RetentionResult, as_date
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
STATES = 6  # complete periods in the list of states
INACTIVE = "inactive"
_FIRST = ["cohort", "period", "size", "eligible", "active", "rate"]


def metrics(result: RetentionResult) -> Metrics:
    """Flat name -> number; None where not estimable (or the base is below the minimum)."""
    base = result.parameters.minimum_base
    numbers: Metrics = {
        "people": result.size,
        "cohorts": int(result.cohorts["cohort"].nunique()),
    }
    for row in result.headline.to_dict("records"):
        enough = row["eligible"] >= base
        for name, column in (("", "rate"), ("_low", "low"), ("_high", "high")):
            numbers[f"day_{row['day']:.0f}{name}"] = _number(row[column]) if enough else None
    numbers |= _period_metrics(result, base) | _daily_metrics(result) | _lifecycle_metrics(result)
    found = result.revenue if result.revenue is not None and result.revenue.people >= base else None
    for name in ("grr", "nrr"):
        numbers[name] = None if found is None else _number(getattr(found, name))
        interval = (math.nan, math.nan) if found is None else getattr(found, f"{name}_interval")
        numbers |= {f"{name}_low": _number(interval[0]), f"{name}_high": _number(interval[1])}
    numbers["revenue_window_days"] = None if found is None else found.days
    if result.repurchase is not None:
        for row in result.repurchase.to_dict("records"):
            enough = row["eligible"] >= base
            numbers[f"repurchase.{row['within_days']:.0f}"] = _number(row["rate"]) if enough else None
    numbers["silent_days"] = result.silent_days
    numbers["return_days.p50"] = result.rhythm.median_days if result.rhythm else None
    return numbers


def _period_metrics(result: RetentionResult, base: int) -> Metrics:
    """Retention of the period after the start, and of the brackets."""
    after = result.curve[(result.curve["period"] == 1) & (result.curve["eligible"] >= base)]
    numbers: Metrics = {
        f"period_1.{name}": _number(after[name].iloc[0]) if len(after) else None
        for name in ("bounded", "unbounded", "bounded_simple")
    }
    for row in result.brackets.to_dict("records"):
        enough = row["eligible"] >= base
        numbers[f"bracket.{row['from']}_{row['to']}"] = _number(row["rate"]) if enough else None
    return numbers


def _daily_metrics(result: RetentionResult) -> Metrics:
    """Of the last complete day, and the means of the last 28 days."""
    table = result.daily
    numbers: Metrics = {}
    for name in ("dau", "wau", "mau"):
        numbers[name] = _whole(table[name].iloc[-1]) if len(table) else None
        recent = table[name].iloc[-MAU_DAYS:].dropna()
        numbers[f"{name}.mean"] = _number(recent.mean()) if len(recent) else None
    sticky = result.stickiness
    numbers["stickiness"] = None if sticky is None else _number(sticky.value)
    numbers["stickiness_low"] = None if sticky is None else _number(sticky.interval.low)
    numbers["stickiness_high"] = None if sticky is None else _number(sticky.interval.high)
    return numbers


def _lifecycle_metrics(result: RetentionResult) -> Metrics:
    """Of the last complete period."""
    complete = result.activity[result.activity["complete"].astype(bool)]
    last = complete.iloc[-1] if len(complete) else None
    numbers: Metrics = {"active": None if last is None else int(last["active"])}
    numbers |= {f"active.{name}": None if last is None else int(last[name]) for name in (*KINDS, DORMANT)}
    numbers["quick_ratio"] = None if last is None else _number(last["quick_ratio"])
    return numbers


def tables(result: RetentionResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> table. Cohorts too small to be shown are empty, and so is one more if it would give them away."""
    made = {
        "cohorts": _cohorts(result, minimum_group),
        "activity": _activity(result),
        "retention_curve": _curve(result, minimum_group),
        "brackets": result.brackets,
        "headline": result.headline,
        "day_curve": result.day_curve,
        "daily_activity": _dates(result.daily, "day"),
        "active_days": result.active_days,
        "next_period": result.next_period,
        "resurrection": result.resurrection,
    }
    if result.repurchase is not None:
        made["repurchase"] = result.repurchase
    if result.value_to_day is not None:
        shown = result.value_to_day.copy()
        hidden = (shown["eligible"] < minimum_group).to_numpy()
        shown.loc[hidden, ["net", "per_person", "low", "high"]] = np.nan
        made["value_to_day"] = shown
    if result.money is not None:
        hidden = _hidden(result.money, minimum_group)
        shown = result.money.astype({"size": object, "eligible": object})
        shown.loc[hidden, ["size", "eligible", "net", "per_person", "cumulative_per_person"]] = None
        made["cohort_money"] = _dates(shown, "cohort")
    found = result.revenue
    if found is not None and found.people >= minimum_group:
        row = {
            "base_from": as_date(found.base_from).isoformat(),
            "later_from": as_date(found.later_from).isoformat(),
            **{name: getattr(found, name) for name in ("days", "people", "base", "later", "kept")},
            **{"grr": found.grr, "grr_low": found.grr_interval.low, "grr_high": found.grr_interval.high},
            **{"nrr": found.nrr, "nrr_low": found.nrr_interval.low, "nrr_high": found.nrr_interval.high},
        }
        made["revenue_retention"] = pd.DataFrame([row])
    return made


def _cohorts(result: RetentionResult, minimum_group: int) -> pd.DataFrame:
    """The triangle: the contract's columns first; counts that are not observed are empty."""
    table = result.cohorts
    shown = table[[*_FIRST, *(name for name in table.columns if name not in _FIRST)]].copy()
    for name in ("active", "unbounded", "on_or_before", "continued", "previous"):
        shown[name] = shown[name].astype("Int64")
    shown = shown.astype({"size": "Int64", "eligible": "Int64", "so_far": "Int64"})
    hidden = _hidden(table, minimum_group)
    numbers = [name for name in shown.columns if name not in ("cohort", "period", "complete", "truncated")]
    shown.loc[hidden, [name for name in numbers if name != "unbounded_firm"]] = pd.NA
    return _dates(shown, "cohort")


def _hidden(table: pd.DataFrame, minimum_group: int) -> np.ndarray:
    """Which rows belong to cohorts that must not be shown."""
    sizes = table.groupby("cohort", sort=True)["size"].first()
    small = sizes.index[small_groups(sizes.to_numpy(np.int64), minimum_group)]
    return table["cohort"].isin(small).to_numpy()


def _curve(result: RetentionResult, minimum_group: int) -> pd.DataFrame:
    """The mean curve, empty at ages where the hidden cohorts have too few people: the mean less the others would tell
    of them."""
    hidden = result.cohorts[_hidden(result.cohorts, minimum_group)]
    left = hidden.groupby("period")["eligible"].sum()
    few = left[(left > 0) & (left < minimum_group)].index
    numbers = [name for name in result.curve.columns if name != "period"]
    shown = result.curve.astype(dict.fromkeys(numbers, float))
    shown.loc[shown["period"].isin(few), numbers] = np.nan
    return shown.astype(dict.fromkeys(("cohorts", "eligible", "settled_eligible"), "Int64"))


def _activity(result: RetentionResult) -> pd.DataFrame:
    table = _dates(result.activity, "period")
    return table.assign(quick_ratio=table["quick_ratio"].replace(np.inf, np.nan))


def _dates(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d")})


def customer_tables(result: RetentionResult) -> dict[str, pd.DataFrame]:
    """File name -> one row a customer: when they were active, and their state in each of the last complete periods."""
    if not result.customers:
        return {}
    return {"lifecycle_states": lifecycle_states(result)}


def lifecycle_states(result: RetentionResult) -> pd.DataFrame:
    """customer_id, cohort, first_active_on, last_active_on, active_days and a column for each of the last complete
    periods (its first day): new, returning, resurrecting, dormant (active in the period before only), inactive (silent
    for longer), empty before the first activity.
    """
    definition = result.definition
    last = periods.last_complete(definition.end, definition.period)
    earliest = periods.number_of(definition.first_day, definition.period)
    shown = [number for number in range(last - STATES + 1, last + 1) if number >= earliest]
    seen = result.days.select("person_id", number=periods.number_column(result.days.day, definition.period))
    seen = seen.filter(seen.number >= last - STATES)
    flags = {f"in_{number}": (seen.number == number).ifelse(1, 0).max() for number in (last - STATES, *shown)}
    active = seen.group_by("person_id").aggregate(**flags).rename(joined_id="person_id")
    own = result.people.filter(result.people.customer_id.notnull(), result.people.first_day.notnull())
    joined = own.left_join(active, [("person_id", "joined_id")])
    names = ["customer_id", "cohort", "first_day", "last_day", "active_days", *flags]
    table: pd.DataFrame = joined.select(*names).order_by("customer_id").to_pandas()
    begun = np.array([periods.number_of(day, definition.period) for day in table["first_day"].tolist()], dtype=np.int64)
    made = pd.DataFrame({"customer_id": table["customer_id"]})
    for name, source in (("cohort", "cohort"), ("first_active_on", "first_day"), ("last_active_on", "last_day")):
        made[name] = table[source].to_numpy(np.int64).astype("datetime64[D]").astype(str)
    made["active_days"] = table["active_days"].to_numpy(np.int64)
    none = pd.Series(0, index=table.index)
    every = range(last - STATES, last + 1)
    flag = {number: table.get(f"in_{number}", none).astype("float64") == 1 for number in every}
    for number in shown:
        here, before = flag[number].to_numpy(), flag[number - 1].to_numpy()
        state = np.select(
            [begun > number, begun == number, here & before, here, before],
            ["", KINDS[0], KINDS[1], KINDS[2], DORMANT],
            default=INACTIVE,
        )
        made[as_date(periods.first_day(number, definition.period)).isoformat()] = state
    return made


def _number(value: float) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _whole(value: float) -> int | None:
    return int(value) if value is not None and math.isfinite(value) else None
