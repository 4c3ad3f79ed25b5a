"""The scorecard against a slow, obvious count over lists of Python, on thousands of small businesses."""

from __future__ import annotations

import datetime as dt
import math
import random
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from any_engine import connect
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from customer_analytics.analysis import scorecard
from customer_analytics.analysis.scorecard.words import referral_channels, sharing_events
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.statistics import newcombe, wilson
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 6, 30)
EVENT = pa.schema(
    [("customer_id", pa.string()), ("visitor_id", pa.string()), ("event", pa.string()),
     ("occurred_at", pa.timestamp("us")), ("occurred_on", pa.date32())]
)  # fmt: skip
ORDER = pa.schema(
    [("order_id", pa.string()), ("customer_id", pa.string()), ("ordered_at", pa.timestamp("us")),
     ("ordered_on", pa.date32()), ("amount", pa.decimal128(18, 4))]
)  # fmt: skip
CUSTOMER = pa.schema(
    [("customer_id", pa.string()), ("signed_up_at", pa.timestamp("us")), ("signed_up_on", pa.date32()),
     ("acquisition_channel", pa.string())]
)  # fmt: skip


def day(ago: int) -> dt.date:
    """0: the as-of day."""
    return AS_OF - dt.timedelta(days=ago)


def moment(ago: int) -> dt.datetime:
    return dt.datetime.combine(day(ago), dt.time(12))


def event(person: str | None, ago: int, name: str = "view", visitor: str | None = None) -> dict[str, Any]:
    return {"customer_id": person, "visitor_id": visitor, "event": name, "occurred_at": moment(ago),
            "occurred_on": day(ago)}  # fmt: skip


def order(person: str | None, ago: int, amount: float) -> dict[str, Any]:
    return {"order_id": f"{person}-{ago}-{amount}", "customer_id": person, "ordered_at": moment(ago),
            "ordered_on": day(ago), "amount": Decimal(str(amount))}  # fmt: skip


def customer(person: str, ago: int | None, channel: str | None = None) -> dict[str, Any]:
    return {"customer_id": person, "signed_up_at": None if ago is None else moment(ago),
            "signed_up_on": None if ago is None else day(ago), "acquisition_channel": channel}  # fmt: skip


def tables(**rows: list[dict[str, Any]]) -> Tables:
    backend = connect()
    schemas = {"events": EVENT, "orders": ORDER, "customers": CUSTOMER}
    made = {
        name: backend.create_table(name, pa.Table.from_pylist(listed, schema=schemas[name]))
        for name, listed in rows.items()
    }
    return Tables(backend, AS_OF, ZoneInfo("UTC"), made)


def found(base: int = 1, **rows: list[dict[str, Any]]) -> scorecard.ScorecardResult:
    return scorecard.analyse(tables(**rows), FunnelParameters(minimum_base=base))


def within(ago: int, window: int, days: int, shift: int = 0) -> bool:
    """Whether a day so many days ago lies in window 0 (the later), 1 or 2, moved back by `shift`."""
    return window * days + shift <= ago < (window + 1) * days + shift


def slow(
    events: list[dict[str, Any]], orders: list[dict[str, Any]], customers: list[dict[str, Any]], days: int
) -> dict[str, list[float]]:
    """(now, before) of each measure, by going through everybody."""
    ago = {day(number): number for number in range(400)}
    active: dict[str, set[int]] = {}
    anonymous = sum(1 for one in events if not one["customer_id"] and one["visitor_id"])
    named = sum(1 for one in [*events, *orders] if one["customer_id"])
    if named >= (named + anonymous) / 3:
        events = [one for one in events if one["customer_id"]]
    for one in events:
        person = one["customer_id"] or (one["visitor_id"] and "visitor " + one["visitor_id"])
        if person:
            active.setdefault(person, set()).add(ago[one["occurred_on"]])
    bought: dict[str, set[int]] = {}
    for one in orders:
        if one["customer_id"]:
            active.setdefault(one["customer_id"], set()).add(ago[one["ordered_on"]])
            if one["amount"] > 0:
                bought.setdefault(one["customer_id"], set()).add(ago[one["ordered_on"]])
    start = {one["customer_id"]: ago[one["signed_up_on"]] for one in customers}
    result: dict[str, list[float]] = {}
    for window in range(2):
        new = [person for person, at in start.items() if within(at, window, days)]
        base = [person for person, at in start.items() if within(at, window, days, 30)]
        done = [p for p in base if any(start[p] - 30 <= at <= start[p] for at in bought.get(p, ()))]
        before = [p for p, at in active.items() if any(within(a, window + 1, days) for a in at)]
        stayed = [p for p in before if any(within(a, window, days) for a in active[p])]
        money = sum(float(one["amount"]) for one in orders if within(ago[one["ordered_on"]], window, days))
        buyers = [p for p, at in bought.items() if any(within(a, window, days) for a in at)]
        result.setdefault("new_people", []).append(len(new))
        result.setdefault("activated", []).append(len(done) / len(base) if base else math.nan)
        result.setdefault("returned", []).append(len(stayed) / len(before) if before else math.nan)
        result.setdefault("revenue", []).append(money)
        result.setdefault("buyers", []).append(len(buyers))
    return result


def business(seed: int) -> dict[str, list[dict[str, Any]]]:
    generator = random.Random(seed)
    people = [f"c{number}" for number in range(generator.randint(1, 25))]
    customers = [
        customer(person, generator.randint(0, 150), generator.choice([None, "referral", "ads"])) for person in people
    ]
    events = [
        event(generator.choice([*people, None]), generator.randint(0, 160), generator.choice(["view", "share"]),
              generator.choice([None, "c1", "v"]))
        for _ in range(generator.randint(1, 60))
    ]  # fmt: skip
    events.append(event(people[0], 160))  # the data reach back far enough for three windows
    orders = [
        order(generator.choice([*people, None]), generator.randint(0, 150), generator.choice([10, 25.5, 0, -5]))
        for _ in range(generator.randint(1, 40))
    ]
    orders = [{**one, "order_id": str(place)} for place, one in enumerate(orders)]
    return {"events": events, "orders": orders, "customers": customers}


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_each_measure_is_what_a_slow_count_gives(seed: int) -> None:
    rows = business(seed)
    got, expected = found(**rows), slow(**rows, days=28)
    assert (got.days, got.compared, got.start, got.key) == (28, True, "signed_up", "purchase")
    for name, (now, before) in expected.items():
        measure = got[name]
        assert measure.value == pytest.approx(now, nan_ok=True), name
        if not math.isnan(now):
            assert measure.before == pytest.approx(before, nan_ok=True), name


def test_shares_have_wilson_intervals_and_newcombe_differences() -> None:
    customers = [customer(f"c{k}", 40) for k in range(40)] + [customer(f"d{k}", 70) for k in range(50)]
    orders = [order(f"c{k}", 35, 10) for k in range(30)] + [order(f"d{k}", 65, 10) for k in range(20)]
    orders.append(order("old", 200, 10))
    got = found(30, customers=customers, orders=orders)["activated"]
    assert (got.value, got.n, got.before, got.n_before) == (0.75, 40, 0.4, 50)
    assert got.interval == pytest.approx(wilson(30, 40)) and got.change == pytest.approx(0.35)
    assert got.change_interval == pytest.approx(newcombe(30, 40, 20, 50)) and got.moved


def test_no_share_is_given_below_the_minimum_base() -> None:
    customers = [customer(f"c{k}", 40) for k in range(29)]
    got = found(30, customers=customers, orders=[order("c1", 39, 5), order("old", 200, 10)])
    assert not got["activated"].known and got["activated"].n == 29
    assert not got["returned"].known and not got["revenue_per_buyer"].known
    assert got["new_people"].known  # a count needs no base


def test_who_has_not_had_the_days_for_the_key_act_is_not_called_inactive() -> None:
    """Customers of the last month have had no month: they are new people, and in no activation."""
    customers = [customer(f"c{k}", 5) for k in range(100)] + [customer(f"d{k}", 45) for k in range(40)]
    orders = [order(f"d{k}", 44, 9) for k in range(40)] + [order("old", 200, 10)]
    got = found(30, customers=customers, orders=orders)
    assert (got["new_people"].value, got["activated"].n, got["activated"].value) == (100, 40, 1.0)


def test_where_people_are_known_by_orders_alone_activation_is_the_second_purchase() -> None:
    """The first order is how they came to be known: a share of those who made it would be all of them."""
    orders = [order(f"c{k}", 70, 10) for k in range(40)] + [order(f"c{k}", 50, 10) for k in range(10)]
    got = found(30, orders=[*orders, order("old", 300, 5)])
    assert (got.start, got.key, got.key_days) == ("first_activity", "second_purchase", 60)
    assert got["activated"].value == 0.25 and got["activated"].n == 40


def test_events_alone_have_no_revenue_and_say_so() -> None:
    got = found(events=[event(None, ago, visitor=f"v{ago % 7}") for ago in range(200)])
    assert got.key == "second_day" and not got["revenue"].known and not got["buyers"].known
    assert got["returned"].value == 1.0


def test_cookies_that_never_come_back_do_not_count_as_customers_who_stay_away() -> None:
    """Where customers make a third of the activity they are followed, as in the retention report."""
    events = [event("c", 30), event("c", 3), event("old", 200), *(event(None, 30, visitor=f"v{k}") for k in range(5))]
    got = found(events=events)
    assert got.customers_only and (got["returned"].n, got["returned"].value) == (1, 1.0)
    many = found(events=[*events, *(event(None, 30, visitor=f"w{k}") for k in range(5))])
    assert not many.customers_only and many["returned"].n == 11


def test_the_same_text_as_customer_and_as_visitor_is_two_people() -> None:
    got = found(events=[event("x", 30), *(event(None, 3, visitor="x") for _ in range(5)), event("y", 100)])
    assert got["returned"].n == 1 and got["returned"].value == 0.0


def test_the_beginning_of_the_data_is_not_read_as_an_inflow() -> None:
    """Everybody looks new in the first weeks: with too short a history no change of new people is told."""
    got = found(events=[event(f"c{k}", 41 - k % 42) for k in range(400)])
    assert got.days == 21 and got.start_truncated
    assert got["new_people"].known and math.isnan(got["new_people"].before)


@pytest.mark.parametrize(
    ("span", "days", "compared"),
    [(0, 1, False), (6, 7, False), (13, 7, True), (30, 14, True), (55, 28, True), (300, 28, True)],
)
def test_short_data_get_shorter_windows_in_whole_weeks(span: int, days: int, compared: bool) -> None:
    got = found(events=[event("c", ago) for ago in range(span + 1)])
    assert (got.days, got.compared) == (days, compared)
    assert got.last == AS_OF and (got.last - got.first).days == days - 1


def test_no_rows_at_all_give_nothing_and_no_error() -> None:
    got = found(events=[])
    assert got.days == 0 and not any(measure.known for measure in got.measures)
    assert set(scorecard.metrics(got).values()) == {None}


def test_money_of_orders_without_a_customer_counts_as_money_and_as_no_buyer() -> None:
    got = found(orders=[order("c", 1, 30), order(None, 2, 70), order("c", 100, 1)])
    assert (got["revenue"].value, got["buyers"].value) == (100.0, 1)
    assert got.revenue_without_customer == pytest.approx(0.7)


def test_the_interval_of_a_change_of_money_holds_what_it_says() -> None:
    """People who come by chance, the same in both windows: the interval covers no change in about 95 of 100 draws."""
    generator = np.random.default_rng(4)
    covered = 0
    for _ in range(16):
        orders = []
        for window in range(2):
            for number in range(generator.poisson(80)):
                spent = round(float(generator.gamma(1.2, 30)), 2)
                orders.append(order(f"{window}-{number}", window * 28 + int(generator.integers(0, 28)), spent))
        got = found(orders=[*orders, order("old", 200, 1)])["revenue"]
        covered += got.change_interval.low <= 0 <= got.change_interval.high
    assert covered >= 13


def test_words_of_referral_are_found_in_both_languages_and_recommendation_engines_are_none() -> None:
    channels = [
        "referral",
        "老客推荐",
        "Refer-a-friend",
        "算法推荐",
        "paid search",
        "推荐位",
        "preferred partner",
        "friend_invite",
    ]
    customers = [customer(f"c{place}", 1, channel) for place, channel in enumerate(channels)]
    events = [
        event("c", 1, name)
        for name in ("share_product", "分享", "market_share_view", "reshared", "InviteFriend", "add_shared_cart")
    ]
    data = tables(customers=customers, events=events)
    assert set(referral_channels(data)) == {"referral", "老客推荐", "Refer-a-friend", "friend_invite"}
    assert {"share_product", "分享", "InviteFriend"} <= set(sharing_events(data)) and "reshared" not in sharing_events(
        data
    )


def test_who_passes_it_on_is_counted_among_those_with_events() -> None:
    events = [event(f"c{k}", 3) for k in range(40)] + [event(f"c{k}", 5, "share") for k in range(10)]
    got = found(30, events=[*events, event("old", 200)], customers=[customer("c1", 3, "referral")])
    assert (got["sharers"].value, got["sharers"].n) == (0.25, 40)
    assert got.sharing_events == ("share",) and not got["referred"].known


def test_the_table_names_every_measure_once_and_metrics_are_plain() -> None:
    got = found(**business(3))
    table = scorecard.tables(got)["scorecard"]
    assert list(table["measure"]) == list(scorecard.MEASURES) and len(table.columns) == 14
    assert set(scorecard.metrics(got)) == {
        f"scorecard.{name}{ending}" for name in scorecard.MEASURES for ending in ("", ".before")
    }


def test_the_interval_for_all_measures_is_the_bonferroni_one_and_holds_the_single_one() -> None:
    """Seven looks at 95 % each miss one in three times: together each is at 1 - 0.05 / m."""
    got = found(**business(3))
    known = [measure for measure in got.measures if not math.isnan(measure.change_interval.low)]
    wider = stats.norm.ppf(1 - 0.025 / len(known)) / stats.norm.ppf(0.975)
    for measure in known:
        (low, high), (single_low, single_high) = got.together(measure), measure.change_interval
        assert low <= single_low and high >= single_high
        assert measure.change - low == pytest.approx(wider * (measure.change - single_low))
    assert math.isnan(got.together(scorecard.Measure("sharers", "share")).low)


def test_the_order_in_which_the_engine_meets_the_orders_changes_no_digit() -> None:
    draw = random.Random(4)
    listed = [order(f"C{draw.randrange(90)}", draw.randrange(70), draw.randrange(1, 10**7) / 100) for _ in range(400)]
    listed += [order(None, draw.randrange(70), draw.randrange(1, 10**7) / 100) for _ in range(40)]
    first = scorecard.metrics(found(orders=listed))
    for _ in range(5):
        draw.shuffle(listed)
        assert scorecard.metrics(found(orders=listed)) == first
