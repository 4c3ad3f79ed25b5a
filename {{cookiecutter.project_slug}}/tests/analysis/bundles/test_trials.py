"""Which bundles are tested, with what offer, and how long it takes."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_shop import Basket, shop

from customer_analytics.analysis.bundles import bundles
from customer_analytics.analysis.bundles.pooled import pooled
from customer_analytics.analysis.bundles.result import Bundles
from customer_analytics.analysis.bundles.sizes import per_arm
from customer_analytics.analysis.bundles.trials import (
    BASKET,
    BUNDLE,
    CUSTOMER,
    MOST_WEEKS,
    TOGETHER,
    Traffic,
    candidates,
    trials,
)
from customer_analytics.engagement.parameters import BasketRulesParameters


def calculated(**columns: list[object]) -> pd.DataFrame:
    """Four pairs: (0, 1), (1, 0), (2, 3), (1, 4); all may be tested."""
    own: dict[str, list[object]] = {
        "pair": [0, 1, 2, 3], "a": [0, 1, 2, 1], "b": [1, 0, 3, 4], "eligible": [True] * 4, "pays": [False] * 4,
        "expected_gain": [-5.0, -6.0, -7.0, -8.0], "full_price_gain": [40.0, 30.0, 20.0, 10.0],
        "new_bundles": [4.0] * 4, "price_b": [10.0] * 4, "attach": [0.2, 0.3, 0.1, 0.4], "loss_if_wrong": [9.0] * 4,
        "break_even_conversion": [0.2] * 4, "baskets_a": [100] * 4,
    }  # fmt: skip
    return pd.DataFrame(own | columns)


def busy(weeks: int = 60, customers: int = 1_000) -> Traffic:
    rows = [(pair, week, customers) for pair in range(-1, 4) for week in range(weeks)]
    return Traffic(CUSTOMER, pd.DataFrame(rows, columns=["pair", "weeks", "customers"]), {}, weeks)


def test_a_discount_that_does_not_pay_is_not_tested_but_the_pair_is_at_full_price() -> None:
    ranked = candidates(calculated(), is_money=True, is_margin=True)
    assert ranked["offer"].tolist() == [TOGETHER] * 4
    assert ranked["gain"].tolist() == [40, 30, 20, 10]


def test_bundles_that_pay_come_first_with_their_own_gain() -> None:
    table = calculated(pays=[False, False, True, False], expected_gain=[-5.0, -6.0, 3.0, -8.0])
    ranked = candidates(table, is_money=True, is_margin=True)
    assert ranked["pair"].tolist() == [2, 0, 1, 3]
    assert ranked["offer"].iloc[0] == BUNDLE and ranked["gain"].iloc[0] == 3


def test_no_product_stands_in_two_tests_and_nothing_that_is_not_eligible_in_any() -> None:
    table = calculated(eligible=[True, True, True, True])
    tests = trials(candidates(table, True, True), busy(), 0.05, 0.1, True)
    assert tests["pair"].tolist() == [0, 2]  # 1 is the first the other way round, 3 holds a product of the first
    table = calculated(eligible=[False, False, True, True])
    assert trials(candidates(table, True, True), busy(), 0.05, 0.1, True)["pair"].tolist() == [2, 3]
    none = trials(candidates(calculated(eligible=[False] * 4), True, True), busy(), 0.05, 0.1, True)
    assert len(none) == 0


def test_what_can_be_done_in_time_comes_before_what_would_gain_more() -> None:
    traffic = busy()
    slow = traffic.by_week.assign(customers=np.where(traffic.by_week["pair"] == 0, 1, 1_000))
    ranked = candidates(calculated(), True, True)
    tests = trials(ranked, Traffic(CUSTOMER, slow, {}, 60), 0.05, 0.1, True)
    assert tests["pair"].tolist()[0] == 1
    assert tests["is_in_time"].tolist() == [True, True]


def test_weeks_are_those_in_which_so_many_came_lately() -> None:
    traffic, size = busy(), per_arm(0.2, 0.05)
    assert size is not None
    row = trials(candidates(calculated(), True, True), traffic, 0.05, 0.1, True).iloc[0]
    weeks = math.ceil(2 * size / 1_000)
    assert row["per_arm"] == size and row["weeks"] == weeks and row["units_in_time"] == 1_000 * weeks
    assert row["detectable"] <= 0.05
    short = Traffic(CUSTOMER, traffic.by_week, {}, 1)  # a week of data says nothing of the second one
    assert math.isinf(short.weeks_for(0, 2 * size))
    dated = Traffic(BASKET, traffic.by_week.head(0), {0: 500.0}, 60)
    assert dated.weeks_for(0, 2 * size) == math.ceil(2 * size / 500)
    assert math.isnan(Traffic(BASKET, traffic.by_week.head(0), {}, 0).weeks_for(0, 10))


def test_the_loss_of_a_test_is_half_of_what_would_be_given_away_in_its_weeks() -> None:
    table = calculated(pays=[True, False, False, False], expected_gain=[5.0] * 4, break_even_conversion=[0.01] * 4)
    row = trials(candidates(table, True, True), busy(), 0.05, 0.1, True).iloc[0]
    assert row["loss_month"] == 9
    assert row["loss_test"] == pytest.approx(9 / 30 * 7 * row["weeks"] / 2)
    full_price = trials(candidates(calculated(), True, True), busy(), 0.05, 0.1, True)
    assert (full_price[["loss_month", "loss_test", "discount"]] == 0).all(axis=None)


@functools.cache
def regular(days: int = 200) -> list[Basket]:
    """Every day five customers take A, two of them with B, at 10 and 20; others take C and D, or E alone."""
    made = []
    for day in range(days):
        for turn in range(5):
            person = 5 * (day % 40) + turn
            items = {0: (1.0, 10.0), 1: (1.0, 20.0)} if turn < 2 else {0: (1.0, 10.0)}
            made.append(Basket(items, person, 20_000 + day, day >= 130, store=f"s{turn % 2}"))
            other = {2: (1.0, 5.0), 3: (1.0, 6.0)} if turn < 2 else {4: (1.0, 7.0)}
            made.append(Basket(other, 1_000 + person, 20_000 + day, day >= 130, store=f"s{turn % 2}"))
    return made


def told(*pairs: tuple[int, int, int, int, int]) -> SimpleNamespace:
    """Rules as they come to the money: (a, b, baskets with both, with a, with b)."""
    rows = [
        {
            "rule": number, "antecedent": (a,), "consequent": (b,), "count": both, "count_antecedent": of_a,
            "count_consequent": of_b, "customers": 40, "lift": 2.0, "significant": True, "redundant": False,
        }
        for number, (a, b, both, of_a, of_b) in enumerate(pairs, 1)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    return SimpleNamespace(table=table, told=table)


RULES = told((0, 1, 400, 1_000, 400), (2, 3, 400, 400, 400))


def reckoned(baskets: list[Basket], rules: object = RULES, checks: object = None, **own: object) -> Bundles:
    parameters = BasketRulesParameters(**own)  # type: ignore[arg-type]
    made = bundles(shop(baskets, margins={0: 0.5, 1: 0.5, 2: 0.4, 3: 0.4}), rules, checks, parameters)  # type: ignore[arg-type]
    assert made is not None
    return made


@functools.cache
def usual() -> Bundles:
    return reckoned(regular())


def test_a_month_of_a_regular_shop_by_hand() -> None:
    """150 baskets with A a month, 60 of them with B; D = 3, margin of B 10: 4.5 are won over, 60 given away."""
    made = usual()
    row = made.calculator.set_index(["a", "b"]).loc[(0, 1)]
    assert (row["buyers"], row["both"], row["given_away"]) == (pytest.approx(150), pytest.approx(60), pytest.approx(3))
    assert row["expected_gain"] == pytest.approx(0.05 * 90 * 7 - 60 * 3)
    assert row["largest_discount"] == pytest.approx(4.5 * 10 / 64.5 / 30)
    weighted = made.weighted.set_index("rule").loc[1]
    assert weighted["extra_money"] == pytest.approx(0.05 * 600 * made.scale * 10)
    assert weighted["beyond_money"] == pytest.approx((400 - 1_000 * 400 / 2_000) * made.scale * 10)
    assert made.scale == pytest.approx(30 / 200)


def test_the_margin_that_is_stated_holds_for_everything() -> None:
    made = reckoned(regular(), margin_share=0.2)
    assert set(made.goods.items["rate"]) == {0.2} and made.goods.source == "stated"


def test_a_rule_that_did_not_last_or_vanishes_within_months_is_not_tested() -> None:
    for outcome, verdict, why in (("gone", "holds", "not_lasting"), ("held", "vanishes", "confounded")):
        table = pd.DataFrame(
            {"rule": [1, 2], "lift_later": [2.0, 2.0], "outcome": [outcome, "held"], "verdict": [verdict, "holds"]}
        )
        made = reckoned(regular(), checks=SimpleNamespace(table=table))
        own = made.calculator[made.calculator["rule"] == 1]
        assert set(own["why_not"]) == {why} and not own["eligible"].any()
        assert 0 not in set(made.tests["a"]) | set(made.tests["b"])


def test_two_colours_of_one_article_are_no_bundle_to_test() -> None:
    found = shop(regular(), margins={0: 0.5, 1: 0.5, 2: 0.4, 3: 0.4})
    found = replace(found, items=found.items.assign(label=["red tea cup", "blue tea cup", "spoon", "fork", "e"]))
    made = bundles(found, RULES, None, BasketRulesParameters())  # type: ignore[arg-type]
    assert made is not None
    why = made.calculator.set_index(["a", "b"])["why_not"]
    assert why[(0, 1)] == why[(1, 0)] == "variants" and not len(made.tests)
    assert made.calculator["a"].tolist()[:2] == [2, 3]  # different articles first


def test_without_prices_the_tests_stand_and_no_money_is_invented() -> None:
    parameters = BasketRulesParameters()
    made = bundles(shop(regular(), has_money=False), RULES, None, parameters)  # type: ignore[arg-type]
    assert made is not None and made.money == "none" and not len(made.anchors) and not len(made.weighted)
    assert made.calculator[["expected_gain", "loss_if_wrong", "bundle_price", "margin_needed"]].isna().all(axis=None)
    assert len(made.tests) == 1 and made.tests["loss_month"].isna().all()  # C and D are never apart: nobody to win


def test_without_costs_revenue_is_told_and_the_margin_that_would_do() -> None:
    made = bundles(shop(regular()), RULES, None, BasketRulesParameters())  # type: ignore[arg-type]
    assert made is not None and made.money == "revenue"
    row = made.calculator.set_index(["a", "b"]).loc[(0, 1)]
    assert math.isnan(row["expected_gain"]) and not row["pays"]
    assert row["margin_needed"] == pytest.approx((3 + 60 * 3 / 4.5) / 20)
    assert row["loss_if_wrong"] == pytest.approx(180)


def test_few_customers_or_no_rules_or_no_days_give_an_answer_not_an_error() -> None:
    assert reckoned(regular(), rules=None).reason == "no_rules"
    one = [Basket(basket.lines, 1, basket.day, basket.later) for basket in regular(60)]
    assert set(reckoned(one).calculator["why_not"]) == {"few"}
    undated = [Basket(basket.lines) for basket in regular(60)]
    made = reckoned(undated)
    assert made.per == "thousand" and made.tests["weeks"].isna().all()
    assert made.tests["unit"].unique().tolist() == [BASKET]


def test_one_test_of_all_pairs_counts_each_customer_once() -> None:
    baskets = shop(regular())
    ranked = candidates(calculated(a=[0, 1, 2, 3], b=[1, 0, 3, 4], baskets_a=[100, 50, 300, 100]), True, True)
    whole = pooled(baskets, ranked, CUSTOMER, 0.05)
    assert whole is not None
    assert whole.pairs == 3  # 1 with 0 is 0 with 1
    assert whole.attach == pytest.approx((0.2 * 100 + 0.1 * 300 + 0.4 * 100) / 500)
    assert whole.per_arm == per_arm(whole.attach, 0.05)
    people = {one.person for one in regular() if {0, 2, 3} & set(one.lines) and one.day >= 20_200 - 7 * MOST_WEEKS}
    assert whole.detectable > 0.05 and len(people) < 2 * whole.per_arm and math.isinf(whole.weeks)
    assert pooled(baskets, ranked.head(1), CUSTOMER, 0.05) is None


def test_weeks_of_a_shop_are_told_where_shops_are_known() -> None:
    tests = usual().tests
    assert (tests["stores"] == 2).all() and (tests["store_design_effect"] >= 1).all()
    bare = [Basket(one.lines, one.person, one.day, one.later) for one in regular()]
    assert reckoned(bare).tests["store_weeks"].isna().all()


def test_wholesale_baskets_of_one_pair_do_not_count_as_many_bundles_for_some_only() -> None:
    """All baskets hold seven of each: everything is seven times as much, the break-even is the same."""
    single = usual().calculator.set_index("pair").loc[0]
    seven = [
        Basket({item: (7 * units, 7 * amount) for item, (units, amount) in one.lines.items()}, one.person, one.day,
               one.later)
        for one in regular()
    ]  # fmt: skip
    many = reckoned(seven).calculator.set_index("pair").loc[0]
    for name in ("expected_gain", "loss_if_wrong", "units_needed"):
        assert many[name] == pytest.approx(7 * single[name])
    assert many["break_even_conversion"] == pytest.approx(single["break_even_conversion"])


def test_the_order_of_baskets_changes_nothing() -> None:
    baskets = regular(60)
    first, second = reckoned(baskets), reckoned(baskets[::-1])
    pd.testing.assert_frame_equal(first.calculator, second.calculator)
    pd.testing.assert_frame_equal(first.tests, second.tests)
    pd.testing.assert_frame_equal(first.anchors, second.anchors)
