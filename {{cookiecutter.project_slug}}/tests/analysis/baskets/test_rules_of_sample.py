"""Rules of the synthetic client: what was planted comes out on top, and nothing where its items are shuffled."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.association import Rules, rules
from customer_analytics.analysis.baskets import Baskets
from customer_analytics.analysis.itemsets import floor_for, mine
from customer_analytics.engagement.parameters import BasketRulesParameters

PARAMETERS = BasketRulesParameters()


def rules_of_client(found: Baskets) -> Rules:
    counts = found.items[["item", "baskets"]]
    kin = {int(a): int(b) for a, b in zip(found.items["item"], found.items["parent"], strict=True) if b >= 0}
    floor = floor_for(found.n, PARAMETERS)
    itemsets = mine(found.lines, counts, found.n, floor.count, 3, kin, raise_floor=floor.chosen)
    return rules(itemsets, found, PARAMETERS)


def keys_of(found: Baskets, codes: tuple[int, ...]) -> frozenset[str]:
    return frozenset(found.items.set_index("item").loc[list(codes), "key"])


def truth_of(client: Any) -> dict[str, Any]:
    return json.loads((client.raw / "truth.json").read_text(encoding="utf-8"))["baskets"]


@pytest.fixture(scope="module")
def planted(sample_client: Any) -> Rules:
    return rules_of_client(sample_client.baskets)


def test_planted_affinities_come_out_on_top_and_are_sure(planted: Rules, sample_client: Any) -> None:
    truth = {frozenset([one["a"], one["b"]]): one for one in truth_of(sample_client)["affinities"]}
    top = planted.told.head(2 * len(truth))
    found = {keys_of(sample_client.baskets, a + c) for a, c in zip(top["antecedent"], top["consequent"], strict=True)}
    assert found == set(truth)
    assert (top["q_value"] < 0.05).all() and (top["customers"] >= 20).all()
    for row in top.itertuples():
        lift = truth[keys_of(sample_client.baskets, row.antecedent + row.consequent)]["lift"]
        assert row.clustered_low * 0.85 < lift < row.clustered_high * 1.15  # expected shares, not those that were drawn


def test_beside_what_was_planted_hardly_anything_is_told(planted: Rules, sample_client: Any) -> None:
    truth = truth_of(sample_client)
    known = {frozenset([one["a"], one["b"]]) for one in [*truth["affinities"], truth["confounded"]]}
    items = planted.told[planted.told["level"] == "item"]
    found = {
        keys_of(sample_client.baskets, a + c) for a, c in zip(items["antecedent"], items["consequent"], strict=True)
    }
    assert len(found - known) <= 1


def test_the_same_baskets_with_their_items_shuffled_have_no_rule(sample_client: Any) -> None:
    own = sample_client.baskets
    lines = own.lines.execute().sort_values(["basket", "item"])
    heads = own.heads.execute()
    products = lines[lines["item"].isin(own.of_level("item")["item"])]
    for seed in range(3):
        mixed = products.assign(item=np.random.default_rng(seed).permutation(products["item"])).drop_duplicates()
        parents = mixed["item"].map(own.parents)
        both = pd.concat([mixed, mixed.assign(item=parents)[parents.notna()]]).drop_duplicates()
        counts = both.groupby("item")["basket"].count()
        size = mixed.groupby("basket")["item"].count()
        sized = heads.assign(size=heads["basket"].map(size).fillna(0).astype("int32"))
        shuffled = replace(
            own,
            lines=ibis.memtable(both.astype({"item": "int32"})),
            heads=ibis.memtable(sized[["basket", "person", "size"]]),
            items=own.items.assign(baskets=own.items["item"].map(counts).fillna(0).astype(int)),
        )
        found = rules_of_client(shuffled)
        assert not found.table["significant"].any()
        assert len(found.table) > 100


def test_the_order_of_lines_changes_nothing(planted: Rules, sample_client: Any) -> None:
    own = sample_client.baskets
    turned = own.__class__(**(vars(own) | {"lines": own.lines.order_by([own.lines["item"].desc(), "basket"])}))
    again = rules_of_client(turned)
    assert again.table["antecedent"].tolist() == planted.table["antecedent"].tolist()
    assert np.array_equal(again.table["q_value"], planted.table["q_value"])
