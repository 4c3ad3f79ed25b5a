"""Faults of the data, planted into the tables of codes; what was planted can be named row by row.

Counts are not kept here: `fault_counts` counts them again in the finished tables, because faults meet (a row that was
sent twice may lack its customer, too).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.tables.sample.browsing import VIEW
from customer_analytics.tables.sample.frames import Business, Frames
from customer_analytics.tables.sample.people import CHANNELS, STAFF_OCCUPATION
from customer_analytics.tables.sample.world import DAY, Ints

UNKNOWN_CUSTOMER = 800_000_001  # numbers from here on are on no list of customers
TEST_CUSTOMER = 900_000_001
UNKNOWN_ORDER = 99_000_001
BOT_VISITOR = 990_000_001
BOT_DAYS = 2
OUTAGE_DAYS_BEFORE_END, OUTAGE_DAYS, OUTAGE_SHARE = 284, 7, 0.93
SHIFT_DAYS_BEFORE_END, SHIFT_DAYS, SHIFT_HOURS, SHIFT_DEVICE = 118, 10, 8, 0
OFFLINE = next(code for code, name in enumerate(CHANNELS) if name.startswith("offline"))


@dataclass
class Bench:
    """What a fault works on. `marks` collects what truth.json says beyond the counts."""

    business: Business
    frames: Frames
    rng: np.random.Generator
    marks: dict[str, dict[str, object]]

    def some(self, table: str, share: float, least: int = 3, *, among: pd.Series | None = None) -> Ints:
        """Positions of a share of a table's rows, at least a few, drawn without repetition."""
        frame = self.frames[table]
        pool = np.arange(len(frame)) if among is None else np.flatnonzero(among.to_numpy())
        size = min(len(pool), max(least, round(share * len(frame))))
        return np.sort(self.rng.choice(pool, size=size, replace=False))

    def set(self, table: str, column: str, rows: Ints, values: Ints | int) -> None:
        """Write values into a column at these positions."""
        frame = self.frames[table]
        changed = frame[column].to_numpy().copy()
        changed[rows] = values
        frame[column] = changed

    def append(self, table: str, rows: pd.DataFrame) -> None:
        """Add rows at the end."""
        self.frames[table] = pd.concat([self.frames[table], rows], ignore_index=True)


def plant_faults(business: Business, frames: Frames) -> dict[str, dict[str, object]]:
    """Plant every fault, in a fixed order, and say what identifies it."""
    bench = Bench(business, frames, business.world.stream("faults"), {})
    for plant in FAULTS:
        plant(bench)
    frames["events"] = frames["events"].sort_values("time", kind="stable", ignore_index=True)
    return bench.marks


def _missing(bench: Bench) -> None:
    customers = bench.frames["customers"]
    # Years of birth are missing more often where customers came offline: missing at random given the channel.
    offline = bench.some("customers", 0.035, among=(customers["channel"] == OFFLINE) & (customers["birth_year"] > 0))
    bench.set("customers", "birth_year", offline, -1)
    shares = {"birth_year": 0.10, "gender": 0.06, "region": 0.03, "occupation": 0.20, "income": 0.28}
    for column, share in shares.items():
        bench.set("customers", column, bench.some("customers", share), -1)
    bench.set("orders", "customer", bench.some("orders", 0.015), -1)


def _test_accounts(bench: Bench) -> None:
    """Accounts of testers, whose orders come to a cent, and of staff, who buy at a rebate of nearly half."""
    world, customers = bench.business.world, bench.frames["customers"]
    count = max(3, len(customers) // 1_000)
    settled = customers["signed_up"] < world.last_second - 30 * DAY
    template = customers.iloc[bench.some("customers", 0, count, among=settled)].copy()
    template["customer"] = TEST_CUSTOMER + np.arange(count)
    bench.append("customers", template.assign(leak=0, consent=0))
    # Three orders for each, at least one day after the registration.
    who = np.repeat(np.arange(count), 3)
    earliest = np.maximum(template["signed_up"].to_numpy()[who] + DAY, world.first_second)
    placed = world.civil((earliest + bench.rng.random(len(who)) * (world.last_second - earliest)).astype(np.int64))
    number = int(bench.frames["orders"]["order"].max()) + 1 + np.arange(len(who))
    month = placed.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    order = {"order": number, "customer": TEST_CUSTOMER + who, "ordered": placed, "paid": placed + 5, "month": month}
    nothing = ("discount", "refund", "status", "channel", "payment", "store", "unreadable")
    bench.append("orders", pd.DataFrame({**order, "amount": 1, **dict.fromkeys(nothing, 0)}))
    bench.append("order_lines", pd.DataFrame(
        {"order": number, "product": 0, "quantity": 1, "unit_price": 1, "cost": 0, "month": month}))  # fmt: skip
    staff = bench.some("customers", 0.004, among=bench.frames["customers"]["customer"] < TEST_CUSTOMER)
    bench.set("customers", "occupation", staff, STAFF_OCCUPATION)
    bench.marks["staff_accounts"] = {"customers": bench.frames["customers"]["customer"].iloc[staff].tolist()}


def _bots(bench: Bench) -> None:
    world = bench.business.world
    count = max(2, len(bench.frames["customers"]) // 2_000)
    per_day = bench.rng.integers(1_100, 1_700, (count, BOT_DAYS))
    quiet = world.days - OUTAGE_DAYS_BEFORE_END  # the week without tracking stays visible
    first_day = bench.rng.integers(30, world.days - 60, count)
    first_day = np.where(np.abs(first_day - quiet) < 15, first_day + 30, first_day)
    bot, day = np.nonzero(np.ones_like(per_day))
    sizes = per_day.ravel()
    row_bot, row_day = np.repeat(bot, sizes), np.repeat(day, sizes)
    begin = world.first_second + (first_day[row_bot] + row_day) * DAY
    products = len(bench.business.catalogue)
    session = int(bench.frames["events"]["session"].max()) + 1 + row_bot * BOT_DAYS + row_day
    columns = {
        "session": session, "role": VIEW, "time": world.civil(begin + bench.rng.integers(0, DAY, len(row_bot))),
        "customer": -1, "visitor": BOT_VISITOR + row_bot, "page": 4, "element": 2,
        "product": bench.rng.integers(0, products, len(row_bot)), "source": 0, "device": 2, "properties": 0,
    }  # fmt: skip
    bench.append("events", pd.DataFrame(columns).astype(bench.frames["events"].dtypes))


def _outage(bench: Bench) -> None:
    """A week in which the tracking lost most sessions, whole."""
    world, events = bench.business.world, bench.frames["events"]
    first = world.last_second + 1 - OUTAGE_DAYS_BEFORE_END * DAY
    within = (events["time"] >= first) & (events["time"] < first + OUTAGE_DAYS * DAY)
    sessions = np.unique(events.loc[within, "session"])
    lost = sessions[bench.rng.random(len(sessions)) < OUTAGE_SHARE]
    gone = within & events["session"].isin(lost)
    bench.frames["events"] = events[~gone].reset_index(drop=True)
    day = np.datetime64(first, "s").astype("datetime64[D]")
    bench.marks["tracking_outage"] = {
        "first_day": str(day), "last_day": str(day + np.timedelta64(OUTAGE_DAYS - 1, "D")),
        "rows_lost": int(gone.sum()), "sessions_lost": len(lost), "sessions_before": len(sessions),
    }  # fmt: skip


def _wrong_clock(bench: Bench) -> None:
    """One device's clock ran hours ahead for some days: its events were taken for local time twice."""
    world, events = bench.business.world, bench.frames["events"]
    first = world.last_second + 1 - SHIFT_DAYS_BEFORE_END * DAY
    rows = np.flatnonzero(
        (events["time"] >= first) & (events["time"] < first + SHIFT_DAYS * DAY) & (events["device"] == SHIFT_DEVICE)
    )
    bench.set("events", "time", rows, events["time"].to_numpy()[rows] + SHIFT_HOURS * 3_600)
    day = np.datetime64(first, "s").astype("datetime64[D]")
    bench.marks["time_zone_shift"] = {
        "table": "events", "device": "iOS app", "hours": SHIFT_HOURS, "rows": len(rows),
        "first_day": str(day), "last_day": str(day + np.timedelta64(SHIFT_DAYS - 1, "D")),
        "note": "days by the true clock; the exported times are later by these hours",
    }  # fmt: skip


def _order_of_times(bench: Bench) -> None:
    orders = bench.frames["orders"]
    rows = bench.some("orders", 0.0012, 4, among=orders["paid"] >= 0)
    ordered = orders["ordered"].to_numpy()[rows]
    bench.set("orders", "paid", rows, ordered - bench.rng.integers(3_600, 3 * DAY, len(rows)))
    events, people = bench.frames["events"], bench.business.people
    first = bench.business.world.first_second
    registered = pd.Series(people.signed_up, index=people.numbers)
    signed_up = events["customer"].map(registered).fillna(-1).to_numpy().astype(np.int64)
    possible = pd.Series((signed_up > first + 12 * DAY) & (events["role"] <= VIEW).to_numpy())
    early = bench.some("events", 0.0004, 10, among=possible)
    bench.set("events", "time", early, signed_up[early] - bench.rng.integers(2 * DAY, 10 * DAY, len(early)))


def _money(bench: Bench) -> None:
    orders, lines = bench.frames["orders"], bench.frames["order_lines"]
    rows = bench.some("orders", 0.0006, 3, among=(orders["status"] == 0) & (orders["amount"] > 100))
    bench.set("orders", "refund", rows, (orders["amount"].to_numpy()[rows] * 1.5).astype(np.int64))
    single = lines["unit_price"] > 1
    negative = bench.some("order_lines", 0.0005, 4, among=single)
    bench.set("order_lines", "unit_price", negative, -lines["unit_price"].to_numpy()[negative])
    free = bench.some("order_lines", 0.0008, 4, among=bench.frames["order_lines"]["unit_price"] > 1)
    bench.set("order_lines", "unit_price", free, 0)
    dear = bench.some("order_lines", 0.0001, 2, among=bench.frames["order_lines"]["unit_price"] > 1)
    bench.set("order_lines", "unit_price", dear, bench.frames["order_lines"]["unit_price"].to_numpy()[dear] * 100)
    bench.marks["price_typed_100_times"] = {"lines": _line_keys(bench, dear)}
    bench.marks["negative_price"] = {"lines": _line_keys(bench, negative)}
    bench.marks["zero_price"] = {"lines": _line_keys(bench, free)}


def _line_keys(bench: Bench, rows: Ints) -> list[list[int]]:
    lines = bench.frames["order_lines"].iloc[rows]
    return lines[["order", "product"]].to_numpy().tolist()


def _orphans(bench: Bench) -> None:
    orders = bench.some("orders", 0.0009, 3, among=bench.frames["orders"]["customer"].between(0, UNKNOWN_CUSTOMER - 1))
    bench.set("orders", "customer", orders, UNKNOWN_CUSTOMER + np.arange(len(orders)))
    lines = bench.some("order_lines", 0.0007, 4)
    bench.set("order_lines", "order", lines, UNKNOWN_ORDER + np.arange(len(lines)))
    products = bench.some("order_lines", 0.0006, 4, among=bench.frames["order_lines"]["order"] < UNKNOWN_ORDER)
    bench.set("order_lines", "product", products, len(bench.business.catalogue))
    touches = bench.some("touches", 0.0008, 3)
    bench.set("touches", "customer", touches, UNKNOWN_CUSTOMER + 1_000_000 + np.arange(len(touches)))


def _future(bench: Bench) -> None:
    """Dates typed with a wrong year: exactly one year of 365 days late."""
    recent = bench.business.world.last_second - 300 * DAY
    late = bench.some("orders", 0.0003, 4, among=bench.frames["orders"]["ordered"] > recent)
    for column in ("ordered", "paid"):
        values = bench.frames["orders"][column].to_numpy()[late]
        bench.set("orders", column, late, np.where(values < 0, -1, values + 365 * DAY))
    events = bench.frames["events"]
    rows = bench.some("events", 0.0001, 10, among=events["time"] > recent)
    bench.set("events", "time", rows, events["time"].to_numpy()[rows] + 365 * DAY)


def _duplicates(bench: Bench) -> None:
    """Rows sent twice: events at once, orders and their lines again in the next month's file, customers at the end."""
    bench.append("events", bench.frames["events"].iloc[bench.some("events", 0.002, 20)])
    orders = bench.frames["orders"]
    last = int(orders["month"].max())
    twice = orders.iloc[bench.some("orders", 0.0015, 5, among=orders["month"] < last)]
    lines = bench.frames["order_lines"]
    same = lines[lines["order"].isin(twice["order"]) & (lines["month"] < last)]
    bench.append("orders", twice.assign(month=twice["month"] + 1))
    bench.append("order_lines", same.assign(month=same["month"] + 1))
    bench.append("customers", bench.frames["customers"].iloc[bench.some("customers", 0.001, 3)])


def _spelling(bench: Bench) -> None:
    regions = bench.frames["customers"]["region"] >= 0
    rows = bench.some("customers", 0.016, 4, among=regions)
    bench.set("customers", "spelling", rows, 1 + bench.rng.integers(0, 2, len(rows)))


def _withdrawn_consent(bench: Bench) -> None:
    """Customers without consent who were written to all the same, in the last campaigns."""
    touches = bench.frames["touches"]
    reached = touches.loc[touches["sent"] >= 0, "customer"].unique()
    contacted = bench.frames["customers"]["customer"].isin(reached)
    bench.set("customers", "consent", bench.some("customers", 0.002, 4, among=contacted), 0)


def _unreadable(bench: Bench) -> None:
    rows = bench.some("orders", 0, 4)
    bench.set("orders", "unreadable", rows, 1 + np.arange(len(rows)) % 3)


FAULTS: tuple[Callable[[Bench], None], ...] = (
    _missing, _spelling, _withdrawn_consent, _test_accounts, _order_of_times, _money, _wrong_clock, _outage, _bots,
    _orphans, _future, _duplicates, _unreadable,
)  # fmt: skip
