"""Sizes of the tests: their power where the offer does what was assumed, their level where it does not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.bundles.sizes import inflation, per_arm, smallest_conversion, target_rate

RUNS = 20_000
Z = 1.959963984540054


def share_decided(control: float, treated: float, n: int, bar: float) -> float:
    """Share of simulated tests that see a difference above `bar`: the usual z test, pooled where the bar is nothing."""
    draw = np.random.default_rng(11)
    p0, p1 = draw.binomial(n, control, RUNS) / n, draw.binomial(n, treated, RUNS) / n
    middle = (p0 + p1) / 2
    variance = 2 * middle * (1 - middle) if bar == 0 else p0 * (1 - p0) + p1 * (1 - p1)
    error = np.sqrt(variance / n)
    return float(np.mean(p1 - p0 - Z * error > bar))


@pytest.mark.parametrize(("attach", "conversion"), [(0.03, 0.05), (0.2, 0.05), (0.36, 0.05), (0.1, 0.02)])
def test_at_full_price_four_of_five_tests_see_what_was_assumed(attach: float, conversion: float) -> None:
    n = per_arm(attach, conversion)
    assert n is not None
    assert share_decided(attach, target_rate(attach, conversion), n, 0.0) == pytest.approx(0.8, abs=0.02)
    assert share_decided(attach, attach, n, 0.0) == pytest.approx(0.025, abs=0.006)


@pytest.mark.parametrize(("attach", "conversion", "bar"), [(0.04, 0.05, 0.0135), (0.1, 0.1, 0.05), (0.3, 0.2, 0.15)])
def test_a_discount_must_beat_its_break_even_and_the_test_tells_whether_it_does(
    attach: float, conversion: float, bar: float
) -> None:
    n, rise = per_arm(attach, conversion, bar), bar * (1 - attach)
    assert n is not None
    assert share_decided(attach, target_rate(attach, conversion), n, rise) == pytest.approx(0.8, abs=0.015)
    assert share_decided(attach, attach + rise, n, rise) == pytest.approx(
        0.025, abs=0.006
    )  # breaks even: not rolled out


def test_a_conversion_below_the_break_even_needs_no_test() -> None:
    assert per_arm(0.2, 0.05, 0.05) is None
    assert per_arm(0.2, 0.05, math.inf) is None
    assert per_arm(1.0, 0.05) is None


@settings(max_examples=60)
@given(attach=st.floats(0.005, 0.9), conversion=st.floats(0.01, 0.5), bar=st.sampled_from([0.0, 0.004]))
def test_the_smallest_conversion_is_the_size_the_other_way_round(attach: float, conversion: float, bar: float) -> None:
    n = per_arm(attach, conversion, bar)
    assert n is not None
    found = smallest_conversion(attach, n, bar)
    assert found <= conversion + 1e-9
    fewer = per_arm(attach, found, bar)
    assert fewer is not None and fewer <= n


def test_too_few_units_see_nothing() -> None:
    assert math.isnan(smallest_conversion(0.2, 0))
    assert math.isnan(smallest_conversion(0.9, 3))


def test_shops_that_are_all_alike_need_no_more_than_single_baskets() -> None:
    assert inflation([10.0] * 8, [3.0] * 8) == 1.0


def test_baskets_that_come_in_copies_count_once() -> None:
    """40 single baskets as clusters, each copied tenfold: ten times the variance."""
    draw = np.random.default_rng(5)
    x = draw.binomial(1, 0.4, 4_000).astype(float)
    assert inflation([10.0] * len(x), (10 * x).tolist()) == pytest.approx(10, rel=0.01)
    assert inflation([1.0] * len(x), x.tolist()) == pytest.approx(1, rel=0.01)


def test_nothing_is_known_of_clusters_from_one_or_from_no_event() -> None:
    assert math.isnan(inflation([10.0], [3.0]))
    assert math.isnan(inflation([10.0, 12.0], [0.0, 0.0]))
