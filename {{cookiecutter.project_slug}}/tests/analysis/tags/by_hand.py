"""Every tag of the shipped catalogue computed again by pandas, from the Parquet files, without the query language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ZONE = "Europe/London"
VIEWS = {"view_item"}
CARTS = {"add_to_cart"}
HOURS = {
    "early": (5, 6, 7, 8),
    "forenoon": (9, 10, 11),
    "midday": (12, 13),
    "afternoon": (14, 15, 16, 17),
    "evening": (18, 19, 20, 21),
    "night": (22, 23, 0, 1, 2, 3, 4),
}


class Client:
    """The tables as pandas sees them, up to the as-of day, and one row per customer to put tags into."""

    def __init__(self, folder: Path, as_of: dt.date) -> None:
        self.as_of = pd.Timestamp(as_of)
        self.customers = self._read(folder, "customers", "signed_up_at")
        self.orders = with_net(self._read(folder, "orders", "ordered_at"))
        self.purchases = self.orders[(self.orders.amount > 0) & (self.orders.net > 0)]
        self.lines = self._lines(folder)
        self.events = self._read(folder, "events", "occurred_at")
        self.touches = self._read(folder, "touches", "sent_at", "assigned_at")
        self.feedback = self._read(folder, "feedback", "given_at")
        self.contracts = self._read(folder, "subscriptions", "started_at")
        ids = pd.concat([self.customers.customer_id, self.orders.customer_id]).dropna().unique()
        self.ids = pd.Index(sorted(ids), name="customer_id")

    def _read(self, folder: Path, name: str, *times: str) -> pd.DataFrame:
        table = pd.read_parquet(folder / f"{name}.parquet")
        for column in table:
            if len(table) and type(table[column].dropna().iloc[:1].squeeze()).__name__ == "Decimal":
                table[column] = table[column].astype(float)
        moment = table[times[0]]
        for other in times[1:]:
            moment = moment.fillna(table[other])
        table["local"] = local(moment)
        table["day"] = table.local.dt.normalize()
        limiting = local(table[times[-1]]).dt.normalize()  # the table's own time: rows after the as-of day do not count
        return table[~(limiting > self.as_of)]

    def _lines(self, folder: Path) -> pd.DataFrame:
        lines = pd.read_parquet(folder / "order_lines.parquet")
        for column in ("unit_price", "amount", "cost"):
            lines[column] = lines[column].astype(float)
        heads = self.purchases.groupby("order_id")[["customer_id", "local", "day"]].min().reset_index()
        lines = lines.drop(columns=[c for c in ("customer_id", "ordered_at") if c in lines]).merge(heads, on="order_id")
        products = (
            pd.read_parquet(folder / "products.parquet").groupby("product_id")[["name", "category", "margin"]].max()
        )
        own = lines.product_id.map(products.category), lines.product_id.map(products.name)
        lines["category"] = lines.category.fillna(own[0])
        lines["product_name"] = lines.product_name.fillna(own[1])
        lines["profit"] = (lines.amount - lines.cost).fillna(lines.amount * lines.product_id.map(products.margin))
        return lines

    # --- what rules are made of ---------------------------------------------------------------------------------

    def last(self, rows: pd.DataFrame, days: int) -> pd.DataFrame:
        return rows[rows.day > self.as_of - pd.Timedelta(days=days)]

    def count(self, rows: pd.DataFrame) -> pd.Series:
        return rows.groupby("customer_id").size().reindex(self.ids, fill_value=0).astype(float)

    def total(self, rows: pd.DataFrame, column: str) -> pd.Series:
        return rows.groupby("customer_id")[column].sum().reindex(self.ids, fill_value=0.0)

    def distinct(self, rows: pd.DataFrame, column: str) -> pd.Series:
        return rows.groupby("customer_id")[column].nunique().reindex(self.ids, fill_value=0).astype(float)

    def figure(self, rows: pd.DataFrame, column: str, how: str) -> pd.Series:
        return rows.groupby("customer_id")[column].agg(how).reindex(self.ids)

    def share(self, rows: pd.DataFrame, met: pd.Series, prior: float = 0) -> pd.Series:
        n = self.count(rows)
        k = self.count(rows[met.fillna(False)])
        return ((k + prior * k.sum() / n.sum()) / (n + prior)).where(n > 0)

    def most(self, rows: pd.DataFrame, column: str) -> pd.Series:
        """Most frequent; of equals the latest, then the first in order."""
        counted = rows.groupby(["customer_id", column]).agg(n=("local", "size"), last=("local", "max")).reset_index()
        counted = counted.sort_values(["customer_id", "n", "last", column], ascending=[True, False, False, True])
        return counted.drop_duplicates("customer_id").set_index("customer_id")[column].reindex(self.ids)

    def latest(self, rows: pd.DataFrame, column: str) -> pd.Series:
        known = rows.dropna(subset=[column]).sort_values(
            ["customer_id", "local", column], ascending=[True, False, True]
        )
        return known.drop_duplicates("customer_id").set_index("customer_id")[column].reindex(self.ids)

    def since(self, rows: pd.DataFrame, how: str) -> pd.Series:
        day = rows.groupby("customer_id").day.agg(how).reindex(self.ids)
        return (self.as_of - day).dt.days + 1.0

    def fact(self, column: str) -> pd.Series:
        """A column of customers; of two rows for one customer the larger value, of flags true where both are."""
        how: Callable[[pd.Series], Any] = lambda group: group.dropna().max() if group.notna().any() else None  # noqa: E731
        if column == "consent":
            how = lambda group: bool(group.dropna().all()) if group.notna().any() else None  # noqa: E731
        return self.customers.groupby("customer_id")[column].agg(how).reindex(self.ids)


def local(moment: pd.Series) -> pd.Series:
    return moment.dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None)


def with_net(orders: pd.DataFrame) -> pd.DataFrame:
    """Net money: nothing when unpaid or cancelled, the rest after refunds otherwise, returns in full."""
    status = orders.status.str.strip().str.lower()
    paid = status.isin(["paid", "refunded"]) | (~status.isin(["unpaid", "cancelled"]) & orders.paid_at.notna())
    refund = orders.refund.abs().fillna(0.0)
    net = (orders.amount - refund).where(paid, 0.0)
    net = net.mask((status == "refunded") & (refund == 0), 0.0)
    net = net.mask((orders.amount < 0), orders.amount.where(status != "unpaid", 0.0))
    return orders.assign(net=net.fillna(0.0).round(4))


def rank(x: pd.Series) -> pd.Series:
    return (x.rank(method="min") - 1) / (x.count() - 1)


def band(x: pd.Series, *cuts: float) -> pd.Series:
    labels = [f"<{cuts[0]}", *(f"{a}–{b - 1}" for a, b in pairwise(cuts)), f"{cuts[-1]}+"]
    return pd.cut(x, [-np.inf, *cuts, np.inf], right=False, labels=labels).astype(object)


def part_of_day(hour: pd.Series) -> pd.Series:
    names = {hour: name for name, hours in HOURS.items() for hour in hours}
    return hour.map(names)


def all_tags(c: Client) -> dict[str, pd.Series]:
    """Every tag by name."""
    return {**base(c), **behaviour(c), **looking(c), **interest(c), **value(c), **lifecycle(c), **risk(c)}


def base(c: Client) -> dict[str, pd.Series]:
    age = c.as_of.year - c.fact("birth_year").astype(float)
    tags = {name: c.fact(name) for name in ("gender", "region", "city", "occupation", "income_band")}
    tags |= {name: c.fact(name) for name in ("acquisition_channel", "acquisition_campaign")}
    born = c.fact("birth_year").astype(float)
    return tags | {
        "age": age,
        "age_band": band(age, 18, 25, 35, 45, 55, 65),
        "birth_cohort": band(born, 1960, 1970, 1980, 1985, 1990, 1995, 2000, 2005),
        "tenure": tenure(c),
        "tenure_band": band(tenure(c), 30, 90, 180, 365, 730),
        "may_contact": c.fact("consent"),
    }


def tenure(c: Client) -> pd.Series:
    registered = c.customers.groupby("customer_id").day.min().reindex(c.ids)
    first = c.orders.groupby("customer_id").day.min().reindex(c.ids)
    return (c.as_of - registered.fillna(first)).dt.days + 1.0


def behaviour(c: Client) -> dict[str, pd.Series]:
    bought, events = c.purchases, c.events
    tags: dict[str, pd.Series] = {}
    for name, hours in HOURS.items():
        tags[f"{name}_share"] = c.share(bought, bought.local.dt.hour.isin(hours), 5)
        tags[f"visit_{name}_share"] = c.share(events, events.local.dt.hour.isin(hours), 20)
    tags["weekend_share"] = c.share(bought, bought.day.dt.dayofweek >= 5, 5)
    tags["visit_weekend_share"] = c.share(events, events.day.dt.dayofweek >= 5, 20)
    tags["weekday_share"] = c.share(bought, bought.day.dt.dayofweek < 5, 5)
    tags["purchase_hour"] = c.most(bought.assign(hour=bought.local.dt.hour), "hour")
    tags["visit_hour"] = c.most(events.assign(hour=events.local.dt.hour), "hour")
    tags["purchase_time"], tags["visit_time"] = part_of_day(tags["purchase_hour"]), part_of_day(tags["visit_hour"])
    tags["purchase_weekday"] = c.most(bought.assign(weekday=bought.day.dt.dayofweek + 1), "weekday")
    for prefix, rows, column, prior in (
        ("device_share", events, "device", 20),
        ("channel_share", bought, "channel", 5),
        ("payment_share", bought, "payment_method", 5),
        ("category_share", c.lines, "category", 10),
        ("page_share", events, "page", 20),
    ):
        for each in rows[column].dropna().unique():
            tags[f"{prefix}|{each}"] = c.share(rows, rows[column] == each, prior)
    for name, rows, column in (
        ("main_device", events, "device"),
        ("main_channel", bought, "channel"),
        ("traffic_source", events, "channel"),
        ("payment_method", bought, "payment_method"),
        ("main_store", bought, "store"),
        ("favourite_page", events, "page"),
    ):
        tags[name] = c.most(rows, column)
    tags["device_count"], tags["store_count"] = c.distinct(events, "device"), c.distinct(bought, "store")
    tags["channel_count"] = c.distinct(bought, "channel")
    return tags | how_often(c) | visits(c)


def how_often(c: Client) -> dict[str, pd.Series]:
    bought, lines, count = c.purchases, c.lines, c.count(c.purchases)
    days = c.since(bought, "min")
    orders = c.distinct(lines, "order_id").replace(0, np.nan)
    discounted = bought[bought.discount > 0]
    before = c.total(discounted, "amount") + c.total(discounted, "discount")
    return {
        "purchase_count": count,
        "purchases_90_days": c.count(c.last(bought, 90)),
        "purchases_365_days": c.count(c.last(bought, 365)),
        "orders_per_month": count * 30 / days.clip(lower=30).fillna(30),
        "trades_a_month": c.count(c.last(bought, 360)) / 12,
        "basket_lines": c.count(lines) / orders,
        "basket_units": c.total(lines, "quantity") / orders,
        "products_held": c.distinct(lines, "product_id"),
        "discount_share": c.share(bought, bought.discount > 0, 5),
        "discount_depth": c.total(discounted, "discount") / before.replace(0, np.nan),
        "price_sensitive": (c.count(discounted) / count >= 0.5).where(count >= 3),
    }


def visits(c: Client) -> dict[str, pd.Series]:
    events, in_session = c.events, c.events[c.events.session_id.notna()]
    recent = c.distinct(c.last(events, 30), "day")
    earlier = events[(events.day <= c.as_of - pd.Timedelta(days=29)) & (events.day > c.as_of - pd.Timedelta(days=119))]
    return {
        "visit_days_30": recent,
        "highly_active_learner": recent >= 8,
        "visits_fading": recent / (c.distinct(earlier, "day") / 3).replace(0, np.nan),
        "sessions_90_days": c.distinct(c.last(events, 90), "session_id"),
        "events_per_session": c.count(in_session) / c.distinct(events, "session_id").replace(0, np.nan),
        "search_share": c.share(events, events.event.str.contains("search", regex=False), 20),
    }


def looking(c: Client) -> dict[str, pd.Series]:
    viewed, carted = c.events[c.events.event.isin(VIEWS)], c.events[c.events.event.isin(CARTS)]
    count = c.count(c.purchases).replace(0, np.nan)
    for_one = c.count(viewed) / count
    waited = c.since(c.events, "min") - c.since(c.purchases, "min")
    waited = waited.where(waited >= 0)
    no_purchase = {days: c.count(c.last(c.purchases, days)) == 0 for days in (14, 90)}
    return {
        "views": c.count(viewed),
        "carts": c.count(carted),
        "views_per_purchase": for_one,
        "carts_per_purchase": c.count(carted) / count,
        "days_view_to_purchase": waited,
        "impulse_buyer": ((waited == 0) & (rank(for_one) <= 0.2)).where(waited.notna()),
        "rational_comparer": (rank(for_one) >= 0.8).where(for_one.notna()),
        "looks_without_buying": (c.count(c.last(viewed, 90)) >= 5) & no_purchase[90],
        "cart_left_behind": (c.count(c.last(carted, 14)) >= 1) & no_purchase[14],
    }


def interest(c: Client) -> dict[str, pd.Series]:
    lines, delivered = c.lines, c.touches[c.touches.delivered_at.notna()]
    known = c.count(lines[lines.category.notna()])
    favourite = c.most(lines, "category").where(known >= 3)
    recent = c.most(c.last(lines, 90), "category")
    numbered = lines[lines.product_id.notna()]
    return {
        "favourite_category": favourite,
        "recent_category": recent,
        "taste_moved": ((recent != favourite) & favourite.notna()).where(recent.notna()),
        "category_breadth": c.distinct(lines, "category"),
        "categories_per_line": c.distinct(lines, "category") / known.replace(0, np.nan),
        "product_breadth": c.distinct(lines, "product_id"),
        "favourite_product": c.most(lines, "product_name"),
        "same_product_share": 1 - c.distinct(lines, "product_id") / c.count(numbered).replace(0, np.nan),
        "products_looked_at": c.distinct(c.events, "product_id"),
        "feedback_count": c.count(c.last(c.feedback, 365)),
        "community_voice": c.count(c.last(c.feedback, 365)) >= 3,
        "feedback_topic": c.most(c.feedback, "topic"),
        "open_rate": c.share(delivered, delivered.opened_at.notna(), 5),
        "click_rate": c.share(delivered, delivered.clicked_at.notna(), 5),
        "reads_messages": c.count(c.last(c.touches[c.touches.opened_at.notna()], 90)) >= 1,
    }


def value(c: Client) -> dict[str, pd.Series]:
    bought, lines = c.purchases, c.lines
    count, revenue = c.count(bought), c.total(c.orders, "net")
    place = rank(revenue.where(count > 0))
    tier = pd.Series(np.select([place >= 0.8, place >= 0.5], ["high", "middle"], "low"), c.ids).where(place.notna())
    half, year = c.total(c.last(bought, 182), "net"), c.total(c.last(bought, 364), "net")
    trend = half / (year - half).round(6).replace(0, np.nan)
    direction = pd.Series(np.select([trend >= 1.25, trend <= 0.75], ["rising", "falling"], "steady"), c.ids)
    units = lines[lines.quantity > 0]
    priced = lines[lines.profit.notna()]
    return {
        "total_revenue": revenue,
        "revenue_90_days": c.total(c.last(bought, 90), "net"),
        "revenue_365_days": c.total(c.last(bought, 365), "net"),
        "order_value": c.figure(bought, "net", "mean"),
        "largest_order": c.figure(bought, "net", "max"),
        "price_level": c.total(units, "amount") / c.total(units, "quantity").replace(0, np.nan),
        "margin_money": c.total(lines, "profit"),
        "margin_share": c.total(lines, "profit") / c.total(priced, "amount").replace(0, np.nan),
        "revenue_rank": place,
        "value_tier": tier,
        "spend_trend": trend,
        "spend_direction": direction.where(trend.notna()),
        "long_standing_high_value": (tier == "high") & (tenure(c) >= 365),
        "contract_price": c.total(c.contracts[c.contracts.ended_at.isna()], "price"),
    }


def lifecycle(c: Client) -> dict[str, pd.Series]:
    bought, count = c.purchases, c.count(c.purchases)
    last, first, seen = c.since(bought, "max"), c.since(bought, "min"), c.since(c.events, "max")
    registered = (c.as_of - c.customers.groupby("customer_id").day.max().reindex(c.ids)).dt.days + 1.0
    gap = own_gap(c)
    running, ever = c.count(c.contracts[c.contracts.ended_at.isna()]), c.count(c.contracts)
    activity = pd.Series(np.select([seen <= 7, seen <= 30, seen <= 90], ["active", "quiet", "sleeping"], "gone"), c.ids)
    return {
        "days_since_purchase": last,
        "days_since_first_purchase": first,
        "days_since_visit": seen,
        "days_to_first_purchase": (registered - first).where(registered >= first),
        "registered_only": count == 0,
        "one_time_buyer": count == 1,
        "repeat_buyer": count >= 2,
        "new_buyer": first < 30,
        "typical_gap": gap,
        "rhythm": band(gap, 8, 32, 93, 184),
        "due_in_days": gap - last,
        "activity": activity.where(seen.notna()),
        "contract": pd.Series(np.select([running > 0, ever > 0], ["running", "ended"], "none"), c.ids),
        "contract_plan": c.latest(c.contracts, "plan"),
        "contract_days": c.since(c.contracts[c.contracts.ended_at.isna()], "min"),
        "contract_count": ever,
    }


def own_gap(c: Client) -> pd.Series:
    days = c.purchases.groupby("customer_id").day.unique()
    gaps = {
        who: np.median(np.diff(np.sort(on)).astype("timedelta64[D]").astype(int))
        for who, on in days.items()
        if len(on) > 1
    }
    return pd.Series(gaps, dtype=float).reindex(c.ids)


def risk(c: Client) -> dict[str, pd.Series]:
    orders, said, touches = c.orders, c.feedback, c.touches
    life, worth = lifecycle(c), value(c)
    silence = (life["days_since_purchase"] / life["typical_gap"]).where(c.count(c.purchases) >= 3)
    sent, gone = touches[touches.sent_at.notna()], c.count(touches[touches.unsubscribed_at.notna()]) >= 1
    bad = said[said.rating <= 2]
    angry = said[(said.topic == "complaint") | (said.rating <= 1)]
    status = orders.status
    leaving = (
        (life["days_since_visit"] <= 30) & (worth["value_tier"] == "high") & (worth["spend_direction"] == "falling")
    )
    unread = c.count(c.last(touches[touches.opened_at.notna()], 90)) == 0
    failed = c.events[c.events.properties.fillna("").str.contains("error", regex=False)]
    ended = local(c.contracts.ended_at).dt.normalize().groupby(c.contracts.customer_id).max().reindex(c.ids)
    ended_days = (c.as_of - ended).dt.days + 1.0
    unpaid = orders[status == "unpaid"]
    return {
        "silence_ratio": silence,
        "overdue": (silence > 2).where(silence.notna()),
        "active_and_leaving": leaving,
        "refund_share": c.share(orders, (status == "refunded") | (orders.refund > 0), 10),
        "refunded_money_share": c.total(orders, "refund") / c.total(orders, "amount").replace(0, np.nan),
        "cancelled_share": c.share(orders, status == "cancelled", 10),
        "unpaid_orders": c.count(c.last(unpaid, 90)),
        "likely_default": c.count(c.last(unpaid, 90)) >= 2,
        "returns": c.count(orders[orders.amount < 0]),
        "average_rating": c.figure(said, "rating", "mean"),
        "last_rating": c.latest(said, "rating"),
        "low_ratings": c.count(c.last(bad, 365)),
        "complained": c.count(c.last(angry, 180)) >= 1,
        "complaint_topic": c.most(bad, "topic"),
        "contacts_30_days": c.count(c.last(sent, 30)),
        "contacts_365_days": c.count(c.last(sent, 365)),
        "days_since_contact": c.since(sent, "max"),
        "unsubscribed": gone,
        "contact_fatigue": (c.count(c.last(sent, 30)) >= 3) & unread,
        "reachable": (c.fact("consent") == True) & ~gone,  # noqa: E712
        "failed_steps": c.count(c.last(failed, 90)),
        "contract_idle": (life["contract"] == "running") & (c.count(c.last(c.events, 30)) == 0),
        "contract_just_ended": (life["contract"] == "ended") & (ended_days <= 60),
        "held_out_now": pd.Series(False, c.ids),
    }
