"""What is counted in the engine: people and money in the later window, the one before and the one before that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.rfm.payments import MONEY, payments
from customer_analytics.analysis.scorecard.result import Key
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.tables.store import Tables

Row = dict[str, Any]
SAFE_DIGITS = 11  # of the 15 to 16 of a float, over which the order of a sum has no say


@dataclass(frozen=True)
class Windows:
    """Days since 1970-01-01. Window k (0: the later one) is [end - (k + 1) days, end - k days)."""

    end: int
    days: int

    def holds(self, day: ir.NumericValue, which: int, shift: int = 0) -> ir.BooleanValue:
        """Whether a day lies in window `which`, moved `shift` days back."""
        last = self.end - which * self.days - shift
        inside: ir.BooleanValue = (day >= last - self.days) & (day < last)
        return inside


def people_in(days: ir.Table, windows: Windows) -> Row:
    """active_0 to active_2: people active in each window; stayed_0, stayed_1: those also active in the one before."""
    person = days.group_by("person_id").aggregate(
        **{f"in_{k}": windows.holds(days.day, k).cast("int8").max() for k in range(3)}
    )
    inside = [person[f"in_{k}"] == 1 for k in range(3)]
    counts = {f"active_{k}": one.cast("int64").sum() for k, one in enumerate(inside)}
    counts |= {f"stayed_{k}": (inside[k] & inside[k + 1]).cast("int64").sum() for k in range(2)}
    return _row(person.aggregate(**counts))


def starts_of(tables: Tables, days: ir.Table, registered: bool) -> ir.Table:
    """person_id and start (day): of the registration, or of the first activity."""
    if not registered:
        return days.group_by("person_id").aggregate(start=days.day.min())
    customers = tables["customers"].filter(lambda table: table.signed_up_on.notnull())
    return customers.select(
        person_id=customers.customer_id, start=customers.signed_up_on.epoch_days().cast("int32")
    ).distinct()


def new_people(starts: ir.Table, windows: Windows, lag: int) -> Row:
    """new_0, new_1: people who began in each window; base_0, base_1: the same, `lag` days earlier."""
    return _row(
        starts.aggregate(
            **{f"new_{k}": windows.holds(starts.start, k).cast("int64").sum() for k in range(2)},
            **{f"base_{k}": windows.holds(starts.start, k, lag).cast("int64").sum() for k in range(2)},
        )
    )


def activated(starts: ir.Table, days: ir.Table, windows: Windows, lag: int, key: Key) -> Row:
    """done_0, done_1: of those who began in a window moved `lag` days back, how many did the key act within `lag` days.

    A purchase may lie on the first day; a second purchase and a second day of activity lie on a later one.
    """
    young = starts.filter((starts.start >= windows.end - 2 * windows.days - lag) & (starts.start < windows.end - lag))
    acts = days if key == "second_day" else days.filter(days.purchases > 0)
    joined = young.join(acts.select("person_id", "day"), "person_id")
    first = joined.start if key == "purchase" else joined.start + 1
    inside = joined.filter((joined.day >= first) & (joined.day <= joined.start + lag))
    done = inside.select("person_id", "start").distinct()
    return _row(
        done.aggregate(**{f"done_{k}": windows.holds(done.start, k, lag).cast("int64").sum() for k in range(2)})
    )


def money_in(tables: Tables, windows: Windows) -> Row:
    """Net money, its sum of squares over people, buyers and their money, for windows 0 and 1.

    An order without a customer counts as a person of its own in money, and is no buyer.
    """
    paid = payments(tables["orders"])
    day = paid.day
    nothing = ibis.literal(0).cast(MONEY)
    amounts = {f"x_{k}": ibis.ifelse(windows.holds(day, k), paid.net, nothing) for k in range(2)}  # exact in any order
    bought = {f"b_{k}": (windows.holds(day, k) & paid.bought).fill_null(False).cast("int8") for k in range(2)}
    recent = paid.mutate(**amounts, **bought).filter(day >= windows.end - 2 * windows.days)
    known = recent.filter(recent.customer_id.notnull())
    one = known.group_by("customer_id").aggregate(
        **{f"x_{k}": known[f"x_{k}"].sum() for k in range(2)}, **{f"b_{k}": known[f"b_{k}"].max() for k in range(2)}
    )
    row = _row(one.aggregate(**_moments(one), **_of_buyers(one)))
    nameless = recent.filter(recent.customer_id.isnull())
    others = _row(nameless.aggregate(**_moments(nameless)))
    return row | {f"nameless_{name}": value for name, value in others.items()}


def _moments(table: ir.Table) -> dict[str, ir.NumericScalar]:
    moments = {f"sum_{k}": table[f"x_{k}"].sum() for k in range(2)}
    change = (table.x_0 - table.x_1).cast("float64")
    return moments | {"squares_of_change": (change * change).sum()}


def _of_buyers(table: ir.Table) -> dict[str, ir.NumericScalar]:
    """buyers_k, and of their money the sum and the sum of squares; both: buyers of both windows."""
    found: dict[str, ir.NumericScalar] = {"both": ((table.b_0 == 1) & (table.b_1 == 1)).cast("int64").sum()}
    for k in range(2):
        is_buyer = table[f"b_{k}"] == 1
        money = table[f"x_{k}"]
        found |= {f"buyers_{k}": is_buyer.cast("int64").sum(), f"spent_{k}": money.sum(where=is_buyer)}
        found |= {f"spent_squares_{k}": (money.cast("float64") * money.cast("float64")).sum(where=is_buyer)}
    return found


def referred(tables: Tables, starts: ir.Table, windows: Windows, channels: Sequence[str]) -> Row:
    """known_k: people who began in window k with a known channel; referred_k: those with one of `channels`."""
    customers = tables["customers"].select(person_id="customer_id", channel="acquisition_channel").distinct()
    young = starts.filter(starts.start >= windows.end - 2 * windows.days)
    joined = young.join(customers, "person_id").filter(lambda table: table.channel.notnull())
    counts = {}
    for k in range(2):
        inside = windows.holds(joined.start, k)
        counts[f"known_{k}"] = inside.cast("int64").sum()
        counts[f"referred_{k}"] = (inside & joined.channel.isin(list(channels))).cast("int64").sum()
    return _row(joined.aggregate(**counts))


def sharers(tables: Tables, windows: Windows, events: Sequence[str]) -> Row:
    """seen_k: people with an event in window k; sharers_k: those with one of `events`."""
    table = tables["events"]
    day = table.occurred_on.epoch_days().cast("int32")
    table = table.mutate(person_id=person_id(table), day=day, shares=table.event.isin(list(events)))
    recent = table.filter(table.person_id.notnull() & (table.day >= windows.end - 2 * windows.days))
    inside = {f"seen_{k}": windows.holds(recent.day, k) for k in range(2)}
    one = recent.group_by("person_id").aggregate(
        **{name: is_in.cast("int8").max() for name, is_in in inside.items()},
        **{f"sharers_{k}": (inside[f"seen_{k}"] & recent.shares).cast("int8").max() for k in range(2)},
    )
    return _row(one.aggregate(**{name: one[name].cast("int64").sum() for name in one.columns if name != "person_id"}))


def _row(table: ir.Table) -> Row:
    """The only row of an aggregate; sums over nothing are 0. Money is summed as decimals, exactly; the last digits of
    a sum of floats are those of the order in which the engine met the rows, and are left off."""
    (row,) = table.to_pyarrow().to_pylist()
    return {name: _number(value) for name, value in row.items()}


def _number(value: Decimal | float | None) -> float:
    if isinstance(value, float):
        return float(f"{value:.{SAFE_DIGITS}g}")
    return float(value) if isinstance(value, Decimal) else value or 0
