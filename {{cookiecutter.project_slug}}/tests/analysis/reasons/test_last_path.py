"""Last path: leavers against people like them, by hand and against statsmodels."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pytest
from any_engine import connect
from statsmodels.stats.contingency_tables import StratifiedTable

from customer_analytics.analysis.reasons import trails
from customer_analytics.analysis.reasons.last_path import SPANS, Matched, compare
from customer_analytics.tables.store import Tables

EPOCH = dt.date(1970, 1, 1)
CUT = 20_000


def crowd(count: int, seed: int, effect: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People in ten strata that differ in leaving and in doing; `effect`: what leaving adds to the deed's share."""
    generator = np.random.default_rng(seed)
    stratum = generator.integers(0, 10, count)
    left = (generator.random(count) < 0.1 + 0.07 * stratum).astype(int)
    did = generator.random(count) < 0.05 + 0.05 * stratum + effect * left
    people = pd.DataFrame(
        {"row": np.arange(count), "person_id": [f"P{n}" for n in range(count)], "left": left}
        | {f"stratum_{span}": stratum for span in SPANS}
    )
    return people, pd.DataFrame({"row": people["row"][did], "deed": "complained", "days": 5})


def test_difference_and_p_are_those_of_mantel_haenszel() -> None:
    people, done = crowd(2_000, 1, 0.1)
    did = people["row"].isin(done["row"]).to_numpy()
    found = Matched(people, people["stratum_30"]).tested(did)
    tables = [
        np.array([[int((did & (own == gone)).sum()), int((~did & (own == gone)).sum())] for gone in (1, 0)])
        for stratum in range(10)
        for own in [np.where(people["stratum_30"] == stratum, people["left"], -1)]
    ]
    test = StratifiedTable(tables).test_null_odds(correction=False)
    assert found[7] == pytest.approx(test.pvalue, rel=1e-9)
    n1, n0 = (np.array([table[place].sum() for table in tables]) for place in (0, 1))
    weights = n1 * n0 / (n1 + n0)
    rates = [np.array([table[place, 0] for table in tables]) / n for place, n in ((0, n1), (1, n0))]
    assert found[4] == pytest.approx((weights * (rates[0] - rates[1])).sum() / weights.sum())
    assert (found[1], found[3]) == pytest.approx(tuple((weights * rate).sum() / weights.sum() for rate in rates))


def test_a_person_at_several_cut_offs_is_no_evidence_twice() -> None:
    people, done = crowd(500, 2, 0.1)
    once = Matched(people, people["stratum_30"]).tested(people["row"].isin(done["row"]).to_numpy())
    twice = pd.concat([people, people.assign(stratum_30=people["stratum_30"] + 100)], ignore_index=True)
    did = np.tile(people["row"].isin(done["row"]).to_numpy(), 2)
    again = Matched(twice, twice["stratum_30"]).tested(did)
    assert again[4:7] == pytest.approx(once[4:7])
    assert again[7] == pytest.approx(once[7])


def test_what_only_goes_with_the_stratum_is_not_told() -> None:
    """Leavers do it far more often, because the strata in which more leave do it more."""
    people, done = crowd(4_000, 3, 0.0)
    did = people["row"].isin(done["row"])
    assert did[people["left"] == 1].mean() - did[people["left"] == 0].mean() > 0.05
    assert not compare(people, done, 30).table["clear"].any()


def test_a_planted_deed_is_told_with_the_size_it_has() -> None:
    people, done = crowd(4_000, 4, 0.15)
    found = compare(people, done, 30)
    row = found.clear.iloc[0]
    assert row["deed"] == "complained" and row["low"] < 0.15 < row["high"]
    assert found.tested == 2 and found.left == people["left"].sum()


def test_strata_without_both_kinds_have_no_part() -> None:
    people, done = crowd(1_000, 5, 0.2)
    alone = people.assign(row=people["row"] + 1_000, left=1, **{f"stratum_{span}": 999 for span in SPANS})
    both = compare(pd.concat([people, alone], ignore_index=True), done, 30)
    assert both.left == people["left"].sum() and both.all_left == people["left"].sum() + 1_000
    pd.testing.assert_frame_equal(both.table, compare(people, done, 30).table)


@pytest.mark.parametrize("left", [0, 1])
def test_one_kind_of_people_is_not_estimable(left: int) -> None:
    people, done = crowd(200, 6, 0.1)
    found = compare(people.assign(left=left), done, 30)
    assert found.reason == "few_left" and not len(found.table) and not len(found.clear)


def tables(orders: list[tuple[str, int, float]], events: list[tuple[str, str, int]]) -> Tables:
    """Orders (customer, day, discount) and events (customer, name, day)."""
    at = [EPOCH + dt.timedelta(days=day) for _, day, _ in orders]
    ordered = pd.DataFrame(
        {"customer_id": [o[0] for o in orders], "discount": [o[2] for o in orders], "ordered_on": at}
    )
    when = [EPOCH + dt.timedelta(days=day) for _, _, day in events]
    seen = pd.DataFrame({"customer_id": [e[0] for e in events], "event": [e[1] for e in events], "occurred_on": when})
    seen["occurred_at"] = pd.to_datetime(seen["occurred_on"])
    kinds = {"occurred_on": "date", "customer_id": "string", "event": "string", "occurred_at": "timestamp"}
    made = {
        "orders": ibis.memtable(ordered, schema={"customer_id": "string", "discount": "float64", "ordered_on": "date"}),
        "events": ibis.memtable(seen[list(kinds)], schema=kinds),
    }
    return Tables(connect(), EPOCH + dt.timedelta(days=CUT + 100), ZoneInfo("UTC"), made)


def test_trails_by_hand() -> None:
    """A: last seen five days before the cut-off; what came later, or too early for the span, is not of the path."""
    data = tables(
        [("A", CUT - 200, 0.0), ("A", CUT - 40, 1.0), ("A", CUT - 5, 0.0), ("A", CUT + 3, 1.0), ("B", CUT - 10, 0.0)],
        [("A", "view", CUT - 5), ("A", "view", CUT - 30), ("A", "help", CUT - 70), ("B", "help", CUT + 1)],
    )
    done = trails.deeds(data)
    assert done is not None
    rows = pd.DataFrame({"row": [0, 1], "person_id": ["A", "B"], "cut": [CUT, CUT]})
    wanted = ibis.memtable(rows, schema={"row": "int32", "person_id": "string", "cut": "int32"})
    facts, trail = (table.to_pandas() for table in trails.expressions(done.distinct().cache(), wanted))
    facts = facts.set_index("row").sort_index()
    assert facts.loc[0].tolist() == [CUT - 5, CUT - 200, 5, CUT - 5, 2, 3]
    assert facts.loc[1].tolist() == [CUT - 10, CUT - 10, 1, CUT - 10, 1, 1]
    found = {(row.row, row.deed): row.days for row in trail.itertuples()}
    assert found == {(0, " order"): 0, (0, " order at a discount"): 35, (0, "view"): 0, (1, " order"): 0}


def test_deeds_with_which_people_begin_are_no_path() -> None:
    people = [f"C{number}" for number in range(40)]
    days = {person: CUT - 100 + number for number, person in enumerate(people)}
    events = [(person, "sign_up", day) for person, day in days.items()]
    events += [(person, "help", day + 20) for person, day in days.items()]
    data = tables([(person, day + step, 0.0) for person, day in days.items() for step in (1, 30)], events)
    done = trails.deeds(data)
    assert done is not None
    rows = trails.sample(pd.DataFrame({"person_id": people, "cut": CUT, "left": [n % 2 for n in range(40)]}), 1)
    _, trail = trails.read(done, rows)
    assert set(trail["deed"]) == {"help", " order"}


def test_nothing_done_gives_no_deeds() -> None:
    assert trails.deeds(Tables(connect(), EPOCH, ZoneInfo("UTC"), {})) is None


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_expressions_compile_for_every_engine(engine: str) -> None:
    own = ibis.table({"person_id": "string", "deed": "string", "day": "int32"}, name="deeds")
    wanted = ibis.table({"row": "int32", "person_id": "string", "cut": "int32"}, name="people")
    for table in trails.expressions(own, wanted):
        assert "GROUP BY" in str(ibis.to_sql(table, dialect=engine))
