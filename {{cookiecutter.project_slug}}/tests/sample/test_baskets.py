"""The planted pairs, found again in the lines by counting orders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

PEAK = ((11, 20), (12, 23))


@pytest.fixture(scope="module")
def baskets(client):
    """Orders x products: whether the order holds the product."""
    return holds(client)


def holds(client):
    lines = client.table("order_lines").drop_duplicates(["order_id", "product_id"])
    lines = lines[lines["order_id"].isin(client.orders["order_id"])]
    return pd.crosstab(lines["order_id"], lines["product_id"]).astype(bool)


def shares(baskets, a, b):
    return baskets[a].mean(), baskets[b].mean(), (baskets[a] & baskets[b]).mean()


def lift(baskets, a, b):
    share_a, share_b, both = shares(baskets, a, b)
    return both / (share_a * share_b)


@pytest.mark.parametrize("kind", ["affinities", "substitutes"])
def test_shares_of_planted_pairs_are_within_sampling_error_of_the_truth(client, baskets, kind):
    for pair in client.truth["baskets"][kind]:
        found = shares(baskets, pair["a"], pair["b"])
        for share, name in zip(found, ("share_a", "share_b", "share_both"), strict=True):
            error = np.sqrt(pair[name] / len(baskets))
            assert share == pytest.approx(pair[name], abs=4 * error), (pair["names"], name)


def test_the_planted_affinities_have_the_highest_lifts_of_all_pairs(client, baskets):
    together = baskets.to_numpy().T.astype(int) @ baskets.to_numpy().astype(int)
    counts = np.diag(together)
    lifts = together * len(baskets) / np.outer(counts, counts)
    lifts[(together < 30) | np.tri(len(counts), dtype=bool)] = 0
    best = np.argsort(-lifts, axis=None)[:4]
    products = baskets.columns
    found = {frozenset((products[i], products[j])) for i, j in zip(*np.unravel_index(best, lifts.shape), strict=True)}
    assert found == {frozenset((pair["a"], pair["b"])) for pair in client.truth["baskets"]["affinities"]}


def test_affinities_hold_in_both_halves_of_the_time(client, baskets):
    placed = client.orders.set_index("order_id")["ordered_at"].reindex(baskets.index)
    early = placed < placed.median()
    for pair in client.truth["baskets"]["affinities"]:
        assert lift(baskets[early], pair["a"], pair["b"]) > 2
        assert lift(baskets[~early], pair["a"], pair["b"]) > 2


def test_the_confounded_pair_goes_together_over_the_year_and_in_no_season(client, baskets):
    pair = client.truth["baskets"]["confounded"]
    day = client.orders.set_index("order_id")["ordered_at"].reindex(baskets.index)
    key = day.dt.month * 100 + day.dt.day
    peak = key.between(PEAK[0][0] * 100 + PEAK[0][1], PEAK[1][0] * 100 + PEAK[1][1])
    assert lift(baskets, pair["a"], pair["b"]) == pytest.approx(pair["lift"], rel=0.3)
    assert pair["lift"] > 1.2 > max(pair["lift_in_high_season"], pair["lift_otherwise"])
    assert lift(baskets[peak], pair["a"], pair["b"]) == pytest.approx(pair["lift_in_high_season"], rel=0.4)
    assert lift(baskets[~peak], pair["a"], pair["b"]) == pytest.approx(pair["lift_otherwise"], rel=0.5)


def test_the_planted_sequence_follows_within_its_days(client, baskets):
    (pair,) = client.truth["baskets"]["sequences"]
    orders = client.orders.dropna(subset=["customer_id"]).sort_values(["customer_id", "ordered_at"])
    orders = orders[orders["order_id"].isin(baskets.index)]
    same = orders["customer_id"].eq(orders["customer_id"].shift(-1))
    gap = orders["ordered_at"].shift(-1) - orders["ordered_at"]
    follows = same & (gap <= pd.Timedelta(days=pair["within_days"]))
    has_a = baskets[pair["a"]].reindex(orders["order_id"]).to_numpy()
    next_b = baskets[pair["b"]].reindex(orders["order_id"].shift(-1)).fillna(False).to_numpy().astype(bool)
    after_a, after_others = next_b[follows & has_a], next_b[follows & ~has_a]
    base = after_others.mean()
    expected = pair["probability"] + (1 - pair["probability"]) * base
    assert after_a.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / len(after_a)))


def test_in_a_client_without_truths_no_pair_stands_out(plain_client):
    assert plain_client.truth["baskets"]["affinities"] == []
    baskets = holds(plain_client)
    together = baskets.to_numpy().T.astype(int) @ baskets.to_numpy().astype(int)
    counts = np.diag(together)
    lifts = together * len(baskets) / np.outer(counts, counts)
    np.fill_diagonal(lifts, 0)
    # Tastes of the groups remain: they make pairs within a category go together a little.
    assert lifts[together >= 60].max() < 3.5
