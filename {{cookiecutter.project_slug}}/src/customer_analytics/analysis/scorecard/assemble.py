"""From the tables to the scorecard: which windows, which definitions, then one measure after another."""

from __future__ import annotations

import datetime as dt
import math

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.retention.definition import CUSTOMER_SHARE
from customer_analytics.analysis.scorecard import counts
from customer_analytics.analysis.scorecard.counts import Row, Windows
from customer_analytics.analysis.scorecard.result import MEASURES, NOTHING, Key, Kind, Measure, ScorecardResult
from customer_analytics.analysis.scorecard.words import referral_channels, sharing_events
from customer_analytics.analysis.stream.people import is_visitor
from customer_analytics.analysis.stream.person_days import has_events, person_days
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.statistics import Z95, Interval, newcombe, wilson
from customer_analytics.tables.store import Tables

USUAL_DAYS = 28  # four weeks: every weekday counts the same in both windows
LEAST_DAYS = 7
KEY_DAYS: dict[Key, int] = {"purchase": 30, "second_purchase": 60, "second_day": 7}  # days that the key act may take
REGISTERED = 0.5  # share of customers with a time of registration from which it is the start
EPOCH = dt.date(1970, 1, 1)


def analyse(tables: Tables, parameters: FunnelParameters) -> ScorecardResult:
    """The scorecard of the last `compare_days` days (28 where 0), or of half of the data where they are shorter."""
    everyone = person_days(tables)
    days, customers_only = _followed(everyone)
    end = (tables.reference_day - EPOCH).days
    first_day = days.day.min().to_pyarrow().as_py() if _has_rows(days) else None
    span = 0 if first_day is None else end - int(first_day)
    length, compared = _length(span, parameters.compare_days or USUAL_DAYS)
    windows = Windows(end, max(length, 1))
    registered, has_orders = _registered(tables), tables.has("orders", "amount")
    truncated = not registered and span < 3 * length
    key = _key(tables, registered, has_orders)
    lag = KEY_DAYS[key]
    channels, events = referral_channels(tables), sharing_events(tables)
    base = parameters.minimum_base
    measures: dict[str, Measure] = {}
    starts = counts.starts_of(tables, days, registered).cache()
    if length:
        seen = counts.people_in(days, windows)
        new = counts.new_people(starts, windows, lag)
        done = counts.activated(starts, days, windows, lag, key)
        enough = (registered or span >= length + lag, registered or span >= 2 * length + lag)
        measures["new_people"] = _count(
            "new_people", new["new_0"], new["new_1"] if compared and not truncated else None
        )
        measures["activated"] = _share(
            "activated",
            (done["done_0"], new["base_0"] if enough[0] else 0),
            (done["done_1"], new["base_1"] if enough[1] and compared else 0),
            base,
        )
        measures["returned"] = _share(
            "returned",
            (seen["stayed_0"], seen["active_1"] if compared else 0),
            (seen["stayed_1"], seen["active_2"] if span >= 3 * length else 0),
            base,
        )
    nameless = 0.0
    if length and has_orders:
        money = counts.money_in(tables, windows)
        measures |= _of_money(money, compared, base)
        total = money["sum_0"] + money["nameless_sum_0"]
        nameless = money["nameless_sum_0"] / total if total > 0 else 0.0
    if length and channels:
        row = counts.referred(tables, starts, windows, channels)
        measures["referred"] = _shares("referred", row, "referred", "known", compared, base)
    if length and events:
        row = counts.sharers(tables, windows, events)
        measures["sharers"] = _shares("sharers", row, "sharers", "seen", compared, base)
    last = tables.as_of
    return ScorecardResult(
        days=length,
        first=last - dt.timedelta(days=max(length, 1) - 1),
        last=last,
        compared=compared,
        start="signed_up" if registered else "first_activity",
        start_truncated=truncated,
        customers_only=customers_only,
        key=key,
        key_days=lag,
        referral_channels=channels,
        sharing_events=events,
        revenue_without_customer=nameless,
        measures=tuple(measures.get(name, Measure(name, _kind(name))) for name in MEASURES),
    )


def _followed(days: ir.Table) -> tuple[ir.Table, bool]:
    """The people who are counted: customers where they make a third of the activity (as in the retention report: a
    cookie that never comes back is no customer lost), else everybody."""
    rows = days.events.cast("int64") + days.orders.cast("int64")
    of_visitors = ibis.ifelse(is_visitor(days.person_id), rows, 0)
    row = days.aggregate(all=rows.sum(), visitors=of_visitors.sum()).to_pyarrow().to_pylist()[0]
    if not row["visitors"] or row["visitors"] > (1 - CUSTOMER_SHARE) * row["all"]:
        return days, not row["visitors"]
    return days.filter(~is_visitor(days.person_id)), True


def _has_rows(table: ir.Table) -> bool:
    return bool(table.limit(1).count().to_pyarrow().as_py())


def _length(span: int, wanted: int) -> tuple[int, bool]:
    """Days of a window, and whether there are two: shorter in whole weeks where the data are, down to one week."""
    if span >= 2 * wanted:
        return wanted, True
    half = span // 2 // 7 * 7
    if half >= LEAST_DAYS:
        return half, True
    return min(wanted, span), False


def _registered(tables: Tables) -> bool:
    """Whether most customers have a time of registration."""
    if not tables.has("customers", "signed_up_at"):
        return False
    customers = tables["customers"]
    row = customers.aggregate(rows=customers.count(), known=customers.signed_up_at.count()).to_pyarrow().to_pylist()[0]
    return bool(row["known"] and row["known"] >= REGISTERED * row["rows"])


def _key(tables: Tables, registered: bool, has_orders: bool) -> Key:
    """What makes a new person an active one: where the first thing known of everybody is an order, it is the second."""
    if not has_orders:
        return "second_day"
    return "purchase" if registered or has_events(tables) else "second_purchase"


def _kind(name: str) -> Kind:
    kinds: dict[str, Kind] = {"new_people": "count", "buyers": "count", "revenue": "money"}
    return "money_each" if name == "revenue_per_buyer" else kinds.get(name, "share")


def _count(name: str, now: int, before: int | None, both: int = 0) -> Measure:
    """`both`: people counted in both windows; their coming is no change."""
    if before is None:
        return Measure(name, "count", float(now), now)
    half = Z95 * math.sqrt(now + before - 2 * both)
    change = now - before
    interval = Interval(change - half, change + half) if now + before else NOTHING
    return Measure(name, "count", float(now), now, float(before), before, NOTHING, float(change), interval)


def _share(name: str, now: tuple[int, int], before: tuple[int, int], base: int) -> Measure:
    """From (count, base) of each window; no share below the minimum base."""
    (count, n), (count_before, n_before) = now, before
    if n < base or n == 0:
        return Measure(name, "share", n=n)
    value, interval = count / n, wilson(count, n)
    if n_before < base or n_before == 0:
        return Measure(name, "share", value, n, interval=interval)
    earlier = count_before / n_before
    difference = newcombe(count, n, count_before, n_before)
    return Measure(name, "share", value, n, earlier, n_before, interval, value - earlier, difference)


def _shares(name: str, row: Row, count: str, n: str, compared: bool, base: int) -> Measure:
    now, before = ((row[f"{count}_{k}"], row[f"{n}_{k}"]) for k in range(2))
    return _share(name, now, before if compared else (0, 0), base)


def _of_money(row: Row, compared: bool, base: int) -> dict[str, Measure]:
    """Buyers, net money and net money a buyer."""
    now, before = (float(row[f"sum_{k}"]) + float(row[f"nameless_sum_{k}"]) for k in range(2))
    buyers = [int(row[f"buyers_{k}"]) for k in range(2)]
    found = {"buyers": _count("buyers", buyers[0], buyers[1] if compared else None, int(row["both"]))}
    half = Z95 * math.sqrt(float(row["squares_of_change"]) + float(row["nameless_squares_of_change"]))
    change = Interval(now - before - half, now - before + half)
    found["revenue"] = (
        Measure("revenue", "money", now, buyers[0], before, buyers[1], NOTHING, now - before, change)
        if compared
        else Measure("revenue", "money", now, buyers[0])
    )
    each = [_each(float(row[f"spent_{k}"]), float(row[f"spent_squares_{k}"]), buyers[k], base) for k in range(2)]
    (mean, error), (earlier, error_before) = each if compared else (each[0], (math.nan, math.nan))
    both = Z95 * math.hypot(error, error_before)
    found["revenue_per_buyer"] = Measure(
        "revenue_per_buyer", "money_each", mean, buyers[0], earlier, buyers[1] if compared else 0,
        Interval(mean - Z95 * error, mean + Z95 * error), mean - earlier,
        Interval(mean - earlier - both, mean - earlier + both),
    )  # fmt: skip
    return found


def _each(total: float, squares: float, n: int, base: int) -> tuple[float, float]:
    """Mean and its standard error; NaN below the minimum base."""
    if n < base or n < 2:
        return math.nan, math.nan
    mean = total / n
    variance = max(squares - n * mean * mean, 0.0) / (n - 1)
    return mean, math.sqrt(variance / n)
