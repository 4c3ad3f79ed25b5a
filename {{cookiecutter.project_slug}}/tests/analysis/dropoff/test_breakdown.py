"""The breakdown by a property under each attribution, against a loop over people; what is hidden; bad columns."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pytest
from any_engine import connect

from customer_analytics.analysis import dropoff, funnel
from customer_analytics.analysis.dropoff.breakdown import break_down
from customer_analytics.analysis.dropoff.outputs import hide, small_values
from customer_analytics.analysis.dropoff.visits import NO_KIND
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.statistics import benjamini_hochberg, wilson
from customer_analytics.tables.store import Tables

STEPS = ("see", "add", "buy")
Ways = dict[str, list[tuple[str, str | None]]]  # person -> (event, device) in order


@pytest.fixture(scope="module")
def ways() -> Ways:
    """People who make one step after another, each step on a device that may differ; few are on a watch."""
    generator = np.random.default_rng(7)
    made: Ways = {}
    for number in range(900):
        devices = [generator.choice(["phone", "desktop", "tv"], p=[0.5, 0.45, 0.05]) for _ in STEPS]
        if number < 6:
            devices = ["watch"] * 3
        reach = 1 + (generator.random() < (0.4 if devices[0] == "phone" else 0.7)) * (1 + (generator.random() < 0.5))
        made[f"c{number}"] = [
            (step, None if generator.random() < 0.03 else str(device))
            for step, device in zip(STEPS[:reach], devices, strict=False)
        ]
    return made


@pytest.fixture(scope="module")
def tables(ways: Ways) -> Tables:
    start = dt.datetime(2024, 1, 1)
    rows = [
        {"customer_id": person, "event": event, "device": device,
         "occurred_at": start + dt.timedelta(hours=place, minutes=10 * order)}
        for place, (person, way) in enumerate(ways.items())
        for order, (event, device) in enumerate(way)
    ]  # fmt: skip
    backend = connect()
    events = backend.create_table("events", pd.DataFrame(rows).sample(frac=1, random_state=1))
    events = events.mutate(occurred_on=events.occurred_at.date())
    return Tables(backend, dt.date(2024, 6, 30), ZoneInfo("UTC"), {"events": events}, start)


def parameters(**more: Any) -> FunnelParameters:
    return FunnelParameters(steps=STEPS, window_days=1, **more)


@pytest.fixture(scope="module")
def counted(tables: Tables) -> funnel.FunnelResult:
    return funnel.analyse(tables, parameters())


def counted_by_hand(ways: Ways, attribution: str) -> dict[str, list[int]]:
    """value -> how many reached step 1, 2, 3 with it."""
    found: dict[str, list[int]] = {}
    for way in ways.values():
        devices = [device for _, device in way]
        values: set[str | None]
        match attribution:
            case "first":
                values = {devices[0]}
            case "last":
                values = {devices[-1]}
            case _:
                values = set(devices)
        for value in values - {None}:
            counts = found.setdefault(str(value), [0, 0, 0])
            for step in range(len(way)):
                counts[step] += 1
    return found


@pytest.mark.parametrize("attribution", ["first", "last", "all"])
def test_the_value_that_counts_is_the_one_that_is_said(
    counted: funnel.FunnelResult, ways: Ways, attribution: Any
) -> None:
    found = break_down(counted, ["device"], attribution, minimum=30)
    assert found is not None
    expected = counted_by_hand(ways, attribution)
    whole = found.table[found.table["step"] == 0].set_index("value")
    assert set(whole.index) == set(expected)
    known = [way for way in ways.values() if attribution != "all" or any(device for _, device in way)]
    for value, counts in expected.items():
        row = whole.loc[value]
        assert (row["n"], row["reached"]) == (counts[0], counts[2])
        if counts[0] < 30:
            assert pd.isna(row["rate"])
        else:
            assert (row["low"], row["high"]) == wilson(counts[2], counts[0])
    if attribution == "all":
        assert whole["n"].sum() > len(known), "who met two devices counts under both"
        phone, everybody = expected["phone"], [sum(len(way) > step for way in known) for step in range(3)]
        rest = (everybody[2] - phone[2]) / (everybody[0] - phone[0])
        assert whole.loc["phone", "rest_rate"] == pytest.approx(rest), "the rest never met it"
    tested = found.table["p"].notna()
    assert found.table["q"][tested].to_numpy() == pytest.approx(benjamini_hochberg(found.table["p"][tested].to_numpy()))


def test_with_the_attribution_step_the_value_at_the_step_before_counts(
    counted: funnel.FunnelResult, ways: Ways
) -> None:
    found = break_down(counted, ["device"], "step", minimum=30)
    assert found is not None
    rows = found.table.set_index(["value", "step"])
    for step in (2, 3):
        here = [way for way in ways.values() if len(way) >= step - 1 and way[step - 2][1] == "phone"]
        assert rows.loc[("phone", step), "n"] == len(here)
        assert rows.loc[("phone", step), "reached"] == sum(len(way) >= step for way in here)
    assert set(found.table["step"]) == {2, 3}, "there is no single value for the whole way"


def test_a_small_value_is_hidden_with_another_so_that_nobody_subtracts(counted: funnel.FunnelResult) -> None:
    found = break_down(counted, ["device"], "first", minimum=30)
    assert found is not None
    assert small_values(found.table, 10) == {("device", "watch"), ("device", "tv")}
    shown = hide(found.table, 10).set_index(["value", "step"])
    assert "watch" not in shown.index, "the name of a small group may name somebody"
    assert shown.loc[("tv", 2), "reached"] is None
    assert shown.loc[("phone", 0), "n"] > 300


def test_the_search_finds_the_phone_and_its_metrics_are_numbers(tables: Tables, counted: funnel.FunnelResult) -> None:
    asked = parameters(break_down=("device",))
    found = dropoff.analyse(tables, counted, asked)
    assert not found.is_visits and found.kind == "customer" and found.returned == {}
    first = found.drivers.prizes.iloc[0]
    assert (first["value"], first["step"]) == ("phone", 2)
    assert pd.isna(first["adjusted"]), "there is nothing else to hold fixed"
    numbers = dropoff.metrics(found)
    assert numbers["dropoff.largest.step"] == 2 and numbers["dropoff.largest.money"] is None
    for name, table in dropoff.tables(found, 10).items():
        assert "p0" not in table.to_csv(), name


@pytest.mark.parametrize("name", ["customer_id", "visitor_id", "events.customer_id", "contact_email"])
def test_columns_that_name_people_are_refused_as_groups(name: str) -> None:
    rows = [
        {"customer_id": f"c{n}", "visitor_id": f"v{n}", "contact_email": f"c{n}@example.org", "event": STEPS[n % 3],
         "occurred_at": dt.datetime(2024, 1, 1)}
        for n in range(9)
    ]  # fmt: skip
    events = connect().create_table("events", pd.DataFrame(rows))
    events = events.mutate(occurred_on=events.occurred_at.date())
    own = Tables(events.get_backend(), dt.date(2024, 6, 30), ZoneInfo("UTC"), {"events": events})
    asked = parameters(break_down=(name,))
    with pytest.raises(UserError, match="one by one"):
        dropoff.analyse(own, funnel.analyse(own, asked), asked)


def test_an_address_in_a_value_is_not_shown(tables: Tables) -> None:
    events = tables["events"].mutate(
        element=ibis.ifelse(tables["events"].device == "tv", "mailto:jane@example.org", "button"),
        page=ibis.ifelse(tables["events"].device == "tv", "/u/jane%40example.org/4711?mail=1", "/home"),
    )
    own = dataclasses.replace(tables, tables={**tables.tables, "events": events})
    asked = parameters(break_down=("element", "page"))
    found = dropoff.analyse(own, funnel.analyse(own, asked), asked)
    made = dropoff.tables(found, 1)
    assert set(made["breakdown"]["value"]) == {"button", "mailto:…", "/u/…/…", "/home"}
    assert not any("jane" in table.to_csv() for table in made.values())


def test_a_column_that_no_table_has_is_refused_with_the_nearest(tables: Tables, counted: funnel.FunnelResult) -> None:
    asked = parameters(break_down=("devise",))
    with pytest.raises(UserError, match="device"):
        dropoff.analyse(tables, counted, asked)


@pytest.mark.parametrize("name", ["event_date", "user_id", "email", "first_name", "ip", "手机", "created_at"])
def test_columns_that_name_somebody_or_a_moment_are_no_properties(name: str) -> None:
    assert NO_KIND.search(name)


@pytest.mark.parametrize("name", ["device", "channel", "ab_group", "country", "platform", "season"])
def test_columns_that_name_a_kind_are(name: str) -> None:
    assert not NO_KIND.search(name)


def test_nothing_at_all_is_no_error(make_units: Callable[..., Any]) -> None:
    backend = connect()
    row = {"customer_id": "c", "event": "see", "device": "phone", "occurred_at": dt.datetime(2024, 1, 1)}
    events = backend.create_table("events", pd.DataFrame([row, row | {"event": "add"}, row | {"event": "buy"}]))
    events = events.mutate(occurred_on=events.occurred_at.date())
    data = Tables(backend, dt.date(2024, 6, 30), ZoneInfo("UTC"), {"events": events}, dt.datetime(2024, 1, 1))
    found = dropoff.analyse(data, funnel.analyse(data, parameters()), parameters())
    assert not found.enough and not len(found.drivers.prizes) and found.change is None
    dropoff.metrics(found), dropoff.tables(found, 10), dropoff.customer_tables(found)
