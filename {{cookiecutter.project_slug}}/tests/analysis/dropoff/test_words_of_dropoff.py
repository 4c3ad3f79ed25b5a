"""What is said of a client whose names are hostile: values stay values, in sentences, tables and test plans."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pytest
from any_engine import connect

from customer_analytics.analysis import dropoff, funnel
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.language import Language
from customer_analytics.narrative.funnel import View, breakdown, change, drivers, portfolio, prize
from customer_analytics.narrative.funnel import dropoff as told
from customer_analytics.tables.store import Tables

BAD = "<img src=x>{0} **app** | `x` =1+1 😀"
STEPS = ("see", "add <b>", "buy {y}")


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Two thousand visits; the hostile device loses at the last step; 40 % of its lost met a hostile error."""
    generator = np.random.default_rng(3)
    start = dt.datetime(2024, 3, 1)
    rows = []
    for visit in range(2_000):
        person, device = f"c{visit % 1_500}", BAD if generator.random() < 0.4 else "plain"
        channel = str(generator.choice(["a", "b"]))
        reach = 2 if generator.random() < 0.7 else 1
        if reach == 2 and generator.random() < (0.3 if device == BAD else 0.7):
            reach = 3
        for step in range(reach):
            is_stuck = reach == 2 and step == 1 and device == BAD and generator.random() < 0.6
            rows.append({
                "customer_id": person, "session_id": f"s{visit}", "event": STEPS[step], "device": device,
                "channel": channel, "occurred_at": start + dt.timedelta(minutes=40 * visit, seconds=30 * step),
                "properties": '{"error": "<i>card {z} declined"}' if is_stuck else None,
            })  # fmt: skip
    backend = connect()
    events = backend.create_table("events", pd.DataFrame(rows))
    orders = pd.DataFrame({"order_id": [f"o{i}" for i in range(100)], "customer_id": "c1", "amount": 50.0})
    orders["ordered_at"] = start
    named = {
        "events": events.mutate(occurred_on=events.occurred_at.date()),
        "orders": backend.create_table("orders", orders).mutate(ordered_on=ibis.date(start.date())),
    }
    return Tables(backend, dt.date(2024, 6, 30), ZoneInfo("UTC"), named, start)


@pytest.fixture(scope="module", params=["en", "zh_CN"])
def view(request: pytest.FixtureRequest, tables: Tables) -> View:
    asked = FunnelParameters(steps=(STEPS[0], STEPS[1], STEPS[2]), window_days=7)
    counted = funnel.analyse(tables, asked)
    found = dropoff.analyse(tables, counted, asked)
    return View(counted, Language(request.param, "EUR"), 10, dropoff=found)


def test_hostile_names_are_data_in_every_sentence(view: View) -> None:
    first = told.first_finding(view)
    assert first is not None and BAD in str(first.head) and BAD in str(first.statement)
    markup = first.statement.__html__()
    assert "<img" not in markup and "&lt;img src=x&gt;{0} **app**" in markup, "its stars are not emphasis"
    assert "<strong>" in markup
    words = [*drivers.tables(view), prize.prize_table(view), *breakdown.breakdown_tables(view), *change.tables(view)]
    cells = [str(cell[0]) for table in words for row in table.rows for cell in row]
    assert any(BAD in cell for cell in cells) and any("<i>card {z} declined" in cell for cell in cells)


def test_the_test_plan_is_plain_markdown_whatever_the_client_calls_things(view: View) -> None:
    plans = portfolio.documents(view)
    assert list(plans) == [f"test_plans/plan_{place}.md" for place in range(1, len(plans) + 1)]
    first = plans["test_plans/plan_1.md"]
    assert r"\<img src=x\>{0} \*\*app\*\* \| \`x\`" in first
    assert "<" not in first.replace(r"\<", "")
    assert first.startswith("# ") and first.count("\n## ") == 7


def test_the_prize_in_the_sentence_is_the_prize_of_the_table(view: View) -> None:
    assert view.dropoff is not None
    row = view.dropoff.drivers.prizes.iloc[0]
    first = told.first_finding(view)
    assert first is not None and (first.value, first.low, first.high) == (
        row["extra"],
        row["extra_low"],
        row["extra_high"],
    )
    assert first.grade == "B" and first.n == row["n"]
    number = view.language.number
    assert number(row["extra"]) in str(first.meaning) and number(row["extra_low"]) in str(first.meaning)
    bars = prize.prize_bars(view)
    assert bars[0][1] == row["extra"] and bars[0][3] == "alert" and all(bar[3] == "faint" for bar in bars[1:])
    assert "odds" in str(first.statement) or view.language.is_chinese
    assert "causes" not in str(first.statement) and "caused" not in str(first.statement), "grade B has no such verb"


def test_without_groups_the_sentence_says_what_could_have_been_missed(tables: Tables) -> None:
    asked = FunnelParameters(steps=(STEPS[0], STEPS[1]), window_days=7, break_down=("channel",))
    counted = funnel.analyse(tables, asked)
    view = View(counted, Language("en", "EUR"), 10, dropoff=dropoff.analyse(tables, counted, asked))
    assert told.first_finding(view) is None and not prize.has_prizes(view)
    nothing = {finding.id: finding for finding in told.findings(view)}["dropoff"]
    assert not nothing.notable and "could have gone unseen" in str(nothing.statement)
    assert view.dropoff is not None
    n = int(view.dropoff.totals["n_1"])
    rate = view.dropoff.totals["n_2"] / n
    unseen = 2.8 * np.sqrt(rate * (1 - rate) * (1 / (0.2 * n) + 1 / (0.8 * n)))
    assert f"about {100 * unseen:.1f} points" in str(nothing.statement)
    assert portfolio.documents(view) == {} or drivers.has_drivers(view)
