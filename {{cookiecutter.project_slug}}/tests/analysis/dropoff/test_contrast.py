"""Odds ratios, errors of people who come twice, adjustment, sizes: each against another way to the same number."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats
from sklearn.linear_model import LogisticRegression
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from customer_analytics.analysis.dropoff.contrast import (
    Counts,
    Moments,
    clustered_variance,
    fisher,
    judged,
    odds_ratio,
    plain_variance,
)
from customer_analytics.analysis.dropoff.logistic import PRIOR_SD, fit
from customer_analytics.analysis.dropoff.people import person_moments
from customer_analytics.analysis.dropoff.sizes import test_size as size_of_test
from customer_analytics.analysis.dropoff.sizes import units_per_arm
from customer_analytics.analysis.dropoff.units import Units


def test_the_odds_ratio_is_that_of_the_cells_with_a_half_each() -> None:
    value, (low, high) = odds_ratio(Counts(10, 0, 10, 5))
    assert value == pytest.approx((0.5 * 5.5) / (10.5 * 5.5))
    error = math.sqrt(1 / 0.5 + 1 / 10.5 + 1 / 5.5 + 1 / 5.5)
    assert (math.log(high) - math.log(low)) / 2 == pytest.approx(1.959963984540054 * error)


def test_many_units_are_tested_as_the_exact_test_would() -> None:
    many = Counts(30_000, 15_000, 30_000, 15_350)
    exact = stats.fisher_exact([[15_000, 15_000], [15_350, 14_650]]).pvalue
    assert fisher(many) == pytest.approx(exact, rel=0.05)
    assert fisher(Counts(0, 0, 10, 3)) == 1.0


@given(some.integers(1, 400), some.integers(1, 400), some.floats(0, 1), some.floats(0, 1))
def test_the_exact_test_is_fishers(n: int, rest_n: int, share: float, rest_share: float) -> None:
    own = Counts(n, round(n * share), rest_n, round(rest_n * rest_share))
    table = [[own.reached, n - own.reached], [own.rest_reached, rest_n - own.rest_reached]]
    assert fisher(own) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-8, abs=1e-300)


def test_people_who_come_often_are_not_counted_as_many_people(
    make_units: Callable[..., Units], made_frame: Callable[..., pd.DataFrame]
) -> None:
    frame = made_frame()
    units = make_units(frame)
    sums = person_moments(units, "p0").set_index(["value", "step"]).loc[("c", 3)]
    base, went_on = frame["furthest"] >= 2, frame["furthest"] >= 3
    inside = frame["p0"] == "c"
    own = Counts(int((base & inside).sum()), int((went_on & inside).sum()), int((base & ~inside).sum()),
                 int((went_on & ~inside).sum()))  # fmt: skip
    influence = (
        frame.assign(
            i=np.where(inside & base, (went_on - own.rate) / own.n, 0.0)
            - np.where(~inside & base, (went_on - own.rest_rate) / own.rest_n, 0.0)
        )
        .groupby("person_id")["i"]
        .sum()
    )
    moments = Moments(*(float(sums[name]) for name in Moments._fields))
    assert clustered_variance(own, moments) == pytest.approx(float((influence**2).sum()), rel=1e-9)
    assert sums["people"] == frame["person_id"][base & inside].nunique()


def test_a_test_with_repeated_people_is_never_bolder_than_without() -> None:
    own = Counts(200, 60, 300, 150)
    once = judged(own)
    assert once.inflation == 1.0
    assert once.p == pytest.approx(stats.fisher_exact([[60, 140], [150, 150]]).pvalue)
    sums = Moments(nn=2_000, ns=600, ss=200, n_all=2_000, n_all_s=600, s_all=600, s_all_s=200,
                   all_nn=5_000, all_ns=2_100, all_ss=1_000)  # fmt: skip
    often = judged(own, sums)
    assert often.inflation >= 1.0 and often.p >= once.p
    assert often.low <= once.low and often.high >= once.high
    assert plain_variance(own) == pytest.approx(0.3 * 0.7 / 200 + 0.5 * 0.5 / 300)


def test_the_adjusted_ratio_is_that_of_a_penalised_logistic_regression_row_by_row() -> None:
    generator = np.random.default_rng(3)
    n = 4_000
    device, channel = generator.choice(["a", "b", "c"], n), generator.choice(["x", "y", "z"], n)
    logit = 0.4 - 0.9 * (device == "c") + 0.7 * (channel == "y")
    frame = pd.DataFrame({"p0": device, "p1": channel, "n": 1, "s": generator.random(n) < 1 / (1 + np.exp(-logit))})
    cells = frame.groupby(["p0", "p1"])[["n", "s"]].sum().reset_index()
    model = fit(cells, ["p0", "p1"], "n", "s")
    design = pd.get_dummies(frame[["p0", "p1"]]).astype(float)
    other = LogisticRegression(C=PRIOR_SD**2, tol=1e-10, max_iter=10_000).fit(design, frame["s"])
    assert model.coefficients[0] == pytest.approx(other.intercept_[0], abs=1e-4)
    assert model.coefficients[1:] == pytest.approx(other.coef_[0], abs=1e-4)
    ratio, (low, high), p = model.against_rest("p0", "c")
    rest = frame["p0"][frame["p0"] != "c"].value_counts(normalize=True)
    c = dict(zip(design.columns, other.coef_[0], strict=True))
    expected = c["p0_c"] - sum(share * c[f"p0_{value}"] for value, share in rest.items())
    assert math.log(ratio) == pytest.approx(expected, abs=2e-4)
    assert low < math.exp(-0.9) < high and p < 1e-10


def test_a_difference_that_another_property_explains_is_gone_after_adjusting() -> None:
    generator = np.random.default_rng(8)
    n = 20_000
    channel = generator.random(n) < 0.5
    device = np.where(generator.random(n) < np.where(channel, 0.8, 0.2), "phone", "desktop")
    went_on = generator.random(n) < np.where(channel, 0.3, 0.6)
    frame = pd.DataFrame({"p0": device, "p1": np.where(channel, "ad", "direct"), "n": 1, "s": went_on})
    cells = frame.groupby(["p0", "p1"])[["n", "s"]].sum().reset_index()
    by_device = frame.groupby("p0")["s"].mean()
    assert by_device["phone"] < by_device["desktop"] - 0.1, "it looks like the device"
    _, (low, high), _ = fit(cells, ["p0", "p1"], "n", "s").against_rest("p0", "phone")
    assert low < 1 < high


def test_a_level_in_which_all_went_on_has_a_finite_ratio() -> None:
    cells = pd.DataFrame({"p0": ["a", "b"], "p1": ["x", "x"], "n": [50, 50], "s": [50, 20]})
    ratio, interval, _ = fit(cells, ["p0", "p1"], "n", "s").against_rest("p0", "a")
    assert 1 < ratio < math.inf and math.isfinite(interval.high)
    nothing = fit(cells.assign(s=[50, 50]), ["p0", "p1"], "n", "s")
    assert not nothing.converged and math.isnan(nothing.against_rest("p0", "a")[0])


@given(some.floats(0.05, 0.8), some.floats(0.02, 0.15))
def test_units_per_arm_agree_with_the_power_of_the_arcsine_test(rate: float, gain: float) -> None:
    found = units_per_arm(rate, rate + gain)
    effect = proportion_effectsize(rate + gain, rate)
    other = NormalIndPower().solve_power(effect_size=effect, alpha=0.05, power=0.8)
    assert found == pytest.approx(other, rel=0.12, abs=3)


def test_a_test_takes_the_weeks_that_its_traffic_gives() -> None:
    size = size_of_test(0.5, 0.7, 200.0)
    assert size is not None and size.target == pytest.approx(0.6)
    assert size.per_arm == 388  # Fleiss: 0.5 against 0.6, 5 % two-sided, 80 %
    assert size.weeks == pytest.approx(2 * 388 / 200)
    assert size_of_test(0.7, 0.5, 200.0) is None and size_of_test(0.5, 0.7, 0.0) is None
