"""The number of a message, counted by hand; what is told where hardly anybody got two."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pytest
from touches_by_hand import at, made, order, tables, touch

from customer_analytics.analysis.messages import messages
from customer_analytics.analysis.messages.numbering import LAST, is_of_turn, numbered
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

DAY = 86_400


def by_hand(sent: list[tuple[str, int]], who: str, second: int, days: int) -> tuple[int, int]:
    """Number among the messages of the days before, and among all before; LAST at most."""
    own = [moment for person, moment in sent if person == who and moment < second]
    recent = [moment for moment in own if moment >= second - days * DAY]
    return min(len(recent), LAST - 1) + 1, min(len(own), LAST - 1) + 1


@pytest.mark.parametrize("seed", [1, 2])
def test_messages_are_numbered_as_by_hand_also_where_two_leave_in_one_second(seed: int) -> None:
    rng = random.Random(seed)
    epoch = dt.datetime(2025, 1, 1)
    sent = [(f"c{rng.randrange(6)}", rng.randrange(0, 90) * DAY + rng.choice((0, 0, 3_600))) for _ in range(150)]
    rows = [touch("K", who, sent_at=epoch + dt.timedelta(seconds=second)) for who, second in sent]
    asked = sorted({*sent, *((f"c{i}", 45 * DAY + 7) for i in range(8))})
    offset = int((epoch - dt.datetime(1970, 1, 1)).total_seconds())
    moments = ibis.memtable([(who, second + offset) for who, second in asked],
                            schema={"person_id": "string", "second": "int64"})  # fmt: skip
    frame = numbered(tables(touches=rows), moments, 30).to_pandas()
    found = {(row.person_id, row.second - offset): (row.window, row.ever) for row in frame.itertuples()}
    assert {key: found[key] for key in asked} == {
        (who, second): by_hand(sent, who, second, 30) for who, second in asked
    }


def test_the_curve_counts_messages_before_the_assignment_and_not_the_own_one() -> None:
    """c0 to c39 got a message a week before, d0 to d39 none: second and first message of the campaign L."""
    rows = [touch("K", f"c{i}", when="05-01 09:00", sent_at=at("05-01 10:00"), delivered_at=at("05-01 10:01"))
            for i in range(40)]  # fmt: skip
    for who in (*(f"c{i}" for i in range(40)), *(f"d{i}" for i in range(40))):
        gone = who.startswith("c") and int(who[1:]) < 10
        rows.append(touch("L", who, when="05-08 09:00", sent_at=at("05-08 10:00"), delivered_at=at("05-08 10:01"),
                          unsubscribed_at=at("05-09 10:00") if gone else None))  # fmt: skip
    data = tables(touches=[{"unsubscribed_at": None, **row} for row in rows])
    found = messages(made(data), data, CampaignEvaluationParameters()).fatigue
    assert found is not None
    assert (found.axis, found.repeated) == ("window", 40 / 120)
    curve = found.curve[(found.curve["axis"] == "window") & (found.curve["metric"] == "unsubscribe")]
    assert [tuple(row) for row in curve[["number", "events", "base"]].to_numpy()] == [(1, 0, 80), (2, 10, 40)]
    trend = found.trend("unsubscribe")
    assert trend is not None
    assert trend.rise > 0


def test_nobody_with_two_messages_is_no_curve_that_is_flat() -> None:
    rows = [touch("K", f"c{i}", sent_at=at("05-01 10:00"), delivered_at=at("05-01 10:01"),
                  unsubscribed_at=at("05-02") if i < 3 else None) for i in range(40)]  # fmt: skip
    data = tables(touches=rows)
    found = messages(made(data), data, CampaignEvaluationParameters()).fatigue
    assert found is not None
    assert (found.reason, found.cap.value, found.trends) == ("one_each", None, ())


def test_what_a_message_adds_is_held_against_controls_of_the_same_number() -> None:
    """A second campaign a week later: of the contacted half order, of the control a quarter, whoever had the first."""
    rows = [
        touch("K", f"c{i}", when="05-01 09:00", sent_at=at("05-01 10:00"), clicked_at=None) for i in range(0, 160, 2)
    ]
    orders = []
    for i in range(160):
        arm = "letter" if i % 4 < 2 else "control"
        moment = at("05-20 10:00") if arm == "letter" else None
        clicked = at("05-20 11:00") if arm == "letter" and i % 8 < 2 else None
        rows.append(touch("L", f"c{i}", arm, when="05-20 09:00", sent_at=moment, clicked_at=clicked))
        if (i // 4) % (2 if arm == "letter" else 4) == 0:
            orders.append(order(f"c{i}", "05-22"))
    data = tables(touches=rows, orders=orders)
    found = messages(made(data), data, CampaignEvaluationParameters()).fatigue
    assert found is not None
    assert found.added[["number", "n", "n_control"]].to_numpy().tolist() == [[1, 40, 40], [2, 40, 40]]
    assert found.added["effect"].tolist() == pytest.approx([0.25, 0.25])
    assert found.added_slope.low < 0 < found.added_slope.high


def test_customers_taken_in_turns_are_numbered_as_all_at_once() -> None:
    rows = [touch("K", f"c{i % 7}", sent_at=at("05-01 10:00") + dt.timedelta(days=i)) for i in range(40)]
    data = tables(touches=rows)
    moments = data["touches"].select(person_id="customer_id", second=data["touches"].sent_at.epoch_seconds() + 1)
    whole = numbered(data, moments, 30).to_pandas()
    parts = pd.concat([
        numbered(data, moments.filter(is_of_turn(moments.person_id, turn, 3)), 30, turn, 3).to_pandas()
        for turn in range(3)
    ])  # fmt: skip
    ways = [frame.sort_values(["person_id", "second"], ignore_index=True) for frame in (whole, parts)]
    pd.testing.assert_frame_equal(*ways)


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_numbering_compiles_within_a_customer(engine: str) -> None:
    columns = {"customer_id": "string", "sent_at": "timestamp", "delivered_at": "timestamp"}
    data = Tables(None, dt.date(2025, 6, 30), ZoneInfo("UTC"), {"touches": ibis.table(columns, name="touches")})
    moments = ibis.table({"person_id": "string", "second": "int64"}, name="moments")
    assert "PARTITION BY" in str(ibis.to_sql(numbered(data, moments, 30, 1, 3), dialect=engine))
