"""The difference of two estimates, against Newcombe's interval, a z-test by hand and simulated months."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.changes.difference import Estimate, difference, false_discovery
from customer_analytics.statistics import Z95, benjamini_hochberg, newcombe, wilson


def share(successes: int, trials: int) -> Estimate:
    return Estimate(successes / trials, *wilson(successes, trials), "share")


def test_of_two_shares_it_is_newcombes_interval_and_its_published_example() -> None:
    found = difference(share(48, 80), share(56, 70))
    assert found is not None
    assert (found.low, found.high) == pytest.approx(newcombe(56, 70, 48, 80))
    # Newcombe (1998), table II (a), method 10: 56/70 less 48/80 is .0524 to .3339.
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_of_symmetric_intervals_it_is_the_z_test() -> None:
    before, now = Estimate(10, 10 - 2 * Z95, 10 + 2 * Z95), Estimate(15, 15 - 1.5 * Z95, 15 + 1.5 * Z95)
    found = difference(before, now)
    assert found is not None
    error = math.hypot(2, 1.5)
    assert found.p == pytest.approx(math.erfc(5 / error / math.sqrt(2)))
    assert (found.low, found.high) == pytest.approx((5 - Z95 * error, 5 + Z95 * error))
    assert found.detectable(0.05) == pytest.approx((Z95 + 0.8416212) * error, rel=1e-6)


def test_ratios_are_compared_as_ratios() -> None:
    found = difference(Estimate(2, 1, 4, "times"), Estimate(4, 2, 8, "times"))
    assert found is not None
    assert found.change == pytest.approx(2)
    assert found.low * found.high == pytest.approx(4)
    assert difference(Estimate(1, 0, 2, "times"), Estimate(4, 2, 8, "times")) is None


@pytest.mark.parametrize(
    "estimate",
    [
        Estimate(None, None, None, "share"),
        Estimate(0.5, None, None, "share"),
        Estimate(0.5, 0.5, 0.5, "share"),
        Estimate(0.5, math.nan, 0.6, "share"),
        Estimate(0.9, 0.2, 0.6, "share"),
        Estimate(0.5, 0.4, 0.6, "money"),
    ],
)
def test_nothing_is_said_without_two_intervals_of_one_unit(estimate: Estimate) -> None:
    assert difference(estimate, share(5, 10)) is None
    assert difference(share(5, 10), estimate) is None


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 300), st.integers(1, 300))
def test_going_back_is_the_mirror_and_the_interval_agrees_with_the_test(a: int, n: int, b: int, m: int) -> None:
    before, now = share(min(a, n), n), share(min(b, m), m)
    there, back = difference(before, now), difference(now, before)
    assert there is not None and back is not None
    assert (back.change, back.low, back.high) == pytest.approx((-there.change, -there.high, -there.low))
    assert back.p == pytest.approx(there.p)
    if there.change:
        assert (there.p < 0.05) == (there.low > 0 or there.high < 0) or there.p == pytest.approx(0.05)
    assert difference(before, before) == difference(before, before)._replace(change=0.0, p=1.0)  # type: ignore[union-attr]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_values_are_those_of_benjamini_and_hochberg(p: list[float]) -> None:
    assert false_discovery(p) == pytest.approx(benjamini_hochberg(np.array(p)).tolist())


@pytest.mark.parametrize("kept", [0.0, 0.8])
def test_two_months_without_a_change_are_seldom_called_different(kept: float) -> None:
    """`kept`: share of customers who are in both months and answer alike."""
    rng = np.random.default_rng(11)
    trials, people, rate = 4_000, 500, 0.3
    before = rng.random((trials, people)) < rate
    stays = rng.random((trials, people)) < kept
    now = np.where(stays, before, rng.random((trials, people)) < rate)
    called = 0
    for first, second in zip(before.sum(axis=1), now.sum(axis=1), strict=True):
        found = difference(share(int(first), people), share(int(second), people))
        assert found is not None
        called += found.p < 0.05
    assert called / trials < 0.06
    assert kept == 0 or called / trials < 0.01, "with the same customers in both it is cautious"


def test_a_change_of_the_detectable_size_is_found_in_four_of_five_months() -> None:
    rng = np.random.default_rng(12)
    people = 2_000
    found = difference(share(600, people), share(600, people))
    assert found is not None
    rate = 0.3 + found.detectable(0.05)
    hits = 0
    for first, second in zip(rng.binomial(people, 0.3, 2_000), rng.binomial(people, rate, 2_000), strict=True):
        seen = difference(share(int(first), people), share(int(second), people))
        assert seen is not None
        hits += seen.p < 0.05
    assert 0.76 < hits / 2_000 < 0.84
