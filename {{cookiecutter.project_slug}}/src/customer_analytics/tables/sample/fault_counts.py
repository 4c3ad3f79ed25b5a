"""Count the faults again in the finished tables of codes: the exact figures of truth.json.

Every count has a stated rule that holds for the exported files: rows after mapping, duplicates included.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.tables.sample.catalogue import Catalogue
from customer_analytics.tables.sample.faults import BOT_VISITOR, TEST_CUSTOMER
from customer_analytics.tables.sample.frames import Business, Frames
from customer_analytics.tables.sample.people import STAFF_OCCUPATION
from customer_analytics.tables.sample.sources import campaign_code, customer_text

MOST_IDS = 200  # ids that truth.json lists for a fault; the count is always complete

Fault = dict[str, Any]


def count_faults(business: Business, frames: Frames, marks: dict[str, dict[str, object]]) -> dict[str, Fault]:
    """Every fault with its rule, its exact number of rows and the ids of the rows."""
    return {
        **_missing(frames),
        **_orders(business, frames),
        **_lines(business.catalogue, frames),
        **_customers(frames),
        **_events(business, frames),
        **_orphans(business, frames),
        **_touches(frames),
        **_marked(business, marks),
    }


def _fault(table: str, rule: str, rows: int, ids: list[str] | None = None, **more: Any) -> Fault:
    listed = {} if ids is None else {"ids": ids[:MOST_IDS]}
    return {"table": table, "rule": rule, "rows": rows, **listed, **more}


def _missing(frames: Frames) -> dict[str, Fault]:
    customers, orders = frames["customers"], frames["orders"]
    columns = {
        "customers.birth_year": customers["birth_year"] < 0,
        "customers.gender": customers["gender"] < 0,
        "customers.region": customers["region"] < 0,
        "customers.occupation": customers["occupation"] == -1,
        "customers.income_band": customers["income"] < 0,
        "orders.customer_id": orders["customer"] < 0,
    }
    return {
        f"missing.{name}": _fault(name.split(".")[0], "the value is empty", int(rows.sum()))
        for name, rows in columns.items()
    }


def _orders(business: Business, frames: Frames) -> dict[str, Fault]:
    orders, last = frames["orders"], business.world.last_second
    ids = orders["order"].map(lambda number: f"SO-{number}")
    readable = orders["unreadable"] == 0
    both = readable & (orders["paid"] >= 0)
    return {
        name: _fault("orders", rule, int(rows.sum()), sorted(ids[rows]))
        for name, rule, rows in (
            ("order_date_unreadable", "the order time is no date; the loader sets the row aside", ~readable),
            ("order_in_future", "ordered after the last exported day", readable & (orders["ordered"] > last)),
            ("paid_before_order", "payment time before order time", both & (orders["paid"] < orders["ordered"])),
            ("refund_over_amount", "refund greater than the order's amount", orders["refund"] > orders["amount"]),
            ("order_sent_twice", "exact copy of an earlier row", orders.drop(columns="month").duplicated()),
        )
    }


def _lines(catalogue: Catalogue, frames: Frames) -> dict[str, Fault]:
    lines = frames["order_lines"]
    codes = pd.Series([f"P{code}" for code in catalogue.codes] + ["P9999"])
    ids = "SO-" + lines["order"].astype(str) + " " + lines["product"].map(codes)
    twice = lines.drop(columns="month").duplicated()
    return {
        name: _fault("order_lines", rule, int(rows.sum()), sorted(ids[rows]))
        for name, rule, rows in (
            ("negative_price", "unit price below zero", lines["unit_price"] < 0),
            ("zero_price", "unit price of exactly zero", lines["unit_price"] == 0),
            ("line_sent_twice", "exact copy of an earlier row", twice),
            ("product_unknown", "product code that the product list does not have", lines["product"] >= len(catalogue)),
        )
    }


def _customers(frames: Frames) -> dict[str, Fault]:
    customers = frames["customers"]
    ids = pd.Series(customer_text(customers["customer"]), index=customers.index)
    test = customers["customer"] >= TEST_CUSTOMER
    numbers = customers.loc[test, "customer"]
    test_orders = frames["orders"]["customer"].isin(numbers)
    return {
        "test_account": _fault(
            "customers", "id begins with TEST", int(test.sum()), sorted(ids[test]),
            orders=int(test_orders.sum()), amount=int(frames["orders"].loc[test_orders, "amount"].sum()) / 100,
        ),
        "staff_account": _fault(
            "customers", "the occupation says staff", int((customers["occupation"] == STAFF_OCCUPATION).sum()),
            sorted(ids[customers["occupation"] == STAFF_OCCUPATION]),
        ),
        "customer_sent_twice": _fault(
            "customers", "a customer id beyond its first row; the rows are exact copies",
            int(customers["customer"].duplicated().sum()), sorted(ids[customers["customer"].duplicated()]),
        ),
        "region_spelled_otherwise": _fault(
            "customers", "region in capitals or with a leading blank",
            int(((customers["spelling"] > 0) & (customers["region"] >= 0)).sum()),
            leading_blank=int(((customers["spelling"] == 1) & (customers["region"] >= 0)).sum()),
        ),
        "registration_times_differ": _fault(
            "customers", "the two registration times differ by a minute or more, as written",
            int((customers["signed_up"] // 60 != customers["app_signed_up"] // 60).sum()),
        ),
    }  # fmt: skip


def _events(business: Business, frames: Frames) -> dict[str, Fault]:
    events, world = frames["events"], business.world
    bots = events["visitor"] >= BOT_VISITOR
    registered = pd.Series(business.people.signed_up // 60 * 60, index=business.people.numbers)
    signed_up = events["customer"].map(registered)
    day = events["time"] // 86_400
    return {
        "bot": _fault(
            "events", "visitor with more than a thousand events a day", int(bots.sum()),
            sorted(f"ck{number}" for number in events.loc[bots, "visitor"].unique()),
        ),
        "event_in_future": _fault(
            "events", "after the last exported day, by the local clock", int((events["time"] > world.last_second).sum())
        ),
        "event_sent_twice": _fault("events", "exact copy of an earlier row", _copies(events)),
        "event_before_registration": _fault(
            "events", "on a local day before the customer's registration", int((day < signed_up // 86_400).sum())
        ),
    }  # fmt: skip


def _copies(events: pd.DataFrame) -> int:
    """Rows that repeat an earlier row; compared in full only where session, time, role and product agree."""
    key = events["session"].to_numpy().astype(np.uint64) << np.uint64(34)
    key ^= (events["time"].to_numpy() - events["time"].min()).astype(np.uint64) << np.uint64(6)
    key ^= events["role"].to_numpy().astype(np.uint64) ^ (
        events["product"].to_numpy().astype(np.uint64) << np.uint64(3)
    )
    in_order = np.sort(key)
    repeated = np.unique(in_order[1:][in_order[1:] == in_order[:-1]])
    found = np.searchsorted(repeated, key)
    suspected = (
        repeated[np.minimum(found, max(len(repeated) - 1, 0))] == key if len(repeated) else np.zeros(len(key), bool)
    )
    return int(events[suspected].duplicated().sum())


def _orphans(business: Business, frames: Frames) -> dict[str, Fault]:
    customers = frames["customers"]["customer"]
    result = {}
    for table, column, parent in (
        ("orders", "customer", customers), ("order_lines", "order", frames["orders"]["order"]),
        ("touches", "customer", customers), ("events", "customer", customers), ("feedback", "customer", customers),
    ):  # fmt: skip
        values = frames[table][column]
        rows = (values >= 0) & ~values.isin(parent)
        money: dict[str, Any] = {}
        if table == "orders":
            money = {"amount": int(frames[table].loc[rows, "amount"].sum()) / 100}
        if table == "order_lines":
            kept = frames["orders"][frames["orders"]["unreadable"] == 0]
            counted = kept.loc[kept["ordered"] <= business.world.last_second, "order"]
            money = {
                "amount": int((frames[table]["unit_price"] * frames[table]["quantity"])[rows].sum()) / 100,
                "rows_after_loading": int((~values.isin(kept["order"])).sum()),
                "rows_up_to_the_last_day": int((~values.isin(counted)).sum()),
            }
        result[f"orphan.{table}.{column}_id"] = _fault(
            table, "id that its parent table does not have, as exported", int(rows.sum()), **money
        )
    return result


def _touches(frames: Frames) -> dict[str, Fault]:
    touches, customers = frames["touches"], frames["customers"].drop_duplicates("customer")
    without = customers.loc[customers["consent"] == 0, "customer"]
    rows = (touches["sent"] >= 0) & touches["customer"].isin(without)
    campaigns = sorted({campaign_code(int(number)) for number in touches.loc[rows, "campaign"]})
    return {
        "sent_without_consent": _fault(
            "touches", "a message was sent to a customer whose consent is no", int(rows.sum()),
            customers=int(touches.loc[rows, "customer"].nunique()), campaigns=campaigns,
        )
    }  # fmt: skip


def _marked(business: Business, marks: dict[str, dict[str, object]]) -> dict[str, Fault]:
    """Faults that cannot be counted in the finished tables: what was lost or moved."""
    result: dict[str, Fault] = {}
    for name, table in (("tracking_outage", "events"), ("time_zone_shift", "events")):
        if name in marks:
            result[name] = {"table": table, **marks[name]}
    dear = marks.get("price_typed_100_times")
    if dear is not None:
        lines = np.array(dear["lines"]).reshape(-1, 2)
        ids = [f"SO-{order} P{business.catalogue.codes[product]}" for order, product in lines.tolist()]
        rule = "unit price a hundred times too high"
        result["price_typed_100_times"] = _fault("order_lines", rule, len(ids), sorted(ids))
    return result
