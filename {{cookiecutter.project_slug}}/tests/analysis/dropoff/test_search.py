"""The search on units, against pandas row by row; what the lost met; the breakdown; who stands on the list."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.dropoff.drivers import LEAST_GAP, search
from customer_analytics.analysis.dropoff.lists import dropped_off
from customer_analytics.analysis.dropoff.people import People, patterns, person_moments
from customer_analytics.analysis.dropoff.prize import UNKNOWN, Worth
from customer_analytics.analysis.dropoff.reasons import find_reasons, group_of, is_trouble, read_signals
from customer_analytics.analysis.dropoff.units import OTHER, Units, cells, limited
from customer_analytics.analysis.dropoff.voices import hear
from customer_analytics.statistics import wilson
from customer_analytics.tables.store import Tables

MakeUnits = Callable[..., Units]
MakeFrame = Callable[..., pd.DataFrame]


def test_every_value_of_every_property_is_tested_at_every_step_and_q_is_over_all(
    make_units: MakeUnits, made_frame: MakeFrame
) -> None:
    frame = made_frame(weak=0.2)
    units = limited(make_units(frame), 30)
    found = search(units, cells(units), Worth(10.0, 0.0, 0.5), minimum=30, seed=1)
    assert found.tests == len(found.table) == 2 * (3 + 2)
    for row in found.table.to_dict("records"):
        base = frame[frame["furthest"] >= row["step"] - 1]
        inside = base[row["property"]] == row["value"]
        went_on = base["furthest"] >= row["step"]
        assert (row["n"], row["reached"]) == (inside.sum(), went_on[inside].sum())
        assert (row["rest_n"], row["rest_reached"]) == ((~inside).sum(), went_on[~inside].sum())
        assert (row["rate_low"], row["rate_high"]) == wilson(int(went_on[inside].sum()), int(inside.sum()))
    p = found.table["p"].sort_values().to_numpy()
    q = np.minimum.accumulate((p * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    assert np.sort(found.table["q"]) == pytest.approx(np.minimum(q, 1))
    assert found.prizes[["property", "value", "step"]].to_numpy().tolist() == [["p0", "c", 3]]
    row = found.prizes.iloc[0]
    assert row["extra_low"] < row["extra"] < row["extra_high"] and row["money"] == pytest.approx(10 * row["extra"])
    assert row["extra_adjusted"] == pytest.approx(row["extra"], rel=0.1), "p1 explains nothing"


def test_on_noise_nothing_is_claimed_with_people_who_come_often(make_units: MakeUnits, made_frame: MakeFrame) -> None:
    claims = 0
    for seed in range(12):
        frame = made_frame(n=3_000, seed=seed, people=300)
        device = np.random.default_rng(seed).choice(
            ["a", "b", "c"], 300
        )  # a person has one device: few independent ones
        frame["p0"] = [device[int(person[1:])] for person in frame["person_id"]]
        units = make_units(frame)
        found = search(units, cells(units), UNKNOWN, minimum=30, seed=1)
        claims += int(found.table["claimed"].sum())
        assert found.table.loc[found.table["property"] == "p0", "inflation"].max() > 1.5
    assert claims == 0


def test_properties_asked_together_say_what_each_says_alone(
    make_units: MakeUnits, made_frame: MakeFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = made_frame(n=1_000, people=300)
    frame.loc[::7, "p1"] = None
    units = make_units(frame)
    groups = [("p0", "c", 3), ("p1", "x", 2), ("p0", "a", 2)]
    together = People(units)
    found = together.moments(), together.patterns(groups)
    monkeypatch.setattr("customer_analytics.analysis.dropoff.people.AT_ONCE", 10)
    alone = People(units)
    for column, moments in alone.moments().items():
        pd.testing.assert_frame_equal(found[0][column].reset_index(drop=True), moments.reset_index(drop=True))
    for one, other, group in zip(found[1], alone.patterns(groups), groups, strict=True):
        pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))
        base = frame[frame[group[0]].notna() & (frame["furthest"] >= group[2] - 1)]
        assert one["people"].sum() == base["person_id"].nunique()
        assert (one["people"] * one["n"]).sum() == (base[group[0]] == group[1]).sum()


def test_a_difference_too_small_to_matter_is_not_claimed_however_many_units(make_units: MakeUnits) -> None:
    n = 60_000
    generator = np.random.default_rng(5)
    device = generator.choice(["a", "b"], n)
    went_on = generator.random(n) < np.where(device == "b", 0.585, 0.6)
    frame = pd.DataFrame({"person_id": [f"c{i}" for i in range(n)], "p0": device, "furthest": np.where(went_on, 2, 1)})
    units = dataclasses.replace(make_units(frame, steps=2), repeated=False)
    row = search(units, cells(units), UNKNOWN, minimum=30, seed=1).table.set_index("value").loc["b"]
    assert row["q"] < 0.01 and abs(row["difference"]) < LEAST_GAP and not row["claimed"]


def test_a_group_of_few_people_is_no_group_however_often_they_come(
    make_units: MakeUnits, made_frame: MakeFrame
) -> None:
    frame = made_frame()
    few = frame["person_id"].isin(frame["person_id"].unique()[:20])
    frame["p0"] = np.where(few, "vip", "other")
    units = make_units(frame)
    assert few.sum() > 40
    found = search(units, cells(units), UNKNOWN, minimum=30, seed=1)
    assert "vip" not in set(found.table["value"])


def test_values_beyond_the_frequent_ones_are_one_and_a_single_value_is_no_property(make_units: MakeUnits) -> None:
    n = 3_000
    frame = pd.DataFrame(
        {
            "person_id": [f"c{i}" for i in range(n)],
            "furthest": 1,
            "p0": [f"v{i % 40}" for i in range(n)],
            "p1": "only",
            "p2": ["x" if i % 100 else None for i in range(n)],
        }
    )
    units = limited(make_units(frame, steps=2), 30)
    assert units.columns == ["p0"], "p2 has one known value only"
    counts = cells(units).set_index("p0")["n_1"]
    assert len(counts) == 21 and counts[OTHER] == 20 * 75
    assert counts.sum() == n


def test_the_list_holds_customers_whose_latest_unit_stopped_and_no_visitors(make_units: MakeUnits) -> None:
    rows = [
        ("back", 3, 5), ("back", 2, 4),  # reached the end in the latest unit
        ("gone", 2, 5), ("gone", 3, 4),
        (" visitor", 2, 5), ("early", 1, 5),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["person_id", "furthest", "day"]).astype({"day": "int32"})
    frame["entered_at"] = pd.to_datetime(frame["day"], unit="D")
    found = dropped_off(make_units(frame), dt.date(1970, 1, 11))
    assert found.to_dict("records") == [
        {
            "customer_id": "gone", "step": 2, "step_name": "step 2", "next_step": "step 3",
            "entered_on": pd.Timestamp("1970-01-06"), "days_ago": 5,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("payment_timeout", "payment"), ("Card declined", "payment"), ("支付失败", "payment"),
        ("shipping_error", "delivery"), ("库存不足报错", "delivery"), ("coupon invalid", "price"),
        ("upload_id_failed", "identity"), ("人脸验证失败", "identity"), ("ERR timeout", "error"), ("view_item", None),
    ],
)  # fmt: skip
def test_words_decide_what_a_reason_is_about(text: str, group: str | None) -> None:
    assert group_of(text) == group


def test_a_page_about_payment_is_no_trouble_and_a_failed_payment_is() -> None:
    assert not is_trouble("payment") and not is_trouble("支付") and not is_trouble("/checkout/shipping")
    assert is_trouble("payment_failed") and is_trouble("验证码错误")


def test_what_the_lost_met_is_counted_from_the_step_before_to_the_end_of_their_time(
    backend: ibis.BaseBackend, make_units: MakeUnits
) -> None:
    generator = np.random.default_rng(4)
    n = 400
    begin = pd.Timestamp("2024-03-01") + pd.to_timedelta(np.arange(n) * 1_000, unit="s")
    furthest = np.where(generator.random(n) < 0.5, 2, 1)
    frame = pd.DataFrame({"unit_id": [f"s{i}" for i in range(n)], "person_id": [f"c{i}" for i in range(n)],
                          "furthest": furthest, "entered_at": begin, "p0": "a"})  # fmt: skip
    frame["at_1"], frame["at_2"] = begin, begin.to_series().reset_index(drop=True).add(pd.Timedelta("60s"))
    frame.loc[frame["furthest"] == 1, "at_2"] = pd.NaT
    units = dataclasses.replace(make_units(frame, steps=2), window_seconds=600.0)
    seconds = generator.integers(-50, 700, n)
    has = generator.random(n) < 0.7
    when = begin + pd.to_timedelta(seconds, unit="s")
    events = pd.DataFrame({
        "session_id": frame["unit_id"], "customer_id": frame["person_id"], "event": "view", "occurred_at": when,
        "page": "home?mail=a@b.c", "properties": np.where(has, '{"error": "payment_timeout"}', None),
    })  # fmt: skip
    twice = pd.concat([events, events])  # the same trouble twice is one unit that met it
    data = Tables(
        backend, dt.date(2024, 6, 1), ZoneInfo("UTC"), {"events": backend.create_table("met", twice, temp=True)}
    )
    totals = pd.Series({"n_1": n, "n_2": int((furthest == 2).sum())})
    found = find_reasons(read_signals(data, units), units, totals, minimum=30)
    until = np.where(furthest == 2, 60, 601)
    met = has & (seconds >= 0) & (seconds < until)
    rows = found.table.set_index("said")
    for said in ("payment_timeout", ""):
        row = rows.loc[said]
        assert (row["lost_with"], row["went_on_with"]) == (met[furthest == 1].sum(), met[furthest == 2].sum())
        assert (row["lost"], row["went_on"]) == ((furthest == 1).sum(), (furthest == 2).sum())
        assert (row["group"], row["place"]) == ("payment", "property" if said else "")
    assert list(found.marked["said"]) == ["", "payment_timeout"]


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_heavy_tables_compile_for_every_engine(engine: str) -> None:
    table = ibis.table(
        {"unit_id": "string", "person_id": "string", "entered_at": "timestamp", "day": "int32", "furthest": "int16",
         "at_1": "timestamp", "at_2": "timestamp", "p0": "string"},
        name="units",
    )  # fmt: skip
    units = Units(table, ("a", "b"), "session", True, (), 60.0)
    compiled: list[str] = []

    class Stop(Exception):
        pass

    def catch(expression: ibis.Expr, *_: object, **__: object) -> None:
        compiled.append(str(ibis.to_sql(expression, dialect=engine)))
        raise Stop

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ibis.expr.types.Table.to_pyarrow", catch)
        for heavy in (
            lambda: person_moments(units, "p0"), lambda: patterns(units, "p0", "v", 2), lambda: cells(units),
            lambda: dropped_off(units, dt.date(2024, 1, 1)),
        ):  # fmt: skip
            with pytest.raises(Stop):
                heavy()
    assert len(compiled) == 4 and all("units" in sql for sql in compiled)


def test_what_the_lost_said_counts_visits_with_feedback_within_a_month(
    backend: ibis.BaseBackend, make_units: MakeUnits
) -> None:
    generator = np.random.default_rng(12)
    n = 600
    frame = pd.DataFrame({"person_id": [f"c{i}" for i in range(n)], "furthest": generator.integers(1, 4, n), "p0": "a"})
    frame["entered_at"] = pd.Timestamp("2024-03-01") + pd.to_timedelta(np.arange(n), unit="h")
    days = generator.integers(-5, 40, n)
    topic = np.where((frame["furthest"] == 2) & (generator.random(n) < 0.6), "delivery", "app")
    feedback = pd.DataFrame({"customer_id": frame["person_id"], "topic": topic})
    feedback["given_at"] = frame["entered_at"] + pd.to_timedelta(days, unit="D")
    both = pd.concat([feedback, feedback, feedback.head(50).assign(topic=None)])
    tables = {"feedback": backend.create_table("said", both, temp=True)}
    data = Tables(backend, dt.date(2024, 6, 1), ZoneInfo("UTC"), tables)
    found = hear(data, make_units(frame), minimum=30)
    heard = (days >= 0) & (days <= 30)
    for row in found.table.to_dict("records"):
        lost, on = heard & (frame["furthest"] == row["step"] - 1), heard & (frame["furthest"] >= row["step"])
        assert (row["lost"], row["went_on"]) == (lost.sum(), on.sum())
        assert row["lost_with"] == (lost & (topic == row["topic"])).sum()
        assert row["went_on_with"] == (on & (topic == row["topic"])).sum()
    told = {(int(step), topic) for step, topic in zip(found.marked["step"], found.marked["topic"], strict=True)}
    assert told == {(3, "delivery"), (2, "app")}
