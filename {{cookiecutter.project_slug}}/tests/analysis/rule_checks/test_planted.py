"""What is planted in the synthetic client is found, and where nothing is planted nothing is said."""

from __future__ import annotations

from typing import Any

import numpy as np

from customer_analytics.analysis.association.tails import at_least
from customer_analytics.analysis.rule_checks import outputs
from customer_analytics.analysis.rule_checks.result import HELD, HOLDS, VANISHES
from customer_analytics.analysis.rule_checks.strata import MONTH


def test_planted_affinities_hold_later_and_within_month_customer_group_and_promotion(client: Any) -> None:
    table = client.checks.table.set_index("rule")
    assert {"month", "promotion", "orders"} <= set(client.checks.combined)
    for planted in client.truth["affinities"]:
        rules = client.rules_of(planted)
        assert rules, planted
        for rule in rules:
            row = table.loc[rule]
            assert (row["verdict"], row["outcome"], row["vanishes_by"]) == (HOLDS, HELD, None)
            assert row["lift_later_low"] <= planted["lift"] <= row["lift_later_high"] * 1.1
            assert row["lift_within_low"] > 2 and row["q_within"] < 0.001
            assert row["peak"] is None and row["flips"] is None


def test_the_pair_that_only_shares_the_high_season_vanishes_by_month(client: Any) -> None:
    planted = client.truth["confounded"]
    rules = client.rules_of(planted)
    assert rules
    row = client.checks.table.set_index("rule").loc[rules[0]]
    assert row["lift"] > 1.7
    assert (row["verdict"], row["vanishes_by"]) == (VANISHES, MONTH)
    assert row["lift_within_low"] < 1.15 < row["lift_within_high"]
    assert row["lift_within"] < 1 + 0.4 * (planted["lift"] - 1)
    assert set(row["peak"]) in ({11, 12}, {10, 11, 12}, {4})  # months, or the quarter where months are too small
    assert row["peak_times_low"] > 3
    controls = client.checks.controls[client.checks.controls["rule"] == rules[0]].set_index("control")
    assert controls.loc["promotion", "verdict"] == HOLDS  # only the month explains it


def test_rules_of_the_earlier_part_hold_in_the_later_one(client: Any) -> None:
    found = client.checks.replication
    assert found.by == "time" and found.share_above[0] > 0.8
    sides = {frozenset((*a, *c)) for a, c in zip(found.rules["antecedent"], found.rules["consequent"], strict=True)}
    codes = dict(zip(client.baskets.items["key"], client.baskets.items["item"], strict=True))
    planted = {frozenset((int(codes[each["a"]]), int(codes[each["b"]]))) for each in client.truth["affinities"]}
    assert planted <= sides


def test_lift_later_is_that_of_the_later_baskets_counted_one_by_one(client: Any) -> None:
    lines = client.baskets.lines.to_pandas()
    heads = client.baskets.heads.to_pandas()
    late = set(heads.loc[heads["later"], "basket"])
    held = {basket: set(own) for basket, own in lines.groupby("basket")["item"] if basket in late}
    for row in range(0, len(client.rules.table), max(1, len(client.rules.table) // 7)):
        rule = client.rules.table.iloc[row]
        one, other = set(rule["antecedent"]), set(rule["consequent"])
        joint, left, right = (sum(items <= own for own in held.values()) for items in (one | other, one, other))
        told = client.checks.table.iloc[row]
        assert told["rule"] == rule["rule"]
        assert told["lift_later"] == np.float64(joint) * len(late) / (left * right) or left * right == 0
        if joint:
            p = at_least(np.array([joint]), np.array([len(late)]), np.array([left]), np.array([right]))
            assert 0 < p[0] <= 1


def test_nothing_planted_nothing_found_that_would_hold(plain_client: Any) -> None:
    checks = plain_client.checks if len(plain_client.rules.table) else None
    assert checks is not None
    assert len(checks.replication.rules) <= 2  # personas and seasons may leave a pair
    held = checks.table[(checks.table["outcome"] == HELD) & (checks.table["verdict"] == HOLDS)]
    assert not len(held)
    assert checks.self_test is not None and checks.self_test.found <= 0.2


def test_tables_and_metrics_keep_to_the_rules_that_rest_on_enough_customers(client: Any) -> None:
    made = outputs.tables(client.checks, client.rules, client.baskets, 25)
    customers = client.rules.table.set_index("rule")["customers"]
    for name in ("checks", "controls", "rule_groups", "rule_seasons"):
        assert (customers.loc[made[name]["rule"]] >= 25).all(), name
        keys = ["rule", *[key for key in ("control", "column", "value") if key in made[name]]]
        assert not made[name].duplicated(keys).any(), name
    assert not made["rule_groups"]["customers"].lt(25).any()
    numbers = outputs.metrics(client.checks, client.rules)
    assert numbers["replication"] == client.checks.replication.share_above[0]
    assert numbers["rules_vanished"] >= 1
    assert outputs.tables(None, client.rules, client.baskets, 5) == {}
    assert set(outputs.metrics(None, None)) == set(numbers)
    assert set(outputs.metrics(None, None).values()) == {None}
