"""rules.csv, rules.json, substitutes.csv and network.graphml, with the names that hostile clients give their items."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from slow_rules import itemsets_of, made_baskets

from customer_analytics.analysis.association import outputs, rules_of
from customer_analytics.analysis.association.network import edges_of, graphml
from customer_analytics.analysis.association.people import with_people
from customer_analytics.analysis.association.substitutes import substitutes
from customer_analytics.engagement.parameters import BasketRulesParameters

NAMES = {1: "a + b", 2: '<b onmouseover="x">&amp;\x00\x1f', 3: "=1+1", 4: "{name} 👋"}
PARAMETERS = BasketRulesParameters(minimum_confidence=0)
XML = {"": "http://graphml.graphdrawing.org/xmlns"}


@pytest.fixture(scope="module")
def result() -> Any:
    baskets = [frozenset({1, 2})] * 30 + [frozenset({3, 4})] * 20 + [frozenset({1})] * 9 + [frozenset({4})] * 30
    owners = [place % 20 if place < 30 else 100 for place in range(len(baskets))]  # one customer has all of 3 with 4
    made = made_baskets(baskets, people=owners)
    labels = made.items["item"].map(NAMES)
    object.__setattr__(made, "items", made.items.assign(label=labels, key=[f"K,{i}" for i in made.items["item"]]))
    itemsets, _ = itemsets_of(baskets, 5, 3)
    found = rules_of(itemsets, made.items, made.n, PARAMETERS)
    rules = SimpleNamespace(
        table=with_people(found.table, made), n=made.n, family=found.family, alpha=found.alpha, told=None
    )
    table = rules.table
    rules.told = table[table["significant"] & ~table["redundant"]]
    later = pd.DataFrame({"rule": table["rule"], "lift_later": table["lift"] / 2})
    return SimpleNamespace(
        rules=rules, baskets=made, substitutes=substitutes(made, PARAMETERS), checks=SimpleNamespace(table=later),
        itemsets=itemsets,
    )  # fmt: skip


def test_rules_csv_begins_with_the_columns_of_the_contract(result: Any) -> None:
    table = outputs.rule_table(result, 1)
    assert list(table)[:14] == [
        "antecedent", "consequent", "count", "support", "confidence", "lift", "leverage", "conviction", "zhang",
        "kulczynski", "imbalance", "q_value", "redundant", "lift_later",
    ]  # fmt: skip
    assert (table["lift_later"] == table["lift"] / 2).all()


def test_a_name_with_the_joining_sign_does_not_look_like_two_items(result: Any) -> None:
    table = outputs.rule_table(result, 1)
    assert all(" + " not in name for name in [*table["antecedent"], *table["consequent"]])
    assert {"a+b"} <= set(table["antecedent"]) and '["K,1"]' in set(table["antecedent_keys"])


def test_a_rule_of_one_customer_is_in_no_file(result: Any) -> None:
    assert {4} <= {code for items in result.rules.table["antecedent"] for code in items}
    assert not outputs.rule_table(result, 5)["antecedent"].str.contains("👋").any()
    documents = outputs.documents(result, 5)
    assert "👋" not in documents["rules.json"] and "👋" not in documents["network.graphml"]


def test_customers_are_counted_for_each_set_of_items(result: Any) -> None:
    table = result.rules.table
    sides = [frozenset(a + c) for a, c in zip(table["antecedent"], table["consequent"], strict=True)]
    assert dict(zip(sides, table["customers"], strict=True)) == {frozenset({1, 2}): 20, frozenset({3, 4}): 1}


def test_rules_json_is_json_with_every_measure(result: Any) -> None:
    read = json.loads(outputs.documents(result, 1)["rules.json"])
    assert read["baskets"] == 89 and read["rules"] == len(read["table"]) == 4
    row = next(row for row in read["table"] if row["antecedent_keys"] == ["K,2"])
    assert row["conviction"] == "∞" and row["confidence"] == 1 and row["consequent"] == "a+b"
    assert {"jaccard", "cosine", "certainty", "p_value", "customers", "size_lift"} <= set(row)


def test_the_network_is_xml_that_says_what_the_rules_say(result: Any) -> None:
    root = ElementTree.fromstring(outputs.documents(result, 1)["network.graphml"])
    names = {key.get("id"): key.get("attr.name") for key in root.findall("key", XML)}
    nodes = [
        {names[data.get("key")]: data.text for data in node.findall("data", XML)} | {"id": node.get("id")}
        for node in root.iterfind("graph/node", XML)
    ]
    edges = root.findall("graph/edge", XML)
    assert {node["label"] for node in nodes} == {"a + b", '<b onmouseover="x">&amp;', "=1+1", "{name} 👋"}
    assert [(edge.get("source"), edge.get("target")) for edge in edges] == [("n1", "n2"), ("n3", "n4")]
    data = {names[one.get("key")]: one.text for one in edges[0].findall("data", XML)}
    assert float(data["confidence_ab"]) == pytest.approx(30 / 39) and float(data["confidence_ba"]) == 1
    assert int(data["count"]) == 30


def test_a_network_without_edges_is_a_network() -> None:
    empty = edges_of(rules_of(*itemsets_of([frozenset({1})] * 3, 2, 2), 3, PARAMETERS).table)
    items = itemsets_of([frozenset({1})] * 3, 2, 2)[1].assign(category=None)
    assert ElementTree.fromstring(graphml(items, empty, 3)).find("graph", XML) is not None


def test_the_metrics_count_the_rules(result: Any) -> None:
    found = outputs.metrics(result)
    assert found["rules"] == 4 and found["rules_significant"] == int(result.rules.table["significant"].sum())
    assert found["rules_redundant"] + found["rules_told"] <= 4
    assert found["itemsets"] == 6  # four items, 1 with 2, and 3 with 4
    nothing = SimpleNamespace(rules=None, substitutes=None)
    assert set(outputs.metrics(nothing).values()) == {None} and set(outputs.metrics(nothing)) == set(found)
    assert outputs.tables(nothing, 5) == {} and outputs.documents(nothing, 5) == {}
    assert np.isfinite(found["highest_lift"])
