"""The channel that keeps nobody is named where it is there, and seldom where it is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from customer_analytics.analysis.channels import quality
from customer_analytics.analysis.channels.budget import budget

MONTHS, CHANNELS = 12, 6


def drawn(generator: np.random.Generator, rates: np.ndarray, size: np.ndarray) -> pd.DataFrame:
    """Customers by channel and month. rates, size: months x channels."""
    mature = generator.poisson(size)
    return pd.DataFrame(
        {
            "code": np.tile(np.arange(1, CHANNELS + 1), MONTHS), "month": np.repeat(np.arange(MONTHS), CHANNELS),
            "mature": mature.ravel(), "stayed": generator.binomial(mature, rates).ravel(),
        }
    )  # fmt: skip


def judged(heads: pd.DataFrame) -> pd.DataFrame:
    table = quality.staying(heads, CHANNELS, 30)
    return table.assign(
        channel=[f"c{code}" for code in range(1, CHANNELS + 1)], share=table["mature"] / heads["mature"].sum()
    )


def test_a_channel_is_named_by_chance_in_one_client_of_twenty_at_most() -> None:
    generator, named = np.random.default_rng(11), 0
    rates, size = np.full((MONTHS, CHANNELS), 0.3), np.full((MONTHS, CHANNELS), 25.0)
    for _ in range(150):
        named += quality.leaving(judged(drawn(generator, rates, size)))[0] is not None
    assert named <= 13  # of 150: 5 % are 8, and two standard errors more are 13


def test_a_channel_that_grew_when_everybody_stayed_less_is_not_blamed() -> None:
    generator = np.random.default_rng(3)
    falling = np.linspace(0.5, 0.1, MONTHS)[:, None] * np.ones(CHANNELS)
    growing = np.full((MONTHS, CHANNELS), 40.0)
    growing[:, 2] = np.linspace(5, 120, MONTHS)
    table = judged(drawn(generator, falling, growing))
    assert table.loc[2, "rate"] < 0.8 * table["rate"].drop(2).min()  # it looks bad
    assert quality.leaving(table)[0] is None


def test_the_planted_channel_is_named_with_what_it_loses() -> None:
    rates, size = np.full((MONTHS, CHANNELS), 0.3), np.full((MONTHS, CHANNELS), 30.0)
    rates[:, 4] = 0.18
    table = judged(drawn(np.random.default_rng(5), rates, size))
    name, lost = quality.leaving(table)
    assert name == "c5"
    assert lost == pytest.approx(0.12 * 360, rel=0.4)


def test_the_interval_of_a_shift_covers_what_was_planted() -> None:
    """Customers are Poisson, what each brings is gamma; the same two channels are compared each time."""
    generator, covered, runs = np.random.default_rng(2), 0, 300
    for _ in range(runs):
        rows = []
        for name, spend, customers, mean in (("a", 1_000.0, 400, 20.0), ("b", 2_000.0, 300, 25.0)):
            n = int(generator.poisson(customers))
            worth = generator.gamma(1.0, mean, n)
            half = norm.isf(0.025) * worth.std(ddof=1) / np.sqrt(n)
            rows.append((name, n, spend, worth.mean(), worth.mean() - half, worth.mean() + half))
        table = pd.DataFrame(rows, columns=["channel", "costed", "spend", "worth", "worth_low", "worth_high"])
        found = budget(table, 0.1, 30, None)
        assert found is not None
        shift = found.shifts[0]
        covered += shift.low <= 200 * (8.0 - 3.75) <= shift.high
    assert 0.92 <= covered / runs <= 0.98


def test_the_channel_whose_customers_leave_gets_no_money_however_cheap_it_is() -> None:
    rows = [("cheap", 500, 100.0, 10, 9, 11), ("dear", 500, 900.0, 10, 9, 11), ("good", 500, 500.0, 10, 9, 11)]
    table = pd.DataFrame(rows, columns=["channel", "costed", "spend", "worth", "worth_low", "worth_high"])
    found = budget(table, 0.1, 30, "cheap")
    assert found is not None
    assert (found.from_channel, found.to_channel) == ("dear", "good")
    alone = budget(table[table["channel"] != "good"], 0.1, 30, "cheap")
    assert alone is not None
    assert alone.shifts == ()
