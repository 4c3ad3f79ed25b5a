"""The search for audiences: planted ones are found, and noise is not sold as a discovery."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact

from customer_analytics.analysis.personas.combinations import _fisher, discover
from customer_analytics.analysis.personas.rules import Atom, selected
from customer_analytics.analysis.query import parse_condition
from customer_analytics.statistics import benjamini_hochberg

N = 4_000


def world(seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "evening": generator.random(N),
            "visits": generator.poisson(4, N).astype(float),
            "channel": generator.choice(["app", "web", "it's"], N),
            "member": pd.array(generator.random(N) < 0.4, dtype="boolean"),
            "noise": generator.normal(size=N),
        }
    )


def search(frame: pd.DataFrame, bought: np.ndarray, make_tags: Callable[..., list], target: str = "bought"):  # type: ignore[no-untyped-def]
    now = frame.assign(purchases=1.0)
    return discover(frame, bought, target, make_tags(frame), now, minimum=30, seed=3)  # type: ignore[arg-type]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40).map(np.array))
def test_q_values_are_scipys(p: np.ndarray) -> None:
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p, method="bh"))


def test_the_test_is_fishers_one_sided() -> None:
    ours = _fisher(np.array([12.0]), np.array([30.0]), 40, 200)[0]
    theirs = fisher_exact([[12, 18], [28, 142]], alternative="greater").pvalue
    assert ours == pytest.approx(theirs)


def test_a_planted_combination_is_found_confirmed_and_written_in_the_grammar(make_tags: Callable[..., list]) -> None:
    frame = world(0)
    inside = (frame["member"].to_numpy(bool)) & (frame["channel"] == "it's").to_numpy()
    chance = np.where(inside, 0.7, 0.2)
    bought = np.random.default_rng(9).random(N) < chance
    found = search(frame, bought, make_tags)
    best = found.table.iloc[0]
    assert set(best["audience"].removeprefix("orders >= 1 and ").split(" and ")) >= {"member", "channel = 'it''s'"}
    assert best["confirmed"]
    assert best["held_low"] < 0.7 < best["held_high"]
    assert best["lift_low"] > 1
    for audience in found.table["audience"]:
        parse_condition(audience, where="audience")


def test_the_rate_of_an_audience_is_that_of_its_members_in_each_half(make_tags: Callable[..., list]) -> None:
    frame = world(0)
    bought = np.random.default_rng(9).random(N) < np.where(frame["member"].to_numpy(bool), 0.5, 0.1)
    found = search(frame, bought, make_tags)
    row = next(row for row in found.table.to_dict("records") if row["audience"] == "orders >= 1 and member")
    order = np.random.default_rng([3, 7]).permutation(N)
    held = np.sort(order[N // 2 :])
    member = selected([(Atom("member", "", 1.0),)], frame)
    assert row["held_out"] == member[held].sum()
    assert row["held_rate"] == pytest.approx(bought[held][member[held]].mean())
    assert row["base_rate"] == pytest.approx(bought[held].mean())
    assert row["customers_today"] == member.sum()


def test_bought_and_lapsed_are_the_two_sides_of_one_thing(make_tags: Callable[..., list]) -> None:
    frame = world(0)
    bought = np.random.default_rng(9).random(N) < np.where(frame["visits"] >= 5, 0.6, 0.3)
    ours, theirs = (search(frame, bought, make_tags, target) for target in ("bought", "lapsed"))
    assert ours.base_rate + theirs.base_rate == pytest.approx(1)
    assert ours.tested == theirs.tested or abs(ours.tested - theirs.tested) < 0.2 * ours.tested


def test_where_nothing_goes_with_buying_almost_nothing_is_found(make_tags: Callable[..., list]) -> None:
    found = [search(world(i), np.random.default_rng(100 + i).random(N) < 0.3, make_tags) for i in range(8)]
    assert sum(len(one.table) for one in found) <= 4
    assert all(one.tested > 100 for one in found)


def test_no_audience_is_smaller_than_the_minimum(make_tags: Callable[..., list]) -> None:
    frame = world(0)
    bought = np.random.default_rng(9).random(N) < np.where(frame["visits"] >= 5, 0.6, 0.3)
    found = search(frame, bought, make_tags)
    assert (found.table["customers"] >= found.minimum_size).all()
    assert found.minimum_size == 100  # five in a hundred of the half that is searched


@pytest.mark.parametrize("bought", [np.ones(N, bool), np.zeros(N, bool)])
def test_where_everybody_or_nobody_buys_nothing_is_searched(bought: np.ndarray, make_tags: Callable[..., list]) -> None:
    found = search(world(0), bought, make_tags)
    assert (found.status, found.reason, len(found.table)) == ("not_estimable", "too_few_customers", 0)
