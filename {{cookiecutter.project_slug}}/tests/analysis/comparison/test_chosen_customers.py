"""A campaign that chose good customers: the plain difference credits it with them, partners do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from chosen_world import chosen_world

from customer_analytics.analysis.comparison import estimate
from customer_analytics.analysis.comparison.balance import best_matches, worst
from customer_analytics.analysis.comparison.design import design

SEEDS = range(16)


@pytest.fixture(scope="module")
def worlds() -> pd.DataFrame:
    """One row a world: the planted effect and what each reading says."""
    rows = []
    for seed in SEEDS:
        frame, truth = chosen_world(seed)
        found = design(frame)
        matches, balance = best_matches(found, seed)
        after = frame["y"].to_numpy(np.float64)
        readings = {
            "plain": estimate.difference(after, found.contacted),
            "matched": estimate.matched(after, found, matches),
            "weighted": estimate.weighted(after, found),
            "placebo": estimate.matched(frame["p"].to_numpy(np.float64), found, matches),
        }
        row = {"truth": truth, "before": worst(balance, "before"), "after": worst(balance, "after")}
        row["kept"] = len(matches.contacted) / found.contacted.sum()
        for name, one in readings.items():
            row |= {name: one.effect, f"{name}_low": one.low, f"{name}_high": one.high}
        rows.append(row)
    return pd.DataFrame(rows)


def test_the_plain_difference_never_holds_the_planted_effect(worlds: pd.DataFrame) -> None:
    assert (worlds["plain_low"] > worlds["truth"]).all()
    assert (worlds["plain"] > 3 * worlds["truth"]).all()


def test_partners_bring_the_effect_nearer_to_the_truth_in_nearly_every_world(worlds: pd.DataFrame) -> None:
    for name in ("matched", "weighted"):
        nearer = (worlds[name] - worlds["truth"]).abs() < (worlds["plain"] - worlds["truth"]).abs()
        assert nearer.sum() >= len(SEEDS) - 1, name
        bias = (worlds[name] - worlds["truth"]).mean()
        assert abs(bias) < 0.3 * (worlds["plain"] - worlds["truth"]).mean(), name


def test_the_intervals_of_partners_hold_the_planted_effect(worlds: pd.DataFrame) -> None:
    covered = (worlds["matched_low"] <= worlds["truth"]) & (worlds["truth"] <= worlds["matched_high"])
    assert covered.sum() >= 12  # 3 standard errors below 95 of 100, of 16


def test_groups_that_were_far_apart_become_alike(worlds: pd.DataFrame) -> None:
    assert worlds["before"].min() > 0.8
    assert worlds["after"].median() <= 0.1
    assert worlds["kept"].min() > 0.5


def test_the_placebo_is_not_seen_more_often_than_chance_allows(worlds: pd.DataFrame) -> None:
    seen = (worlds["placebo_low"] > 0) | (worlds["placebo_high"] < 0)
    assert seen.sum() <= 4
