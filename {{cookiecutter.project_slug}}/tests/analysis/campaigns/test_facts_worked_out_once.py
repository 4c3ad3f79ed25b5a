"""What is worked out once for all parts is what each part would have found: sums by day, beginnings, blocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
from any_engine import connect

from customer_analytics.analysis.campaigns.facts import PEOPLE, people, united
from customer_analytics.analysis.campaigns.facts import facts as facts_of_tables
from customer_analytics.analysis.campaigns.parts import part_of
from customer_analytics.analysis.survival.blocks import block, block_of, letters
from customer_analytics.analysis.timing.blocks import BLOCKS
from customer_analytics.analysis.timing.days import BEFORE_DAYS, MEASURES, Days
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

SPRING = pd.Timestamp("2024-03-01")


def tables() -> Tables:
    backend = connect()
    customers = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "c", None],
            "signed_up_at": [SPRING, SPRING - pd.Timedelta(days=3), pd.NaT, SPRING, SPRING],
            "consent": [False, True, None, False, True],
        }
    )
    orders = pd.DataFrame(
        {
            "order_id": ["1", "2", "3", "4"], "customer_id": ["a", "b", "d", None],
            "ordered_at": [SPRING - pd.Timedelta(days=9), SPRING, pd.NaT, SPRING], "amount": [1.0, 2.0, 3.0, 4.0],
        }
    )  # fmt: skip
    stored = {
        name: backend.create_table(f"facts_{name}", frame, overwrite=True)
        for name, frame in {"customers": customers.astype({"consent": "boolean"}), "orders": orders}.items()
    }
    return Tables(backend, dt.date(2024, 6, 30), ZoneInfo("UTC"), stored)


def told(table: ibis.Table) -> list[tuple[object, ...]]:
    return sorted(tuple(row[name] for name in PEOPLE) for row in table.to_pyarrow().to_pylist())


def test_people_begin_with_the_first_that_is_known_and_consent_once() -> None:
    signed = SPRING.to_pydatetime()
    assert told(people(tables())) == [
        ("a", signed - dt.timedelta(days=9), signed - dt.timedelta(days=3), True, 1),
        ("b", signed, None, None, 1),
        ("c", signed, signed, False, 1),
        ("d", None, None, None, 0),
    ]


def test_the_facts_of_the_parts_together_are_those_of_everybody() -> None:
    data, parameters = tables(), CampaignEvaluationParameters(margin_share=0.5)
    whole = facts_of_tables(data, parameters, None)
    parts = united([facts_of_tables(part_of(data, part, 3), parameters, None) for part in range(3)])
    assert told(parts.people) == told(whole.people)
    assert parts.bought is not None and whole.bought is not None and parts.seen is None
    one, other = (t.bought.to_pandas().sort_values("order_id", ignore_index=True) for t in (whole, parts))
    pd.testing.assert_frame_equal(one, other)
    assert one["person_id"].tolist() == ["a", "b"]


def test_a_block_by_letters_is_the_block() -> None:
    names = ibis.memtable(pd.DataFrame({"name": ["", "a", "C100000001", "客户七", "a-very-long-identifier-0001"]}))
    kept = names.mutate(letters=letters(names.name))
    asked = kept.select(one=block(kept.name, 200, 5), other=block_of(kept.letters, 200, 5))
    found = connect().to_pyarrow(asked).to_pydict()
    assert found["one"] == found["other"] and len(set(found["one"])) > 2


def test_sums_by_day_are_those_of_each_arm_alone() -> None:
    rng = np.random.default_rng(3)
    keys = {"code": rng.integers(2, size=400), "arm": rng.integers(2, size=400), "block": rng.integers(9, size=400)}
    units = pd.DataFrame({**keys, "followed": rng.choice([0, 15, 45], 400, p=[0.05, 0.05, 0.9]), "n": 1})
    sums = units.drop(columns="n").assign(
        day=rng.integers(-BEFORE_DAYS, 70, size=400), **{name: rng.random(400) for name in MEASURES}
    )
    days = Days(units, sums, {0: 14, 1: 20, 2: 7}, has_money=True)
    for code in (0, 1):
        after = days.after_days(code)
        assert after == 45
        for arm in (0, 1):
            made = days.arm(code, arm, "revenue")
            expected = np.zeros((BLOCKS, BEFORE_DAYS + days.windows[code] + after))
            for row in sums.itertuples():
                inside = (row.code, row.arm) == (code, arm) and row.followed >= after
                if inside and row.day < days.windows[code] + after:
                    expected[row.block, row.day + BEFORE_DAYS] += row.revenue
            np.testing.assert_allclose(made.sums, expected)
            own = units[(units["code"] == code) & (units["arm"] == arm) & (units["followed"] >= after)]
            assert made.size == len(own)
    assert days.arm(2, 0, "orders").size == 0 and days.arm(2, 0, "orders").sums.shape == (BLOCKS, BEFORE_DAYS + 7)
