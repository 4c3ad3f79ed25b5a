"""Effects by day counted by hand, and what becomes of a gain that is kept, moved or too small to follow."""

from __future__ import annotations

import datetime as dt
import math
import random

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_ind
from touches_by_hand import at, made, order, tables, touch

from customer_analytics.analysis.timing import Timing, timing
from customer_analytics.analysis.timing.blocks import Arm, effects, resampled
from customer_analytics.analysis.timing.course import course, courses, daily, half_reached, moved, verdicts
from customer_analytics.analysis.timing.days import BEFORE_DAYS, Days, sums_by_day
from customer_analytics.analysis.timing.outputs import metrics
from customer_analytics.analysis.timing.outputs import tables as files
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

START = at("03-01 09:00")
WINDOW, AFTER = 14, 45


class Sound:
    """Experiments that find every draw sound: what is tested here comes after."""

    def sound(self, campaign: str) -> bool:
        return campaign != "broken"


def found(data, **parameters) -> Timing:
    return timing(made(data, **parameters), Sound(), data, CampaignEvaluationParameters(**parameters))  # type: ignore[arg-type]


def client(customers: int = 120, seed: int = 4) -> tuple[list[dict], list[dict]]:
    """Touches of one campaign and orders around it, at random."""
    rng = random.Random(seed)
    rows = [touch("K", f"c{i}", "letter" if i % 2 else "control", when="03-01 09:00",
                  sent_at=at("03-01 10:00") if i % 2 else None) for i in range(customers)]  # fmt: skip
    orders = []
    for number in range(customers * 3):
        when = START + dt.timedelta(seconds=rng.randrange(-20 * 86_400, 70 * 86_400))
        orders.append({"order_id": f"o{number}", "customer_id": f"c{rng.randrange(customers)}", "ordered_at": when,
                       "amount": 10.0 + number % 7})  # fmt: skip
    return rows, orders


def test_every_day_of_both_arms_is_as_counted_by_hand() -> None:
    rows, orders = client()
    result = found(tables(touches=rows, orders=orders))
    arms = {row["customer_id"]: row["arm"] for row in rows}
    size = {arm: sum(1 for value in arms.values() if value == arm) for arm in ("letter", "control")}
    first: dict[str, int] = {}
    counts: dict[tuple[str, int, str], float] = {}
    for one in sorted(orders, key=lambda each: each["ordered_at"]):
        day = math.floor((one["ordered_at"] - START).total_seconds() / 86_400)
        arm = arms[one["customer_id"]]
        counts[arm, day, "orders"] = counts.get((arm, day, "orders"), 0) + 1
        counts[arm, day, "revenue"] = counts.get((arm, day, "revenue"), 0) + one["amount"]
        if day >= 0 and one["customer_id"] not in first:
            first[one["customer_id"]] = day
            counts[arm, day, "converted"] = counts.get((arm, day, "converted"), 0) + 1
    for measure, lowest in (("orders", -BEFORE_DAYS), ("revenue", -BEFORE_DAYS), ("converted", 0)):
        own = result.daily[result.daily["measure"] == measure]
        days = range(lowest, WINDOW + AFTER)
        expected = [counts.get(("letter", day, measure), 0) / size["letter"]
                    - counts.get(("control", day, measure), 0) / size["control"] for day in days]  # fmt: skip
        assert own["day"].tolist() == [*days]
        assert own["effect"].to_numpy() == pytest.approx(np.array(expected))
        assert own["cumulative"].dropna().to_numpy() == pytest.approx(np.cumsum(expected[-lowest:]))


def test_customers_taken_in_turns_give_the_same_days(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, orders = client(80)
    data = tables(touches=rows, orders=orders)
    whole = found(data)
    monkeypatch.setattr("customer_analytics.analysis.timing.days.UNITS_A_TURN", 30)
    pd.testing.assert_frame_equal(found(data).daily, whole.daily)


def test_window_after_and_total_add_up() -> None:
    rows, orders = client()
    result = found(tables(touches=rows, orders=orders))
    row = result.moved[result.moved["measure"] == "orders"].iloc[0]
    assert row["after_days"] == AFTER
    assert row["effect"] + row["after"] == pytest.approx(row["total"])
    assert math.isnan(row["share_moved"]) == (row["low"] <= 0)


@pytest.mark.parametrize(("last", "after"), [("04-20", 30), ("04-01", 15), ("03-20", 0)])
def test_only_days_that_are_known_of_nearly_all_are_looked_at(last: str, after: int) -> None:
    rows, orders = client(80)
    until = at(last).date()
    orders = [one for one in orders if one["ordered_at"].date() <= until]
    result = found(tables(last=until, touches=rows, orders=orders))
    row = result.moved.iloc[0]
    assert row["after_days"] == after
    assert (row["verdict"] == "not_over") == (after == 0)
    assert math.isnan(row["after"]) == (after == 0)


def test_small_odd_and_empty_campaigns_give_a_reason() -> None:
    rows, orders = client(20)
    assert found(tables(touches=rows, orders=orders)).reason == "no_campaigns"
    assert found(tables(touches=client(80)[0])).reason == "no_orders"
    assert found(tables(orders=orders)).reason == "no_campaigns"
    nobody = found(tables(touches=client(80)[0], orders=[{**orders[0], "customer_id": "stranger"}]))
    assert nobody.moved["verdict"].tolist() == ["no_gain"]
    assert metrics(nobody)["pull_forward.found"] == 0


def test_customers_in_two_campaigns_at_once_are_counted_by_hand() -> None:
    """L follows K by a week and takes 30 of its 40 contacted, 5 of its 40 controls; M follows after the window."""
    rows = [touch("K", f"c{i}", "letter" if i < 40 else "control", when="03-01 09:00",
                  sent_at=at("03-01 10:00") if i < 40 else None) for i in range(80)]  # fmt: skip
    rows += [touch("L", f"c{i}", when="03-08 09:00", sent_at=at("03-08 10:00")) for i in (*range(30), *range(40, 45))]
    rows += [touch("M", f"c{i}", when="04-20 09:00", sent_at=at("04-20 10:00")) for i in range(80)]
    result = found(tables(touches=rows, orders=[order(f"c{i}", "03-03") for i in range(9)]))
    pairs = result.overlaps.set_index(["campaign", "other"])
    assert sorted(pairs.index) == [("K", "L"), ("L", "K")]
    row = pairs.loc[("K", "L")]
    assert (row["shared"], row["share"]) == (35, 35 / 80)
    assert (row["share_control"], row["share_contact"], row["uneven"]) == (5 / 40, 30 / 40, True)


def test_categories_are_told_apart_and_an_empty_gain_is_not_told() -> None:
    rng = random.Random(2)
    rows = [touch("K", f"c{i}", "letter" if i % 2 else "control", when="03-01 09:00",
                  sent_at=at("03-01 10:00") if i % 2 else None) for i in range(200)]  # fmt: skip
    orders, lines = [], []
    for i in range(200):
        for place, (category, chance) in enumerate((("tea", 0.8 if i % 2 else 0.3), ("oil", 0.4))):
            if rng.random() < chance:
                number = f"o{i}-{place}"
                orders.append({"order_id": number, "customer_id": f"c{i}", "ordered_at": at("03-03"), "amount": 10.0})
                lines.append({"order_id": number, "product_id": category, "amount": 10.0, "category": category})
    data = tables(touches=rows, orders=orders, order_lines=lines)
    table = found(data).categories.set_index("category")
    assert table["verdict"].to_dict() == {"oil": "", "tea": "gained"}
    who = {line["order_id"] for line in lines if line["category"] == "tea"}
    letters = sum(10.0 for number in who if int(number[1:].split("-")[0]) % 2) / 100
    assert table.loc["tea", "mean"] == pytest.approx(letters)


def test_the_difference_of_two_arms_is_the_t_test_of_their_blocks() -> None:
    """One unit a block: the variance is that of the units."""
    rng = np.random.default_rng(8)
    one, other = rng.poisson(1.0, 200).astype(float), rng.poisson(1.3, 200).astype(float)
    made_effects = effects(Arm(np.ones(200), one[:, None]), Arm(np.ones(200), other[:, None]))
    known = ttest_ind(one, other, equal_var=False)
    assert made_effects.value[0] == pytest.approx(one.mean() - other.mean())
    assert made_effects.p[0] == pytest.approx(known.pvalue, rel=0.1)  # fewer degrees of freedom
    drawn = resampled(Arm(np.ones(200), one[:, None]), Arm(np.ones(200), other[:, None]), 2_000, rng)[:, 0]
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([made_effects.low[0], made_effects.high[0]], abs=0.02)


@given(st.lists(st.floats(0.01, 5), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_half_of_a_rising_effect_is_reached_before_its_end(steps: list[float]) -> None:
    cumulative = np.cumsum(steps)
    days = half_reached(cumulative)
    assert 0 < days <= len(steps)
    reached = np.interp(days, np.arange(len(steps) + 1), np.concatenate(([0.0], cumulative)))
    assert reached == pytest.approx(cumulative[-1] / 2)


def simulated(rng: np.random.Generator, added: float, taken: float, arms: int = 1, n: int = 1_000) -> Days:
    """A client whose contact adds `added` orders a head early in the window and takes `taken` from the days after."""
    days = BEFORE_DAYS + WINDOW + AFTER
    rate = np.full(days, 0.008)
    units, sums = [], []
    for arm in range(arms + 1):
        own = rate.copy()
        if arm:
            own[BEFORE_DAYS : BEFORE_DAYS + 7] += added / 7
            own[BEFORE_DAYS + WINDOW :] -= taken / AFTER
        counts = rng.poisson(own, (n, days))
        for block in range(200):
            units.append((0, arm, block, AFTER, n // 200))
            held = counts[block * (n // 200) : (block + 1) * (n // 200)].sum(axis=0)
            sums += [(0, arm, block, AFTER, day - BEFORE_DAYS, int(k)) for day, k in enumerate(held) if k]
    frame = pd.DataFrame(sums, columns=["code", "arm", "block", "followed", "day", "orders"])
    return Days(pd.DataFrame(units, columns=["code", "arm", "block", "followed", "n"]),
                frame.assign(revenue=0.0, converted=0), {0: WINDOW}, False)  # fmt: skip


CONTRAST = {"campaign": "K", "code": 0, "arm": "letter", "number": 1, "control": "control", "sound": True}


def test_a_gain_that_was_only_moved_is_told_from_one_that_is_kept() -> None:
    rng = np.random.default_rng(11)
    verdict = {}
    for name, taken in (("moved", 0.15), ("kept", 0.0)):
        days = simulated(rng, 0.15, taken, n=4_000)
        row = verdicts([moved(days, CONTRAST, "orders", rng)]).iloc[0]
        verdict[name] = row["verdict"]
        assert row["share_low"] <= taken / 0.15 <= row["share_high"]
    assert verdict == {"moved": "all_moved", "kept": "kept"}


def test_the_days_after_keep_their_level_and_the_share_moved_its_interval() -> None:
    rng = np.random.default_rng(12)
    dips = covered = told = 0
    for _ in range(40):
        row = moved(simulated(rng, 0.1, 0.0), CONTRAST, "orders", rng)
        dips += row["p_value"] < 0.05
        half = moved(simulated(rng, 0.2, 0.1), CONTRAST, "orders", rng)
        if not math.isnan(half["share_low"]):
            told += 1
            covered += half["share_low"] <= 0.5 <= half["share_high"]
    assert dips <= 6
    assert covered >= 0.85 * told > 25


def test_an_effect_of_the_first_week_fades_and_half_of_it_comes_within_days() -> None:
    rng = np.random.default_rng(13)
    days = simulated(rng, 0.2, 0.0, n=4_000)
    row = courses([course(days, CONTRAST, rng)]).iloc[0]
    assert row["course"] == "fades"
    assert row["half_low"] <= 3.5 <= row["half_high"]
    assert row["before_low"] <= 0 <= row["before_high"]
    assert len(daily(days, CONTRAST, "orders")) == BEFORE_DAYS + WINDOW + AFTER


def test_nothing_is_moved_where_nothing_was_gained() -> None:
    rng = np.random.default_rng(14)
    row = verdicts([moved(simulated(rng, 0.0, 0.0), CONTRAST, "orders", rng)]).iloc[0]
    assert row["verdict"] == "no_gain"
    assert math.isnan(row["share_moved"])


def test_an_unsound_campaign_moves_nothing_away() -> None:
    row = {name: 0.0 for name in ("effect", "total")} | {"campaign": "K", "arm": "a", "measure": "orders",
                                                        "verdict": "all_moved"}  # fmt: skip
    table = pd.DataFrame([row | {"sound": False}, row | {"sound": True, "campaign": "L"}])
    assert Timing("", moved=table).moved_away == {("L", "a")}


def test_pairs_of_few_customers_are_in_no_file() -> None:
    table = pd.DataFrame({"campaign": ["K", "K"], "other": ["L", "M"], "shared": [3, 40]})
    assert files(Timing("", overlaps=table), 10)["campaign_overlap"]["other"].tolist() == ["M"]


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_sums_by_day_compile_within_a_customer(engine: str) -> None:
    units = ibis.table({"code": "int32", "arm": "int32", "block": "int32", "followed": "int16", "person_id": "string",
                        "start": "timestamp", "window_days": "int32"}, name="units")  # fmt: skip
    bought = ibis.table({"person_id": "string", "ordered_at": "timestamp", "bought": "int16", "net": "float64"},
                        name="bought")  # fmt: skip
    sql = str(ibis.to_sql(sums_by_day(units, bought), dialect=engine))
    assert "PARTITION BY" in sql
