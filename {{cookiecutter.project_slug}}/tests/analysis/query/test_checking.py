"""Mistakes of meaning are found before anything runs, all at once, with the nearest name."""

from __future__ import annotations

import datetime as dt
from types import ModuleType
from zoneinfo import ZoneInfo

import ibis
import pytest
from any_engine import connect

from customer_analytics.analysis.query import Query, names_in, parse_condition, parse_value
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.store import Tables


@pytest.fixture
def query(world: ModuleType) -> Query:
    tables, ledger = world.make_tables(world.make_rows(3))
    return Query(tables, ledger=ledger)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("regoin = 'North'", "Did you mean `region`?"),
        ("age = 'thirty'", "this is a text, the first is a number"),
        ("region = 30", "Texts stand in quotes"),
        ("signed_up_at >= '2025-01-01'", "without quotes"),
        ("region + 1 > 2", "not a number"),
        ("region", "no condition"),
        ("consent > true", "cannot be compared"),
        ("count(orders where chanel = 'web') > 1", "Did you mean `channel`?"),
        ("sum(orders.channel) > 1", "takes a number"),
        ("sum(orders.amout) > 1", "Did you mean `amount`?"),
        ("channel = 'web'", "It is a column of purchases"),
        ("count(orders where count(orders) > 1) > 1", "cannot stand after `where`"),
        ("count(orders where ordered) > 1", "not of the customer"),
        ("top 10% by region", "not a number"),
        ("age 30..20", "runs backwards"),
        ("band(age, 30, 20) = 'x'", "must rise"),
        ("round(age, region) > 1", "plain numbers"),
        ("days_since(age) > 1", "takes a day"),
        ("if consent then 1 else 'a' = 'a'", "this is"),
        ("age in (20, 'x')", "this is a text"),
        ("region 1..2", "this is a number, the first is a text"),
    ],
)
def test_a_mistake_of_meaning_points_at_the_word(query: Query, text: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        query.check(parse_condition(text, where="audience"), where="audience")
    assert words in str(caught.value) and "^" in str(caught.value)


def test_all_mistakes_are_told_at_once(query: Query) -> None:
    with pytest.raises(UserError) as caught:
        query.customers(parse_condition("regoin = 'N' and agee > 3 and top 5% by gender", where="audience"))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("age", "number"),
        ("region", "text"),
        ("signed_up_at", "date"),
        ("maximum(orders.ordered_at)", "date"),
        ("consent", "flag"),
        ("ordered", "flag"),
        ("most(purchases.hour)", "number"),
        ("most(purchases.channel)", "text"),
        ("distinct(purchases.channel)", "number"),
        ("band(age, 18)", "text"),
        ("if consent then 'a'", "text"),
        ("signed_up_at - signed_up_at", "number"),
    ],
)
def test_the_type_of_a_rule_is_known_before_it_runs(query: Query, text: str, kind: str) -> None:
    assert query.check(parse_value(text, where="rule"), where="rule") == kind


def rules(**texts: str) -> dict[str, object]:
    return {name: parse_value(text, where=name) for name, text in texts.items()}


def test_rules_in_a_circle_are_found_and_named(world: ModuleType) -> None:
    tables, _ = world.make_tables(world.make_rows(3))
    query = Query(tables, rules(a="b + 1", b="c * 2", c="a"))
    with pytest.raises(UserError, match="circle"):
        query.values(["a"])


def test_a_rule_that_names_itself_means_the_fact_of_that_name(world: ModuleType) -> None:
    tables, _ = world.make_tables(world.make_rows(3))
    query = Query(tables, rules(age="age + 100", old="age > 100", region="region", revenue="revenue"))
    # The engine gives rows in no fixed order.
    found = query.values().to_pandas().set_index("customer_id").sort_index()
    years = Query(tables, rules(years="age")).values().to_pandas().set_index("customer_id")["years"].sort_index()
    assert (found["age"].dropna() == years.dropna() + 100).all()
    assert (found["old"] == (years > 0)).all()


def test_what_the_data_lack_is_named_through_other_rules(world: ModuleType) -> None:
    rows = world.make_rows(3)
    tables, _ = world.make_tables(rows)
    without = {name: table for name, table in tables.tables.items() if name not in ("events", "touches")}
    without["order_lines"] = without["order_lines"].drop("category")
    fewer = Tables(tables.backend, tables.as_of, tables.zone, without, tables.first_moment)
    query = Query(fewer, rules(seen="visited within 7 days", both="seen and opened"))
    missing = {
        "visited": ("events",),
        "active": (),
        "both": ("events", "touches"),
        "bought category 'Tea'": ("order_lines.category",),
        "contacted": ("touches",),
        "held out": (),
        "in campaign 'k1'": ("touches",),
        "city = 'x'": ("customers.city",),
        "rfm_segment = 'loyal'": ("rfm.rfm_segment",),
        "count(subscriptions)": ("subscriptions",),
    }
    for text, expected in missing.items():
        assert query.missing(parse_value(text, where="rule")) == expected, text
    with pytest.raises(UserError, match="the data have no events, no touches"):
        query.customers(parse_condition("both", where="audience"))
    assert query.reads(parse_value("both", where="rule")) >= {"events.customer_id", "touches.opened_at"}


def test_facts_of_an_analysis_are_facts_like_columns(world: ModuleType) -> None:
    tables, _ = world.make_tables(world.make_rows(3))
    facts = ibis.memtable({"customer_id": ["c0", "c1"], "rfm_segment": ["loyal", "lost"], "clv": [1.5, None]})
    query = Query(tables, facts=facts)
    found = query.customers(parse_condition("rfm_segment = 'loyal' and clv > 1", where="audience"), columns=("clv",))
    assert found.to_pyarrow().to_pylist() == [{"customer_id": "c0", "clv": 1.5}]


def test_a_customer_number_that_stands_twice_is_one_customer(world: ModuleType) -> None:
    rows = world.make_rows(3)
    rows["customers"] += [{**row, "region": "Twice", "consent": False} for row in rows["customers"]]
    tables, _ = world.make_tables(rows)
    ids = Query(tables).customers(parse_condition("not ordered or ordered", where="all")).to_pyarrow()["customer_id"]
    assert len(ids) == len(set(ids.to_pylist()))
    agreed = Query(tables).customers(parse_condition("consent", where="all")).count().to_pyarrow().as_py()
    assert agreed == 0  # consent counts only where every row of the customer says so


def test_nobody_is_in_an_audience_where_there_is_no_ledger(world: ModuleType) -> None:
    tables, _ = world.make_tables(world.make_rows(3))
    everyone = Query(tables).base.count().to_pyarrow().as_py()
    found = Query(tables).customers(parse_condition("not held out and not in audience 'x'", where="audience"))
    assert found.count().to_pyarrow().as_py() == everyone


def test_names_in_a_rule() -> None:
    node = parse_value("if age > 3 then count(orders where channel = 'x') else points", where="rule")
    assert names_in(node) == {"age", "channel", "points"}


def test_without_a_customers_table_everyone_in_any_table_is_known() -> None:
    backend = connect()
    events = backend.create_table("events", schema={"customer_id": "string", "event": "string", "occurred_on": "date"})
    assert (
        Query(Tables(backend, dt.date(2025, 1, 1), ZoneInfo("UTC"), {"events": events}))
        .base.count()
        .to_pyarrow()
        .as_py()
        == 0
    )
