"""The frames of the result: each number by another way than the engine's."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis import funnel
from customer_analytics.analysis.funnel.counter import Counter
from customer_analytics.analysis.funnel.counts import Counts, complete, counts_of, step_table
from customer_analytics.analysis.funnel.curve import curve
from customer_analytics.analysis.funnel.definition import Definition, Step
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.sensitivity import sensitivity
from customer_analytics.analysis.funnel.tools import reconcile
from customer_analytics.analysis.stream.events import own_names
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.statistics import wilson

END = dt.datetime(2024, 5, 1)
NAMES = ("view_item", "add_to_cart", "purchase")
DEVICES = ("phone", "desktop")


def shop(people: int, seed: int = 5) -> list[dict[str, Any]]:
    """People who look, come again, fill carts and pay over forty days, on changing devices."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        at = END - dt.timedelta(days=float(random.uniform(0.1, 40)))
        for _ in range(random.integers(1, 5)):
            device = str(random.choice(DEVICES))
            for place, name in enumerate(("page", *NAMES)):
                if random.random() > (1, 0.9, 0.5, 0.5)[place]:
                    break
                at += dt.timedelta(seconds=float(random.exponential(600)))
                rows.append({"customer_id": f"p{person}", "event": name, "occurred_at": at, "device": device})
            at += dt.timedelta(days=float(random.exponential(4)))
    rows = [row for row in rows if row["occurred_at"] < END]
    random.shuffle(rows)
    return rows


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return shop(300)


@pytest.fixture(scope="module")
def result(make_tables, rows) -> funnel.FunnelResult:
    customers = [{"customer_id": f"p{n}", "region": ("North", "South")[n % 2]} for n in range(300)]
    tables = make_tables(events=[*rows, {"customer_id": None, **dict(rows[0], customer_id=None)}], customers=customers)
    return funnel.analyse(tables, FunnelParameters(steps=NAMES, window_days=7))


def attempts_by_hand(rows: list[dict[str, Any]], days: float, tolerance: float = 1.0) -> pd.DataFrame:
    """First attempts in pandas: one row a person with the moment of each step."""
    frame = pd.DataFrame(rows)
    found = frame[frame["event"] == NAMES[0]].groupby("customer_id")["occurred_at"].min().to_frame("at_1")
    for number, name in enumerate(NAMES[1:], 2):
        later = frame[frame["event"] == name].merge(found, left_on="customer_id", right_index=True)
        before = later[f"at_{number - 1}"]
        fits = (later["occurred_at"] >= before - pd.Timedelta(seconds=tolerance)) & (
            later["occurred_at"] <= later["at_1"] + pd.Timedelta(days=days)
        )
        first = later[fits].groupby("customer_id")["occurred_at"].min()
        found[f"at_{number}"] = first.reindex(found.index)
    return found


def test_the_step_table_is_that_of_pandas(result, rows) -> None:
    found = attempts_by_hand(rows, 7)
    mature = found[found["at_1"] + pd.Timedelta(days=7) <= END]
    assert (result.entered, result.immature) == (len(mature), len(found) - len(mature))
    reached = [int(mature[f"at_{number}"].notna().sum()) for number in (1, 2, 3)]
    assert list(result.steps["reached"]) == reached
    assert list(result.steps["rate"]) == pytest.approx([1, reached[1] / reached[0], reached[2] / reached[1]])
    assert list(result.steps["lost"]) == [0, reached[0] - reached[1], reached[1] - reached[2]]
    assert result.conversion.reached == reached[2]
    assert result.conversion.interval == wilson(reached[2], reached[0])
    assert result.first_day == mature["at_1"].min().date()
    young = found[found["at_1"] + pd.Timedelta(days=7) > END]
    assert list(result.moved["reached_so_far"]) == [int(young[f"at_{number}"].notna().sum()) for number in (1, 2, 3)]


@given(st.lists(st.integers(0, 500), min_size=2, max_size=6))
def test_step_rates_multiply_to_the_overall_rate(numbers: list[int]) -> None:
    reached = tuple(sorted(numbers, reverse=True))
    steps = tuple(Step(number, "s", "s", ("s",)) for number in range(1, len(reached) + 1))
    table = step_table(Counts(reached[0], 0, reached, reached, reached), Definition(steps))
    product = math.prod(table["rate"])
    assert math.isnan(product) or product == pytest.approx(table["overall"].iloc[-1])
    known = table[table["rate"].notna()]
    assert (known["rate_low"] <= known["rate"]).all() and (known["rate"] <= known["rate_high"]).all()


def test_times_are_the_quantiles_of_those_who_came(result, rows) -> None:
    found = attempts_by_hand(rows, 7)
    mature = found[found["at_1"] + pd.Timedelta(days=7) <= END]
    waits = (mature["at_3"] - mature["at_1"]).dropna().dt.total_seconds()
    whole = result.times.iloc[-1]
    assert (whole["step"], whole["from_step"], whole["converters"]) == (3, 1, len(waits))
    for name, level in (("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p90", 0.9)):
        assert whole[name] == pytest.approx(np.quantile(waits, level), abs=0.002)
    assert list(result.times["step"]) == [2, 3, 3]


def test_weeks_begin_on_monday_in_the_zone_and_add_up(result) -> None:
    weeks = result.trend[result.trend["step"] == 1]
    assert weeks["entered"].sum() == result.entered
    assert weeks["immature"].sum() == result.immature
    assert all(week.weekday() == 0 for week in weeks["week"])
    assert result.trend[result.trend["step"] == 3]["reached"].sum() == result.conversion.reached


def test_a_week_and_a_window_know_the_change_of_the_clock(make_tables) -> None:
    """In Berlin Monday began at 22:00 UTC on 31 March; the window of a day is 24 hours, not a calendar day."""
    monday = dt.datetime(2024, 3, 31, 22, 0)
    events = [
        {"customer_id": "before", "event": "a", "occurred_at": monday - dt.timedelta(seconds=1)},
        {"customer_id": "after", "event": "a", "occurred_at": monday},
        {"customer_id": "in time", "event": "a", "occurred_at": dt.datetime(2024, 3, 30, 12)},
        {"customer_id": "in time", "event": "b", "occurred_at": dt.datetime(2024, 3, 31, 12)},  # 14:00 on the next day
        {"customer_id": "late", "event": "a", "occurred_at": dt.datetime(2024, 3, 30, 12)},
        {"customer_id": "late", "event": "b", "occurred_at": dt.datetime(2024, 3, 31, 12, 0, 1)},
    ]
    tables = make_tables(as_of=dt.date(2024, 4, 10), zone="Europe/Berlin", events=events)
    found = funnel.analyse(tables, FunnelParameters(steps=("a", "b"), window_days=1))
    weeks = found.trend[found.trend["step"] == 1].set_index("week")["entered"]
    assert dict(weeks) == {dt.date(2024, 3, 25): 3, dt.date(2024, 4, 1): 1}
    assert list(found.steps["reached"]) == [4, 1]


def test_every_window_is_counted_as_if_it_were_the_only_one(result, rows) -> None:
    windows = result.sensitivity[result.sensitivity["rule"] == "window"]
    for line in windows.to_dict("records"):
        days = line["seconds"] / 86_400
        found = attempts_by_hand(rows, days)
        mature = found[found["at_1"] + pd.Timedelta(days=days) <= END]
        assert (line["entered"], line["converted"]) == (len(mature), int(mature["at_3"].notna().sum())), days
    assert list(windows[windows["chosen"]]["seconds"]) == [7 * 86_400]
    shares = result.sensitivity.set_index("value")["rate"]
    assert shares["strict"] <= shares["ordered"] <= shares["best"]


def test_the_gap_to_each_tool_is_explained_to_the_last_unit(result, rows) -> None:
    ours = result.conversion.value
    for tool, lines in result.tools.groupby("tool"):
        assert lines["change"].sum() == pytest.approx(lines["rate"].iloc[-1] - ours), tool
        assert list(lines["rate"]) == pytest.approx(list(lines["converted"] / lines["entered"]))
        assert lines["rule"].iloc[0] == "ours"
    last = result.tools.groupby("tool").last()
    endless = attempts_by_hand(rows, 10_000, tolerance=0)
    assert tuple(last.loc["ga4", ["entered", "converted"]]) == (len(endless), int(endless["at_3"].notna().sum()))
    everybody = pd.DataFrame(rows)
    paid = everybody[everybody["event"] == "purchase"]["customer_id"].nunique()
    some = everybody[everybody["event"].isin(NAMES)]["customer_id"].nunique()
    assert tuple(last.loc["ga4_open", ["entered", "converted"]]) == (some, paid)


@pytest.mark.parametrize(("tool", "days", "tolerance"), [("mixpanel", 7, 0), ("amplitude", 30, 1), ("posthog", 14, 0)])
def test_each_tool_is_what_the_slow_funnel_says_under_its_rules(reference, result, rows, tool, days, tolerance) -> None:
    rules = reference.Rules(
        steps=tuple((frozenset({name}), None) for name in NAMES),
        attempt="best",
        window=dt.timedelta(days=days),
        tolerance=dt.timedelta(seconds=tolerance),
        end=dt.datetime(2100, 1, 1),  # young entries count
    )
    read = [{**row, "unit": row["customer_id"], "at": row["occurred_at"], "page": None} for row in rows]
    found = reference.funnel(read, rules)
    line = result.tools[result.tools["tool"] == tool].iloc[-1]
    converted = sum(attempt.furthest == 3 for attempt in found.values())
    assert (line["entered"], line["converted"]) == (len(found), converted)


def test_the_silent_majority_is_who_made_no_step(result, rows) -> None:
    frame = pd.DataFrame(rows)
    begin = frame[frame["event"].isin(NAMES)]["occurred_at"].min()
    people = set(frame[frame["occurred_at"] >= begin]["customer_id"])
    some = set(frame[frame["event"].isin(NAMES)]["customer_id"])
    entered = set(frame[frame["event"] == "view_item"]["customer_id"])
    assert result.silent == (len(people | some), len(entered), len(some), len(people - some))
    assert result.unknown_rows == 1
    ever = [frame[frame["event"] == name]["customer_id"].nunique() for name in NAMES]
    assert list(result.ever["units"]) == ever


def test_parts_are_funnels_of_their_own(result, rows) -> None:
    parts = result.parts.set_index("part")
    assert list(parts.index) == ["order", "payment"]
    assert tuple(parts.loc["payment", ["from_step", "to_step"]]) == (2, 3)
    frame = pd.DataFrame(rows)
    first = frame[frame["event"] == "add_to_cart"].groupby("customer_id")["occurred_at"].min()
    mature = first[first + pd.Timedelta(days=7) <= END]
    assert parts.loc["payment", "entered"] == len(mature)


def test_a_property_counts_where_it_is_attributed_to(result, rows) -> None:
    frame = pd.DataFrame(rows).sort_values("occurred_at")
    found = attempts_by_hand(rows, 7)
    mature = found[found["at_1"] + pd.Timedelta(days=7) <= END]
    at = {(row.customer_id, row.event, row.occurred_at): row.device for row in frame.itertuples()}
    first = {who: at[who, "view_item", row["at_1"]] for who, row in mature.iterrows()}
    got = result.with_property("device").to_pandas().set_index("unit_id")["property"].to_dict()
    assert got == first
    last = {}
    for who, row in mature.iterrows():
        number = max(n for n in (1, 2, 3) if pd.notna(row[f"at_{n}"]))
        last[who] = at[who, NAMES[number - 1], row[f"at_{number}"]]
    assert result.with_property("device", "last").to_pandas().set_index("unit_id")["property"].to_dict() == last
    steps = result.with_property("device", "step").to_pandas()
    assert len(steps) == int(mature.notna().sum().sum())
    everything = result.with_property("device", "all").to_pandas()
    assert not everything.duplicated(["unit_id", "property"]).any()
    assert set(everything["step"]) == {0}


def test_a_property_of_the_customer_is_the_same_at_every_step(result) -> None:
    regions = result.with_property("region").to_pandas()
    assert len(regions) == result.entered
    expected = ["North" if int(who[1:]) % 2 == 0 else "South" for who in regions["unit_id"]]
    assert list(regions["property"]) == expected
    assert set(result.with_property("customers.region", "step").to_pandas()["step"]) == {1, 2, 3}
    with pytest.raises(UserError, match=r"no table has a column 'regoin'.*Did you mean 'region'"):
        result.with_property("regoin")


def test_large_data_counted_in_pieces_give_the_same_numbers(result) -> None:
    """Units are divided by a hash where the rows are many: nothing may be lost or counted twice."""
    rows = Rows(result.tables, result.definition, own_names(result.tables))
    assert not any(rows.mine for rows in (rows, rows.piece(0, 1)))
    attempts = complete(rows)
    counter = Counter(rows, counts_of(attempts, result.definition), pieces=3)
    pd.testing.assert_frame_equal(sensitivity(counter, result.definition), result.sensitivity)
    pd.testing.assert_frame_equal(reconcile(counter, result.definition), result.tools)
    pd.testing.assert_frame_equal(curve(attempts, rows, 3).frame, result.curve)
    units = [rows.piece(number, 3).of(rows.definition.steps[0]).unit_id.nunique().to_pandas() for number in range(3)]
    assert sum(units) == result.ever["units"].iloc[0]
    assert min(units) > 0


def test_outputs_keep_the_contract(result) -> None:
    numbers = funnel.metrics(result)
    assert numbers["entered"] == result.entered
    assert numbers["step.2.reached"] == result.steps["reached"].iloc[1]
    assert numbers["conversion"] == pytest.approx(numbers["step.2.rate"] * numbers["step.3.rate"])
    assert numbers["time_to_convert.p50"] == result.times["p50"].iloc[-1]
    columns = ["step", "name", "reached", "rate", "rate_low", "rate_high", "overall", "lost"]
    assert list(funnel.tables(result, 10)["steps"].columns) == columns


def test_a_handful_of_entries_gives_counts_and_no_rates(make_tables) -> None:
    tables = make_tables(events=shop(12))
    found = funnel.analyse(tables, FunnelParameters(steps=NAMES, window_days=7))
    assert 0 < found.entered < 30
    numbers, tables_of = funnel.metrics(found), funnel.tables(found, 10)
    assert numbers["step.1.reached"] == found.entered
    assert numbers["conversion"] is numbers["step.2.rate"] is numbers["tool.posthog.conversion"] is None
    assert tables_of["steps"][["rate", "overall"]].isna().all(axis=None)
    assert tables_of["sensitivity"]["rate"].isna().all()


def test_one_event_of_one_person_is_a_funnel_that_nobody_finishes(make_tables) -> None:
    tables = make_tables(events=[{"customer_id": "x", "event": "ping", "occurred_at": END - dt.timedelta(days=3)}])
    found = funnel.analyse(tables, FunnelParameters())
    assert list(found.steps["reached"]) == [1, 0]
    assert math.isnan(found.times["p50"].iloc[-1])


def test_an_open_funnel_counts_who_makes_a_step_and_tells_who_went_on(make_tables) -> None:
    at = END - dt.timedelta(days=20)
    logs = {"all": "abc", "skips": "ac", "late": "bc", "only": "c"}
    events = [
        {"customer_id": who, "event": event, "occurred_at": at + dt.timedelta(minutes=place)}
        for who, log in logs.items()
        for place, event in enumerate(log)
    ]
    found = funnel.analyse(make_tables(events=events), FunnelParameters(steps="a, b, c", window_days=1, entry="open"))
    assert list(found.steps["reached"]) == [2, 2, 4]
    assert list(found.moved["went_on"]) == [0, 1, 2]
    assert list(found.moved["entered_here"]) == [2, 1, 2]
    assert list(found.steps["rate"][1:]) == [0.5, 1.0]
    assert found.entered == 4
