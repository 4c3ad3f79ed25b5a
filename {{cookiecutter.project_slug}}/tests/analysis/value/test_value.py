"""Customer value of a client: histories in the engine, money, groups, hold-out, rules and channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis import value
from customer_analytics.analysis.rfm.customers import day_number
from customer_analytics.analysis.value import histories
from customer_analytics.analysis.value.checks import OrderFacts, check_all
from customer_analytics.analysis.value.forecast import MONTH
from customer_analytics.analysis.value.histories import Split
from customer_analytics.analysis.value.holdout import Score
from customer_analytics.analysis.value.margin import margin
from customer_analytics.analysis.value.rules import Rule, hiatus_days, learn_cells
from customer_analytics.analysis.value.spend import Spends
from customer_analytics.statistics import Interval
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 6, 30)
END = day_number(AS_OF)
Analyse = Callable[..., value.ValueResult]
MakeClient = Callable[..., Tables]


def by_hand(orders: pd.DataFrame, end: dt.date) -> pd.DataFrame:
    """x, recency, age and the sum of repeat values, by pandas."""
    known = orders[pd.to_datetime(orders["ordered_on"]) <= pd.Timestamp(end)]
    days = known.groupby(["customer_id", "ordered_on"])["amount"].sum().reset_index()
    days["number"] = (pd.to_datetime(days["ordered_on"]) - pd.Timestamp("1970-01-01")).dt.days
    own = days.groupby("customer_id")["number"].agg(["min", "max", "size"])
    first = days.groupby("customer_id")["number"].transform("min")
    repeat = days[days["number"] > first].groupby("customer_id")["amount"].sum()
    return pd.DataFrame(
        {
            "x": own["size"] - 1,
            "recency": own["max"] - own["min"],
            "age": day_number(end) - own["min"],
            "repeat_value": repeat.reindex(own.index, fill_value=0.0),
        }
    )


def test_histories_are_those_of_the_orders(client: Tables, client_orders: pd.DataFrame) -> None:
    cut = AS_OF - dt.timedelta(days=180)
    days = histories.purchase_days(client, "paid")
    people = histories.customers(days, END, (Split(END - 180, 180),))
    own = people.to_pandas().set_index("customer_id").sort_index()
    expected = by_hand(client_orders, AS_OF)
    assert own[["x", "recency", "age"]].astype(int).equals(expected[["x", "recency", "age"]].astype(int))
    assert own["repeat_value"].to_numpy() == pytest.approx(expected["repeat_value"].to_numpy(), abs=1e-6)
    earlier = by_hand(client_orders, cut)
    then = own[own["x_0"] >= 0]
    assert then.index.equals(earlier.index)
    assert then["x_0"].tolist() == earlier["x"].tolist() and then["recency_0"].tolist() == earlier["recency"].tolist()
    assert (then["y_0"] == then["x"] - then["x_0"]).all()
    table = histories.split_table(people, 0, 1)
    assert table["n"].sum() == len(earlier) and (table["n"] * table["y"]).sum() == then["y_0"].sum()
    assert histories.history_table(people, 1)["n"].sum() == len(own)


def test_weeks_in_place_of_days_change_little_and_never_pass_the_age(client: Tables) -> None:
    people = histories.customers(histories.purchase_days(client, "paid"), END)
    weeks = histories.history_table(people, 7)
    assert (weeks["recency"] <= weeks["age"]).all() and (weeks[["recency", "age"]] % 7 == 0).all().all()
    days = histories.history_table(people, 1)
    assert weeks["n"].sum() == days["n"].sum() and len(weeks) < len(days)
    means = [(table["age"] * table["n"]).sum() / table["n"].sum() for table in (weeks, days)]
    assert means[0] == pytest.approx(means[1], abs=0.3)


def test_classes_of_values_keep_the_fit(client: Tables) -> None:
    from customer_analytics.analysis.value.spend import fit_spend

    people = histories.customers(histories.purchase_days(client, "paid"), END)
    exact, grouped = (histories.as_spends(histories.spend_table(people, count)) for count in (1, histories.LARGE))
    assert len(grouped.x) < len(exact.x) and grouped.customers == exact.customers
    first, second = fit_spend(exact, 30), fit_spend(grouped, 30)
    assert second.model.population_mean == pytest.approx(first.model.population_mean, rel=1e-4)
    assert second.model.p == pytest.approx(first.model.p, rel=1e-2)


def test_free_orders_count_only_on_request(make_client: MakeClient) -> None:
    rows = [("A", dt.date(2024, 1, 1), 10.0), ("A", dt.date(2024, 2, 1), 0.0), ("B", dt.date(2024, 3, 1), 0.0)]
    tables = make_client(pd.DataFrame(rows, columns=["customer_id", "ordered_on", "amount"]))
    paid, all_orders = (
        histories.customers(histories.purchase_days(tables, counted), END).to_pandas() for counted in ("paid", "all")
    )
    assert paid["customer_id"].tolist() == ["A"] and paid["x"].tolist() == [0]
    assert sorted(zip(all_orders["customer_id"], all_orders["x"], strict=True)) == [("A", 1), ("B", 0)]


def test_the_values_of_customers_add_up_to_those_of_the_groups(worth: value.ValueResult) -> None:
    assert worth.customers is not None and worth.segments is not None and worth.kinds is not None
    total = worth.customers["clv"].sum()
    for table in (worth.segments, worth.kinds, worth.everyone):
        assert table["clv_total"].sum() == pytest.approx(total)
        assert table["customers"].sum() == len(worth.customers)
        filled = table[table["customers"] > 0]
        assert (filled["total_low"] <= filled["clv_total"]).all() and (
            filled["clv_total"] <= filled["total_high"]
        ).all()
        assert (filled["purchases_3"] <= filled["purchases_6"]).all()
        assert (filled["purchases_6"] <= filled["purchases_12"]).all()
    assert worth.customers["customer_id"].is_unique


def test_the_value_of_a_customer_is_the_sum_over_the_months(worth: value.ValueResult) -> None:
    assert worth.customers is not None and worth.fit.model is not None and worth.spend.model is not None
    row = worth.customers[worth.customers["x"] >= 3].iloc[0]
    own = [np.array([value]) for value in (row["x"], row["recency_days"] / 7, row["age_days"] / 7)]
    reached = [0.0] + [float(worth.fit.model.expected(*own, month * MONTH / 7)[0]) for month in range(1, 13)]
    expected = sum(
        (reached[month] - reached[month - 1]) * row["price"] * 1.1 ** (-month / 12) for month in range(1, 13)
    )
    assert row["clv"] == pytest.approx(expected, rel=1e-9)
    assert row["purchases"] == pytest.approx(reached[12], rel=1e-9)


def test_what_truly_came_lies_within_the_intervals(worth: value.ValueResult, client_orders: pd.DataFrame) -> None:
    """The year after, drawn from the same customers: 95 % intervals of customers and of all hold what came."""
    later = client_orders[pd.to_datetime(client_orders["ordered_on"]) > pd.Timestamp(AS_OF)].copy()
    days = (pd.to_datetime(later["ordered_on"]) - pd.Timestamp(AS_OF)).dt.days
    later["worth"] = later["amount"] * 1.1 ** (-np.ceil(days / MONTH) / 12)
    assert worth.customers is not None and worth.everyone is not None
    own = worth.customers.set_index("customer_id")
    came = later.groupby("customer_id")["worth"].sum().reindex(own.index, fill_value=0.0)
    inside = (came >= own["clv_low"] - 1e-9) & (came <= own["clv_high"] + 1e-9)
    assert 0.94 <= inside.mean() <= 0.995
    count = later.groupby("customer_id")["ordered_on"].nunique().reindex(own.index, fill_value=0)
    assert ((count >= own["purchases_low"]) & (count <= own["purchases_high"])).mean() >= 0.95
    row = worth.everyone.iloc[0]
    assert row["total_low"] <= came.sum() <= row["total_high"]
    assert row["clv_total"] == pytest.approx(came.sum(), rel=0.15)
    # Nobody buys again once gone: those called active buy far more often than those called gone.
    assert count[own["p_alive"] > 0.8].mean() > 8 * count[own["p_alive"] < 0.2].mean()


def test_each_parameter_does_something(client: Tables, worth: value.ValueResult, analyse: Analyse) -> None:
    longer = analyse(client, horizon_months=24)
    assert longer.mean[0] > 1.3 * worth.mean[0] and longer.customers is not None
    undiscounted = analyse(client, discount_rate_yearly=0)
    assert worth.mean[0] < undiscounted.mean[0] < 1.1 * worth.mean[0]
    bg = analyse(client, value_model="bg_nbd")
    assert bg.kind == "bg_nbd" and bg.kinds is not None and np.isnan(bg.kinds["p_alive"].iloc[0])
    held = analyse(client, holdout_days=60).holdout
    assert held is not None and held.days == 60 and held.cut == END - 60
    assert analyse(client, minimum_base=10_000).reason == "few_customers"


def test_the_held_out_days_are_scored_by_hand(worth: value.ValueResult, client_orders: pd.DataFrame) -> None:
    held = worth.holdout
    assert held is not None and held.days == 180
    cut = AS_OF - dt.timedelta(days=180)
    own = by_hand(client_orders, cut)
    until = by_hand(client_orders, AS_OF)["x"].reindex(own.index)
    y = (until - own["x"]).to_numpy(float)
    x, recency, age = (own[name].to_numpy(float) for name in ("x", "recency", "age"))
    expected = held.fit.model.expected(x, recency / 7, age / 7, 180 / 7)
    assert held.model.bias == pytest.approx(expected.sum() / y.sum() - 1)
    assert held.model.absolute_error == pytest.approx(np.abs(expected - y).mean())
    rate = next(score for score in held.scores if score.name == "past_rate")
    past = np.where(age > 0, x / np.maximum(age, 1), 0) * 180
    assert rate.squared_error == pytest.approx(((past - y) ** 2).mean())
    assert rate.better_by == pytest.approx(((expected - y) ** 2).mean() - ((past - y) ** 2).mean())
    assert held.by_repeats["customers"].sum() == len(own)
    assert held.tenths["customers"].to_numpy() == pytest.approx(len(own) / 10)
    assert (held.tenths["customers"] * held.tenths["actual"]).sum() == pytest.approx(y.sum())
    order = np.argsort(-expected, kind="stable")
    assert held.model.capture == pytest.approx(y[order][: len(y) // 5].sum() / y.sum(), abs=0.02)


def test_the_model_beats_the_rules_on_customers_that_are_drawn_from_it(worth: value.ValueResult) -> None:
    assert worth.holdout is not None and worth.is_model
    assert all(not score.wins for score in worth.holdout.scores)
    assert abs(worth.holdout.model.bias) < 0.15 and abs(worth.holdout.money_bias) < 0.2


def test_a_rule_that_beats_the_model_is_used(make_client: MakeClient, analyse: Analyse) -> None:
    """From day 250 on everybody buys three times as often: the model draws heavy buyers towards the old mean."""
    generator, rows = np.random.default_rng(2), []
    for customer in range(600):
        rate, now = generator.gamma(2) / 30, float(generator.integers(0, 200))
        while now < 730:
            rows.append((f"C{customer}", AS_OF - dt.timedelta(days=729 - int(now)), 20.0 + customer % 9))
            now += generator.exponential(1 / rate) / (1 if now < 250 else 3)
    result = analyse(make_client(pd.DataFrame(rows, columns=["customer_id", "ordered_on", "amount"])))
    assert result.holdout is not None and result.customers is not None
    assert result.source == result.holdout.winner == "past_rate" and not result.is_model
    own = result.customers
    rate = own["x"] / own["age_days"].clip(lower=1)
    assert own["purchases_12"].to_numpy() == pytest.approx((rate * MONTH * 12).to_numpy())
    assert (own["purchases_low"] <= own["purchases_12"]).all() and (own["clv"] >= 0).all()


def test_a_rule_wins_only_beyond_chance() -> None:
    def scored(low: float, high: float) -> Score:
        return Score("hiatus", 0.0, Interval(0, 0), 1.0, 1.0, 0.5, (low + high) / 2, Interval(low, high))

    assert scored(0.1, 0.3).wins and not scored(-0.1, 0.3).wins


def test_rules_by_hand(make_client: MakeClient) -> None:
    x, recency, age = np.array([0.0, 4.0, 4.0]), np.array([0.0, 80.0, 20.0]), np.array([50.0, 100.0, 100.0])
    assert Rule("past_rate").per_day(x, recency, age).tolist() == [0, 0.04, 0.04]
    assert Rule("hiatus", hiatus=30).per_day(x, recency, age).tolist() == [0, 0.04, 0]
    table = pd.DataFrame(
        {"x": [0, 0, 3], "recency": [0, 0, 90], "age": [100, 100, 100], "y": [0, 1, 6], "n": [3, 1, 2]}
    )
    cells = learn_cells(table, 10)
    assert cells.per_day(np.array([0.0, 3.0]), np.array([0.0, 90.0]), np.array([100.0, 100.0])) == pytest.approx(
        [0.025, 0.6]
    )
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=shift) for shift in (0, 5, 10, 40)]
    orders = pd.DataFrame({"customer_id": "A", "ordered_on": days, "amount": 1.0})
    counted = histories.purchase_days(make_client(orders), "paid")
    assert hiatus_days(counted, day_number(dt.date(2024, 1, 20))) == 5  # the gap of thirty days is not known yet
    assert hiatus_days(counted, END) == 30


def test_margin_comes_from_costs_and_counts_discounts(make_client: MakeClient) -> None:
    orders = pd.DataFrame({"customer_id": ["A", "B"], "ordered_on": [AS_OF, AS_OF], "amount": [90.0, 100.0]})
    lines = pd.DataFrame({"order_id": ["O0", "O0", "O1"], "amount": [60.0, 40.0, 100.0], "cost": [30.0, 20.0, 60.0]})
    found = margin(make_client(orders, order_lines=lines))
    assert found is not None and found.source == "order_lines.cost"
    assert found.share == pytest.approx(1 - 110 / 190) and found.known == 1
    products = pd.DataFrame({"product_id": ["P", "Q"], "margin": [0.5, 0.3]})
    sold = pd.DataFrame({"order_id": ["O0", "O1"], "product_id": ["P", "Q"], "amount": [90.0, 100.0]})
    by_product = margin(make_client(orders, order_lines=sold, products=products))
    assert by_product is not None and by_product.share == pytest.approx((45 + 30) / 190)
    assert margin(make_client(orders)) is None
    half = pd.DataFrame({"order_id": ["O0", "O1"], "amount": [90.0, 100.0], "cost": [30.0, np.nan]})
    assert margin(make_client(orders, order_lines=half)) is None  # 47 % of the money has a cost


def test_margin_scales_the_value_and_says_so(
    client: Tables, client_orders: pd.DataFrame, make_client: MakeClient, analyse: Analyse, worth: value.ValueResult
) -> None:
    known = client_orders[pd.to_datetime(client_orders["ordered_on"]) <= pd.Timestamp(AS_OF)].reset_index(drop=True)
    lines = pd.DataFrame({"order_id": [f"O{place}" for place in range(len(known))], "amount": known["amount"]})
    with_costs = analyse(make_client(known, order_lines=lines.assign(cost=lines["amount"] * 0.75)))
    assert with_costs.is_margin and not worth.is_margin
    assert with_costs.margin is not None and with_costs.margin.share == pytest.approx(0.25, abs=1e-3)
    assert with_costs.mean[0] == pytest.approx(0.25 * worth.mean[0], rel=1e-2)


def test_channels_by_hand(make_client: MakeClient, analyse: Analyse) -> None:
    """Sixty customers a channel: one order of 10 at once and another after 40 days by half of those of the shop."""
    orders, people = [], []
    for place in range(120):
        channel, start = ("shop", "ads")[place % 2], AS_OF - dt.timedelta(days=700 - place)
        people.append((f"C{place}", channel))
        orders.append((f"C{place}", start, 10.0))
        if channel == "shop" and place % 4 == 0:
            orders.append((f"C{place}", start + dt.timedelta(days=40), 10.0))
    tables = make_client(
        pd.DataFrame(orders, columns=["customer_id", "ordered_on", "amount"]),
        customers=pd.DataFrame(people, columns=["customer_id", "acquisition_channel"]),
        spend=pd.DataFrame(
            {
                "day": [AS_OF - dt.timedelta(days=shift) for shift in (700, 0)],
                "channel": " Shop",
                "cost": [300.0, 420.0],
            }
        ),
    )
    found = analyse(tables).acquisition
    assert found is not None and found.steps == 12 and found.has_spend
    table = found.table.set_index("channel")
    assert table["customers"].to_dict() == {"ads": 60, "shop": 60}
    assert table["worth"].to_dict() == {"ads": 10.0, "shop": 15.0}
    assert table.loc["shop", "cost"] == pytest.approx(720 / 60) and np.isnan(table.loc["ads", "cost"])
    assert table.loc["shop", "payback"] == 2 and np.isnan(table.loc["ads", "payback"])
    curve = found.curves[found.curves["channel"] == "shop"]["worth"].tolist()
    assert curve[:3] == [10.0, 15.0, 15.0]


def test_young_customers_do_not_count_as_having_brought_nothing(make_client: MakeClient, analyse: Analyse) -> None:
    orders = [(f"C{place}", AS_OF - dt.timedelta(days=400 if place < 40 else 20), 10.0) for place in range(80)]
    orders += [(f"C{place}", AS_OF - dt.timedelta(days=250), 10.0) for place in range(40)]
    people = pd.DataFrame({"customer_id": [f"C{place}" for place in range(80)], "acquisition_channel": "ads"})
    found = analyse(
        make_client(pd.DataFrame(orders, columns=["customer_id", "ordered_on", "amount"]), customers=people)
    )
    assert found.acquisition is not None
    row = found.acquisition.table.iloc[0]
    assert (row["customers"], row["observed"], row["worth"]) == (80, 40, 20.0)


def test_checks_pass_and_fail_at_their_limits() -> None:
    few = histories.as_histories(pd.DataFrame({"x": [0, 2], "recency": [0, 5], "age": [9, 9], "n": [60, 40]}))
    spends = Spends(*(np.array(values, float) for values in ([1, 9] * 50, [10, 90] * 50, [2.3, 4.5] * 50, [1] * 100)))
    found = {one.name: one for one in check_all(few, spends, (100, np.log(1.3), 0.01), OrderFacts(100, 5, 1.0), 30)}
    assert found["one_time"].passed is False and found["one_time"].value == 0.6
    assert found["correlation"].passed is False and found["correlation"].value == pytest.approx(1)
    assert found["stationary"].passed is False and found["stationary"].value == pytest.approx(0.3)
    assert found["refunds"].passed is True
    nothing = check_all(few, spends, (3, 0.5, 0.1), OrderFacts(0, 0, float("nan")), 30)
    assert [one.passed for one in nothing if one.name in ("stationary", "refunds")] == [None, None]


def test_tables_hide_small_groups_and_the_list_has_mean_low_and_high(worth: value.ValueResult) -> None:
    made = value.tables(worth, 10_000)
    assert made["value_segments"]["clv_mean"].isna().all() and made["value_segments"]["customers"].notna().all()
    lists = value.customer_tables(worth)["clv.parquet"]
    assert {"customer_id", "mean", "low", "high", "p_alive"} <= set(lists.columns)
    assert (lists["low"] <= lists["mean"] + 1e-9).all()
    numbers = value.metrics(worth)
    assert numbers["clv.months"] == 12 and numbers["clv.is_margin"] == 0
    assert numbers["clv.low"] < numbers["clv.mean"] < numbers["clv.high"]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_next_to_no_orders_is_no_error(make_client: MakeClient, analyse: Analyse, rows: int) -> None:
    days = [AS_OF] * rows + [AS_OF + dt.timedelta(days=3)]  # the last one lies after the as-of day
    orders = pd.DataFrame({"customer_id": "A", "ordered_on": days, "amount": 5.0})
    customers = pd.DataFrame({"customer_id": ["A"], "acquisition_channel": ["ads"]})
    result = analyse(make_client(orders, customers=customers))
    assert result.source == "" and result.reason == "few_customers" and result.customers is None
    assert set(value.tables(result, 10)) == {"value_checks", "value_models"}


def test_a_single_repeat_customer_with_negative_returns_keeps_finite_values(
    make_client: MakeClient, analyse: Analyse, drawn: Callable[..., pd.DataFrame]
) -> None:
    orders = drawn(300, 7)
    back = orders.iloc[:40].assign(amount=-3.0)
    result = analyse(make_client(pd.concat([orders, back], ignore_index=True)))
    assert result.customers is not None and 0 < result.facts.kept < 1
    assert np.isfinite(result.customers[["clv", "clv_low"]]).all().all()
