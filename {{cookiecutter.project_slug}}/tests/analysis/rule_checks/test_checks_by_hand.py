from __future__ import annotations

import math
import warnings

import ibis
import numpy as np
import pandas as pd
import pytest
from worlds import DAY, checked, row_of, world

from customer_analytics.analysis.association import chance
from customer_analytics.analysis.rule_checks import earlier_rules, outputs
from customer_analytics.analysis.rule_checks.clustering import widening
from customer_analytics.analysis.rule_checks.links import links
from customer_analytics.analysis.rule_checks.replication import told
from customer_analytics.analysis.rule_checks.result import GONE, HELD, HOLDS, NEW, REVERSED, VANISHES
from customer_analytics.analysis.rule_checks.sizes import size_class
from customer_analytics.analysis.rule_checks.strata import MONTH, OTHER, Strata, _coded, _month, strata
from customer_analytics.engagement.parameters import BasketRulesParameters

GROUP_RULE = (1, 2)


FILLERS = np.arange(100, 130)


def independent(n: int, random: np.random.Generator, shares: dict[int, float]) -> list[set[int]]:
    """Baskets with items drawn by these shares, and one to six of thirty others of no meaning."""
    sizes = random.integers(1, 7, n)
    return [
        set(random.choice(FILLERS, size, replace=False).tolist())
        | {item for item, share in shares.items() if random.random() < share}
        for size in sizes
    ]


def seasonal(n: int, seed: int) -> tuple[list[set[int]], list[int]]:
    """Items 1 and 2 sell in December only, each without regard to the other; 3 and 4 belong together all year."""
    random, contents, days = np.random.default_rng(seed), [], []
    for place in range(n):
        day = place * 366 // n
        high = day >= 335
        own = independent(1, random, {1: 0.5 if high else 0.03, 2: 0.5 if high else 0.03, 3: 0.1, 5: 0.2})[0]
        if 3 in own and random.random() < 0.5:
            own.add(4)
        contents.append(own)
        days.append(day)
    return contents, days


def test_a_pair_that_only_shares_a_season_vanishes_within_the_month_and_a_real_one_holds() -> None:
    contents, days = seasonal(4_000, 1)
    made, told = checked(world(contents, days=days, later=[place % 3 == 0 for place in range(4_000)]), 20)
    apart, real = row_of(made, told.table, 1, 2).iloc[0], row_of(made, told.table, 3, 4).iloc[0]
    assert apart["lift"] > 2
    assert (apart["verdict"], apart["vanishes_by"]) == (VANISHES, MONTH)
    assert apart["lift_within_low"] < 1 < apart["lift_within_high"]
    assert (real["verdict"], real["vanishes_by"], real["outcome"]) == (HOLDS, None, HELD)
    assert abs(real["explained"]) < 0.1
    assert apart["peak"] == (12,) and real["peak"] is None


def test_lift_within_a_column_is_counted_as_by_hand() -> None:
    random = np.random.default_rng(2)
    contents = independent(600, random, {1: 0.3, 2: 0.3})
    store = ["A" if place % 3 else "B" for place in range(600)]
    contents = [own | {1, 2} if place % 7 == 0 else own for place, own in enumerate(contents)]
    made, told = checked(world(contents, store=store))
    frame = pd.DataFrame({"a": [1 in own for own in contents], "c": [2 in own for own in contents], "store": store})
    observed = expected = 0.0
    for _, own in frame.groupby("store"):
        joint = int((own["a"] & own["c"]).sum())
        observed += joint
        expected += (int(own["a"].sum()) * int(own["c"].sum()) - joint) / (len(own) - 1)
    row = row_of(made, told.controls, 1, 2).set_index("control").loc["group_store"]
    assert row["lift_within"] == pytest.approx(observed / expected)
    table = row_of(made, told.table, 1, 2).iloc[0]
    assert table["lift"] == pytest.approx(600 * observed / (frame["a"].sum() * frame["c"].sum()))


def test_a_reversal_within_stores_and_a_rule_of_one_store_are_named() -> None:
    """1 and 2 avoid each other but both sell in the big store; 3 takes 4 with it in A only; 5 takes 6 anywhere."""
    random, contents, store = np.random.default_rng(4), [], []
    for place in range(3_000):
        where = "big" if place % 5 == 0 else "AB"[place % 2]
        share = 0.5 if where == "big" else 0.02
        own = independent(1, random, {3: 0.15, 4: 0.15, 5: 0.2, 6: 0.1})[0]
        one = random.random() < share
        other = random.random() < (share * 0.6 if one else share * 1.2)
        own |= ({1} if one else set()) | ({2} if other else set())
        own |= {4} if where == "A" and 3 in own and random.random() < 0.6 else set()
        own |= {6} if 5 in own and random.random() < 0.4 else set()
        contents.append(own)
        store.append(where)
    made, told = checked(world(contents, store=store))
    row = row_of(made, told.table, 1, 2).iloc[0]
    assert row["lift"] > 1.2
    assert (row["verdict"], row["vanishes_by"], row["flips"]) == (REVERSED, "group_store", "group_store")
    values = row_of(made, told.groups, 1, 2).set_index("value")
    assert values.loc["big", "flips"] and values.loc["big", "high"] < 1
    there, everywhere = row_of(made, told.table, 3, 4).iloc[0], row_of(made, told.table, 5, 6).iloc[0]
    assert there["differs_by"] == "group_store" and there["differs_q"] < 0.001
    assert everywhere["differs_by"] is None and everywhere["verdict"] == HOLDS
    lifts = row_of(made, told.groups, 3, 4).set_index("value")["lift"]
    assert lifts["A"] > 2 > 1.5 > max(lifts["B"], lifts["big"])


def test_the_later_part_has_no_hand_in_which_rules_are_found() -> None:
    random = np.random.default_rng(6)
    contents = independent(2_000, random, {1: 0.2, 2: 0.2, 3: 0.2})
    first = [own | {2} if place < 1_300 and 1 in own and place % 2 else own for place, own in enumerate(contents)]
    last = [own | {3} if place >= 1_300 and 1 in own else own for place, own in enumerate(first)]
    days = [place // 10 for place in range(2_000)]
    chosen = BasketRulesParameters(maximum_length=2)
    one, other = (earlier_rules(world(each, days=days), 20, chosen) for each in (first, last))
    assert one is not None and other is not None
    found = told(other)
    sides = {frozenset((*a, *c)) for a, c in zip(found["antecedent"], found["consequent"], strict=True)}
    assert sides == {frozenset(GROUP_RULE)}
    pd.testing.assert_frame_equal(one.table, other.table)


def test_what_holds_later_and_what_is_gone_are_told_apart_with_the_lift_by_hand() -> None:
    random, contents = np.random.default_rng(7), []
    for place in range(3_000):
        own = independent(1, random, {1: 0.2, 2: 0.15, 3: 0.2, 4: 0.15})[0]
        if 1 in own and random.random() < 0.5:
            own.add(2)
        if 3 in own and random.random() < 0.5 and place < 1_950:
            own.add(4)
        contents.append(own)
    made, told = checked(world(contents, days=[place // 30 for place in range(3_000)]), 20)
    kept, lost = row_of(made, told.table, 1, 2).iloc[0], row_of(made, told.table, 3, 4).iloc[0]
    assert kept["outcome"] == HELD and lost["outcome"] in (GONE, "weaker")
    late = contents[1_950:]
    both, left, right = (sum(items <= own for own in late) for items in ({3, 4}, {3}, {4}))
    assert lost["lift_later"] == pytest.approx(both * len(late) / (left * right))
    found = told.replication
    again = dict(zip(found.rules["antecedent"], found.rules["significant"], strict=True))
    assert again | {(1,): True, (3,): False} == again or again | {(2,): True, (4,): False} == again
    assert found.share_significant[0] == pytest.approx(found.rules["significant"].mean())
    logs = np.log(found.rules[["lift_later", "lift_earlier"]])
    assert found.shrinkage == pytest.approx(logs["lift_later"].mean() / logs["lift_earlier"].mean())
    names = outputs.tables(told, made, world(contents, days=[0] * 3_000), 5)
    assert {"item 1", "item 3"} <= set(names["replication"]["antecedent"]) | set(names["replication"]["consequent"])


def test_the_best_of_many_weak_rules_look_weaker_later() -> None:
    """Winner's curse: the lift at which a rule was picked is too high."""
    random = np.random.default_rng(0)
    contents = independent(2_500, random, {item: 0.05 for item in range(40)})
    for own in contents:
        own |= {item + 1 for item in list(own) if item < 40 and item % 2 == 0 and random.random() < 0.1}
    _, told = checked(world(contents, days=[place // 30 for place in range(2_500)]), 5, false_discovery=0.2)
    assert len(told.replication.rules) >= 5
    assert told.replication.shrinkage < 0.9


def test_without_dates_the_later_part_is_a_draw_and_no_half_life_is_given() -> None:
    random = np.random.default_rng(8)
    contents = independent(1_000, random, {1: 0.2, 2: 0.1})
    contents = [own | {2} if 1 in own and place % 2 else own for place, own in enumerate(contents)]
    _, told = checked(world(contents, later=[place % 3 == 0 for place in range(1_000)]))
    assert told.replication.by == "chance"
    assert told.half_life.reason == "no_dates" and not len(told.seasons) and told.combined == ()
    assert told.table["verdict"].isna().all() and told.table["lift_later"].notna().any()


def test_all_baskets_of_one_part_leave_nothing_to_repeat() -> None:
    contents = [{1, 2} if place % 4 == 0 else {3 + place % 5} for place in range(200)]
    made, told = checked(world(contents, days=[0] * 200, later=[False] * 200))
    assert told.replication.reason == "no_parts" and told.table["outcome"].isna().all()
    assert math.isnan(told.replication.share_above[0])
    assert outputs.metrics(told, made)["replication"] is None


def test_customers_who_repeat_themselves_widen_and_single_baskets_do_not() -> None:
    """By hand: weights of a customer's baskets are summed before they are squared."""
    contents = [{1, 2} if place % 10 < 3 else {1} if place % 10 < 5 else {2} if place % 10 < 7 else {3}
                for place in range(200)]  # fmt: skip
    people = [1 + place % 10 + 10 * (place // 100) for place in range(200)]  # everybody buys the same ten times
    table = pd.DataFrame({"antecedent": [(1,)], "consequent": [(2,)], "count": 60, "count_antecedent": 100,
                          "count_consequent": 100})  # fmt: skip
    pairs = links(table)
    counts = (np.array([60.0]), np.array([100.0]), np.array([100.0]))
    for owners, expected in ((people, 10.0), (list(range(1, 201)), 1.0)):
        cut = strata(world(contents, people=owners), pairs)
        assert widening(cut, pairs, counts, np.array([True]))[0] == pytest.approx(expected)
        cut.release()


@pytest.mark.parametrize(
    ("contents", "known"),
    [
        ([{1, 2}] * 30, False),
        ([{1, 2}] * 15 + [{1}] * 15, True),
        ([{place % 3, 3 + place % 2} for place in range(40)], True),
        ([set(range(8))] * 6 + [{place % 8} for place in range(40)], False),
    ],
    ids=["all the same", "one in all", "few", "large and single"],
)
def test_odd_baskets_are_checked_without_a_warning(contents: list[set[int]], known: bool) -> None:
    n = len(contents)
    more = {"days": list(range(n)), "people": list(range(n)), "promotion": [place % 2 == 0 for place in range(n)],
            "store": [None] * n}  # fmt: skip
    found = world(contents, **more) if known else world(contents, people=[1] * n)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made, told = checked(found, 3)
        assert len(told.table) == len(made.table)
        assert set(outputs.tables(told, made, found, 5)) >= {"checks", "replication"}
        numbers = [value for value in outputs.metrics(told, made).values() if value is not None]
        assert all(math.isfinite(value) for value in numbers)


def test_columns_called_like_our_own_and_hostile_values_divide_like_any_other() -> None:
    random = np.random.default_rng(9)
    contents = independent(900, random, {1: 0.3, 2: 0.2})
    contents = [own | {2} if 1 in own and place % 2 else own for place, own in enumerate(contents)]
    values = ["<b>{x}</b>", "=1+1", "'; DROP TABLE lines; --", None, "店 🛒"]
    names = [values[random.integers(5)] for _ in range(900)]
    made, told = checked(world(contents, month=names, basket=names, size=names))
    assert {"group_month", "group_basket", "group_size"} <= set(told.controls["control"])
    shown = outputs.tables(told, made, world(contents), 5)["rule_groups"]
    assert set(shown["value"]) == {value for value in values if value is not None}
    assert set(shown["column"]) == {"month", "basket", "size"}


def test_values_with_few_customers_cannot_be_found_by_subtraction() -> None:
    random, contents, people, store = np.random.default_rng(10), [], [], []
    for place in range(1_200):
        own = independent(1, random, {1: 0.4, 2: 0.3})[0]
        contents.append(own | {2} if 1 in own and place % 2 else own)
        where = "few" if place < 150 else "BC"[place % 2]
        people.append(1 + place % 3 if where == "few" else 1_000 + place % 400)
        store.append(where)
    made, told = checked(world(contents, people=people, store=store), groups=("store",))
    rows = row_of(made, told.groups[told.groups["column"] == "group_store"], 1, 2).set_index("value")
    assert rows.loc["few", "customers"] == 3
    shown = outputs.tables(told, made, world(contents, people=people), 5)["rule_groups"]
    shown = shown[shown["column"] == "store"]
    assert len(shown) and "few" not in set(shown["value"])
    assert shown.groupby("rule")["value"].nunique().max() == 1  # of three: the few, and one more, are left out


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_strata_compile_for_every_engine(engine: str) -> None:
    heads = ibis.table({"basket": "int64", "person": "int64", "day": "int32", "size": "int32", "store": "string"},
                       name="heads")  # fmt: skip
    months = [(2024, month) for month in range(1, 13)]
    table = heads.select(
        "basket", "person", month=_month(heads["day"], months), size=size_class(heads["size"]),
        store=_coded(heads["store"], ["A", "it's"]),
    )  # fmt: skip
    held = ibis.table({"set": "int64", "basket": "int64"}, name="held")
    counted = held.join(table, "basket").group_by(["set", "month", "store"]).aggregate(count=lambda t: t.count())
    sql = str(ibis.to_sql(counted, dialect=engine))
    assert "GROUP BY" in sql and "CASE" in sql
    chance_sql = ibis.to_sql(heads.group_by("size").aggregate(baskets=heads.count()), dialect=engine)
    assert chance_sql and chance.class_starts(30)[0] == 1


def test_months_are_those_of_the_calendar() -> None:
    days = [DAY - 1, DAY, DAY + 30, DAY + 31, DAY + 365, DAY + 366, None]
    table = ibis.memtable(pd.DataFrame({"day": pd.array(days, dtype="Int64")}), schema={"day": "int32"})
    months = [(2023, 12), *((2024, month) for month in range(1, 13)), (2025, 1)]
    found = table.mutate(code=_month(table["day"], months)).to_pandas()
    codes = dict(zip(found["day"].fillna(-1).astype(int), found["code"], strict=True))
    assert [codes[-1 if day is None else day] for day in days] == [0, 1, 1, 2, 12, 13, OTHER]


def test_strata_let_go_of_what_they_hold() -> None:
    contents = [{1, 2}, {1}, {2}] * 20
    table = pd.DataFrame({"antecedent": [(1,)], "consequent": [(2,)], "count": 20, "count_antecedent": 40,
                          "count_consequent": 40})  # fmt: skip
    cut: Strata = strata(world(contents), links(table))
    assert cut.count("later").counts.sum() == 20 + 40 + 40
    cut.release()


def test_a_rule_only_the_whole_period_shows_is_called_new() -> None:
    random = np.random.default_rng(12)
    contents = independent(1_200, random, {1: 0.1, 2: 0.1})
    contents = [own | {2} if 1 in own and place >= 780 and place % 2 else own for place, own in enumerate(contents)]
    made, told = checked(world(contents, days=[place // 10 for place in range(1_200)]), 20)
    assert row_of(made, told.table, 1, 2).iloc[0]["outcome"] == NEW
